import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { SCANNED_TICKETS_MAX } from "../../src/record/limits.ts";
import type { TicketFilter } from "../../src/record/ticket-filter.ts";
import type { TicketOrder } from "../../src/record/ticket-order.ts";
import { findTickets, type TicketPlace } from "../../src/record/ticket-search.ts";
import { countingReads } from "../support/d1-cost.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { MANY, manyTickets } from "../support/many-tickets.ts";

const TICKETS = 30_000;
const SHOWN = 20;

beforeAll(async () => {
  await emptyRecord();
  await manyTickets(env.DB, 1, TICKETS);
}, 60_000);

async function read(filter: TicketFilter, order: TicketOrder, after: TicketPlace | null = null) {
  const counting = countingReads(env.DB);
  const page = await findTickets(counting.d1, filter, order, { after, limit: SHOWN });
  if (typeof page === "string") throw new Error(page);
  return { ...page, rowsRead: counting.rowsRead() };
}

describe("a page reads as many rows as it shows, not as the desk has tickets", () => {
  const { since } = MANY;
  test.each<[string, TicketFilter, TicketOrder]>([
    ["all tickets", {}, "-openedAt"],
    ["all tickets, the oldest first", {}, "openedAt"],
    ["what changed last", {}, "-changedAt"],
    ["what is due first", {}, "due"],
    ["what is due last", {}, "-due"],
    ["what is due in an hour", { dueAfter: since + 90_000_000, dueBefore: since + 93_600_000 }, "due"],
    ["what time changes next", {}, "nextChangeAt"],
    ["the most urgent", {}, "-priority"],
    ["the least urgent", {}, "priority"],
    ["the most urgent in hand", { statuses: ["open", "in_progress", "escalated", "waiting"] }, "-priority"],
    ["a group", { group: "many-3" }, "-openedAt"],
    ["a queue", { queue: "queue-3" }, "-openedAt"],
    ["an agent", { assignee: 9_003 }, "-openedAt"],
    ["an agent's in hand", { assignee: 9_007, statuses: ["open", "in_progress"] }, "-openedAt"],
    ["a customer", { customer: [MANY.customer(555)], group: "many-3" }, "-openedAt"],
    ["a customer's by urgency", { customer: [MANY.customer(555)] }, "-priority"],
    ["what was opened in an hour", { openedAfter: since, openedBefore: since + 3_600_000 }, "-openedAt"],
    ["what has changed since", { changedAfter: since + 10_000_000 }, "changedAt"],
    ["urgent ones", { priorities: ["urgent"] }, "-openedAt"],
    ["a tag", { tags: ["tag-77"] }, "-openedAt"],
    ["a word", { words: ["parcel"] }, "-openedAt"],
    ["two words", { words: ["parcel", "refund"] }, "openedAt"],
    ["a beginning", { words: ["pa"] }, "-openedAt"],
    ["a rare word", { words: ["w4321"] }, "-changedAt"],
    ["a word that is nowhere", { words: ["nowhere"] }, "-openedAt"],
  ])("reads a page of %s", async (_name, filter, order) => {
    const first = await read(filter, order);
    expect(first.rowsRead).toBeLessThanOrEqual(12 * (SHOWN + 1));
    if (first.next === null) return;
    expect(first.rows).toHaveLength(SHOWN);
    const second = await read(filter, order, first.next);
    expect(second.rowsRead).toBeLessThanOrEqual(12 * (SHOWN + 1));
  });

  test.each<[string, TicketFilter, TicketOrder]>([
    ["nobody's urgent ones", { assignee: "none", priorities: ["urgent"] }, "-openedAt"],
    ["an order of another system", { payload: "order_1" }, "-openedAt"],
    ["a big group by change", { group: "many-3", tier: "none" }, "-changedAt"],
    ["a big group by urgency", { group: "many-3", tier: "none" }, "-priority"],
    ["a word in a group where it is not", { words: ["my"], group: "nowhere" }, "-openedAt"],
    ["a tag in a group where it is not", { tags: ["tag-3"], group: "nowhere" }, "-changedAt"],
  ])("reads as many as it may look at where hardly anything matches: %s", async (_name, filter, order) => {
    let after: TicketPlace | null = null;
    for (let pages = 0; pages < 5; pages += 1) {
      const page: Awaited<ReturnType<typeof read>> = await read(filter, order, after);
      // What the full text index reads for a ticket is counted too.
      expect(page.rowsRead).toBeLessThanOrEqual(15 * SCANNED_TICKETS_MAX);
      if (page.next === null) return;
      expect(page.next).not.toEqual(after);
      after = page.next;
    }
  });

  test.each<[string, TicketOrder]>([
    ["the newest first", "-openedAt"],
    ["the oldest first", "openedAt"],
  ])("reads as few on the hundredth page of a search as on the first: %s", async (_name, order) => {
    const bounds = { openedAfter: MANY.since, openedBefore: MANY.since + 2 * TICKETS * 1_000 };
    let page = await read({ words: ["parcel"], ...bounds }, order);
    for (let pages = 1; pages < 100 && page.next !== null; pages += 1)
      page = await read({ words: ["parcel"], ...bounds }, order, page.next);
    expect(page.rows).toHaveLength(SHOWN);
    expect(page.rowsRead).toBeLessThanOrEqual(12 * (SHOWN + 1));
  });

  test("what is found only far behind is found, page by page", async () => {
    await env.DB.prepare("UPDATE tickets SET payload = 'order_1' WHERE number = 40").run();
    const found: string[] = [];
    let pages = 0;
    for (let after: TicketPlace | null = null; ; pages += 1) {
      const page: Awaited<ReturnType<typeof read>> = await read({ payload: "order_1" }, "-openedAt", after);
      found.push(...page.rows.map(({ ref }) => ref));
      if (page.next === null) break;
      after = page.next;
    }
    expect(found).toEqual(["MANY-40"]);
    expect(pages).toBeGreaterThan(10);
  });

  test("so many matches that they cannot be put into another order are refused, and a common tag is not", async () => {
    const page = { after: null, limit: SHOWN };
    expect(await findTickets(env.DB, { words: ["my"] }, "-changedAt", page)).toBe("too_many");
    await env.DB.prepare(`UPDATE tickets SET tags = '["common"]' WHERE number <= 1500`).run();
    const tagged = await findTickets(env.DB, { tags: ["common"] }, "changedAt", page);
    expect(tagged).toMatchObject({ rows: { length: SHOWN } });
  });
});
