import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { PRIORITIES } from "../../src/domain/priority.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { TICKET_STATUSES } from "../../src/domain/ticket/status.ts";
import { encodeCursor } from "../../src/record/cursor.ts";
import { project } from "../../src/record/projection.ts";
import { TICKET_ORDERS } from "../../src/record/ticket-order.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { ADA, batchesOf, life, NOON, opened } from "../support/tickets.ts";

const desk = new HttpDesk();
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
const json = async <T>(path: string): Promise<T> => (await desk.get(path)).json();
const refs = async (query: string): Promise<string[]> =>
  (await json<Page<{ ref: string }>>(`/api/v1/tickets?${query}`)).items.map(({ ref }) => ref);

beforeAll(async () => {
  await emptyRecord();
  const lives = [
    life(1),
    life(2).slice(0, 3),
    life(3, { customer: contactId(ADA + 1), queue: "billing" }).slice(0, 1),
    life(4, { group: "vip", queue: "premium" }).slice(0, 4),
  ];
  for (const batch of lives.flatMap(batchesOf)) await project(env.DB, batch);
});

describe("the list of tickets", () => {
  test.each<[string, string[]]>([
    ["", ["VIP-4", "SUP-3", "SUP-2", "SUP-1"]],
    ["status=open", ["SUP-3"]],
    ["status=open,in_progress", ["SUP-3", "SUP-2"]],
    ["status=open&status=closed", ["SUP-3", "SUP-1"]],
    ["status=closed,closed", ["SUP-1"]],
    ["group=vip", ["VIP-4"]],
    ["group=nowhere", []],
    ["queue=billing", ["SUP-3"]],
    ["assignee=9001", ["VIP-4", "SUP-2", "SUP-1"]],
    [`customer=${ADA + 1}`, ["SUP-3"]],
    ["priority=high,urgent", ["SUP-1"]],
    ["assignee=none", ["SUP-3"]],
    ["sort=openedAt", ["SUP-1", "SUP-2", "SUP-3", "VIP-4"]],
    ["sort=-changedAt&limit=2", ["SUP-1", "VIP-4"]],
    ["sort=-priority", ["SUP-1", "SUP-2", "SUP-3", "VIP-4"]],
    ["sort=due", []],
    ["sort=nextChangeAt", []],
    [
      `openedAfter=${new Date(NOON + 2).toISOString()}&openedBefore=${new Date(NOON + 4).toISOString()}`,
      ["SUP-3", "SUP-2"],
    ],
    [
      `since=${new Date(NOON + 2).toISOString()}&until=${new Date(NOON + 4).toISOString()}`,
      ["SUP-3", "SUP-2"],
    ],
    [`since=${new Date(NOON + 2).toISOString()}&openedAfter=${new Date(NOON + 4).toISOString()}`, ["VIP-4"]],
    [`changedAfter=${new Date(NOON + 120_002).toISOString()}`, ["VIP-4", "SUP-2", "SUP-1"]],
    ["breached=true", []],
    ["breached=false&unreachable=false&status=open", ["SUP-3"]],
    ["tier=gold", []],
    ["field=category:billing", []],
    ["payload=order_1&followUpOf=sup-1", []],
    ["tag=vip", []],
    ["q=parcel&status=open", ["SUP-3"]],
    ["q=PARC%20lat", ["VIP-4", "SUP-3", "SUP-2", "SUP-1"]],
    ["q=called", ["SUP-1"]],
    ["q=refunded&sort=-priority", ["SUP-1"]],
    ["q=arcel", []],
    [`customer=${ADA}&status=waiting&group=vip&queue=premium&assignee=9001`, ["VIP-4"]],
  ])("shows for %j the tickets %j", async (query, expected) => {
    expect(await refs(query)).toEqual(expected);
  });

  test("goes through every ticket once, page by page", async () => {
    const seen: string[] = [];
    let cursor = "";
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await json<Page<{ ref: string }>>(`/api/v1/tickets?limit=1${cursor}`);
      seen.push(...page.items.map(({ ref }) => ref));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(["VIP-4", "SUP-3", "SUP-2", "SUP-1"]);
  });

  test.each<[string, string]>([
    ["q=", "/query/q"],
    ["q=%20%2B%2A%22", "/query/q"],
    [`q=${"x".repeat(201)}`, "/query/q"],
    ["sort=subject", "/query/sort"],
    ["priority=asap", "/query/priority/0"],
    ["openedAfter=yesterday", "/query/openedAfter"],
    ["breached=yes", "/query/breached"],
    ["field=category", "/query/field/0"],
    [`cursor=${encodeCursor(["openedAt", 0, 0, NOON, "main:1"])}`, "/query/cursor"],
    [`q=parcel&cursor=${encodeCursor(["-openedAt", 0, 0, NOON, "main:1"])}`, "/query/cursor"],
    [`cursor=${encodeCursor(["-openedAt", 1, 0, NOON, ""])}`, "/query/cursor"],
    ["limit=0", "/query/limit"],
    ["limit=201", "/query/limit"],
    ["limit=-1", "/query/limit"],
    ["limit=many", "/query/limit"],
    ["limit=1.5", "/query/limit"],
    ["limit=5&limit=6", "/query/limit"],
    ["limit=", "/query/limit"],
    ["status=done", "/query/status/0"],
    ["status=open,,closed", "/query/status/1"],
    ["status=", "/query/status/0"],
    [`status=${"open,".repeat(30)}open`, "/query/status"],
    ["assignee=me", "/query/assignee"],
    ["assignee=-5", "/query/assignee"],
    ["customer=99999999999999999999", "/query/customer"],
    ["customer=1%20OR%201=1", "/query/customer"],
    ["group=", "/query/group"],
    [`group=${"x".repeat(65)}`, "/query/group"],
    ["queue=a&queue=b", "/query/queue"],
    ["stauts=open", "/query/stauts"],
    ["cursor=nonsense", "/query/cursor"],
    ["cursor=", "/query/cursor"],
    [`cursor=${"A".repeat(10_000)}`, "/query/cursor"],
    [`cursor=${encodeCursor(["x", 1])}`, "/query/cursor"],
    [`cursor=${encodeCursor([1])}`, "/query/cursor"],
    [`cursor=${btoa("[1e400,1]")}`, "/query/cursor"],
  ])("refuses %s, and says where", async (query, pointer) => {
    const answer = await desk.get(`/api/v1/tickets?${query}`);
    expect(answer.status).toBe(422);
    const problem = (await answer.json()) as { code: string; problems: { pointer: string }[] };
    expect(problem.code).toBe("request.invalid");
    expect(problem.problems.map((one) => one.pointer)).toEqual([pointer]);
  });

  test("names every problem of a query at once", async () => {
    const answer = await desk.get("/api/v1/tickets?limit=0&status=done&assignee=me&x=1");
    const { problems } = (await answer.json()) as { problems: { pointer: string }[] };
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual([
      "/query/assignee",
      "/query/limit",
      "/query/status/0",
      "/query/x",
    ]);
  });

  test.each(["' OR '1'='1", "%", "_", "main'--", "\u0000", "🎫", "null", "undefined"])(
    "finds nothing for the group %j",
    async (group) => {
      expect(await refs(`group=${encodeURIComponent(group)}`)).toEqual([]);
    },
  );
});

const at = (minutes: number, ms = 1): string => new Date(NOON + minutes * 60_000 + ms).toISOString();

describe("a ticket", () => {
  test("is shown with every fact, instants in UTC, and how old the record is", async () => {
    const { events, ...ticket } = await json<Record<string, unknown>>("/api/v1/tickets/SUP-1");
    expect(ticket).toEqual({
      id: "main:1",
      ref: "SUP-1",
      group: "main",
      number: 1,
      status: "closed",
      priority: "high",
      queue: "general",
      tier: null,
      assignee: { id: 9001, name: "Lead" },
      customer: { id: ADA },
      erased: false,
      subject: "My parcel is late",
      tags: [],
      fields: {},
      openedAt: at(0),
      statusAt: at(7),
      awaitingSince: null,
      firstAnsweredAt: at(3),
      resolvedAt: at(6),
      closedAt: at(7),
      changedAt: at(7),
      due: null,
      promises: [],
      dueAt: null,
      nextChangeAt: null,
      breached: [],
      unreachable: null,
      payload: null,
      followUpOf: null,
      topicId: 501,
      reopenings: 0,
      version: 8,
      recordedAt: at(7, 501),
    });
    expect(events).toMatchObject({ nextCursor: null });
  });

  test("is found in whatever case its reference is written", async () => {
    expect((await desk.get("/api/v1/tickets/sup-1")).status).toBe(200);
    expect((await desk.get("/api/v1/tickets/Sup-1/events")).status).toBe(200);
  });

  test("tells what happened to it, oldest first: who, when, from, to and why", async () => {
    const { items } = await json<Page<Record<string, unknown>>>("/api/v1/tickets/SUP-1/events");
    expect(items.map(({ type }) => type)).toEqual(life(1).map(({ type }) => type));
    expect(items[6]).toEqual({
      n: 7,
      at: new Date(NOON + 1 + 6 * 60_000).toISOString(),
      notedAt: null,
      type: "ticket_resolved",
      by: { kind: "agent", id: 9001, name: "Lead" },
      from: "waiting",
      to: "resolved",
      note: "refunded",
      data: {},
    });
    expect(items[4]).toMatchObject({ from: null, to: null, data: { priority: "high", previous: "normal" } });
    expect(items[5]).toMatchObject({ by: { kind: "key", name: "crm" }, note: "called back" });
  });

  test("goes through its events once, page by page", async () => {
    const first = await json<Page<{ n: number }>>("/api/v1/tickets/SUP-1/events?limit=5");
    expect(first.items.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
    const rest = await json<Page<{ n: number }>>(
      `/api/v1/tickets/SUP-1/events?limit=5&cursor=${first.nextCursor}`,
    );
    expect(rest.items.map(({ n }) => n)).toEqual([6, 7, 8]);
    expect(rest.nextCursor).toBeNull();
  });

  test("says where its events go on where there are more than a page", async () => {
    const notes = Array.from({ length: 60 }, (_, index) => ({
      ticketId: "main:2",
      n: index + 4,
      notedAt: null,
      event: { type: "note_added" as const, at: NOON, by: { kind: "key" as const, name: "crm" }, text: "x" },
    }));
    await project(env.DB, { group: "main", at: NOON, tickets: [], events: notes, contacts: [] });
    const { events } = await json<{ events: Page<{ n: number }> }>("/api/v1/tickets/SUP-2");
    expect(events.items).toHaveLength(50);
    const rest = await json<Page<{ n: number }>>(`/api/v1/tickets/SUP-2/events?cursor=${events.nextCursor}`);
    expect(rest.items.map(({ n }) => n)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]);
  });

  test.each(["SUP-0", "SUP-", "%25", "SUP-1%27--", "SUP%2D1%00", "%F0%9F%8E%AB", "%2e%2e%2f", "%ff"])(
    "is not found as %s, and neither are its events",
    async (ref) => {
      for (const path of [`/api/v1/tickets/${ref}`, `/api/v1/tickets/${ref}/events`]) {
        const answer = await desk.get(path);
        expect(answer.status).toBe(404);
        expect(["ticket.not_found", "route.not_found"]).toContain(await codeOf(answer));
      }
    },
  );

  test("cannot have a reference longer than any", async () => {
    expect((await desk.get(`/api/v1/tickets/${"S".repeat(33)}`)).status).toBe(422);
  });
});

test("as much may be asked for at once as the contract allows", async () => {
  const query = new URLSearchParams({ group: "main", queue: "general", tier: "x", assignee: "9001" });
  for (let n = 0; n < 20; n += 1) {
    query.append("status", TICKET_STATUSES[n % TICKET_STATUSES.length]);
    query.append("priority", PRIORITIES[n % PRIORITIES.length]);
    query.append("tag", `tag-${n}`);
    if (n < 10) query.append("field", `field-${n}:option`);
  }
  for (const [name, value] of Object.entries({ customer: ADA, payload: "x", followUpOf: "SUP-9" }))
    query.set(name, String(value));
  for (const name of ["unreachable", "breached"]) query.set(name, "true");
  for (const name of [
    "openedAfter",
    "openedBefore",
    "changedAfter",
    "changedBefore",
    "dueAfter",
    "dueBefore",
    "nextChangeAfter",
    "nextChangeBefore",
  ])
    query.set(name, "2026-03-28T22:00:00Z");
  for (const sort of TICKET_ORDERS) {
    query.set("sort", sort);
    for (const words of ["", "&q=one+two+three+four+five+six+seven+eight+nine+ten"])
      expect((await desk.get(`/api/v1/tickets?${query.toString()}${words}`)).status, sort + words).toBe(200);
  }
});

test("a tag is found however it is written", async () => {
  const tagged: TicketEvent = {
    type: "tags_changed",
    at: NOON,
    by: { kind: "key", name: "crm" },
    added: ["refund"],
    removed: [],
  } as const;
  for (const batch of batchesOf([opened(78), tagged])) await project(env.DB, batch);
  for (const tag of ["refund", "Refund", "%23REFUND"]) expect(await refs(`tag=${tag}`)).toContain("SUP-78");
});

test("a contact's tickets stay listed under their own id only", async () => {
  const [stranger] = batchesOf([opened(77, { customer: contactId(ADA + 2) })]);
  await project(env.DB, stranger);
  expect(await refs(`customer=${ADA + 2}`)).toEqual(["SUP-77"]);
});

test("while D1 is out of reach, tickets are not there to be read, and the answer says so", async () => {
  const other = new HttpDesk();
  other.d1.state = "failing";
  for (const path of ["/api/v1/tickets", "/api/v1/tickets/SUP-1", "/api/v1/tickets/SUP-1/events"]) {
    const answer = await other.get(path);
    expect(answer.status).toBe(503);
    expect(await codeOf(answer)).toBe("record.unreachable");
  }
});
