import { Bot, GrammyError, HttpError, InlineKeyboard, InputFile, webhookCallback } from "grammy";
import type { BotError, Context } from "grammy";
import { describe, expect, it } from "vitest";
import type { SandboxTelegram } from "../../src/sandbox/telegram/client.ts";
import { aSandbox } from "./a-sandbox.ts";

const sandbox = aSandbox();
const GROUP = { id: -1001234567890, title: "Support desk", forum: true };

function botOf(tg: SandboxTelegram): Bot {
  return new Bot("1:sandbox", { client: { apiRoot: tg.apiRoot, timeoutSeconds: 5 } });
}

function picture(name: string): InputFile {
  return new InputFile(new Uint8Array(10), name);
}

async function failure(attempt: Promise<unknown>): Promise<GrammyError> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GrammyError);
  return error as GrammyError;
}

describe("grammY", () => {
  it("knows who it is", async () => {
    const bot = botOf(await sandbox.world());
    await bot.init();
    expect(bot.botInfo).toMatchObject({ id: 1, is_bot: true, username: "desk_sandbox_bot" });
  });

  it("sends, copies, edits and reacts", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer({ firstName: "Ada" });
    const { message_id } = await ada.write("where is my order?");
    const sent = await api.sendMessage(ada.id, "*on* its way", {
      parse_mode: "MarkdownV2",
      reply_parameters: { message_id },
      reply_markup: new InlineKeyboard().text("Thanks", "thanks"),
    });
    expect(sent).toMatchObject({ text: "on its way", reply_to_message: { message_id } });
    await api.editMessageText(ada.id, sent.message_id, "delivered");
    await api.setMessageReaction(ada.id, message_id, [{ type: "emoji", emoji: "👍" }]);
    const copy = await api.copyMessage(ada.id, ada.id, message_id);
    expect(await ada.messages()).toMatchObject([
      { text: "where is my order?", reactions: [{ userId: 1 }] },
      { text: "delivered" },
      { message_id: copy.message_id, text: "where is my order?" },
    ]);
  });

  it("opens, renames and closes topics, and copies albums into them", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const group = await tg.group(GROUP);
    const ada = await tg.customer({ firstName: "Ada" });
    const album = await ada.sendAlbum([{ photo: {} }, { photo: {}, caption: "second" }]);
    const topic = await api.createForumTopic(group.id, "SUP-1 · Ada", { icon_color: 0xffd67e });
    await api.editForumTopic(group.id, topic.message_thread_id, { name: "SUP-1 · Ada · order" });
    const copied = await api.copyMessages(
      group.id,
      ada.id,
      album.map((item) => item.message_id),
      { message_thread_id: topic.message_thread_id },
    );
    await api.closeForumTopic(group.id, topic.message_thread_id);
    expect(copied).toHaveLength(2);
    expect(await group.topics()).toMatchObject([
      { id: topic.message_thread_id, name: "SUP-1 · Ada · order", iconColor: 0xffd67e, isClosed: true },
    ]);
    const inTopic = await group.messages({ threadId: topic.message_thread_id });
    expect(inTopic.filter((message) => message.media_group_id)).toHaveLength(2);
  });

  it("uploads files and downloads them again", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer();
    await ada.start();
    const bill = new InputFile(new TextEncoder().encode("42 EUR"), "bill.txt");
    const { document } = await api.sendDocument(ada.id, bill, { caption: "your bill" });
    expect(document).toMatchObject({ file_name: "bill.txt", file_size: 6 });
    const { file_path } = await api.getFile(document.file_id);
    const response = await fetch(`${tg.apiRoot}/file/bot1:sandbox/${file_path}`);
    expect(await response.text()).toBe("42 EUR");
  });

  it("sends an album of uploads", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer();
    await ada.start();
    const sent = await api.sendMediaGroup(ada.id, [
      { type: "photo", media: picture("a.jpg"), caption: "two of them" },
      { type: "photo", media: picture("b.jpg") },
    ]);
    expect(sent).toHaveLength(2);
    expect((await ada.messages()).filter((message) => message.photo)).toMatchObject([
      { caption: "two of them", photo: [{}, { file_size: 10 }] },
      {},
    ]);
  });

  it("is refused entities beyond the end, edits that change nothing, and deletions that come too late", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer();
    await ada.start();
    const bold = { type: "bold" as const, offset: 0, length: 9 };
    expect((await failure(api.sendMessage(ada.id, "short", { entities: [bold] }))).description).toBe(
      "Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9",
    );
    const { message_id } = await api.sendMessage(ada.id, "short");
    expect((await failure(api.editMessageText(ada.id, message_id, "short"))).description).toMatch(
      "message is not modified",
    );
    await tg.clock({ advanceMs: 48 * 3_600_000 });
    expect((await failure(api.deleteMessage(ada.id, message_id))).description).toBe(
      "Bad Request: message can't be deleted for everyone",
    );
  });

  it("tells a refusal from no answer", async () => {
    const tg = await sandbox.world();
    const { api } = botOf(tg);
    const ada = await tg.customer();
    await ada.start();
    await ada.block();
    expect(await failure(api.sendMessage(ada.id, "x"))).toMatchObject({
      error_code: 403,
      description: "Forbidden: bot was blocked by the user",
    });
    await ada.unblock();
    await tg.faults([{ effect: "answer_lost", methods: ["sendMessage"], times: 1 }]);
    await expect(api.sendMessage(ada.id, "did it arrive?")).rejects.toBeInstanceOf(HttpError);
    expect((await ada.messages()).at(-1)?.text).toBe("did it arrive?");
    await tg.faults([{ effect: "bad_gateway", times: 1 }]);
    await expect(api.sendMessage(ada.id, "x")).rejects.toBeInstanceOf(HttpError);
  });

  it("is told how long to wait", async () => {
    const tg = await sandbox.world({ budgets: "real", freezeAt: "2026-10-05T12:00:00Z" });
    await tg.budgets({ perSecond: null });
    const { api } = botOf(tg);
    const group = await tg.group({ ...GROUP, forum: false });
    for (let n = 0; n < 20; n += 1) await api.sendMessage(group.id, `${n}`);
    expect(await failure(api.sendMessage(group.id, "one too many"))).toMatchObject({
      error_code: 429,
      description: "Too Many Requests: retry after 60",
      parameters: { retry_after: 60 },
    });
    await tg.clock({ advanceMs: 60_000 });
    await api.sendMessage(group.id, "now");
  });

  it("is told where a group has gone", async () => {
    const tg = await sandbox.world();
    const group = await tg.group({ id: -77, title: "Small", type: "group" });
    const upgraded = await group.upgrade();
    expect(await failure(botOf(tg).api.sendMessage(group.id, "x"))).toMatchObject({
      parameters: { migrate_to_chat_id: upgraded.id },
    });
  });

  it("hears commands, buttons and reactions through its webhook", async () => {
    const tg = await sandbox.world();
    const bot = botOf(tg);
    await bot.init();
    const heard: string[] = [];
    bot.command("start", (ctx) => {
      heard.push(`start ${ctx.match}`);
      return ctx.reply("Welcome", { reply_markup: new InlineKeyboard().text("Hello", "hello") });
    });
    bot.callbackQuery("hello", (ctx) => {
      heard.push("button");
      return ctx.answerCallbackQuery("Hi!");
    });
    bot.reaction("🔥", () => void heard.push("fire"));
    await bot.api.setWebhook("https://desk.example/hook", {
      secret_token: "s3cret",
      allowed_updates: ["message", "callback_query", "message_reaction"],
    });
    const handle = webhookCallback(bot, "std/http", { secretToken: "s3cret" });
    const deliver = () =>
      tg.deliverDue(({ url, headers, update }) =>
        handle(new Request(url, { method: "POST", headers, body: JSON.stringify(update) })),
      );

    const ada = await tg.customer({ firstName: "Ada" });
    await ada.start("order_7");
    await deliver();
    const welcome = (await ada.messages()).at(-1);
    const pressed = await ada.press(welcome?.message_id ?? 0, { text: "Hello" });
    await ada.react(welcome?.message_id ?? 0, "🔥");
    await deliver();
    expect(heard.sort()).toEqual(["button", "fire", "start order_7"]);
    expect(await pressed.answer()).toEqual({ text: "Hi!", showAlert: false, url: null });
  });

  it("can also poll for updates, and stops when a webhook is set", async () => {
    const tg = await sandbox.world();
    const bot = botOf(tg);
    const texts: string[] = [];
    const second = Promise.withResolvers<void>();
    bot.on("message:text", (ctx: Context) => {
      texts.push(ctx.message?.text ?? "");
      if (texts.length === 2) second.resolve();
    });
    bot.catch((error: BotError) => second.reject(error));
    const ada = await tg.customer();
    await ada.write("waiting already");
    const stopped = bot.start({ timeout: 5 });
    stopped.catch(() => null);
    while (texts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await ada.write("while polling");
    await second.promise;
    expect(texts).toEqual(["waiting already", "while polling"]);
    const isPolling = async () => (await tg.calls({ method: "getUpdates", limit: 1 }))[0]?.tookMs === null;
    while (!(await isPolling())) await new Promise(setImmediate);
    await bot.api.setWebhook("https://desk.example/hook");
    expect(await failure(stopped)).toMatchObject({
      error_code: 409,
      description: "Conflict: terminated by setWebhook request",
    });
  });
});
