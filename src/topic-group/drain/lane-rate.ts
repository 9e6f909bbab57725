import type { LearnedRate, RateState } from "../tables/shapes.ts";

/** At most `calls` in any `perMs`: a sliding window, because that is the strictest reading of Telegram's words. */
export interface RateRule {
  calls: number;
  perMs: number;
}

/** "20 messages per minute" to one group, all topics together; creating, editing and renaming count [docs, seen]. */
export const GROUP_RATE: RateRule = { calls: 20, perMs: 60_000 };
/** "No more than one message per second" in one chat, short bursts allowed [docs]. */
export const PRIVATE_RATE: RateRule = { calls: 3, perMs: 3_000 };
/** Calls that concern no chat. */
export const BOT_RATE: RateRule = { calls: 25, perMs: 1_000 };

/** One endpoint of the configuration: we do not know what it bears, and are in no hurry. */
export const WEBHOOK_RATE: RateRule = { calls: 10, perMs: 1_000 };

/** Another object of ours bears what we can say. */
export const PEER_RATE: RateRule = { calls: 1_000, perMs: 1_000 };

/** After a 429 the limit grows again by a step this often. */
const RECOVERY_STEP_MS = 30_000;
/** … and for so long one call is made after the other, because the next 429 refuses every call that is under way. */
const ALONE_MS = 600_000;

/** Above what is known to be taken one call is tried at a time, so far apart. */
const PROBE_EVERY_MS = 500;
/** After a 429 this much of what went through is kept … */
const KEPT_OF_LEARNED = 0.95;
/** … and more is tried again after this long, doubling up to the maximum. */
const ASKS_AGAIN_MS = 6 * 3_600_000;
const ASKS_AGAIN_MAX_MS = 7 * 24 * 3_600_000;
/** A 429 that asks for longer than the minute takes to pass is a punishment: nothing is learned from it, nor tried soon. */
const PUNISHED_MS = 75_000;

/** The rate of one lane. Knows no clock: every instant is an argument. */
export class LaneRate {
  readonly #rule: RateRule;
  #state: RateState;
  /** Of the calls in `#state.taken` those that no row of the object tells of. */
  #untold: number[];
  /** What the calls that are under way will have cost. */
  #underWay = 0;
  #unsaved = false;
  /** Whether more than the rule may be tried. */
  readonly #learns: () => boolean;

  /** `told`: when those calls ended of which rows of the object tell, in ms since 1970. */
  constructor(
    rule: RateRule,
    state?: RateState,
    told: readonly number[] = [],
    learns: () => boolean = () => false,
  ) {
    this.#rule = rule;
    this.#learns = learns;
    const saved = state ?? { limit: rule.calls, blockedUntil: 0, taken: [], recoversAt: 0 };
    this.#untold = saved.taken;
    this.#state = { ...saved, taken: [...saved.taken, ...told].sort((a, b) => a - b) };
  }

  get state(): RateState {
    return this.#state;
  }

  /** What a restart cannot know otherwise; null: it has been saved. */
  unsaved(): RateState | null {
    return this.#unsaved ? { ...this.#state, taken: this.#untold } : null;
  }

  saved(): void {
    this.#unsaved = false;
  }

  /**
   * The earliest instant, not before `now`, at which a call of this cost may be made while `reserve` further calls stay
   * free for more urgent ones.
   */
  freeAt(now: number, cost: number, reserve = 0): number {
    const limit = this.#limit(now);
    const from = Math.max(now, this.#state.blockedUntil);
    const room = Math.max(1, limit - reserve);
    const taken = this.#state.taken.filter((at) => this.#isWithin(at, from));
    // They end now at the earliest.
    taken.push(...Array<number>(this.#underWay).fill(now));
    // A cost above the whole window (an album while the limit is halved) waits for an empty one.
    const excess = taken.length + Math.min(cost, room) - room;
    if (excess <= 0) return from;
    const freed = taken[excess - 1]! + this.#rule.perMs;
    // What can wait for others is not worth a trial.
    return reserve === 0 && this.#asks(from)
      ? Math.min(freed, Math.max(from, taken.at(-1)! + PROBE_EVERY_MS))
      : freed;
  }

  /** Whether it may be tried if Telegram takes more. */
  #asks(now: number): boolean {
    const { limit, learned } = this.#state;
    return this.#learns() && limit >= this.#rule.calls && (learned?.asksFrom ?? 0) <= now;
  }

  /** How many calls the window takes. */
  #limit(now: number): number {
    this.#recover(now);
    const { limit, learned } = this.#state;
    // Halved by a 429 it grows up to the rule's first.
    return limit >= this.#rule.calls && this.#learns() ? Math.max(limit, learned?.calls ?? 0) : limit;
  }

  /** How many calls are free at this moment; those under way are not counted, because what they carry still waits. */
  free(now: number): number {
    const limit = this.#limit(now);
    if (this.#state.blockedUntil > now) return 0;
    return Math.max(0, limit - this.#takenAt(now));
  }

  /** A call of this cost is made; `ended` must follow. */
  begun(cost: number): void {
    this.#underWay += cost;
  }

  ended(cost: number): void {
    this.#underWay -= cost;
  }

  /**
   * Counts a call. `now` is when it ended: Telegram counted it no later. `told`: a row of the object tells of it, so that
   * it need not be saved here.
   */
  took(now: number, cost: number, told = false): void {
    const within = (at: number): boolean => this.#isWithin(at, now);
    const ended = Array<number>(cost).fill(now);
    this.#state = { ...this.#state, taken: [...this.#state.taken.filter(within), ...ended] };
    this.#learn(now);
    if (told) return;
    this.#untold = [...this.#untold.filter(within), ...ended];
    this.#unsaved = true;
  }

  /** Telegram said 429: the whole chat waits, and goes at half the rate afterwards, one call at a time for a while. */
  deferred(now: number, retryAfterMs: number): void {
    const { blockedUntil: before, limit } = this.#state;
    const blockedUntil = Math.max(before, now + retryAfterMs);
    // Calls that were under way together hear of the same burst.
    const isKnown = before > now;
    const learned = this.#corrected(now, retryAfterMs, isKnown);
    // Where more than the rule was tried, only that was too much.
    const isAbove = learned !== undefined && retryAfterMs <= PUNISHED_MS;
    this.#unsaved = true;
    this.#state = {
      ...this.#state,
      ...(learned === undefined ? {} : { learned }),
      blockedUntil,
      limit: isKnown || isAbove ? limit : Math.max(1, Math.floor(limit / 2)),
      recoversAt: blockedUntil + RECOVERY_STEP_MS,
      aloneUntil: blockedUntil + ALONE_MS,
    };
  }

  /** Counts what went through above the rule. */
  #learn(now: number): void {
    const taken = this.#takenAt(now);
    const { learned } = this.#state;
    if (!this.#learns() || taken <= Math.max(this.#rule.calls, learned?.calls ?? 0)) return;
    this.#unsaved = true;
    this.#state = {
      ...this.#state,
      learned: { calls: taken, asksFrom: 0, pauseMs: learned?.pauseMs ?? ASKS_AGAIN_MS },
    };
  }

  /** What a 429 leaves of what was learned; undefined: it says nothing about that. */
  #corrected(now: number, retryAfterMs: number, isKnown: boolean): LearnedRate | undefined {
    const { learned } = this.#state;
    const { calls } = this.#rule;
    const taken = this.#takenAt(now);
    if (!this.#learns() || taken < calls) return undefined;
    if (retryAfterMs > PUNISHED_MS)
      return { calls, asksFrom: now + ASKS_AGAIN_MAX_MS, pauseMs: ASKS_AGAIN_MAX_MS };
    if (isKnown) return learned;
    const pauseMs = learned?.pauseMs ?? ASKS_AGAIN_MS;
    return {
      calls: Math.max(calls, Math.floor(taken * KEPT_OF_LEARNED)),
      asksFrom: now + pauseMs,
      pauseMs: Math.min(2 * pauseMs, ASKS_AGAIN_MAX_MS),
    };
  }

  #takenAt(now: number): number {
    return this.#state.taken.filter((at) => this.#isWithin(at, now)).length;
  }

  /** Whether a call of then counts now. What is far ahead was counted by a clock that was wrong. */
  #isWithin(at: number, now: number): boolean {
    return at + this.#rule.perMs > now && at <= now + this.#rule.perMs;
  }

  /** Whether calls are made one after the other. */
  isAlone(now: number): boolean {
    return (this.#state.aloneUntil ?? 0) > now;
  }

  /** Telegram forbids the making of topics for long, and nothing else. */
  topicsDeferred(now: number, retryAfterMs: number): void {
    this.#unsaved = true;
    this.#state = { ...this.#state, noTopicsUntil: Math.max(this.topicsFrom, now + retryAfterMs) };
  }

  /** From when on topics may be made, in ms since 1970. */
  get topicsFrom(): number {
    return this.#state.noTopicsUntil ?? 0;
  }

  #recover(now: number): void {
    const { limit, recoversAt } = this.#state;
    if (limit >= this.#rule.calls || now < recoversAt) return;
    const steps = 1 + Math.floor((now - recoversAt) / RECOVERY_STEP_MS);
    const step = Math.max(1, Math.floor(this.#rule.calls / 5));
    this.#state = {
      ...this.#state,
      limit: Math.min(this.#rule.calls, limit + steps * step),
      recoversAt: recoversAt + steps * RECOVERY_STEP_MS,
    };
  }
}
