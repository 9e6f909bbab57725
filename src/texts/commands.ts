import { isActWord, type ActWord } from "../domain/ticket/acts.ts";

/* The commands that people type. What they do, and in which order a menu lists them, each language says. */

/** Those by which agents ask something of a ticket stand in `domain/ticket/commands/`; these are the others in its topic. */
const OF_TICKETS = ["note", "sla", "info", "delete"] as const;

/** Those that concern no ticket: they work anywhere in the group, and in an agent's own chat with the bot. */
const ANYWHERE = ["queue", "mine", "team", "overdue", "online", "away", "offline", "help"] as const;

export const CUSTOMER_COMMANDS = ["new", "tickets", "close", "help"] as const;

export type StaffCommandName = ActWord | (typeof OF_TICKETS)[number] | (typeof ANYWHERE)[number];
type MenuCommandName = (typeof CUSTOMER_COMMANDS)[number];
export type CustomerCommandName = "start" | MenuCommandName;

/** What the commands do, as a menu says it and in its order. */
export interface CommandWords {
  staff: Record<StaffCommandName, string>;
  customer: Record<MenuCommandName, string>;
}

const ANYWHERE_NAMES: ReadonlySet<string> = new Set(ANYWHERE);
const STAFF_NAMES: ReadonlySet<string> = new Set([...OF_TICKETS, ...ANYWHERE]);
const CUSTOMER_NAMES: ReadonlySet<string> = new Set(["start", ...CUSTOMER_COMMANDS]);

export function worksAnywhere(name: string): boolean {
  return ANYWHERE_NAMES.has(name);
}

export function isStaffCommand(name: string): name is StaffCommandName {
  return STAFF_NAMES.has(name) || isActWord(name);
}

export function isCustomerCommand(name: string): name is CustomerCommandName {
  return CUSTOMER_NAMES.has(name);
}

/** The commands as a menu has them, in the order in which the language says them. */
export function menu(words: Readonly<Record<string, string>>): { command: string; description: string }[] {
  return Object.entries(words).map(([command, description]) => ({ command, description }));
}

/** What works without a ticket, of what a language says of the staff's commands. */
export function anywhere(words: CommandWords["staff"]): Partial<CommandWords["staff"]> {
  return Object.fromEntries(Object.entries(words).filter(([name]) => worksAnywhere(name)));
}

/** The commands as a help lists them. */
export function listed(words: Readonly<Record<string, string>>): string {
  return menu(words)
    .map(({ command, description }) => `/${command} – ${description}`)
    .join("\n");
}
