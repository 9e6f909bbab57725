import type { Config } from "../config/config.ts";
import { PRIORITIES, type Priority } from "../priority.ts";
import { nextChange, stageAt } from "../routing/assignment.ts";
import { factsKnown } from "../routing/known.ts";
import { route } from "../routing/rules.ts";
import type { RosterAgent } from "../team/roster.ts";
import { NO_SKILLS_SERVICE, type SkillsKnown } from "../team/skill-table.ts";
import { highest } from "../team/skills.ts";
import { defaultGroupOf, policyOf } from "../ticket/policy.ts";
import { EventQueue } from "./event-queue.ts";
import type { RecordedTicket } from "./recorded-ticket.ts";
import { ReplayAgents } from "./replay-agents.ts";
import { ReplayGroup, type Arrival } from "./replay-group.ts";

/** Where a configuration sends a recorded ticket. */
export interface Replayed {
  queue: string;
  priority: Priority;
  /** The last assignee; null: none before it ended. */
  assignee: { id: number; name: string } | null;
  /** Since when. */
  assignedAt: number | null;
  /** By the policy that holds for it there, with the first answer when the record has it. */
  firstResponseBreached: boolean;
}

/**
 * What a configuration would have made of tickets that arrived in this order, beginning with an empty desk in which all
 * agents are online on their shift. Where the desk assigns, a ticket occupies its agent until the record has its end,
 * or until they have ignored it, but not while the record has it waiting for the customer (unless the configuration
 * counts that): the first answer comes when the record has it. Where agents claim, the recorded assignee takes it at
 * once, if they work there. `now` in ms since 1970: the age of unanswered tickets ends there. `skills`: the skills
 * service's answers to the groups.
 */
export function replayTickets(
  config: Config,
  tickets: readonly RecordedTicket[],
  now: number,
  skills: SkillsKnown = NO_SKILLS_SERVICE,
): Replayed[] {
  return new Replay(config, tickets, skills).run(now);
}

type Moment =
  | { kind: "ends" | "arrives"; arrival: Arrival }
  /** It is the customer's turn, or the agent's again. */
  | { kind: "rests" | "goes_on"; arrival: Arrival }
  /** What it wants, if it has waited since then. */
  | { kind: "relaxes"; arrival: Arrival; waitingSince: number }
  /** From a queue without a candidate to the pool. */
  | { kind: "moves"; arrival: Arrival }
  /** The time in which its agent had to answer is over. */
  | { kind: "answer_due"; arrival: Arrival; assignedAt: number }
  | { kind: "returns"; replayGroup: ReplayGroup };

class Replay {
  readonly #config: Config;
  readonly #skills: SkillsKnown;
  readonly #agents: ReplayAgents;
  readonly #groups = new Map<string, ReplayGroup>();
  readonly #moments = new EventQueue<Moment>();
  readonly #arrivals: Arrival[];

  constructor(config: Config, tickets: readonly RecordedTicket[], skills: SkillsKnown) {
    this.#config = config;
    this.#skills = skills;
    this.#agents = new ReplayAgents(answersOf(tickets));
    this.#arrivals = tickets.map((ticket, index) => this.#arrivalOf(ticket, index));
    for (const arrival of this.#arrivals) {
      this.#moments.add(arrival.ticket.openedAt, { kind: "arrives", arrival });
    }
  }

  run(now: number): Replayed[] {
    for (let at = this.#moments.nextAt(); at !== null; at = this.#moments.nextAt()) this.#happen(at);
    return this.#arrivals.map((arrival) => ({
      queue: arrival.queue.id,
      priority: arrival.priority,
      assignee: arrival.assignee,
      assignedAt: arrival.assignedAt,
      firstResponseBreached: this.#isBreached(arrival, now),
    }));
  }

  #arrivalOf(ticket: RecordedTicket, index: number): Arrival {
    const { policy } = this.#groupOf(
      this.#config.groups.some(({ id }) => id === ticket.group) ? ticket.group : defaultGroupOf(this.#config),
    );
    const facts = factsKnown(ticket.facts, ticket.profile);
    const ruled = route(facts, policy.routing, ticket.openedAt, policy.defaultQueue);
    const queue = policy.queues.get(ruled.queue)!;
    const priority = ruled.priority ?? "normal";
    const ownSkills = highest(ruled.requireSkills, ticket.profile?.requireSkills);
    return {
      index,
      ticket,
      queue,
      priority,
      requireSkills: highest(queue.requireSkills, ownSkills),
      ownSkills,
      preferredAgent: ticket.profile?.preferredAgent ?? null,
      tier: facts.tier,
      declined: [],
      waitingSince: ticket.openedAt,
      rank: PRIORITIES.indexOf(priority),
      score: ticket.profile?.priorityScore ?? this.#config.tiers[facts.tier ?? ""]?.score ?? 0,
      assignee: null,
      assignedAt: null,
      firstAssignedAt: null,
      rests: false,
      over: false,
    };
  }

  #groupOf(group: string): ReplayGroup {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const replayGroup = new ReplayGroup(
      policyOf(this.#config, group, 0, this.#skills.get(group)?.table ?? null)!,
      this.#agents,
    );
    this.#groups.set(group, replayGroup);
    return replayGroup;
  }

  /** Everything of one instant: agents get free, then tickets arrive, then tickets are handed out. */
  #happen(at: number): void {
    const freed = new Set<ReplayGroup>();
    const changed = new Map<ReplayGroup, Set<Arrival>>();
    for (const moment of this.#moments.take(at)) {
      if (moment.kind === "returns") {
        freed.add(moment.replayGroup);
        continue;
      }
      const { arrival } = moment;
      const replayGroup = this.#groupOf(arrival.queue.group);
      const free = ({ id, home, elsewhere }: RosterAgent): void => {
        this.#agents.free(id);
        // Their home is told first.
        for (const group of [home, ...elsewhere]) freed.add(this.#groupOf(group));
      };
      const waits = (): void =>
        void changed.set(replayGroup, (changed.get(replayGroup) ?? new Set()).add(arrival));
      switch (moment.kind) {
        case "arrives":
          this.#comes(replayGroup, arrival, at, waits);
          this.#ends(arrival);
          break;
        case "moves":
          if (!arrival.over) this.#comes(replayGroup, arrival, at, waits);
          break;
        case "relaxes":
          if (arrival.assignee === null && arrival.waitingSince === moment.waitingSince) waits();
          break;
        case "ends":
          arrival.over = true;
          if (arrival.assignee === null) replayGroup.waitsNoMore(arrival);
          else if (!arrival.rests) free(replayGroup.agent(arrival.assignee.id)!);
          break;
        case "rests":
          if (arrival.over) break;
          arrival.rests = true;
          if (arrival.assignee !== null) free(replayGroup.agent(arrival.assignee.id)!);
          break;
        case "goes_on":
          if (arrival.over || !arrival.rests) break;
          arrival.rests = false;
          if (arrival.assignee !== null) this.#agents.take(arrival.assignee.id);
          break;
        case "answer_due": {
          const { assignee } = arrival;
          if (arrival.over || assignee === null || arrival.assignedAt !== moment.assignedAt) break;
          const agent = replayGroup.agent(assignee.id)!;
          if (!arrival.rests) free(agent);
          this.#takeBack(replayGroup, arrival, agent, at);
          waits();
          break;
        }
        default:
          moment satisfies never;
      }
    }
    for (const replayGroup of freed) this.#handOut(replayGroup, at);
    for (const [replayGroup, arrivals] of changed) {
      if (!freed.has(replayGroup)) this.#handOut(replayGroup, at, [...arrivals]);
      for (const arrival of arrivals)
        if (!this.#goesToThePool(replayGroup, arrival, at)) this.#relaxesLater(arrival, at);
    }
  }

  #comes(replayGroup: ReplayGroup, arrival: Arrival, at: number, waits: () => void): void {
    if (arrival.queue.auto) {
      replayGroup.waits(arrival);
      waits();
      return;
    }
    const { assignee } = arrival.ticket;
    const who = assignee === null ? undefined : replayGroup.agent(assignee);
    if (who !== undefined) replayGroup.take(arrival, who, at);
  }

  #ends(arrival: Arrival): void {
    const { endedAt, openedAt, waits } = arrival.ticket;
    if (this.#config.routing.capacityCounts === "waiting_for_agent") {
      for (const { from, to } of waits) {
        this.#moments.add(Math.max(from, openedAt), { kind: "rests", arrival });
        if (to !== null) this.#moments.add(Math.max(to, openedAt), { kind: "goes_on", arrival });
      }
    }
    if (endedAt !== null) this.#moments.add(Math.max(endedAt, openedAt), { kind: "ends", arrival });
  }

  #handOut(replayGroup: ReplayGroup, at: number, of?: Arrival[]): void {
    for (const arrival of replayGroup.handOut(at, of)) this.#answerDueLater(arrival, at);
    const returnsAt = replayGroup.nextReturn(at);
    if (returnsAt !== null) this.#moments.add(returnsAt, { kind: "returns", replayGroup });
  }

  /** Its agent has the time that the queue gives; an answer at its last instant is in time. */
  #answerDueLater(arrival: Arrival, assignedAt: number): void {
    const { answerWithinMs } = arrival.queue;
    const { firstAnsweredAt } = arrival.ticket;
    if (answerWithinMs === null) return;
    const dueAt = assignedAt + answerWithinMs;
    if (firstAnsweredAt !== null && firstAnsweredAt <= dueAt) return;
    this.#moments.add(dueAt + 1, { kind: "answer_due", arrival, assignedAt });
  }

  /** An ignored ticket waits anew, for another agent. */
  #takeBack(replayGroup: ReplayGroup, arrival: Arrival, agent: RosterAgent, at: number): void {
    const { firstAnsweredAt, endedAt } = arrival.ticket;
    this.#agents.ignores(agent, at, firstAnsweredAt ?? endedAt);
    arrival.assignee = null;
    arrival.assignedAt = null;
    arrival.declined = [...arrival.declined, agent.id];
    arrival.waitingSince = at - 1;
    replayGroup.waits(arrival);
  }

  /** No agent takes it, whatever the skills: from now on it waits in the pool, if there is one. */
  #goesToThePool(replayGroup: ReplayGroup, arrival: Arrival, at: number): boolean {
    const { queue, waitingSince, assignee, ownSkills, over } = arrival;
    const isOverdue = !over && stageAt(queue, at - waitingSince).kind === "override";
    if (assignee !== null || queue.pool === null || !queue.auto || !isOverdue) return false;
    replayGroup.waitsNoMore(arrival);
    arrival.queue = replayGroup.policy.queues.get(queue.pool)!;
    arrival.requireSkills = highest(arrival.queue.requireSkills, ownSkills);
    arrival.waitingSince = at;
    this.#moments.add(at, { kind: "moves", arrival });
    return true;
  }

  #relaxesLater(arrival: Arrival, at: number): void {
    if (arrival.assignee !== null || !arrival.queue.auto) return;
    const next = nextChange(arrival, arrival.queue, at);
    const { endedAt } = arrival.ticket;
    if (next === null || (endedAt !== null && next.at >= endedAt)) return;
    this.#moments.add(next.at, { kind: "relaxes", arrival, waitingSince: arrival.waitingSince });
  }

  #isBreached({ ticket, queue, priority, tier, firstAssignedAt }: Arrival, now: number): boolean {
    const policy = this.#groupOf(queue.group).policy.sla.policyFor({ tier, queue: queue.id });
    const target = policy?.targets[priority].firstResponse;
    if (policy === null || target === undefined) return false;
    const start = policy.firstResponseStarts === "created" ? ticket.openedAt : firstAssignedAt;
    if (start === null) return false;
    const due = policy.calendar.due(start, target);
    const ended = ticket.firstAnsweredAt ?? ticket.endedAt ?? now;
    return due.kind === "at" && ended > due.at;
  }
}

/** When the record has each agent answering, in order. */
function answersOf(tickets: readonly RecordedTicket[]): ReadonlyMap<number, readonly number[]> {
  const answers = new Map<number, number[]>();
  for (const { assignee, firstAnsweredAt } of tickets) {
    if (assignee === null || firstAnsweredAt === null) continue;
    const all = answers.get(assignee);
    if (all === undefined) answers.set(assignee, [firstAnsweredAt]);
    else all.push(firstAnsweredAt);
  }
  for (const all of answers.values()) all.sort((a, b) => a - b);
  return answers;
}
