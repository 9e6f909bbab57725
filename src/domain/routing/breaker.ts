import {
  ENRICHMENT_FAILURES_MAX,
  ENRICHMENT_PAUSE_MAX_MS,
  ENRICHMENT_PAUSE_MS,
  ENRICHMENT_PROBE_MAX_MS,
} from "../limits.ts";

/**
 * Whether another system is called at all, as data. Closed, every call is made; after failures in a row it opens and
 * none is; after each pause one call tries again, and the first answer closes it. Instants are ms since 1970.
 */
export interface Breaker {
  /** In a row. */
  failures: number;
  /** Since when it is open; null: closed. */
  openedAt: number | null;
  /** No call before this instant; null: now. */
  retryAt: number | null;
  /** How long the pause is that it makes while it is open; 0: closed. */
  pauseMs: number;
  /** When the one call went out that tries again; null: none has. */
  probeAt: number | null;
  /** The system answered 429: no call before `until`, then one at a time with this pause in between. */
  slow?: { until: number; pauseMs: number };
}

/** What came of a call, as far as this is concerned; `retryAfterMs` is what the system itself asked for. */
export type BreakerOutcome =
  | { kind: "answer" }
  /** It is there, and wants to be asked less often. */
  | { kind: "busy"; retryAfterMs: number | null }
  | { kind: "failed"; retryAfterMs: number | null };

export const CLOSED: Breaker = { failures: 0, openedAt: null, retryAt: null, pauseMs: 0, probeAt: null };

/** Whether a call may go out at this instant. */
export function mayTry({ openedAt, retryAt, probeAt, slow }: Breaker, now: number): boolean {
  if ((retryAt !== null && now < retryAt) || (slow !== undefined && now < slow.until)) return false;
  // A probe of which nothing was ever heard was cut off by a crash.
  return openedAt === null || probeAt === null || now - probeAt >= ENRICHMENT_PROBE_MAX_MS;
}

/** When a call may go out, `now` at the earliest. */
export function maySoonestTry(breaker: Breaker, now: number): number {
  if (mayTry(breaker, now)) return now;
  const { openedAt, retryAt, probeAt, slow } = breaker;
  const probed = openedAt === null || probeAt === null ? 0 : probeAt + ENRICHMENT_PROBE_MAX_MS;
  return Math.max(now + 1, retryAt ?? 0, slow?.until ?? 0, probed);
}

/** Notes that a call goes out now, so that while it is open no second one does, and none comes too soon after it. */
export function trying(breaker: Breaker, now: number): Breaker {
  const { openedAt, slow } = breaker;
  if (openedAt === null && slow === undefined) return breaker;
  return {
    ...breaker,
    ...(openedAt === null ? {} : { probeAt: now }),
    ...(slow === undefined ? {} : { slow: { ...slow, until: now + slow.pauseMs } }),
  };
}

/** What a call that has come back makes of it. */
export function after(breaker: Breaker, outcome: BreakerOutcome, now: number): Breaker {
  if (outcome.kind === "answer") return faster(breaker);
  if (outcome.kind === "busy") return slower(breaker, outcome.retryAfterMs, now);
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

/** A 429 is not a failure, and no question is given up because of it. */
function slower({ slow }: Breaker, retryAfterMs: number | null, now: number): Breaker {
  const pauseMs = Math.min(Math.max(ASKED_TOO_OFTEN_MS, (slow?.pauseMs ?? 0) * 2), ENRICHMENT_PAUSE_MS);
  const wait = Math.min(retryAfterMs ?? Math.max(pauseMs, 4 * ASKED_TOO_OFTEN_MS), ENRICHMENT_PAUSE_MAX_MS);
  return { ...CLOSED, slow: { until: Math.max(slow?.until ?? 0, now + wait), pauseMs } };
}

/** With each answer it is asked a little faster, until the pauses are not worth keeping. */
function faster({ slow }: Breaker): Breaker {
  if (slow === undefined) return CLOSED;
  const pauseMs = Math.floor(slow.pauseMs * 0.9);
  return pauseMs < ASKED_TOO_OFTEN_MS / 2 ? CLOSED : { ...CLOSED, slow: { ...slow, pauseMs } };
}

/** The pause between two questions after the first 429: four a second, which every CRM takes that we know of. */
const ASKED_TOO_OFTEN_MS = 250;
