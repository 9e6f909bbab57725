import { successorOf, type Succession } from "../../domain/config/successors.ts";
import { route } from "../../domain/routing/rules.ts";
import { queuesOf } from "../../domain/ticket/policy.ts";
import { factsOf } from "../../domain/ticket/routed.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Rules } from "../rules/rules.ts";

/* Tickets whose agent or queue a configuration does not name any more. */

/** Whom and what this group's tickets may name. */
export function knownPlaces({ policy }: Rules): { agents: number[]; queues: string[] } {
  return { agents: policy.roster.agents.map(({ id }) => id), queues: queuesOf(policy) };
}

/**
 * Gives a ticket a queue and agent that exist. Its queue: the named successor, otherwise the rules' choice or the
 * group's default. A ticket whose agent has left goes back to its queue. The customer is not told.
 */
export function placeAgain(tx: Transaction, number: number, successors: Succession): void {
  const { policy } = tx.rules;
  const isAgent = (id: number): boolean => policy.roster.agents.some((agent) => agent.id === id);
  const row = tx.tickets.get(number);
  if (row === undefined || row.ticket.movedTo !== null) return;
  const { assignee, status, reminders } = row.ticket;
  const gone = reminders.flatMap(({ agent }) => (isAgent(agent) ? [] : [agent]));
  if (gone.length > 0) tx.apply(number, { type: "reminders_gone", agents: gone });
  if (assignee !== null && status !== "resolved" && !isAgent(assignee.id))
    tx.apply(number, { type: "assignee_gone", why: "left" });
  const { ticket } = tx.tickets.get(number)!;
  if (ticket.movedTo !== null || policy.queues.get(ticket.queue)?.group === policy.group) return;
  const queue = nextQueueOf(ticket, tx.rules, successors);
  const { group } = policy.queues.get(queue)!;
  const reason = policy.queues.has(ticket.queue) ? "queue_of_another_group" : "queue_gone";
  tx.apply(number, { type: "place_lost", queue, group, note: { reason, queue: ticket.queue } });
}

function nextQueueOf(ticket: Ticket, { policy }: Rules, successors: Succession): string {
  // The queue has gone to another group, and what waits in it goes along.
  if (policy.queues.has(ticket.queue)) return ticket.queue;
  const said = successorOf(ticket.queue, successors, (queue) => policy.queues.has(queue));
  if (said !== undefined) return said;
  const ruled = ticket.queueSet
    ? null
    : route(factsOf(ticket), policy.routing, ticket.changedAt, policy.defaultQueue).queue;
  return ruled !== null && policy.queues.has(ruled) ? ruled : policy.defaultQueue;
}
