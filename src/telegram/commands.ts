/** The commands that the desk knows, in the order in which Telegram's menu lists them. */

export const STAFF_COMMANDS = [
  ["claim", "Take this ticket"],
  ["unclaim", "Give this ticket back"],
  ["assign", "Hand this ticket to someone: /assign @name"],
  ["note", "Internal note, never sent to the customer: /note text"],
  ["resolve", "Mark as resolved: /resolve [note]"],
  ["close", "Close: /close [note]"],
  ["reopen", "Open again"],
  ["priority", "urgent, high, normal or low"],
  ["tag", "Add or -remove tags: /tag refund -old"],
  ["transfer", "Move to another queue: /transfer queue [note]"],
  ["decline", "Give on a ticket that was handed to you"],
  ["escalate", "Call for help: /escalate [note]"],
  ["snooze", "Be reminded: /snooze 2h [reason], /snooze off"],
  ["sla", "What is promised, and until when"],
  ["info", "Who, what and since when"],
  ["queue", "What is open in this group"],
  ["overdue", "What is late or at risk in this group"],
  ["online", "Be given tickets"],
  ["away", "Be given none: /away [for], such as /away 30m"],
  ["offline", "Be given none until /online"],
  ["delete", "As a reply: remove the customer's copy of your message"],
  ["help", "How this works"],
] as const;

export const CUSTOMER_COMMANDS = [
  ["new", "Ask something new"],
  ["tickets", "Your requests"],
  ["close", "Close your request"],
  ["help", "How this works"],
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

/** Characters that are not seen: a slash behind them is meant as a slash. */
const UNSEEN = /^[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/;

/** `null` if the text does not begin with a slash. */
export function slashed(text: string): Slashed | null {
  const trimmed = text.replace(UNSEEN, "");
  if (!/^[/／]/.test(trimmed)) return null;
  if (/^[/／]{2}/.test(trimmed)) return { kind: "note", text: trimmed.slice(2).trim() };
  const match = /^\/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?(?:\s+([\s\S]*))?$/.exec(trimmed);
  if (match === null) return { kind: "slip" };
  return {
    kind: "command",
    name: match[1]!.toLowerCase(),
    bot: match[2] ?? null,
    argument: (match[3] ?? "").trim(),
  };
}
