export interface ClockState {
  /** How far world time is ahead of real time while the clock runs. */
  offsetMs: number;
  frozenAt: number | null;
}

/** A world's time: the real one, moved by some offset, or standing still. All instants in milliseconds. */
export class WorldClock {
  #state: ClockState = { offsetMs: 0, frozenAt: null };
  readonly #realNow: () => number;

  constructor(realNow: () => number) {
    this.#realNow = realNow;
  }

  readonly now = (): number => this.#state.frozenAt ?? this.#realNow() + this.#state.offsetMs;

  get isFrozen(): boolean {
    return this.#state.frozenAt !== null;
  }

  get state(): ClockState {
    return { ...this.#state };
  }

  set state(state: ClockState) {
    this.#state = { ...state };
  }

  freeze(at: number = this.now()): void {
    this.#state.frozenAt = at;
  }

  /** Goes on from where it stands. */
  run(): void {
    this.#state = { offsetMs: this.now() - this.#realNow(), frozenAt: null };
  }

  set(at: number): void {
    if (this.isFrozen) this.#state.frozenAt = at;
    else this.#state.offsetMs = at - this.#realNow();
  }

  advance(ms: number): void {
    this.set(this.now() + ms);
  }
}
