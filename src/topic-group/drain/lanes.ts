import type { Trouble } from "../../domain/desk/trouble.ts";
import { FACTS } from "../tables/facts.ts";
import { BOT, isOutsideLane, isPeerLane, STAFF, type Lane } from "../tables/lane.ts";
import {
  BOT_RATE,
  GROUP_RATE,
  LaneRate,
  PEER_RATE,
  PRIVATE_RATE,
  WEBHOOK_RATE,
  type RateRule,
} from "./lane-rate.ts";
import type { DrainPorts } from "./ports.ts";

/** How long a lane in trouble rests before it looks whether it was mended: it doubles up to the maximum. */
export const TROUBLE_REST_MS = 30_000;
const TROUBLE_REST_MAX_MS = 600_000;

/** How it goes with a lane. Instants in ms since 1970. */
export interface LaneState {
  rate: LaneRate;
  running: boolean;
  /** Tickets (0: none) that jobs are being done about, one each. */
  underWay: Set<number>;
  /** A job is over, or something new waits. */
  news: () => void;
  /** Asked to run while it was running: it looks once more before it stops. */
  again: boolean;
  /** Failures in a row without any answer: the lane slows down for all jobs. */
  silent: number;
  /** Nothing is tried before this instant. */
  restsUntil: number;
  /** How often it has begun to rest: of calls that were under way together only the first makes it. */
  rests: number;
  /** It rests because Telegram does not answer: the first answer on any lane ends that. */
  awaitsAnswer: boolean;
  /** Since when it has had no answer, null while it has; and whether that was said. */
  silentSince: number | null;
  toldSilent: boolean;
  wakeAt: number | null;
  /**
   * The group was seen without topics: whether it has them again must be asked before anything is sent there, because
   * copies would land in its main chat without an error.
   */
  hasNoTopics: boolean;
}

/** The lanes that have had something to do lately, and what keeps people's from working. In memory. */
export class Lanes {
  readonly #ports: DrainPorts;
  readonly #states = new Map<Lane, LaneState>();
  /** Troubles in a row since a call to the staff group last worked. */
  #troubles = 0;

  constructor(ports: DrainPorts) {
    this.#ports = ports;
  }

  names(): Iterable<Lane> {
    return this.#states.keys();
  }

  /** Lanes that wait for an answer of Telegram's. */
  awaitingAnswer(): [Lane, LaneState][] {
    return [...this.#states].filter(([, { awaitsAnswer }]) => awaitsAnswer);
  }

  /** When one of them has something to do next; Infinity: none has. */
  nextWakeAt(): number {
    let next = Infinity;
    for (const { wakeAt } of this.#states.values()) next = Math.min(next, wakeAt ?? Infinity);
    return next;
  }

  get(lane: Lane): LaneState {
    let state = this.#states.get(lane);
    if (state === undefined) {
      state = this.#new(lane);
      this.#states.set(lane, state);
    }
    return state;
  }

  #new(lane: Lane): LaneState {
    const { tables } = this.#ports;
    const rule = rateRuleOf(lane);
    // Telegram remembers what an object that was evicted has forgotten.
    const told = lane === STAFF ? tables.messages.copiedSince(this.#ports.now() - rule.perMs) : [];
    const rate = new LaneRate(rule, tables.laneRates.get(lane), told, this.#learns(lane));
    const trouble = lane === STAFF ? this.#trouble() : null;
    // What a restart does not know is over once a call works.
    if (trouble !== null) this.#troubles = Math.max(this.#troubles, 1);
    return {
      rate,
      running: false,
      underWay: new Set(),
      news: () => undefined,
      again: false,
      silent: 0,
      restsUntil: 0,
      rests: 0,
      awaitsAnswer: false,
      silentSince: null,
      toldSilent: false,
      wakeAt: null,
      hasNoTopics: trouble === "group.not_a_forum",
    };
  }

  #learns(lane: Lane): () => boolean {
    return () => lane === STAFF && this.#ports.rules()?.config.desk.groupCalls === "learned";
  }

  /** What kept the staff group's lane from working when it last tried. */
  #trouble(): Trouble | null {
    return (this.#ports.tables.facts.get(FACTS.trouble) as Trouble | undefined) ?? null;
  }

  /** A quiet lane is forgotten; its rate is not needed before its next message, which will be much later. */
  leaveQuiet(lane: Lane, { wakeAt, rate }: LaneState): void {
    if (wakeAt === null && lane !== STAFF && rate.free(this.#ports.now()) >= PRIVATE_RATE.calls)
      this.#states.delete(lane);
  }

  /** What was learnt of a lane's rate, and of what keeps it from working, says nothing any more. */
  beginAnew(lane: Lane): void {
    const state = this.#states.get(lane);
    if (state !== undefined)
      Object.assign(state, {
        rate: new LaneRate(rateRuleOf(lane), undefined, [], this.#learns(lane)),
        wakeAt: null,
        silent: 0,
      });
  }

  /** Only what has changed: every message comes by here. */
  saveRate(lane: Lane, { rate }: LaneState): void {
    const unsaved = rate.unsaved();
    if (unsaved === null) return;
    this.#ports.tables.laneRates.save(lane, unsaved);
    rate.saved();
  }

  /** A trouble keeps a lane from working: it rests. */
  rest(state: LaneState, trouble: Trouble): void {
    state.restsUntil =
      this.#ports.now() + Math.min(TROUBLE_REST_MS * 2 ** this.#troubles, TROUBLE_REST_MAX_MS);
    state.hasNoTopics = trouble === "group.not_a_forum";
    state.rests += 1;
    this.#troubles += 1;
  }

  /** Likewise, found by a call: people are told. */
  troubled(state: LaneState, trouble: Trouble): void {
    this.rest(state, trouble);
    this.#ports.commit((tx) => this.#ports.deliveries.troubled(tx, trouble));
  }

  get inTrouble(): boolean {
    return this.#troubles > 0;
  }

  /** A call shows that the trouble is over. */
  worksAgain(): void {
    this.#troubles = 0;
    this.#ports.commit((tx) => this.#ports.deliveries.troubled(tx, null));
  }

  /** A trouble was mended: no lane rests because of it any more. */
  mended(): void {
    this.#troubles = 0;
    for (const state of this.#states.values()) state.restsUntil = 0;
  }
}

function rateRuleOf(lane: Lane): RateRule {
  if (lane === STAFF) return GROUP_RATE;
  if (lane === BOT) return BOT_RATE;
  if (isPeerLane(lane)) return PEER_RATE;
  return isOutsideLane(lane) ? WEBHOOK_RATE : PRIVATE_RATE;
}

/** Whether the lane will look again by the time it may call at all: what arrives until then changes nothing. */
export function sleepsForItsRate({ wakeAt, rate }: LaneState, now: number): boolean {
  return wakeAt !== null && wakeAt > now && wakeAt <= rate.freeAt(now, 1);
}
