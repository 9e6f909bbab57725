import { beforeEach, describe, expect, test } from "vitest";
import type { Customer, MessageContent, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { Stage, texts } from "../support/stage.ts";

let stage: Stage;
let ada: Customer;
let topic: number;

beforeEach(async () => {
  stage = await Stage.open();
  ada = await stage.customer({ firstName: "Ada" });
  await ada.write("Hello");
  await stage.settle();
  topic = (await stage.topic("SUP-1")).id;
});

async function lastInTopic(): Promise<SeenMessage> {
  return (await stage.inTopic("SUP-1")).at(-1)!;
}

async function lastOfAda(): Promise<SeenMessage> {
  return (await ada.messages()).at(-1)!;
}

/** The copy of what Ada wrote last, and of what Olga did. */
async function bothWays(content: MessageContent): Promise<[SeenMessage, SeenMessage]> {
  await ada.send(content);
  await stage.settle();
  const inTopic = await lastInTopic();
  await stage.olga.send(topic, content);
  await stage.settle();
  return [inTopic, await lastOfAda()];
}

const KINDS: [string, MessageContent, (message: SeenMessage) => unknown][] = [
  [
    "text with formatting",
    { text: "so bold", entities: [{ type: "bold", offset: 3, length: 4 }] },
    (m) => [m.text, m.entities?.[0]?.type],
  ],
  ["photo with caption", { photo: {}, caption: "look" }, (m) => [m.photo !== undefined, m.caption]],
  ["video", { video: {}, caption: "moving" }, (m) => [m.video !== undefined, m.caption]],
  ["animation", { animation: {} }, (m) => m.animation !== undefined],
  ["audio", { audio: { title: "Song" } }, (m) => m.audio?.title],
  [
    "document",
    { document: { fileName: "log.txt" }, caption: "the log" },
    (m) => [m.document?.file_name, m.caption],
  ],
  ["voice message", { voice: { duration: 3 } }, (m) => m.voice?.duration],
  ["video note", { videoNote: {} }, (m) => m.video_note !== undefined],
  ["sticker", { sticker: { emoji: "🙂" } }, (m) => m.sticker?.emoji],
  ["location", { location: { latitude: 52.5, longitude: 13.4 } }, (m) => m.location?.latitude],
  [
    "venue",
    { venue: { latitude: 1, longitude: 2, title: "Shop", address: "Street 1" } },
    (m) => m.venue?.title,
  ],
  ["contact", { contact: { phoneNumber: "+10000000000", firstName: "Bob" } }, (m) => m.contact?.first_name],
  ["poll", { poll: { question: "When?", options: ["now", "later"] } }, (m) => m.poll?.question],
  ["dice", { dice: { emoji: "🎲" } }, (m) => m.dice !== undefined],
  ["story", { story: {} }, (m) => m.story !== undefined],
];

test.each(KINDS)("a %s goes through both ways as it is", async (_, content, essence) => {
  const [inTopic, atAda] = await bothWays(content);
  const expected = essence(inTopic);
  expect(expected).toBeTruthy();
  expect(essence(atAda)).toEqual(expected);
});

test("an unknown kind of message is passed on all the same", async () => {
  await ada.send({ unknown: { hologram: { file_id: "x" } } });
  await stage.settle();
  expect(await lastInTopic()).toHaveProperty("hologram");
});

describe("what Telegram doesn't let bots copy", () => {
  const UNCOPYABLE: [string, MessageContent][] = [
    ["paid media", { paidMedia: { stars: 5 } }],
    ["an invoice", { invoice: { title: "Bill", totalAmount: 500, currency: "EUR" } }],
    ["a giveaway", { giveaway: { winnerCount: 1 } }],
    ["a quiz without its answer", { poll: { question: "?", options: ["a", "b"], quiz: true } }],
  ];

  test.each(UNCOPYABLE)("%s: the customer is told, and so is the topic", async (_, content) => {
    const sent = await ada.send(content);
    await stage.settle();
    const told = await lastOfAda();
    expect(told.text).toContain("Sorry, we can't receive");
    expect(told.reply_to_message?.message_id).toBe(sent.message_id);
    expect((await lastInTopic()).text).toContain("doesn't let bots copy");
  });

  test("an agent who sends such a thing is told, and only the agent", async () => {
    const before = (await ada.messages()).length;
    await stage.olga.send(topic, { giveaway: { winnerCount: 1 } });
    await stage.settle();
    expect((await ada.messages()).length).toBe(before);
    expect(texts(await stage.olga.messages({ threadId: topic })).at(-1)).toContain("Not delivered");
  });

  test("what Telegram refuses only when it is tried is told to its writer as well", async () => {
    await stage.telegram.faults([
      {
        methods: ["copyMessage"],
        effect: "refuse",
        code: 400,
        description: "Bad Request: message can't be copied",
        times: 1,
      },
    ]);
    await ada.send({ unknown: { hologram: {} } });
    await stage.settle();
    expect((await lastOfAda()).text).toContain("didn't reach our team");
  });
});

describe("albums", () => {
  const pictures: MessageContent[] = [{ photo: {}, caption: "three of them" }, { photo: {} }, { video: {} }];

  test("stay one album in one call, both ways", async () => {
    await ada.sendAlbum(pictures);
    await stage.settle();
    const copied = (await stage.inTopic("SUP-1")).slice(-3);
    expect(new Set(copied.map((one) => one.media_group_id)).size).toBe(1);
    expect(copied[0].media_group_id).toBeDefined();
    expect(copied[0].caption).toBe("three of them");
    await stage.olga.sendAlbum(topic, pictures);
    await stage.settle();
    const answered = (await ada.messages()).slice(-3);
    expect(new Set(answered.map((one) => one.media_group_id)).size).toBe(1);
    const calls = await stage.telegram.calls({});
    expect(
      calls
        .filter((call) => call.method === "copyMessages")
        .map((call) => (call.params["message_ids"] as number[]).length),
    ).toEqual([3, 3]);
  });

  test("keep their place between what was written before and after", async () => {
    await ada.write("before");
    await ada.sendAlbum(pictures);
    await ada.write("after");
    await stage.settle();
    expect(texts((await stage.inTopic("SUP-1")).slice(-5))).toEqual([
      "before",
      "three of them",
      "",
      "",
      "after",
    ]);
  });

  test("an album opens a ticket like anything else", async () => {
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.sendAlbum(pictures);
    await stage.settle();
    expect((await stage.inTopic("SUP-2")).length).toBe(3);
    expect((await stage.topic("SUP-2")).name).toBe("SUP-2 · Bob · three of them");
  });

  test("each item is linked to its copy: an edited caption finds it", async () => {
    const [, second] = await ada.sendAlbum(pictures);
    await stage.settle();
    await ada.edit(second.message_id, { caption: "the second" });
    await stage.settle();
    expect(texts((await stage.inTopic("SUP-1")).slice(-3))).toEqual(["three of them", "the second", ""]);
  });
});

describe("edits follow", () => {
  test("passes edits of texts and captions on, both ways", async () => {
    const question = await ada.write("helo");
    const picture = await ada.send({ photo: {}, caption: "pic" });
    await stage.settle();
    await ada.edit(question.message_id, "hello");
    await ada.edit(picture.message_id, { caption: "picture" });
    await stage.settle();
    expect(texts((await stage.inTopic("SUP-1")).slice(-2))).toEqual(["hello", "picture"]);
    const answer = await stage.olga.write(topic, "Hi Adda");
    await stage.settle();
    await stage.olga.edit(answer.message_id, "Hi Ada");
    await stage.settle();
    expect((await lastOfAda()).text).toBe("Hi Ada");
  });

  test("replaces the copy's file where media is edited", async () => {
    const picture = await ada.send({ photo: {}, caption: "wrong" });
    await stage.settle();
    const before = (await lastInTopic()).photo!.at(-1)!.file_unique_id;
    const edited = await ada.edit(picture.message_id, { photo: {}, caption: "right" });
    await stage.settle();
    const after = await lastInTopic();
    expect(after.photo!.at(-1)!.file_unique_id).toBe(edited.photo!.at(-1)!.file_unique_id);
    expect(after.photo!.at(-1)!.file_unique_id).not.toBe(before);
    expect(after.caption).toBe("right");
  });

  test("sends a waiting message once, as it was edited last", async () => {
    await stage.telegram.faults([
      {
        methods: ["copyMessage"],
        effect: "flood",
        retryAfter: 30,
        times: 1,
      },
    ]);
    const message = await ada.write("frist");
    await stage.settleNow();
    await ada.edit(message.message_id, "first");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Hello", "first"]);
  });

  test("only the latest of many edits is made when they come faster than they can leave", async () => {
    const message = await ada.write("v0");
    await stage.settle();
    const copy = await lastInTopic();
    await stage.telegram.faults([
      {
        methods: ["editMessageText"],
        effect: "flood",
        retryAfter: 20,
        times: 1,
      },
    ]);
    for (const version of ["v1", "v2", "v3", "v4"]) {
      await ada.edit(message.message_id, version);
      await stage.settleNow();
    }
    await stage.settle();
    expect((await lastInTopic()).text).toBe("v4");
    const made = (await stage.telegram.calls({ method: "editMessageText" })).filter(
      (call) => call.params["chat_id"] === stage.group.id && call.params["message_id"] === copy.message_id,
    );
    expect(made.filter((call) => call.answer?.status === 200).map((call) => call.params["text"])).toEqual([
      "v4",
    ]);
  });
});

describe("replies, quotes and reactions follow", () => {
  test("a reply hangs on the counterpart of what was replied to, both ways and across", async () => {
    const question = await ada.write("Where is it?");
    await stage.settle();
    const copy = await lastInTopic();
    const answer = await stage.olga.write(topic, "In the cellar", { replyTo: copy.message_id });
    await stage.settle();
    const received = await lastOfAda();
    expect(received.reply_to_message?.message_id).toBe(question.message_id);
    await ada.write("Which one?", { replyTo: received.message_id });
    await stage.settle();
    expect((await lastInTopic()).reply_to_message?.message_id).toBe(answer.message_id);
    await ada.write("I mean mine", { replyTo: question.message_id });
    await stage.settle();
    expect((await lastInTopic()).reply_to_message?.message_id).toBe(copy.message_id);
  });

  test("an ordinary message in a topic is no reply, though Telegram shows it as one to the topic's creation", async () => {
    await stage.olga.write(topic, "Plain");
    await stage.settle();
    expect((await lastOfAda()).reply_to_message).toBeUndefined();
  });

  test("a quote keeps its words", async () => {
    await stage.olga.write(topic, "Red, green or blue?");
    await stage.settle();
    const received = await lastOfAda();
    await ada.write("This", { replyTo: received.message_id, quote: "green" });
    await stage.settle();
    expect((await lastInTopic()).quote?.text).toBe("green");
  });

  test("a quote or reply that Telegram does not accept any more costs the quote, never the message", async () => {
    await stage.telegram.faults([
      {
        methods: ["copyMessage"],
        effect: "refuse",
        code: 400,
        description: "Bad Request: QUOTE_TEXT_INVALID",
        times: 1,
      },
    ]);
    await stage.olga.write(topic, "Red or blue?");
    await stage.settle();
    await ada.write("This", { replyTo: (await lastOfAda()).message_id, quote: "blue" });
    await stage.settle();
    expect((await lastInTopic()).text).toBe("This");
  });

  test("reactions appear on the counterpart and disappear again, both ways", async () => {
    const message = await ada.write("Done!");
    await stage.settle();
    const copy = await lastInTopic();
    await stage.olga.react(copy.message_id, "🎉");
    await stage.settle();
    const reactionsOf = async (chat: number, id: number) =>
      ((await stage.telegram.message(chat, id)).reactions ?? []).flatMap((one) =>
        one.reaction.map((r) => (r as { emoji?: string }).emoji),
      );
    expect(await reactionsOf(ada.id, message.message_id)).toEqual(["🎉"]);
    await stage.olga.react(copy.message_id, null);
    await stage.settle();
    expect(await reactionsOf(ada.id, message.message_id)).toEqual([]);
    await stage.olga.write(topic, "Nice");
    await stage.settle();
    const nice = await lastOfAda();
    await ada.react(nice.message_id, "❤");
    await stage.settle();
    const original = (await stage.inTopic("SUP-1")).at(-1)!;
    expect(await reactionsOf(stage.group.id, original.message_id)).toEqual(["❤"]);
  });
});

describe("locations that move", () => {
  test("a live location lives on in the topic, moves at most every half minute and stops", async () => {
    const sent = await ada.send({ location: { latitude: 50, longitude: 10, livePeriod: 900 } });
    await stage.settle();
    const copy = await lastInTopic();
    expect(copy.location?.live_period).toBe(900);
    for (let step = 1; step <= 20; step += 1) {
      await ada.moveLocation(sent.message_id, { latitude: 50 + step / 100, longitude: 10 });
      await stage.pass(3_000);
    }
    await stage.settle();
    const moved = await stage.telegram.message(stage.group.id, copy.message_id);
    expect(moved.location?.latitude).toBeCloseTo(50.2);
    const edits = await stage.telegram.calls({ method: "editMessageLiveLocation" });
    expect(edits.length).toBeGreaterThan(0);
    expect(edits.length).toBeLessThanOrEqual(4);
    await ada.stopLocation(sent.message_id);
    await stage.settle();
    expect((await stage.telegram.calls({ method: "stopMessageLiveLocation" })).length).toBe(1);
  });
});

describe("what is never passed on", () => {
  test("pins and other service messages", async () => {
    await ada.pin((await lastOfAda()).message_id);
    await stage.lead.pin((await lastInTopic()).message_id);
    const [inTopic, atAda] = [await stage.inTopic("SUP-1"), await ada.messages()];
    await stage.settle();
    expect((await stage.inTopic("SUP-1")).length).toBe(inTopic.length);
    expect((await ada.messages()).length).toBe(atAda.length);
  });

  test("the bot's own echoes are no act of an agent", async () => {
    await stage.olga.write(topic, "/close");
    await stage.settle();
    const echoes = stage.deliveries.filter(({ update }) => update.message?.from?.is_bot === true);
    expect(echoes.length).toBeGreaterThan(0);
    const { events } = await stage.get<{ events: { items: { type: string }[] } }>("/api/v1/tickets/SUP-1");
    expect(events.items.filter((event) => event.type === "ticket_closed").length).toBe(1);
  });

  test("what is said in General, in other topics, or by a channel", async () => {
    const before = (await ada.messages()).length;
    await stage.olga.write(null, "Lunch?");
    const kitchen = await stage.lead.createTopic("Kitchen");
    await stage.olga.write(kitchen.id, "Pizza!");
    await stage.settle();
    expect((await ada.messages()).length).toBe(before);
  });
});

test("/delete as a reply removes the customer's copy of an agent's message", async () => {
  const slip = await stage.olga.write(topic, "He is a fool");
  await stage.settle();
  expect(texts(await ada.messages())).toContain("He is a fool");
  await stage.olga.write(topic, "/delete", { replyTo: slip.message_id });
  await stage.settle();
  expect(texts(await ada.messages())).not.toContain("He is a fool");
  await stage.olga.write(topic, "/delete");
  await stage.settle();
  expect(texts(await stage.olga.messages({ threadId: topic })).at(-1)).toContain("Reply with /delete");
});
