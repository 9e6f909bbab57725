import type { QueueConfig } from "../domain/config/config.ts";
import { ms } from "../domain/duration.ts";
import { CAUSE_KEPT_MS, WEBHOOK_LOG_KEPT_MS, SAFETY_WAKE_MS } from "../domain/limits.ts";
import { depthsDue, nextDepthAt, watchDepth } from "./assigning/depth.ts";
import type { HandingOut } from "./assigning/handing-out.ts";
import { advanceTickets } from "./commit/advance-tickets.ts";
import type { Inside } from "./commit/inside.ts";
import { endParked, nextParkedEndAt } from "./deliveries/parked-too-long.ts";
import { endStalls, nextStallEndAt } from "./deliveries/stalls.ts";
import type { Echoes } from "./reconciliation/echoes.ts";
import { keepEchoes } from "./reconciliation/findings.ts";
import type { Rules } from "./rules/rules.ts";
import { FACTS } from "./tables/facts.ts";
import { DELIVERIES } from "./works.ts";

/** What the object lends to its duties. */
export interface OnDuty extends Inside {
  readonly handingOut: HandingOut;
  echoes(): Echoes;
}

/** Something that time alone makes the object do, besides what its lanes have to send. Instants in ms since 1970. */
interface Duty {
  /** When it is due; null: not before something else happens. */
  dueAt(on: OnDuty, rules: Rules): number | null;
  /** When the object is woken for it, where it can wait for another reason to be awake; without it when it is due. */
  wakesAt?(on: OnDuty): number | null;
  /** Afterwards it is due later, or not at all; only what is done in steps may be due at once again. */
  run(on: OnDuty, rules: Rules): void;
}

const PURGE_EVERY_MS = CAUSE_KEPT_MS / 24;

/** Every duty by its name, in the order in which they are done. */
export const DUTIES = {
  clocks: {
    dueAt: ({ tables }) => tables.clocks.firstDueAt(),
    run: advanceTickets,
  },
  /**
   * Waiting tickets are looked at when their wait, a shift or the end of a break may have changed who can take them.
   */
  handOut: {
    dueAt: ({ handingOut }) => handingOut.nextAt,
    run: (on) => on.commit((tx) => void (tx.capacityFreed = true)),
  },
  depths: {
    dueAt: ({ tables }, rules) => nextDepthAt(tables.facts, alertingQueues(rules)),
    run(on, rules) {
      const due = depthsDue(on.tables.facts, alertingQueues(rules), on.now());
      on.commit((tx) => watchDepth(tx, due));
    },
  },
  echoes: {
    dueAt: (on) => on.echoes().dueAt,
    run: (on) => on.commit((tx) => keepEchoes(tx, on.echoes())),
  },
  stalls: {
    dueAt: ({ tables }) => nextStallEndAt(tables.facts),
    run: (on) => on.commit(endStalls),
  },
  /**
   * Forgets what is too old to matter whenever the object is awake anyway. It is woken for the causes that it keeps only,
   * once all of them are too old: nothing else grows in an object in which nothing happens.
   */
  purge: {
    dueAt: (on) => purgedAt(on) + PURGE_EVERY_MS,
    wakesAt: (on) => (keepsCauses(on) ? purgedAt(on) + CAUSE_KEPT_MS : null),
    run: purge,
  },
  /** In steps. */
  parked: {
    dueAt: ({ tables }) => nextParkedEndAt(tables),
    run: (on) => on.commit((tx) => endParked(tx, DELIVERIES.works)),
  },
} as const satisfies Record<string, Duty>;

export type DutyName = keyof typeof DUTIES;

const NAMES = Object.keys(DUTIES) as DutyName[];

/** What the alarm does, and when it must ring for it, from one list. */
export class Duties {
  readonly #on: OnDuty;
  /** Duties that our own code could not do, and until when they wait. */
  readonly #putOff = new Map<DutyName, number>();

  constructor(on: OnDuty) {
    this.#on = on;
  }

  /** Runs the due ones of these duties, or of all. One that fails waits a while, and the others are run. */
  run(names: readonly DutyName[] = NAMES): void {
    for (const name of names) if (this.#isDue(name)) this.#do(name);
  }

  /** Those that are due. */
  due(): DutyName[] {
    return NAMES.filter((name) => this.#isDue(name));
  }

  /** When the object must be awake for one of them, in ms since 1970; null: for none. */
  nextAt(): number | null {
    const on = this.#on;
    const rules = on.rules();
    if (rules === null) return null;
    const at = NAMES.map((name) => {
      const duty: Duty = DUTIES[name];
      return this.#notBefore(name, duty.wakesAt === undefined ? duty.dueAt(on, rules) : duty.wakesAt(on));
    });
    const next = Math.min(...at);
    return next === Infinity ? null : next;
  }

  #isDue(name: DutyName): boolean {
    const on = this.#on;
    const rules = on.rules();
    return rules !== null && this.#notBefore(name, DUTIES[name].dueAt(on, rules)) <= on.now();
  }

  #do(name: DutyName): void {
    const on = this.#on;
    try {
      DUTIES[name].run(on, on.rules()!);
      this.#putOff.delete(name);
    } catch (error) {
      on.report(`duty ${name}`, error);
      this.#putOff.set(name, on.now() + SAFETY_WAKE_MS);
    }
  }

  #notBefore(name: DutyName, at: number | null): number {
    return Math.max(at ?? Infinity, this.#putOff.get(name) ?? 0);
  }
}

function alertingQueues({ config, group }: Rules): QueueConfig[] {
  return config.queues.filter((queue) => queue.group === group.id && queue.depthAlert !== undefined);
}

function purgedAt({ tables }: OnDuty): number {
  return Number(tables.facts.get(FACTS.purgedAt) ?? 0);
}

function keepsCauses({ tables: { inbox, seenUpdates } }: OnDuty): boolean {
  return inbox.hasAny() || seenUpdates.hasAny();
}

function purge(on: OnDuty, { config: { webhooks, retention } }: Rules): void {
  const { facts, once, laneRates, inbox, seenUpdates, webhookLog } = on.tables;
  const now = on.now();
  inbox.purge(now);
  seenUpdates.purge(now - CAUSE_KEPT_MS);
  const kept = retention?.webhookLogs === undefined ? WEBHOOK_LOG_KEPT_MS : ms(retention.webhookLogs);
  webhookLog.purge(
    now - Math.min(kept, WEBHOOK_LOG_KEPT_MS),
    webhooks.map(({ id }) => id),
  );
  once.purge(now);
  laneRates.purge(now);
  facts.set(FACTS.purgedAt, now);
}
