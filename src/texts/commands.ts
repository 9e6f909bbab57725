/** The commands that people type, in the order in which Telegram's menu lists them. What they do, each language says. */

export const STAFF_COMMANDS = [
  "claim",
  "unclaim",
  "assign",
  "note",
  "resolve",
  "close",
  "reopen",
  "priority",
  "tag",
  "transfer",
  "decline",
  "escalate",
  "snooze",
  "sla",
  "info",
  "queue",
  "mine",
  "team",
  "overdue",
  "online",
  "away",
  "offline",
  "delete",
  "help",
] as const;

export const CUSTOMER_COMMANDS = ["new", "tickets", "close", "help"] as const;

export type StaffCommandName = (typeof STAFF_COMMANDS)[number];
type MenuCommandName = (typeof CUSTOMER_COMMANDS)[number];
export type CustomerCommandName = "start" | MenuCommandName;

/** What the commands do, as a menu says it. */
export interface CommandWords {
  staff: Record<StaffCommandName, string>;
  customer: Record<MenuCommandName, string>;
}

/** Those that concern no ticket: they work anywhere in the group, and in an agent's own chat with the bot. */
const ANYWHERE_NAMES: ReadonlySet<string> = new Set<StaffCommandName>([
  "queue",
  "mine",
  "team",
  "overdue",
  "online",
  "away",
  "offline",
  "help",
]);

export const PRIVATE_STAFF_COMMANDS = STAFF_COMMANDS.filter((name) => ANYWHERE_NAMES.has(name));

export function worksAnywhere(name: string): boolean {
  return ANYWHERE_NAMES.has(name);
}

const STAFF_NAMES: ReadonlySet<string> = new Set(STAFF_COMMANDS);
const CUSTOMER_NAMES: ReadonlySet<string> = new Set(["start", ...CUSTOMER_COMMANDS]);

export function isStaffCommand(name: string): name is StaffCommandName {
  return STAFF_NAMES.has(name);
}

export function isCustomerCommand(name: string): name is CustomerCommandName {
  return CUSTOMER_NAMES.has(name);
}

/** The commands as a menu has them. */
export function menu<Name extends string>(
  names: readonly Name[],
  words: Record<Name, string>,
): { command: string; description: string }[] {
  return names.map((command) => ({ command, description: words[command] }));
}
