import type { Config } from "../config.ts";
import { REPLAY_EXAMPLES_MAX } from "../limits.ts";
import { defaultGroupOf, policyOf, type Policy } from "../policy.ts";
import { PRIORITIES, type Priority } from "../priority.ts";
import type { BusinessCalendar } from "../sla/calendar.ts";
import { assign, nextChange, stageAt, type AgentNow, type QueueRouting } from "./assignment.ts";
import { EventQueue } from "./event-queue.ts";
import { factsKnown } from "./known.ts";
import type { Profile } from "./profile.ts";
import { route, type RoutingFacts } from "./rules.ts";
import { highest, type SkillLevels } from "./skills.ts";
import { turnAt } from "./turn.ts";

/** A ticket as the record has it. Instants in ms since 1970, null where it has not happened. */
export interface RecordedTicket {
  ref: string;
  /** The group to which the customer wrote. */
  group: string;
  customer: number;
  /** What the customer said, and the tier where it is known. */
  facts: RoutingFacts;
  /** What another system said of them. */
  profile: Profile | null;
  openedAt: number;
  firstAnsweredAt: number | null;
  /** When it was resolved, or closed without that. */
  endedAt: number | null;
  /** Who had it last. */
  assignee: number | null;
}

/** Where a configuration sends a recorded ticket. */
export interface Replayed {
  queue: string;
  priority: Priority;
  /** Null: nobody before it ended. */
  assignee: { id: number; name: string } | null;
  assignedAt: number | null;
  /** By the policy that holds for it there, with the first answer when the record has it. */
  firstResponseBreached: boolean;
}

/** The same tickets by two configurations. */
export interface Comparison {
  tickets: number;
  /** Tickets with another queue, priority or assignee. */
  changed: number;
  assignmentsChanged: number;
  /** Queue → part of all tickets, from 0 to 1. */
  queueShares: BeforeAndAfter<Record<string, number>>;
  /** Priority → tickets. */
  priorities: BeforeAndAfter<Record<string, number>>;
  expectedFirstResponseBreaches: BeforeAndAfter<number>;
  /** The first that changed. */
  examples: ({ ref: string; openedAt: number } & BeforeAndAfter<Replayed>)[];
}

interface BeforeAndAfter<T> {
  before: T;
  after: T;
}

/** Replays the same arrivals under two configurations, each from an empty desk, and tells what differs. */
export function compareReplays(
  before: Config,
  after: Config,
  tickets: readonly RecordedTicket[],
  now: number,
): Comparison {
  const was = replayTickets(before, tickets, now);
  const is = replayTickets(after, tickets, now);
  const reassigned = tickets.map((_, index) => was[index]!.assignee?.id !== is[index]!.assignee?.id);
  const changed = tickets.flatMap((ticket, index) => {
    const [one, other] = [was[index]!, is[index]!];
    return reassigned[index] || one.queue !== other.queue || one.priority !== other.priority
      ? [{ ref: ticket.ref, openedAt: ticket.openedAt, before: one, after: other }]
      : [];
  });
  const both = <T>(of: (all: readonly Replayed[]) => T): BeforeAndAfter<T> => ({
    before: of(was),
    after: of(is),
  });
  return {
    tickets: tickets.length,
    changed: changed.length,
    assignmentsChanged: reassigned.filter(Boolean).length,
    queueShares: both((all) => {
      const counts = counted(all.map(({ queue }) => queue));
      return Object.fromEntries(
        Object.entries(counts).map(([queue, count]) => [queue, Math.round((count / all.length) * 1e4) / 1e4]),
      );
    }),
    priorities: both((all) => counted(all.map(({ priority }) => priority))),
    expectedFirstResponseBreaches: both(
      (all) => all.filter(({ firstResponseBreached }) => firstResponseBreached).length,
    ),
    examples: changed.slice(0, REPLAY_EXAMPLES_MAX),
  };
}

/**
 * What a configuration would have made of tickets that arrived in this order, beginning with an empty desk in which
 * everybody is there on their shift. Where the desk assigns, a ticket occupies its agent from then until the record has
 * its end; where agents claim, whoever had it in the record takes it at once, if they work there. `now` in ms since
 * 1970: what was never answered is as old as that.
 */
export function replayTickets(config: Config, tickets: readonly RecordedTicket[], now: number): Replayed[] {
  return new Replay(config, tickets).run(now);
}

/** A ticket on its way through the replay. */
interface Arrival {
  index: number;
  ticket: RecordedTicket;
  queue: QueueRouting;
  priority: Priority;
  requireSkills: SkillLevels;
  /** What the rules and the other system want besides the queue. */
  ownSkills: SkillLevels;
  preferredAgent: number | null;
  tier: string | null;
  /** Since when it waits in this queue. */
  waitingSince: number;
  /** As the live path orders what waits: urgency, then score, then age. */
  rank: number;
  score: number;
  assignee: { id: number; name: string } | null;
  assignedAt: number | null;
}

/** A group of the replayed desk: its agents as they are now, and what waits for them. */
interface Floor {
  policy: Policy;
  agents: AgentNow[];
  tiers: Map<number, Set<string>>;
  served: Map<number, Set<number>>;
  waiting: Arrival[];
  /** When somebody's shift begins, as far as it is noted. */
  shiftAt: number | null;
}

type Moment =
  | { kind: "ends"; arrival: Arrival }
  | { kind: "arrives"; arrival: Arrival }
  | { kind: "relaxes"; arrival: Arrival }
  /** From a queue that has nobody to the pool. */
  | { kind: "moves"; arrival: Arrival }
  | { kind: "shift"; group: string };

class Replay {
  readonly #config: Config;
  readonly #floors = new Map<string, Floor>();
  readonly #moments = new EventQueue<Moment>();
  readonly #shifts = new Shifts();
  readonly #arrivals: Arrival[];

  constructor(config: Config, tickets: readonly RecordedTicket[]) {
    this.#config = config;
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
    const { policy } = this.#floor(
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
      waitingSince: ticket.openedAt,
      rank: PRIORITIES.indexOf(priority),
      score: ticket.profile?.priorityScore ?? this.#config.tiers[facts.tier ?? ""]?.score ?? 0,
      assignee: null,
      assignedAt: null,
    };
  }

  #floor(group: string): Floor {
    const known = this.#floors.get(group);
    if (known !== undefined) return known;
    const policy = policyOf(this.#config, group, 0)!;
    const agents = policy.roster.agents.map((agent): AgentNow => ({
      agent,
      available: true,
      unavailableBecause: null,
      open: 0,
      lastAssignedAt: null,
      history: 0,
    }));
    const floor: Floor = {
      policy,
      agents,
      tiers: new Map(),
      served: new Map(),
      waiting: [],
      shiftAt: null,
    };
    this.#floors.set(group, floor);
    return floor;
  }

  /** Everything of one instant: who gets free before who arrives, and then what can be handed out. */
  #happen(at: number): void {
    const freed = new Set<Floor>();
    const changed = new Map<Floor, Arrival[]>();
    for (const moment of this.#moments.take(at)) {
      if (moment.kind === "shift") {
        const floor = this.#floor(moment.group);
        if (floor.shiftAt !== null && floor.shiftAt <= at) floor.shiftAt = null;
        freed.add(floor);
        continue;
      }
      const { arrival } = moment;
      const floor = this.#floor(arrival.queue.group);
      if (moment.kind === "ends") {
        if (arrival.assignee === null) floor.waiting = floor.waiting.filter((one) => one !== arrival);
        else {
          agentOf(floor, arrival.assignee.id).open -= 1;
          freed.add(floor);
        }
      } else if (moment.kind === "arrives" || moment.kind === "moves") {
        if (!arrival.queue.auto) this.#claimed(floor, arrival, at);
        else {
          floor.waiting.push(arrival);
          changed.set(floor, [...(changed.get(floor) ?? []), arrival]);
        }
        if (moment.kind === "arrives") this.#ends(arrival);
      } else if (arrival.assignee === null) {
        changed.set(floor, [...(changed.get(floor) ?? []), arrival]);
      }
    }
    for (const floor of freed) {
      floor.waiting.sort(inOrder);
      this.#handOut(floor, floor.waiting, at);
    }
    for (const [floor, arrivals] of changed) {
      if (!freed.has(floor)) this.#handOut(floor, arrivals.sort(inOrder), at);
      for (const arrival of arrivals)
        if (!this.#goesToThePool(floor, arrival, at)) this.#relaxesLater(arrival, at);
    }
  }

  #claimed(floor: Floor, arrival: Arrival, at: number): void {
    const who = floor.agents.find(({ agent }) => agent.id === arrival.ticket.assignee);
    if (who !== undefined) this.#take(floor, arrival, who, at);
  }

  #ends(arrival: Arrival): void {
    const { endedAt, openedAt } = arrival.ticket;
    if (endedAt !== null) this.#moments.add(Math.max(endedAt, openedAt), { kind: "ends", arrival });
  }

  /** Nobody takes it, whatever the skills: from now on it waits in the pool, if there is one. */
  #goesToThePool(floor: Floor, arrival: Arrival, at: number): boolean {
    const { queue, waitingSince, assignee, ownSkills } = arrival;
    const { endedAt } = arrival.ticket;
    const isOver =
      stageAt(queue, at - waitingSince).kind === "override" && (endedAt === null || endedAt > at);
    if (assignee !== null || queue.pool === null || !queue.auto || !isOver) return false;
    floor.waiting = floor.waiting.filter((one) => one !== arrival);
    arrival.queue = floor.policy.queues.get(queue.pool)!;
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
    this.#moments.add(next.at, { kind: "relaxes", arrival });
  }

  #handOut(floor: Floor, arrivals: readonly Arrival[], at: number): void {
    for (const one of floor.agents) one.available = this.#shifts.isOpen(one.agent.shift, at);
    // Within one instant agents only get fuller: what nobody could take, nobody can for the same want.
    const hopeless = new Set<string>();
    for (const arrival of arrivals) {
      if (!floor.agents.some(({ available, agent, open }) => available && open < agent.capacity)) break;
      const want = wantOf(arrival, at);
      if (hopeless.has(want)) continue;
      const { assignee } = assign(
        {
          requireSkills: arrival.requireSkills,
          preferredAgent: arrival.preferredAgent,
          declined: [],
          waitingSince: arrival.waitingSince,
        },
        floor.agents.map((one) => ({ ...one, history: historyOf(floor, one.agent.id, arrival) })),
        arrival.queue,
        at,
      );
      if (assignee === null) hopeless.add(want);
      else {
        const who = agentOf(floor, assignee.id);
        this.#take(floor, arrival, who, at);
        who.lastAssignedAt = turnAt(at, floor.agents);
        if (arrival.tier !== null) {
          floor.tiers.set(assignee.id, (floor.tiers.get(assignee.id) ?? new Set()).add(arrival.tier));
        }
      }
    }
    floor.waiting = floor.waiting.filter(({ assignee }) => assignee === null);
    this.#noteShift(floor, at);
  }

  #take(floor: Floor, arrival: Arrival, who: AgentNow, at: number): void {
    const { customer } = arrival.ticket;
    arrival.assignee = { id: who.agent.id, name: who.agent.name };
    arrival.assignedAt = at;
    who.open += 1;
    floor.served.set(customer, (floor.served.get(customer) ?? new Set()).add(who.agent.id));
  }

  /** While somebody waits, the next shift that begins is looked forward to. */
  #noteShift(floor: Floor, at: number): void {
    if (floor.waiting.length === 0) return;
    for (const { agent, available } of floor.agents) {
      const begins = available ? null : this.#shifts.opensAt(agent.shift, at);
      if (begins === null || begins >= (floor.shiftAt ?? Infinity)) continue;
      floor.shiftAt = begins;
      this.#moments.add(begins, { kind: "shift", group: floor.policy.group });
    }
  }

  #isBreached({ ticket, queue, priority, tier, assignedAt }: Arrival, now: number): boolean {
    const policy = this.#floor(queue.group).policy.sla.policyFor({ tier, queue: queue.id });
    const target = policy?.targets[priority].firstResponse;
    if (policy === null || target === undefined) return false;
    const start = policy.firstResponseStarts === "created" ? ticket.openedAt : assignedAt;
    if (start === null) return false;
    const due = policy.calendar.due(start, target);
    const ended = ticket.firstAnsweredAt ?? ticket.endedAt ?? now;
    return due.kind === "at" && ended > due.at;
  }
}

/** More urgent ones first, then those with the higher score, then older ones. */
function inOrder(a: Arrival, b: Arrival): number {
  return a.rank - b.rank || b.score - a.score || a.index - b.index;
}

function wantOf({ queue, requireSkills, waitingSince }: Arrival, at: number): string {
  return JSON.stringify([queue.id, requireSkills, stageAt(queue, at - waitingSince)]);
}

function agentOf({ agents }: Floor, id: number): AgentNow {
  return agents.find(({ agent }) => agent.id === id)!;
}

function historyOf({ served, tiers }: Floor, agent: number, { ticket, tier }: Arrival): number {
  if (served.get(ticket.customer)?.has(agent) === true) return 1;
  return tier !== null && tiers.get(agent)?.has(tier) === true ? 0.5 : 0;
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Whether shifts are open, at instants that only grow: many agents share one, and it changes a few times a day. */
class Shifts {
  readonly #known = new Map<BusinessCalendar, { open: boolean; until: number }>();

  isOpen(shift: BusinessCalendar | null, at: number): boolean {
    return shift === null || this.#at(shift, at).open;
  }

  /** When one that is closed opens; null: never. */
  opensAt(shift: BusinessCalendar | null, at: number): number | null {
    if (shift === null) return null;
    const { open, until } = this.#at(shift, at);
    return open || until === Infinity ? null : until;
  }

  #at(shift: BusinessCalendar, at: number): { open: boolean; until: number } {
    const known = this.#known.get(shift);
    if (known !== undefined && at < known.until) return known;
    const { open, opens, closes } = shift.openingAt(at);
    const fresh = { open, until: (open ? closes : opens) ?? Infinity };
    this.#known.set(shift, fresh);
    return fresh;
  }
}
