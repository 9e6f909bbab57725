import type { MessageId } from "grammy/types";
import { describe, expect, it } from "vitest";
import type { MessageContent } from "../../src/sandbox/telegram/client.ts";
import { aWorld, GROUP_ID } from "./a-world.ts";

const COPYABLE: MessageContent[] = [
  { text: "hello *there*", entities: [{ type: "bold", offset: 0, length: 5 }] },
  { photo: {}, caption: "look" },
  { video: { fileName: "clip.mp4" } },
  { animation: {} },
  { audio: { title: "Song" } },
  { document: { fileName: "bill.pdf" } },
  { voice: { duration: 3 } },
  { videoNote: {} },
  { sticker: { emoji: "🤖" } },
  { location: { latitude: 52.5, longitude: 13.4 } },
  { venue: { latitude: 52.5, longitude: 13.4, title: "Shop", address: "Main St" } },
  { contact: { phoneNumber: "+100", firstName: "Bob" } },
  { poll: { question: "Fine?", options: ["yes", "no"] } },
  { poll: { question: "2+2?", options: ["3", "4"], quiz: true, correctOptionIds: [1] } },
  { story: {} },
  { unknown: { hologram: { file_id: "x" } } },
];

const UNCOPYABLE: MessageContent[] = [
  { paidMedia: { stars: 5 } },
  { invoice: { title: "Bill", totalAmount: 100, currency: "EUR" } },
  { giveaway: { winnerCount: 3 } },
  { poll: { question: "2+2?", options: ["3", "4"], quiz: true } },
];

describe("copying one message", () => {
  it.each(COPYABLE)("carries %j over as it is", (content) => {
    const world = aWorld();
    const ada = world.customer();
    world.group();
    const message_thread_id = world.topic();
    const { message_id } = world.core.act("write", { userId: ada.id, ...content });
    const copy = world.api<MessageId>("copyMessage", {
      chat_id: GROUP_ID,
      message_thread_id,
      from_chat_id: ada.id,
      message_id,
    });
    expect(Object.keys(copy)).toEqual(["message_id"]);
    const [original] = world.chatMessages(ada.id).slice(-1);
    const copied = world.core.act("message", { chatId: GROUP_ID, messageId: copy.message_id });
    for (const [field, value] of Object.entries(original ?? {})) {
      if (["message_id", "from", "chat", "poll", "votes"].includes(field)) continue;
      expect(copied).toHaveProperty(field, value);
    }
    expect(copied).not.toHaveProperty("forward_origin");
  });

  it.each(UNCOPYABLE)("refuses %j", (content) => {
    const world = aWorld();
    const ada = world.customer();
    world.group();
    const { message_id } = world.core.act("write", { userId: ada.id, ...content });
    expect(world.refusal("copyMessage", { chat_id: GROUP_ID, from_chat_id: ada.id, message_id })).toBe(
      "Bad Request: message can't be copied",
    );
  });

  it("refuses service messages, what is protected, and what is gone", () => {
    const world = aWorld();
    const ada = world.customer();
    world.group();
    const service = world.topic();
    const copy = (message_id: number) => ({ chat_id: ada.id, from_chat_id: GROUP_ID, message_id });
    expect(world.refusal("copyMessage", copy(service))).toBe("Bad Request: message can't be copied");
    expect(world.refusal("copyMessage", copy(999))).toBe("Bad Request: message to copy not found");
    const kept = world.api("sendMessage", { chat_id: GROUP_ID, text: "secret", protect_content: true });
    expect(kept.has_protected_content).toBe(true);
    expect(world.refusal("copyMessage", copy(kept.message_id))).toBe("Bad Request: message can't be copied");
    expect(world.refusal("forwardMessage", copy(kept.message_id))).toBe(
      "Bad Request: message has protected content and can't be forwarded",
    );
  });

  it("may have another caption, a reply and a keyboard", () => {
    const world = aWorld();
    const ada = world.customer();
    const photo = world.core.act("write", { userId: ada.id, photo: {}, caption: "old" });
    const { message_id } = world.api<MessageId>("copyMessage", {
      chat_id: ada.id,
      from_chat_id: ada.id,
      message_id: photo.message_id,
      caption: "new",
      reply_parameters: { message_id: photo.message_id },
      reply_markup: { inline_keyboard: [[{ text: "A", callback_data: "a" }]] },
    });
    expect(world.core.act("message", { chatId: ada.id, messageId: message_id })).toMatchObject({
      caption: "new",
      photo: photo.photo,
      reply_to_message: { message_id: photo.message_id },
      reply_markup: { inline_keyboard: [[{ text: "A" }]] },
    });
  });

  it("puts another caption where the call says, and forgets where the one before stood", () => {
    const world = aWorld();
    const ada = world.customer();
    const shown = world.api("sendPhoto", {
      chat_id: ada.id,
      photo: "https://example.com/a.jpg",
      caption: "old",
      show_caption_above_media: true,
    });
    const copied = (extra: object) => {
      const { message_id } = world.api<MessageId>("copyMessage", {
        chat_id: ada.id,
        from_chat_id: ada.id,
        message_id: shown.message_id,
        ...extra,
      });
      return world.core.act("message", { chatId: ada.id, messageId: message_id });
    };
    expect(copied({})).toMatchObject({ caption: "old", show_caption_above_media: true });
    expect(copied({ caption: "new" })).not.toHaveProperty("show_caption_above_media");
    expect(copied({ caption: "new", show_caption_above_media: true })).toMatchObject({
      caption: "new",
      show_caption_above_media: true,
    });
  });

  it("rolls a die anew: the value is Telegram's, whoever threw first", () => {
    const world = aWorld();
    const ada = world.customer();
    const thrown = world.core.act("write", { userId: ada.id, dice: { value: 4 } });
    const values = Array.from({ length: 20 }, () => {
      const { message_id } = world.api<MessageId>("copyMessage", {
        chat_id: ada.id,
        from_chat_id: ada.id,
        message_id: thrown.message_id,
      });
      return world.core.act("message", { chatId: ada.id, messageId: message_id }).dice?.value ?? 0;
    });
    expect(new Set(values).size).toBeGreaterThan(1);
    expect(values.every((value) => value >= 1 && value <= 6)).toBe(true);
    const forwarded = world.api("forwardMessage", {
      chat_id: ada.id,
      from_chat_id: ada.id,
      message_id: thrown.message_id,
    });
    expect(forwarded.dice?.value).toBe(4);
  });

  it("leaves a poll's votes behind", () => {
    const world = aWorld();
    const ada = world.customer();
    const asked = world.core.act("write", {
      userId: ada.id,
      poll: { question: "Fine?", options: ["yes", "no"] },
    });
    world.core.act("vote", { userId: ada.id, messageId: asked.message_id, options: [0] });
    const { message_id } = world.api<MessageId>("copyMessage", {
      chat_id: ada.id,
      from_chat_id: ada.id,
      message_id: asked.message_id,
    });
    const { poll } = world.core.act("message", { chatId: ada.id, messageId: message_id });
    expect(poll?.id).not.toBe(asked.poll?.id);
    expect(poll).toMatchObject({ total_voter_count: 0, options: [{ voter_count: 0 }, {}] });
  });

  it("leaves a live location's life behind", () => {
    const world = aWorld();
    const ada = world.customer();
    const live = world.core.act("write", {
      userId: ada.id,
      location: { latitude: 1, longitude: 2, livePeriod: 900 },
    });
    const { message_id } = world.api<MessageId>("copyMessage", {
      chat_id: ada.id,
      from_chat_id: ada.id,
      message_id: live.message_id,
    });
    const copied = world.core.act("message", { chatId: ada.id, messageId: message_id });
    expect(copied.location).toEqual({ latitude: 1, longitude: 2 });
  });
});

function withAlbum() {
  const world = aWorld();
  const ada = world.customer();
  world.group();
  const album = world.core.act("writeAlbum", {
    userId: ada.id,
    items: [{ photo: {} }, { photo: {}, caption: "second" }, { video: {} }],
  });
  const copy = (message_ids: number[], extra: object = {}) => ({
    chat_id: GROUP_ID,
    from_chat_id: ada.id,
    message_ids,
    ...extra,
  });
  const inGroup = (ids: MessageId[]) =>
    ids.map(({ message_id }) => world.core.act("message", { chatId: GROUP_ID, messageId: message_id }));
  return { world, ada, album: album.map((item) => item.message_id), copy, inGroup };
}

describe("copying many messages", () => {
  it("keeps an album one album, with its caption where it was", () => {
    const { world, album, copy, inGroup } = withAlbum();
    const copied = inGroup(world.api<MessageId[]>("copyMessages", copy(album)));
    expect(new Set(copied.map((item) => item.media_group_id)).size).toBe(1);
    expect(copied[0]?.media_group_id).toBeDefined();
    expect(copied.map((item) => item.caption)).toEqual([undefined, "second", undefined]);
  });

  it("leaves one item of an album on its own, and captions behind when asked to", () => {
    const { world, album, copy, inGroup } = withAlbum();
    const [item] = inGroup(
      world.api<MessageId[]>("copyMessages", copy(album.slice(1, 2), { remove_caption: true })),
    );
    expect(item).toHaveProperty("photo");
    expect(item).not.toHaveProperty("media_group_id");
    expect(item).not.toHaveProperty("caption");
  });

  it("skips what is missing, and fails when nothing is left", () => {
    const { world, ada, album, copy } = withAlbum();
    world.core.act("deleteMessages", { userId: ada.id, messageIds: album.slice(0, 1) });
    expect(world.api<MessageId[]>("copyMessages", copy([...album, 9000]))).toHaveLength(2);
    expect(world.refusal("copyMessages", copy([9000, 9001]))).toBe(
      "Bad Request: there are no messages to forward",
    );
  });

  it.each([
    [[3, 2], "Bad Request: message identifiers must be in a strictly increasing order"],
    [[2, 2], "Bad Request: message identifiers must be in a strictly increasing order"],
    [Array.from({ length: 101 }, (_, n) => n + 1), "Bad Request: too many messages to forward"],
  ])("refuses the ids %j", (ids, description) => {
    const { world, copy } = withAlbum();
    expect(world.refusal("copyMessages", copy(ids))).toBe(description);
  });
});

describe("forwarding", () => {
  it("names the first author, also of what has been forwarded before", () => {
    const world = aWorld();
    const ada = world.customer();
    const bob = world.customer({ firstName: "Bob" });
    const { message_id } = world.core.act("write", { userId: ada.id, text: "mine" });
    const once = world.api("forwardMessage", { chat_id: bob.id, from_chat_id: ada.id, message_id });
    expect(once.forward_origin).toMatchObject({ type: "user", sender_user: { id: ada.id } });
    const [twice] = world.core.act("forward", {
      userId: bob.id,
      messages: [{ chatId: bob.id, messageId: once.message_id }],
    });
    expect(twice).toMatchObject({
      from: { id: bob.id },
      forward_origin: { type: "user", sender_user: { id: ada.id } },
      forward_from: { id: ada.id },
    });
  });

  it("hides authors who wish to be hidden", () => {
    const world = aWorld();
    const ada = world.customer();
    const bob = world.customer({ firstName: "Bob" });
    const { message_id } = world.core.act("write", { userId: ada.id, text: "mine" });
    const [hidden] = world.core.act("forward", {
      userId: bob.id,
      messages: [{ chatId: ada.id, messageId: message_id }],
      hideSender: true,
    });
    expect(hidden?.forward_origin).toMatchObject({ type: "hidden_user", sender_user_name: "Ada" });
    expect(hidden).not.toHaveProperty("forward_from");
  });
});
