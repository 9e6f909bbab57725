import { beforeEach, expect, test } from "vitest";
import type { Customer, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { isCard, isService, Stage } from "../support/stage.ts";

const NEWS = { id: -1001777000111, type: "channel", title: "ShopStream News", username: "shopstream_news" };
const MALLORY = { type: "user", sender_user: { id: 778899, is_bot: false, first_name: "Mallory" }, date: 1 };
const POST = { type: "channel", chat: NEWS, message_id: 4, date: 1 };

let stage: Stage;
let ada: Customer;
let topic: number;

beforeEach(async () => {
  stage = await Stage.open();
  ada = await stage.customer({ firstName: "Ada" });
  await ada.write("My printer burns");
  await stage.settle();
  topic = (await stage.topic("SUP-1")).id;
});

async function inTopic(): Promise<SeenMessage[]> {
  const messages = await stage.group.messages({ threadId: topic });
  return messages.filter((message) => !isService(message) && !isCard(message));
}

async function atAda(): Promise<SeenMessage[]> {
  return (await ada.messages()).filter(({ from }) => from?.is_bot === true).slice(1);
}

const photo = { photo: [{ file_id: "AgACx", file_unique_id: "ux", width: 9, height: 9 }] };

test.each<[string, Record<string, unknown>]>([
  ["a text", { text: "Send me your card number" }],
  ["a picture", { ...photo, caption: "Your parcel" }],
  ["a rich message", { rich_message: { blocks: [{ type: "paragraph", text: "Pay here" }] } }],
  [
    "a place",
    { venue: { title: "Bank", address: "1", location: {} }, location: { latitude: 1, longitude: 1 } },
  ],
])(
  "%s that the customer forwards shows whose it was, and is answered and reacted to as ever",
  async (_, said) => {
    const { message_id } = await ada.writeAsIs({ ...said, forward_origin: MALLORY });
    await stage.settle();
    const shown = (await inTopic()).at(-1)!;
    expect(shown.forward_origin).toEqual(MALLORY);
    await stage.olga.write(topic, "That was not us", { replyTo: shown.message_id });
    await stage.olga.react(shown.message_id, "👍");
    await stage.settle();
    expect((await atAda()).at(-1)).toMatchObject({
      text: "That was not us",
      reply_to_message: { message_id },
    });
    expect(await stage.telegram.message(ada.id, message_id)).toMatchObject({ reactions: [{}] });
  },
);

test("an album that the customer forwards stays one, with whose it was", async () => {
  for (const id of [1, 2])
    await ada.writeAsIs({
      photo: [{ file_id: `AgAC${id}`, file_unique_id: `u${id}`, width: 9, height: 9 }],
      media_group_id: "88",
      forward_origin: MALLORY,
    });
  await stage.settle();
  const [one, two] = (await inTopic()).slice(-2);
  expect([one.forward_origin, two.forward_origin]).toEqual([MALLORY, MALLORY]);
  expect(one.media_group_id).toBe(two.media_group_id);
});

test("where Telegram lets it only be copied, a line says whose it was", async () => {
  await stage.telegram.faults([
    {
      effect: "refuse",
      code: 400,
      description: "Bad Request: message can't be forwarded",
      methods: ["forwardMessage"],
    },
  ]);
  await ada.writeAsIs({ text: "Send me your card number", forward_origin: MALLORY });
  await stage.settle();
  const said = (await inTopic()).slice(-2).map(({ text }) => text ?? "");
  expect(said[0]).toBe("Send me your card number");
  expect(said[1]).toMatch(/forwarded from Mallory/);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    "a post of a channel",
    {
      external_reply: { origin: POST, chat: NEWS, message_id: 4 },
      quote: { text: "3 colours", position: 1 },
    },
    /about a message of ShopStream News: “3 colours”/,
  ],
  ["a picture of somebody", { external_reply: { origin: MALLORY, photo: [] } }, /about a photo of Mallory/],
  ["a story", { reply_to_story: { chat: NEWS, id: 7 } }, /about a story of ShopStream News/],
])("what a customer answers to %s stands below a line that says so", async (_, refers, line) => {
  await ada.writeAsIs({ ...photo, caption: "all of them?", ...refers });
  await stage.settle();
  const [about, copy] = (await inTopic()).slice(-2);
  expect(about.text).toMatch(line);
  expect(copy.caption).toBe("all of them?");
});

test("an album that answers a story has one line", async () => {
  for (const id of [1, 2])
    await ada.writeAsIs({
      photo: [{ file_id: `AgAC${id}`, file_unique_id: `u${id}`, width: 9, height: 9 }],
      media_group_id: "88",
      reply_to_story: { chat: NEWS, id: 7 },
    });
  await stage.settle();
  const lines = (await inTopic()).map(({ text }) => text ?? "");
  expect(lines.filter((line) => line.includes("a story of ShopStream News"))).toHaveLength(1);
});

test("an agent's forward names a public channel to the customer, but no person", async () => {
  await stage.olga.writeAsIs(topic, { text: "3 colours", forward_origin: POST });
  await stage.olga.writeAsIs(topic, { text: "I had the same", forward_origin: MALLORY });
  await stage.settle();
  const [post, words] = await atAda();
  expect(post.forward_origin).toEqual(POST);
  expect(words.text).toBe("I had the same");
  expect(words.forward_origin).toBeUndefined();
});

test("an agent's answer to a message of another topic is held back, to a public post it is not", async () => {
  const staff = { id: stage.group.id, type: "supergroup", title: "Support", username: "support_staff" };
  const inside = { external_reply: { origin: MALLORY, chat: staff, message_id: 9 }, text: "he lies" };
  await stage.olga.writeAsIs(topic, inside);
  await stage.settle();
  expect(await atAda()).toEqual([]);
  expect((await inTopic()).at(-1)!.text).toMatch(/Not sent/);
  await stage.olga.writeAsIs(topic, {
    text: "see there",
    external_reply: { origin: POST, chat: NEWS, message_id: 4 },
  });
  await stage.settle();
  expect((await atAda()).map(({ text }) => text)).toEqual([
    expect.stringContaining("ShopStream News"),
    "see there",
  ]);
});
