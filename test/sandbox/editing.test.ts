import { describe, expect, it } from "vitest";
import { aWorld, GROUP_ID } from "./a-world.ts";

const HOUR_MS = 3_600_000;
const NOT_MODIFIED =
  "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";
const keyboard = (text: string) => ({ inline_keyboard: [[{ text, callback_data: "x" }]] });

describe("editing a message", () => {
  it("changes the bot's own texts, and never comes back as an update", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.api("sendMessage", { chat_id: ada.id, text: "one" });
    world.hook({ drop_pending_updates: true });
    world.clock.advance(5000);
    const edited = world.api("editMessageText", { chat_id: ada.id, message_id, text: "two" });
    expect(edited).toMatchObject({ message_id, text: "two", edit_date: world.clock.now() / 1000 });
    expect(world.delivered()).toEqual([]);
  });

  it("is refused where it changes nothing, as a probe whether the message is still there", () => {
    const world = aWorld();
    const ada = world.customer();
    const reply_markup = keyboard("Claim");
    const { message_id } = world.api("sendMessage", { chat_id: ada.id, text: "card", reply_markup });
    const subject = { chat_id: ada.id, message_id };
    expect(world.refusal("editMessageReplyMarkup", { ...subject, reply_markup })).toBe(NOT_MODIFIED);
    expect(world.refusal("editMessageText", { ...subject, text: "card", reply_markup })).toBe(NOT_MODIFIED);
    world.core.act("deleteMessages", { userId: ada.id, messageIds: [message_id] });
    expect(world.refusal("editMessageReplyMarkup", { ...subject, reply_markup })).toBe(
      "Bad Request: message to edit not found",
    );
  });

  it("takes the keyboard away where the edit has none", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.api("sendMessage", {
      chat_id: ada.id,
      text: "card",
      reply_markup: keyboard("Claim"),
    });
    expect(world.api("editMessageText", { chat_id: ada.id, message_id, text: "card" })).not.toHaveProperty(
      "reply_markup",
    );
  });

  it("is refused for others' messages, for forwards and for service messages", () => {
    const world = aWorld();
    const ada = world.customer();
    world.group();
    const topicId = world.topic();
    const { message_id } = world.core.act("write", { userId: ada.id, text: "mine" });
    const forwarded = world.api("forwardMessage", { chat_id: ada.id, from_chat_id: ada.id, message_id });
    for (const [chat_id, id] of [
      [ada.id, message_id],
      [ada.id, forwarded.message_id],
      [GROUP_ID, topicId],
    ]) {
      expect(world.refusal("editMessageText", { chat_id, message_id: id, text: "x" })).toBe(
        "Bad Request: message can't be edited",
      );
    }
    expect(world.refusal("editMessageText", { chat_id: ada.id, text: "x" })).toBe(
      "Bad Request: message identifier is not specified",
    );
  });

  it("edits texts as texts and captions as captions", () => {
    const world = aWorld();
    const ada = world.customer();
    const text = world.api("sendMessage", { chat_id: ada.id, text: "x" });
    const photo = world.api("sendPhoto", {
      chat_id: ada.id,
      photo: "https://example.com/a.jpg",
      caption: "old",
    });
    const on = (message: { message_id: number }) => ({ chat_id: ada.id, message_id: message.message_id });
    expect(world.refusal("editMessageText", { ...on(photo), text: "y" })).toBe(
      "Bad Request: there is no text in the message to edit",
    );
    expect(world.refusal("editMessageCaption", { ...on(text), caption: "y" })).toBe(
      "Bad Request: there is no caption in the message to edit",
    );
    expect(world.refusal("editMessageCaption", { ...on(photo), caption: "old" })).toBe(NOT_MODIFIED);
    expect(world.api("editMessageCaption", { ...on(photo), caption: "new" })).toMatchObject({
      caption: "new",
      photo: photo.photo,
    });
  });

  it("replaces media, within an album only by what may stand in it", () => {
    const world = aWorld();
    const ada = world.customer();
    const media = ["a", "b"].map((name) => ({ type: "photo", media: `https://example.com/${name}.jpg` }));
    const [item] = world.api<{ message_id: number }[]>("sendMediaGroup", { chat_id: ada.id, media });
    const subject = { chat_id: ada.id, message_id: item?.message_id };
    const video = { type: "video", media: "https://example.com/a.mp4", caption: "moving" };
    expect(world.api("editMessageMedia", { ...subject, media: video })).toMatchObject({
      caption: "moving",
      video: { file_name: "a.mp4" },
    });
    const document = { type: "document", media: "https://example.com/a.pdf" };
    expect(world.refusal("editMessageMedia", { ...subject, media: document })).toBe(
      "Bad Request: can't use the media of the specified type in the album",
    );
  });

  it("moves a live location until it is stopped", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.api("sendLocation", {
      chat_id: ada.id,
      latitude: 1,
      longitude: 2,
      live_period: 900,
    });
    const subject = { chat_id: ada.id, message_id };
    expect(
      world.api("editMessageLiveLocation", { ...subject, latitude: 3, longitude: 4 }).location,
    ).toMatchObject({ latitude: 3, live_period: 900 });
    expect(world.api("stopMessageLiveLocation", subject).location).toEqual({ latitude: 3, longitude: 4 });
    expect(world.refusal("editMessageLiveLocation", { ...subject, latitude: 5, longitude: 6 })).toBe(
      "Bad Request: message can't be edited",
    );
  });
});

describe("deleting messages", () => {
  it("is possible for 48 hours", () => {
    const world = aWorld();
    const ada = world.customer();
    const young = world.api("sendMessage", { chat_id: ada.id, text: "young" });
    const old = world.api("sendMessage", { chat_id: ada.id, text: "old" });
    world.clock.advance(48 * HOUR_MS - 1000);
    expect(world.api("deleteMessage", { chat_id: ada.id, message_id: young.message_id })).toBe(true);
    world.clock.advance(1000);
    expect(world.refusal("deleteMessage", { chat_id: ada.id, message_id: old.message_id })).toBe(
      "Bad Request: message can't be deleted for everyone",
    );
    expect(world.refusal("deleteMessage", { chat_id: ada.id, message_id: young.message_id })).toBe(
      "Bad Request: message to delete not found",
    );
  });

  it("needs the right to in groups, and leaves the creation of topics standing", () => {
    const world = aWorld();
    world.group({ botRights: { can_delete_messages: false } });
    const topicId = world.topic();
    const olga = world.agent();
    const { message_id } = world.core.act("write", { userId: olga.id, chatId: GROUP_ID, text: "x" });
    const subject = { chat_id: GROUP_ID, message_id };
    expect(world.refusal("deleteMessage", subject)).toBe("Bad Request: message can't be deleted");
    world.core.act("promoteBot", { chatId: GROUP_ID, rights: { can_delete_messages: true } });
    expect(world.api("deleteMessage", subject)).toBe(true);
    expect(world.refusal("deleteMessage", { chat_id: GROUP_ID, message_id: topicId })).toBe(
      "Bad Request: message can't be deleted",
    );
  });

  it("keeps all of several messages where one must stay", () => {
    const world = aWorld();
    const ada = world.customer();
    const old = world.api("sendMessage", { chat_id: ada.id, text: "old" });
    world.clock.advance(48 * HOUR_MS);
    const young = world.api("sendMessage", { chat_id: ada.id, text: "young" });
    const message_ids = [old.message_id, young.message_id];
    expect(world.refusal("deleteMessages", { chat_id: ada.id, message_ids })).toBe(
      "Bad Request: message can't be deleted for everyone",
    );
    expect(world.chatMessages(ada.id).map((message) => message.text)).toEqual(["/start", "old", "young"]);
    const many = Array.from({ length: 101 }, (_, n) => n + 1);
    expect(world.refusal("deleteMessages", { chat_id: ada.id, message_ids: many })).toBe(
      "Bad Request: too many message identifiers specified",
    );
  });

  it("leaves a die in a private chat for a day", () => {
    const world = aWorld();
    const ada = world.customer();
    const die = world.api("sendDice", { chat_id: ada.id });
    const subject = { chat_id: ada.id, message_id: die.message_id };
    expect(world.refusal("deleteMessage", subject)).toBe(
      "Bad Request: message can't be deleted for everyone",
    );
    world.clock.advance(24 * HOUR_MS);
    expect(world.api("deleteMessage", subject)).toBe(true);
  });

  it("skips messages that are not there", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.api("sendMessage", { chat_id: ada.id, text: "x" });
    expect(world.api("deleteMessages", { chat_id: ada.id, message_ids: [message_id, 999] })).toBe(true);
    expect(world.chatMessages(ada.id).map((message) => message.text)).toEqual(["/start"]);
  });
});

describe("reactions and pins of the bot", () => {
  it("are only those that the group takes", () => {
    const world = aWorld();
    world.group({ reactions: ["👍", "❤"] });
    const olga = world.agent();
    const { message_id } = world.core.act("write", { userId: olga.id, chatId: GROUP_ID, text: "x" });
    const react = (emoji: string) => ({
      chat_id: GROUP_ID,
      message_id,
      reaction: [{ type: "emoji", emoji }],
    });
    expect(world.api("setMessageReaction", react("👍"))).toBe(true);
    expect(world.refusal("setMessageReaction", react("✍"))).toBe("Bad Request: REACTION_INVALID");
    const inGroup = { userId: olga.id, chatId: GROUP_ID, messageId: message_id };
    expect(() => world.core.act("react", { ...inGroup, emoji: ["🔥"] })).toThrow("REACTION_INVALID");
    expect(world.api("getChat", { chat_id: GROUP_ID })).toMatchObject({
      available_reactions: [{ emoji: "👍" }, { emoji: "❤" }],
    });
    world.group({ reactions: null });
    expect(world.api("setMessageReaction", react("✍"))).toBe(true);
  });

  it("add no twelfth kind to a message", () => {
    const world = aWorld();
    world.group();
    const { message_id } = world.api("sendMessage", { chat_id: GROUP_ID, text: "x" });
    for (const emoji of Array.from("👍👎🔥🥰👏😁🤔🤯😱🤬😢")) {
      const { id } = world.agent();
      world.core.act("react", { userId: id, chatId: GROUP_ID, messageId: message_id, emoji: [emoji] });
    }
    const react = (emoji: string) => ({
      chat_id: GROUP_ID,
      message_id,
      reaction: [{ type: "emoji", emoji }],
    });
    expect(world.refusal("setMessageReaction", react("🎉"))).toBe("Bad Request: REACTIONS_TOO_MANY");
    expect(world.api("setMessageReaction", react("👍"))).toBe(true);
  });

  it("are one standard emoji on a message that is there", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.core.act("write", { userId: ada.id, text: "thanks" });
    const react = (...emoji: string[]) => ({
      chat_id: ada.id,
      message_id,
      reaction: emoji.map((each) => ({ type: "emoji", emoji: each })),
    });
    expect(world.api("setMessageReaction", react("👍"))).toBe(true);
    expect(world.chatMessages(ada.id).at(-1)?.reactions).toEqual([
      { userId: 1, reaction: [{ type: "emoji", emoji: "👍" }] },
    ]);
    expect(world.refusal("setMessageReaction", react("🥑"))).toBe("Bad Request: REACTION_INVALID");
    expect(world.refusal("setMessageReaction", { ...react("👍"), message_id: 999 })).toBe(
      "Bad Request: message to react not found",
    );
    expect(world.refusal("setMessageReaction", react("👍", "🔥"))).toBe("Bad Request: REACTIONS_TOO_MANY");
    world.api("setMessageReaction", react());
    expect(world.chatMessages(ada.id).at(-1)).not.toHaveProperty("reactions");
  });

  it("come back as a service message in the topic, and need the right to pin", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic();
    const { message_id } = world.api("sendMessage", { chat_id: GROUP_ID, message_thread_id, text: "card" });
    world.hook({ drop_pending_updates: true });
    expect(world.api("pinChatMessage", { chat_id: GROUP_ID, message_id })).toBe(true);
    expect(world.delivered()).toMatchObject([
      { message: { from: { id: 1 }, message_thread_id, pinned_message: { message_id, text: "card" } } },
    ]);
    world.api("pinChatMessage", { chat_id: GROUP_ID, message_id });
    expect(world.delivered()).toEqual([]);
    world.core.act("promoteBot", { chatId: GROUP_ID, rights: { can_pin_messages: false } });
    expect(world.refusal("pinChatMessage", { chat_id: GROUP_ID, message_id })).toBe(
      "Bad Request: not enough rights to manage pinned messages in the chat",
    );
    world.core.act("promoteBot", { chatId: GROUP_ID, rights: { can_pin_messages: true } });
    expect(world.refusal("pinChatMessage", { chat_id: GROUP_ID, message_id: 999 })).toBe(
      "Bad Request: message to pin not found",
    );
  });
});
