import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { PRIORITIES } from "../../src/domain/priority.ts";
import { TICKET_STATUSES } from "../../src/domain/ticket/status.ts";
import type { TicketForPrograms } from "../../src/domain/ticket/ticket.ts";
import { project } from "../../src/record/projection.ts";
import { wordsOf } from "../../src/record/search-words.ts";
import type { TicketFilter } from "../../src/record/ticket-filter.ts";
import { TICKET_ORDERS, type TicketOrder } from "../../src/record/ticket-order.ts";
import { findTickets, type TicketPlace } from "../../src/record/ticket-search.ts";
import fc from "../support/fast-check.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { ADA, emptyBatch, NOON, opened, states } from "../support/tickets.ts";

/** Three tickets of a customer and an agent who have no others. */
const RARE = { customer: contactId(ADA + 99), agent: 9_099 };
const isRare = (index: number): boolean => index % 149 === 1;
const dueAtOf = ({ number, status }: TicketForPrograms): number | null =>
  status === "closed" || number % 4 === 0 ? null : NOON + ((number * 7_919) % 1_000);
/** Several promised for the same instant, some paused. */
const promisedAtOf = ({ number, status }: TicketForPrograms): number | null =>
  status === "closed" || number % 3 === 0 ? null : NOON + ((number * 6_007) % 50) * 20;
const told = (ticket: TicketForPrograms) => ({
  ticket,
  dueAt: dueAtOf(ticket),
  promises: [
    {
      metric: "resolution" as const,
      at: promisedAtOf(ticket),
      riskAt: null,
      paused: promisedAtOf(ticket) === null,
    },
  ],
});

/** 300 tickets, spread over everything that is listed by; several opened, changed or due at the same instant. */
const TICKETS: TicketForPrograms[] = Array.from({ length: 300 }, (_, index) => {
  const [ticket] = states([opened(index + 1, { group: index % 3 === 0 ? "vip" : "main" })]);
  const status = TICKET_STATUSES[index % 7] ?? "closed";
  return {
    ...ticket,
    status,
    priority: PRIORITIES[(index * 13) % 4],
    tier: [null, "gold", "silver"][index % 3],
    openedAt: NOON + Math.floor(index / 4) * 1_000,
    changedAt: NOON + ((index * 31) % 97) * 1_000,
    closedAt: status === "closed" ? NOON : null,
    queue: ["general", "billing", "premium"][index % 3],
    tags: index % 6 === 0 ? ["vip-2", "refund"] : index % 6 === 1 ? ["vip", "🔥"] : [],
    subject: index % 5 === 0 ? `Parcel ${index} is late` : `Where is my order ${index}?`,
    fields: index % 2 === 0 ? { category: "billing" } : {},
    payload: index % 50 === 0 ? `order_${index}` : null,
    unreachable: index % 29 === 0 ? "blocked" : null,
    escalation: {
      ...ticket.escalation,
      happened: index % 8 === 0 ? { "firstResponse#1 breach 0 wall": NOON } : {},
    },
    assignee:
      index % 5 === 0
        ? null
        : { id: isRare(index) ? RARE.agent : 9_000 + (index % 5), name: `Agent ${index % 5}` },
    customer: isRare(index) ? RARE.customer : contactId(ADA + (index % 11)),
  };
});

beforeAll(async () => {
  await emptyRecord();
  for (let start = 0; start < TICKETS.length; start += 40) {
    const some = TICKETS.slice(start, start + 40);
    await project(env.DB, emptyBatch({ tickets: some.map(told) }));
  }
});

const within = (at: number, after: number | undefined, before: number | undefined): boolean =>
  at >= (after ?? -Infinity) && at < (before ?? Infinity);
const inSparse = (at: number | null, after: number | undefined, before: number | undefined): boolean =>
  (after === undefined && before === undefined) || (at !== null && within(at, after, before));
const oneOf = <T>(value: T, among: readonly T[] = []): boolean => among.length === 0 || among.includes(value);
const same = <T>(value: T, wanted: T | undefined): boolean => wanted === undefined || value === wanted;

function matches(ticket: TicketForPrograms, filter: TicketFilter): boolean {
  const texts = wordsOf(ticket.subject)
    .concat(ticket.tags.flatMap(wordsOf))
    .map((word) => word.toLowerCase());
  return (
    oneOf(ticket.status, filter.statuses) &&
    oneOf(ticket.priority, filter.priorities) &&
    same(ticket.group, filter.group) &&
    same(ticket.queue, filter.queue) &&
    same<string | null>(ticket.tier, filter.tier) &&
    (filter.customer === undefined || filter.customer.includes(ticket.customer)) &&
    same<string | null>(ticket.payload, filter.payload) &&
    same(ticket.unreachable !== null, filter.unreachable) &&
    same(Object.keys(ticket.escalation.happened).length > 0, filter.breached) &&
    same<number | string | undefined>(ticket.assignee?.id ?? "none", filter.assignee) &&
    (filter.tags ?? []).every((tag) => ticket.tags.includes(tag)) &&
    (filter.fields ?? []).every(([field, option]) => ticket.fields[field] === option) &&
    within(ticket.openedAt, filter.openedAfter, filter.openedBefore) &&
    within(ticket.changedAt, filter.changedAfter, filter.changedBefore) &&
    inSparse(promisedAtOf(ticket), filter.dueAfter, filter.dueBefore) &&
    inSparse(dueAtOf(ticket), filter.nextChangeAfter, filter.nextChangeBefore) &&
    (filter.words ?? []).every((word) => texts.some((text) => text.startsWith(word)))
  );
}

function instantBy(ticket: TicketForPrograms, by: string): number | null {
  if (by === "changedAt") return ticket.changedAt;
  if (by === "due") return promisedAtOf(ticket);
  return by === "nextChangeAt" ? dueAtOf(ticket) : ticket.openedAt;
}

/** What a list must show, by looking at every ticket. */
function expected(filter: TicketFilter, order: TicketOrder): string[] {
  const sign = order.startsWith("-") ? -1 : 1;
  const by = order.replace("-", "");
  const key = (ticket: TicketForPrograms): number[] => {
    if (by === "priority") return [sign * -PRIORITIES.indexOf(ticket.priority), ticket.openedAt];
    return [sign * (instantBy(ticket, by) ?? 0)];
  };
  const tie = by === "priority" ? 1 : sign;
  return TICKETS.filter((ticket) => matches(ticket, filter) && instantBy(ticket, by) !== null)
    .map((ticket) => ({ ticket, key: key(ticket) }))
    .sort((a, b) => {
      const differs = a.key.findIndex((one, index) => one !== b.key[index]);
      if (differs >= 0) return a.key[differs] - b.key[differs];
      return tie * (a.ticket.id < b.ticket.id ? -1 : 1);
    })
    .map(({ ticket }) => ticket.ref);
}

async function allPages(
  filter: TicketFilter,
  order: TicketOrder,
  limit: number,
  d1 = env.DB,
): Promise<string[]> {
  const refs: string[] = [];
  let after: TicketPlace | null = null;
  for (let pages = 0; pages <= TICKETS.length; pages += 1) {
    const page = await findTickets(d1, filter, order, { after, limit });
    if (typeof page === "string") throw new Error(page);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    refs.push(...page.rows.map(({ ref }) => ref));
    if (page.next === null) return refs;
    after = page.next;
  }
  throw new Error("the pages do not end");
}

const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 1 });
const seldom = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: values });
const anInstant = fc.integer({ min: NOON - 1_000, max: NOON + 90_000 });
const filters: fc.Arbitrary<TicketFilter> = fc.record({
  statuses: fc.subarray([...TICKET_STATUSES]),
  priorities: fc.oneof(fc.constant([]), fc.subarray([...PRIORITIES])),
  group: seldom(fc.constantFrom("main", "vip", "nowhere")),
  queue: seldom(fc.constantFrom("general", "billing", "premium")),
  tier: seldom(fc.constantFrom("gold", "none")),
  assignee: seldom(fc.oneof(fc.integer({ min: 9_000, max: 9_004 }), fc.constant("none" as const))),
  customer: seldom(
    fc.uniqueArray(fc.integer({ min: ADA, max: ADA + 10 }).map(contactId), { minLength: 1, maxLength: 3 }),
  ),
  tags: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(["vip", "vip-2", "refund", "🔥", "none"], { maxLength: 2 }) },
  ),
  fields: fc.constantFrom([], [], [["category", "billing"] as const]),
  payload: seldom(fc.constantFrom("order_50", "order_51")),
  unreachable: seldom(fc.boolean()),
  breached: seldom(fc.boolean()),
  openedAfter: seldom(anInstant),
  openedBefore: seldom(anInstant),
  changedAfter: seldom(anInstant),
  changedBefore: seldom(anInstant),
  dueAfter: seldom(fc.integer({ min: NOON, max: NOON + 1_000 })),
  dueBefore: seldom(fc.integer({ min: NOON, max: NOON + 1_000 })),
  nextChangeAfter: seldom(fc.integer({ min: NOON, max: NOON + 1_000 })),
  nextChangeBefore: seldom(fc.integer({ min: NOON, max: NOON + 1_000 })),
});

describe("a list of tickets", () => {
  test.each(TICKET_ORDERS)("shows every ticket once, in the order of %s", async (order) => {
    expect(await allPages({}, order, 37)).toEqual(expected({}, order));
  });

  test("shows what matches every condition, once and in order, whatever the size of its pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        filters,
        some(fc.constantFrom(["late"], ["pa"], ["where", "or"], ["vip"], ["12"])),
        fc.constantFrom(...TICKET_ORDERS),
        fc.integer({ min: 1, max: 60 }),
        async (filter, words, order, limit) => {
          const wanted = words === undefined ? filter : { ...filter, words };
          const found = await allPages(wanted, order, limit);
          expect(found).toEqual(orderedAs(found, wanted, order));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("goes on where it was although tickets were opened and closed meanwhile", async () => {
    const first = await findTickets(env.DB, {}, "-openedAt", { after: null, limit: 100 });
    if (typeof first === "string") throw new Error(first);
    const closing = { ...TICKETS[200], status: "closed" as const, version: 2, closedAt: NOON };
    const [newer] = states([opened(9_999, { at: NOON + 10_000_000 })]);
    await project(
      env.DB,
      emptyBatch({
        tickets: [
          { ticket: closing, dueAt: null },
          { ticket: newer, dueAt: null },
        ],
      }),
    );
    const second = await findTickets(env.DB, {}, "-openedAt", { after: first.next, limit: 300 });
    if (typeof second === "string") throw new Error(second);
    expect([...first.rows, ...second.rows].map(({ ref }) => ref)).toEqual(expected({}, "-openedAt"));
    await env.DB.prepare("DELETE FROM tickets WHERE number = 9999").run();
    const back = { ...TICKETS[200], version: 3 };
    await project(env.DB, emptyBatch({ tickets: [told(back)] }));
  });
});

/** What must be found; where the full text index found it, those opened in one millisecond in its own order. */
function orderedAs(found: string[], filter: TicketFilter, order: TicketOrder): string[] {
  const right = expected(filter, order);
  const isSearched = filter.words !== undefined || (filter.tags ?? []).length > 0;
  if (!isSearched || !order.endsWith("openedAt") || new Set(found).size !== found.length) return right;
  const openedAt = (ref: string): number => TICKETS.find((ticket) => ticket.ref === ref)?.openedAt ?? 0;
  const sign = order.startsWith("-") ? -1 : 1;
  return right.toSorted((a, b) => sign * (openedAt(a) - openedAt(b)) || found.indexOf(a) - found.indexOf(b));
}
