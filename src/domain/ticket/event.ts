import type { AssignmentEvent } from "./events/assignment.ts";
import type { DeliveryEvent } from "./events/delivery.ts";
import type { FactEvent } from "./events/facts.ts";
import type { LifeEvent } from "./events/life.ts";
import type { OpeningEvent } from "./events/opening.ts";
import type { ReminderEvent } from "./events/reminders.ts";
import type { RoutingEvent } from "./events/routing.ts";
import type { SlaEvent } from "./events/sla.ts";

/** Everything that can happen to a ticket. The ticket is the fold of its events: see `evolve`. */
export type TicketEvent =
  | OpeningEvent
  | RoutingEvent
  | AssignmentEvent
  | LifeEvent
  | FactEvent
  | SlaEvent
  | ReminderEvent
  | DeliveryEvent;

export type TicketEventType = TicketEvent["type"];

/** An event, or what the record keeps of one, without the place that its program called from. */
export function withoutOrigin<T extends { origin?: unknown }>(said: T): T {
  const { origin: _, ...rest } = said;
  return rest as T;
}
