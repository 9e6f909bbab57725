import { describe, expect, test } from "vitest";
import { GROUP_RATE, LaneRate } from "../../src/topic-group/drain/lane-rate.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

interface Limit {
  /** Calls that Telegram takes in any minute. */
  calls: number;
  /** How long it asks to be left alone; without it until a call is free. */
  punishesMs?: number;
}

/** A group's Telegram on a virtual clock, and the lane that sends to it. Instants in ms. */
function scene({ calls, punishesMs }: Limit, rate = new LaneRate(GROUP_RATE, undefined, [], () => true)) {
  const taken: number[] = [];
  let refused = 0;
  return {
    rate,
    refused: () => refused,
    most: () => Math.max(...taken.map((at) => taken.filter((one) => one <= at && one > at - MINUTE).length)),
    /** Sends messages that came at these instants, in turn; answers how long each has waited. */
    send: (came: readonly number[]): number[] => {
      let now = 0;
      return came.map((at) => {
        now = Math.max(now, at);
        for (;;) {
          now = rate.freeAt(now, 1);
          const recent = taken.filter((one) => one > now - MINUTE);
          if (recent.length < calls) break;
          refused += 1;
          rate.deferred(now, punishesMs ?? recent[0] + MINUTE - now);
        }
        taken.push(now);
        rate.took(now, 1);
        return now - at;
      });
    },
  };
}

const atOnce = (count: number, at = 0): number[] => Array<number>(count).fill(at);

describe("a learned rate", () => {
  test("is not asked for by default", () => {
    const { rate, send, most } = scene({ calls: 1_000 }, new LaneRate(GROUP_RATE));
    send(atOnce(60));
    expect(most()).toBe(20);
    expect(rate.unsaved()?.learned).toBeUndefined();
  });

  test("where Telegram has no limit, forty messages at once take ten seconds, and nothing the next time", () => {
    const { send, refused } = scene({ calls: 1_000 });
    expect(Math.max(...send(atOnce(40)))).toBe(10 * SECOND);
    expect(Math.max(...send(atOnce(40, 10 * MINUTE)))).toBe(0);
    expect(refused()).toBe(0);
  });

  test("where Telegram takes thirty, one call is refused, and 95 % of what went through are kept", () => {
    const { rate, send, refused } = scene({ calls: 30 });
    expect(Math.max(...send(atOnce(40)))).toBeLessThanOrEqual(62 * SECOND);
    expect(refused()).toBe(1);
    expect(rate.state.learned?.calls).toBe(28);
    expect(rate.state.limit).toBe(20);
    send(atOnce(28, 10 * MINUTE));
    expect(refused()).toBe(1);
  });

  test("where Telegram takes twenty, one call is refused in six hours, then in twelve, then in a day", () => {
    const { rate, send, refused } = scene({ calls: 20 });
    const minutes = (from: number, to: number): number[] =>
      Array.from({ length: (to - from) / (10 * MINUTE) }, (_, n) =>
        atOnce(25, from + n * 10 * MINUTE),
      ).flat();
    send(minutes(0, 6 * HOUR));
    expect(refused()).toBe(1);
    send(minutes(6 * HOUR + 10 * MINUTE, 18 * HOUR));
    expect(refused()).toBe(2);
    send(minutes(18 * HOUR + 20 * MINUTE, 42 * HOUR));
    expect(refused()).toBe(3);
    expect(rate.state.learned?.calls).toBe(20);
  });

  test("where Telegram punishes it, it is the documented one, and for a week nothing more is tried", () => {
    const { rate, send, refused } = scene({ calls: 20, punishesMs: 5 * MINUTE });
    expect(Math.max(...send(atOnce(30)))).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(refused()).toBe(1);
    for (let hour = 1; hour < 7 * 24; hour += 1) send(atOnce(25, hour * HOUR));
    expect(refused()).toBe(1);
    expect(rate.state.learned?.calls).toBe(20);
    send(atOnce(25, 8 * 24 * HOUR));
    expect(refused()).toBe(2);
  });

  test("is tried only by what customers wait for: what leaves calls to them waits", () => {
    const rate = new LaneRate(GROUP_RATE, undefined, [], () => true);
    rate.took(0, 20);
    expect([rate.freeAt(1, 1, 2), rate.freeAt(1, 1)]).toEqual([MINUTE, 500]);
  });

  test("is kept by a restart, and left alone once the configuration does not want it any more", () => {
    let learns = true;
    const { rate, send } = scene({ calls: 1_000 }, new LaneRate(GROUP_RATE, undefined, [], () => learns));
    send(atOnce(40));
    const kept = JSON.parse(JSON.stringify(rate.unsaved()));
    const revived = new LaneRate(GROUP_RATE, kept, [], () => learns);
    expect(revived.free(10 * MINUTE)).toBe(40);
    learns = false;
    expect(revived.free(20 * MINUTE)).toBe(20);
  });
});
