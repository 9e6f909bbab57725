import {
  neededFor,
  nextChange,
  type Assignment,
  type QueueRouting,
} from "../../domain/routing/assignment.ts";
import { route } from "../../domain/routing/rules.ts";
import { ruleSteps } from "../../domain/routing/steps.ts";
import { Team, type UnmetIn } from "../../domain/routing/unmet.ts";
import type { NextChange } from "../../domain/routing/why.ts";
import { availableFrom } from "../../domain/team/presence.ts";
import { factsOf } from "../../domain/ticket/routed.ts";
import { ROUTING_EVENTS, type RoutingStory } from "../../domain/ticket/routing-story.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { agentNow } from "../commit/agent-now.ts";
import type { Transaction } from "../commit/transaction.ts";
import { questions } from "../systems/enrichment.ts";
import { isUnassigned } from "../tables/ticket-place.ts";
import { waitingOf } from "../tables/waiting.ts";
import { assignmentOf } from "./hand-out.ts";

/** Events of a ticket that its story looks through. */
const TOLD_EVENTS_MAX = 5_000;

/**
 * How a ticket got where it is and what becomes of it, as the live path works it out; null if there is no such ticket.
 * `handing`: the queues whose tickets the desk hands out. Changes nothing.
 */
export function routingStory(
  tx: Transaction,
  number: number,
  handing: readonly string[],
): RoutingStory | null {
  const ticket = tx.tickets.get(number)?.ticket;
  if (ticket === undefined) return null;
  const { policy, config } = tx.rules;
  const facts = factsOf(ticket);
  const { queue, priority, requireSkills, rules } = route(facts, policy.routing, tx.now, policy.defaultQueue);
  const settings = policy.queues.get(ticket.queue);
  const isHandedOut = handing.includes(ticket.queue);
  const assignment = settings === undefined || !isUnassigned(ticket) ? null : whoNow(tx, ticket, settings);
  return {
    at: tx.now,
    facts,
    says: { queue, priority, requireSkills, rules, steps: ruleSteps({ queue, rules }, config) },
    queue: ticket.queue,
    assignment: isHandedOut ? "auto" : "claim",
    priority: ticket.priority,
    assignee: ticket.assignee,
    requireSkills: neededFor(ticket, settings),
    waiting:
      assignment === null
        ? null
        : {
            since: ticket.waitingSince,
            stage: assignment.stage,
            place: isHandedOut ? placeOf(tx, ticket, handing) : null,
            candidates: assignment.candidates,
            unmet: isHandedOut ? unmetNow(tx, ticket, settings!, assignment) : null,
          },
    next: settings === undefined || !isHandedOut ? null : nextOf(tx, ticket, settings, assignment),
    past: tx.history
      .after(number, 0, TOLD_EVENTS_MAX)
      .filter(({ event }) => (ROUTING_EVENTS as readonly string[]).includes(event.type))
      .map(({ n, event, notedAt }) => ({ n, at: event.at, notedAt, event })),
  };
}

function whoNow(tx: Transaction, ticket: Ticket, queue: QueueRouting): Assignment {
  const { policy, config } = tx.rules;
  const agents = policy.roster.agents.map((agent) => agentNow(tx, agent, tx.now));
  return assignmentOf(tx, waitingOf(ticket, config.tiers), queue, agents);
}

function unmetNow(
  tx: Transaction,
  ticket: Ticket,
  queue: QueueRouting,
  { stage }: Assignment,
): UnmetIn | null {
  const { agents } = tx.rules.policy.roster;
  const unmet = stage.kind === "override" ? null : new Team(agents, tx.now).unmet(neededFor(ticket, queue));
  return unmet === null ? null : { ...unmet, group: queue.group };
}

function placeOf(
  tx: Transaction,
  { number, queue }: Ticket,
  handing: readonly string[],
): { position: number; of: number } | null {
  const waiting = tx.waiting.inOrder(handing, tx.rules.config.tiers).filter((one) => one.queue === queue);
  const index = waiting.findIndex((one) => one.number === number);
  return index < 0 ? null : { position: index + 1, of: waiting.length };
}

function nextOf(
  tx: Transaction,
  ticket: Ticket,
  queue: QueueRouting,
  assignment: Assignment | null,
): RoutingStory["next"] {
  if (assignment === null) {
    const { handedAt, assignee, awaitingSince } = ticket;
    if (handedAt === null || queue.answerWithinMs === null || awaitingSince === null) return null;
    const what = { change: "goes_on", assignee: assignee?.name ?? "" } as const;
    return { at: handedAt + queue.answerWithinMs, what };
  }
  const awaited = questions(tx).get(ticket.number);
  const relaxes = nextChange(ticket, queue, tx.now);
  const returns = tx.rules.policy.roster.agents.flatMap(({ id, name: agent, shift }): NextChange[] => {
    const row = tx.agents.get(id);
    const at = availableFrom(row, shift, tx.now);
    if (at === null) return [];
    return [{ at, what: { change: row.availability === "away" ? "agent_back" : "shift_begins", agent } }];
  });
  return (
    [
      ...(awaited === undefined ? [] : [{ at: awaited, what: { change: "enrichment_over" } as const }]),
      ...(relaxes === null ? [] : [relaxes]),
      ...returns,
    ].sort((a, b) => a.at - b.at)[0] ?? null
  );
}
