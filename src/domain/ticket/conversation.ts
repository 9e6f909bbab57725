import { ACTIVE_TICKETS_PER_CUSTOMER_MAX, NEW_TICKETS_PER_CUSTOMER_HOUR_MAX } from "../limits.ts";
import type { Policy } from "./policy.ts";
import { isActive, type TicketStatus } from "./status.ts";
import type { Subject } from "./subject.ts";

const HOUR_MS = 3_600_000;

/** What must be known of a customer's tickets to tell where their next message belongs. */
export interface CustomerTicket {
  number: number;
  ref: string;
  status: TicketStatus;
  subject: Subject;
  openedAt: number;
  closedAt: number | null;
}

export interface Conversation {
  /** Newest first. */
  tickets: readonly CustomerTicket[];
  /** The ticket last spoken in, by either side. */
  current: number | null;
  /** The customer asked for a new ticket with `/new` and has not written since. */
  wantsNew: boolean;
}

export type Destination =
  | { kind: "ticket"; number: number }
  /** `followUpOf` is the closed ticket that the customer replied to, by its reference. */
  | { kind: "new"; followUpOf: string | null };

/**
 * Which ticket a customer's message belongs to: a reply goes to that message's ticket, after `/new` a new one
 * opens, otherwise the active ticket last spoken in, otherwise the last closed one while it may be reopened.
 */
export function destination(
  conversation: Conversation,
  repliedTo: number | null,
  policy: Pick<Policy, "reopenWithinMs">,
  now: number,
): Destination {
  const { tickets } = conversation;
  const takes = (ticket: CustomerTicket): boolean =>
    isActive(ticket) || (ticket.closedAt !== null && now - ticket.closedAt <= policy.reopenWithinMs);

  const replied = tickets.find((ticket) => ticket.number === repliedTo);
  if (replied !== undefined) {
    if (takes(replied)) return { kind: "ticket", number: replied.number };
    return orFlooded({ kind: "new", followUpOf: replied.ref });
  }
  if (conversation.wantsNew) return orFlooded({ kind: "new", followUpOf: null });
  const fallback = latest() ?? lastClosed();
  return fallback === undefined
    ? { kind: "new", followUpOf: null }
    : { kind: "ticket", number: fallback.number };

  function latest(): CustomerTicket | undefined {
    const active = tickets.filter(isActive);
    return active.find((ticket) => ticket.number === conversation.current) ?? active[0];
  }

  function lastClosed(): CustomerTicket | undefined {
    return tickets
      .filter(takes)
      .reduce<CustomerTicket | undefined>(
        (last, one) => ((last?.closedAt ?? 0) >= (one.closedAt ?? 0) ? (last ?? one) : one),
        undefined,
      );
  }

  /** A flood of new tickets joins the latest instead: every topic costs the whole group a call. */
  function orFlooded(wanted: Destination): Destination {
    const active = tickets.filter(isActive);
    const recent = tickets.filter((ticket) => now - ticket.openedAt < HOUR_MS);
    const flooded =
      active.length >= ACTIVE_TICKETS_PER_CUSTOMER_MAX || recent.length >= NEW_TICKETS_PER_CUSTOMER_HOUR_MAX;
    const joined = latest();
    return flooded && joined !== undefined ? { kind: "ticket", number: joined.number } : wanted;
  }
}

/** Words that only thank; a message made of nothing else needs no answer. Lower case, without punctuation. */
const GRATITUDE = new Set(
  (
    "thanks thank thx ty you u so very much a lot many great perfect awesome cool nice good super ok okay got it " +
    "all works now it's its fine solved danke schön schon vielen dank merci beaucoup gracias muchas obrigado obrigada " +
    "grazie mille спасибо большое огромное благодарю благодарим класс отлично супер ок дякую dzięki dziękuję tack"
  ).split(" "),
);
const GRATITUDE_CORE =
  /\b(?:thank|thanks|thx|ty|danke|dank|merci|gracias|obrigad[oa]|grazie|tack|perfect|great|awesome)\b|спасибо|благодар|дякую|dzięki|dziękuję/iu;
/** Hands, hearts and smiles, with the modifiers that may follow them. */
const GRATITUDE_EMOJI = /^(?:👍|🙏|❤|💙|🤝|👌|🎉|😊|🙂|😀|😍|🥰|🔥|💯|✅|\s|\p{M}|\p{Sk}|\p{EMod})+$/u;
const GRATITUDE_CHARS_MAX = 60;

/**
 * Whether a text is nothing but thanks ("Thank you so much!", "👍"), so that it starts no new work on a resolved
 * ticket. Errs on the side of work: a question mark or any other word makes it a message like every other.
 */
export function isGratitude(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > GRATITUDE_CHARS_MAX || /[?¿\d]/.test(trimmed)) return false;
  const letters = trimmed
    .toLowerCase()
    .replaceAll(/[^\p{L}'\s]/gu, " ")
    .split(/\s+/)
    .filter(Boolean);
  if (letters.length === 0) return GRATITUDE_EMOJI.test(trimmed);
  return GRATITUDE_CORE.test(trimmed) && letters.every((word) => GRATITUDE.has(word));
}
