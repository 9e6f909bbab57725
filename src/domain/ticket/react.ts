import type { Effect } from "./effect.ts";
import type { TicketEvent } from "./event.ts";
import { rowOf } from "./events.ts";
import type { Policy } from "./policy.ts";
import type { Ticket } from "./ticket.ts";

/**
 * Who must be notified of what because of an event; `ticket` is the ticket after it and `now` the instant at which the
 * desk notes it, in ms since 1970.
 */
export function react(event: TicketEvent, ticket: Ticket, policy: Policy, now: number): Effect[] {
  return rowOf(event).react?.(event, ticket, policy, now) ?? [];
}
