import type { Effect } from "./effect.ts";
import type { TicketEvent, TicketEventType } from "./event.ts";
import { ASSIGNMENT_EVENTS } from "./events/assignment.ts";
import { DELIVERY_EVENTS } from "./events/delivery.ts";
import { FACT_EVENTS } from "./events/facts.ts";
import { LIFE_EVENTS } from "./events/life.ts";
import { OPENING_EVENTS } from "./events/opening.ts";
import { REMINDER_EVENTS } from "./events/reminders.ts";
import { ROUTING_EVENTS } from "./events/routing.ts";
import type { EventFacts, EventRow, EventRows } from "./events/row.ts";
import { SLA_EVENTS } from "./events/sla.ts";

/** All that there is to say of each type of event, in the order in which the contract lists them. */
export const EVENTS = {
  ...OPENING_EVENTS,
  ...ROUTING_EVENTS,
  ...ASSIGNMENT_EVENTS,
  ...LIFE_EVENTS,
  ...FACT_EVENTS,
  ...SLA_EVENTS,
  ...REMINDER_EVENTS,
  ...DELIVERY_EVENTS,
} satisfies EventRows<TicketEvent, Effect>;

export const EVENT_TYPES = Object.keys(EVENTS) as [TicketEventType, ...TicketEventType[]];

type WebhookEvent = Exclude<(typeof EVENTS)[TicketEventType]["webhook"], null>;

/** The contract has listed these in this order; the others follow as the table has them. */
const LISTED_FIRST = [
  "ticket.opened",
  "ticket.assigned",
  "ticket.unassigned",
  "ticket.customer_replied",
  "ticket.answered",
  "ticket.transferred",
  "ticket.escalated",
  "ticket.resolved",
  "ticket.closed",
  "ticket.reopened",
  "ticket.priority_changed",
  "ticket.tags_changed",
  "ticket.fields_changed",
  "ticket.noted",
] as const satisfies readonly WebhookEvent[];

/** What endpoints know events of tickets as. */
export const TICKET_EVENTS: readonly [WebhookEvent, ...WebhookEvent[]] = [
  ...new Set([
    ...LISTED_FIRST,
    ...Object.values(EVENTS).flatMap(({ webhook }) => (webhook === null ? [] : [webhook])),
  ]),
] as [WebhookEvent, ...WebhookEvent[]];

/** The row of an event, for that event alone: of one of another type it says nothing. */
export function rowOf({ type }: TicketEvent): EventRow<TicketEvent, Effect> {
  return EVENTS[type] as unknown as EventRow<TicketEvent, Effect>;
}

/** Likewise for a type that the compiler does not know. */
interface StoredFacts extends Omit<EventFacts<Record<string, unknown>>, "facts"> {
  facts: Readonly<
    Record<string, "told" | "kept" | "instant" | "told_instant" | "words" | { instants: readonly string[] }>
  >;
}

/** What is known of events of a type; undefined for one that a later release has stored. */
export function factsOfEvent(type: string): StoredFacts | undefined {
  const all: Readonly<Record<string, unknown>> = EVENTS;
  return Object.hasOwn(all, type) ? (all[type] as StoredFacts) : undefined;
}
