import { describe, expect, it } from "vitest";
import { aWorld, BOT_ID, GROUP_ID } from "./a-world.ts";

const OWNER = { userId: 1_000_000_001, chatId: GROUP_ID };

describe("members of a group", () => {
  it("write into topics, where they may", () => {
    const world = aWorld();
    world.group();
    const threadId = world.topic();
    const olga = world.agent({ username: "olga_support" });
    world.hook({ drop_pending_updates: true });
    world.core.act("write", { userId: olga.id, chatId: GROUP_ID, threadId, text: "on it" });
    expect(world.delivered()).toMatchObject([
      {
        message: {
          from: { id: olga.id, username: "olga_support" },
          message_thread_id: threadId,
          is_topic_message: true,
          reply_to_message: { message_id: threadId, forum_topic_created: {} },
          text: "on it",
        },
      },
    ]);
  });

  it("write anonymously as the group, if they are administrators", () => {
    const world = aWorld();
    world.group();
    const threadId = world.topic();
    const olga = world.agent({}, { status: "administrator" });
    const max = world.agent({ firstName: "Max" });
    const said = { chatId: GROUP_ID, threadId, anonymous: true, text: "We are on it" };
    expect(world.core.act("write", { ...said, userId: olga.id, signature: "Support" })).toMatchObject({
      from: { id: 1087968824, username: "GroupAnonymousBot" },
      sender_chat: { id: GROUP_ID },
      author_signature: "Support",
    });
    expect(() => world.core.act("write", { ...said, userId: max.id })).toThrow("Max is no administrator");
  });

  it("write in the name of a channel, and channels post by themselves", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent();
    world.core.act("channel", {
      id: -1003,
      title: "Shop news",
      discussionGroupId: GROUP_ID,
      bot: "administrator",
    });
    world.hook({ drop_pending_updates: true });
    world.core.act("write", { userId: olga.id, chatId: GROUP_ID, asChannelId: -1003, text: "as channel" });
    world.core.act("postInChannel", { chatId: -1003, text: "Sale!" });
    const updates = world.delivered().sort((one, other) => one.update_id - other.update_id);
    expect(updates).toMatchObject([
      { message: { from: { id: 136817688 }, sender_chat: { id: -1003 } } },
      { channel_post: { chat: { id: -1003, type: "channel" }, text: "Sale!" } },
      {
        message: {
          from: { id: 777000 },
          sender_chat: { id: -1003 },
          is_automatic_forward: true,
          forward_origin: { type: "channel", message_id: 2 },
        },
      },
    ]);
  });

  it("give the bot a command that no other member sees", () => {
    const world = aWorld();
    world.group();
    const threadId = world.topic();
    const olga = world.agent();
    world.hook({ drop_pending_updates: true });
    world.core.act("write", {
      userId: olga.id,
      chatId: GROUP_ID,
      threadId,
      ephemeral: true,
      text: "/note call back",
    });
    expect(world.delivered()).toMatchObject([
      {
        message: {
          message_id: 0,
          ephemeral_message_id: 1,
          receiver_user: { id: BOT_ID },
          from: { id: olga.id },
          message_thread_id: threadId,
          text: "/note call back",
        },
      },
    ]);
    expect(world.chatMessages(GROUP_ID, threadId)).toHaveLength(1);
  });

  it("close, reopen, rename and delete topics by hand, with the rights to", () => {
    const world = aWorld();
    world.group();
    const threadId = world.topic("A");
    const olga = world.agent({}, { status: "administrator", rights: { can_manage_topics: true } });
    const max = world.agent({ firstName: "Max" });
    world.hook({ drop_pending_updates: true });
    const here = { userId: olga.id, chatId: GROUP_ID, threadId };
    world.core.act("closeTopic", here);
    expect(() => world.core.act("write", { ...here, userId: max.id, text: "x" })).toThrow(
      `topic ${threadId} is closed, and Max may not write in closed topics`,
    );
    world.core.act("reopenTopic", here);
    world.core.act("editTopic", { ...here, name: "B", icon: "5312536423851630001" });
    expect(world.delivered().map(({ message }) => message)).toMatchObject([
      { from: { id: olga.id }, forum_topic_closed: {} },
      { from: { id: olga.id }, forum_topic_reopened: {} },
      { forum_topic_edited: { name: "B", icon_custom_emoji_id: "5312536423851630001" } },
    ]);
    expect(() => world.core.act("deleteTopic", here)).toThrow("Olga may not delete topic");
    world.core.act("deleteTopic", { ...OWNER, threadId });
    expect(world.core.act("topics", { chatId: GROUP_ID })).toEqual([]);
    expect(world.core.act("topics", { chatId: GROUP_ID, withDeleted: true })).toMatchObject([{ name: "B" }]);
  });

  it("close General, of which the bot hears without any thread", () => {
    const world = aWorld();
    world.group();
    world.hook();
    world.core.act("setGeneral", { ...OWNER, closed: true, hidden: true });
    const messages = world.delivered().map(({ message }) => message);
    expect(messages).toMatchObject([{ forum_topic_closed: {} }, { general_forum_topic_hidden: {} }]);
    for (const message of messages) expect(message).not.toHaveProperty("message_thread_id");
  });

  it("join, leave and are removed", () => {
    const world = aWorld();
    world.group();
    const olga = world.person({ firstName: "Olga" });
    world.hook({ allowed_updates: ["message", "chat_member"] });
    const here = { userId: olga.id, chatId: GROUP_ID };
    world.core.act("join", here);
    world.core.act("promote", { ...here, rights: { can_manage_topics: true } });
    world.core.act("kick", here);
    const updates = world.delivered();
    expect(updates.flatMap(({ message }) => message ?? [])).toMatchObject([
      { new_chat_members: [{ id: olga.id }] },
      { left_chat_member: { id: olga.id } },
    ]);
    expect(
      updates.flatMap(({ chat_member }) =>
        chat_member ? [[chat_member.old_chat_member.status, chat_member.new_chat_member.status]] : [],
      ),
    ).toEqual([
      ["left", "member"],
      ["member", "administrator"],
      ["administrator", "kicked"],
    ]);
    expect(() => world.core.act("join", here)).toThrow("Olga is banned from “Support desk”");
  });
});

describe("deleting in a group", () => {
  it("is for the author of a message, and for administrators with the right to", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent();
    const max = world.agent(
      { firstName: "Max" },
      { status: "administrator", rights: { can_delete_messages: true } },
    );
    const [first, second] = ["one", "two"].map(
      (text) => world.core.act("write", { userId: max.id, chatId: GROUP_ID, text }).message_id,
    );
    const remove = (userId: number, messageId = 0) =>
      world.core.act("deleteMessages", { userId, chatId: GROUP_ID, messageIds: [messageId] });
    expect(() => remove(olga.id, first)).toThrow("is not Olga's to delete");
    remove(max.id, first);
    const mine = world.core.act("write", { userId: olga.id, chatId: GROUP_ID, text: "three" });
    remove(max.id, mine.message_id);
    expect(world.chatMessages(GROUP_ID).map(({ message_id }) => message_id)).toEqual([second]);
  });
});

describe("the bot's own place in a group", () => {
  it("changes with an update each time", () => {
    const world = aWorld();
    world.group({ bot: "absent" });
    world.hook();
    world.core.act("addBot", { chatId: GROUP_ID, administrator: true });
    world.core.act("promoteBot", { chatId: GROUP_ID, rights: { can_manage_topics: false } });
    world.core.act("demoteBot", { chatId: GROUP_ID });
    world.core.act("kickBot", { chatId: GROUP_ID });
    const updates = world.delivered();
    const changes = updates.flatMap(({ my_chat_member }) => my_chat_member ?? []);
    expect(changes.map(({ new_chat_member }) => new_chat_member.status)).toEqual([
      "member",
      "administrator",
      "administrator",
      "member",
      "kicked",
    ]);
    expect(changes[2]).toMatchObject({
      old_chat_member: { can_manage_topics: true },
      new_chat_member: { can_manage_topics: false, can_delete_messages: true },
    });
    expect(updates.flatMap(({ message }) => message ?? [])).toMatchObject([
      { new_chat_members: [{ id: BOT_ID }] },
      { left_chat_member: { id: BOT_ID } },
    ]);
  });

  it("decides what it hears: as a plain member only commands, replies to it and service messages", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent();
    const mine = world.api("sendMessage", { chat_id: GROUP_ID, text: "card" });
    world.core.act("demoteBot", { chatId: GROUP_ID });
    world.hook({ drop_pending_updates: true });
    const here = { userId: olga.id, chatId: GROUP_ID };
    world.core.act("write", { ...here, text: "just talking" });
    world.core.act("write", { ...here, text: "/claim" });
    world.core.act("write", { ...here, text: "/claim@other_bot" });
    world.core.act("write", { ...here, text: "answer", replyTo: mine.message_id });
    world.core.act("changeChat", { chatId: GROUP_ID, title: "Desk" });
    expect(world.delivered().map(({ message }) => message?.text ?? message?.new_chat_title)).toEqual([
      "/claim",
      "answer",
      "Desk",
    ]);
  });

  it("lets it hear of other members only while it is an administrator, and of nothing once it is out", () => {
    const world = aWorld();
    world.group({ bot: "member" });
    const olga = world.person({ firstName: "Olga" });
    const here = { userId: olga.id, chatId: GROUP_ID };
    world.hook({ allowed_updates: ["message", "chat_member"] });
    world.core.act("join", here);
    expect(world.delivered()).toMatchObject([{ message: { new_chat_members: [{ id: olga.id }] } }]);
    world.core.act("kickBot", { chatId: GROUP_ID });
    world.core.act("write", { ...here, text: "/claim" });
    expect(world.delivered()).toMatchObject([{ message: { left_chat_member: { id: BOT_ID } } }]);
  });

  it("is told by getChatMember and getChatAdministrators", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent(
      {},
      { status: "administrator", rights: { can_manage_topics: true }, title: "Lead" },
    );
    expect(world.api("getChatMember", { chat_id: GROUP_ID, user_id: olga.id })).toMatchObject({
      status: "administrator",
      custom_title: "Lead",
      can_manage_topics: true,
      can_delete_messages: false,
    });
    const lead = world.api("getChatMember", { chat_id: GROUP_ID, user_id: olga.id });
    expect(lead).not.toHaveProperty("can_post_messages");
    const otherBot = world.agent({ firstName: "Other", isBot: true }, { status: "administrator" });
    expect(
      world
        .api<{ user: { id: number } }[]>("getChatAdministrators", { chat_id: GROUP_ID, return_bots: true })
        .map(({ user }) => user.id),
    ).toContain(otherBot.id);
    expect(
      world
        .api<{ user: { id: number } }[]>("getChatAdministrators", { chat_id: GROUP_ID })
        .map(({ user }) => user.id)
        .sort((one, other) => one - other),
    ).toEqual([BOT_ID, OWNER.userId, olga.id]);
    expect(world.refusal("getChatMember", { chat_id: GROUP_ID, user_id: 4711 })).toBe(
      "Bad Request: user not found",
    );
  });
});

describe("the list of commands", () => {
  it("is the narrowest that fits the chat, the person and their language", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent({ languageCode: "de" });
    const ada = world.customer({ languageCode: "de" });
    const set = (command: string, scope?: object, language_code?: string) =>
      world.api("setMyCommands", {
        commands: [{ command, description: "…" }],
        ...(scope ? { scope } : {}),
        ...(language_code ? { language_code } : {}),
      });
    set("start");
    set("anfang", undefined, "de");
    set("claim", { type: "chat", chat_id: GROUP_ID });
    const seen = (userId: number, chatId?: number) =>
      world.core.act("commands", { userId, ...(chatId ? { chatId } : {}) }).map(({ command }) => command);
    expect(seen(ada.id)).toEqual(["anfang"]);
    expect(seen(olga.id, GROUP_ID)).toEqual(["claim"]);
    expect(world.api("getMyCommands")).toEqual([{ command: "start", description: "…" }]);
    world.api("deleteMyCommands", { scope: { type: "chat", chat_id: GROUP_ID } });
    expect(seen(olga.id, GROUP_ID)).toEqual(["anfang"]);
    expect(world.refusal("setMyCommands", { commands: [{ command: "Bad Name", description: "…" }] })).toBe(
      "Bad Request: BOT_COMMAND_INVALID",
    );
  });
});
