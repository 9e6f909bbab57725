import { realNow } from "../../src/real-clock.ts";
import type { Clock } from "../../src/topic-group/commit/clock.ts";

/** How many of its seconds pass in a real one: the group's twenty calls a minute are ten a second. */
export const HASTE = 30;
/** Every scene begins on the same Monday morning, so that each plays in the same shifts and promises. */
export const HASTY_MORNING = Date.parse("2026-01-05T08:00:00Z");

/** A clock that hurries, and goes on through restarts; `startedAt` is the real instant at which its morning was. */
export function hastyClock(startedAt: number): Clock {
  return {
    now: () => HASTY_MORNING + (realNow() - startedAt) * HASTE,
    ringAt: (at) => Math.ceil(startedAt + (at - HASTY_MORNING) / HASTE),
    atOfRing: (ring) => HASTY_MORNING + (ring - startedAt) * HASTE,
  };
}
