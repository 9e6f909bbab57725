import { withoutUnseenBeginning } from "../domain/visible.ts";

/** The commands that the desk knows, in the order in which Telegram's menu lists them. */

export const STAFF_COMMANDS = [
  ["claim", "Take this ticket"],
  ["unclaim", "Release this ticket"],
  ["assign", "Assign this ticket: /assign @name"],
  ["note", "Internal note, never sent to the customer: /note text"],
  ["resolve", "Mark as resolved: /resolve [note]"],
  ["close", "Close this ticket: /close [note]"],
  ["reopen", "Reopen this ticket"],
  ["priority", "Set priority: urgent, high, normal or low"],
  ["tag", "Add or remove tags: /tag refund -old"],
  ["transfer", "Move to another queue: /transfer queue [note]"],
  ["decline", "Pass on a ticket assigned to you"],
  ["escalate", "Call for help: /escalate [note]"],
  ["snooze", "Set a reminder: /snooze 2h [reason], /snooze off"],
  ["sla", "SLA deadlines"],
  ["info", "Ticket details"],
  ["queue", "Open tickets in this group"],
  ["mine", "Your tickets"],
  ["team", "Who is online, and how full"],
  ["overdue", "Late or at-risk tickets"],
  ["online", "Get tickets during your shift"],
  ["away", "Pause assignments: /away, /away 30m"],
  ["offline", "Stop assignments until /online"],
  ["delete", "As a reply: delete your message for the customer"],
  ["help", "How this works"],
] as const;

/** Those that concern no ticket: they work anywhere in the group, and in an agent's own chat with the bot. */
const ANYWHERE_NAMES: ReadonlySet<string> = new Set([
  "queue",
  "mine",
  "team",
  "overdue",
  "online",
  "away",
  "offline",
  "help",
]);

export const PRIVATE_STAFF_COMMANDS = STAFF_COMMANDS.filter(([name]) => ANYWHERE_NAMES.has(name));

export function worksAnywhere(name: string): boolean {
  return ANYWHERE_NAMES.has(name);
}

export const CUSTOMER_COMMANDS = [
  ["new", "Start a new request"],
  ["tickets", "Your requests"],
  ["close", "Close your request"],
  ["help", "How to use this bot"],
] as const;

export type StaffCommandName = (typeof STAFF_COMMANDS)[number][0];
export type CustomerCommandName = "start" | (typeof CUSTOMER_COMMANDS)[number][0];

const STAFF_NAMES: ReadonlySet<string> = new Set(STAFF_COMMANDS.map(([name]) => name));
const CUSTOMER_NAMES: ReadonlySet<string> = new Set(["start", ...CUSTOMER_COMMANDS.map(([name]) => name)]);

export function isStaffCommand(name: string): name is StaffCommandName {
  return STAFF_NAMES.has(name);
}

export function isCustomerCommand(name: string): name is CustomerCommandName {
  return CUSTOMER_NAMES.has(name);
}

/**
 * What a text with a leading slash is.
 *
 * - `command`: `/name[@bot] argument`; the name in lower case, whether we know it or not
 * - `note`: `//` and what follows
 * - `slip`: a slash and something that is no command, such as "/ ok" or "/понятно"
 */
export type Slashed =
  | { kind: "command"; name: string; bot: string | null; argument: string }
  | { kind: "note"; text: string }
  | { kind: "slip" };

/**
 * What is meant as a slash: its own character, the wide one of East Asian keyboards, and the signs that only look like
 * it. Nobody begins a message to a customer with one of them; to keep it costs a hint, to send it would be a leak.
 */
const SLASH = "[/\uff0f\u2044\u2215\u29f8\u2571\u27cb]";
const NOTE = new RegExp(`^${SLASH}[\\p{Default_Ignorable_Code_Point}\\p{Cf}\\p{M}]*${SLASH}`, "u");
const BEGINS = new RegExp(`^${SLASH}`, "u");

/** `null` if the text does not begin with a slash. What is not seen before it does not count. */
export function slashed(text: string): Slashed | null {
  const seen = withoutUnseenBeginning(text);
  if (!BEGINS.test(seen)) return null;
  const note = NOTE.exec(seen);
  if (note !== null) return { kind: "note", text: seen.slice(note[0].length).trim() };
  // Only a real slash commands: what looks like one is kept, and its writer told.
  const head = /^\S+/.exec(seen)![0];
  const command = /^\/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?$/.exec(head);
  if (command === null) return { kind: "slip" };
  return {
    kind: "command",
    name: command[1]!.toLowerCase(),
    bot: command[2] ?? null,
    argument: seen.slice(head.length).trim(),
  };
}

/** The first of these beginnings of a message that has a slash. */
export function firstSlashed(beginnings: readonly string[]): Slashed | null {
  for (const text of beginnings) {
    const found = slashed(text);
    if (found !== null) return found;
  }
  return null;
}
