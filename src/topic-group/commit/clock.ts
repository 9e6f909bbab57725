import { realNow } from "../../real-clock.ts";

/** Where a topic group gets its time from. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** When the platform must ring the alarm for it to be `at` by this clock. */
  ringAt(at: number): number;
  /** The instant by this clock that the platform's alarm stands for: the inverse of `ringAt`. */
  atOfRing(ring: number): number;
}

/** Real time: what every deployed desk runs on. */
export const systemClock: Clock = { now: realNow, ringAt: (at) => at, atOfRing: (ring) => ring };
