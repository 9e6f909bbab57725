import { successorOf, type Succession } from "../../domain/config/successors.ts";
import { route } from "../../domain/routing/rules.ts";
import { queuesOf } from "../../domain/ticket/policy.ts";
import { factsOf } from "../../domain/ticket/routed.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Inside } from "../commit/inside.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Rules } from "../rules/rules.ts";
import { FACTS } from "../tables/facts.ts";

/** Tickets that are read at once. */
const TICKETS_AT_ONCE_MAX = 100;

/* Tickets whose agent or queue a configuration does not name any more. */

/** Whom and what this group's tickets may name. */
function knownPlaces({ policy }: Rules): { agents: number[]; queues: string[] } {
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

/** Gives every ticket a queue and an agent that the configuration names, each in a transaction of its own. */
export function placeAll(inside: Inside, successors: Succession = {}): void {
  const rules = inside.rules();
  const { facts, openTickets } = inside.tables;
  if (rules === null || facts.get(FACTS.placedFor) === rules.version) return;
  for (let after = 0; ;) {
    const numbers = openTickets.misplaced(knownPlaces(rules), after, TICKETS_AT_ONCE_MAX);
    for (const number of numbers) {
      try {
        inside.commit((tx) => placeAgain(tx, number, successors));
      } catch (error) {
        inside.report(`place of ticket ${number}`, error);
      }
    }
    if (numbers.length < TICKETS_AT_ONCE_MAX) break;
    after = numbers.at(-1)!;
  }
  facts.set(FACTS.placedFor, rules.version);
}
