import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { LOOKED_AT_ONCE_MAX, TICKETS_FORGOTTEN_AT_ONCE_MAX } from "../../src/domain/limits.ts";
import { multiplyTickets } from "../bench/desk/multiply.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage } from "../support/stage.ts";

/* What an object does to all of its tickets it does some at a time: messages wait while a step lasts. */

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open({ config: promisesNothing });
  const ada = await stage.customer({ firstName: "Ada" });
  await ada.write("Hello");
  await stage.settle();
});

/** One of them is open, the others have long been closed. */
async function tickets(count: number): Promise<void> {
  await runInDurableObject(stage.groupStub(), (_, { storage }) => {
    storage.transactionSync(() => void multiplyTickets(storage.sql, count, count * 2));
  });
}

describe("retention in a group with many tickets", () => {
  const forget = async (ticketsClosedBefore: number) => {
    const steps: number[] = [];
    let after: { ticket: number; contact: number } | undefined;
    const wanted = { webhooksBefore: null, profilesBefore: null, held: [] };
    for (let more = true; more;) {
      const step = await (
        await stage.groupStub().privacy()
      ).forget({ ...wanted, ticketsClosedBefore, after });
      steps.push(step.tickets);
      ({ after, more } = step);
    }
    return steps;
  };

  test("looks at some tickets in each step, also where none is old enough", async () => {
    await tickets(2.5 * LOOKED_AT_ONCE_MAX);
    expect(await forget(1)).toEqual([0, 0, 0]);
  });

  test("forgets every ticket that is old enough, some in each step", async () => {
    await tickets(101);
    const steps = await forget(stage.now + 1);
    expect(Math.max(...steps)).toBe(TICKETS_FORGOTTEN_AT_ONCE_MAX);
    expect(steps.reduce((sum, one) => sum + one, 0)).toBe(100);
    expect((await (await stage.groupStub().record()).census())?.tickets).toBe(1);
  });
});

describe("a group that tells the record everything again", () => {
  test("does so some tickets at a time, over a crash, and is known to be at it until the last", async () => {
    await tickets(1_000);
    const record = await stage.groupStub().record();
    expect(await record.reproject()).toBe(1_000);
    expect((await record.census())?.unrecorded).toBe(1_000);
    await abortAllDurableObjects();
    await stage.settle();
    expect((await (await stage.groupStub().record()).census())?.unrecorded).toBe(0);
    const row = await env.DB.prepare("SELECT count(*) AS n FROM tickets").first<{ n: number }>();
    expect(row?.n).toBe(1_000);
  });
});
