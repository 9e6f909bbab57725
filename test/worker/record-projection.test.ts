import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { project, type ProjectionBatch } from "../../src/record/projection.ts";
import fc from "../support/fast-check.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { ADA, batchesOf, emptyBatch, life, NOON, opened, states } from "../support/tickets.ts";

beforeEach(emptyRecord);

const rows = async (table: string, order: string): Promise<Record<string, unknown>[]> =>
  (await env.DB.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all()).results;
const tickets = () => rows("tickets", "id");
const events = () => rows("ticket_events", "ticket_id, n");
const contacts = () => rows("contacts", "telegram_id");
const everything = async () => ({
  tickets: await tickets(),
  events: await events(),
  contacts: await contacts(),
});

async function deliver(batches: readonly ProjectionBatch[]): Promise<void> {
  for (const batch of batches) await project(env.DB, batch);
}

/** Rows written by a piece of work, as D1 itself counts them for the bill. */
async function rowsWritten(batch: ProjectionBatch): Promise<number> {
  let written = 0;
  const counting = {
    prepare: (sql: string) => env.DB.prepare(sql),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await env.DB.batch(statements);
      written += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
      return results;
    },
  };
  await project(counting as unknown as D1Database, batch);
  return written;
}

const contact = (version: number, more: object = {}): ProjectionBatch["contacts"][number] => ({
  facts: { id: ADA, name: `Ada v${version}`, username: "ada", language: "en", isPremium: false, ...more },
  unreachable: null,
  firstSeenAt: NOON,
  updatedAt: NOON + version,
  version,
});

describe("what the record keeps", () => {
  test("is every fact of a ticket, and when the record was told", async () => {
    await deliver(batchesOf(life(1042, { payload: "order_1001", followUpOf: "SUP-7" })));
    expect(await tickets()).toEqual([
      {
        id: "main:1042",
        ref: "SUP-1042",
        group_id: "main",
        number: 1042,
        status: "closed",
        priority: "high",
        queue: "general",
        tier: null,
        assignee_id: 9001,
        assignee_name: "Lead",
        customer_id: ADA,
        subject: "My parcel is late",
        tags: "[]",
        fields: "{}",
        opened_at: NOON + 1042,
        status_at: NOON + 1042 + 7 * 60_000,
        first_answered_at: NOON + 1042 + 3 * 60_000,
        awaiting_since: null,
        resolved_at: NOON + 1042 + 6 * 60_000,
        closed_at: NOON + 1042 + 7 * 60_000,
        closed: 1,
        unreachable: null,
        payload: "order_1001",
        follow_up_of: "SUP-7",
        topic_id: 1542,
        reopenings: 0,
        changed_at: NOON + 1042 + 7 * 60_000,
        breached: "[]",
        due_at: null,
        promises: "[]",
        promised_at: null,
        version: 8,
        recorded_at: NOON + 1042 + 7 * 60_000 + 500,
      },
    ]);
  });

  test("is who, when, from, to and why of an event, and the rest as data", async () => {
    await deliver(batchesOf(life(1)));
    const found = await events();
    expect(found).toHaveLength(8);
    expect(found[6]).toEqual({
      ticket_id: "main:1",
      n: 7,
      at: NOON + 1 + 6 * 60_000,
      noted_at: null,
      type: "ticket_resolved",
      actor: '{"kind":"agent","id":9001,"name":"Lead"}',
      actor_kind: "agent",
      actor_id: "9001",
      from_status: "waiting",
      to_status: "resolved",
      note: "refunded",
      data: "{}",
    });
    expect(found[4]).toMatchObject({ data: '{"priority":"high","previous":"normal"}', from_status: null });
    expect(found[5]).toMatchObject({ actor_kind: "key", actor_id: "crm", note: "called back", data: "{}" });
    expect(found[1]).toMatchObject({ actor_kind: "system", actor_id: "delivery", data: '{"topicId":501}' });
    expect(found[0]).toMatchObject({ from_status: null, to_status: "open", actor_id: String(ADA) });
  });

  test("is what Telegram tells of a contact, and their home", async () => {
    await deliver([emptyBatch({ contacts: [contact(3, { username: null, isPremium: true })] })]);
    expect(await contacts()).toEqual([
      {
        telegram_id: ADA,
        name: "Ada v3",
        username: null,
        language: "en",
        is_premium: 1,
        unreachable: null,
        group_id: "main",
        first_seen_at: NOON,
        updated_at: NOON + 3,
        version: 3,
        recorded_at: NOON,
      },
    ]);
  });

  test("is nothing of an empty batch", async () => {
    await project(env.DB, emptyBatch());
    expect(await everything()).toEqual({ tickets: [], events: [], contacts: [] });
  });

  test("is names in any script, hostile ones too", async () => {
    const name = `Ž🧑🏽‍🚀'"; DROP TABLE tickets; --\u202e \u0000 \n [1] {"a":1}`;
    const before = { ...opened(1), subject: name };
    const [ticket] = states([before]);
    await project(
      env.DB,
      emptyBatch({
        tickets: [{ ticket: { ...ticket, tags: [name], fields: { [name]: name } }, dueAt: 5 }],
        contacts: [contact(1, { name })],
      }),
    );
    expect(await tickets()).toMatchObject([
      { subject: name, tags: JSON.stringify([name]), fields: JSON.stringify({ [name]: name }), due_at: 5 },
    ]);
    expect(await contacts()).toMatchObject([{ name }]);
  });
});

describe("delivery again, late or in any order changes nothing", () => {
  test("the same batch twice changes nothing", async () => {
    const [batch] = batchesOf(life(1));
    await deliver([batch]);
    const once = await everything();
    await deliver([batch]);
    expect(await everything()).toEqual(once);
  });

  test("an older state of a ticket after a newer one changes nothing", async () => {
    const batches = batchesOf(life(1));
    await deliver(batches);
    const newest = await everything();
    await deliver([batches[0], batches[3]]);
    expect(await everything()).toEqual(newest);
  });

  test("older facts about a contact after newer ones change nothing", async () => {
    await deliver([emptyBatch({ contacts: [contact(5)] }), emptyBatch({ contacts: [contact(4)] })]);
    expect(await contacts()).toMatchObject([{ name: "Ada v5", version: 5 }]);
  });

  test("a contact's facts from a new home count, though versions start again there", async () => {
    const moved = { ...contact(1), updatedAt: NOON + 1_000 };
    await deliver([
      emptyBatch({ contacts: [contact(5)] }),
      emptyBatch({ group: "vip", contacts: [moved] }),
      emptyBatch({ contacts: [contact(5)] }),
    ]);
    expect(await contacts()).toMatchObject([{ name: "Ada v1", group_id: "vip" }]);
  });

  test("the same state told later brings a new due date, and mends what was damaged", async () => {
    const [batch] = batchesOf(life(1));
    await deliver([batch]);
    await env.DB.prepare("UPDATE tickets SET subject = 'damaged', queue = 'damaged'").run();
    const later = { ...batch, at: batch.at + 1, tickets: [{ ...batch.tickets[0], dueAt: 77 }] };
    await deliver([later, batch]);
    expect(await tickets()).toMatchObject([
      { subject: "My parcel is late", queue: "general", due_at: 77, recorded_at: batch.at + 1 },
    ]);
  });

  test("whatever the order and the repetitions, the record ends where the tickets did", async () => {
    const batches = [
      ...batchesOf(life(1)),
      ...batchesOf(life(2)),
      ...batchesOf(life(1, { group: "vip", queue: "premium" })),
      ...[1, 2, 3].map((version) => emptyBatch({ at: NOON + version, contacts: [contact(version)] })),
    ];
    await deliver(batches);
    const expected = await everything();
    await fc.assert(
      fc
        .asyncProperty(
          fc.shuffledSubarray([...batches, ...batches], { minLength: batches.length * 2 }),
          async (shuffled) => {
            await deliver(shuffled);
            expect(await everything()).toEqual(expected);
          },
        )
        .beforeEach(async () => {
          await env.DB.batch(
            ["tickets", "ticket_events", "contacts"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
          );
        }),
      { numRuns: 15 },
    );
  });
});

describe("a batch", () => {
  test("is written whole or not at all", async () => {
    const [batch] = batchesOf(life(1));
    const broken = { ...contact(1), facts: { ...contact(1).facts, name: null as unknown as string } };
    await expect(project(env.DB, { ...batch, contacts: [broken] })).rejects.toThrow(/NOT NULL/);
    expect(await everything()).toEqual({ tickets: [], events: [], contacts: [] });
  });

  test("may be as large as an object ever sends, and larger", async () => {
    const lives = Array.from({ length: 90 }, (_, index) => life(index + 1));
    const batches = lives.map((one) => batchesOf(one).at(-1)!);
    await project(
      env.DB,
      emptyBatch({
        tickets: batches.flatMap((batch) => batch.tickets),
        events: lives.flatMap((one) =>
          one.map((event, index) => ({
            ticketId: `main:${lives.indexOf(one) + 1}`,
            n: index + 1,
            event,
            notedAt: null,
          })),
        ),
        contacts: Array.from({ length: 30 }, (_, index) => {
          const known = contact(1);
          return { ...known, facts: { ...known.facts, id: contactId(ADA + index) } };
        }),
      }),
    );
    expect(await tickets()).toHaveLength(90);
    expect(await events()).toHaveLength(720);
    expect(await contacts()).toHaveLength(30);
  });

  test("may tell two states of one ticket: the newer counts", async () => {
    const told = batchesOf(life(1));
    await project(env.DB, told[0]);
    for (const order of [
      [told[7], told[2]],
      [told[2], told[7]],
    ]) {
      await env.DB.prepare("UPDATE tickets SET version = 1, closed = 0, assignee_id = NULL").run();
      await project(env.DB, emptyBatch({ at: NOON * 2, tickets: order.flatMap((batch) => batch.tickets) }));
      expect(await tickets()).toMatchObject([{ status: "closed", closed: 1, assignee_id: 9001, version: 8 }]);
    }
  });

  test("leaves a ticket out whose reference another one has, and holds nothing else up", async () => {
    await deliver(batchesOf(life(1)));
    const stranger = opened(1, { group: "vip", ref: "SUP-1" });
    const [ticket] = states([stranger]);
    const [other] = states([opened(2)]);
    await project(
      env.DB,
      emptyBatch({
        tickets: [
          { ticket: ticket, dueAt: null },
          { ticket: other, dueAt: null },
        ],
        events: [{ ticketId: "vip:1", n: 1, event: stranger, notedAt: null }],
      }),
    );
    expect(await tickets()).toMatchObject([
      { id: "main:1", ref: "SUP-1", status: "closed" },
      { id: "main:2" },
    ]);
    expect(await events()).toHaveLength(9);
  });
});

describe("what the record costs, in rows written", () => {
  test("counts rows for a new ticket and for a change with its event, and none for a repetition", async () => {
    const [first, topic, claim, answer] = batchesOf(life(1));
    // The ticket with its indexes, its event with its place in the trail, both in the feed and in the full text index.
    expect(await rowsWritten(first)).toBe(14);
    expect(await rowsWritten(first)).toBe(0);
    // The ticket and when it changed, the event and its places in the trail and in the feed.
    expect(await rowsWritten(topic)).toBe(5);
    // The assignee is listed by, so its change moves the ticket in that index, and in no other.
    expect(await rowsWritten(claim)).toBe(6);
    // What counts in figures has a place there as well.
    expect(await rowsWritten(answer)).toBe(6);
    expect(await rowsWritten(answer)).toBe(0);
  });

  test("counts the ticket itself once and every index that has its end, however much changes with it", async () => {
    const told = batchesOf(life(1));
    for (const batch of told.slice(0, 7)) await rowsWritten(batch);
    // The desk's list, the group's, the queue's, the assignee's, by urgency and by change; the event counts in figures.
    expect(await rowsWritten(told[7])).toBe(1 + 6 + 4);
  });

  test("counts one more where the next instant changes, as with every turn of a clock", async () => {
    const [first, topic] = batchesOf(life(1));
    await rowsWritten(first);
    const tickets = topic.tickets.map(({ ticket }) => ({ ticket, dueAt: NOON + 60_000 }));
    expect(await rowsWritten({ ...topic, tickets })).toBe(5 + 1);
  });

  test("counts one more where a promise's deadline moves with it", async () => {
    const [first, topic] = batchesOf(life(1));
    await rowsWritten(first);
    const promised = { metric: "resolution", at: NOON + 90_000, riskAt: null, paused: false } as const;
    const tickets = topic.tickets.map(({ ticket }) => ({
      ticket,
      dueAt: NOON + 60_000,
      promises: [promised],
    }));
    expect(await rowsWritten({ ...topic, tickets })).toBe(5 + 2);
  });
});
