import type { Priority } from "../priority.ts";
import { assign, stageAt, type AgentNow, type QueueRouting } from "../routing/assignment.ts";
import { turnAt } from "../routing/turn.ts";
import type { RosterAgent } from "../team/roster.ts";
import type { SkillLevels } from "../team/skills.ts";
import type { Policy } from "../ticket/policy.ts";
import type { RecordedTicket } from "./recorded-ticket.ts";
import type { ReplayAgents } from "./replay-agents.ts";

/** A ticket on its way through the replay. Instants in ms since 1970. */
export interface Arrival {
  readonly index: number;
  readonly ticket: RecordedTicket;
  queue: QueueRouting;
  readonly priority: Priority;
  requireSkills: SkillLevels;
  /** What the rules and the other system want besides the queue. */
  readonly ownSkills: SkillLevels;
  readonly preferredAgent: number | null;
  readonly tier: string | null;
  /** Who ignored it. */
  declined: readonly number[];
  /** Since when it waits in this queue. */
  waitingSince: number;
  /** As the live path orders what waits: urgency, then score, then age. */
  readonly rank: number;
  readonly score: number;
  /** Whose it is, and since when. */
  assignee: { id: number; name: string } | null;
  assignedAt: number | null;
  firstAssignedAt: number | null;
  /** Whether it fills no slot, because the customer is to answer. */
  rests: boolean;
  /** Whether it has ended. */
  over: boolean;
}

/** A group of the replayed desk: its agents and its waiting tickets. */
export class ReplayGroup {
  readonly policy: Policy;
  readonly #agents: ReplayAgents;
  readonly #team: AgentNow[];
  /** Agent → the tiers that they have served here. */
  readonly #tiers = new Map<number, Set<string>>();
  /** Customer → their tickets that agents here were given. */
  readonly #given = new Map<number, Set<Arrival>>();
  #waiting: Arrival[] = [];
  /** When an agent returns, as far as it was scheduled. */
  #returnAt: number | null = null;

  constructor(policy: Policy, agents: ReplayAgents) {
    this.policy = policy;
    this.#agents = agents;
    this.#team = policy.roster.agents.map((agent) => ({
      agent,
      available: true,
      unavailableBecause: null,
      open: 0,
      lastAssignedAt: null,
      history: 0,
    }));
  }

  agent(id: number): RosterAgent | undefined {
    return this.#team.find(({ agent }) => agent.id === id)?.agent;
  }

  waits(arrival: Arrival): void {
    this.#waiting.push(arrival);
  }

  waitsNoMore(arrival: Arrival): void {
    this.#waiting = this.#waiting.filter((one) => one !== arrival);
  }

  /** An agent takes it, given by the desk or by claiming. */
  take(arrival: Arrival, { id, name }: { id: number; name: string }, at: number): void {
    const { customer } = arrival.ticket;
    arrival.assignee = { id, name };
    arrival.assignedAt = at;
    arrival.firstAssignedAt ??= at;
    if (!arrival.rests) this.#agents.take(id);
    this.#given.set(customer, (this.#given.get(customer) ?? new Set()).add(arrival));
  }

  /** Hands out the waiting tickets, or those `of` it, as long as agents have room. Returns what was handed out. */
  handOut(at: number, of: Arrival[] = this.#waiting): Arrival[] {
    for (const one of this.#team) {
      one.available = this.#agents.isThere(one.agent, at);
      one.open = this.#agents.openOf(one.agent.id);
    }
    const handed: Arrival[] = [];
    // Within one instant agents only get fuller: a need that no agent could meet cannot be met again.
    const hopeless = new Set<string>();
    for (const arrival of of.toSorted(inOrder)) {
      if (!this.#team.some(({ available, agent, open }) => available && open < agent.capacity)) break;
      const want = wantOf(arrival, at);
      if (hopeless.has(want)) continue;
      const who = this.#whoTakes(arrival, at);
      if (who === undefined) {
        if (arrival.declined.length === 0) hopeless.add(want);
        continue;
      }
      this.take(arrival, who.agent, at);
      if (!arrival.rests) who.open += 1;
      who.lastAssignedAt = turnAt(at, this.#team);
      if (arrival.tier !== null) {
        this.#tiers.set(who.agent.id, (this.#tiers.get(who.agent.id) ?? new Set()).add(arrival.tier));
      }
      handed.push(arrival);
    }
    if (handed.length > 0) this.#waiting = this.#waiting.filter(({ assignee }) => assignee === null);
    return handed;
  }

  /** When the next agent returns for whom a ticket waits; null: none is waited for, or it was told before. */
  nextReturn(at: number): number | null {
    if (this.#returnAt !== null && this.#returnAt <= at) this.#returnAt = null;
    if (this.#waiting.length === 0) return null;
    const told = this.#returnAt;
    for (const { agent } of this.#team) {
      const returns = this.#agents.isThere(agent, at) ? null : this.#agents.returnsAt(agent, at);
      if (returns !== null && returns < (this.#returnAt ?? Infinity)) this.#returnAt = returns;
    }
    return this.#returnAt === told ? null : this.#returnAt;
  }

  #whoTakes(arrival: Arrival, at: number): AgentNow | undefined {
    const team = this.#team.map((one) => ({ ...one, history: this.#historyOf(one.agent.id, arrival) }));
    const { assignee } = assign(arrival, team, arrival.queue, at);
    return assignee === null ? undefined : this.#team.find(({ agent }) => agent.id === assignee.id);
  }

  #historyOf(agent: number, { ticket, tier }: Arrival): number {
    for (const { assignee, queue } of this.#given.get(ticket.customer) ?? []) {
      if (assignee?.id === agent && queue.group === this.policy.group) return 1;
    }
    return tier !== null && this.#tiers.get(agent)?.has(tier) === true ? 0.5 : 0;
  }
}

/** More urgent ones first, then those with the higher score, then older ones. */
function inOrder(a: Arrival, b: Arrival): number {
  return a.rank - b.rank || b.score - a.score || a.index - b.index;
}

function wantOf({ queue, requireSkills, waitingSince }: Arrival, at: number): string {
  return JSON.stringify([queue.id, requireSkills, stageAt(queue, at - waitingSince)]);
}
