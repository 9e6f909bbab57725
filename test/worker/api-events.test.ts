import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { NO_PROFILE } from "../../src/domain/routing/profile.ts";
import { encodeCursor } from "../../src/record/cursor.ts";
import { project } from "../../src/record/projection.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { batchesOf, life, NOON, opened } from "../support/tickets.ts";

const desk = new HttpDesk();
interface Page {
  items: { n: number; type: string; data: object; cursor: string; ticket: { ref: string } }[];
  nextCursor: string;
  more: boolean;
}
const page = async (query = ""): Promise<Page> => (await desk.get(`/api/v1/events?${query}`)).json();

beforeAll(async () => {
  await emptyRecord();
  for (const batch of [...batchesOf(life(1)), ...batchesOf(life(2, { group: "vip" }))])
    await project(env.DB, batch);
});

describe("the feed of events", () => {
  test("shows what happened, to which ticket and where to go on", async () => {
    const { items, more } = await page("limit=1");
    expect(more).toBe(true);
    expect(items).toEqual([
      {
        ticket: { id: "main:1", ref: "SUP-1", due: null },
        group: "main",
        n: 1,
        at: new Date(NOON + 1).toISOString(),
        notedAt: null,
        type: "ticket_opened",
        by: { kind: "customer", id: 5_550_000_001 },
        from: null,
        to: "open",
        note: null,
        data: expect.objectContaining({ ref: "SUP-1" }),
        cursor: expect.any(String),
      },
    ]);
  });

  test("goes on behind the page, or behind any event of it, and stays where it is at the end", async () => {
    const first = await page("limit=10");
    const rest = await page(`after=${first.nextCursor}`);
    expect([first.items.length, rest.items.length, rest.more]).toEqual([10, 6, false]);
    const again = await page(`after=${first.items[3].cursor}&limit=3`);
    expect(again.items).toEqual(first.items.slice(4, 7));
    const end = await page(`after=${rest.nextCursor}`);
    expect(end).toEqual({ items: [], nextCursor: rest.nextCursor, more: false });
  });

  test("shows only types and groups that are asked for", async () => {
    const { items } = await page("type=ticket_opened,ticket_closed&group=vip");
    expect(items.map(({ type, ticket }) => [type, ticket.ref])).toEqual([
      ["ticket_opened", "VIP-2"],
      ["ticket_closed", "VIP-2"],
    ]);
  });

  test("tells a reader at a place outside the feed to begin anew", async () => {
    const answer = await desk.get(`/api/v1/events?after=${encodeCursor([9_999, "main:1", 1])}`);
    expect([answer.status, await codeOf(answer)]).toEqual([410, "events.cursor_lost"]);
  });

  test.each([
    ["after=x", "/query/after"],
    [`after=${encodeCursor([1])}`, "/query/after"],
    ["after=", "/query/after"],
    ["limit=0", "/query/limit"],
    ["limit=1001", "/query/limit"],
    ["type=Ticket", "/query/type/0"],
    ["type=ticket_opened,ticket_open", "/query/type/1"],
    ["cursor=x", "/query/cursor"],
    ["group=", "/query/group"],
  ])("refuses %s, and says where", async (query, pointer) => {
    const answer = await desk.get(`/api/v1/events?${query}`);
    expect(answer.status).toBe(422);
    const { problems } = await answer.json<{ problems: { pointer: string }[] }>();
    expect(problems.map((one) => one.pointer)).toEqual([pointer]);
  });

  test("is for keys that may read tickets", async () => {
    const { headers } = await desk.key("contacts:read");
    for (const path of ["/api/v1/events", "/api/v1/tickets?q=called"])
      expect((await desk.fetch(path, { headers })).status).toBe(403);
    const reader = await desk.key("tickets:read");
    expect((await desk.fetch("/api/v1/events", { headers: reader.headers })).status).toBe(200);
  });

  test("tells instants inside of an event as it tells all others", async () => {
    const system = { kind: "system", rule: "sla" } as const;
    const clock = {
      metric: "resolution",
      instance: 1,
      startedAt: NOON,
      targetMs: 60_000,
      dueAt: null,
    } as const;
    const [begin, ...rest] = batchesOf([
      opened(3, { heldUntil: NOON + 9 }),
      { type: "reminder_set", at: NOON, by: system, remindAt: NOON + 5, agent: 9001, agentName: "Lead" },
      {
        type: "enrichment_answered",
        at: NOON,
        by: system,
        profile: { ...NO_PROFILE, attributes: { signedUpAt: 7 }, requireSkills: { at: 2 }, asOf: NOON },
        ignored: [],
        latencyMs: 40,
      },
      {
        type: "ticket_resolved",
        at: NOON,
        by: system,
        from: "open",
        to: "resolved",
        clocks: [{ ...clock, met: true }],
      },
    ]);
    const { nextCursor: end } = await page("limit=1000");
    for (const batch of [begin, ...rest]) await project(env.DB, batch);
    const { items } = await page(`after=${end}`);
    const iso = (ms: number): string => new Date(ms).toISOString();
    expect(items.map(({ data }) => data)).toMatchObject([
      { heldUntil: iso(NOON + 9) },
      { remindAt: iso(NOON + 5) },
      {
        profile: { attributes: { signedUpAt: 7 }, requireSkills: { at: 2 }, asOf: iso(NOON) },
        latencyMs: 40,
      },
      { clocks: [{ startedAt: iso(NOON), targetMs: 60_000, dueAt: null }] },
    ]);
  });
});
