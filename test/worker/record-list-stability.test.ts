import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { listContacts, type ContactPlace } from "../../src/record/contact-list.ts";
import { SCANNED_CONTACTS_MAX, SCANNED_TICKETS_MAX } from "../../src/record/limits.ts";
import type { TicketFilter } from "../../src/record/ticket-filter.ts";
import type { TicketOrder } from "../../src/record/ticket-order.ts";
import { findTickets, type TicketPlace } from "../../src/record/ticket-search.ts";
import { busyD1 } from "../support/busy-d1.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { MANY, manyTickets } from "../support/many-tickets.ts";

/* Lists in which hardly anything matches, while others write between the questions of one page. */

const TICKETS = 2 * SCANNED_TICKETS_MAX;
const run = (sql: string): Promise<unknown> => env.DB.prepare(sql).run();

beforeEach(emptyRecord);

async function found(filter: TicketFilter, order: TicketOrder, write: () => Promise<unknown>) {
  const refs: string[] = [];
  for (let after: TicketPlace | null = null, pages = 0; ; pages += 1) {
    const d1 = pages === 0 ? busyD1(env.DB, write) : env.DB;
    const page: Awaited<ReturnType<typeof findTickets>> = await findTickets(d1, filter, order, {
      after,
      limit: 20,
    });
    if (typeof page === "string") throw new Error(page);
    refs.push(...page.rows.map(({ ref }) => ref));
    if (page.next === null) return refs;
    after = page.next;
  }
}

test("a ticket is not skipped because those before it change while they are looked through", async () => {
  await manyTickets(env.DB, 1, TICKETS);
  await run("UPDATE tickets SET changed_at = opened_at");
  await run(`UPDATE tickets SET payload = 'order_1' WHERE number = ${SCANNED_TICKETS_MAX + 5}`);
  const change = (): Promise<unknown> =>
    run("UPDATE tickets SET changed_at = changed_at + 100000000 WHERE number <= 10");
  expect(await found({ payload: "order_1" }, "changedAt", change)).toEqual([
    `MANY-${SCANNED_TICKETS_MAX + 5}`,
  ]);
});

test("a ticket is not found twice because newer ones are opened while it is searched for", async () => {
  await manyTickets(env.DB, 1, TICKETS);
  const subject = "UPDATE tickets SET subject = 'zebra'";
  await run(subject);
  const last = TICKETS - SCANNED_TICKETS_MAX + 1;
  await run(`UPDATE tickets SET payload = 'order_1' WHERE number = ${last}`);
  const open = async (): Promise<void> => {
    await manyTickets(env.DB, TICKETS + 1, TICKETS + 1);
    await run(`${subject} WHERE number = ${TICKETS + 1}`);
  };
  expect(await found({ words: ["zebra"], payload: "order_1" }, "-openedAt", open)).toEqual([`MANY-${last}`]);
});

test("no contact is missed because a new customer writes", async () => {
  const contacts = (from: number, to: number): Promise<unknown> =>
    run(`WITH RECURSIVE n(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM n WHERE n < ${to})
      INSERT INTO contacts (telegram_id, name, is_premium, group_id, first_seen_at, updated_at, version, recorded_at)
      SELECT n, 'Many ' || n, 0, 'main', ${MANY.since} + n, n, 1, n FROM n`);
  const total = 2 * SCANNED_CONTACTS_MAX;
  await contacts(1, total);
  const last = total - SCANNED_CONTACTS_MAX + 1;
  await run(`UPDATE contacts SET unreachable = 'blocked' WHERE telegram_id = ${last}`);
  const seen: number[] = [];
  for (let after: ContactPlace | null = null, pages = 0; ; pages += 1) {
    const d1 = pages === 0 ? busyD1(env.DB, () => contacts(total + 1, total + 1)) : env.DB;
    const page: Awaited<ReturnType<typeof listContacts>> = await listContacts(
      d1,
      { unreachable: true },
      { after, limit: 20 },
    );
    seen.push(...page.rows.map(({ telegramId }) => telegramId));
    if (page.next === null) break;
    after = page.next;
  }
  expect(seen).toEqual([last]);
});
