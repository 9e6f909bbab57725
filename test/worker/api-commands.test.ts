import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Answer } from "../../src/client/topicdesk.ts";
import { TAGS_MAX } from "../../src/domain/limits.ts";
import {
  type Command,
  ada,
  atAda,
  desk,
  does,
  events,
  open,
  opens,
  problemOf,
  stage,
} from "../support/program-stage.ts";
import { texts } from "../support/stage.ts";

beforeEach(open);

describe("commands", () => {
  beforeEach(async () => {
    await ada.write("Help");
    await stage.settle();
  });

  test("do what agents can, and say who did it", async () => {
    expect(await does("SUP-1", { type: "claim", agent: 9002 })).toMatchObject({
      changed: true,
      already: null,
      ticket: { assignee: { id: 9002 }, status: "in_progress" },
    });
    await does("SUP-1", { type: "assign", agent: 9003 });
    await does("SUP-1", { type: "priority", priority: "urgent" });
    await does("SUP-1", { type: "tags", add: ["#Refund", "vip"], remove: [] });
    await does("SUP-1", { type: "fields", fields: { category: "billing" } });
    await does("SUP-1", { type: "escalate", note: "They wait" });
    await does("SUP-1", { type: "note", text: "Called them" });
    await does("SUP-1", { type: "snooze", agent: 9003, for: "2h", reason: "call back" });
    await does("SUP-1", { type: "unclaim" });
    const { ticket } = await does("SUP-1", { type: "resolve", note: "Refunded" });
    expect(ticket).toMatchObject({
      status: "resolved",
      priority: "urgent",
      tags: ["refund", "vip"],
      fields: { category: "billing" },
    });
    await does("SUP-1", { type: "reopen" });
    await does("SUP-1", { type: "close" });
    const byKey = (await events("SUP-1")).filter(({ by }) => by.kind === "key");
    expect(byKey.map(({ type }) => type)).toEqual([
      "ticket_assigned",
      "ticket_assigned",
      "priority_changed",
      "tags_changed",
      "field_answered",
      "ticket_escalated",
      "note_added",
      "reminder_set",
      expect.stringMatching(/unclaimed|declined/),
      "ticket_resolved",
      "ticket_reopened",
      "ticket_closed",
    ]);
    expect(new Set(byKey.map(({ by }) => by.name))).toEqual(new Set(["shop"]));
    expect(texts(await stage.inTopic("SUP-1"))).toContain("✍ shop:\nCalled them");
  });

  test("say who set a state that is reached already, and write nothing", async () => {
    await does("SUP-1", { type: "resolve" });
    const version = (await desk.call("GET /api/v1/tickets/{ref}", { path: { ref: "SUP-1" } })).version;
    const again = await does("SUP-1", { type: "resolve" });
    expect(again).toMatchObject({
      changed: false,
      already: { code: "ticket.already_resolved", by: { kind: "key", name: "shop" } },
      ticket: { version },
    });
    expect(again.already?.at).not.toBeNull();
  });

  const UNTIL = "2026-11-20T18:00:00.000Z";
  test.each<{ before?: Command; twice: Command; code: string }>([
    { twice: { type: "claim", agent: 9002 }, code: "ticket.already_assigned" },
    { twice: { type: "assign", agent: 9003 }, code: "ticket.already_assigned" },
    {
      before: { type: "assign", agent: 9003 },
      twice: { type: "unclaim" },
      code: "ticket.already_unclaimed",
    },
    { twice: { type: "resolve" }, code: "ticket.already_resolved" },
    { twice: { type: "close" }, code: "ticket.already_closed" },
    { twice: { type: "escalate" }, code: "ticket.already_escalated" },
    { before: { type: "resolve" }, twice: { type: "reopen" }, code: "ticket.already_active" },
    { twice: { type: "transfer", queue: "billing" }, code: "ticket.already_so" },
    { twice: { type: "transfer", queue: "premium" }, code: "ticket.already_so" },
    { twice: { type: "priority", priority: "high" }, code: "ticket.already_so" },
    { twice: { type: "tags", add: ["late"], remove: [] }, code: "ticket.already_so" },
    {
      before: { type: "tags", add: ["late"], remove: [] },
      twice: { type: "tags", add: [], remove: ["late"] },
      code: "ticket.already_so",
    },
    { twice: { type: "fields", fields: { category: "technical" } }, code: "ticket.already_so" },
    {
      twice: { type: "snooze", agent: 9002, until: UNTIL, reason: "call back" },
      code: "ticket.already_so",
    },
    {
      before: { type: "snooze", agent: 9002, until: UNTIL },
      twice: { type: "snooze", agent: 9002, off: true },
      code: "ticket.already_so",
    },
  ])("given twice happen once, and say who and when: $twice", async ({ before, twice, code }) => {
    if (before !== undefined) await does("SUP-1", before);
    // What happens beside it leaves the reminder's author as it was.
    await does("SUP-1", { type: "snooze", agent: 9001, until: UNTIL });
    const at = new Date(stage.now).toISOString();
    const first = await does("SUP-1", twice);
    expect(first).toMatchObject({ changed: true, already: null });
    await does("SUP-1", { type: "note", text: "Something else" }).catch(() => undefined);
    await stage.settle();
    const { version } = await desk.call("GET /api/v1/tickets/{ref}", { path: { ref: "SUP-1" } });
    const again = await does("SUP-1", twice);
    expect(again).toEqual({
      changed: false,
      already: { code, by: { kind: "key", id: expect.any(String) as string, name: "shop" }, at },
      ticket: expect.objectContaining({ version }) as Answer<"GET /api/v1/tickets/{ref}">,
    });
    await stage.settle();
    expect((await desk.call("GET /api/v1/tickets/{ref}", { path: { ref: "SUP-1" } })).version).toBe(version);
  });

  test("a reminder for another time or another reason is another one", async () => {
    const asked = { type: "snooze", agent: 9002, until: UNTIL } as const;
    for (const other of [asked, { ...asked, reason: "x" }, { ...asked, agent: 9003 }, asked])
      expect((await does("SUP-1", other)).changed).toBe(true);
  });

  test("an unchanged state is from the ticket's opening, and a state that an agent set is theirs", async () => {
    const { openedAt } = await desk.call("GET /api/v1/tickets/{ref}", { path: { ref: "SUP-1" } });
    for (const command of [
      { type: "unclaim" },
      { type: "reopen" },
      { type: "priority", priority: "normal" },
      { type: "tags", add: [], remove: ["vip"] },
      { type: "snooze", agent: 9002, off: true },
    ] satisfies Command[])
      expect((await does("SUP-1", command)).already).toMatchObject({
        by: { kind: "customer", id: ada.id },
        at: openedAt,
      });
    const at = new Date(stage.now).toISOString();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/claim");
    await stage.settle();
    expect((await does("SUP-1", { type: "claim", agent: 9002 })).already).toMatchObject({
      by: { kind: "agent", id: 9002 },
      at,
    });
  });

  test("are refused with the ticket's state where it does not take them", async () => {
    await does("SUP-1", { type: "claim", agent: 9002 });
    expect(await problemOf(does("SUP-1", { type: "claim", agent: 9003 }))).toEqual([
      "ticket.claimed_by_other",
    ]);
    expect(await problemOf(does("SUP-1", { type: "assign", agent: 1 }))).toEqual([
      "request.invalid",
      "/agent",
    ]);
    expect(await problemOf(does("SUP-1", { type: "transfer", queue: "x" }))).toEqual([
      "request.invalid",
      "/queue",
    ]);
    expect(await problemOf(does("SUP-1", { type: "fields", fields: { category: "x" } }))).toEqual([
      "request.invalid",
      "/fields/category",
    ]);
    const wrong = { shoe: "42", category: "x", color: "red" };
    expect(await problemOf(does("SUP-1", { type: "fields", fields: wrong }))).toEqual([
      "request.invalid",
      "/fields/shoe",
      "/fields/category",
      "/fields/color",
    ]);
    expect(
      await problemOf(does("SUP-1", { type: "snooze", agent: 9002, until: "2020-01-01T00:00:00Z" })),
    ).toEqual(["request.invalid", "/until"]);
    expect(await problemOf(does("SUP-1", { type: "snooze", agent: 9002, for: "900d" }))).toEqual([
      "request.invalid",
      "/for",
    ]);
    const many = Array.from({ length: TAGS_MAX }, (_, n) => `tag-${n}`);
    await does("SUP-1", { type: "tags", add: many, remove: [] });
    expect(
      await problemOf(does("SUP-1", { type: "tags", add: ["x", "y"], remove: ["tag-1", "tag-1"] })),
    ).toEqual(["tags.too_many"]);
    await does("SUP-1", { type: "close" });
    expect(await problemOf(does("SUP-1", { type: "reply", text: "Hello" }))).toEqual(["ticket.closed"]);
    expect(await problemOf(does("SUP-9", { type: "close" }))).toEqual(["ticket.not_found"]);
    expect(await problemOf(does("NOPE-1", { type: "close" }))).toEqual(["ticket.not_found"]);
  });

  test("are told which there are where they are unknown", async () => {
    for (const [body, message] of [
      [{ type: "resolv" }, 'must be one of "claim", "assign", "unclaim",'],
      [{ note: "x" }, 'is missing; it must be one of "claim", "assign", "unclaim",'],
    ] as const) {
      const answer = await stage.api("POST", "/api/v1/tickets/SUP-1/commands", body);
      const { problems } = await answer.json<{ problems: { pointer: string; message: string }[] }>();
      expect(problems).toEqual([{ pointer: "/type", message: expect.stringContaining(message) as string }]);
    }
  });

  test("an answer without visible text is refused", async () => {
    for (const text of [" \n", "\u0000", "\u200b\u2060", "\u3164"])
      expect(await problemOf(does("SUP-1", { type: "reply", text }))).toEqual(["request.invalid", "/text"]);
    await does("SUP-1", { type: "reply", text: "👍🏽" });
    expect((await desk.call("GET /api/v1/tickets/{ref}", { path: { ref: "SUP-1" } })).status).toBe("waiting");
  });

  test("a reply reaches the customer and stands in the topic; what they answer to it finds the ticket", async () => {
    await ada.write("/new Another matter");
    await stage.settle();
    await does("SUP-1", { type: "reply", text: "Have you tried *again*?" });
    await stage.settle();
    const answer = (await ada.messages()).find(({ text }) => text === "Have you tried *again*?")!;
    expect(texts(await stage.inTopic("SUP-1"))).toContain(
      "🤖 shop answered the customer:\nHave you tried *again*?",
    );
    expect((await desk.call("GET /api/v1/tickets/{ref}", { path: { ref: "SUP-1" } })).status).toBe("waiting");
    await ada.write("/new A third one");
    await ada.write("Yes", { replyTo: answer.message_id });
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Yes");
    const kept = await runInDurableObject(stage.groupStub("main"), (_, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT * FROM outbox").toArray()),
    );
    expect(kept).not.toContain("tried");
  });

  test("a reply that does not reach the customer is said in the topic and in the history", async () => {
    await ada.block();
    await stage.settle(5_000);
    await does("SUP-1", { type: "reply", text: "Hello?" });
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).some((text) => text.includes("wasn't delivered"))).toBe(true);
    expect((await events("SUP-1")).some(({ type }) => type === "delivery_failed")).toBe(true);
  });

  test("reach a ticket that the record does not know yet, and one that has moved", async () => {
    const opened = await opens({ message: "Fresh" });
    // Nothing has been brought to the record.
    const done = await desk.call("POST /api/v1/tickets/{ref}/commands", {
      path: { ref: opened.ref.toLowerCase() },
      body: { type: "transfer", queue: "premium" },
    });
    expect(done.ticket.group).toBe("vip");
    await stage.settle();
    expect(await does(opened.ref, { type: "resolve" })).toMatchObject({
      changed: true,
      ticket: { status: "resolved", group: "vip" },
    });
  });
});

describe("a repeated call", () => {
  const sends = (key: string, path: string, body: unknown): Promise<Response> =>
    stage.api("POST", path, body, { "idempotency-key": key });

  test("fifty orders with one key at once open one ticket, and all hear of it", async () => {
    const order = { contact: { telegramId: ada.id }, message: "Once" };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => sends("one", "/api/v1/tickets", order)),
    );
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const again = await sends("one", "/api/v1/tickets", order);
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    const refs = await Promise.all(
      [...done, again].map(async (one) => (await one.json<{ ref: string }>()).ref),
    );
    expect(new Set(refs)).toEqual(new Set(["SUP-1"]));
    await stage.settle();
    expect((await stage.get<{ items: unknown[] }>("/api/v1/tickets")).items).toHaveLength(1);
  });

  test("an order that is repeated has the headers of the first answer, and says that it is replayed", async () => {
    const order = { contact: { telegramId: ada.id }, message: "Once" };
    const [first, again] = [
      await sends("one", "/api/v1/tickets", order),
      await sends("one", "/api/v1/tickets", order),
    ];
    expect(first.headers.get("Location")).toBe("/api/v1/tickets/SUP-1");
    expect(Object.fromEntries(again.headers)).toEqual({
      ...Object.fromEntries(first.headers),
      "idempotency-replayed": "true",
    });
  });

  test("a call whose run died does nothing again where its ticket has moved to another group since", async () => {
    await ada.write("Help");
    await stage.settle();
    const path = "/api/v1/tickets/SUP-1/commands";
    const reply = () => sends("reply", path, { type: "reply", text: "Only once" });
    const transfer = () => sends("transfer", path, { type: "transfer", queue: "premium" });
    const first = [await reply(), await transfer()];
    expect(first.map(({ status }) => status)).toEqual([200, 200]);
    await stage.settle();
    await env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL, lease_until = 0").run();
    for (const again of [await reply(), await transfer()]) {
      expect(again.headers.get("Idempotency-Replayed")).toBeNull();
      expect(await again.json()).toMatchObject({ changed: true, ticket: { group: "vip" } });
    }
    await stage.settle();
    expect((await atAda()).filter((text) => text === "Only once")).toHaveLength(1);
  });

  test("a command does not ask the record where its ticket is: the ticket's name says which group to ask", async () => {
    await ada.write("Help");
    await stage.settle();
    const asked = vi.spyOn(env.DB, "prepare");
    const looked = () => asked.mock.calls.filter(([sql]) => /^select .* from "tickets"/.test(sql)).length;
    for (const name of ["SUP-1", "main:1", "sup-1"]) await does(name, { type: "unclaim" });
    expect([looked(), asked.mock.calls.length > 0]).toEqual([0, true]);
    await problemOf(does("SUP-77", { type: "unclaim" }));
    expect(looked()).toBe(1);
    asked.mockRestore();
  });

  test("a ticket that has moved is found by either of its names", async () => {
    await ada.write("Help");
    await stage.settle();
    await does("SUP-1", { type: "transfer", queue: "premium" });
    await stage.settle();
    for (const [name, priority] of [
      ["SUP-1", "high"],
      ["main:1", "low"],
    ] as const)
      expect(await does(name, { type: "priority", priority })).toMatchObject({
        changed: true,
        ticket: { ref: "SUP-1", group: "vip", priority },
      });
  });

  test("a group does nothing to a ticket that has another reference than was asked for", async () => {
    await ada.write("Help");
    await stage.settle();
    const shop = { id: "k", name: "shop", origin: { network: null, userAgent: null } };
    const act = (ref: string | null) =>
      stage
        .groupStub("main")
        .tickets()
        .act(`cause ${ref}`, shop, "main:1", { type: "priority", priority: "high" }, 0, ref);
    expect(await act("OLD-1")).toEqual({ status: "unknown" });
    expect(await act(null)).toMatchObject({ status: "done", already: null });
  });

  test("tags that are both added and removed are added, and once", async () => {
    await ada.write("Help");
    await stage.settle();
    const both: Command = { type: "tags", add: ["late"], remove: ["late"] };
    expect(await does("SUP-1", both)).toMatchObject({ changed: true, ticket: { tags: ["late"] } });
    expect(await does("SUP-1", both)).toMatchObject({ changed: false, ticket: { tags: ["late"] } });
  });

  test("a reply whose answer was lost is not sent again by the same key", async () => {
    await ada.write("Help");
    await stage.settle();
    const stub = stage.groupStub("main");
    const shop = { id: "k", name: "shop", origin: { network: null, userAgent: null } };
    for (let n = 0; n < 3; n += 1) {
      const done = await stub
        .tickets()
        .act("api:shop:k:1", shop, "main:1", { type: "reply", text: "Only once" }, 0, "SUP-1");
      expect(done).toMatchObject({ status: "done" });
    }
    await stage.settle();
    expect((await atAda()).filter((text) => text === "Only once")).toHaveLength(1);
  });
});
