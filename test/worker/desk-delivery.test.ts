import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { OUTBOX_ATTEMPTS_MAX } from "../../src/domain/limits.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import type { Customer, LoggedCall } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { isService, Stage, texts } from "../support/stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let stage: Stage;
let ada: Customer;

async function open(options?: Parameters<typeof Stage.open>[0]): Promise<void> {
  stage = await Stage.open({ config: promisesNothing, ...options });
  ada = await stage.customer({ firstName: "Ada" });
}
beforeEach(() => open());

async function thread(ref = "SUP-1"): Promise<number> {
  return (await stage.topic(ref)).id;
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `message ${i + 1} of ${count}`);
}

async function refused(): Promise<LoggedCall[]> {
  return (await stage.telegram.calls({})).filter((call) => call.answer?.status === 429);
}

/** Where each text stands in what people read, copied or joined; -1 where it does not. */
function places(read: string, said: readonly string[]): number[] {
  return said.map((text) => read.indexOf(text));
}

describe("the group's twenty calls a minute", () => {
  beforeEach(() => open({ budgets: "real" }));

  test("forty messages at once: all arrive, in order, none twice, in nearly the least possible time", async () => {
    const said = numbers(40);
    const begin = stage.now;
    // Stickers cannot be joined: each one costs a call.
    for (const text of said) await ada.send({ document: { fileName: `${text}.txt` }, caption: text });
    let arrived: string[] = [];
    while (arrived.length < said.length) {
      await stage.settleNow();
      arrived = texts(await stage.inTopic("SUP-1")).filter((text) => said.includes(text));
      if (arrived.length < said.length) await stage.moveTo((await stage.nextDueAt())!);
    }
    expect(arrived).toEqual(said);
    // 42 calls (topic, card, messages): twenty at once, twenty a minute later, two after another minute.
    const least = 2 * MINUTE;
    expect(stage.now - begin).toBeLessThanOrEqual(1.1 * least);
    expect((await refused()).length).toBeLessThanOrEqual(2);
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).filter((text) => said.includes(text))).toEqual(said);
  });

  test("forty texts at once are joined instead of arriving minutes late, and say who wrote when", async () => {
    const said = numbers(40);
    const begin = stage.now;
    for (const text of said) await ada.write(text);
    await stage.settle();
    const read = texts(await stage.inTopic("SUP-1")).join("\n");
    const order = places(
      read,
      said.map((text) => text),
    );
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const text of said) expect(read.split(text).length - 1).toBe(1);
    expect(read).toContain("Ada wrote:");
    expect(read).toMatch(/\d\d:\d\d message 40 of 40/);
    const delivered = (await stage.telegram.calls({})).filter(
      (call) => call.params["chat_id"] === stage.group.id,
    );
    expect(delivered.length).toBeLessThan(40);
    expect(stage.now - begin).toBeLessThan(3 * MINUTE);
    expect(await refused()).toEqual([]);
  });

  test("twenty new customers with five messages each: twenty tickets, no inversion, nothing lost", async () => {
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, i) => stage.customer({ firstName: `C${i}` })),
    );
    await Promise.all(
      people.map(async (person) => {
        for (let n = 1; n <= 5; n += 1) await person.write(`${person.profile.first_name} says ${n}.`);
      }),
    );
    await stage.pass(15 * MINUTE);
    const topics = await stage.group.topics();
    expect(topics.length).toBe(20);
    for (const topic of topics) {
      const name = /· (C\d+) ·/.exec(topic.name)![1];
      const messages = await stage.group.messages({ threadId: topic.id });
      const read = texts(messages.filter((one) => !isService(one))).join("\n");
      const order = places(
        read,
        [1, 2, 3, 4, 5].map((n) => `${name} says ${n}.`),
      );
      expect(order).not.toContain(-1);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    expect((await refused()).length).toBeLessThanOrEqual(2);
  });

  test("a 429 stops the whole group for as long as it says, and nothing is lost or doubled", async () => {
    await ada.write("first");
    await stage.settle();
    await stage.pass(MINUTE);
    await stage.telegram.faults([{ effect: "flood", retryAfter: 35, chatId: stage.group.id, times: 1 }]);
    const bob = await stage.customer({ firstName: "Bob" });
    await ada.write("second");
    await bob.write("hello");
    const from = stage.now;
    await stage.settle();
    const [flooded] = await refused();
    const next = (await stage.telegram.calls({})).filter(
      (call) => call.params["chat_id"] === stage.group.id && call.at > flooded.at,
    );
    expect(next[0].at - from).toBeGreaterThanOrEqual(35 * SECOND);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["first", "second"]);
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["hello"]);
  });

  test("an edited text of several joined ones follows as a reply to them", async () => {
    for (const text of numbers(60)) await ada.write(text);
    const last = await ada.write("the lst one");
    await stage.settle();
    await ada.edit(last.message_id, "the last one");
    await stage.settle();
    const messages = await stage.inTopic("SUP-1");
    const joined = messages.find((one) => one.text?.includes("the lst one"))!;
    expect(messages.at(-1)).toMatchObject({
      text: "✎ the last one",
      reply_to_message: { message_id: joined.message_id },
    });
  });
});

describe("a deleted topic", () => {
  beforeEach(async () => {
    await ada.write("My printer burns");
    await stage.settle();
  });

  test.each(["message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID"] as const)(
    "(%s) is made anew, says so, and the message arrives in it, once",
    async (answers) => {
      const old = await thread();
      await stage.lead.deleteTopic(old, { answers });
      await ada.write("Are you there?");
      await stage.settle();
      const fresh = await thread();
      expect(fresh).not.toBe(old);
      expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Are you there?"]);
      expect((await stage.card("SUP-1")).text).toContain("The earlier topic was deleted");
      await stage.olga.write(fresh, "Yes");
      await stage.settle();
      expect(texts(await ada.messages()).at(-1)).toBe("Yes");
      // Nothing ever fell into General.
      expect((await stage.group.messages({ threadId: null })).filter((one) => !isService(one))).toEqual([]);
    },
  );

  test("stays deleted for a closed ticket until the customer writes again", async () => {
    await stage.olga.write(await thread(), "/close");
    await stage.settle();
    await stage.lead.deleteTopic(await thread());
    await stage.pass(HOUR);
    expect(await stage.group.topics()).toEqual([]);
    await ada.write("It burns again");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual([
      "🔄 Reopened: the customer wrote again.",
      "It burns again",
    ]);
  });

  test("a deleted card is posted again", async () => {
    const { message_id } = await stage.card("SUP-1");
    await stage.lead.promote({ can_delete_messages: true });
    await stage.lead.delete(message_id);
    await stage.olga.write(await thread(), "/claim");
    await stage.settle();
    expect((await stage.card("SUP-1")).message_id).not.toBe(message_id);
  });
});

describe("when an answer is lost", () => {
  beforeEach(async () => {
    await ada.write("Hello");
    await stage.settle();
  });

  test("a message into the topic is sent again: the staff may see it twice, but never misses it", async () => {
    await stage.telegram.faults([{ effect: "request_lost", methods: ["copyMessage"], times: 1 }]);
    await ada.write("Still there?");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Hello", "Still there?"]);
  });

  test("an answer to the customer is never sent again by itself: the agent is told and decides", async () => {
    const topic = await thread();
    await stage.telegram.faults([
      { effect: "answer_lost", methods: ["copyMessage"], chatId: ada.id, times: 1 },
    ]);
    const answer = await stage.olga.write(topic, "42");
    await stage.pass(HOUR);
    expect(texts(await ada.messages()).filter((text) => text === "42").length).toBe(1);
    const told = (await stage.inTopic("SUP-1")).at(-1)!;
    expect(told.text).toContain("Telegram didn't confirm delivery");
    expect(told.reply_to_message?.message_id).toBe(answer.message_id);
    const pressed = await stage.olga.press(told.message_id, { text: "Send again" });
    await stage.settle();
    expect((await pressed.answer())?.text).toBe("Sending it again.");
    expect(texts(await ada.messages()).filter((text) => text === "42").length).toBe(2);
    const again = await stage.olga.press(told.message_id, { text: "Send again" });
    await stage.settle();
    expect((await again.answer())?.text).toBe("It's already on its way, or no longer here.");
    expect(texts(await ada.messages()).filter((text) => text === "42").length).toBe(2);
  });

  test("an album whose outcome is unknown is one question, and is sent again as one album", async () => {
    const topic = await thread();
    await stage.telegram.faults([
      { effect: "answer_lost", methods: ["copyMessages"], chatId: ada.id, times: 1 },
    ]);
    await stage.olga.sendAlbum(topic, [
      { photo: {}, caption: "one" },
      { photo: {}, caption: "two" },
    ]);
    await stage.settle();
    const told = (await stage.inTopic("SUP-1")).filter((one) =>
      one.text?.includes("Telegram didn't confirm"),
    );
    expect(told.length).toBe(1);
    await stage.olga.press(told[0].message_id, { text: "Send again" });
    await stage.settle();
    const got = (await ada.messages()).filter((one) => one.media_group_id !== undefined);
    expect(texts(got)).toEqual(["one", "two", "one", "two"]);
    expect(new Set(got.map((one) => one.media_group_id)).size).toBe(2);
  });

  test("a topic whose creation got no answer is known by its echo, and made once", async () => {
    await stage.telegram.faults([{ effect: "answer_lost", methods: ["createForumTopic"], times: 1 }]);
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("Hi");
    await stage.settle();
    expect((await stage.group.topics()).length).toBe(2);
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["Hi"]);
  });

  test("a topic that never was made is made after the wait for its echo", async () => {
    await stage.telegram.faults([{ effect: "request_lost", methods: ["createForumTopic"], times: 1 }]);
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("Hi");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["Hi"]);
  });

  test("while Telegram takes no calls for most of a day nothing is given up, and everything arrives in order afterwards", async () => {
    await stage.telegram.faults([{ effect: "request_lost" }]);
    for (const text of numbers(5)) await ada.write(text);
    await stage.pass(23 * HOUR);
    await stage.telegram.clearFaults();
    await stage.pass(30 * MINUTE);
    const read = texts(await stage.inTopic("SUP-1")).join("\n");
    const order = places(read, numbers(5));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect((await stage.get<{ items: unknown[] }>("/api/v1/outbox?state=parked")).items).toEqual([]);
  });
});

describe("a customer who cannot be reached", () => {
  beforeEach(async () => {
    await ada.write("Hello");
    await stage.settle();
  });

  test("is told of in words where the group does not take the sign", async () => {
    const topic = await thread();
    await stage.telegram.group({ id: stage.group.id, title: "Support", forum: true, reactions: ["👍"] });
    await ada.block();
    const answer = await stage.olga.write(topic, "Are you there?");
    const note = await stage.olga.write(topic, "/note gone for good");
    await stage.settle();
    const about = async (id: number): Promise<string[]> =>
      texts((await stage.inTopic("SUP-1")).filter((one) => one.reply_to_message?.message_id === id));
    expect(await about(answer.message_id)).toEqual(["👎 This didn't reach the customer."]);
    expect(await about(note.message_id)).toEqual(["✍ Noted. The customer doesn't see this."]);
  });

  test("the agents learn once that the bot is blocked, every message that did not arrive is marked, and being back is told", async () => {
    const topic = await thread();
    await ada.block();
    await stage.settle();
    const first = await stage.olga.write(topic, "Are you there?");
    const second = await stage.olga.write(topic, "Hello?");
    await stage.settle();
    const told = texts(await stage.inTopic("SUP-1")).filter((text) => text.includes("has blocked the bot"));
    expect(told.length).toBe(1);
    for (const { message_id } of [first, second]) {
      const seen = await stage.telegram.message(stage.group.id, message_id);
      expect(seen.reactions?.[0]?.reaction).toEqual([{ type: "emoji", emoji: "👎" }]);
    }
    expect((await stage.card("SUP-1")).text).toContain("has blocked the bot");
    await ada.unblock();
    await ada.write("I am back");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).join("\n")).toContain("can be reached again");
    expect((await stage.card("SUP-1")).text).not.toContain("has blocked the bot");
    await stage.olga.write(topic, "Welcome");
    await stage.settle();
    expect(texts(await ada.messages()).at(-1)).toBe("Welcome");
  });

  test("a block that only the send reveals is told as well", async () => {
    await stage.telegram.faults([
      {
        effect: "refuse",
        methods: ["copyMessage"],
        chatId: ada.id,
        code: 403,
        description: "Forbidden: user is deactivated",
        times: 1,
      },
    ]);
    await stage.olga.write(await thread(), "Are you there?");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).join("\n")).toContain("account is gone");
  });

  test("privacy settings that refuse one kind of message say so under that message", async () => {
    await stage.telegram.faults([
      {
        effect: "refuse",
        methods: ["copyMessage"],
        chatId: ada.id,
        code: 400,
        description: "Bad Request: VOICE_MESSAGES_FORBIDDEN",
        times: 1,
      },
    ]);
    const voice = await stage.olga.send(await thread(), { voice: {} });
    await stage.settle();
    const told = (await stage.inTopic("SUP-1")).at(-1)!;
    expect(told.text).toContain("privacy settings");
    expect(told.reply_to_message?.message_id).toBe(voice.message_id);
  });
});

describe("when the group itself is the trouble", () => {
  test("messages wait without the right to manage topics, the leads are told once, and all arrives when it is mended", async () => {
    await stage.lead.write(null, "hi");
    const lead = await stage.telegram.customer({ id: 9001, firstName: "Lena" });
    await lead.start();
    await stage.settle();
    await stage.group.promoteBot({ can_manage_topics: false });
    await ada.write("Help");
    await ada.write("Please");
    await stage.pass(HOUR);
    expect(await stage.group.topics()).toEqual([]);
    const warnings = texts(await lead.messages()).filter((text) =>
      text.includes("the admin right Manage topics"),
    );
    expect(warnings.length).toBe(1);
    expect(JSON.stringify(await stage.get("/healthz"))).toContain("bot.cannot_manage_topics");
    await stage.group.promoteBot({ can_manage_topics: true });
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Help", "Please"]);
    expect(JSON.stringify(await stage.get("/healthz"))).not.toContain("bot.cannot_manage_topics");
  });

  test("with topics switched off nothing new falls into the main chat", async () => {
    await stage.group.setForum(false);
    await ada.write("Help");
    await stage.pass(10 * MINUTE);
    expect((await stage.group.messages()).filter((one) => !isService(one))).toEqual([]);
    await stage.group.setForum(true);
    await stage.pass(30 * MINUTE);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Help"]);
  });

  test("a message that Telegram refuses for good parks, is said once, and can be replayed", async () => {
    await ada.write("Hello");
    await stage.settle();
    await stage.telegram.faults([
      {
        effect: "refuse",
        methods: ["copyMessage"],
        code: 400,
        description: "Bad Request: not enough rights to send photos to the chat",
        times: 1,
      },
    ]);
    await ada.send({ photo: {}, caption: "the smoke" });
    await ada.write("Did you get it?");
    await stage.settle();
    const read = texts(await stage.inTopic("SUP-1"));
    expect(read.filter((text) => text.includes("couldn't be copied here")).length).toBe(1);
    expect(read).toContain("Did you get it?");
    const { items: deliveries } = await stage.get<{ items: { id: string; code: string }[] }>(
      "/api/v1/outbox?state=parked",
    );
    expect(deliveries).toMatchObject([{ code: "kind_forbidden", kind: "relay" }]);
    const replay = (): Promise<Response> =>
      stage.api("POST", `/api/v1/outbox/${encodeURIComponent(deliveries[0].id)}/replay`, undefined, {
        "Idempotency-Key": "again",
      });
    expect((await replay()).status).toBe(200);
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toContain("the smoke");
    // A run that takes over from one that was done answers as that one would have.
    await env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL, lease_until = 0").run();
    expect((await replay()).status).toBe(200);
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).filter((text) => text === "the smoke")).toHaveLength(1);
  });

  test("a delivery that fails by itself stops its own topic only", async () => {
    await ada.write("Hello");
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("Hi");
    await stage.settle();
    await stage.telegram.faults([{ effect: "server_error", methods: ["copyMessage"], times: 1 }]);
    await ada.write("poison");
    await bob.write("fine");
    await stage.settleNow();
    await stage.pass(5 * SECOND);
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["Hi", "fine"]);
    await stage.pass(5 * MINUTE);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Hello", "poison"]);
  });

  test("a delivery that fails again and again while others go through is put aside, said once, and can be replayed", async () => {
    await ada.write("Hello");
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("Hi");
    await stage.settle();
    await stage.telegram.faults([{ effect: "server_error", methods: ["copyMessages"] }]);
    await ada.sendAlbum([{ photo: {}, caption: "poison" }, { photo: {} }]);
    await ada.write("after it");
    const said = numbers(12);
    for (const text of said) {
      await bob.write(text);
      await stage.pass(15 * MINUTE);
    }
    const tries = (await stage.telegram.calls({ method: "copyMessages" })).length;
    expect(tries).toBeGreaterThanOrEqual(OUTBOX_ATTEMPTS_MAX);
    await stage.pass(HOUR);
    expect((await stage.telegram.calls({ method: "copyMessages" })).length).toBe(tries);
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["Hi", ...said]);
    const read = texts(await stage.inTopic("SUP-1"));
    expect(read.filter((text) => text.includes("couldn't be copied here")).length).toBe(1);
    expect(read).toContain("after it");
    await stage.telegram.clearFaults();
    const { items } = await stage.get<{ items: { id: string }[] }>("/api/v1/outbox?state=parked");
    await stage.api("POST", `/api/v1/outbox/${encodeURIComponent(items[0].id)}/replay`);
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).slice(-3)).toEqual([
      "poison",
      "",
      expect.stringMatching(/^🕒 Written /u),
    ]);
  });
});

describe("the record", () => {
  /** A ticket with its history, without the instant at which the record was told. */
  async function recorded() {
    const ticket = await stage.get<{
      status: string;
      version: number;
      events: { items: { n: number }[] };
      recordedAt: string | undefined;
    }>("/api/v1/tickets/SUP-1");
    return { ...ticket, recordedAt: undefined };
  }

  test("with D1 away for ten minutes conversations go on, and afterwards the record equals the objects", async () => {
    await ada.write("Hello");
    await stage.settle();
    const topic = await thread();
    localFaults.recordDown = true;
    for (let minute = 0; minute < 10; minute += 1) {
      await ada.write(`minute ${minute}`);
      await stage.olga.write(topic, `answer ${minute}`);
      await stage.pass(MINUTE);
    }
    await stage.olga.write(topic, "/resolve done");
    await stage.settle();
    expect(texts(await ada.messages()).filter((text) => text.startsWith("answer")).length).toBe(10);
    expect(texts(await stage.inTopic("SUP-1")).filter((text) => text.startsWith("minute")).length).toBe(10);
    localFaults.recordDown = false;
    await stage.pass(10 * MINUTE);
    const record = await recorded();
    expect(record.status).toBe("resolved");
    expect(record.events.items.map((event) => event.n)).toEqual(
      Array.from({ length: record.version }, (_, i) => i + 1),
    );
    // Told all of it anew, the objects say the same.
    await stage.api("POST", "/api/v1/groups/main/reproject");
    await stage.settle();
    expect(await recorded()).toEqual(record);
  });

  test("is rebuilt from the object on demand", async () => {
    await ada.write("Hello");
    await stage.settle();
    const { env } = await import("cloudflare:workers");
    await env.DB.batch([
      env.DB.prepare("DELETE FROM ticket_events"),
      env.DB.prepare("DELETE FROM tickets"),
      env.DB.prepare("DELETE FROM contacts"),
    ]);
    expect((await stage.api("GET", "/api/v1/tickets/SUP-1")).status).toBe(404);
    const answer = await stage.api("POST", "/api/v1/groups/main/reproject");
    expect(answer.status).toBeLessThan(300);
    await stage.settle();
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ ref: "SUP-1", status: "open" });
  });
});
