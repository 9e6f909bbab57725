import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { everyMinute } from "../../src/cron/scheduled.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { project } from "../../src/record/projection.ts";
import { forgetDeletedWords, indexStale } from "../../src/record/search-index.ts";
import { wordsOf } from "../../src/record/search-words.ts";
import { findTickets } from "../../src/record/ticket-search.ts";
import { everythingInRecord, holding } from "../support/everything.ts";
import fc from "../support/fast-check.ts";
import { emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { MANY, manyTickets } from "../support/many-tickets.ts";
import { batchesOf, emptyBatch, NOON, opened, states } from "../support/tickets.ts";

beforeEach(emptyRecord);

const agent = { kind: "agent", id: 9001, name: "Lead" } as const;
const note = (text: string): TicketEvent => ({ type: "note_added", at: NOON + 9, by: agent, text });
const tags = (added: string[], removed: string[] = []): TicketEvent => ({
  type: "tags_changed",
  at: NOON + 9,
  by: agent,
  added,
  removed,
});

async function tell(...events: TicketEvent[]): Promise<void> {
  for (const batch of batchesOf(events)) await project(env.DB, batch);
}

async function search(text: string, more: { tags?: string[] } = {}): Promise<string[]> {
  const page = { after: null, limit: 50 };
  const found = await findTickets(env.DB, { words: wordsOf(text), ...more }, "-openedAt", page);
  if (typeof found === "string") throw new Error(found);
  return found.rows.map(({ ref }) => ref);
}

describe("a ticket is found by", () => {
  test.each<[string, string, string]>([
    ["a word", "My parcel is late", "parcel"],
    ["a beginning", "My parcel is late", "parc"],
    ["several words in any order", "My parcel is late", "late par"],
    ["words in any case", "My PARCEL is late", "pArCeL"],
    ["two letters", "Is it ok?", "ok"],
    ["one letter that is a word", "Plan B please", "b"],
    ["a number", "Order 10423 is late", "104"],
    ["words without their accents", "Réclamation à Zürich", "reclamation zur"],
    ["words with accents that it lacks", "Reclamation", "Réclamation"],
    ["Cyrillic", "Где мой заказ?", "ЗАКАЗ гд"],
    ["Е for Ё", "Ещё не привезли ёлку", "еще елку"],
    ["Ё for Е", "Еще не привезли елку", "ёлку"],
    ["Greek in any case", "Η παραγγελία μου", "ΠΑΡΑΓΓΕΛΊΑ"],
    ["Arabic", "أين طلبي", "طلبي"],
    ["Chinese, any part of it", "我的包裹还没有到北京", "包裹"],
    ["one Chinese sign", "我的包裹还没有到北京", "裹"],
    ["Japanese kana", "東京タワーへ行きます", "タワー"],
    ["Chinese beside Latin letters", "我的iPhone手机坏了", "iphone 手机"],
    ["… without a space", "我的iPhone手机坏了", "iPhone手机"],
    ["rare signs", "𠮷野家に行く", "𠮷野"],
    ["Korean", "주문이 아직 안 왔어요", "주문"],
    ["Thai, a beginning", "สินค้ายังไม่มา", "สินค้า"],
  ])("%s", async (_name, subject, text) => {
    await tell(opened(1, { subject }), { ...opened(2, { subject: "nothing of this" }) });
    await tell(opened(3, { subject: "something else" }));
    expect(await search(text)).toEqual(["SUP-1"]);
  });

  test("its tags and its notes, and words may be in different places", async () => {
    await tell(opened(1), tags(["vip-2", "срочно"]), note("Called back, wants a refund. 退款"));
    await tell(opened(2), note("No refund"));
    expect(await search("refund")).toEqual(["SUP-2", "SUP-1"]);
    expect(await search("late refund vip")).toEqual(["SUP-1"]);
    expect(await search("СРОЧ")).toEqual(["SUP-1"]);
    expect(await search("退款")).toEqual(["SUP-1"]);
    expect(await search("", { tags: ["vip-2"] })).toEqual(["SUP-1"]);
    expect(await search("", { tags: ["vip"] })).toEqual([]);
  });

  test("what it is called now", async () => {
    await tell(opened(1), tags(["urgent"]), tags(["calm"], ["urgent"]));
    expect(await search("urgent")).toEqual([]);
    expect(await search("calm")).toEqual(["SUP-1"]);
  });

  test("its notes until they are erased, and it is not found once it is gone", async () => {
    await tell(opened(1), note("secret"), note("other"));
    await env.DB.prepare("UPDATE ticket_events SET note = NULL WHERE note = 'secret'").run();
    expect(await search("secret")).toEqual([]);
    await indexStale(env.DB);
    expect(await search("secret")).toEqual([]);
    expect(await search("other")).toEqual(["SUP-1"]);
    await env.DB.prepare("DELETE FROM ticket_events WHERE note = 'other'").run();
    expect(await search("other")).toEqual([]);
    await everyMinute({ ...env, TOPIC_GROUP: new HttpDesk().env.TOPIC_GROUP }, NOON);
    expect(await search("parcel")).toEqual(["SUP-1"]);
    await env.DB.prepare("DELETE FROM tickets").run();
    expect(await search("parcel")).toEqual([]);
    expect((await env.DB.prepare("SELECT * FROM ticket_docs").all()).results).toEqual([]);
    await tell(opened(1));
    expect(await search("parcel")).toEqual(["SUP-1"]);
  });

  test("its words although it was opened in the same millisecond as others", async () => {
    const [first, ...others] = Array.from({ length: 30 }, (_, index) =>
      states([opened(index + 1, { at: NOON })]).at(-1)!,
    );
    await project(
      env.DB,
      emptyBatch({ tickets: [first, ...others].map((ticket) => ({ ticket, dueAt: null })) }),
    );
    expect((await search("parcel")).sort()).toEqual([first, ...others].map(({ ref }) => ref).sort());
  });

  test("its notes although they were told before it", async () => {
    const [first, second] = batchesOf([opened(1), note("Called back")]);
    await project(env.DB, { ...second, tickets: [] });
    expect(await search("called")).toEqual([]);
    await project(env.DB, first);
    expect(await search("called parcel")).toEqual(["SUP-1"]);
  });

  test("its last hundred notes", async () => {
    await tell(opened(1));
    await project(
      env.DB,
      emptyBatch({
        events: Array.from({ length: 120 }, (_, index) => ({
          ticketId: "main:1",
          n: index + 2,
          event: note(`note number${index}x`),
          notedAt: null,
        })),
      }),
    );
    expect(await search("number119x")).toEqual(["SUP-1"]);
    expect(await search("number20x")).toEqual(["SUP-1"]);
    expect(await search("number3x")).toEqual([]);
  });
});

/** Letters of many scripts, and what stands between them. */
const SIGNS = Array.from("abcXYZÉéßñØЖжЁёйΣσςאבعربไทยहिंदी東京都タワー한국어01२ .,!-_@#'\"()%*^:/\\🎫");

test("tickets whose notes were erased are indexed again some at a time, until none is left", async () => {
  const batches = Array.from({ length: 120 }, (_, index) => batchesOf([opened(index + 1), note("secret")]));
  for (const batch of batches.flat()) await project(env.DB, batch);
  await env.DB.prepare("UPDATE ticket_events SET note = NULL").run();
  let steps = 1;
  while (await indexStale(env.DB)) steps += 1;
  expect(steps).toBe(3);
  expect(await search("secret")).toEqual([]);
  const found = await findTickets(env.DB, { words: ["parcel"] }, "-openedAt", { after: null, limit: 200 });
  expect(found).toMatchObject({ rows: { length: 120 }, next: null });
});

describe("what is looked for is data", () => {
  test.each([
    `"`,
    `" OR subject : "parcel`,
    "parcel NOT late",
    "parcel OR nothing",
    "NEAR(parcel late, 0)",
    "subject:nothing",
    "-parcel nothing",
    "^late nothing",
    "{subject} : nothing",
    "') --",
    "* nothing",
    "parcel\u0000nothing",
    "🎫",
    "\ud800 nothing",
    "̈ nothing",
  ])("%j is never syntax", async (text) => {
    await tell(opened(1));
    if (wordsOf(text).length === 0) return;
    expect(await search(text)).toEqual([]);
  });

  test("whatever it is, it is answered", async () => {
    await tell(opened(1));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
        if (wordsOf(text).length > 0) await search(text);
      }),
      { numRuns: 100 },
    );
  });

  test("a text that has a word is found by it, whatever the script", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...SIGNS), minLength: 1, maxLength: 40 }),
        async (subject) => {
          const words = wordsOf(subject);
          fc.pre(words.length > 0 && words.length < 10);
          await env.DB.prepare("DELETE FROM tickets").run();
          await tell(opened(1, { subject }));
          expect(await search(words.join(" "))).toEqual(["SUP-1"]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("what is deleted", () => {
  const inIndex = async (): Promise<string[]> =>
    holding(await everythingInRecord(), "quillplanted", ["record ticket_events"]);

  test("leaves the index when it is told to, and the rest is found as before", async () => {
    await tell(opened(1, { subject: "quillplanted" }));
    await manyTickets(env.DB, 1, 20_000);
    await env.DB.prepare("DELETE FROM tickets WHERE ref = 'SUP-1' OR opened_at < ?")
      .bind(MANY.since + 500_000)
      .run();
    // The index has only marked it.
    expect(await inIndex()).not.toEqual([]);
    expect(await forgetDeletedWords(env.DB)).toBe(true);
    expect(await inIndex()).toEqual([]);
    expect(await search("w4321")).toEqual(["MANY-19321", "MANY-14321", "MANY-9321", "MANY-4321"]);
    // The index is one part now; a mark in it goes as well.
    await tell(opened(1, { subject: "quillplanted" }));
    expect(await forgetDeletedWords(env.DB)).toBe(true);
    await env.DB.prepare("DELETE FROM tickets WHERE ref = 'SUP-1'").run();
    expect(await inIndex()).not.toEqual([]);
    expect(await forgetDeletedWords(env.DB)).toBe(true);
    expect(await inIndex()).toEqual([]);
  });

  test("leaves it however much is written meanwhile", async () => {
    await tell(opened(1, { subject: "quillplanted" }));
    await manyTickets(env.DB, 1, 10_000);
    await env.DB.prepare("DELETE FROM tickets WHERE ref = 'SUP-1'").run();
    let writes = 0;
    const busy = new Proxy(env.DB, {
      get: (db, name) => {
        if (name !== "batch") return (db[name as keyof D1Database] as () => unknown).bind(db);
        return async (statements: D1PreparedStatement[]) => {
          writes += 1;
          await manyTickets(db, 20_000 + writes, 20_000 + writes);
          return db.batch(statements);
        };
      },
    });
    expect(await forgetDeletedWords(busy, 5)).toBe(true);
    expect(writes).toBeGreaterThan(3);
    expect(await inIndex()).toEqual([]);
  });
});
