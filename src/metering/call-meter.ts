import { DurableObject } from "cloudflare:workers";
import type { Metered } from "./metered.ts";

/**
 * Counts the calls of one API key: so many in a window that begins with its first call. The count lives in memory only:
 * it costs no row, and an object that sleeps because there are no calls has nothing worth keeping.
 */
export class CallMeter extends DurableObject<Env> {
  #until = 0;
  #used = 0;

  /** Counts a call, if one is left; `now` and `windowMs` in ms. */
  take(limit: number, windowMs: number, now: number): Metered {
    // A clock that was turned back must not lock a key out.
    if (now >= this.#until || this.#until - now > windowMs) {
      this.#until = now + windowMs;
      this.#used = 0;
    }
    const allowed = this.#used < limit;
    if (allowed) this.#used += 1;
    return { allowed, left: Math.max(0, limit - this.#used), resetMs: this.#until - now };
  }
}
