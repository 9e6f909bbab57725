import type { Clock } from "./clock.ts";

/**
 * The object's one alarm. Setting it costs a row, so it is set only if it has to ring earlier than it would; an alarm
 * that finds no work looks at the rows and is set anew.
 */
export class Wake {
  readonly #storage: DurableObjectStorage;
  readonly #clock: Clock;
  /** When it rings, by the object's clock; null while it is not set. */
  #at: number | null = null;

  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  async recall(): Promise<void> {
    const ring = await this.#storage.getAlarm();
    this.#at = ring === null ? null : this.#clock.atOfRing(ring);
  }

  get at(): number | null {
    return this.#at;
  }

  /** Makes sure that it rings by `at`; inside a transaction it is rolled back with the rows. */
  by(at: number): void {
    if (this.#at !== null && this.#at <= at) return;
    this.#at = at;
    void this.#storage.setAlarm(this.#clock.ringAt(at));
  }

  /** It has rung, and is not set any more. */
  rang(): void {
    this.#at = null;
  }

  /** What to go back to when the transaction that set it is rolled back. */
  mark(): number | null {
    return this.#at;
  }

  rewind(mark: number | null): void {
    this.#at = mark;
  }
}
