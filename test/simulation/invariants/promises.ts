import type { ConfigInput } from "../../../src/domain/config/config.ts";
import { ms } from "../../../src/domain/duration.ts";
import { OpeningHours, type Pause } from "./opening-hours.ts";

type Metric = "firstResponse" | "nextResponse" | "resolution";
type PolicyConfig = NonNullable<ConfigInput["slaPolicies"]>[number];

/** As much of a stored event as a promise depends on. */
export interface StoredEvent {
  type: string;
  at: number;
  saidAt?: number;
  by?: { kind: string; rule?: string; id?: number };
  from?: string;
  to?: string;
  tier?: string;
  queue?: string;
  priority?: string;
  previous?: string;
  profile?: { tier?: string };
  metric?: Metric;
  instance?: number;
  offsetMs?: number;
  clock?: string;
  dueAt?: number;
  clocks?: Verdict[];
  assignee?: number;
  group?: string;
  requireSkills?: Record<string, number>;
  routing?: { queue: string; stage: { kind: string } };
}

interface Verdict {
  metric: Metric;
  instance: number;
  startedAt: number;
  targetMs: number;
  dueAt: number | null;
  met: boolean;
  elapsedMs?: number;
}

interface Promised {
  metric: Metric;
  instance: number;
  startedAt: number;
  targetMs: number;
  pauses: Pause[];
  hours: OpeningHours;
}

/** A ticket, as far as its events tell of turns. */
interface Told {
  read: number;
  tier: string | null;
  queue: string;
  priority: string;
  raised: { at: number; from: string }[];
  openedAt: number;
  claimedAt: number | null;
  awaitingSince: number | null;
  owedSince: number | null;
  firstEndedAt: number | null;
  turns: number;
  isOver: boolean;
  phases: { at: number; is: string }[];
  broken: Set<string>;
  changedAt: number;
}

/** What stands still when may be stamped so much later: alarms have their pauses. */
const NOTICED_WITHIN_MS = 5 * 60_000;

/**
 * What was promised and whether it was kept, reckoned minute by minute from the opening hours of the configuration and from a
 * ticket's events alone. Each event is looked at once.
 */
export class Promises {
  readonly #policies: Map<string, { config: PolicyConfig; hours: OpeningHours }>;
  readonly #config: ConfigInput;
  readonly #told = new Map<string, Told>();
  readonly #putAt: readonly number[];

  /** `putAt`: when configurations were put: what one of them makes due earlier is due from then on. */
  constructor(config: ConfigInput, putAt: readonly number[]) {
    this.#config = config;
    this.#putAt = putAt;
    const hours = new Map((config.calendars ?? []).map((one) => [one.id, new OpeningHours(one)]));
    this.#policies = new Map(
      (config.slaPolicies ?? []).map((one) => [one.id, { config: one, hours: hours.get(one.calendar)! }]),
    );
  }

  forget(id: string): void {
    this.#told.delete(id);
  }

  /** Looks at a ticket's further events; answers what is wrong. */
  read(id: string, events: readonly StoredEvent[]): string[] {
    const found: string[] = [];
    for (const event of events) {
      const told = this.#told.get(id);
      if (told === undefined) {
        if (event.type === "ticket_opened") this.#told.set(id, opened(event));
        continue;
      }
      const wrong = (what: string): void =>
        void found.push(`ticket ${id}, event ${told.read + 1} ${event.type} at ${iso(event.at)}: ${what}`);
      this.#judge(told, event, wrong);
      evolved(told, event);
      told.read += 1;
    }
    return found;
  }

  /** Promises that are broken by now, and no event says so. */
  unsaid(now: number): string[] {
    return [...this.#told].flatMap(([id, told]) =>
      this.#overdue(told, now - NOTICED_WITHIN_MS).map(
        ({ key, due }) => `ticket ${id}: ${key} was due at ${iso(due)}, and nothing says that it is broken`,
      ),
    );
  }

  #judge(told: Told, event: StoredEvent, wrong: (what: string) => void): void {
    if (event.type.startsWith("sla_")) this.#judgeMoment(told, event, wrong);
    // What fell due comes first, whatever happens; to a ticket between two groups time does nothing.
    for (const { key, due } of this.#overdue(told, event.at))
      if (key !== keyOf(event) && event.type !== "ticket_arrived")
        wrong(`${key} was due at ${iso(due)}, before it, and nothing said so`);
    if (
      event.type !== "ticket_answered" &&
      event.type !== "ticket_resolved" &&
      event.type !== "ticket_closed"
    )
      return;
    const endedAt = event.saidAt ?? event.at;
    const ends = this.#running(told).filter(
      ({ metric }) => event.type !== "ticket_answered" || metric !== "resolution",
    );
    const verdicts = event.clocks ?? [];
    if (ends.map(keyOf).join() !== verdicts.map(keyOf).join())
      wrong(`it ends ${ends.map(keyOf).join()}, and tells of ${verdicts.map(keyOf).join()}`);
    for (const verdict of verdicts) {
      const one = ends.find((other) => keyOf(other) === keyOf(verdict));
      if (one === undefined) continue;
      const due = dueOf(one);
      const is = {
        startedAt: one.startedAt,
        targetMs: one.targetMs,
        dueAt: due,
        met: due === null || endedAt <= due,
        elapsedMs: one.hours.elapsed(one.startedAt, endedAt, one.pauses),
      };
      for (const [name, value] of Object.entries(is))
        if (verdict[name as keyof Verdict] !== value)
          wrong(`${keyOf(verdict)} has ${name} ${verdict[name as keyof Verdict]}, not ${value}`);
    }
  }

  #judgeMoment(told: Told, event: StoredEvent, wrong: (what: string) => void): void {
    const one = this.#running(told).find((other) => keyOf(other) === keyOf(event));
    if (one === undefined) {
      wrong(`${keyOf(event)} does not run`);
      return;
    }
    const due = dueOf(one);
    if (due !== event.dueAt) wrong(`${keyOf(event)} is due at ${iso(due)}, not ${iso(event.dueAt)}`);
    if (due === null) return;
    const earliest = Math.max(told.changedAt, one.startedAt);
    const wasPut = this.#putAt.some((at) => at >= earliest - NOTICED_WITHIN_MS && at <= event.at);
    if (event.type === "sla_breached" && event.at !== Math.max(due, earliest) && !wasPut)
      wrong(`it was due at ${iso(due)}, and is stamped otherwise`);
    if (event.type !== "sla_warned" || event.at <= earliest || wasPut) return;
    const leftMs =
      event.clock === "wall"
        ? due - event.at
        : one.targetMs - one.hours.elapsed(one.startedAt, event.at, one.pauses);
    if (leftMs !== event.offsetMs) wrong(`${leftMs} ms are left, not ${event.offsetMs}`);
  }

  #overdue(told: Told, by: number): { key: string; due: number }[] {
    return this.#running(told).flatMap((one) => {
      const key = keyOf(one);
      // Minutes are looked at one by one only where it may be so.
      if (told.broken.has(key) || one.startedAt + one.targetMs >= by) return [];
      const due = dueOf(one);
      // What a change makes due in the past is due since that change.
      return due !== null && Math.max(due, told.changedAt) < by ? [{ key, due }] : [];
    });
  }

  /** The promises that are still to be kept. */
  #running(told: Told): Promised[] {
    const policy = this.#policyOf(told);
    if (policy === undefined) return [];
    const { config, hours } = policy;
    const running: Promised[] = [];
    const add = (metric: Metric, instance: number, startedAt: number, pauses: Pause[]): void => {
      const priority = told.raised.find(({ at }) => startedAt <= at)?.from ?? told.priority;
      const targets = config.targets[priority as keyof typeof config.targets] ?? config.targets.normal ?? {};
      const target = targets[metric];
      if (target !== undefined)
        running.push({ metric, instance, startedAt, targetMs: ms(target), pauses, hours });
    };
    const over = pausesOf(told, (is) => is === "over");
    const start = config.firstResponseStarts === "claimed" ? told.claimedAt : told.openedAt;
    if (told.firstEndedAt === null && start !== null) add("firstResponse", 1, start, over);
    if (told.firstEndedAt !== null && told.awaitingSince !== null)
      add("nextResponse", told.turns, told.awaitingSince, over);
    const pausesWhileWaiting = config.pauseResolutionWhile?.includes("waiting") === true;
    if (!told.isOver)
      add(
        "resolution",
        1,
        told.openedAt,
        pausesOf(told, (is) => is === "over" || (is === "waiting" && pausesWhileWaiting)),
      );
    return running;
  }

  #policyOf({ tier, queue }: Told): { config: PolicyConfig; hours: OpeningHours } | undefined {
    const { tiers = {}, queues, routing } = this.#config;
    const [lowest] = Object.keys(tiers).sort((one, other) => tiers[one].score - tiers[other].score);
    const named = [
      tiers[tier ?? ""]?.slaPolicy,
      queues.find(({ id }) => id === queue)?.slaPolicy,
      tiers[routing.defaultTier ?? lowest]?.slaPolicy,
    ];
    const id = named.find((one) => one !== undefined);
    return id === undefined ? undefined : this.#policies.get(id);
  }
}

function dueOf({ hours, startedAt, targetMs, pauses }: Promised): number | null {
  return hours.due(startedAt, targetMs, pauses);
}

function pausesOf({ phases }: Told, pauses: (is: string) => boolean): Pause[] {
  return phases.flatMap(({ at, is }, place) =>
    pauses(is) ? [{ from: at, to: phases[place + 1]?.at ?? Infinity }] : [],
  );
}

function keyOf({ metric, instance }: { metric?: Metric; instance?: number }): string {
  return `${metric}#${instance}`;
}

function iso(at: number | null | undefined): string {
  return at === null || at === undefined ? "no time" : new Date(at).toISOString();
}

function opened({ at, tier, queue, priority }: StoredEvent): Told {
  return {
    read: 1,
    tier: tier ?? null,
    queue: queue!,
    priority: priority!,
    raised: [],
    openedAt: at,
    claimedAt: null,
    awaitingSince: at,
    owedSince: null,
    firstEndedAt: null,
    turns: 0,
    isOver: false,
    phases: [{ at, is: "active" }],
    broken: new Set(),
    changedAt: at,
  };
}

function evolved(told: Told, event: StoredEvent): void {
  const { at, type } = event;
  const said = event.saidAt ?? at;
  told.changedAt = at;
  if (event.from !== undefined && event.to !== undefined) {
    const isOver = event.to === "resolved" || event.to === "closed";
    const is = isOver ? "over" : event.to === "waiting" ? "waiting" : "active";
    told.isOver = isOver;
    if (told.phases.at(-1)!.is !== is) told.phases.push({ at, is });
  }
  if (event.profile?.tier !== undefined) told.tier = event.profile.tier;
  if (event.queue !== undefined && (type === "ticket_routed" || type === "ticket_transferred"))
    told.queue = event.queue;
  if (type === "ticket_claimed" || type === "ticket_assigned") told.claimedAt ??= at;
  if (event.priority !== undefined && event.priority !== told.priority) {
    const isRaised = type === "priority_changed" && event.by?.rule === "escalation";
    told.raised = isRaised ? [...told.raised, { at, from: told.priority }] : [];
    told.priority = event.priority;
  } else if (type === "priority_changed" && event.by?.rule !== "escalation") told.raised = [];
  if (type === "sla_breached") told.broken.add(keyOf(event));
  if (type === "ticket_answered") {
    told.awaitingSince = told.owedSince = null;
    told.firstEndedAt ??= said;
  }
  if (type === "ticket_resolved" || type === "ticket_closed") {
    told.owedSince =
      type === "ticket_closed" && event.by?.kind === "customer"
        ? null
        : (told.awaitingSince ?? told.owedSince);
    if (type === "ticket_resolved") told.owedSince = told.awaitingSince ?? null;
    told.awaitingSince = null;
    told.firstEndedAt ??= at;
  }
  if (type === "ticket_reopened" && event.by?.kind !== "customer" && told.owedSince !== null) {
    told.awaitingSince = told.owedSince;
    if (told.turns === 0) told.firstEndedAt = null;
  }
  if (type === "ticket_reopened") told.owedSince = null;
  const begins = type === "customer_replied" || (type === "ticket_reopened" && event.by?.kind === "customer");
  if (begins && told.awaitingSince === null) {
    told.awaitingSince = said;
    if (told.firstEndedAt !== null) told.turns += 1;
  }
}
