import type { TicketAct } from "../domain/ticket/work-order.ts";

/** What agents ask by the buttons of a card. */
const CARD_ACTS = ["claim", "resolve", "close", "reopen"] as const satisfies readonly TicketAct["type"][];
interface CardPress {
  act: (typeof CARD_ACTS)[number];
  ticket: string;
}

/**
 * What the desk's inline buttons carry. Everything needed stands in the data itself: a press on an old message comes
 * without its text, date and topic. At most 64 bytes: `i:` + group (16) + number (9) + field (16) + option (16) and
 * three colons.
 */
export type Press =
  | CardPress
  /** Send a message to the customer again whose outcome is unknown. */
  | { act: "send_again"; delivery: string }
  /** Send what was held back because it answers something internal; `message` is its id in the group. */
  | { act: "send_held"; ticket: string; message: number }
  | { act: "answer"; ticket: string; field: string; option: string }
  /** Show an intake question again. */
  | { act: "ask"; ticket: string; field: string }
  | { act: "customer_close" | "customer_switch"; ticket: string };

const CODES = {
  claim: "c",
  resolve: "r",
  close: "x",
  reopen: "o",
  send_again: "s",
  send_held: "h",
  answer: "i",
  ask: "q",
  customer_close: "z",
  customer_switch: "t",
} as const;
const ACTS = Object.fromEntries(Object.entries(CODES).map(([act, letter]) => [letter, act])) as Record<
  string,
  Press["act"]
>;

/** Whether it is a button of a card. */
export function isOnCard(press: Press): press is CardPress {
  return CARD_ACTS.some((act) => act === press.act);
}

export function pressData(press: Press): string {
  const letter = CODES[press.act];
  switch (press.act) {
    case "send_again":
      return `${letter}:${press.delivery}`;
    case "send_held":
      return `${letter}:${press.ticket}:${press.message}`;
    case "answer":
      return `${letter}:${press.ticket}:${press.field}:${press.option}`;
    case "ask":
      return `${letter}:${press.ticket}:${press.field}`;
    default:
      return `${letter}:${press.ticket}`;
  }
}

/** The press that a button's data stands for; `null` if the data is not ours. */
export function parsePress(data: string): Press | null {
  const [letter = "", ...rest] = data.split(":");
  const act = ACTS[letter];
  const ticket = `${rest[0]}:${rest[1]}`;
  switch (act) {
    case undefined:
      return null;
    case "send_again":
      return rest.length > 0 ? { act, delivery: rest.join(":") } : null;
    case "send_held":
      return rest.length === 3 && /^\d{1,15}$/.test(rest[2]!)
        ? { act, ticket, message: Number(rest[2]) }
        : null;
    case "answer":
      return rest.length === 4 ? { act, ticket, field: rest[2]!, option: rest[3]! } : null;
    case "ask":
      return rest.length === 3 ? { act, ticket, field: rest[2]! } : null;
    default:
      return rest.length === 2 ? { act, ticket } : null;
  }
}

/** The group in a ticket's id: the one that has it, or had it when the button was made. */
export function groupOf(ticketId: string): string {
  return ticketId.split(":", 1)[0]!;
}

/** The number in a ticket's id; `null` if the text is not a ticket's id. */
export function ticketNumberOf(ticketId: string): number | null {
  const match = /^[a-z0-9-]+:(\d{1,15})$/.exec(ticketId);
  return match === null ? null : Number(match[1]);
}
