import { env } from "cloudflare:workers";
import { realNow } from "../../real-clock.ts";
import type { Clock } from "../../topic-group/commit/clock.ts";

/** A frozen clock sets its alarms this far ahead, so that the platform never rings them by itself; it takes none after 2189. */
const FROZEN_AHEAD_MS = 60 * 365 * 86_400_000;

/** How far the clock was moved before this start: known before any object wakes and looks at it. */
const { LOCAL_CLOCK_OFFSET_MS } = env as { LOCAL_CLOCK_OFFSET_MS?: string };

/**
 * Time as a local desk sees it: real time plus an offset that the sandbox moves forward, or an instant at which it
 * is frozen. It lives in the isolate, beside the desk, because the product knows one clock only and has no door
 * through which anyone could turn it.
 */
export const localClock = {
  offsetMs: Number(LOCAL_CLOCK_OFFSET_MS ?? 0),
  frozenAt: null as number | null,

  now(): number {
    return this.frozenAt ?? realNow() + this.offsetMs;
  },

  /** A frozen clock rings no alarm by itself: the test that froze it rings those that are due. */
  ringAt(at: number): number {
    return this.frozenAt === null ? at - this.offsetMs : at + FROZEN_AHEAD_MS;
  },

  atOfRing(ring: number): number {
    return this.frozenAt === null ? ring + this.offsetMs : ring - FROZEN_AHEAD_MS;
  },
} satisfies Clock & { offsetMs: number; frozenAt: number | null };
