import { customer, system } from "../actor.ts";
import type { CommandOf } from "../command.ts";
import type { Decision } from "../decision.ts";
import type { Ticket } from "../ticket.ts";

export function unreachable(
  { reason }: CommandOf<"customer_unreachable">,
  ticket: Ticket,
  now: number,
): Decision {
  if (ticket.unreachable === reason) return { events: [] };
  return { events: [{ type: "customer_unreachable", at: now, by: system("delivery"), reason }] };
}

export function reachable(command: CommandOf<"customer_reachable">, ticket: Ticket, now: number): Decision {
  if (ticket.unreachable === null) return { events: [] };
  return { events: [{ type: "customer_reachable", at: now, by: customer(command.customer) }] };
}

/** It came from another group. */
export function arrived(
  { group, number, topicId, from, home }: CommandOf<"ticket_arrived">,
  ticket: Ticket,
  now: number,
): Decision {
  const moved = home === undefined || home === ticket.home ? {} : { home };
  const place = { group, number, topicId, cameFrom: from, ...moved };
  return { events: [{ type: "ticket_arrived", ...place, at: now, by: system("routing") }] };
}

export function topicCreated({ topicId }: CommandOf<"topic_created">, now: number): Decision {
  return { events: [{ type: "topic_created", at: now, by: system("delivery"), topicId }] };
}

export function topicLost({ topicId }: CommandOf<"topic_lost">, ticket: Ticket, now: number): Decision {
  if (ticket.topicId !== topicId) return { events: [] };
  return { events: [{ type: "topic_lost", at: now, by: system("delivery"), topicId }] };
}

export function failed({ code }: CommandOf<"delivery_failed">, now: number): Decision {
  return { events: [{ type: "delivery_failed", at: now, by: system("delivery"), code }] };
}

export function uncertain(now: number): Decision {
  return { events: [{ type: "delivery_uncertain", at: now, by: system("delivery") }] };
}
