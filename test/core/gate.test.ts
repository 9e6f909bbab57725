import { expect, test } from "vitest";
import { OTHERS_AT_ONCE_MAX, SLOW_ANSWER_MS, SLOW_OTHERS_AT_ONCE_MAX } from "../../src/domain/limits.ts";
import { Gate } from "../../src/topic-group/drain/gate.ts";

/* Who calls systems that are not ours, and how many at once. */

let now = 0;
const gate = (): Gate => new Gate(() => now);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A lane that calls until it is told that its answer has come. */
function call(through: Gate, lane: string) {
  const calling = { lane, inside: false, waited: false, answered: (): void => undefined, done: turn() };
  calling.done = through.pass(lane, (waited) => {
    Object.assign(calling, { inside: true, waited });
    return new Promise<void>((resolve) => {
      calling.answered = () => {
        calling.inside = false;
        resolve();
      };
    });
  });
  return calling;
}
const inside = (calls: { inside: boolean; lane: string }[]): string[] =>
  calls.filter((one) => one.inside).map(({ lane }) => lane);

test("a few lanes call at once, and the others in their order as soon as there is room", async () => {
  const through = gate();
  const calls = ["a", "b", "c", "d", "e", "f"].map((lane) => call(through, lane));
  await turn();
  expect(OTHERS_AT_ONCE_MAX).toBe(4);
  expect(inside(calls)).toEqual(["a", "b", "c", "d"]);
  calls[1].answered();
  await turn();
  expect(inside(calls)).toEqual(["a", "c", "d", "e"]);
  expect(calls.map(({ waited }) => waited)).toEqual([false, false, false, false, true, false]);
  for (const lane of [0, 2, 3, 4]) calls[lane].answered();
  await turn();
  expect(inside(calls)).toEqual(["f"]);
  expect(calls[5].waited).toBe(true);
});

test("a system that was slow last time leaves room for the others, until it answers quickly", async () => {
  const through = gate();
  const slow = ["s", "t", "u"].map((lane) => call(through, lane));
  await turn();
  now += SLOW_ANSWER_MS;
  for (const one of slow) one.answered();
  await Promise.all(slow.map(({ done }) => done));
  const again = ["s", "t", "u", "a", "b"].map((lane) => call(through, lane));
  await turn();
  expect(SLOW_OTHERS_AT_ONCE_MAX).toBe(2);
  expect(inside(again)).toEqual(["s", "t", "a", "b"]);
  again[0].answered();
  await turn();
  expect(inside(again)).toEqual(["t", "u", "a", "b"]);
  for (const one of again) one.answered();
  await Promise.all(again.map(({ done }) => done));
  const quick = ["s", "t", "u"].map((lane) => call(through, lane));
  await turn();
  expect(inside(quick)).toEqual(["s", "t", "u"]);
});

test("a lane whose work fails leaves its place to the next one", async () => {
  const through = gate();
  const calls = ["a", "b", "c"].map((lane) => call(through, lane));
  const failing = through.pass("x", () => Promise.reject(new Error("no")));
  const next = call(through, "d");
  await expect(failing).rejects.toThrow("no");
  await turn();
  expect(inside([...calls, next])).toEqual(["a", "b", "c", "d"]);
});
