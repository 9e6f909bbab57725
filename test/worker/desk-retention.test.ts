import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { everyMinute } from "../../src/cron/scheduled.ts";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { retain } from "../../src/groups/retention.ts";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { Endpoint } from "../support/endpoint.ts";
import { everythingKept, holding } from "../support/everything.ts";
import {
  DAY,
  MINUTE,
  SAID,
  ada,
  codeOf,
  giveUpOnWebhook,
  json,
  minute,
  open,
  stage,
  talk,
} from "../support/privacy-stage.ts";

/* What is forgotten with time, and what a legal hold keeps. */

describe("what is old", () => {
  const keepsAWeek = (desk: ConfigInput): void => {
    desk.retention = {
      closedTickets: "14d",
      events: "7d",
      audit: "30d",
      enrichment: "5d",
      webhookLogs: "7d",
    };
  };
  async function closed(): Promise<Customer> {
    const customer = await ada();
    await talk(customer, "SUP-1");
    const topic = await stage.topic("SUP-1");
    await stage.olga.write(topic.id, "/close");
    await stage.settle();
    return customer;
  }
  const counts = async (): Promise<Record<string, number>> => {
    const kept = await everythingKept(stage);
    const of = (table: string): number => kept.filter((row) => row.startsWith(`${table} {`)).length;
    return {
      recordTickets: of("record tickets"),
      recordEvents: of("record ticket_events"),
      tickets: of("main tickets"),
      events: of("main events"),
      messages: of("main messages"),
    };
  };

  test("is forgotten step by step, as long after its end as the configuration says", async () => {
    await open(keepsAWeek);
    await closed();
    await minute();
    expect((await counts())["tickets"]).toBe(1);
    await stage.pass(6 * DAY);
    await minute();
    expect(holding(await everythingKept(stage), "profileville")).toEqual([]);
    const { recordEvents, events } = await counts();
    expect(events).toBeGreaterThan(5);
    await stage.pass(2 * DAY);
    await minute();
    // Rows that triggers changed in the full text index are not counted.
    const { run: second } = await json<{ run: { removed: { events: number } } }>("GET", "/api/v1/retention");
    expect(second.removed.events).toBe(recordEvents);
    expect(await counts()).toEqual({ recordTickets: 1, recordEvents: 0, tickets: 0, events: 0, messages: 0 });
    const reopen = ["POST", "/api/v1/tickets/SUP-1/commands", { type: "reopen" }] as const;
    expect(await codeOf(...reopen)).toBe("ticket.closed");
    await stage.pass(7 * DAY);
    await minute();
    expect(await counts()).toMatchObject({ recordTickets: 0, recordEvents: 0 });
    expect(await codeOf(...reopen)).toBe("ticket.not_found");
    // Of the person the record still has who they are, and of the tickets nothing that was said.
    for (const phrase of SAID) expect(holding(await everythingKept(stage), phrase), phrase).toEqual([]);
    const { run } = await json<{ run: { left: string[]; endedAt: string } }>("GET", "/api/v1/retention");
    expect(run).toMatchObject({ left: [], endedAt: expect.any(String) });
    // Numbers are never given twice.
    const next = await stage.customer();
    await next.write("a new one");
    await stage.settle();
    expect((await stage.group.topics()).map(({ name }) => name.split(" ")[0])).toContain("SUP-2");
  });

  test("is forgotten of webhooks and of the audit trail as the configuration says of each", async () => {
    const subscriber = new Endpoint();
    await open((desk) => {
      keepsAWeek(desk);
      desk.desk.textInWebhooks = true;
      const events = ["message.received"];
      desk.webhooks = [{ id: "subscriber", url: subscriber.url, events, includeText: true }];
    });
    // Of two messages it takes one and never the other; the ticket stays open.
    const customer = await ada();
    await customer.write("quillplanted");
    await stage.settle();
    await subscriber.answers({ status: 503 });
    await customer.write("secretone");
    await stage.settle(1_000);
    await giveUpOnWebhook();
    await json("PATCH", `/api/v1/contacts/${customer.id}/details`, { notes: "mornings" });
    const rows = async (): Promise<Record<string, number>> => {
      const kept = await everythingKept(stage);
      const of = (start: string, what: string): number =>
        kept.filter((row) => row.startsWith(`${start} {`) && row.includes(what)).length;
      return {
        taken: of("main hook_log", "subscriber"),
        dead: of("main outbox", "secretone"),
        changed: of("record audit", "contact.updated"),
      };
    };
    await stage.pass(6 * DAY);
    await minute();
    expect(await rows()).toEqual({ taken: 1, dead: 1, changed: 1 });
    await stage.pass(2 * DAY);
    await customer.write("Anybody there?");
    await minute();
    expect(await rows()).toEqual({ taken: 1, dead: 0, changed: 1 });
    await stage.pass(30 * DAY);
    await minute();
    await minute();
    expect(await rows()).toEqual({ taken: 0, dead: 0, changed: 0 });
  });

  test("is forgotten a bounded number of steps a minute, from where it stopped", async () => {
    await open(keepsAWeek);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
       INSERT INTO tickets (id, ref, group_id, number, status, priority, queue, customer_id, subject, tags, fields,
         opened_at, status_at, closed_at, closed, reopenings, version, recorded_at)
       SELECT 'main:' || i, 'SUP-' || i, 'main', i, 'closed', 'normal', 'general', i, 'old', '[]', '{}',
         i, i, i, 1, 0, 1, 1 FROM n`,
    ).run();
    const left = async (): Promise<number> => (await counts())["recordTickets"];
    // In the first minute it only looks whether everything agrees.
    for (let times = 0; times < 2; times += 1) await everyMinute(env, stage.now);
    const after = await left();
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(1_500);
    expect(await json("GET", "/api/v1/retention")).toMatchObject({ run: { endedAt: null } });
    for (let times = 0; times < 3; times += 1) await everyMinute(env, stage.now + times * MINUTE);
    expect(await left()).toBe(0);
    const { items } = await json<{ items: object[] }>("GET", "/api/v1/audit?kind=retention");
    expect(items).toMatchObject([
      { by: { kind: "system", id: "retention" }, data: { removed: { tickets: 1_500 } } },
    ]);
  });

  test("is forgotten later where a group does not answer, and the report names it", async () => {
    await open(keepsAWeek);
    await closed();
    await stage.pass(8 * DAY);
    const deaf = {
      getByName: (group: string) =>
        group === "main"
          ? { forget: () => Promise.reject(new Error("away")) }
          : env.TOPIC_GROUP.getByName(group),
    } as unknown as Env["TOPIC_GROUP"];
    await retain({ ...env, TOPIC_GROUP: deaf }, stage.now);
    expect(await json("GET", "/api/v1/retention")).toMatchObject({ run: { unreachableGroups: ["main"] } });
    expect((await counts())["tickets"]).toBe(1);
    await retain(env, stage.now + DAY);
    expect((await counts())["tickets"]).toBe(0);
  });

  test("stays while it is held", async () => {
    await open(keepsAWeek);
    await closed();
    await json("PUT", "/api/v1/tickets/SUP-1/legal-hold", { reason: "Case 1" });
    await stage.pass(40 * DAY);
    await minute();
    expect(await counts()).toMatchObject({ recordTickets: 1, tickets: 1 });
    expect((await counts())["recordEvents"]).toBeGreaterThan(5);
    await json("DELETE", "/api/v1/tickets/SUP-1/legal-hold");
    await stage.pass(2 * DAY);
    await minute();
    expect(await counts()).toMatchObject({ recordTickets: 0, tickets: 0 });
  });

  test("stays while a contact is held that is the same person", async () => {
    await open(keepsAWeek);
    const customer = await closed();
    const shown = await ada();
    await shown.write("me as well");
    await stage.settle();
    await json("POST", `/api/v1/contacts/${customer.id}/merge`, { into: shown.id });
    await json("PUT", `/api/v1/contacts/${shown.id}/legal-hold`, { reason: "Case 1" });
    await stage.pass(40 * DAY);
    await minute();
    const kept = await everythingKept(stage);
    const of = (table: string) =>
      kept.filter((row) => row.startsWith(`${table} {`) && row.includes(String(customer.id))).length;
    expect([of("record tickets"), of("main tickets")]).toEqual([1, 1]);
    expect(holding(kept, "profileville").length).toBeGreaterThan(0);
    expect((await counts())["recordEvents"]).toBeGreaterThan(5);
  });

  test("stays in the record as long as the customer may take it up again", async () => {
    await open((desk) => {
      desk.desk.reopenWithin = "72h";
      desk.retention = { closedTickets: "1d", events: "1d" };
    });
    const customer = await closed();
    await stage.pass(2 * DAY);
    await minute();
    await customer.write("One more thing");
    await stage.settle();
    expect(await json("GET", "/api/v1/tickets/SUP-1")).toMatchObject({ reopenings: 1 });
    const { items } = await json<{ items: { type: string }[] }>("GET", "/api/v1/tickets/SUP-1/events");
    expect(items.map(({ type }) => type)).toContain("ticket_opened");
  });

  test("is forgotten of what endpoints took by a group in which nothing happens any more, too", async () => {
    const subscriber = new Endpoint();
    await open((desk) => {
      desk.retention = { webhookLogs: "7d" };
      desk.webhooks = [{ id: "subscriber", url: subscriber.url, events: ["message.received"] }];
    });
    const customer = await ada();
    await customer.write("quillplanted");
    await stage.settle();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/close");
    await stage.settle();
    const logged = async (): Promise<number> => holding(await everythingKept(stage), "main hook_log").length;
    expect(await logged()).toBe(1);
    for (let days = 0; days < 10; days += 1) {
      await stage.pass(DAY);
      for (let times = 0; times < 2; times += 1) await everyMinute(env, stage.now);
    }
    expect(await logged()).toBe(0);
  });

  test("stays for good where the configuration says nothing", async () => {
    await open();
    await closed();
    await stage.pass(400 * DAY);
    await minute();
    expect(await counts()).toMatchObject({ recordTickets: 1, tickets: 1 });
  });
});

test("what must be kept is listed in pages, longest first", async () => {
  await open();
  const set = env.DB.prepare(
    "INSERT INTO legal_holds (kind, id, since, by, reason) VALUES (?, ?, ?, 'legal', 'x')",
  );
  const holds = Array.from({ length: 7 }, (_, index) => [
    index % 2 === 0 ? "contact" : "ticket",
    `main:${index}`,
  ]);
  await env.DB.batch(holds.map(([kind, id], index) => set.bind(kind, id, Math.floor(index / 3))));
  const seen: { since: string; kind: string; id: string }[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = await json<{ items: typeof seen; nextCursor: string | null }>(
      "GET",
      `/api/v1/legal-holds?limit=2${query}`,
    );
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(seen.map(({ id }) => id).sort()).toEqual(holds.map(([, id]) => id));
  expect(seen.map(({ since }) => since)).toEqual(seen.map(({ since }) => since).sort());
  expect(await codeOf("GET", "/api/v1/legal-holds?cursor=nonsense")).toBe("request.invalid");
});
