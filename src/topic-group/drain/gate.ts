import { OTHERS_AT_ONCE_MAX, SLOW_ANSWER_MS, SLOW_OTHERS_AT_ONCE_MAX } from "../../domain/limits.ts";

/**
 * Through it goes who calls a system that is not ours: a few lanes at once, in the order in which they came, and of
 * those that waited long for an answer last time fewer, so that the others get through.
 */
export class Gate {
  readonly #now: () => number;
  readonly #inside = new Set<string>();
  readonly #slow = new Set<string>();
  readonly #waiting = new Map<string, () => void>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Does the work when it is the lane's turn; `waited`: much may have changed since it came. */
  async pass(lane: string, work: (waited: boolean) => Promise<void>): Promise<void> {
    const waits = !this.#admits(lane);
    if (waits) await new Promise<void>((enter) => this.#waiting.set(lane, enter));
    else this.#inside.add(lane);
    const cameAt = this.#now();
    try {
      await work(waits);
    } finally {
      this.#inside.delete(lane);
      if (this.#now() - cameAt >= SLOW_ANSWER_MS) this.#slow.add(lane);
      else this.#slow.delete(lane);
      this.#letIn();
    }
  }

  #admits(lane: string): boolean {
    if (this.#inside.size >= OTHERS_AT_ONCE_MAX) return false;
    if (!this.#slow.has(lane)) return true;
    return [...this.#inside].filter((one) => this.#slow.has(one)).length < SLOW_OTHERS_AT_ONCE_MAX;
  }

  #letIn(): void {
    for (const [lane, enter] of this.#waiting) {
      if (!this.#admits(lane)) continue;
      this.#waiting.delete(lane);
      this.#inside.add(lane);
      enter();
    }
  }
}
