/** How often the rows themselves are asked while the limit is reached. */
const COUNTED_AGAIN_MS = 1_000;

/**
 * Whether as much waits as may. Counting rows costs as much as there are, so what is known is a bound: deliveries that
 * were added since the rows were counted may have replaced others, been joined or left meanwhile, and only a count
 * decides that there is no room.
 */
export class WaitingCount {
  readonly #limit: number;
  readonly #count: () => number;
  #atMost = Infinity;
  #countedAt = -Infinity;
  /** Whether there was no room when they were last counted. */
  #wasFull = false;

  /** `count` counts the rows that wait. */
  constructor(limit: number, count: () => number) {
    this.#limit = limit;
    this.#count = count;
  }

  added(deliveries: number): void {
    this.#atMost += deliveries;
  }

  /** `now` in ms since 1970. */
  isFull(now: number): boolean {
    if (this.#atMost < this.#limit) return false;
    if (!this.#wasFull || now - this.#countedAt >= COUNTED_AGAIN_MS || this.#countedAt > now) {
      this.#atMost = this.#count();
      this.#countedAt = now;
      this.#wasFull = this.#atMost >= this.#limit;
    }
    return this.#atMost >= this.#limit;
  }
}
