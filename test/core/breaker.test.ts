import { describe, expect, test } from "vitest";
import {
  ENRICHMENT_FAILURES_MAX,
  ENRICHMENT_PAUSE_MAX_MS,
  ENRICHMENT_PAUSE_MS,
  ENRICHMENT_PROBE_MAX_MS,
} from "../../src/domain/limits.ts";
import { after, CLOSED, mayTry, trying, type Breaker } from "../../src/domain/routing/breaker.ts";
import fc from "../support/fast-check.ts";

const T = Date.parse("2026-11-20T09:00:00Z");
const FAILED = { kind: "failed", retryAfterMs: null } as const;
const ANSWER = { kind: "answer" } as const;
const askedToWait = (retryAfterMs: number) => ({ kind: "failed", retryAfterMs }) as const;

/** A call at an instant that fails at once. */
const fails = (breaker: Breaker, at: number): Breaker => after(trying(breaker, at), FAILED, at);

function opened(at = T): Breaker {
  let breaker = CLOSED;
  for (let n = 0; n < ENRICHMENT_FAILURES_MAX; n++) breaker = fails(breaker, at);
  return breaker;
}

describe("a system that fails", () => {
  test("is asked on until it has failed often enough in a row", () => {
    let breaker = CLOSED;
    for (let n = 1; n < ENRICHMENT_FAILURES_MAX; n++) {
      breaker = fails(breaker, T + n);
      expect(mayTry(breaker, T + n)).toBe(true);
    }
    breaker = fails(breaker, T + 10);
    expect(breaker).toMatchObject({ failures: ENRICHMENT_FAILURES_MAX, openedAt: T + 10 });
    expect(mayTry(breaker, T + 10)).toBe(false);
  });

  test("is asked on for ever if it answers now and then", () => {
    let breaker = CLOSED;
    for (let n = 0; n < 100; n++) {
      breaker = n % ENRICHMENT_FAILURES_MAX === 0 ? after(breaker, ANSWER, T + n) : fails(breaker, T + n);
      expect(mayTry(breaker, T + n)).toBe(true);
    }
  });

  test("is tried again after the pause, by one call only", () => {
    const breaker = opened();
    expect(mayTry(breaker, T + ENRICHMENT_PAUSE_MS - 1)).toBe(false);
    expect(mayTry(breaker, T + ENRICHMENT_PAUSE_MS)).toBe(true);
    expect(mayTry(trying(breaker, T + ENRICHMENT_PAUSE_MS), T + ENRICHMENT_PAUSE_MS + 1)).toBe(false);
  });

  test("is asked by every call after its first answer, and counts failures from zero", () => {
    const back = after(trying(opened(), T + ENRICHMENT_PAUSE_MS), ANSWER, T + ENRICHMENT_PAUSE_MS + 5);
    expect(back).toEqual(CLOSED);
  });

  test("is left alone twice as long after each probe, up to a maximum, and knows since when", () => {
    let breaker = opened();
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) {
      const at = breaker.retryAt!;
      breaker = fails(breaker, at);
      pauses.push(breaker.retryAt! - at);
    }
    expect(pauses).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000, 900_000]);
    expect(breaker.openedAt).toBe(T);
  });

  test("is not left alone longer for calls that were under way when that began", () => {
    const breaker = opened();
    expect(after(breaker, FAILED, T + 2_000)).toEqual(breaker);
  });

  test("is asked by all as soon as one of those calls is answered", () => {
    expect(after(opened(), ANSWER, T + 2_000)).toEqual(CLOSED);
  });

  test("is tried again where a crash cut the probe off", () => {
    const at = T + ENRICHMENT_PAUSE_MS;
    const probed = trying(opened(), at);
    expect(mayTry(probed, at + ENRICHMENT_PROBE_MAX_MS - 1)).toBe(false);
    expect(mayTry(probed, at + ENRICHMENT_PROBE_MAX_MS)).toBe(true);
  });
});

describe("a system that asks for time", () => {
  test("gets it at once, and is asked by all when it is over", () => {
    const breaker = after(CLOSED, askedToWait(7_000), T);
    expect(breaker.openedAt).toBeNull();
    expect(mayTry(breaker, T + 6_999)).toBe(false);
    expect(mayTry(breaker, T + 7_000)).toBe(true);
    expect(mayTry(trying(breaker, T + 7_000), T + 7_001)).toBe(true);
  });

  test("is not asked earlier because another call that failed asked for less", () => {
    const breaker = after(after(CLOSED, askedToWait(7_000), T), FAILED, T + 1);
    expect(mayTry(breaker, T + 6_999)).toBe(false);
  });

  test("gets more than the pause, but never more than the longest", () => {
    const four = Array.from({ length: ENRICHMENT_FAILURES_MAX - 1 }).reduce<Breaker>(
      (b) => fails(b, T),
      CLOSED,
    );
    expect(after(four, askedToWait(90_000), T).retryAt).toBe(T + 90_000);
    expect(after(four, askedToWait(1_000), T).retryAt).toBe(T + ENRICHMENT_PAUSE_MS);
    expect(after(four, askedToWait(365 * 86_400_000), T).retryAt).toBe(T + ENRICHMENT_PAUSE_MAX_MS);
  });
});

const outcome = fc.oneof(
  { weight: 1, arbitrary: fc.constant(ANSWER) },
  { weight: 4, arbitrary: fc.constant(FAILED) },
  { weight: 1, arbitrary: fc.nat({ max: 2 * ENRICHMENT_PAUSE_MAX_MS }).map(askedToWait) },
);
/** Calls that begin some time after one another and take a while, so that they overlap. */
const calls = fc.array(
  fc.record({
    gap: fc.oneof(fc.nat(1_000), fc.nat(2 * ENRICHMENT_PAUSE_MAX_MS)),
    takes: fc.nat(30_000),
    outcome,
  }),
  { maxLength: 60 },
);

interface Moment {
  at: number;
  breaker: Breaker;
}

/** What becomes of a breaker when tickets arrive and each is asked for if it may be. */
function lived(arrivals: { gap: number; takes: number; outcome: Parameters<typeof after>[1] }[]) {
  const underWay: { at: number; outcome: Parameters<typeof after>[1] }[] = [];
  const moments: Moment[] = [];
  const tries: { at: number; open: boolean }[] = [];
  let breaker = CLOSED;
  let now = T;
  const settleUntil = (until: number): void => {
    for (underWay.sort((a, b) => a.at - b.at); underWay[0] !== undefined && underWay[0].at <= until;) {
      const { at, outcome: came } = underWay.shift()!;
      breaker = after(breaker, came, at);
      moments.push({ at, breaker });
    }
  };
  for (const { gap, takes, outcome: comes } of arrivals) {
    now += gap;
    settleUntil(now);
    if (!mayTry(breaker, now)) continue;
    tries.push({ at: now, open: breaker.openedAt !== null });
    breaker = trying(breaker, now);
    underWay.push({ at: now + takes, outcome: comes });
  }
  settleUntil(Infinity);
  return { moments, tries };
}

describe("whatever happens", () => {
  test("no question is given up: within the longest pause and a lost probe one may be asked", () => {
    fc.assert(
      fc.property(calls, (all) => {
        for (const { at, breaker } of lived(all).moments) {
          const latest = at + ENRICHMENT_PAUSE_MAX_MS + ENRICHMENT_PROBE_MAX_MS;
          expect(mayTry(breaker, latest)).toBe(true);
        }
      }),
    );
  });

  test("an answer closes it", () => {
    fc.assert(
      fc.property(calls, fc.nat(), (all, later) => {
        const last = lived(all).moments.at(-1) ?? { at: T, breaker: CLOSED };
        expect(after(last.breaker, ANSWER, last.at + later)).toEqual(CLOSED);
      }),
    );
  });

  test("it opens after no fewer failures in a row than the limit", () => {
    fc.assert(
      fc.property(calls, (all) => {
        for (const { breaker } of lived(all).moments) {
          expect(breaker.openedAt !== null).toBe(breaker.failures >= ENRICHMENT_FAILURES_MAX);
        }
      }),
    );
  });

  test("while it is open two calls are at least the first pause apart", () => {
    fc.assert(
      fc.property(calls, (all) => {
        const { tries } = lived(all);
        for (const [index, one] of tries.entries()) {
          const before = tries[index - 1];
          if (one.open && before !== undefined) {
            expect(one.at - before.at).toBeGreaterThanOrEqual(ENRICHMENT_PAUSE_MS);
          }
        }
      }),
    );
  });

  test("a dead system gets a handful of calls, however many tickets come", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: 100, maxLength: 400 }), (gaps) => {
        const { tries } = lived(gaps.map((gap) => ({ gap, takes: 0, outcome: FAILED })));
        const passed = gaps.reduce((sum, gap) => sum + gap, 0);
        const doublings = Math.log2(ENRICHMENT_PAUSE_MAX_MS / ENRICHMENT_PAUSE_MS);
        const most = ENRICHMENT_FAILURES_MAX + Math.ceil(doublings) + passed / ENRICHMENT_PAUSE_MAX_MS + 1;
        expect(tries.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  test("the same story gives the same state, and it survives being stored", () => {
    fc.assert(
      fc.property(calls, (all) => {
        const { moments } = lived(all);
        expect(lived(all).moments).toEqual(moments);
        expect(JSON.parse(JSON.stringify(moments))).toEqual(moments);
      }),
    );
  });
});
