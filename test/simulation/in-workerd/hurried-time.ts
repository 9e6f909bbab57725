import { HASTE } from "../../support/hasty-clock.ts";
import type { Time } from "../runtime/telegram.ts";
import type { Happening } from "../runtime/timeline.ts";

/** The real time, hurried as the desk's is. */
export class HurriedTime implements Time {
  readonly #now: () => number;
  #order = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get now(): number {
    return Math.floor(this.#now());
  }

  at(instant: number, run: () => void): Happening {
    const happening: Happening = { at: instant, order: (this.#order += 1), run };
    setTimeout(() => happening.run?.(), Math.max(0, instant - this.now) / HASTE);
    return happening;
  }

  after(ms: number, run: () => void): Happening {
    return this.at(this.now + ms, run);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  cancel(happening: Happening): void {
    happening.run = null;
  }
}
