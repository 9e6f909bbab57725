import { STALL_TOLD_AFTER_MS } from "../../domain/limits.ts";
import { FACTS } from "../tables/facts.ts";
import { isTelegramsLane, type Lane } from "../tables/lane.ts";
import type { Stall } from "../tables/shapes.ts";
import type { Failures } from "./failures.ts";
import { hasten } from "./job-rows.ts";
import type { Lanes, LaneState } from "./lanes.ts";
import type { DrainPorts } from "./ports.ts";
import type { OutsideCall } from "./work-handler.ts";

/** A lane that gets no answers rests this long, doubling. */
const SILENT_REST_MS = 2_000;
const SILENT_REST_MAX_MS = 60_000;
/** … and Telegram as a whole is asked this seldom at last whether it is back. */
const AWAY_REST_MAX_MS = 300_000;
/**
 * Before a call that must not be repeated Telegram has answered something this recently, or is asked something
 * harmless first. In workerd a connection that was refused and one that broke after the request was sent are the same
 * error, so only a call that was never made is known to have done nothing.
 */
const ANSWERED_RECENTLY_MS = 1_000;
const HARMLESS: OutsideCall = { method: "getMe", params: {} };

/** A call of a lane, as far as its being answered is concerned. Instants in ms since 1970. */
interface Called {
  startedAt: number;
  endedAt: number;
  /** It must not be repeated. */
  careful: boolean;
}

/** Whether Telegram answers, and each lane's system; what waits for that, and who is told how long it has not. In memory. */
export class Answers {
  readonly #ports: DrainPorts;
  readonly #lanes: Lanes;
  readonly #failures: Failures;
  readonly #kick: (lanes: Iterable<Lane>) => void;
  /** When Telegram last answered anything, and when something that had to be done. */
  #answeredAt = 0;
  #workedAt = 0;
  /** A call that must not be repeated has had no answer, and no harmless one has been answered since. */
  #doubted = false;
  /** The harmless call that is under way; several lanes wait for the same one. */
  #asking: Promise<boolean> | null = null;
  /** Harmless calls in a row without an answer, and until when none is made. */
  #unanswered = 0;
  #awayUntil = 0;
  /** Every answer of Telegram's asks, so the rows are asked only where there may be any. */
  #mayHaveStalls = true;

  /** `kick`: starts lanes. */
  constructor(ports: DrainPorts, lanes: Lanes, failures: Failures, kick: (lanes: Iterable<Lane>) => void) {
    this.#ports = ports;
    this.#lanes = lanes;
    this.#failures = failures;
    this.#kick = kick;
  }

  /** Whether a call that must not be repeated may be made. */
  isSure(now: number): boolean {
    return !this.#doubted && this.#answeredAt > 0 && now - this.#answeredAt < ANSWERED_RECENTLY_MS;
  }

  /** Whether something that had to be done was answered after an instant. */
  workedSince(at: number): boolean {
    return this.#workedAt > at;
  }

  /** Asks Telegram something harmless, once for all lanes that want to know; without an answer the lane rests. */
  async again(lane: Lane, state: LaneState): Promise<boolean> {
    state.awaitsAnswer = true;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    const startedAt = this.#ports.now();
    if (await this.#asking) return true;
    this.#silent(lane, state, startedAt);
    state.restsUntil = Math.max(state.restsUntil, this.#awayUntil);
    return false;
  }

  async #ask(): Promise<boolean> {
    const ports = this.#ports;
    if (this.#awayUntil > ports.now()) return false;
    const { kind } = await ports.outside.call(HARMLESS);
    if (kind !== "uncertain") {
      this.#answered(ports.now(), false);
      return true;
    }
    this.#awayUntil = ports.now() + silentRestMs(this.#unanswered, AWAY_REST_MAX_MS);
    this.#unanswered += 1;
    return false;
  }

  /** A call of a lane was answered. */
  heard(lane: Lane, state: LaneState, { endedAt, careful }: Called): void {
    if (isTelegramsLane(lane)) {
      this.#workedAt = endedAt;
      this.#answered(endedAt, careful);
    }
    state.silent = 0;
    this.endSilence(lane, state);
  }

  /** A call of a lane was not answered. */
  unheard(lane: Lane, state: LaneState, { startedAt, careful }: Called): void {
    if (!isTelegramsLane(lane)) return;
    if (careful) this.#doubted = true;
    this.#silent(lane, state, startedAt);
  }

  /** After a call without an answer. */
  rest(lane: Lane, state: LaneState, { startedAt, endedAt }: Called): void {
    state.rests += 1;
    state.restsUntil = endedAt + silentRestMs(state.silent);
    state.awaitsAnswer = isTelegramsLane(lane) && this.#answeredAt < startedAt;
    state.silent += 1;
  }

  /** Telegram answers again: lanes that waited for that go on at once. */
  #answered(now: number, careful: boolean): void {
    this.#answeredAt = now;
    if (careful) return;
    this.#doubted = false;
    if (this.#unanswered > 0) this.#triesAgain(now);
    this.#unanswered = 0;
    this.#awayUntil = 0;
    const waiting = this.#lanes.awaitingAnswer();
    for (const [, state] of waiting) {
      state.awaitsAnswer = false;
      state.restsUntil = 0;
    }
    if (waiting.length > 0) this.#kick(waiting.map(([lane]) => lane));
  }

  /** What had no answer while Telegram was away need not wait for its own pause. */
  #triesAgain(now: number): void {
    const jobs = this.#failures.unanswered();
    if (jobs.length === 0) return;
    this.#ports.commit((tx) => {
      for (const job of jobs) hasten(tx, job, now);
    });
  }

  #silent(lane: Lane, state: LaneState, since: number): void {
    const now = this.#ports.now();
    state.silentSince ??= since;
    if (state.toldSilent || now - state.silentSince <= STALL_TOLD_AFTER_MS) return;
    state.toldSilent = true;
    const everywhere = this.#unanswered > 0 ? ({ everywhere: true } as const) : {};
    this.stalled(lane, { why: "no_answer", since: state.silentSince, until: null, ...everywhere });
  }

  /** A lane has an answer, or nothing is left that could have one. */
  endSilence(lane: Lane, state: LaneState): void {
    state.silentSince = null;
    state.toldSilent = false;
    if (!this.#mayHaveStalls) return;
    this.#mayHaveStalls = this.#ports.tables.facts.get(FACTS.stalls) !== undefined;
    if (this.#mayHaveStalls) this.#ports.commit((tx) => this.#ports.deliveries.answered(tx, lane));
  }

  /** A lane cannot work for longer than anybody should wait without knowing. */
  stalled(lane: Lane, stall: Stall): void {
    this.#mayHaveStalls = true;
    this.#ports.commit((tx) => this.#ports.deliveries.stalled(tx, lane, stall));
  }
}

/** How long no call is tried while none is answered. */
function silentRestMs(unanswered: number, most = SILENT_REST_MAX_MS): number {
  return Math.min(SILENT_REST_MS * 2 ** unanswered, most);
}
