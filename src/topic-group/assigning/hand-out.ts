import { ROUTING_CANDIDATES_KEPT } from "../../domain/limits.ts";
import {
  assign,
  neededFor,
  nextChange,
  stageAt,
  type AgentNow,
  type Assignment,
  type QueueRouting,
} from "../../domain/routing/assignment.ts";
import { turnAt } from "../../domain/routing/turn.ts";
import { availableFrom } from "../../domain/team/presence.ts";
import type { RosterAgent } from "../../domain/team/roster.ts";
import { hasSkills, highest } from "../../domain/team/skills.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { notice } from "../../texts/notice.ts";
import { agentNow } from "../commit/agent-now.ts";
import { askForSlot, giveUpAsking, SLOT_ANSWER_MS } from "../commit/ask-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { questions } from "../systems/enrichment.ts";
import { refreshSkills } from "../systems/skills.ts";
import { onceKey } from "../tables/once.ts";
import { isUnassigned } from "../tables/ticket-place.ts";
import { inOrder, waitingOf, type WaitingTicket } from "../tables/waiting.ts";
import { UnmetSkills } from "./unmet-skills.ts";

/**
 * Hands out the waiting tickets of queues that the desk assigns, in their order, as long as agents have room.
 * `numbers`: only these tickets have changed, so that for the others nothing is different. Returns when waiting alone
 * changes something next, in ms since 1970.
 */
export function handOut(
  tx: Transaction,
  queues: readonly string[],
  numbers: ReadonlySet<number> | "all",
): number | null {
  refreshSkills(tx);
  const { policy } = tx.rules;
  const agents = policy.roster.agents.map((agent) => agentNow(tx, agent, tx.now));
  /** A kind of ticket that no agent could take is not tried again in this pass: agents only get fuller. */
  const hopeless = new Set<string>();
  let next: number | null = null;
  const later = (at: number | null): void => {
    if (at !== null && at > tx.now) next = next === null ? at : Math.min(next, at);
  };
  const asked = questions(tx);
  const slots = tx.agents.wanted(policy.group);
  const unmet = new UnmetSkills(tx, asked);
  const waiting =
    numbers === "all" ? tx.waiting.inOrder(queues, tx.rules.config.tiers) : changed(tx, numbers);
  for (const ticket of waiting) {
    const queue = policy.queues.get(ticket.queue);
    if (queue === undefined || !queues.includes(queue.id)) continue;
    later(nextChange(ticket, queue, tx.now)?.at ?? null);
    // An agent's home was asked for a slot; its answer comes back as a cause.
    const wanted = slots.get(ticket.id);
    if (wanted !== undefined && wanted.askedAt + SLOT_ANSWER_MS > tx.now) {
      later(wanted.askedAt + SLOT_ANSWER_MS);
      continue;
    }
    if (wanted !== undefined) stopAsking(tx, ticket, wanted.agent, agents);
    // An agent without room, or who is away, need not be asked about skills.
    const kind = kindOf(ticket, queue, tx.now);
    if (hopeless.has(kind) || !agents.some(hasRoom)) {
      later(unmet.tell(ticket, queue, kind));
      tellIfNobody(tx, ticket, queue);
      continue;
    }
    const awaited = asked.get(ticket.number);
    if (awaited !== undefined) {
      later(awaited);
      continue;
    }
    const assignment = assignmentOf(tx, ticket, queue, agents);
    if (assignment.assignee === null) {
      if (ticket.declined.length === 0) hopeless.add(kind);
      later(unmet.tell(ticket, queue, kind));
      tellIfNobody(tx, ticket, queue);
      continue;
    }
    const firstAt = olderOnes(tx, ticket, assignment.assignee.id, agents, asked, queues);
    if (firstAt !== null) {
      later(firstAt);
      continue;
    }
    const chosen = agents.find(({ agent }) => agent.id === assignment.assignee?.id)!;
    takesTurn(tx, chosen, agents);
    if (chosen.agent.home !== policy.group) {
      askForSlot(tx, chosen.agent, tx.tickets.get(ticket.number)!.ticket);
      chosen.open += 1;
      continue;
    }
    give(tx, ticket, queue, assignment, agents);
  }
  if (waiting.length > 0) {
    for (const { id, shift, skills } of policy.roster.agents) {
      later(availableFrom(tx.agents.get(id), shift, tx.now));
      // When a certificate expires, a ticket that requires it may have no candidate left.
      for (const { until } of skills.values()) later(until);
    }
  }
  return next;
}

/** The home that was asked has had its time: its agent counts as full, and the ticket goes on. */
function stopAsking(tx: Transaction, { id }: WaitingTicket, agentId: number, agents: AgentNow[]): void {
  const index = agents.findIndex(({ agent }) => agent.id === agentId);
  if (index === -1) {
    tx.agents.freeSlot(agentId, id, tx.rules.group.id);
    return;
  }
  giveUpAsking(tx, agents[index]!.agent, id);
  agents[index] = agentNow(tx, agents[index]!.agent, tx.now);
}

/**
 * Until when a ticket waits because older ones, for which an answer is awaited, may need all the room that agents have:
 * a newer equal overtakes none of them. Null: there is room for all of them.
 */
function olderOnes(
  tx: Transaction,
  ticket: WaitingTicket,
  agentId: number,
  agents: readonly AgentNow[],
  asked: ReadonlyMap<number, number>,
  queues: readonly string[],
): number | null {
  if (asked.size === 0) return null;
  const { agent, open } = agents.find((one) => one.agent.id === agentId)!;
  const older = [...asked].flatMap(([number, until]) => {
    const one = tx.waiting.get(number, queues, tx.rules.config.tiers);
    const required = one === undefined ? {} : (tx.rules.policy.queues.get(one.queue)?.requireSkills ?? {});
    return one !== undefined &&
      inOrder(one, ticket) < 0 &&
      !one.declined.includes(agentId) &&
      hasSkills(agent.skills, highest(required, one.requireSkills), tx.now)
      ? [until]
      : [];
  });
  return older.length > 0 && older.length >= agent.capacity - open ? Math.min(...older) : null;
}

/** Being chosen uses up the round-robin turn, even while the home group's answer about a slot is pending. */
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

/** Gives a ticket to an agent whose home has granted a slot, if it still waits. Returns whether it did. */
export function offer(tx: Transaction, ticket: Ticket, agent: RosterAgent): boolean {
  const queue = tx.rules.policy.queues.get(ticket.queue);
  if (!isUnassigned(ticket) || queue === undefined) return false;
  const waiting = waitingOf(ticket, tx.rules.config.tiers);
  // Their home has counted this one already.
  const now = { ...agentNow(tx, agent, tx.now), available: true, open: 0 };
  const assignment = assignmentOf(tx, waiting, queue, [now]);
  if (assignment.assignee === null) return false;
  give(tx, waiting, queue, assignment, [now]);
  return true;
}

function changed(tx: Transaction, numbers: ReadonlySet<number>): WaitingTicket[] {
  const found = [...numbers].flatMap((number) => {
    const ticket = tx.tickets.get(number)?.ticket;
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
  const served = tx.customerTickets.servedBy(ticket.customer);
  const known = agents.map((one) => ({ ...one, history: historyOf(tx, one.agent.id, ticket, served) }));
  return assign({ ...ticket, requireSkills: neededFor(ticket, queue) }, known, queue, tx.now);
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
  agents[given] = agentNow(tx, agents[given]!.agent, tx.now);
}

/** Skills matter no more, and still no agent is available: the leads are told, once for each wait. */
function tellIfNobody(
  tx: Transaction,
  ticket: WaitingTicket,
  { id, overrideAfterMs, pool }: QueueRouting,
): void {
  if (overrideAfterMs === null || tx.now < ticket.waitingSince + overrideAfterMs) return;
  const told = onceKey("nobody", ticket.number, ticket.waitingSince);
  if (tx.waiting.told.has(told)) return;
  tx.waiting.told.add(told);
  if (!tx.once.firstTime(told, tx.now)) return;
  if (pool !== null && intoThePool(tx, ticket, pool)) return;
  const { leads } = tx.rules.policy.roster;
  for (const lead of leads) tx.notifyAgent(lead, ticket.number, { code: "nobody_takes_it", queue: id });
  if (leads.length === 0) tx.notifyTopic(ticket.number, notice("nobodyTakesIt", id));
}

/** A ticket that no agent takes goes to the pool once. Returns whether it does. */
function intoThePool(tx: Transaction, { number, id }: WaitingTicket, queue: string): boolean {
  if (!tx.once.firstTime(onceKey("pool", id), tx.now)) return false;
  tx.apply(number, { type: "desk_transferred", queue, note: { reason: "nobody_could_take_it" } });
  return true;
}
