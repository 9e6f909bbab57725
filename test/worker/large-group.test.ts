import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import {
  LOOKED_AT_ONCE_MAX,
  RETOLD_AT_ONCE_MAX,
  TICKETS_FORGOTTEN_AT_ONCE_MAX,
} from "../../src/domain/limits.ts";
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

/** What the object's SQLite does while something is done, statement by statement. */
async function during(work: () => Promise<unknown>): Promise<{ rowsRead: number; rowsWritten: number }[]> {
  type Exec = (...args: unknown[]) => { rowsRead: number; rowsWritten: number };
  const sql = await runInDurableObject(
    stage.groupStub(),
    (_object, { storage }) => Object.getPrototypeOf(storage.sql) as { exec: Exec },
  );
  const { exec } = sql;
  const cursors: ReturnType<Exec>[] = [];
  sql.exec = function (...args) {
    const cursor = exec.apply(this, args);
    cursors.push(cursor);
    return cursor;
  };
  try {
    await work();
  } finally {
    sql.exec = exec;
  }
  // A cursor knows its rows only once it is read to its end.
  return cursors.map(({ rowsRead, rowsWritten }) => ({ rowsRead, rowsWritten }));
}

describe("a step reads no more in a larger group", () => {
  const operations: [string, (size: number) => Promise<unknown>][] = [
    [
      "when retention forgets tickets",
      async () => {
        const before = stage.now + 1;
        const privacy = await stage.groupStub().privacy();
        const { tickets: forgotten } = await privacy.forget({
          ticketsClosedBefore: before,
          webhooksBefore: before,
          profilesBefore: before,
          held: [],
        });
        expect(forgotten).toBe(TICKETS_FORGOTTEN_AT_ONCE_MAX);
      },
    ],
    [
      "when a person is erased",
      async (size) => {
        // Made-up customers are numbered as their tickets are.
        const person = contactId(7_000_000_000 + size - 1);
        const privacy = await stage.groupStub().privacy();
        let removed = 0;
        for (let more = true; more;) {
          const step = await privacy.erase(`growth-${size}`, [person]);
          removed = step.removed.tickets;
          ({ more } = step);
        }
        expect(removed).toBe(1);
      },
    ],
  ];

  test.each(operations)("%s", async (_when, operation) => {
    const most: number[] = [];
    for (const size of [3_000, 9_000]) {
      await tickets(size);
      const statements = await during(() => operation(size));
      most.push(Math.max(...statements.map(({ rowsRead }) => rowsRead)));
    }
    expect(most[1]).toBeLessThanOrEqual(most[0] * 1.1);
  });
});

describe("a group that tells the record everything again", () => {
  test("marks few tickets in one statement", async () => {
    const parts = 3;
    await tickets(parts * RETOLD_AT_ONCE_MAX);
    const statements = await during(async () => {
      await (await stage.groupStub().record()).reproject();
      await stage.settle();
    });
    // A row, and its place among those that are not recorded.
    const large = statements.filter(({ rowsWritten }) => rowsWritten > RETOLD_AT_ONCE_MAX);
    const most = Math.max(...large.map(({ rowsWritten }) => rowsWritten));
    expect(most).toBeLessThanOrEqual(2 * RETOLD_AT_ONCE_MAX);
    expect(large.length).toBeGreaterThanOrEqual(parts);
  });

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
