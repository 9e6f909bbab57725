import { describe, expect, it } from "vitest";
import { aWorld, BOT_ID } from "./a-world.ts";

describe("a person", () => {
  it("opens their chat with /start, which is a command with or without a payload", () => {
    const world = aWorld();
    world.hook();
    const ada = world.person({ username: "ada", languageCode: "en", isPremium: true });
    world.core.act("start", { userId: ada.id, payload: "order_1001" });
    expect(world.delivered()).toMatchObject([
      {
        message: {
          from: {
            id: ada.id,
            is_bot: false,
            first_name: "Ada",
            username: "ada",
            language_code: "en",
            is_premium: true,
          },
          chat: { id: ada.id, type: "private", first_name: "Ada", username: "ada" },
          text: "/start order_1001",
          entities: [{ type: "bot_command", offset: 0, length: 6 }],
        },
      },
    ]);
  });

  it("numbers their messages in one row with all other private chats", () => {
    const world = aWorld();
    const ada = world.person();
    const bob = world.person();
    const ids = [ada, bob, ada].map(
      ({ id }) => world.core.act("write", { userId: id, text: "x" }).message_id,
    );
    expect(ids).toEqual([1, 2, 3]);
  });

  it("sends an album as one message after the other, the caption on any of them", () => {
    const world = aWorld();
    const ada = world.customer();
    world.hook({ drop_pending_updates: true });
    world.core.act("writeAlbum", {
      userId: ada.id,
      items: [{ photo: {} }, { photo: {} }, { video: {}, caption: "all of it" }],
    });
    const messages = world.delivered().map(({ message }) => message);
    expect(messages).toHaveLength(3);
    expect(new Set(messages.map((message) => message?.media_group_id)).size).toBe(1);
    expect(messages.map((message) => message?.caption)).toEqual([undefined, undefined, "all of it"]);
  });

  it("edits texts, captions and media, and the bot hears of each", () => {
    const world = aWorld();
    const ada = world.customer();
    const text = world.core.act("write", { userId: ada.id, text: "teh" });
    const photo = world.core.act("write", { userId: ada.id, photo: {}, caption: "old" });
    world.hook({ drop_pending_updates: true });
    world.clock.advance(3000);
    world.core.act("edit", { userId: ada.id, messageId: text.message_id, text: "the" });
    world.core.act("edit", { userId: ada.id, messageId: photo.message_id, caption: "new" });
    world.core.act("edit", { userId: ada.id, messageId: photo.message_id, video: {}, caption: "moving" });
    const edits = world.delivered().map(({ edited_message }) => edited_message);
    expect(edits).toMatchObject([
      { message_id: text.message_id, text: "the", edit_date: text.date + 3 },
      { message_id: photo.message_id, caption: "new", photo: photo.photo },
      { message_id: photo.message_id, caption: "moving", video: {} },
    ]);
    expect(edits.at(-1)).not.toHaveProperty("photo");
  });

  it("moves and stops a live location by edits", () => {
    const world = aWorld();
    const ada = world.customer();
    const live = world.core.act("write", {
      userId: ada.id,
      location: { latitude: 1, longitude: 1, livePeriod: 600 },
    });
    world.hook({ drop_pending_updates: true });
    const subject = { userId: ada.id, messageId: live.message_id };
    world.core.act("moveLocation", { ...subject, latitude: 2, longitude: 2, heading: 90 });
    world.core.act("stopLocation", subject);
    expect(world.delivered().map(({ edited_message }) => edited_message?.location)).toEqual([
      { latitude: 2, longitude: 2, live_period: 600, heading: 90 },
      { latitude: 2, longitude: 2 },
    ]);
    expect(() => world.core.act("moveLocation", { ...subject, latitude: 3, longitude: 3 })).toThrow(
      "is no live location",
    );
  });

  it("deletes messages without the bot ever hearing of it", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.core.act("write", { userId: ada.id, text: "oops" });
    world.hook({ drop_pending_updates: true });
    world.core.act("deleteMessages", { userId: ada.id, messageIds: [message_id] });
    expect(world.delivered()).toEqual([]);
    expect(world.refusal("copyMessage", { chat_id: ada.id, from_chat_id: ada.id, message_id })).toBe(
      "Bad Request: message to copy not found",
    );
  });

  it("replies with a quote, to other chats and to stories", () => {
    const world = aWorld();
    const ada = world.customer();
    const answer = world.api("sendMessage", { chat_id: ada.id, text: "your order is on its way" });
    const channel = world.core.act("channel", { id: -1003, title: "Shop news" });
    const { post } = world.core.act("postInChannel", { chatId: channel.id, text: "Sale!" });
    expect(
      world.core.act("write", {
        userId: ada.id,
        text: "when?",
        replyTo: answer.message_id,
        quote: "on its way",
      }),
    ).toMatchObject({
      reply_to_message: { message_id: answer.message_id },
      quote: { text: "on its way", position: 14, is_manual: true },
    });
    expect(
      world.core.act("write", {
        userId: ada.id,
        text: "still on?",
        replyElsewhere: { chatId: channel.id, messageId: post.message_id },
      }),
    ).toMatchObject({ external_reply: { chat: { id: -1003 }, origin: { type: "channel" } } });
    expect(
      world.core.act("write", { userId: ada.id, text: "nice", replyToStory: { chatId: channel.id, id: 4 } }),
    ).toMatchObject({ reply_to_story: { chat: { id: -1003 }, id: 4 } });
  });

  it("reacts, changes the reaction and takes it back", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.api("sendMessage", { chat_id: ada.id, text: "done" });
    world.hook({ allowed_updates: ["message_reaction"], drop_pending_updates: true });
    for (const emoji of [["👍"], ["❤️"], []]) {
      world.core.act("react", { userId: ada.id, messageId: message_id, emoji });
    }
    const thumb = { type: "emoji", emoji: "👍" };
    const heart = { type: "emoji", emoji: "❤" };
    expect(world.delivered().map(({ message_reaction }) => message_reaction)).toMatchObject([
      { message_id, user: { id: ada.id }, old_reaction: [], new_reaction: [thumb] },
      { old_reaction: [thumb], new_reaction: [heart] },
      { old_reaction: [heart], new_reaction: [] },
    ]);
  });

  it("blocks the bot, which hears of it once, and comes back with START", () => {
    const world = aWorld();
    const ada = world.customer();
    world.hook({ drop_pending_updates: true });
    world.core.act("block", { userId: ada.id });
    world.core.act("start", { userId: ada.id });
    const updates = world.delivered().sort((one, other) => one.update_id - other.update_id);
    expect(updates).toMatchObject([
      {
        my_chat_member: {
          chat: { id: ada.id, type: "private" },
          from: { id: ada.id },
          old_chat_member: { status: "member", user: { id: BOT_ID } },
          new_chat_member: { status: "kicked" },
        },
      },
      { my_chat_member: { new_chat_member: { status: "member" } } },
      { message: { text: "/start" } },
    ]);
  });
});

function withCard() {
  const world = aWorld();
  const ada = world.customer();
  const card = world.api("sendMessage", {
    chat_id: ada.id,
    text: "card",
    reply_markup: {
      inline_keyboard: [
        [
          { text: "Yes", callback_data: "yes:1" },
          { text: "Site", url: "https://example.com/" },
        ],
      ],
    },
  });
  world.hook({ drop_pending_updates: true });
  const press = (button: { text: string } | { data: string }, asOld = false) =>
    world.core.act("press", { userId: ada.id, messageId: card.message_id, asOld, ...button });
  return { world, ada, card, press };
}

describe("a button", () => {
  it("sends the bot a query with the message, and shows what it answers, once", () => {
    const { world, ada, card, press } = withCard();
    const { queryId } = press({ text: "Yes" });
    const [update] = world.delivered();
    expect(update?.callback_query).toMatchObject({
      id: queryId,
      from: { id: ada.id },
      message: { message_id: card.message_id, text: "card", date: card.date },
      data: "yes:1",
      chat_instance: expect.stringMatching(/^-?\d+$/),
    });
    const seen = () => world.core.act("callbackAnswer", { queryId: queryId ?? "" });
    expect(seen()).toBeNull();
    const answer = { callback_query_id: queryId, text: "Claimed", show_alert: true };
    expect(world.api("answerCallbackQuery", answer)).toBe(true);
    expect(seen()).toEqual({ text: "Claimed", showAlert: true, url: null });
    expect(world.refusal("answerCallbackQuery", answer)).toBe(
      "Bad Request: query is too old and response timeout expired or query ID is invalid",
    );
  });

  it("can be answered for 150 seconds", () => {
    const { world, press } = withCard();
    const { queryId: first } = press({ data: "yes:1" });
    world.clock.advance(150_000);
    expect(world.api("answerCallbackQuery", { callback_query_id: first })).toBe(true);
    const { queryId: second } = press({ data: "yes:1" });
    world.clock.advance(150_001);
    expect(world.refusal("answerCallbackQuery", { callback_query_id: second })).toMatch("query is too old");
  });

  it("brings nothing but the id of an old message", () => {
    const { world, card, press } = withCard();
    press({ data: "yes:1" }, true);
    const [update] = world.delivered();
    expect(update?.callback_query?.message).toEqual({
      chat: card.chat,
      message_id: card.message_id,
      date: 0,
    });
  });

  it("opens its link, and the bot hears nothing", () => {
    const { world, press } = withCard();
    expect(press({ text: "Site" })).toEqual({ queryId: null, opens: "https://example.com/" });
    expect(world.delivered()).toEqual([]);
  });

  it("writes its text where it belongs to a reply keyboard", () => {
    const world = aWorld();
    const ada = world.customer();
    const asked = world.api("sendMessage", {
      chat_id: ada.id,
      text: "Language?",
      reply_markup: { keyboard: [[{ text: "English" }, "Deutsch"]] },
    });
    world.core.act("press", { userId: ada.id, messageId: asked.message_id, text: "Deutsch" });
    expect(world.chatMessages(ada.id).at(-1)).toMatchObject({ from: { id: ada.id }, text: "Deutsch" });
  });
});

describe("a poll of the bot", () => {
  it("tells who voted for what, unless it is anonymous", () => {
    const world = aWorld();
    const ada = world.customer();
    const ask = (is_anonymous: boolean) =>
      world.api("sendPoll", { chat_id: ada.id, question: "Fine?", options: ["yes", "no"], is_anonymous });
    const open = ask(false);
    const secret = ask(true);
    world.hook({ drop_pending_updates: true });
    world.core.act("vote", { userId: ada.id, messageId: open.message_id, options: [1] });
    world.core.act("vote", { userId: ada.id, messageId: secret.message_id, options: [0] });
    const updates = world.delivered();
    expect(updates.filter(({ poll_answer }) => poll_answer)).toMatchObject([
      { poll_answer: { user: { id: ada.id }, option_ids: [1] } },
    ]);
    expect(updates.filter(({ poll }) => poll)).toHaveLength(2);
    expect(world.api("stopPoll", { chat_id: ada.id, message_id: open.message_id })).toMatchObject({
      is_closed: true,
      options: [{ voter_count: 0 }, { voter_count: 1 }],
    });
    const again = { userId: ada.id, messageId: open.message_id, options: [0] };
    expect(() => world.core.act("vote", again)).toThrow("is closed");
  });
});
