import { describe, expect, test } from "vitest";
import { GROUP_RATE, LaneRate } from "../../src/topic-group/drain/lane-rate.ts";
import fc from "../support/fast-check.ts";

const SECOND = 1_000;

describe("a lane's rate", () => {
  test("twenty calls go at once, the twenty-first when the first is a minute old", () => {
    const rate = new LaneRate(GROUP_RATE);
    for (let i = 0; i < 20; i += 1) {
      expect(rate.freeAt(i * 100, 1)).toBe(i * 100);
      rate.took(i * 100, 1);
    }
    expect(rate.freeAt(2_000, 1)).toBe(60 * SECOND);
    expect(rate.free(2_000)).toBe(0);
  });

  test("an album counts its items, and a call that leaves a reserve waits sooner", () => {
    const rate = new LaneRate(GROUP_RATE);
    rate.took(0, 15);
    expect(rate.freeAt(1, 10)).toBe(60 * SECOND);
    expect(rate.freeAt(1, 1, 6)).toBe(60 * SECOND);
    expect(rate.freeAt(1, 1, 2)).toBe(1);
  });

  test("what a clock counted that was hours ahead uses up no minute once it is right", () => {
    const rate = new LaneRate(GROUP_RATE);
    for (let i = 0; i < 20; i += 1) rate.took(5 * 3_600 * SECOND + i, 1);
    expect(rate.free(0)).toBe(20);
    expect(rate.freeAt(0, 1)).toBe(0);
    rate.took(10, 20);
    expect(rate.freeAt(20, 1)).toBe(10 + 60 * SECOND);
  });

  test("429 stops the whole chat for as long as it says, halves the rate, and the rate recovers slowly", () => {
    const rate = new LaneRate(GROUP_RATE);
    rate.deferred(0, 35 * SECOND);
    expect(rate.freeAt(10, 1)).toBe(35 * SECOND);
    expect(rate.state.limit).toBe(10);
    expect(rate.free(36 * SECOND)).toBe(10);
    expect(rate.free(66 * SECOND)).toBe(14);
    expect(rate.free(600 * SECOND)).toBe(20);
  });

  test("calls under way use up the minute as those that have ended do", () => {
    const rate = new LaneRate(GROUP_RATE);
    rate.took(0, 17);
    rate.begun(2);
    expect(rate.freeAt(1, 1)).toBe(1);
    expect(rate.freeAt(1, 2)).toBe(60 * SECOND);
    rate.begun(1);
    expect(rate.freeAt(1, 1)).toBe(60 * SECOND);
    rate.ended(3);
    expect(rate.freeAt(1, 3)).toBe(1);
  });

  test("an album that is larger than what is left of a halved minute waits for those under way, too", () => {
    const rate = new LaneRate(GROUP_RATE);
    rate.deferred(0, SECOND);
    rate.begun(3);
    expect(rate.freeAt(2 * SECOND, 10)).toBe(62 * SECOND);
    rate.ended(3);
    expect(rate.freeAt(2 * SECOND, 10)).toBe(2 * SECOND);
  });

  test("calls that were refused together halve the rate once, and the longest wait counts", () => {
    const rate = new LaneRate(GROUP_RATE);
    for (const wait of [20, 35, 30]) rate.deferred(0, wait * SECOND);
    expect([rate.state.limit, rate.state.blockedUntil]).toEqual([10, 35 * SECOND]);
    rate.deferred(36 * SECOND, 5 * SECOND);
    expect(rate.state.limit).toBe(5);
  });

  test("for ten minutes after a 429 calls are made one after the other, also after a restart", () => {
    const rate = new LaneRate(GROUP_RATE);
    expect(rate.isAlone(0)).toBe(false);
    rate.deferred(0, 30 * SECOND);
    const revived = new LaneRate(GROUP_RATE, JSON.parse(JSON.stringify(rate.unsaved())));
    expect([629, 630].map((at) => revived.isAlone(at * SECOND))).toEqual([true, false]);
  });

  test("what it knows survives a restart", () => {
    const rate = new LaneRate(GROUP_RATE);
    rate.took(0, 20);
    const revived = new LaneRate(GROUP_RATE, JSON.parse(JSON.stringify(rate.unsaved())));
    expect(revived.freeAt(5, 1)).toBe(60 * SECOND);
  });

  test("saves nothing of calls that rows tell of, and a restart counts them once", () => {
    const rate = new LaneRate(GROUP_RATE);
    rate.took(0, 5, true);
    expect(rate.unsaved()).toBeNull();
    rate.took(0, 5);
    const revived = new LaneRate(GROUP_RATE, rate.unsaved()!, [0, 0, 0, 0, 0]);
    expect(revived.free(1)).toBe(10);
    expect(revived.unsaved()).toBeNull();
  });

  test("no minute ever sees more than twenty calls, and none waits longer than it must", () => {
    const call = fc.record({
      gap: fc.integer({ min: 0, max: 20 * SECOND }),
      cost: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 80 }), (calls) => {
        const rate = new LaneRate(GROUP_RATE);
        const made: number[] = [];
        let now = 0;
        for (const { gap, cost } of calls) {
          now += gap;
          const at = rate.freeAt(now, cost);
          if (at > now) {
            const recent = made.filter((one) => one > at - 1 - 60 * SECOND).length;
            expect(recent + cost).toBeGreaterThan(20);
          }
          now = at;
          rate.took(now, cost);
          for (let i = 0; i < cost; i += 1) made.push(now);
          expect(made.filter((one) => one > now - 60 * SECOND).length).toBeLessThanOrEqual(20);
        }
      }),
    );
  });
});
