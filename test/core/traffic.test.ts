import { expect, test } from "vitest";
import { Traffic } from "../../src/topic-group/drain/traffic.ts";

/** Calls that are under way until they are let go. */
function calls(traffic: Traffic) {
  const waiting: (() => void)[] = [];
  return {
    begin: (count: number, isTelegrams = true): void => {
      for (let n = 0; n < count; n += 1)
        void traffic.count(() => new Promise<void>((resolve) => void waiting.push(resolve)), isTelegrams);
    },
    end: async (): Promise<void> => {
      for (const resolve of waiting.splice(0)) resolve();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

test("a lane may use what is left of six connections, and always one", async () => {
  const traffic = new Traffic(() => 0);
  const { begin, end } = calls(traffic);
  expect(traffic.room(0)).toBe(6);
  begin(4, false);
  expect(traffic.room(0)).toBe(2);
  expect(traffic.room(1)).toBe(3);
  begin(4, false);
  expect(traffic.room(0)).toBe(1);
  await end();
  expect(traffic.room(0)).toBe(6);
});

test("near Telegram's thirty calls a second there is room for one alone", async () => {
  let now = 0;
  const traffic = new Traffic(() => now);
  const { begin, end } = calls(traffic);
  begin(22);
  await end();
  expect(traffic.room(0)).toBe(3);
  begin(10);
  await end();
  expect(traffic.room(0)).toBe(1);
  now = 1_000;
  expect(traffic.room(0)).toBe(6);
});

test("a call that fails is over", async () => {
  const traffic = new Traffic(() => 0);
  await expect(traffic.count(() => Promise.reject(new Error("no")), false)).rejects.toThrow("no");
  expect(traffic.room(0)).toBe(6);
});
