import { ROUTING_CANDIDATES_KEPT } from "../domain/limits.ts";
import type { RosterAgent } from "../domain/roster.ts";
import {
  assign,
  nextChange,
  stageAt,
  type AgentNow,
  type Assignment,
  type QueueRouting,
} from "../domain/routing/assignment.ts";
import { availableFrom, unavailableBecause } from "../domain/routing/presence.ts";
import { skillsBy } from "../domain/routing/skill-table.ts";
import { highest } from "../domain/routing/skills.ts";
import { turnAt } from "../domain/routing/turn.ts";
import type { Ticket } from "../domain/ticket.ts";
import { nobodyTakesIt } from "../telegram/text.ts";
import { awaitedUntil } from "./enriching.ts";
import { askForSlot } from "./peers/ask.ts";
import { refreshSkills, skillTable } from "./skills.ts";
import type { AgentRow } from "./tables/agents.ts";
import { isUnassigned } from "./tables/store.ts";
import { inOrder, waitingOf, type WaitingTicket } from "./tables/waiting.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Hands out what waits in the queues that the desk assigns, in their order, as long as somebody has room. `numbers`:
 * only these have changed, so that nobody else could get anything they could not get before. Answers when waiting
 * alone changes something next, in ms since 1970.
 */
export function handOut(
  tx: Transaction,
  queues: readonly string[],
  numbers: ReadonlySet<number> | "all",
): number | null {
  refreshSkills(tx);
  const { policy } = tx.rules;
  const agents = policy.roster.agents.map((agent) => agentNow(tx, agent));
  /** What nobody could take, nobody will in this pass: people only get fuller. */
  const hopeless = new Set<string>();
  let next: number | null = null;
  const later = (at: number | null): void => {
    if (at !== null && at > tx.now) next = next === null ? at : Math.min(next, at);
  };
  const waiting =
    numbers === "all" ? tx.waiting.inOrder(queues, tx.rules.config.tiers) : changed(tx, numbers);
  for (const ticket of waiting) {
    const queue = policy.queues.get(ticket.queue);
    if (queue === undefined || !queues.includes(queue.id)) continue;
    later(nextChange(ticket, queue, tx.now)?.at ?? null);
    // Whoever has no room, or is not there, need not be asked about their skills.
    const kind = kindOf(ticket, queue, tx.now);
    if (hopeless.has(kind) || !agents.some(hasRoom)) {
      tellIfNobody(tx, ticket, queue);
      continue;
    }
    // Somebody's home was asked for a slot; its answer comes back as a cause.
    if (tx.agents.slotFor(ticket.id) !== null) continue;
    const awaited = awaitedUntil(tx, ticket.number);
    if (awaited !== null) {
      later(awaited);
      continue;
    }
    const assignment = assignmentOf(tx, ticket, queue, agents);
    if (assignment.assignee === null) {
      if (ticket.declined.length === 0) hopeless.add(kind);
      tellIfNobody(tx, ticket, queue);
      continue;
    }
    const chosen = agents.find(({ agent }) => agent.id === assignment.assignee?.id)!;
    takesTurn(tx, chosen, agents);
    if (chosen.agent.home !== policy.group) {
      askForSlot(tx, chosen.agent, tx.store.ticket(ticket.number)!.ticket);
      chosen.open += 1;
      continue;
    }
    give(tx, ticket, queue, assignment, agents);
  }
  if (waiting.length > 0) {
    for (const { id, shift } of policy.roster.agents) later(availableFrom(tx.agents.get(id), shift, tx.now));
  }
  return next;
}

/** It is their turn when they are chosen: whoever is asked at home for a slot has had it, whenever the answer comes. */
function takesTurn(tx: Transaction, chosen: AgentNow, team: readonly AgentNow[]): void {
  chosen.lastAssignedAt = turnAt(tx.now, team);
  tx.agents.save({ ...tx.agents.get(chosen.agent.id), lastAssignedAt: chosen.lastAssignedAt });
}

function hasRoom({ available, agent, open }: AgentNow): boolean {
  return available && open < agent.capacity;
}

/** Tickets of one kind can be taken by the same people. */
function kindOf({ requireSkills, waitingSince }: WaitingTicket, queue: QueueRouting, now: number): string {
  return JSON.stringify([queue.id, requireSkills, stageAt(queue, now - waitingSince)]);
}

/** Gives a ticket to somebody whose home has granted a slot, if it still waits. Answers whether it did. */
export function offer(tx: Transaction, ticket: Ticket, agent: RosterAgent): boolean {
  const queue = tx.rules.policy.queues.get(ticket.queue);
  if (!isUnassigned(ticket) || queue === undefined) return false;
  const waiting = waitingOf(ticket, tx.rules.config.tiers);
  // Their home has counted this one already.
  const now = { ...agentNow(tx, agent), available: true, open: 0 };
  const assignment = assignmentOf(tx, waiting, queue, [now]);
  if (assignment.assignee === null) return false;
  give(tx, waiting, queue, assignment, [now]);
  return true;
}

function changed(tx: Transaction, numbers: ReadonlySet<number>): WaitingTicket[] {
  const found = [...numbers].flatMap((number) => {
    const ticket = tx.store.ticket(number)?.ticket;
    return ticket === undefined || !isUnassigned(ticket) ? [] : [waitingOf(ticket, tx.rules.config.tiers)];
  });
  return found.sort(inOrder);
}

/** Who would get a ticket now, and why. */
export function assignmentOf(
  tx: Transaction,
  ticket: WaitingTicket,
  queue: QueueRouting,
  agents: readonly AgentNow[],
): Assignment {
  const served = tx.store.servedBy(ticket.customer);
  const known = agents.map((one) => ({ ...one, history: historyOf(tx, one.agent.id, ticket, served) }));
  const requireSkills = highest(queue.requireSkills, ticket.requireSkills);
  return assign({ ...ticket, requireSkills }, known, queue, tx.now);
}

export function agentNow(tx: Transaction, agent: RosterAgent): AgentNow {
  const row = tx.agents.get(agent.id);
  const because = unavailableBecause(row, agent.shift, tx.now);
  return {
    agent: { ...agent, skills: skillsBy(skillTable(tx), agent) },
    available: because === null,
    unavailableBecause: because,
    open: openOf(tx, agent, row),
    lastAssignedAt: row.lastAssignedAt,
    history: 0,
  };
}

/** An agent's home knows all that they have; elsewhere its last word counts, and what is here at least. */
function openOf(tx: Transaction, agent: RosterAgent, { openElsewhere }: AgentRow): number {
  const here = tx.store.loads().get(agent.id) ?? 0;
  if (agent.home === tx.rules.group.id)
    return agent.elsewhere.length === 0 ? here : here + tx.agents.slotsOf(agent.id);
  return Math.max(here, openElsewhere);
}

function historyOf(
  tx: Transaction,
  agent: number,
  { tier }: WaitingTicket,
  served: ReadonlySet<number>,
): number {
  if (served.has(agent)) return 1;
  return tier !== null && tx.agents.get(agent).tiers.includes(tier) ? 0.5 : 0;
}

function give(
  tx: Transaction,
  ticket: WaitingTicket,
  queue: QueueRouting,
  { assignee, stage, candidates }: Assignment,
  agents: AgentNow[],
): void {
  const [best, ...others] = candidates;
  tx.apply(ticket.number, {
    type: "desk_assigned",
    assignee: assignee!,
    routing: {
      queue: queue.id,
      stage,
      why: best!.why,
      score: best!.score ?? 0,
      others: others
        .slice(0, ROUTING_CANDIDATES_KEPT)
        .map(({ agent, eligible, score, why }) => ({ agent, eligible, score, why })),
    },
  });
  const row = tx.agents.get(assignee!.id);
  if (ticket.tier !== null && !row.tiers.includes(ticket.tier)) {
    tx.agents.save({ ...row, tiers: [...row.tiers, ticket.tier] });
  }
  const given = agents.findIndex(({ agent }) => agent.id === assignee!.id);
  agents[given] = agentNow(tx, agents[given]!.agent);
}

/** Skills matter no more, and still nobody is there: the leads are told, once for each wait. */
function tellIfNobody(
  tx: Transaction,
  ticket: WaitingTicket,
  { id, overrideAfterMs, pool }: QueueRouting,
): void {
  if (overrideAfterMs === null || tx.now < ticket.waitingSince + overrideAfterMs) return;
  const told = `nobody:${ticket.number}:${ticket.waitingSince}`;
  if (tx.waiting.told.has(told)) return;
  tx.waiting.told.add(told);
  if (!tx.store.firstTime(told, tx.now)) return;
  if (pool !== null && intoThePool(tx, ticket, pool)) return;
  const { leads } = tx.rules.policy.roster;
  for (const lead of leads) tx.tellAgent(lead, ticket.number, { code: "nobody_takes_it", queue: id });
  if (leads.length === 0) tx.tellTopic(ticket.number, nobodyTakesIt(id));
}

/** A ticket that nobody takes goes to the pool once. Answers whether it does. */
function intoThePool(tx: Transaction, { number, id }: WaitingTicket, queue: string): boolean {
  if (!tx.store.firstTime(`pool:${id}`, tx.now)) return false;
  tx.apply(number, { type: "desk_transferred", queue, note: "nobody could take it" });
  return true;
}
