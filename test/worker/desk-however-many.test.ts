import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { ContactId } from "../../src/domain/contact/contact-id.ts";
import { erasable } from "../../src/topic-group/privacy/erasable.ts";
import { forgetEverywhere } from "../../src/topic-group/privacy/holders.ts";
import { openDatabase } from "../../src/topic-group/tables/database.ts";
import { tablesOf } from "../../src/topic-group/tables/tables.ts";
import { Stage } from "../support/stage.ts";

/* A statement binds at most 100 values: lists of unknown length must not be bound one by one. */

const QUEUES = 150;
const LOST = 250;
const MERGED = 60;

test("a group with 150 queues that hand out tickets takes messages and hands them out", async () => {
  const stage = await Stage.open({
    config: (desk) => {
      const more = Array.from({ length: QUEUES }, (_, n) => ({ id: `q${n}`, group: "main" }));
      desk.queues = [...desk.queues, ...more].map((queue) => ({ ...queue, assignment: "auto" as const }));
      desk.agents = [{ telegramId: 9002, name: "Olga", groups: ["main", "vip"], capacity: 50 }];
      desk.groups = desk.groups.map(({ leads: _leads, ...group }) => group);
      desk.routing.rules = [];
      for (const queue of desk.queues) delete queue.requireSkills;
    },
  });
  await (await stage.customer()).write("Is anybody there?");
  await stage.settle();
  expect(stage.deliveries.map(({ status }) => status)).not.toContain(503);
  const { items } = await stage.get<{ items: { assignee: { id: number } | null }[] }>("/api/v1/tickets");
  expect(items.map(({ assignee }) => assignee?.id)).toEqual([9002]);
});

test("a record that lost 250 closed tickets of a group is told all of them again", async () => {
  const stage = await Stage.open();
  await (await stage.customer()).write("hello");
  await stage.settle();
  await stage.olga.write((await stage.topic("SUP-1")).id, "/close");
  await stage.settle();
  // The same ticket under other numbers, as the record once was told them.
  await runInDurableObject(stage.groupStub(), (_object, { storage: { sql } }) => {
    for (let number = 2; number <= LOST; number += 1) {
      sql.exec(
        `INSERT INTO tickets (number, customer, state, view, view_due_at, receipt_id, due_at, active, foreign_id, queue,
           busy, unassigned, version, recorded) SELECT CAST(?1 AS INTEGER), customer, json_set(state, '$.number', CAST(?1 AS INTEGER), '$.id', 'main:' || CAST(?1 AS INTEGER),
           '$.ref', 'SUP-' || CAST(?1 AS INTEGER), '$.topicId', NULL), view, view_due_at, receipt_id, due_at, active,
           foreign_id, queue, busy, unassigned, version, recorded FROM tickets WHERE number = 1`,
        number,
      );
      sql.exec(
        `INSERT INTO events (ticket, n, event, noted_at) SELECT CAST(? AS INTEGER), n, event, noted_at FROM events WHERE ticket = 1`,
        number,
      );
    }
  });
  await env.DB.prepare("DELETE FROM tickets").run();
  for (let looks = 0; looks < 3; looks += 1) {
    await stage.api("POST", "/api/v1/reconciliation");
    await stage.settle();
  }
  const row = await env.DB.prepare("SELECT count(*) AS n FROM tickets").first<{ n: number }>();
  expect(row?.n).toBe(LOST);
  const { findings } = await (
    await stage.api("POST", "/api/v1/reconciliation")
  ).json<{ findings: unknown[] }>();
  expect(findings).toEqual([]);
});

test("a person with 60 merged contacts can be previewed, exported and erased", async () => {
  const stage = await Stage.open();
  const first = await stage.customer();
  await first.write("hello");
  await stage.settle();
  const now = stage.now;
  for (let n = 1; n <= MERGED; n += 1) {
    const id = 880_000_000 + n;
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO contacts (telegram_id, name, is_premium, group_id, first_seen_at, updated_at, version, recorded_at)
         SELECT ?, name, is_premium, group_id, first_seen_at, updated_at, version, recorded_at FROM contacts LIMIT 1`,
      ).bind(id),
      env.DB.prepare(
        "INSERT INTO contact_details (contact_id, merged_into, merged_at, merged_by, updated_at, version) VALUES (?, ?, ?, 'test', ?, 1)",
      ).bind(id, first.id, now, now),
    ]);
  }
  const preview = await stage.api("GET", `/api/v1/contacts/${first.id}/erasure`);
  expect(preview.status).toBe(200);
  const { contacts } = await preview.json<{ contacts: number[] }>();
  expect(contacts).toHaveLength(MERGED + 1);
  const exported = await stage.api("GET", `/api/v1/contacts/${first.id}/export`);
  expect(exported.status).toBe(200);
  expect(await exported.text()).toContain(String(880_000_000 + MERGED));
  const begun = await stage.api("POST", `/api/v1/contacts/${first.id}/erase`);
  expect([200, 202]).toContain(begun.status);
  await stage.settle();
  const left = await env.DB.prepare("SELECT count(*) AS n FROM contacts").first<{ n: number }>();
  expect(left?.n).toBe(0);
});

test("forgetting a ticket or a person reads the messages that are theirs, by an index, and no others", async () => {
  const stage = await Stage.open();
  await (await stage.customer()).write("hello");
  await stage.settle();
  const plans = await runInDurableObject(stage.groupStub(), (_object, { storage }) => {
    const statements: { text: string; values: unknown[] }[] = [];
    const sql = new Proxy(storage.sql, {
      get: (target, key) =>
        key === "exec"
          ? (text: string, ...values: unknown[]) => {
              statements.push({ text, values });
              return target.exec(text, ...(values as never[]));
            }
          : (Reflect.get(target, key) as unknown),
    });
    const watched = new Proxy(storage, {
      get: (target, key) => (key === "sql" ? sql : (Reflect.get(target, key) as unknown)),
    });
    const db = openDatabase(watched);
    const tables = tablesOf(db, storage.sql, () => true, []);
    const { seenUpdates: seen, personMessages, outbox } = tables;
    const customer = [...storage.sql.exec<{ customer: ContactId }>("SELECT customer FROM tickets")][0]
      .customer;
    seen.noteOfTicket(tables.tickets.toForget([1])[0], stage.now);
    seen.noteOfPerson(customer, stage.now);
    erasable(tables, [customer], 10);
    const routes = tables.tickets.routesOf(customer);
    personMessages.waiting(customer, routes);
    outbox.waitingOf(customer);
    personMessages.count(customer, routes);
    personMessages.links(customer, routes, "customer", 0, 10);
    personMessages.links(customer, routes, "staff", 0, 10);
    const tickets = tables.tickets.toForget([1]);
    forgetEverywhere(tables, (rows) => rows.forgetTickets?.(tickets));
    forgetEverywhere(tables, (rows) => rows.forgetPerson?.(customer));
    return statements
      .filter(({ text }) => text.includes(`"messages"`))
      .flatMap(({ text, values }) =>
        [...storage.sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, ...(values as never[]))]
          .map(({ detail }) => detail)
          .filter((detail) => detail.includes("messages")),
      );
  });
  expect(plans.length).toBeGreaterThan(10);
  expect(plans.filter((detail) => detail.startsWith("SCAN"))).toEqual([]);
});
