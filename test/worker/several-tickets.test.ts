import { beforeEach, expect, test } from "vitest";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import type { Customer, LoggedCall } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { isService, Stage, texts } from "../support/stage.ts";
import { until } from "../support/until.ts";

const MINUTE = 60_000;

let stage: Stage;
let people: Customer[];

beforeEach(async () => {
  stage = await Stage.open({ config: promisesNothing, budgets: "real" });
  people = await Promise.all(Array.from({ length: 8 }, (_, n) => stage.customer({ firstName: `C${n}` })));
  for (const person of people) {
    await person.write("Hello");
    await stage.settle();
    await stage.pass(MINUTE);
  }
});

async function read(ref: string): Promise<string[]> {
  return texts((await stage.inTopic(ref)).filter((one) => !isService(one)));
}

async function latest(): Promise<number> {
  return (await stage.telegram.calls({ limit: 1 })).at(-1)?.id ?? 0;
}

/** Calls in the staff group, after one. */
function groupCalls(afterId: number): Promise<LoggedCall[]> {
  return stage.telegram.calls({ chatId: stage.group.id, afterId });
}

/** Delivers what customers wrote while copies hang, and answers how many hang then. */
async function hanging(atLeast: number): Promise<number> {
  await stage.deliver();
  await until("they are under way", () => localFaults.holding >= atLeast);
  while ((await stage.deliver()) > 0);
  return localFaults.holding;
}

/** What the copies are of that were made so far. */
function copied(calls: readonly LoggedCall[]): unknown[] {
  return calls.filter(({ method }) => method === "copyMessage").map(({ params }) => params["from_chat_id"]);
}

test("messages of several tickets are under way together, five at most and never two of one ticket", async () => {
  const before = await latest();
  await stage.whileHeld(
    "copyMessage",
    async () => {
      for (const person of people) for (const text of ["one", "two"]) await person.write(text);
      await stage.deliver();
    },
    async () => expect(await hanging(5)).toBe(5),
  );
  await stage.settle();
  const first = copied(await groupCalls(before)).slice(0, 5);
  expect(new Set(first).size).toBe(5);
  for (const n of people.keys()) expect(await read(`SUP-${n + 1}`)).toEqual(["Hello", "one", "two"]);
});

test("one ticket that hangs holds up no other", async () => {
  await stage.whileHeld(
    "copyMessage",
    async () => {
      await people[0].write("hangs");
      await stage.deliver();
    },
    async () => {
      expect(localFaults.holding).toBe(1);
      await people[1].write("goes on");
      expect(await hanging(2)).toBe(2);
    },
  );
  await stage.settle();
  expect([await read("SUP-1"), await read("SUP-2")]).toEqual([
    ["Hello", "hangs"],
    ["Hello", "goes on"],
  ]);
});

test("after a 429 one call is made after the other, for ten minutes", async () => {
  const writeAll = async (text: string): Promise<void> => {
    for (const person of people.slice(0, 4)) await person.write(text);
  };
  await stage.telegram.faults([{ effect: "flood", retryAfter: 5, chatId: stage.group.id, times: 1 }]);
  await writeAll("too many");
  await stage.pass(2 * MINUTE);
  const together = async (text: string, atLeast: number): Promise<number> => {
    let count = 0;
    await stage.whileHeld(
      "copyMessage",
      () => writeAll(text).then(() => stage.deliver()),
      async () => {
        count = await hanging(atLeast);
      },
    );
    await stage.settle();
    return count;
  };
  expect(await together("soon after", 1)).toBe(1);
  await stage.pass(10 * MINUTE);
  expect(await together("later", 4)).toBe(4);
  for (const n of [1, 2, 3, 4])
    expect(await read(`SUP-${n}`)).toEqual(["Hello", "too many", "soon after", "later"]);
});

test("calls that are refused together are one 429: everything arrives, once, when the wait is over", async () => {
  await stage.telegram.faults([{ effect: "flood", retryAfter: 30, chatId: stage.group.id, times: 5 }]);
  const before = await latest();
  for (const person of people) await person.write("all at once");
  await stage.settleNow();
  const refused = (await groupCalls(before)).filter(({ answer }) => answer?.status === 429);
  expect(refused.length).toBeLessThanOrEqual(5);
  await stage.telegram.clearFaults();
  await stage.pass(2 * MINUTE);
  for (const n of people.keys()) expect(await read(`SUP-${n + 1}`)).toEqual(["Hello", "all at once"]);
  expect((await groupCalls(before)).filter(({ answer }) => answer?.status === 429)).toEqual(refused);
});

test("calls without an answer at the same time make the lane rest as one does", async () => {
  await stage.telegram.faults([{ effect: "request_lost", chatId: stage.group.id, times: 5 }]);
  const from = stage.now;
  for (const person of people) await person.write("lost at first");
  await stage.until("all of it is there", async () => {
    const all = await Promise.all([...people.keys()].map((n) => read(`SUP-${n + 1}`)));
    return all.every((lines) => lines.includes("lost at first"));
  });
  expect(stage.now - from).toBeLessThanOrEqual(MINUTE);
  for (const n of people.keys()) expect(await read(`SUP-${n + 1}`)).toEqual(["Hello", "lost at first"]);
});
