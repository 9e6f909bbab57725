import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { FEED_BEGIN, readFeed, type FeedPlace } from "../../src/record/feed.ts";
import { SCANNED_EVENTS_MAX } from "../../src/record/limits.ts";
import { project, type ProjectionBatch } from "../../src/record/projection.ts";
import { wordsOf } from "../../src/record/search-words.ts";
import { findTickets } from "../../src/record/ticket-search.ts";
import { countingReads } from "../support/d1-cost.ts";
import fc from "../support/fast-check.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { batchesOf, emptyBatch, life, NOON } from "../support/tickets.ts";

beforeEach(emptyRecord);

const all = { types: [] };
const named = (batches: readonly ProjectionBatch[]): string[] =>
  batches.flatMap(({ events }) => events.map(({ ticketId, n }) => `${ticketId} ${n}`));

/** Follows the feed until there is nothing more now. */
async function follow(after: FeedPlace, limit: number, filter: Parameters<typeof readFeed>[1] = all) {
  const seen: string[] = [];
  let place = after;
  for (let pages = 0; pages < 500; pages += 1) {
    const page = await readFeed(env.DB, filter, { after: place, limit });
    if (page === "lost") throw new Error("lost");
    seen.push(...page.events.map(({ event }) => `${event.ticketId} ${event.n}`));
    place = page.next;
    if (!page.more) return { seen, place };
  }
  throw new Error("the feed does not end");
}

describe("the feed of events", () => {
  test("tells what happened in the order in which the record was told", async () => {
    const batches = [...batchesOf(life(2)), ...batchesOf(life(1))];
    for (const batch of batches) await project(env.DB, batch);
    expect((await follow(FEED_BEGIN, 5)).seen).toEqual(named(batches));
  });

  test("tells what comes late, behind what was read before, and nothing twice", async () => {
    const batches = batchesOf(life(1));
    const later = batches.slice(0, 4);
    for (const batch of batches.slice(4)) await project(env.DB, batch);
    const { seen, place } = await follow(FEED_BEGIN, 100);
    expect(seen).toEqual(named(batches.slice(4)));
    for (const batch of [...batches.slice(4), ...later, ...later]) await project(env.DB, batch);
    expect((await follow(place, 100)).seen).toEqual(named(later));
  });

  test("is filtered by type, and by the group that had the ticket", async () => {
    for (const batch of [...batchesOf(life(1)), ...batchesOf(life(1, { group: "vip", ref: "VIP-1" }))])
      await project(env.DB, batch);
    expect((await follow(FEED_BEGIN, 1, { types: ["note_added", "ticket_closed"] })).seen).toEqual([
      "main:1 6",
      "main:1 8",
      "vip:1 6",
      "vip:1 8",
    ]);
    expect((await follow(FEED_BEGIN, 3, { types: [], group: "vip" })).seen).toEqual(
      named(batchesOf(life(1, { group: "vip" }))),
    );
    expect((await follow(FEED_BEGIN, 3, { types: ["note_added"], group: "vip" })).seen).toEqual(["vip:1 6"]);
    expect((await follow(FEED_BEGIN, 3, { types: [], group: "nowhere" })).seen).toEqual([]);
  });

  test("goes on where a filtered reader was, although nothing was for them", async () => {
    for (const batch of batchesOf(life(1))) await project(env.DB, batch);
    const { place } = await follow(FEED_BEGIN, 10, { types: [], group: "vip" });
    const vip = batchesOf(life(7, { group: "vip" }));
    for (const batch of vip) await project(env.DB, batch);
    expect((await follow(place, 10, { types: [], group: "vip" })).seen).toEqual(named(vip));
  });

  test("leaves nothing out for a reader while several objects write at once and tell again", async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }), {
            minLength: 2,
            maxLength: 4,
          }),
          fc.integer({ min: 1, max: 7 }),
          async (writers, limit) => {
            const groups = writers.map((lives, writer) =>
              lives.map((number) =>
                batchesOf(life(number, { group: `group-${writer}`, ref: `G${writer}-${number}` })),
              ),
            );
            let writing = true;
            const seen: string[] = [];
            const reader = (async () => {
              let place = FEED_BEGIN;
              for (;;) {
                const isLast = !writing;
                const page = await readFeed(env.DB, all, { after: place, limit });
                if (page === "lost") throw new Error("lost");
                seen.push(...page.events.map(({ event }) => `${event.ticketId} ${event.n}`));
                place = page.next;
                if (isLast && !page.more) return;
              }
            })();
            await Promise.all(
              groups.map(async (lives) => {
                for (const batches of lives) {
                  // Two at a time of one object, the second of which comes again.
                  for (let index = 0; index < batches.length; index += 2) {
                    await Promise.all(batches.slice(index, index + 2).map((batch) => project(env.DB, batch)));
                    await project(env.DB, batches[index]);
                  }
                }
              }),
            );
            writing = false;
            await reader;
            const told = new Set(groups.flatMap((lives) => lives.flatMap(named)));
            expect(seen.toSorted()).toEqual([...told].toSorted());
          },
        )
        .beforeEach(async () => {
          await env.DB.batch(
            ["tickets", "ticket_events", "event_feed"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
          );
        }),
      { numRuns: 8 },
    );
  });

  test("tells a reader when the record was brought back to before what they have read", async () => {
    for (const batch of batchesOf(life(1))) await project(env.DB, batch);
    const { place } = await follow(FEED_BEGIN, 100);
    await env.DB.batch([
      env.DB.prepare("DELETE FROM ticket_events WHERE n > 5"),
      env.DB.prepare("DELETE FROM event_feed WHERE n > 5"),
    ]);
    expect(await readFeed(env.DB, all, { after: place, limit: 5 })).toBe("lost");
    for (const batch of batchesOf(life(2))) await project(env.DB, batch);
    expect(await readFeed(env.DB, all, { after: place, limit: 5 })).toBe("lost");
  });

  test("goes on over what was erased", async () => {
    for (const batch of [...batchesOf(life(1)), ...batchesOf(life(2))]) await project(env.DB, batch);
    await env.DB.prepare("DELETE FROM ticket_events WHERE ticket_id = 'main:1'").run();
    expect((await follow(FEED_BEGIN, 3)).seen).toEqual(named(batchesOf(life(2))));
  });

  test("costs rows for what it shows, and at most for what it may look at", async () => {
    await project(
      env.DB,
      emptyBatch({
        events: Array.from({ length: 5_000 }, (_, index) => ({
          ticketId: "main:1",
          n: index + 1,
          notedAt: null,
          event: { type: "topic_created", at: NOON, by: { kind: "system", rule: "delivery" }, topicId: 1 },
        })),
      }),
    );
    const cost = async (filter: Parameters<typeof readFeed>[1]): Promise<number> => {
      const counting = countingReads(env.DB);
      await readFeed(counting.d1, filter, { after: { seq: 1_000, ticketId: "main:1", n: 1_000 }, limit: 50 });
      return counting.rowsRead();
    };
    expect(await cost(all)).toBeLessThanOrEqual(300);
    expect(await cost({ types: ["ticket_closed"] })).toBeLessThanOrEqual(4 * SCANNED_EVENTS_MAX);
  });
});

test("what was in the record before it knew a feed and a search is in both", async () => {
  await reset();
  const before = env.RECORD_MIGRATIONS.findIndex(({ name }) => name.endsWith("_search.sql"));
  await applyD1Migrations(env.DB, env.RECORD_MIGRATIONS.slice(0, before));
  await env.DB.batch([
    ...[1, 2].map((n) =>
      env.DB.prepare(
        `INSERT INTO tickets (id, ref, group_id, number, status, priority, queue, customer_id, subject, tags, fields,
           opened_at, status_at, closed, reopenings, version, recorded_at)
         VALUES (?1, ?2, 'main', ?3, 'open', 'normal', 'general', 5, 'My parcel', '["late"]', '{}', ?4, ?4, 0, 0, 2, ?4)`,
      ).bind(`main:${n}`, `SUP-${n}`, n, NOON),
    ),
    ...[2, 1].map((n) =>
      env.DB.prepare(
        `INSERT INTO ticket_events (ticket_id, n, at, type, actor, actor_kind, actor_id, note, data)
         VALUES ('main:1', ?1, ?2, ?3, '{}', 'agent', '1', 'called', '{"metric":"firstResponse"}')`,
      ).bind(n, NOON + n, n === 2 ? "sla_breached" : "note_added"),
    ),
    env.DB.prepare(
      `INSERT INTO contacts (telegram_id, name, username, is_premium, group_id, first_seen_at, updated_at, version,
         recorded_at) VALUES (5, 'Ada', 'ada', 0, 'main', 1, 1, 1, 1)`,
    ),
  ]);
  await applyD1Migrations(env.DB, env.RECORD_MIGRATIONS);
  expect((await follow(FEED_BEGIN, 10)).seen).toEqual(["main:1 1", "main:1 2"]);
  const page = { after: null, limit: 10 };
  const found = await findTickets(env.DB, { words: wordsOf("parcel called") }, "-openedAt", page);
  expect(found).toMatchObject({ rows: [{ ref: "SUP-1", changedAt: NOON + 2, breached: ["firstResponse"] }] });
  const all2 = await findTickets(env.DB, { words: wordsOf("late") }, "-openedAt", page);
  expect(all2).toMatchObject({ rows: [{ ref: "SUP-2", changedAt: NOON, breached: [] }, { ref: "SUP-1" }] });
  const contacts = await env.DB.prepare(
    "SELECT rowid FROM contact_search WHERE contact_search MATCH 'ada'",
  ).all();
  expect(contacts.results).toEqual([{ rowid: 5 }]);
});
