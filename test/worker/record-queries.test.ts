import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TICKET_STATUSES } from "../../src/domain/status.ts";
import { evolve, type Ticket } from "../../src/domain/ticket.ts";
import { project } from "../../src/record/projection.ts";
import {
  listTickets,
  ticketByRef,
  type TicketFilter,
  type TicketPosition,
} from "../../src/record/queries.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { ADA, batchesOf, emptyBatch, life, NOON, opened } from "../support/tickets.ts";

/** Three tickets of a customer and an agent who have no others. */
const RARE = { customer: ADA + 99, agent: 9_099 };
const isRare = (index: number): boolean => index % 149 === 1;

/** 300 tickets, spread over statuses, groups, queues, agents and customers; several opened at the same instant. */
const TICKETS: Ticket[] = Array.from({ length: 300 }, (_, index) => {
  const ticket = evolve(null, opened(index + 1, { group: index % 3 === 0 ? "vip" : "main" }));
  const status = TICKET_STATUSES[index % 7] ?? "closed";
  return {
    ...ticket,
    status,
    openedAt: NOON + Math.floor(index / 4) * 1_000,
    closedAt: status === "closed" ? NOON : null,
    queue: ["general", "billing", "premium"][index % 3],
    assignee:
      index % 5 === 0
        ? null
        : { id: isRare(index) ? RARE.agent : 9_000 + (index % 5), name: `Agent ${index % 5}` },
    customer: isRare(index) ? RARE.customer : ADA + (index % 11),
  };
});

beforeAll(async () => {
  await emptyRecord();
  for (let start = 0; start < TICKETS.length; start += 40) {
    const some = TICKETS.slice(start, start + 40);
    await project(env.DB, emptyBatch({ tickets: some.map((ticket) => ({ ticket, dueAt: null })) }));
  }
});

const none: TicketFilter = { statuses: [] };

/** What a list must show, by looking at every ticket. */
function expected(filter: TicketFilter): string[] {
  return TICKETS.filter(
    (ticket) =>
      (filter.statuses.length === 0 || filter.statuses.includes(ticket.status)) &&
      (filter.group === undefined || ticket.group === filter.group) &&
      (filter.queue === undefined || ticket.queue === filter.queue) &&
      (filter.assignee === undefined || ticket.assignee?.id === filter.assignee) &&
      (filter.customer === undefined || ticket.customer === filter.customer),
  )
    .sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1))
    .map(({ ref }) => ref);
}

async function allPages(filter: TicketFilter, limit: number): Promise<string[]> {
  const refs: string[] = [];
  let after: TicketPosition | null = null;
  for (;;) {
    const page = await listTickets(env.DB, filter, { after, limit });
    refs.push(...page.map(({ ref }) => ref));
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return refs;
    if (refs.length > TICKETS.length) throw new Error("the pages do not end");
    after = { openedAt: last.openedAt, id: last.id };
  }
}

const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 2 });

describe("a list of tickets", () => {
  test("shows the newest first", async () => {
    expect(await allPages(none, 50)).toEqual(expected(none));
  });

  test("shows what matches every condition, once and in order, whatever the size of its pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          statuses: fc.subarray([...TICKET_STATUSES]),
          group: some(fc.constantFrom("main", "vip", "nowhere")),
          queue: some(fc.constantFrom("general", "billing", "premium")),
          assignee: some(fc.integer({ min: 9_000, max: 9_004 })),
          customer: some(fc.integer({ min: ADA, max: ADA + 10 })),
        }),
        fc.integer({ min: 1, max: 60 }),
        async (filter, limit) => {
          expect(await allPages(filter, limit)).toEqual(expected(filter));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("goes on where it was although tickets were opened and closed meanwhile", async () => {
    const first = await listTickets(env.DB, none, { after: null, limit: 100 });
    const closing = { ...TICKETS[200], status: "closed" as const, version: 2, closedAt: NOON };
    const newer = evolve(null, opened(9_999, { at: NOON + 10_000_000 }));
    await project(
      env.DB,
      emptyBatch({
        tickets: [
          { ticket: closing, dueAt: null },
          { ticket: newer, dueAt: null },
        ],
      }),
    );
    const { openedAt, id } = first.at(-1)!;
    const second = await listTickets(env.DB, none, { after: { openedAt, id }, limit: 300 });
    expect([...first, ...second].map(({ ref }) => ref)).toEqual(expected(none));
    await env.DB.prepare("DELETE FROM tickets WHERE number = 9999").run();
    const back = { ...TICKETS[200], version: 3 };
    await project(env.DB, emptyBatch({ tickets: [{ ticket: back, dueAt: null }] }));
  });
});

describe("a ticket", () => {
  test("is found by its reference in whatever case, with its events a page at a time", async () => {
    for (const batch of batchesOf(life(5_000))) await project(env.DB, batch);
    const found = await ticketByRef(env.DB, "sup-5000", { after: 0, limit: 3 });
    expect(found?.ticket.ref).toBe("SUP-5000");
    expect(found?.events.map(({ n }) => n)).toEqual([1, 2, 3]);
    const rest = await ticketByRef(env.DB, "Sup-5000", { after: 3, limit: 100 });
    expect(rest?.events.map(({ type }) => type)).toEqual([
      "ticket_answered",
      "priority_changed",
      "note_added",
      "ticket_resolved",
      "ticket_closed",
    ]);
  });

  test.each(["SUP-0", "SUP", "", "%", "SUP-1' OR '1'='1", "\u0000", "ß-1", "🎫"])(
    "is not found as %j",
    async (ref) => {
      expect(await ticketByRef(env.DB, ref, { after: 0, limit: 1 })).toBeNull();
    },
  );
});

/** Rows that D1 reads for one page, as it counts them for the bill. */
async function rowsRead(filter: TicketFilter, after: TicketPosition | null): Promise<number> {
  let read = 0;
  const counting = {
    prepare: (sql: string) => env.DB.prepare(sql),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await env.DB.batch(statements);
      read += results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
      return results;
    },
  };
  await listTickets(counting as unknown as D1Database, filter, { after, limit: 10 });
  return read;
}

describe("a page costs as many rows read as it shows, not as the desk has tickets", () => {
  test.each<[string, TicketFilter]>([
    ["a rare customer's", { statuses: [], customer: RARE.customer, group: "main" }],
    [
      "a rare customer's in hand",
      { statuses: ["open"], customer: RARE.customer, group: "main", queue: "billing" },
    ],
    ["a rare agent's", { statuses: [], assignee: RARE.agent, group: "main", queue: "billing" }],
  ])("of %s tickets in a busy group", async (_name, filter) => {
    expect(await rowsRead(filter, null)).toBeLessThanOrEqual(12);
  });

  const deep = { openedAt: NOON + 20_000, id: "main:1" };
  test.each<[string, TicketFilter]>([
    ["of all tickets", none],
    ["of a group", { statuses: [], group: "main" }],
    ["of a queue", { statuses: [], queue: "billing" }],
    ["of an agent", { statuses: [], assignee: 9_001 }],
    ["of a customer", { statuses: [], customer: ADA }],
    ["of closed tickets", { statuses: ["closed"] }],
    ["of an agent's closed tickets", { statuses: ["closed"], assignee: 9_001 }],
    ["of a group's agent", { statuses: ["closed"], assignee: 9_001, group: "main" }],
  ])("%s", async (_name, filter) => {
    expect(await rowsRead(filter, null)).toBeLessThanOrEqual(100);
    expect(await rowsRead(filter, deep)).toBeLessThanOrEqual(100);
  });
});
