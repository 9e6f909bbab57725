import { beforeEach, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { everythingKept, withoutCalls } from "../support/everything.ts";
import {
  type Order,
  ada,
  atAda,
  desk,
  events,
  open,
  opens,
  problemOf,
  program,
  stage,
  vip,
} from "../support/program-stage.ts";
import { texts } from "../support/stage.ts";

beforeEach(open);

describe("opening a ticket", () => {
  test("makes topic, confirmation and history for a customer who has started the bot", async () => {
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

  test("works for a customer who never started the bot, and says that they cannot be written to", async () => {
    const stranger = 5_559_990_001;
    const opened = await opens({ contact: { telegramId: stranger } });
    // Before Telegram has answered, the ticket says that this is unknown, and how it will be told.
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

  test("sends no confirmation where the program tells the customer itself", async () => {
    await ada.start();
    await stage.settle(5_000);
    const before = (await atAda()).length;
    await opens({ notify: false });
    await stage.settle();
    expect(await atAda()).toHaveLength(before);
  });

  test("works in another group, by its queue or by its name", async () => {
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
  ])("goes where %j asks for it, whatever the rules say of its tier", async (asked, group, queue) => {
    const { ref, ...opened } = await opens({ tier: "premium", ...asked });
    expect(opened).toMatchObject({ group, queue });
    await stage.settle();
    const found = await desk.call("GET /api/v1/tickets/{ref}", { path: { ref } });
    expect(found).toMatchObject({ group, queue });
    const topics = await (group === "vip" ? vip : stage.group).topics();
    expect(topics.map(({ name }) => name.split(" ")[0])).toEqual([ref]);
  });

  test("keeps everything in another group than the customer's own, and nothing here", async () => {
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

  test("finds the customer by an e-mail address that only one person has", async () => {
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

  test("takes an address from keys that may read contacts; others do not even learn whether a customer has it", async () => {
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
    const { status } = await stage
      .groupStub()
      .tickets()
      .open(
        "api:x",
        { id: "shop", name: "shop", origin: { network: null, userAgent: null } },
        {
          type: "open",
          customer: { id: contactId(ada.id), name: "Ada", username: null, language: null, isPremium: false },
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
