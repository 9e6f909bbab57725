import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { listContacts } from "../../src/record/contact-list.ts";
import { encodeCursor } from "../../src/record/cursor.ts";
import { SCANNED_CONTACTS_MAX } from "../../src/record/limits.ts";
import { project, type ProjectionBatch } from "../../src/record/projection.ts";
import { countingReads } from "../support/d1-cost.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { ADA, batchesOf, emptyBatch, life, NOON } from "../support/tickets.ts";

const desk = new HttpDesk();
type Contact = ProjectionBatch["contacts"][number];

const contact = (id: number, name: string, more: Partial<Contact> & { username?: string } = {}): Contact => ({
  facts: { id: contactId(id), name, username: more.username ?? null, language: "en", isPremium: false },
  unreachable: null,
  firstSeenAt: NOON + id,
  updatedAt: NOON + id,
  version: 1,
  ...more,
});

const ids = async (query: string): Promise<number[]> => {
  const answer = await desk.get(`/api/v1/contacts?${query}`);
  return (await answer.json<{ items: { id: number }[] }>()).items.map(({ id }) => id);
};

beforeAll(async () => {
  await emptyRecord();
  await project(
    env.DB,
    emptyBatch({
      contacts: [
        contact(ADA, "Ada Lovelace", { username: "ada_l" }),
        contact(11_111, "Алёна Жукова"),
        contact(22_222, "田中太郎", { username: "tanaka", firstSeenAt: NOON }),
        contact(33_333, "Zoë", { unreachable: "blocked" }),
      ],
    }),
  );
  await project(env.DB, emptyBatch({ group: "vip", contacts: [contact(44_444, "Zacharias")] }));
  for (const batch of [...batchesOf(life(1)), ...batchesOf(life(2).slice(0, 3))])
    await project(env.DB, batch);
});

describe("the list of contacts", () => {
  test.each<[string, number[]]>([
    ["", [ADA, 44_444, 33_333, 11_111, 22_222]],
    ["limit=2", [ADA, 44_444]],
    ["unreachable=true", [33_333]],
    ["group=vip", [44_444]],
    ["q=ada", [ADA]],
    ["q=LOVE%20ad", [ADA]],
    ["q=@ada_l", [ADA]],
    ["q=tana", [22_222]],
    ["q=алена", [11_111]],
    ["q=太郎", [22_222]],
    ["q=zo", [33_333]],
    ["q=z&unreachable=false", []],
    ["q=za&group=vip", [44_444]],
    ["q=33333", [33_333]],
    [`q=${ADA}`, [ADA]],
    ["q=33333&group=vip", []],
    ["q=nobody", []],
    ["q=%22%20OR%20name%3Aada", []],
  ])("shows for %j the contacts %j", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test.each(["", "q=a", "unreachable=false"])("goes through all of %j once, page by page", async (query) => {
    await project(
      env.DB,
      emptyBatch({ contacts: [1, 2, 3, 4, 5].map((id) => contact(50_000 + id, `A ${id}`)) }),
    );
    const whole = await ids(`${query}&limit=200`);
    const seen: number[] = [];
    for (let cursor = ""; ;) {
      const answer = await desk.get(`/api/v1/contacts?${query}&limit=2${cursor}`);
      const page = await answer.json<{ items: { id: number }[]; nextCursor: string | null }>();
      seen.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(whole);
    expect(new Set(seen).size).toBe(seen.length);
    await env.DB.prepare("DELETE FROM contacts WHERE telegram_id > 50000 AND telegram_id < 50010").run();
  });

  test("knows them by their present name only", async () => {
    await project(env.DB, emptyBatch({ contacts: [contact(60_000, "Before")] }));
    const later = contact(60_000, "After", { version: 2, updatedAt: NOON * 2, firstSeenAt: NOON * 2 });
    await project(env.DB, emptyBatch({ contacts: [later] }));
    expect(await ids("q=before")).toEqual([]);
    expect(await ids("q=after")).toEqual([60_000]);
    await env.DB.prepare("DELETE FROM contacts WHERE telegram_id = 60000").run();
    expect(await ids("q=after")).toEqual([]);
  });

  test.each([
    ["q=", "/query/q"],
    ["q=%2B", "/query/q"],
    ["limit=0", "/query/limit"],
    ["unreachable=1", "/query/unreachable"],
    ["name=ada", "/query/name"],
    ["cursor=x", "/query/cursor"],
    [`q=ada&cursor=${encodeCursor(["newest", 1, 1])}`, "/query/cursor"],
    [`cursor=${encodeCursor(["found", 0, 1])}`, "/query/cursor"],
  ])("refuses %s, and says where", async (query, pointer) => {
    const answer = await desk.get(`/api/v1/contacts?${query}`);
    expect(answer.status).toBe(422);
    const { problems } = await answer.json<{ problems: { pointer: string }[] }>();
    expect(problems.map((one) => one.pointer)).toEqual([pointer]);
  });

  test("costs the same however many there are", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
       INSERT INTO contacts (telegram_id, name, is_premium, group_id, first_seen_at, updated_at, version, recorded_at)
       SELECT 7000000000 + n, 'Many ' || n, 0, 'main', n, n, 1, n FROM n`,
    ).run();
    const cost = async (filter: Parameters<typeof listContacts>[1]): Promise<number> => {
      const counting = countingReads(env.DB);
      await listContacts(counting.d1, filter, {
        after: { firstSeenAt: 3_000, id: contactId(7_000_003_000) },
        limit: 20,
      });
      return counting.rowsRead();
    };
    expect(await cost({})).toBeLessThanOrEqual(100);
    expect(await cost({ words: ["many"] })).toBeLessThanOrEqual(250);
    expect(await cost({ unreachable: true })).toBeLessThanOrEqual(7 * SCANNED_CONTACTS_MAX);
    await env.DB.prepare("DELETE FROM contacts WHERE telegram_id > 7000000000").run();
  });
});

describe("a contact", () => {
  test("is shown with what is known of them and their tickets", async () => {
    const answer = await desk.get(`/api/v1/contacts/${ADA}`);
    expect(await answer.json()).toEqual({
      id: ADA,
      name: "Ada Lovelace",
      username: "ada_l",
      language: "en",
      isPremium: false,
      unreachable: null,
      group: "main",
      firstSeenAt: new Date(NOON + ADA).toISOString(),
      updatedAt: new Date(NOON + ADA).toISOString(),
      recordedAt: new Date(NOON).toISOString(),
      tickets: {
        total: 2,
        active: 1,
        newest: [
          {
            ref: "SUP-2",
            group: "main",
            queue: "general",
            status: "in_progress",
            openedAt: expect.any(String),
          },
          { ref: "SUP-1", group: "main", queue: "general", status: "closed", openedAt: expect.any(String) },
        ],
      },
    });
  });

  test("is not found before their first message", async () => {
    const answer = await desk.get("/api/v1/contacts/99");
    expect([answer.status, await codeOf(answer)]).toEqual([404, "contact.not_found"]);
    expect((await desk.get("/api/v1/contacts/ada")).status).toBe(422);
  });

  test("is for keys that may read contacts", async () => {
    const { headers } = await desk.key("tickets:read");
    for (const path of ["/api/v1/contacts", `/api/v1/contacts/${ADA}`])
      expect((await desk.fetch(path, { headers })).status).toBe(403);
    const reader = await desk.key("contacts:read");
    expect((await desk.fetch("/api/v1/contacts", { headers: reader.headers })).status).toBe(200);
  });
});
