import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { groupsDue } from "../../src/record/due.ts";
import { project } from "../../src/record/projection.ts";
import { costOf } from "../support/d1-cost.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { batchesOf, emptyBatch, life, NOON, opened, states } from "../support/tickets.ts";

const HOUR = 3_600_000;
const OPEN = 100_000;
const GROUPS = 200;

// Each group has five hundred open tickets; time does something to each of them, an hour from now or later.
beforeAll(async () => {
  await emptyRecord();
  await env.DB.prepare(
    `WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ${OPEN})
    INSERT INTO tickets (id, ref, group_id, number, status, priority, queue, customer_id, subject, tags, fields,
      opened_at, status_at, closed, reopenings, due_at, version, recorded_at)
    SELECT 'g' || (n % ${GROUPS}) || ':' || n, 'G' || (n % ${GROUPS}) || '-' || n, 'g' || (n % ${GROUPS}), n, 'open', 'normal', 'q',
      n, 's', '[]', '{}', ${NOON}, ${NOON}, 0, 0, ${NOON + HOUR} + n * 1000, 1, ${NOON} FROM i`,
  ).run();
});

const due = (now: number) => costOf((d1) => groupsDue(d1, now));
const makeDue = (at: number | null, where: string): Promise<unknown> =>
  env.DB.prepare(`UPDATE tickets SET due_at = ? WHERE ${where}`).bind(at).run();

describe("the sweep of two hundred groups with a hundred thousand open tickets", () => {
  test("wakes no group while nothing is due, at next to no cost", async () => {
    expect(await groupsDue(env.DB, NOON)).toEqual([]);
    const { plan, rowsRead } = await due(NOON);
    expect(plan[0]).toMatch(/^SEARCH tickets USING COVERING INDEX tickets_due\b/);
    expect(rowsRead).toBeLessThanOrEqual(10);
  });

  test("wakes only the groups in which something is due, each once, and reads only what is due", async () => {
    expect(await groupsDue(env.DB, NOON + HOUR + 3_000)).toEqual(["g1", "g2", "g3"]);
    expect((await due(NOON + HOUR + 3_000)).rowsRead).toBeLessThanOrEqual(10);
    expect(await groupsDue(env.DB, NOON + HOUR + 999)).toEqual([]);
    expect(await groupsDue(env.DB, NOON + HOUR + 1_000)).toEqual(["g1"]);
  });

  test("reads a thousand due tickets of one group and no more", async () => {
    await makeDue(NOON, "group_id IN ('g7', 'g8')");
    expect(await groupsDue(env.DB, NOON)).toEqual(["g7", "g8"]);
    expect((await due(NOON)).rowsRead).toBeLessThanOrEqual(1_000 + 10);
    await makeDue(NOON + 2 * HOUR, "group_id IN ('g7', 'g8')");
  });

  test("wakes no group for tickets that time leaves alone", async () => {
    await makeDue(null, `number <= ${OPEN / 2}`);
    expect(await groupsDue(env.DB, NOON)).toEqual([]);
    expect((await due(NOON)).rowsRead).toBeLessThanOrEqual(10);
  });
});

describe("what an object tells the record", () => {
  beforeEach(emptyRecord);
  const [ticket] = states([opened(1)]);
  const tell = (dueAt: number | null, minutes: number): Promise<void> =>
    project(env.DB, emptyBatch({ at: NOON + minutes * 60_000, tickets: [{ ticket, dueAt }] }));

  test("decides whether its group is woken, whatever comes late or twice", async () => {
    await tell(NOON + HOUR, 1);
    expect(await groupsDue(env.DB, NOON + HOUR - 1)).toEqual([]);
    expect(await groupsDue(env.DB, NOON + HOUR)).toEqual(["main"]);
    await tell(NOON + 2 * HOUR, 2);
    await tell(NOON + HOUR, 1);
    expect(await groupsDue(env.DB, NOON + HOUR)).toEqual([]);
    expect(await groupsDue(env.DB, NOON + 2 * HOUR)).toEqual(["main"]);
    await tell(null, 3);
    expect(await groupsDue(env.DB, NOON + 1_000 * HOUR)).toEqual([]);
  });

  test("wakes no group for a ticket that is closed for good", async () => {
    for (const batch of batchesOf(life(1))) await project(env.DB, batch);
    expect(await groupsDue(env.DB, NOON * 3)).toEqual([]);
  });
});
