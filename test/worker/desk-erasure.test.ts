import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { everyMinute } from "../../src/cron/scheduled.ts";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { TICKETS_FORGOTTEN_AT_ONCE_MAX } from "../../src/domain/limits.ts";
import type { TicketForPrograms } from "../../src/domain/ticket/ticket.ts";
import { advanceErasure } from "../../src/groups/erasing.ts";
import { Erasures, type ErasureRow } from "../../src/record/erasures.ts";
import { project } from "../../src/record/projection.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import { changeRows } from "../support/changed-rows.ts";
import { Endpoint } from "../support/endpoint.ts";
import { everythingKept, holding, listenToLog } from "../support/everything.ts";
import {
  DAY,
  type Erasure,
  MESSAGE_WORDS,
  MINUTE,
  SAID,
  TRAITS,
  ada,
  codeOf,
  crm,
  giveUpOnWebhook,
  json,
  minute,
  open,
  stage,
  talk,
  vip,
} from "../support/privacy-stage.ts";
import { texts } from "../support/stage.ts";
import { until } from "../support/until.ts";

/* Erasing a person removes every trace of them. */

describe("an erasure", () => {
  test("leaves no trace of the person anywhere, but for what the receipt says", async () => {
    const subscriber = new Endpoint();
    await open((desk) => {
      desk.desk.textInWebhooks = true;
      const events = ["message.received"];
      desk.webhooks = [{ id: "subscriber", url: subscriber.url, events, includeText: true }];
    });
    // It takes what others say and the person's first message, and is away from then on: the second is given up.
    const away = Array.from({ length: 100 }, () => ({ status: 503 }));
    await subscriber.answers({ status: 204 }, { status: 204 }, ...away);
    const heard = listenToLog();
    const known = { segment: "new", attributes: { city: "profileville" }, reason: "profilereason" };
    await crm.answers({ status: 204 }, { status: 200, body: JSON.stringify(known) });
    const other = await stage.customer({ firstName: "Bystander" });
    await other.write("stays here");
    await stage.settle();
    const customer = await ada("payloadplanted");
    await talk(customer, "SUP-2");
    await giveUpOnWebhook();
    await json("PATCH", `/api/v1/contacts/${customer.id}/details`, {
      displayName: "Displayplanted",
      email: "mail@planted.example",
      phone: "+49301234567",
      notes: "memoplanted",
    });
    const id = String(customer.id);
    const preview = await json<{ groups: { messages: number }[] }>("GET", `/api/v1/contacts/${id}/erasure`);
    expect(preview).toMatchObject({ contacts: [customer.id], held: [], record: { contacts: 1, tickets: 1 } });
    expect(preview.groups).toMatchObject([
      { group: "main", tickets: ["SUP-2"], ticketCount: 1, activeTickets: 1, topics: 1, deliveries: 3 },
    ]);
    const hooks = async (): Promise<string[]> => {
      const path = "/api/v1/webhooks/subscriber/deliveries";
      return (await json<{ items: { state: string }[] }>("GET", path)).items.map(({ state }) => state);
    };
    expect(await hooks()).toEqual(["waiting", "dead", "delivered", "delivered"]);
    expect(holding(await everythingKept(stage), id).length).toBeGreaterThan(3);

    const begun = await json<Erasure>("POST", `/api/v1/contacts/${id}/erase`);
    expect(begun.state).toBe("running");
    await minute();
    await minute();
    const receipt = await json<Erasure>("GET", `/api/v1/erasures/${begun.id}`);
    expect(receipt.state).toBe("done");
    expect(receipt.removed).toMatchObject({
      // Closing the ticket made two more, which went unsent.
      objects: { customers: 1, tickets: 1, deliveries: 5, messages: preview.groups[0].messages },
      record: { contacts: 1, details: 1, homes: 1, tickets: 1 },
      topics: { asked: 1, deleted: 1, renamed: 0, left: [] },
    });
    expect(await hooks()).toEqual(["delivered"]);
    expect((await stage.group.topics()).some(({ name }) => name.startsWith("SUP-2 "))).toBe(false);

    const kept = await everythingKept(stage);
    const traces = [
      id,
      ...MESSAGE_WORDS,
      ...SAID,
      ...TRAITS,
      "Displayplanted",
      "planted.example",
      "+49301234567",
      "memoplanted",
    ];
    for (const trace of traces) expect(holding(kept, trace), trace).toEqual([]);
    expect(heard().join("\n")).not.toMatch(/planted|secret/);
    // The bystander, and the number of the ticket with its dates, are still there.
    expect(holding(kept, "Bystander").length).toBeGreaterThan(0);
    expect(await json("GET", "/api/v1/tickets/SUP-2")).toMatchObject({
      status: "closed",
      subject: "",
      customer: null,
      erased: true,
    });
    const { items } = await json<{ items: { action: string; target: { id: string } }[] }>(
      "GET",
      "/api/v1/audit?kind=contact",
    );
    expect(items.map(({ action, target }) => [action, target.id])).toEqual([
      ["contact.erased", receipt.pseudonym],
      ["contact.erasure_requested", receipt.pseudonym],
      ["contact.updated", receipt.pseudonym],
    ]);
    // An erased customer may come back as a new one.
    await customer.write("hello again");
    await stage.settle();
    expect((await stage.group.topics()).map(({ name }) => name.split(" ")[0])).toContain("SUP-3");
  });

  test("reaches a ticket in another group, and frees its assignee", async () => {
    await open();
    const customer = await ada("gold");
    const olga = await vip.member({ id: 9002, firstName: "Olga", username: "olga" });
    await talk(customer, "SUP-1", vip, olga);
    const id = String(customer.id);
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${id}/erase`);
    await minute();
    await minute();
    await minute();
    const receipt = await json<Erasure>("GET", `/api/v1/erasures/${begun.id}`);
    expect(receipt.state).toBe("done");
    expect(receipt.removed.objects["tickets"]).toBe(2);
    const kept = await everythingKept(stage);
    for (const trace of [id, ...MESSAGE_WORDS, ...SAID, ...TRAITS])
      expect(holding(kept, trace), trace).toEqual([]);
  });

  test("is the same one when it is asked for again, and afterwards its receipt", async () => {
    await open();
    const customer = await ada();
    await talk(customer, "SUP-1");
    const erase = (): Promise<Erasure> => json("POST", `/api/v1/contacts/${customer.id}/erase`);
    const [begun, again] = [await erase(), await erase()];
    expect(again.id).toBe(begun.id);
    await minute();
    await minute();
    expect(await erase()).toMatchObject({ id: begun.id, state: "done" });
  });

  test.each(["before anything", "after the objects", "after both"])(
    "is brought to its end by Cron where it is cut off %s, and counts everything once",
    async (when) => {
      await open();
      const customer = await ada();
      await talk(customer, "SUP-1");
      const whole = await json<{ record: object }>("GET", `/api/v1/contacts/${customer.id}/erasure`);
      const store = new Erasures(env.DB);
      const caller = { id: "x", name: "x", cause: "x", origin: { network: null, userAgent: null } };
      const people = [contactId(customer.id)];
      const row = await store.begin({ id: "cut", pseudonym: "erased-x", people }, caller, stage.now);
      // The run that died has done this much, and recorded none of it.
      if (when !== "before anything")
        for (let more = true; more;) ({ more } = await stage.groupStub().privacy().erase(row.id, people));
      if (when === "after both") {
        const named = [{ contact: contactId(customer.id), pseudonym: "erased-x" }];
        for (let more = true; more;) ({ more } = await store.erase(row.id, named, stage.now));
      }
      for (let times = 0; times < 3; times += 1) await minute();
      const receipt = await json<Erasure>("GET", "/api/v1/erasures/cut");
      expect(receipt).toMatchObject({ state: "done", removed: { objects: { customers: 1, tickets: 1 } } });
      expect(receipt.removed.record).toEqual(whole.record);
      expect(receipt.removed.topics).toMatchObject({ asked: 1, deleted: 1 });
      expect(holding(await everythingKept(stage), String(customer.id))).toEqual([]);
    },
  );

  test("is not over before what was on its way between groups has come in, and is removed as well", async () => {
    await open();
    localFaults.apart.add("vip");
    const customer = await ada("gold");
    await customer.write("quillplanted");
    await stage.settle(5_000);
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${customer.id}/erase`);
    localFaults.apart.clear();
    // The object that was left alone had heard of the ticket after it was looked through.
    await changeRows(stage.groupStub("vip"), (sql) => {
      sql.exec(
        "INSERT INTO outbox (seq, lane, ticket, kind, payload, state, accepted_at, attempts) " +
          `VALUES (990001, 'peer:main', 0, 'peer', '{"kind":"peer","message":{"type":"customer_press","contact":{"id":${customer.id}}}}', 'parked', 1, 0)`,
      );
      sql.exec(
        'INSERT INTO set_aside (key, at, attempts, error, "update", parked) ' +
          `VALUES ('tg:1', 1, 3, 'x', '{"message":{"from":{"id":${customer.id},"username":"wombatplanted"}}}', 1)`,
      );
      sql.exec(`INSERT INTO told VALUES ('outsider:${customer.id}:5', 1)`);
    });
    await minute();
    await minute();
    await minute();
    const receipt = await json<Erasure>("GET", `/api/v1/erasures/${begun.id}`);
    expect(receipt.state).toBe("done");
    const kept = await everythingKept(stage);
    for (const trace of [String(customer.id), ...TRAITS, ...SAID])
      expect(holding(kept, trace), trace).toEqual([]);
  });

  test("clears what the record is told late, of a ticket that it had cleared already", async () => {
    await open();
    const customer = await ada();
    await talk(customer, "SUP-1");
    const late = await runInDurableObject(stage.groupStub(), (_object, state) => {
      const [{ state: ticket }] = state.storage.sql
        .exec<{ state: string }>("SELECT state FROM tickets")
        .toArray();
      return JSON.parse(ticket) as TicketForPrograms;
    });
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${customer.id}/erase`);
    const by = { kind: "customer", id: contactId(customer.id) } as const;
    await project(env.DB, {
      group: "main",
      at: stage.now + 1,
      tickets: [{ ticket: { ...late, version: late.version + 5 }, dueAt: null }],
      events: [
        {
          ticketId: late.id,
          n: 99,
          event: { type: "note_added", at: stage.now, by, text: "vortexplanted" },
          notedAt: null,
        },
      ],
      contacts: [],
    });
    expect(holding(await everythingKept(stage), "quillplanted").length).toBeGreaterThan(0);
    for (let times = 0; times < 3; times += 1) await minute();
    expect(await json("GET", `/api/v1/erasures/${begun.id}`)).toMatchObject({ state: "done" });
    const kept = await everythingKept(stage);
    for (const trace of [String(customer.id), ...TRAITS, ...SAID])
      expect(holding(kept, trace), trace).toEqual([]);
  });

  test("clears a closed ticket without a subject that the record is told of late", async () => {
    await open();
    const customer = await ada("payloadplanted");
    await talk(customer, "SUP-1");
    const late = await runInDurableObject(stage.groupStub(), (_object, state) => {
      const [{ state: ticket }] = state.storage.sql
        .exec<{ state: string }>("SELECT state FROM tickets")
        .toArray();
      return JSON.parse(ticket) as TicketForPrograms;
    });
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${customer.id}/erase`);
    const told = { ...late, version: late.version + 5, subject: "", status: "closed", tags: ["jinxplanted"] };
    await project(env.DB, {
      group: "main",
      at: stage.now + 1,
      tickets: [{ ticket: told as TicketForPrograms, dueAt: null }],
      events: [],
      contacts: [],
    });
    for (let times = 0; times < 3; times += 1) await minute();
    expect(await json("GET", `/api/v1/erasures/${begun.id}`)).toMatchObject({ state: "done" });
    const kept = await everythingKept(stage);
    for (const trace of [String(customer.id), ...TRAITS, ...SAID])
      expect(holding(kept, trace), trace).toEqual([]);
  });

  test("counts everything once where two are at work on it, and its receipt stays as it was written", async () => {
    await open();
    const customer = await ada();
    await talk(customer, "SUP-1");
    const whole = await json<{ record: object }>("GET", `/api/v1/contacts/${customer.id}/erasure`);
    const store = new Erasures(env.DB);
    const caller = { id: "x", name: "x", cause: "x", origin: { network: null, userAgent: null } };
    const begun = await store.begin(
      { id: "two", pseudonym: "erased-x", people: [contactId(customer.id)] },
      caller,
      stage.now,
    );
    // A request has not come to its end when Cron begins, or one minute of Cron not when the next one does.
    const both = async (row: ErasureRow): Promise<void> => {
      await Promise.all([advanceErasure(env, row, stage.now), advanceErasure(env, row, stage.now)]);
      await stage.settle();
      await stage.pass(MINUTE);
    };
    await both(begun);
    for (let row = await store.find("two"); row?.state === "running"; row = await store.find("two"))
      await both(row);
    // The slower run comes to the same end later.
    await advanceErasure(env, { ...begun, passes: 1 }, stage.now);
    const receipt = await json<Erasure>("GET", "/api/v1/erasures/two");
    expect(receipt).toMatchObject({
      state: "done",
      removed: { objects: { customers: 1, tickets: 1 }, topics: { asked: 1, deleted: 1 } },
    });
    expect(receipt.removed.record).toEqual(whole.record);
  });

  test("leaves no keys of calls that name the person, and no contact merged with them meanwhile", async () => {
    await open();
    const [customer, other] = [await ada(), await ada()];
    for (const each of [customer, other]) await each.write("hello");
    await stage.settle();
    const id = String(customer.id);
    const details = `/api/v1/contacts/${id}/details`;
    await stage.api("PATCH", details, { notes: "memo" }, { "Idempotency-Key": `details-${id}` });
    const key = { "Idempotency-Key": `erase-${id}` };
    const begun = await (
      await stage.api("POST", `/api/v1/contacts/${id}/erase`, undefined, key)
    ).json<Erasure>();
    await env.DB.prepare(
      "INSERT INTO contact_details (contact_id, merged_into, merged_at, merged_by, updated_at, version) VALUES (?, ?, 1, 'x', 1, 1)",
    )
      .bind(other.id, customer.id)
      .run();
    for (let times = 0; times < 3; times += 1) await minute();
    expect(await json("GET", `/api/v1/erasures/${begun.id}`)).toMatchObject({ state: "done" });
    // Calls are known by their keys for a day.
    await stage.pass(DAY + MINUTE);
    await everyMinute(env, stage.now);
    expect(holding(await everythingKept(stage), id)).toEqual([]);
    expect(await json("GET", `/api/v1/contacts/${other.id}/details`)).toMatchObject({ merged: null });
  });

  test("lets a customer who writes meanwhile come back as a new one, at a home that the record knows", async () => {
    await open();
    const customer = await ada("vip_gold");
    await customer.write("hello");
    await stage.settle();
    const home = async () => {
      const { results } = await env.DB.prepare("SELECT group_id FROM customer_routes WHERE customer_id = ?")
        .bind(customer.id)
        .all();
      return results.map((row) => row["group_id"]);
    };
    expect(await home()).toEqual(["vip"]);
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${customer.id}/erase`);
    // Cron ends it in another isolate than the one that takes this, and that one goes on remembering.
    await customer.start("vip_gold");
    await customer.write("still here");
    for (let times = 0; times < 4; times += 1) await minute();
    expect(await json("GET", `/api/v1/erasures/${begun.id}`)).toMatchObject({ state: "done" });
    expect(await home()).toEqual([]);
    await customer.write("hello again");
    await stage.settle();
    expect(await home()).toEqual(["main"]);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("hello again");
  });

  test("reaches what the object of a group has that is no longer configured", async () => {
    await open();
    const customer = await ada();
    await talk(customer, "SUP-1");
    stage.config.queues = [{ id: "premium", group: "vip" }];
    stage.config.groups = stage.config.groups.filter(({ id }) => id === "vip");
    stage.config.agents = [{ telegramId: 9001, name: "Lena", role: "lead", groups: ["vip"] }];
    stage.config.routing = { rules: [], defaultQueue: "premium" };
    await stage.configure("group:main=vip");
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${customer.id}/erase`);
    for (let times = 0; times < 4; times += 1) {
      await minute();
      await runDurableObjectAlarm(stage.groupStub("main"));
    }
    expect(await json("GET", `/api/v1/erasures/${begun.id}`)).toMatchObject({ state: "done" });
    expect(holding(await everythingKept(stage), String(customer.id))).toEqual([]);
  });

  test("gives a topic that Telegram keeps a name that tells nothing, and says so", async () => {
    await open();
    const customer = await ada();
    await talk(customer, "SUP-1");
    await stage.group.promoteBot({ can_manage_topics: true, can_delete_messages: false });
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${customer.id}/erase`);
    await minute();
    await minute();
    const receipt = await json<Erasure>("GET", `/api/v1/erasures/${begun.id}`);
    expect(receipt).toMatchObject({
      state: "done",
      removed: { topics: { asked: 1, deleted: 0, renamed: 1 } },
    });
    expect((await stage.group.topics()).map(({ name }) => name)).toContain("Erased");
  });

  test.each(["slow", "answer_lost"] as const)(
    "leaves no topic behind in the moment that one is made: %s",
    async (effect) => {
      await open();
      const customer = await ada();
      const plants = async (): Promise<void> => {
        await customer.write("quillplanted");
        await stage.deliver();
      };
      const erased = (): Promise<unknown> => json("POST", `/api/v1/contacts/${customer.id}/erase`);
      if (effect === "slow") await stage.whileHeld("createForumTopic", plants, erased);
      else {
        await stage.telegram.faults([{ effect, methods: ["createForumTopic"], times: 1 }]);
        await plants();
        await stage.groupStub().settled();
        await erased();
      }
      for (let times = 0; times < 3; times += 1) await minute();
      const made = await stage.telegram.calls({ method: "createForumTopic" });
      expect(made.length).toBeGreaterThan(0);
      expect((await stage.group.topics()).filter(({ name }) => name.includes("planted"))).toEqual([]);
      expect(holding(await everythingKept(stage), String(customer.id))).toEqual([]);
    },
  );

  test("leaves no row of a call that is under way to an endpoint", async () => {
    const subscriber = new Endpoint();
    await open((desk) => {
      desk.webhooks = [{ id: "subscriber", url: subscriber.url, events: ["message.received"] }];
    });
    await subscriber.answers({ status: 204, held: true });
    const customer = await ada();
    await customer.write("quillplanted");
    await stage.deliver();
    await until("it is called", async () => (await subscriber.received()).length === 1);
    await json("POST", `/api/v1/contacts/${customer.id}/erase`);
    await subscriber.release();
    for (let times = 0; times < 3; times += 1) await minute();
    expect(await subscriber.received()).toHaveLength(1);
    expect(holding(await everythingKept(stage), "main hook_log")).toEqual([]);
  });

  test("takes a customer's many tickets some at a time, and all of them", async () => {
    await open();
    const customer = await ada();
    await talk(customer, "SUP-1");
    await stage.olga.write((await stage.topic("SUP-1")).id, "/close");
    await stage.settle();
    await changeRows(stage.groupStub(), (sql) => {
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
         INSERT INTO tickets (number, customer, state, view, active, queue, version, recorded)
         SELECT number + i, customer, state, view, 0, queue, version, version FROM tickets, n`,
      );
    });
    const preview = await json<{ groups: { tickets: string[]; ticketCount: number }[] }>(
      "GET",
      `/api/v1/contacts/${customer.id}/erasure`,
    );
    expect(preview.groups.map(({ tickets, ticketCount }) => [tickets.length, ticketCount])).toEqual([
      [200, 251],
    ]);
    const step = await stage
      .groupStub()
      .privacy()
      .erase("first", [contactId(customer.id)]);
    expect(step).toMatchObject({ more: true, removed: { tickets: TICKETS_FORGOTTEN_AT_ONCE_MAX } });
    const begun = await json<Erasure>("POST", `/api/v1/contacts/${customer.id}/erase`);
    expect(begun.removed.objects["tickets"]).toBe(251 - TICKETS_FORGOTTEN_AT_ONCE_MAX);
    expect(holding(await everythingKept(stage), `"customer":${customer.id}`)).toEqual([]);
  });

  test("is refused while the person, or a ticket of theirs, is held; lifting the hold lets it go", async () => {
    await open();
    const customer = await ada();
    await talk(customer, "SUP-1");
    const erase = `/api/v1/contacts/${customer.id}/erase`;
    for (const path of [`/api/v1/contacts/${customer.id}/legal-hold`, "/api/v1/tickets/sup-1/legal-hold"]) {
      await json("PUT", path, { reason: "Case 118" });
      expect(await codeOf("POST", erase)).toBe("contact.held");
      expect(await json("GET", `/api/v1/contacts/${customer.id}/erasure`)).toMatchObject({
        held: [{ reason: "Case 118" }],
      });
      const key = { "Idempotency-Key": path };
      for (let times = 0; times < 2; times += 1)
        expect((await stage.api("DELETE", path, undefined, key)).status).toBe(204);
      expect(await codeOf("DELETE", path)).toBe("hold.not_found");
    }
    expect(await json("POST", erase)).toMatchObject({ state: "running" });
    const { items } = await json<{ items: { action: string }[] }>("GET", "/api/v1/audit?kind=hold");
    expect(items.map(({ action }) => action)).toEqual(["hold.lifted", "hold.set", "hold.lifted", "hold.set"]);
  });

  test("is a 404 for an unknown contact", async () => {
    await open();
    expect(await codeOf("POST", "/api/v1/contacts/123/erase")).toBe("contact.not_found");
    expect(await codeOf("GET", "/api/v1/contacts/123/erasure")).toBe("contact.not_found");
    expect(await codeOf("GET", "/api/v1/erasures/x")).toBe("erasure.not_found");
  });
});
