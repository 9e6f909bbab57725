import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { entersVip } from "../support/desks.ts";
import { isCard, isService, Stage, texts } from "../support/stage.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: Stage;
let ada: Customer;

async function open(options?: Parameters<typeof Stage.open>[0]): Promise<void> {
  stage = await Stage.open(options);
  ada = await stage.customer({ firstName: "Ada", lastName: "Lovelace", username: "ada" });
}
beforeEach(() => open());

async function thread(ref = "SUP-1"): Promise<number> {
  return (await stage.topic(ref)).id;
}

async function lastTo(customer: Customer): Promise<string> {
  return texts(await customer.messages()).at(-1) ?? "";
}

describe("from a first message to a closed ticket", () => {
  test("the message opens a ticket with a topic of its own, and the customer learns its reference", async () => {
    await ada.write("My printer burns\nsince this morning");
    await stage.settle();
    const topics = await stage.group.topics();
    expect(topics.map((topic) => topic.name)).toEqual(["SUP-1 · Ada Lovelace · My printer burns"]);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["My printer burns\nsince this morning"]);
    expect(await lastTo(ada)).toContain("SUP-1");
  });

  test("without words it is called by its kind, which is kept as a code: in topic, API, record and search", async () => {
    await ada.send({ photo: {} });
    await stage.settle();
    expect((await stage.group.topics()).map(({ name }) => name)).toEqual(["SUP-1 · Ada Lovelace · Photo"]);
    expect((await stage.card("SUP-1")).text).toContain("\nPhoto\n");
    await stage.olga.send(await thread(), { photo: {}, caption: "/note" });
    await stage.api("POST", "/api/v1/tickets", { contact: { id: ada.id } }, { "Idempotency-Key": "x" });
    await ada.write("/tickets");
    await stage.settle();
    const list = (await ada.messages()).at(-1)!;
    expect(list.text).toMatch(/SUP-2 · \S+ · A request\n.*SUP-1 · \S+ · Photo\n/);
    const buttons = list.reply_markup?.inline_keyboard.flat().map(({ text }) => text);
    expect(buttons).toEqual(["SUP-2 · A request", "SUP-1 · Photo"]);

    const found = await stage.get<{ items: { ref: string; subject: string }[] }>("/api/v1/tickets?q=photo");
    expect(found.items).toMatchObject([{ ref: "SUP-1", subject: "Photo" }]);
    const { events } = await stage.get<{ events: { items: object[] } }>("/api/v1/tickets/SUP-1");
    expect(events.items[0]).toMatchObject({ type: "ticket_opened", data: { subject: "Photo" } });
    expect(events.items.at(-1)).toMatchObject({ type: "note_added", note: "(Photo)" });
    const kept = await runInDurableObject(stage.groupStub(), (_object, { storage }) =>
      [
        ...storage.sql.exec<{ row: string }>(
          "SELECT event AS row FROM events UNION ALL SELECT state FROM tickets",
        ),
      ].map(({ row }) => row),
    );
    expect(kept.filter((row) => /Photo|A request/.test(row))).toEqual([]);
    expect(kept.filter((row) => /"(?:subject|text)":\{"kind":"(?:photo|request)"\}/.test(row))).toHaveLength(
      5,
    );
  });

  test("a new ticket costs the group three calls: its topic, its card, the message", async () => {
    await ada.write("My printer burns");
    await stage.settle();
    const inGroup = (await stage.telegram.calls({})).filter(
      (call) => call.params["chat_id"] === stage.group.id,
    );
    expect(inGroup.map((call) => call.method)).toEqual(["createForumTopic", "sendMessage", "copyMessage"]);
  });

  test("the card stands first, says who, what, status and assignee, and is edited in place", async () => {
    await ada.write("My printer burns");
    await stage.settle();
    const messages = (await stage.group.messages({ threadId: await thread() })).filter(
      (one) => !isService(one),
    );
    expect(isCard(messages[0])).toBe(true);
    const before = await stage.card("SUP-1");
    for (const part of ["SUP-1", "Open", "My printer burns", "Ada Lovelace", "@ada", "unclaimed"])
      expect(before.text).toContain(part);
    await stage.olga.write(await thread(), "/claim");
    await stage.settle();
    const after = await stage.card("SUP-1");
    expect(after.message_id).toBe(before.message_id);
    expect(after.text).toContain("In progress");
    expect(after.text).toContain("Assignee: Senior billing");
  });

  test("agents claim, answer, resolve and close; the customer reads every answer, the topic closes at last", async () => {
    await ada.write("My printer burns");
    await stage.settle();
    const topic = await thread();
    await stage.olga.write(topic, "/claim");
    await stage.olga.write(topic, "Have you tried water?");
    await stage.settle();
    expect(await lastTo(ada)).toBe("Have you tried water?");
    await ada.write("It helped");
    await stage.settle();
    await stage.olga.write(topic, "/resolve water");
    await stage.settle();
    expect(await lastTo(ada)).toContain("SUP-1 as resolved");
    await stage.olga.write(topic, "/close");
    await stage.settle();
    expect(await lastTo(ada)).toContain("SUP-1 is closed");
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
    expect((await stage.card("SUP-1")).text).toContain("Closed");
    const record = await stage.get<{ status: string }>("/api/v1/tickets/SUP-1");
    expect(record).toMatchObject({ ref: "SUP-1", status: "closed" });
  });

  test("the topic's icon shows what somebody must act on, not whose turn it is", async () => {
    const icon = async () => (await stage.topic("SUP-1")).iconCustomEmojiId;
    await ada.write("Hello?");
    await stage.settle();
    const seen = [await icon()];
    for (const step of ["/claim", "An answer", "/resolve", "/close"]) {
      await stage.olga.write(await thread(), step);
      await stage.settle();
      seen.push(await icon());
    }
    const [fresh, claimed, answered, resolved, closed] = seen;
    expect(answered).toBe(claimed);
    expect(new Set([fresh, claimed, resolved, closed]).size).toBe(4);
    expect(seen).not.toContain(null);
  });

  test("/start alone opens nothing and greets", async () => {
    await ada.start();
    await stage.settle();
    expect(await stage.group.topics()).toEqual([]);
    expect(await lastTo(ada)).toContain("Tell us what is wrong");
  });

  test("a ticket's history in the record says who did what, when, from where to where and why", async () => {
    await ada.write("My printer burns");
    await stage.settle();
    await stage.olga.write(await thread(), "/resolve new toner");
    await stage.settle();
    const { events: page } = await stage.get<{ events: { items: Record<string, unknown>[] } }>(
      "/api/v1/tickets/SUP-1",
    );
    const events = page.items;
    expect(events.map((event) => event["type"])).toEqual([
      "ticket_opened",
      "topic_created",
      "ticket_resolved",
    ]);
    expect(events.at(-1)).toMatchObject({
      from: "open",
      to: "resolved",
      note: "new toner",
      by: { kind: "agent", id: 9002, name: "Senior billing" },
    });
  });
});

describe("several concerns of one customer", () => {
  beforeEach(async () => {
    await ada.write("My printer burns");
    await stage.settle();
    await ada.write("/new");
    await ada.write("And my scanner hums");
    await stage.settle();
  });

  test("/new opens another ticket with a topic of its own", async () => {
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["And my scanner hums"]);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["My printer burns"]);
  });

  test("what follows goes to the one spoken in last; a reply goes to that message's ticket", async () => {
    await ada.write("It hums in F sharp");
    await stage.settle();
    const first = (await ada.messages()).find((one) => one.text === "My printer burns")!;
    await ada.write("It is out now", { replyTo: first.message_id });
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["And my scanner hums", "It hums in F sharp"]);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["My printer burns", "It is out now"]);
    await ada.write("Only smoke is left");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).at(-1)).toBe("Only smoke is left");
  });

  test("a reply to an agent's answer or to the confirmation goes to their ticket too", async () => {
    await stage.olga.write(await thread("SUP-1"), "Did you call the fire brigade?");
    await stage.settle();
    const messages = await ada.messages();
    const answer = messages.find((one) => one.text === "Did you call the fire brigade?")!;
    const confirmation = messages.find((one) => one.text?.includes("SUP-2"))!;
    await ada.write("Twice", { replyTo: answer.message_id });
    await ada.write("Still humming", { replyTo: confirmation.message_id });
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).at(-1)).toBe("Twice");
    expect(texts(await stage.inTopic("SUP-2")).at(-1)).toBe("Still humming");
  });

  test("a customer with several is told which one an answer belongs to, when that changes", async () => {
    await stage.olga.write(await thread("SUP-1"), "Any smoke?");
    await stage.olga.write(await thread("SUP-1"), "Or flames?");
    await stage.settle();
    expect(texts(await ada.messages()).slice(-3)).toEqual([
      "About SUP-1 · My printer burns",
      "Any smoke?",
      "Or flames?",
    ]);
  });

  test("/tickets lists their own, and a button chooses where to speak", async () => {
    await ada.write("/tickets");
    await stage.settle();
    const list = (await ada.messages()).at(-1)!;
    expect(list.text).toContain("SUP-1 · received · My printer burns");
    expect(list.text).toContain("▸ SUP-2");
    await ada.press(list.message_id, { text: "SUP-1 · My printer burns" });
    await ada.write("About the printer");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).at(-1)).toBe("About the printer");
  });

  test("/close asks which one, and closes the chosen one only", async () => {
    await ada.write("/close");
    await stage.settle();
    await ada.press((await ada.messages()).at(-1)!.message_id, { text: "SUP-2 · And my scanner hums" });
    await stage.settle();
    expect((await stage.topic("SUP-2")).isClosed).toBe(true);
    expect((await stage.topic("SUP-1")).isClosed).toBe(false);
    await ada.write("/close");
    await stage.settle();
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
    await ada.write("/close");
    await stage.settle();
    expect(await lastTo(ada)).toBe("You have no open requests.");
  });

  test("customers do not see, close or answer for the tickets of others", async () => {
    const eve = await stage.customer({ firstName: "Eve" });
    await eve.write("/tickets");
    await stage.settle();
    expect(await lastTo(eve)).toContain("You have no requests yet");
    await stage.telegram.inject({
      callback_query: {
        id: "99",
        from: eve.profile,
        chat_instance: "1",
        data: "z:main:1",
        message: { message_id: 1, date: 0, chat: { id: eve.id, type: "private", first_name: "Eve" } },
      },
    });
    await stage.settle();
    expect((await stage.topic("SUP-1")).isClosed).toBe(false);
  });
});

describe("the end and the way back", () => {
  beforeEach(async () => {
    await ada.write("My printer burns");
    await stage.settle();
  });

  test("writing within the reopening time reopens the ticket in its topic, later a new one opens", async () => {
    await stage.olga.write(await thread(), "/close");
    await stage.pass(71 * HOUR);
    await ada.write("It burns again");
    await stage.settle();
    expect((await stage.topic("SUP-1")).isClosed).toBe(false);
    expect(texts(await stage.inTopic("SUP-1")).at(-2)).toContain("Reopened");
    expect(await lastTo(ada)).toBe("SUP-1 is open again.");
    await stage.olga.write(await thread(), "/close");
    await stage.pass(73 * HOUR);
    await ada.write("And again");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["And again"]);
  });

  test("a resolved ticket closes itself when the customer writes no more", async () => {
    await stage.olga.write(await thread(), "/resolve");
    await stage.pass(47 * HOUR);
    expect((await stage.topic("SUP-1")).isClosed).toBe(false);
    await stage.pass(HOUR + MINUTE);
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ status: "closed" });
  });

  test("thanks after the end arrive and change nothing", async () => {
    await stage.olga.write(await thread(), "/resolve");
    await stage.settle();
    await ada.write("Thank you so much!");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).at(-1)).toBe("Thank you so much!");
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ status: "resolved" });
    await ada.write("But now it burns again");
    await stage.settle();
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ status: "open" });
  });

  test("an agent who closes or reopens the topic by hand closes or reopens the ticket", async () => {
    await stage.lead.closeTopic(await thread());
    await stage.settle();
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ status: "closed" });
    await stage.lead.reopenTopic(await thread());
    await stage.settle();
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ status: "open" });
  });
});

describe("intake", () => {
  beforeEach(() => open({ intake: true }));

  test("the questions come with the confirmation, one after the other, and hold nothing back", async () => {
    await ada.write("My invoice is wrong");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["My invoice is wrong"]);
    const receipt = (await ada.messages()).at(-1)!;
    expect(receipt.text).toContain("What is it about?");
    const pressed = await ada.press(receipt.message_id, { text: "Billing" });
    await stage.settle();
    expect((await pressed.answer())?.text).toBe("Thank you!");
    const second = (await ada.messages()).at(-1)!;
    expect(second.message_id).toBe(receipt.message_id);
    expect(second.text).toContain("What is it about? Billing");
    await ada.press(receipt.message_id, { text: "I am blocked" });
    await stage.settle();
    const card = (await stage.card("SUP-1")).text!;
    expect(card).toContain("Category: Billing");
    expect(card).toContain("urgent");
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({
      priority: "urgent",
      fields: { category: "billing", urgency: "urgent" },
    });
  });

  test("an answer can be changed until the ticket is closed", async () => {
    await ada.write("My invoice is wrong");
    await stage.settle();
    const { message_id: receipt } = (await ada.messages()).at(-1)!;
    for (const text of ["Billing", "It can wait a little", "✎ Change: Billing", "Something else"]) {
      await ada.press(receipt, { text });
      await stage.settle();
    }
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ fields: { category: "other" } });
    await ada.write("/close");
    await stage.settle();
    const pressed = await ada.press(receipt, { text: "✎ Change: Something else" });
    await stage.settle();
    expect((await pressed.answer())?.text).toContain("closed");
  });

  test("a required question holds the ticket back from the staff until it is answered", async () => {
    await open({ intake: true, config: (config) => void (config.intake!.fields![0].required = true) });
    await ada.write("My invoice is wrong");
    await ada.write("By 20 euros");
    await stage.settle();
    expect(await stage.group.topics()).toEqual([]);
    await ada.press((await ada.messages()).at(-1)!.message_id, { text: "Billing" });
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).slice(0, 2)).toEqual(["My invoice is wrong", "By 20 euros"]);
  });

  test("holds a ticket for a quarter of an hour at most: nothing is lost for want of an answer", async () => {
    await open({ intake: true, config: (config) => void (config.intake!.fields![0].required = true) });
    await ada.write("My invoice is wrong");
    await stage.pass(14 * MINUTE);
    expect(await stage.group.topics()).toEqual([]);
    await stage.pass(2 * MINUTE);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("My invoice is wrong");
  });
});

describe("who the customer is", () => {
  test("a new name or username shows on the card, in the topic's name and in the record", async () => {
    await ada.write("Hello?");
    await stage.settle();
    await ada.become({ firstName: "Augusta", lastName: "King", username: "countess" });
    await ada.write("It is me");
    await stage.settle(60_000);
    expect((await stage.topic("SUP-1")).name).toBe("SUP-1 · Augusta King · Hello?");
    expect((await stage.card("SUP-1")).text).toContain("Augusta King (@countess)");
  });

  test("a very long name is cut, the reference never", async () => {
    await ada.become({ firstName: "Ada".repeat(21), lastName: "Lovelace".repeat(8) });
    await ada.write("word ".repeat(60));
    await stage.settle();
    const { name } = await stage.topic("SUP-1");
    expect(name.length).toBeLessThanOrEqual(128);
    expect(name).toMatch(/^SUP-1 · AdaAda.*… · word word.*…$/);
  });

  test("a start link names the group that takes a new customer, and later links do not move them", async () => {
    entersVip(stage.config);
    await stage.configure();
    const vip = await stage.telegram.topics(-1001234567891);
    expect(vip).toEqual([]);
    await ada.start("vip_order1001");
    await ada.write("I am important");
    await stage.settle();
    expect((await stage.telegram.topics(-1001234567891)).map((topic) => topic.name)).toEqual([
      "VIP-1 · Ada Lovelace · I am important",
    ]);
    await ada.start("main");
    await ada.write("Still me");
    await stage.settle();
    expect(await stage.group.topics()).toEqual([]);
  });
});
