import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { ContactFacts, UnreachableReason } from "../../domain/contact/contact.ts";
import { withoutOrigin } from "../../domain/ticket/event.ts";
import { eventWritten, toWireJson, type NumbersOf } from "../../domain/ticket/wire-json.ts";
import { eventForPrograms, profileForPrograms, subjectForPrograms } from "../../texts/for-programs.ts";
import { worded } from "../commit/words.ts";
import type { OutboxWork } from "../tables/outbox-work.ts";
import type { KnownProfile, Waiting, WaitingContent } from "../tables/shapes.ts";
import type { Tables } from "../tables/tables.ts";
import type { Delivered } from "../tables/webhook-log.ts";

/** Tickets of one person that are told at once; the record has all of them. */
const TICKETS_TOLD_MAX = 200;
const EVENTS_TOLD_MAX = 2_000;

/** What a group's object has of a person. Instants in ms since 1970. */
interface ContactInside {
  /** Null where only tickets are here, or a block. */
  contact: ContactFacts | null;
  /** What another system last said of them. */
  profile: KnownProfile | null;
  payload: string | null;
  unreachable: UnreachableReason | null;
  firstSeenAt: number | null;
  blockedSince: number | null;
  tickets: {
    id: string;
    ref: string;
    subject: string;
    active: boolean;
    topics: number;
    /** Newest history the record may not have yet. */
    events: { n: number; event: Record<string, unknown> }[];
  }[];
  messages: number;
  waiting: Waiting[];
  delivered: Delivered[];
  /** Updates that could not be applied, without their texts. */
  setAside: { at: number; update: unknown }[];
}

const INSIDE: NumbersOf<ContactInside> = {
  contact: "verbatim",
  profile: {
    profile: {
      attributes: "verbatim",
      priorityScore: "number",
      preferredAgent: "number",
      requireSkills: "verbatim",
      asOf: "instant",
    },
    ignored: "verbatim",
    receivedAt: "instant",
    source: "number",
  },
  firstSeenAt: "instant",
  blockedSince: "instant",
  tickets: { topics: "number", events: { n: "number", event: "verbatim" } },
  messages: "number",
  waiting: { acceptedAt: "instant", says: "verbatim" },
  delivered: { at: "instant", deliveredAt: "instant" },
  setAside: { at: "instant", update: "verbatim" },
};

/** The same as the API writes it. */
export function exportContact(tables: Tables, id: ContactId): unknown {
  const inside = contactInside(tables, id);
  return inside === null ? null : toWireJson(inside, INSIDE);
}

function contactInside(
  { blocked, contacts, history, webhookLog, inbox, personMessages, outbox, tickets, topics }: Tables,
  id: ContactId,
): ContactInside | null {
  const customer = contacts.get(id);
  const numbers = tickets.toExport(id, TICKETS_TOLD_MAX);
  const blockedSince = blocked.since(id);
  const routes = tickets.routesOf(id);
  const linked = personMessages.count(id, routes);
  const waiting = [...personMessages.waiting(id, routes), ...outbox.waitingOf(id)];
  if (customer === undefined && numbers.length + linked + waiting.length === 0 && blockedSince === null)
    return null;
  return {
    contact: customer?.contact ?? null,
    profile: customer?.profile == null ? null : profileForPrograms(customer.profile),
    payload: customer?.payload ?? null,
    unreachable: customer?.unreachable ?? null,
    firstSeenAt: customer?.firstSeenAt ?? null,
    blockedSince,
    tickets: numbers.map((number) => {
      const { ticket, recorded } = tickets.get(number)!;
      return {
        id: ticket.id,
        ref: ticket.ref,
        subject: subjectForPrograms(ticket.subject),
        active: ticket.status !== "closed" && ticket.movedTo === null,
        topics: topics.of(number).length,
        events: history
          .after(number, recorded, EVENTS_TOLD_MAX)
          .map(({ n, event }) => ({ n, event: eventWritten(withoutOrigin(eventForPrograms(event))) })),
      };
    }),
    messages: linked,
    waiting: waiting.map(inFull),
    delivered: webhookLog.deliveredOf(id),
    setAside: inbox.setAsideOf(id),
  };
}

/** What the desk waits to say is told in the words that will leave. */
function inFull(one: Waiting): Waiting {
  const says = one.says as OutboxWork | WaitingContent | null;
  if (says === null || !("words" in says)) return one;
  return { ...one, says: { ...says, words: worded(says.words) } };
}
