import { describe, expect, it } from "vitest";
import { aWorld, BOT_ID, GROUP_ID } from "./a-world.ts";

const VANISHED = [
  "Bad Request: message thread not found",
  "Bad Request: TOPIC_DELETED",
  "Bad Request: TOPIC_ID_INVALID",
] as const;

describe("a topic that the bot creates", () => {
  it("comes back to the bot as a service message of its own", () => {
    const world = aWorld();
    world.group();
    world.hook();
    const threadId = world.topic("SUP-1 · Ada");
    const [echo, ...rest] = world.delivered();
    expect(rest).toEqual([]);
    expect(echo?.message).toMatchObject({
      message_id: threadId,
      message_thread_id: threadId,
      is_topic_message: true,
      from: { id: BOT_ID, is_bot: true },
      chat: { id: GROUP_ID, is_forum: true },
      forum_topic_created: { name: "SUP-1 · Ada", icon_color: 0x6fb9f0 },
    });
    expect(echo?.message).not.toHaveProperty("reply_to_message");
  });

  it("has its name cut at 128 characters without a word, emoji whole", () => {
    const world = aWorld();
    world.group();
    const topic = world.api<{ name: string }>("createForumTopic", {
      chat_id: GROUP_ID,
      name: "😀".repeat(130),
    });
    expect(topic.name).toBe("😀".repeat(128));
  });

  it.each([
    [{ name: "  \u200b " }, "Bad Request: name must be non-empty"],
    [{ name: "A", icon_color: 1 }, "Bad Request: invalid icon color specified"],
    [{ name: "A", icon_custom_emoji_id: "42" }, "Bad Request: DOCUMENT_INVALID"],
  ])("is refused when it is asked for as %j", (params, text) => {
    const world = aWorld();
    world.group();
    expect(world.refusal("createForumTopic", { chat_id: GROUP_ID, ...params })).toBe(text);
  });

  it("takes an icon from the list that Telegram offers", () => {
    const world = aWorld();
    world.group();
    const [, , icon] = world.api<{ custom_emoji_id: string }[]>("getForumTopicIconStickers");
    const topic = world.api("createForumTopic", {
      chat_id: GROUP_ID,
      name: "A",
      icon_custom_emoji_id: icon?.custom_emoji_id,
    });
    expect(topic).toMatchObject({ icon_custom_emoji_id: icon?.custom_emoji_id });
  });

  it("is refused in a group without topics, and to a bot that may not manage them", () => {
    const world = aWorld();
    world.group({ forum: false });
    expect(world.refusal("createForumTopic", { chat_id: GROUP_ID, name: "A" })).toBe(
      "Bad Request: the chat is not a forum",
    );
    world.group({ forum: true, botRights: { can_manage_topics: false } });
    expect(world.refusal("createForumTopic", { chat_id: GROUP_ID, name: "A" })).toBe(
      "Bad Request: not enough rights to create a topic",
    );
  });
});

describe("changing a topic", () => {
  it("answers TOPIC_NOT_MODIFIED when there is nothing to change", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const where = { chat_id: GROUP_ID, message_thread_id };
    expect(world.refusal("editForumTopic", { ...where, name: "A" })).toBe("Bad Request: TOPIC_NOT_MODIFIED");
    expect(world.refusal("reopenForumTopic", where)).toBe("Bad Request: TOPIC_NOT_MODIFIED");
    world.api("closeForumTopic", where);
    expect(world.refusal("closeForumTopic", where)).toBe("Bad Request: TOPIC_NOT_MODIFIED");
  });

  it("tells the bot of its own renaming, closing and reopening, each in reply to the creation", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const where = { chat_id: GROUP_ID, message_thread_id };
    world.hook({ drop_pending_updates: true });
    world.api("editForumTopic", { ...where, name: "B" });
    world.api("closeForumTopic", where);
    world.api("reopenForumTopic", where);
    const messages = world.delivered().map((update) => update.message);
    expect(messages.map((message) => message?.from.id)).toEqual([BOT_ID, BOT_ID, BOT_ID]);
    expect(messages).toMatchObject([
      { forum_topic_edited: { name: "B" }, is_topic_message: true },
      { forum_topic_closed: {}, message_thread_id },
      { forum_topic_reopened: {}, reply_to_message: { message_id: message_thread_id } },
    ]);
  });

  it("is refused to a bot that neither manages topics nor opened this one", () => {
    const world = aWorld();
    world.group({ botRights: { can_manage_topics: false } });
    const owner = { userId: 1_000_000_001, chatId: GROUP_ID };
    const { id } = world.core.act("createTopic", { ...owner, name: "By hand" });
    expect(world.refusal("editForumTopic", { chat_id: GROUP_ID, message_thread_id: id, name: "B" })).toBe(
      "Bad Request: not enough rights to edit the topic",
    );
  });

  it("is refused for thread ids that no topic can have", () => {
    const world = aWorld();
    world.group();
    expect(world.refusal("closeForumTopic", { chat_id: GROUP_ID, message_thread_id: 0 })).toBe(
      "Bad Request: invalid forum topic identifier specified",
    );
    expect(world.refusal("closeForumTopic", { chat_id: GROUP_ID, message_thread_id: 4711 })).toBe(
      "Bad Request: TOPIC_ID_INVALID",
    );
  });
});

describe("the General topic", () => {
  it("is renamed, closed and hidden by methods of its own, of which the bot hears without a thread", () => {
    const world = aWorld();
    world.group();
    world.hook();
    const where = { chat_id: GROUP_ID };
    world.api("editGeneralForumTopic", { ...where, name: "Lobby" });
    world.api("closeGeneralForumTopic", where);
    world.api("hideGeneralForumTopic", where);
    expect(world.refusal("closeGeneralForumTopic", where)).toBe("Bad Request: TOPIC_NOT_MODIFIED");
    const messages = world.delivered().map(({ message }) => message);
    expect(messages).toMatchObject([
      { forum_topic_edited: { name: "Lobby" } },
      { forum_topic_closed: {} },
      { general_forum_topic_hidden: {} },
    ]);
    for (const message of messages) expect(message).not.toHaveProperty("is_topic_message");
    world.core.act("demoteBot", { chatId: GROUP_ID });
    expect(world.refusal("reopenGeneralForumTopic", where)).toBe("Bad Request: CHAT_ADMIN_REQUIRED");
    expect(world.refusal("sendMessage", { ...where, text: "x" })).toBe("Bad Request: TOPIC_CLOSED");
  });
});

describe("a message into a topic", () => {
  it("carries the thread, the topic mark and the implicit reply to the topic's creation", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const sent = world.api("sendMessage", { chat_id: GROUP_ID, message_thread_id, text: "hello" });
    expect(sent).toMatchObject({
      message_thread_id,
      is_topic_message: true,
      reply_to_message: { message_id: message_thread_id, forum_topic_created: { name: "A" } },
    });
  });

  it("carries the real reply instead where it is one", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const olga = world.agent();
    const place = { chatId: GROUP_ID, threadId: message_thread_id, userId: olga.id };
    const first = world.core.act("write", { ...place, text: "one" });
    const second = world.core.act("write", { ...place, text: "two", replyTo: first.message_id });
    expect(second.reply_to_message?.message_id).toBe(first.message_id);
    expect(second.reply_to_message).not.toHaveProperty("reply_to_message");
  });

  it("goes where the replied message is when no thread is named", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const first = world.api("sendMessage", { chat_id: GROUP_ID, message_thread_id, text: "one" });
    const reply = world.api("sendMessage", {
      chat_id: GROUP_ID,
      text: "two",
      reply_parameters: { message_id: first.message_id },
    });
    expect(reply.message_thread_id).toBe(message_thread_id);
  });

  it.each([1, 4711])("fails for the thread %i, which is General's or unknown", (message_thread_id) => {
    const world = aWorld();
    world.group();
    world.topic("A");
    expect(world.refusal("sendMessage", { chat_id: GROUP_ID, message_thread_id, text: "x" })).toBe(
      "Bad Request: message thread not found",
    );
  });

  it("fails for the thread of a reply within General, which no topic mark goes with", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent();
    const place = { chatId: GROUP_ID, userId: olga.id };
    const root = world.core.act("write", { ...place, text: "in General" });
    expect(root).not.toHaveProperty("message_thread_id");
    const reply = world.core.act("write", { ...place, text: "too", replyTo: root.message_id });
    expect(reply.message_thread_id).toBe(root.message_id);
    expect(reply).not.toHaveProperty("is_topic_message");
    expect(
      world.refusal("sendMessage", {
        chat_id: GROUP_ID,
        message_thread_id: reply.message_thread_id,
        text: "x",
      }),
    ).toBe("Bad Request: message thread not found");
  });

  it("lands in the main chat without an error once topics are switched off", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    world.hook({ drop_pending_updates: true });
    world.core.act("setForum", { chatId: GROUP_ID, on: false });
    const sent = world.api("sendMessage", { chat_id: GROUP_ID, message_thread_id, text: "lost" });
    expect(sent).not.toHaveProperty("message_thread_id");
    expect(sent).not.toHaveProperty("is_topic_message");
    expect(sent.chat).not.toHaveProperty("is_forum");
    const reply = world.api("sendMessage", {
      chat_id: GROUP_ID,
      text: "lost too",
      reply_parameters: { message_id: message_thread_id },
    });
    expect(reply).not.toHaveProperty("is_topic_message");
    expect(world.delivered()).toEqual([]);
    expect(world.api("getChat", { chat_id: GROUP_ID })).not.toHaveProperty("is_forum");
  });

  it("reaches a closed topic from a bot that manages topics or opened it, and from no other", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const owner = { userId: 1_000_000_001, chatId: GROUP_ID };
    const byHand = world.core.act("createTopic", { ...owner, name: "By hand" });
    world.core.act("closeTopic", { ...owner, threadId: byHand.id });
    world.api("closeForumTopic", { chat_id: GROUP_ID, message_thread_id });
    const post = { chat_id: GROUP_ID, text: "x" };
    const postByHand = { ...post, message_thread_id: byHand.id };
    expect(world.api("sendMessage", postByHand)).toMatchObject({ text: "x" });
    world.core.act("demoteBot", { chatId: GROUP_ID });
    expect(world.api("sendMessage", { ...post, message_thread_id })).toMatchObject({ text: "x" });
    expect(world.refusal("sendMessage", postByHand)).toBe("Bad Request: TOPIC_CLOSED");
  });
});

describe("a deleted topic", () => {
  it("needs the right to delete messages", () => {
    const world = aWorld();
    world.group({ botRights: { can_delete_messages: false } });
    const message_thread_id = world.topic("A");
    expect(world.refusal("deleteForumTopic", { chat_id: GROUP_ID, message_thread_id })).toBe(
      "Bad Request: CHAT_ADMIN_REQUIRED",
    );
  });

  it("takes its messages along, without an update", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const sent = world.api("sendMessage", { chat_id: GROUP_ID, message_thread_id, text: "x" });
    world.hook({ drop_pending_updates: true });
    world.core.act("deleteTopic", { userId: 1_000_000_001, chatId: GROUP_ID, threadId: message_thread_id });
    expect(world.delivered()).toEqual([]);
    expect(world.chatMessages(GROUP_ID)).toEqual([]);
    expect(
      world.refusal("editMessageText", { chat_id: GROUP_ID, message_id: sent.message_id, text: "y" }),
    ).toBe("Bad Request: message to edit not found");
  });

  it("is answered as the world is set to answer, on sending and on editing", () => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    world.api("deleteForumTopic", { chat_id: GROUP_ID, message_thread_id });
    const where = { chat_id: GROUP_ID, message_thread_id };
    expect(world.core.act("topics", { chatId: GROUP_ID })).toEqual([]);
    expect(world.refusal("sendMessage", { ...where, text: "x" })).toBe(VANISHED[0]);
    expect(world.refusal("closeForumTopic", where)).toBe(VANISHED[2]);
    world.core.act("settings", { deletedTopicOnSend: "TOPIC_DELETED", deletedTopicOnEdit: "TOPIC_DELETED" });
    expect(world.refusal("sendMessage", { ...where, text: "x" })).toBe(VANISHED[1]);
    expect(world.refusal("closeForumTopic", where)).toBe(VANISHED[1]);
  });

  it.each(VANISHED)("can be made to answer “%s” by itself", (text) => {
    const world = aWorld();
    world.group();
    const message_thread_id = world.topic("A");
    const answers = text.replace("Bad Request: ", "") as "TOPIC_DELETED";
    world.core.act("deleteTopic", {
      userId: 1_000_000_001,
      chatId: GROUP_ID,
      threadId: message_thread_id,
      answers,
    });
    const where = { chat_id: GROUP_ID, message_thread_id };
    const ada = world.customer();
    const message_id = world.chatMessages(ada.id)[0]?.message_id;
    expect(world.refusal("sendMessage", { ...where, text: "x" })).toBe(text);
    expect(world.refusal("copyMessage", { ...where, from_chat_id: ada.id, message_id })).toBe(text);
    expect(world.refusal("reopenForumTopic", where)).toBe(text);
  });
});
