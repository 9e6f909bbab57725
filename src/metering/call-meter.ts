import { DurableObject } from "cloudflare:workers";
import { ApiKeys, type ApiKeyRow } from "../record/api-keys.ts";
import { API_KEY_USED_EVERY_MS } from "../record/limits.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { KEY_KNOWN_MS } from "./limits.ts";
import type { Admitted, Metered } from "./metered.ts";
import { standingOf } from "./standing.ts";

/**
 * Counts the calls of one caller: so many in a window that begins with the first call. Of an API key it also knows how it stands,
 * so that letting a call in and counting it is one question. All of it lives in memory only: it costs no row, and an object that
 * sleeps because there are no calls has nothing worth keeping.
 */
export class CallMeter extends DurableObject<Env> {
  #until = 0;
  #used = 0;
  #known: { key: ApiKeyRow; askedAt: number } | null = null;
  /** Counts what was forgotten, so that an answer of D1 from before a change is not kept after it. */
  #forgotten = 0;

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

  /** Looks at the secret that came with the id of this meter's key, and counts the call if it is valid; `limit`: unless the key has its own. */
  async admit(id: string, hash: string, limit: number, windowMs: number, now: number): Promise<Admitted> {
    try {
      const standing = standingOf(await this.#key(id, now), hash, now);
      if (standing.is !== "valid") return { standing };
      this.#noteUse(id, now);
      return { standing, metered: this.take(standing.key.callsPerMinute ?? limit, windowMs, now) };
    } catch (error) {
      if (error instanceof RecordUnreachable) return { unreachable: error.code };
      throw error;
    }
  }

  /** Makes the next call ask D1 for the key: it has changed. */
  forgetKey(): void {
    this.#known = null;
    this.#forgotten += 1;
  }

  async #key(id: string, now: number): Promise<ApiKeyRow | null> {
    const known = this.#known;
    const age = now - (known?.askedAt ?? -Infinity);
    if (known !== null && age >= 0 && age < KEY_KNOWN_MS) return known.key;
    const forgotten = this.#forgotten;
    const key = await new ApiKeys(this.env.DB).find(id);
    if (forgotten === this.#forgotten) this.#known = key === null ? null : { key, askedAt: now };
    return key;
  }

  #noteUse(id: string, now: number): void {
    const key = this.#known?.key;
    if (key === undefined || (key.lastUsedAt !== null && key.lastUsedAt >= now - API_KEY_USED_EVERY_MS))
      return;
    key.lastUsedAt = now;
    // A use that is not noted is noted by the next object that knows the key.
    this.ctx.waitUntil(new ApiKeys(this.env.DB).used(id, now).catch(() => undefined));
  }
}
