import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { Topicdesk, TopicdeskProblem, type Answer, type Operations } from "../../src/client/topicdesk.ts";
import { TAGS_MAX } from "../../src/domain/limits.ts";
import type { Customer, Group } from "../../src/sandbox/telegram/client.ts";
import { VIP_CHAT } from "../support/desks.ts";
import { everythingKept, withoutCalls } from "../support/everything.ts";
import { Stage, texts } from "../support/stage.ts";

/* What programs do with tickets, by the typed client, against the whole desk and a Telegram on loopback. */

let stage: Stage;
let vip: Group;
let ada: Customer;
let desk: Topicdesk;

type Order = Operations["POST /api/v1/tickets"]["body"];
type Command = Operations["POST /api/v1/tickets/{ref}/commands"]["body"];

beforeEach(async () => {
  stage = await Stage.open({ intake: true });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  ada = await stage.customer({ firstName: "Ada" });
  desk = await program("shop", "tickets:write", "tickets:read", "contacts:read");
});

async function program(name: string, ...scopes: string[]): Promise<Topicdesk> {
  const made = await stage.api("POST", "/api/v1/keys", { name, scopes });
  const { key } = await made.json<{ key: string }>();
  return new Topicdesk({
    url: "https://desk.example",
    token: key,
    fetch: (request) => stage.fetch(request),
  });
}

const opens = (order: Partial<Order> = {}): Promise<Answer<"POST /api/v1/tickets">> =>
  desk.call("POST /api/v1/tickets", {
    body: { contact: { telegramId: ada.id, name: "Ada" }, message: "My invoice is wrong\nReally", ...order },
  });
const does = async (ref: string, body: Command): Promise<Answer<"POST /api/v1/tickets/{ref}/commands">> => {
  const done = await desk.call("POST /api/v1/tickets/{ref}/commands", { path: { ref }, body });
  await stage.settle(5_000);
  return done;
};
async function problemOf(call: Promise<unknown>): Promise<[string, ...string[]]> {
  const error: unknown = await call.then(() => null).catch((thrown: unknown) => thrown);
  if (!(error instanceof TopicdeskProblem)) throw new Error("was not refused", { cause: error });
  return [error.code, ...error.problems.map(({ pointer }) => pointer)];
}
const events = async (ref: string) =>
  (await desk.call("GET /api/v1/tickets/{ref}/events", { path: { ref }, query: {} })).items;
const atAda = async (): Promise<string[]> => texts(await ada.messages());

describe("opening a ticket", () => {
  test("for somebody who has started the bot: topic, words, confirmation, history", async () => {
    await ada.start();
    await stage.settle(5_000);
    const opened = await opens({ category: "billing", urgency: "urgent", tier: "premium" });
    expect(opened).toMatchObject({ ref: "SUP-1", id: "main:1" });
    expect(opened.confirmation).toContain("Your request number is SUP-1");
    expect([opened.reachable, opened.notice]).toEqual([true, null]);
    expect(opened.ticket).toMatchObject({
      subject: "My invoice is wrong",
      priority: "urgent",
      tier: "premium",
      fields: { category: "billing", urgency: "urgent" },
    });
    expect(Date.parse(opened.expectedFirstResponse!)).toBeGreaterThan(stage.now);
    await stage.settle();
    expect((await atAda()).some((text) => text.includes("SUP-1"))).toBe(true);
    const group = opened.group === "vip" ? vip : stage.group;
    const topic = (await group.topics()).find(({ name }) => name.startsWith("SUP-1"))!;
    expect(texts(await group.messages({ threadId: topic.id }))).toContain(
      "💬 Ada, through shop:\nMy invoice is wrong\nReally",
    );
    expect((await events("SUP-1"))[0]).toMatchObject({
      type: "ticket_opened",
      by: { kind: "key", name: "shop" },
    });
    // What the customer writes next belongs to it.
    await ada.write("One more thing");
    await stage.settle();
    expect(texts(await group.messages({ threadId: topic.id }))).toContain("One more thing");
  });

  test("for somebody who never started the bot: it is open, and says that they cannot be written to", async () => {
    const stranger = 5_559_990_001;
    const opened = await opens({ contact: { telegramId: stranger } });
    // Before Telegram has said so, it says that nobody knows, and how one hears of it.
    expect(opened).toMatchObject({
      reachable: null,
      notice: expect.stringContaining("customer.unreachable") as string,
    });
    await stage.settle();
    const card = await stage.card(opened.ref);
    expect(card.text).toContain("Customer 5559990001");
    const seen = await desk.call("GET /api/v1/tickets/{ref}", { path: { ref: opened.ref } });
    expect(seen.unreachable).toBe("never_started");
    expect(await opens({ contact: { telegramId: stranger } })).toMatchObject({
      reachable: false,
      notice: expect.stringContaining("never started the bot") as string,
    });
  });

  test("in silence, where the program tells the customer itself", async () => {
    await ada.start();
    await stage.settle(5_000);
    const before = (await atAda()).length;
    await opens({ notify: false });
    await stage.settle();
    expect(await atAda()).toHaveLength(before);
  });

  test("in another group: by its queue, or by its name", async () => {
    const byQueue = await opens({ queue: "premium" });
    const byGroup = await opens({ topicGroup: "vip" });
    await stage.settle();
    expect([byQueue, byGroup].map(({ group, queue }) => [group, queue])).toEqual([
      ["vip", "premium"],
      ["vip", "premium"],
    ]);
    expect((await vip.topics()).map(({ name }) => name.split(" ")[0]).toSorted()).toEqual(
      [byQueue.ref, byGroup.ref].toSorted(),
    );
    // What the customer said is read where the ticket is, and nowhere else is there a trace of it.
    for (const { id } of await vip.topics()) {
      expect(texts(await vip.messages({ threadId: id }))).toContain(
        "💬 Ada, through shop:\nMy invoice is wrong\nReally",
      );
    }
    expect(await stage.group.topics()).toEqual([]);
  });

  test.each<[Partial<Order>, string, string]>([
    [{ queue: "general" }, "main", "general"],
    [{ topicGroup: "main" }, "main", "general"],
    [{ topicGroup: "main", category: "billing" }, "main", "billing"],
    [{ topicGroup: "vip" }, "vip", "premium"],
    [{}, "vip", "premium"],
  ])("where %j asks for it, whatever the rules say of its tier", async (asked, group, queue) => {
    const { ref, ...opened } = await opens({ tier: "premium", ...asked });
    expect(opened).toMatchObject({ group, queue });
    await stage.settle();
    const found = await desk.call("GET /api/v1/tickets/{ref}", { path: { ref } });
    expect(found).toMatchObject({ group, queue });
    const topics = await (group === "vip" ? vip : stage.group).topics();
    expect(topics.map(({ name }) => name.split(" ")[0])).toEqual([ref]);
  });

  test("in another group than the customer's own: all of it is there, and nothing of it here", async () => {
    await ada.write("Hello");
    await stage.settle();
    const here = (await stage.group.topics()).length;
    for (const order of [{ queue: "premium" }, { tier: "premium" }]) {
      const { ref } = await opens(order);
      await stage.settle();
      const topic = (await vip.topics()).find(({ name }) => name.startsWith(`${ref} `))!;
      const read = texts(await vip.messages({ threadId: topic.id }));
      expect(
        read.filter((text) => text === "💬 Ada, through shop:\nMy invoice is wrong\nReally"),
      ).toHaveLength(1);
      expect(await stage.group.topics()).toHaveLength(here);
    }
  });

  test("for whoever has an address that the staff has noted, if only one person does", async () => {
    await ada.write("Hello");
    await stage.settle();
    const note = (id: number): Promise<Response> =>
      stage.api("PATCH", `/api/v1/contacts/${id}/details`, { email: "Ada@example.com" });
    expect((await note(ada.id)).status).toBe(200);
    const opened = await opens({ contact: { email: "ada@EXAMPLE.com" } });
    expect(opened.ticket.customer).toEqual({ id: ada.id });
    const other = await stage.customer();
    await other.write("Hello");
    await stage.settle();
    await note(other.id);
    expect(await problemOf(opens({ contact: { email: "ada@example.com" } }))).toEqual([
      "request.invalid",
      "/contact/email",
    ]);
    await stage.api("POST", `/api/v1/contacts/${ada.id}/merge`, { into: other.id });
    const again = await opens({ contact: { email: "ada@example.com" } });
    expect(again.ticket.customer).toEqual({ id: other.id });
  });

  test("by an address is for keys that may read contacts; others do not even learn whether somebody has it", async () => {
    await ada.write("Hello");
    await stage.settle();
    await stage.api("PATCH", `/api/v1/contacts/${ada.id}/details`, { email: "ada@example.com" });
    const blind = await program("blind", "tickets:write");
    const order = (email: string, queue = "billing") => ({
      body: { contact: { email }, message: "Help", queue },
    });
    for (const body of [order("ada@example.com"), order("nobody@example.com"), order("ada@example.com", "x")])
      expect(await problemOf(blind.call("POST /api/v1/tickets", body))).toEqual(["auth.scope_missing"]);
    const silent = { body: { contact: { email: "nobody@example.com" }, message: " " } };
    expect(await problemOf(blind.call("POST /api/v1/tickets", silent))).toEqual([
      "request.invalid",
      "/message",
    ]);
    expect(await stage.group.topics()).toHaveLength(1);
    const named = { body: { contact: { telegramId: ada.id }, message: "Help" } };
    expect(await blind.call("POST /api/v1/tickets", named)).toMatchObject({ ref: "SUP-2" });
    const seeing = await program("seeing", "tickets:write", "contacts:read");
    expect(await seeing.call("POST /api/v1/tickets", order("ada@example.com"))).toMatchObject({
      ref: "SUP-3",
    });
  });

  test("tells everything that does not fit the desk at once, and leaves nothing behind", async () => {
    const before = withoutCalls(await everythingKept(stage));
    expect(
      await problemOf(
        opens({
          contact: { email: "ada@example.com" },
          queue: "nowhere",
          topicGroup: "x",
          tier: "y",
          category: "shoes",
          fields: { shoe: "42", "a/b": "c", category: "socks" },
        }),
      ),
    ).toEqual([
      "request.invalid",
      "/queue",
      "/topicGroup",
      "/tier",
      "/category",
      "/fields/shoe",
      "/fields/a~1b",
      "/fields/category",
      "/contact/email",
    ]);
    expect(
      await problemOf(opens({ contact: { email: "ada@example.com" }, message: " ", queue: "nowhere" })),
    ).toEqual(["request.invalid", "/message", "/queue", "/contact/email"]);
    expect(await problemOf(opens({ contact: {}, tier: "y" }))).toEqual([
      "request.invalid",
      "/contact",
      "/tier",
    ]);
    expect(await problemOf(opens({ contact: {} }))).toEqual(["request.invalid", "/contact"]);
    expect(await problemOf(opens({ queue: "billing", topicGroup: "vip" }))).toEqual([
      "request.invalid",
      "/queue",
    ]);
    expect(await problemOf(opens({ fields: { shoe: "42" } }))).toEqual(["request.invalid", "/fields/shoe"]);
    expect(await problemOf(opens({ category: "shoes" }))).toEqual(["request.invalid", "/category"]);
    expect(await problemOf(opens({ message: "  " }))).toEqual(["request.invalid", "/message"]);
    const { status } = await stage.groupStub().open(
      "api:x",
      { id: "shop", name: "shop", origin: { network: null, userAgent: null } },
      {
        type: "open",
        customer: { id: ada.id, name: "Ada", username: null, language: null, isPremium: false },
        message: null,
        subject: null,
        queue: null,
        within: null,
        fields: { shoe: "42" },
        tier: null,
        quiet: false,
      },
      1,
    );
    expect(status).toBe("refused");
    await stage.settle();
    expect(withoutCalls(await everythingKept(stage))).toBe(before);
  });
});

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

  test("that are so already say who made it so, and write nothing", async () => {
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
    // Whatever happens beside it did not make it so.
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

  test("what nobody has changed is so since the ticket was opened, and what an agent did is theirs", async () => {
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

  test("that the ticket does not take are refused with its state", async () => {
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

  test("that nobody knows are told which there are", async () => {
    for (const [body, message] of [
      [{ type: "resolv" }, 'must be one of "claim", "assign", "unclaim",'],
      [{ note: "x" }, 'is missing; it must be one of "claim", "assign", "unclaim",'],
    ] as const) {
      const answer = await stage.api("POST", "/api/v1/tickets/SUP-1/commands", body);
      const { problems } = await answer.json<{ problems: { pointer: string; message: string }[] }>();
      expect(problems).toEqual([{ pointer: "/type", message: expect.stringContaining(message) as string }]);
    }
  });

  test("an answer in which there is nothing to see answers nobody", async () => {
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

  test("find a ticket that the record does not know yet, and one that has moved", async () => {
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

describe("the audit trail", () => {
  interface Entry {
    action: string;
    by: { kind: string; id: string; name: string | null };
    from: Record<string, unknown> | null;
    to: Record<string, unknown> | null;
    origin: { network: string | null; userAgent: string | null } | null;
  }
  interface Program {
    id: string;
    does: (body: Command) => Promise<Response>;
    opens: (order: Partial<Order>) => Promise<Response>;
  }
  const trail = async (query = ""): Promise<Entry[]> =>
    (await stage.get<{ items: Entry[] }>(`/api/v1/audit?kind=ticket&limit=200${query}`)).items;

  /** One more key of the name `shop`, whose program calls from an address of its own. */
  async function program(address: string): Promise<Program> {
    const made = await stage.api("POST", "/api/v1/keys", { name: "shop", scopes: ["tickets:write"] });
    const { id, key } = await made.json<{ id: string; key: string }>();
    const sends = (path: string, body: unknown): Promise<Response> =>
      stage.api("POST", path, body, {
        authorization: `Bearer ${key}`,
        "cf-connecting-ip": address,
        "user-agent": `shop at ${address}`,
      });
    const opens = (order: Partial<Order>): Promise<Response> =>
      sends("/api/v1/tickets", { contact: { telegramId: ada.id }, message: "Help", ...order });
    return { id, opens, does: (body) => sends("/api/v1/tickets/SUP-1/commands", body) };
  }
  const HERE = { network: "203.0.113.0/24", userAgent: "shop at 203.0.113.7" };
  const THERE = { network: "198.51.100.0/24", userAgent: "shop at 198.51.100.9" };

  test("tells two keys of one name apart, and from where each called; nothing else tells from where", async () => {
    await ada.start();
    const [here, there] = [await program("203.0.113.7"), await program("198.51.100.9")];
    await here.opens({ category: "billing" });
    await there.does({ type: "priority", priority: "high" });
    await here.does({ type: "escalate", note: "They wait" });
    await stage.settle();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/tag refund");
    // Some of it is in the record, some is not yet.
    await stage.settle();
    const from = { "CF-Connecting-IP": "203.0.113.7", "User-Agent": "shop at 203.0.113.7" };
    const noted = await stage.api("PATCH", `/api/v1/contacts/${ada.id}/details`, { notes: "Calls" }, from);
    expect(noted.status).toBe(200);
    await there.does({ type: "resolve" });
    const told = await Promise.all(
      [
        "/api/v1/events",
        "/api/v1/tickets/SUP-1",
        "/api/v1/tickets/SUP-1/events",
        "/api/v1/tickets/SUP-1/routing",
        "/api/v1/tickets/SUP-1/sla",
        "/api/v1/escalations",
        `/api/v1/contacts/${ada.id}/export`,
      ].map(async (path) => (await stage.api("GET", path)).text()),
    );
    for (const text of told) {
      expect(text).toContain("SUP-1");
      expect(text).not.toMatch(/203\.0\.113|198\.51\.100|origin/);
    }
    await stage.settle();
    const entries = await trail();
    const by = (action: string) =>
      entries.filter((one) => one.action === action).map((one) => [one.by, one.origin]);
    const key = { kind: "key", name: "shop" };
    expect(by("ticket_opened")).toEqual([[{ ...key, id: here.id }, HERE]]);
    expect(by("priority_changed")).toEqual([[{ ...key, id: there.id }, THERE]]);
    expect(by("ticket_escalated")).toEqual([[{ ...key, id: here.id }, HERE]]);
    expect(by("ticket_resolved")).toEqual([[{ ...key, id: there.id }, THERE]]);
    expect(by("tags_changed")).toEqual([
      [{ kind: "agent", id: "9002", name: expect.any(String) as string }, null],
    ]);
    expect(new Set((await trail(`&actor=${there.id}`)).map((one) => one.origin?.network))).toEqual(
      new Set([THERE.network]),
    );
    expect(new Set((await trail("&actor=shop")).map((one) => one.by.id))).toEqual(
      new Set([here.id, there.id]),
    );
  });

  test("tells of every command who gave it, from where, and from what to what it took the ticket", async () => {
    const [here, there] = [await program("203.0.113.7"), await program("198.51.100.9")];
    await ada.write("Help");
    await stage.settle();
    const until = "2026-11-20T18:00:00.000Z";
    const given: [Command, string, Entry["from"], Entry["to"]][] = [
      [
        { type: "claim", agent: 9002 },
        "ticket_assigned",
        { status: "open", assignee: null },
        { status: "in_progress", assignee: 9002 },
      ],
      [{ type: "assign", agent: 9003 }, "ticket_assigned", { assignee: 9002 }, { assignee: 9003 }],
      [
        { type: "unclaim" },
        "ticket_unclaimed",
        { status: "in_progress", assignee: 9003 },
        { status: "open", assignee: null },
      ],
      [{ type: "note", text: "They called" }, "note_added", null, null],
      [
        { type: "priority", priority: "high" },
        "priority_changed",
        { priority: "normal" },
        { priority: "high" },
      ],
      [{ type: "tags", add: ["late"], remove: [] }, "tags_changed", { tags: [] }, { tags: ["late"] }],
      [
        { type: "tags", add: ["vip"], remove: ["late"] },
        "tags_changed",
        { tags: ["late"] },
        { tags: ["vip"] },
      ],
      [
        { type: "fields", fields: { category: "billing" } },
        "field_answered",
        { fields: { category: null } },
        { fields: { category: "billing" } },
      ],
      [
        { type: "fields", fields: { category: "technical" } },
        "field_answered",
        { fields: { category: "billing" } },
        { fields: { category: "technical" } },
      ],
      [
        { type: "snooze", agent: 9002, until },
        "reminder_set",
        { remindAt: null },
        { remindAt: Date.parse(until) },
      ],
      [
        { type: "snooze", agent: 9002, off: true },
        "reminder_cleared",
        { remindAt: Date.parse(until) },
        { remindAt: null },
      ],
      [{ type: "escalate" }, "ticket_escalated", { status: "in_progress" }, { status: "escalated" }],
      [{ type: "reply", text: "Hello" }, "ticket_answered", { status: "escalated" }, { status: "waiting" }],
      [{ type: "resolve" }, "ticket_resolved", { status: "waiting" }, { status: "resolved" }],
      [{ type: "reopen" }, "ticket_reopened", { status: "resolved" }, { status: "in_progress" }],
      [
        { type: "transfer", queue: "premium" },
        "ticket_transferred",
        { status: "in_progress", queue: "billing", group: "main", assignee: 9002 },
        { status: "open", queue: "premium", group: "vip", assignee: null },
      ],
      [{ type: "close" }, "ticket_closed", {}, { status: "closed" }],
    ];
    for (const [index, [command]] of given.entries()) {
      const done = await [here, there][index % 2].does(command);
      expect([command.type, done.status]).toEqual([command.type, 200]);
      await stage.settle(5_000);
    }
    const byKeys = (await trail()).filter(({ by }) => by.kind === "key").toReversed();
    expect(byKeys.map(({ action, by, origin, from, to }) => ({ action, by, origin, from, to }))).toEqual(
      given.map(([, action, from, to], index) => ({
        action,
        by: { kind: "key", id: [here, there][index % 2].id, name: "shop" },
        origin: [HERE, THERE][index % 2],
        from: from === null ? null : expect.objectContaining(from),
        to: to === null ? null : expect.objectContaining(to),
      })),
    );
  });
});

describe("twice is once", () => {
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

  test("an order that is repeated has the headers of the first answer, and the mark", async () => {
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
      const done = await stub.act("api:shop:k:1", shop, "main:1", { type: "reply", text: "Only once" }, 0);
      expect(done).toMatchObject({ status: "done" });
    }
    await stage.settle();
    expect((await atAda()).filter((text) => text === "Only once")).toHaveLength(1);
  });
});
