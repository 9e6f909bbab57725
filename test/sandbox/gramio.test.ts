import { Bot, InlineKeyboard, MediaUpload, TelegramError } from "gramio";
import { describe, expect, it } from "vitest";
import type { SandboxTelegram } from "../../src/sandbox/telegram/client.ts";
import { aSandbox } from "./a-sandbox.ts";

const sandbox = aSandbox();

function botOf(tg: SandboxTelegram): Bot {
  return new Bot("1:sandbox", { api: { baseURL: `${tg.apiRoot}/bot` } });
}

function picture(name: string) {
  return MediaUpload.buffer(Buffer.alloc(12), name);
}

async function failure(attempt: Promise<unknown>): Promise<TelegramError<never>> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TelegramError);
  return error as TelegramError<never>;
}

describe("gramio", () => {
  it("knows who it is", async () => {
    const me = await botOf(await sandbox.world()).api.getMe();
    expect(me).toMatchObject({ id: 1, is_bot: true, first_name: "Desk" });
  });

  it("sends, copies and edits, with a keyboard of its own making", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer({ firstName: "Ada" });
    const asked = await ada.write("hello?");
    const card = await api.sendMessage({
      chat_id: ada.id,
      text: "<b>card</b>",
      parse_mode: "HTML",
      reply_markup: new InlineKeyboard().text("Claim", "claim:1"),
    });
    await api.editMessageText({ chat_id: ada.id, message_id: card.message_id, text: "claimed" });
    await api.copyMessage({ chat_id: ada.id, from_chat_id: ada.id, message_id: asked.message_id });
    expect((await ada.messages()).map((message) => message.text)).toEqual(["hello?", "claimed", "hello?"]);
  });

  it("works with topics and albums", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const group = await tg.group({ title: "Support desk", forum: true });
    const ada = await tg.customer();
    const album = await ada.sendAlbum([{ document: {} }, { document: {} }]);
    const { message_thread_id } = await api.createForumTopic({ chat_id: group.id, name: "SUP-1" });
    const copied = await api.copyMessages({
      chat_id: group.id,
      message_thread_id,
      from_chat_id: ada.id,
      message_ids: album.map((item) => item.message_id),
    });
    const [, first, second] = await group.messages({ threadId: message_thread_id });
    expect([first?.message_id, second?.message_id]).toEqual(copied.map(({ message_id }) => message_id));
    expect(first?.media_group_id).toBe(second?.media_group_id);
  });

  it("reacts, as often as a message takes it, and with what the group takes", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const group = await tg.group({ title: "Support desk", forum: true, reactions: ["👍"] });
    const { message_id } = await api.sendMessage({ chat_id: group.id, text: "card" });
    const react = (...emoji: ("👍" | "👎")[]) =>
      api.setMessageReaction({
        chat_id: group.id,
        message_id,
        reaction: emoji.map((one) => ({ type: "emoji", emoji: one })),
      });
    expect(await react("👍")).toBe(true);
    expect((await failure(react("👎"))).message).toBe("Bad Request: REACTION_INVALID");
    expect((await failure(react("👍", "👎"))).message).toBe("Bad Request: REACTIONS_TOO_MANY");
  });

  it("writes into topics of a private chat, and is told of one that is gone", async () => {
    const tg = await sandbox.world();
    await tg.bot({ privateTopics: "by_anyone" });
    const { api } = botOf(tg);
    const ada = await tg.customer();
    await ada.start();
    const topic = await ada.createTopic("Billing");
    const here = { chat_id: ada.id, message_thread_id: topic.id };
    expect(await api.sendMessage({ ...here, text: "hello" })).toMatchObject({
      message_thread_id: topic.id,
      is_topic_message: true,
    });
    await ada.deleteTopic(topic.id);
    expect((await failure(api.sendMessage({ ...here, text: "?" }))).message).toBe(
      "Bad Request: message thread not found",
    );
  });

  it("uploads photos and albums with its own encoding of forms", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer();
    await ada.start();
    const sent = await api.sendPhoto({ chat_id: ada.id, photo: picture("a.jpg"), caption: "cat" });
    expect(sent).toMatchObject({ caption: "cat", photo: [{}, { file_size: 12 }] });
    const album = await api.sendMediaGroup({
      chat_id: ada.id,
      media: [
        { type: "photo", media: picture("b.jpg") },
        { type: "photo", media: picture("c.jpg"), caption: "two" },
      ],
    });
    expect(album).toHaveLength(2);
  });

  it("answers buttons once", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer();
    await ada.start();
    const card = await api.sendMessage({
      chat_id: ada.id,
      text: "card",
      reply_markup: new InlineKeyboard().text("Claim", "claim:1"),
    });
    const pressed = await ada.press(card.message_id, { text: "Claim" });
    const answer = { callback_query_id: pressed.queryId ?? "", text: "Yours" };
    await api.answerCallbackQuery(answer);
    expect(await pressed.answer()).toMatchObject({ text: "Yours" });
    expect((await failure(api.answerCallbackQuery(answer))).message).toMatch("query is too old");
  });

  it("sets a webhook, and its errors show", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    await api.setWebhook({ url: "https://desk.example/hook", allowed_updates: ["message"] });
    const ada = await tg.customer();
    await ada.start();
    await tg.deliverDue(async () => new Response(null, { status: 503, headers: { "retry-after": "60" } }));
    expect(await api.getWebhookInfo()).toMatchObject({
      url: "https://desk.example/hook",
      pending_update_count: 1,
      last_error_message: "Wrong response from the webhook: 503 Service Unavailable",
      allowed_updates: ["message"],
    });
  });

  it("sees refusals as TelegramError, with the time to wait", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer();
    expect(await failure(api.sendMessage({ chat_id: ada.id, text: "x" }))).toMatchObject({
      code: 403,
      message: "Forbidden: bot can't initiate conversation with a user",
    });
    await tg.faults([{ effect: "flood", retryAfter: 7, times: 1 }]);
    expect(await failure(api.getMe())).toMatchObject({
      code: 429,
      message: "Too Many Requests: retry after 7",
      payload: { retry_after: 7 },
    });
  });

  it("is unauthorized with another bot's token", async () => {
    const tg = await sandbox.world();
    const stranger = new Bot("2:other", { api: { baseURL: `${tg.apiRoot}/bot` } });
    expect(await failure(stranger.api.getMe())).toMatchObject({ code: 401, message: "Unauthorized" });
  });
});
