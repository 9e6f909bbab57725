import {
  ENRICHMENT_FAILURES_MAX,
  ENRICHMENT_PAUSE_MAX_MS,
  ENRICHMENT_PAUSE_MS,
  ENRICHMENT_PROBE_MAX_MS,
} from "../limits.ts";

/**
 * Whether a system that is not ours is asked at all, as data. Closed, everybody may ask; after failures in a row it
 * opens and nobody may; after each pause one call tries again, and the first answer closes it. Instants are ms since
 * 1970.
 */
export interface Breaker {
  /** In a row. */
  failures: number;
  /** Since when it is open; null: closed. */
  openedAt: number | null;
  /** Nobody may ask before this instant; null: now. */
  retryAt: number | null;
  /** How long the pause is that it makes while it is open; 0: closed. */
  pauseMs: number;
  /** When the one call went out that tries again; null: none has. */
  probeAt: number | null;
}

/** What came of a call, as far as this is concerned; `retryAfterMs` is what the system itself asked for. */
export type BreakerOutcome = { kind: "answer" } | { kind: "failed"; retryAfterMs: number | null };

export const CLOSED: Breaker = { failures: 0, openedAt: null, retryAt: null, pauseMs: 0, probeAt: null };

/** Whether a call may go out at this instant. */
export function mayTry({ openedAt, retryAt, probeAt }: Breaker, now: number): boolean {
  if (retryAt !== null && now < retryAt) return false;
  // A probe of which nothing was ever heard was cut off by a crash.
  return openedAt === null || probeAt === null || now - probeAt >= ENRICHMENT_PROBE_MAX_MS;
}

/** Notes that a call goes out now, so that while it is open no second one does. */
export function trying(breaker: Breaker, now: number): Breaker {
  return breaker.openedAt === null ? breaker : { ...breaker, probeAt: now };
}

/** What a call that has come back makes of it. */
export function after(breaker: Breaker, outcome: BreakerOutcome, now: number): Breaker {
  if (outcome.kind === "answer") return CLOSED;
  const askedMs = Math.min(outcome.retryAfterMs ?? 0, ENRICHMENT_PAUSE_MAX_MS);
  const { openedAt } = breaker;
  const failures = breaker.failures + 1;
  if (openedAt === null && failures < ENRICHMENT_FAILURES_MAX) {
    const retryAt = Math.max(breaker.retryAt ?? 0, askedMs > 0 ? now + askedMs : 0);
    return { ...breaker, failures, retryAt: retryAt === 0 ? null : retryAt };
  }
  // Calls that were under way when it opened tell nothing new: only a probe comes back after the pause.
  if (openedAt !== null && now < breaker.retryAt!) return breaker;
  const pauseMs =
    openedAt === null ? ENRICHMENT_PAUSE_MS : Math.min(breaker.pauseMs * 2, ENRICHMENT_PAUSE_MAX_MS);
  return {
    failures,
    openedAt: openedAt ?? now,
    retryAt: now + Math.max(pauseMs, askedMs),
    pauseMs,
    probeAt: null,
  };
}
