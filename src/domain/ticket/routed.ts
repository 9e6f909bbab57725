import { factsKnown } from "../routing/known.ts";
import { route, type RoutingFacts } from "../routing/rules.ts";
import { highest } from "../team/skills.ts";
import type { TicketEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import type { Policy } from "./policy.ts";
import type { Ticket } from "./ticket.ts";

/** What the rules look at, of a ticket: what the customer said, and what another system says beyond that. */
export function factsOf({ tier, fields, language, payload, profile }: Ticket): RoutingFacts {
  const said = {
    tier,
    segment: null,
    category: fields["category"] ?? null,
    urgency: fields["urgency"] ?? null,
    language,
    payload,
    attributes: {},
  };
  return factsKnown(said, profile);
}

/** The rules give the ticket a place anew if the facts they look at have changed; an assigned ticket stays. */
export function andRouted(
  before: Ticket | null,
  events: readonly TicketEvent[],
  policy: Policy,
  now: number,
): TicketEvent[] {
  const ticket = events.reduce<Ticket | null>(evolve, before);
  const routed = ticket === null ? null : routedEvent(ticket, policy, now);
  return routed === null ? [...events] : [...events, routed];
}

/** The place that the rules give a ticket; `null` if it is there already, or assigned. */
export function routedEvent(ticket: Ticket, policy: Policy, now: number): TicketEvent | null {
  if (ticket.assignee !== null || ticket.status === "resolved" || ticket.status === "closed") return null;
  const wanted = route(factsOf(ticket), policy.routing, now, policy.defaultQueue);
  const requireSkills = highest(wanted.requireSkills, ticket.profile?.requireSkills);
  const { group } = policy.queues.get(wanted.queue) ?? {};
  const queue = group === undefined || ticket.queueSet ? ticket.queue : wanted.queue;
  const { priority } = wanted;
  const isRaised = priority !== null && !ticket.prioritySet && priority !== ticket.priority;
  const raised = isRaised ? { priority, previousPriority: ticket.priority } : {};
  const same =
    queue === ticket.queue &&
    !isRaised &&
    JSON.stringify(requireSkills) === JSON.stringify(ticket.requireSkills);
  if (same) return null;
  const isElsewhere = queue !== ticket.queue && group !== policy.group;
  const elsewhere = isElsewhere ? { group: group!, previousGroup: policy.group } : {};
  return {
    type: "ticket_routed",
    at: now,
    by: { kind: "system", rule: "routing" },
    queue,
    previousQueue: ticket.queue,
    ...raised,
    requireSkills,
    rules: wanted.rules,
    ...elsewhere,
  };
}
