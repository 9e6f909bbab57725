import { expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage } from "../support/stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const CUSTOMERS = 5;
const EACH = 8;

/** How long it takes until forty files of five customers are in their topics, in ms. */
async function burst(groupCalls?: "learned"): Promise<number> {
  const config = (one: ConfigInput): void => {
    promisesNothing(one);
    if (groupCalls !== undefined) one.desk.groupCalls = groupCalls;
  };
  const stage = await Stage.open({ config });
  const people = await Promise.all(Array.from({ length: CUSTOMERS }, () => stage.customer()));
  for (const person of people) {
    await person.write("Hello");
    await stage.settle();
  }
  await stage.pass(2 * MINUTE);
  const from = stage.now;
  // Files cannot be joined: each one costs a call.
  for (let n = 0; n < EACH; n += 1)
    for (const person of people) await person.send({ document: { fileName: `${n}.txt` } });
  await stage.until("all of it is there", async () => {
    const calls = await stage.telegram.calls({ method: "copyMessage", chatId: stage.group.id });
    return calls.length === CUSTOMERS * (1 + EACH);
  });
  return stage.now - from;
}

test("where the configuration lets it learn and Telegram takes more, a burst waits for no other minute", async () => {
  expect(await burst("learned")).toBeLessThanOrEqual(12 * SECOND);
});

test("without it twenty calls a minute are made", async () => {
  expect(await burst()).toBeGreaterThanOrEqual(55 * SECOND);
});
