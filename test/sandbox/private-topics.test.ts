import { describe, expect, it } from "vitest";
import { aWorld, BOT_ID } from "./a-world.ts";

function withTopics(privateTopics: "off" | "by_bot" | "by_anyone" = "by_anyone") {
  const world = aWorld();
  world.core.act("bot", { privateTopics });
  world.hook();
  const ada = world.customer();
  world.delivered();
  return { world, ada };
}

describe("topics of a private chat", () => {
  it("are told of by getMe", () => {
    expect(withTopics().world.api("getMe")).toMatchObject({
      has_topics_enabled: true,
      allows_users_to_create_topics: true,
    });
    expect(withTopics("by_bot").world.api("getMe")).toMatchObject({
      has_topics_enabled: true,
      allows_users_to_create_topics: false,
    });
  });

  it("carry their number on every message, as topics of a group do", () => {
    const { world, ada } = withTopics();
    const topic = world.core.act("createTopic", { userId: ada.id, chatId: ada.id, name: "Billing" });
    world.core.act("write", { userId: ada.id, threadId: topic.id, text: "My invoice is wrong" });
    world.core.act("write", { userId: ada.id, text: "and hello" });
    const [created, inside, outside] = world.delivered().map((update) => update.message);
    expect(created).toMatchObject({
      message_id: topic.id,
      forum_topic_created: { name: "Billing" },
      chat: { id: ada.id, type: "private" },
    });
    expect(created?.chat).not.toHaveProperty("is_forum");
    expect(inside).toMatchObject({
      message_thread_id: topic.id,
      is_topic_message: true,
      reply_to_message: { message_id: topic.id, forum_topic_created: { name: "Billing" } },
    });
    expect(outside).not.toHaveProperty("message_thread_id");
  });

  it("are the bot's to open, rename, write into and delete, but never closed", () => {
    const { world, ada } = withTopics("by_bot");
    const { message_thread_id } = world.api<{ message_thread_id: number }>("createForumTopic", {
      chat_id: ada.id,
      name: "Order 77",
    });
    expect(world.delivered()[0]?.message).toMatchObject({
      from: { id: BOT_ID },
      message_id: message_thread_id,
    });
    const subject = { chat_id: ada.id, message_thread_id };
    world.api("editForumTopic", { ...subject, name: "Order 77, sent" });
    expect(world.api("sendMessage", { ...subject, text: "on its way" })).toMatchObject({
      message_thread_id,
      is_topic_message: true,
    });
    expect(world.refusal("closeForumTopic", subject)).toBe("Bad Request: the chat is not a forum");
    expect(world.api("deleteForumTopic", subject)).toBe(true);
    expect(world.refusal("sendMessage", { ...subject, text: "x" })).toBe(
      "Bad Request: message thread not found",
    );
    expect(world.refusal("editForumTopic", { ...subject, name: "x" })).toBe("Bad Request: TOPIC_ID_INVALID");
    expect(world.chatMessages(ada.id).map(({ text }) => text)).toEqual(["/start"]);
  });

  it("are people's to open and delete only where the bot lets them", () => {
    const { world, ada } = withTopics("by_bot");
    const open = () => world.core.act("createTopic", { userId: ada.id, chatId: ada.id, name: "Mine" });
    expect(open).toThrow("lets Ada neither open nor delete topics");
    world.core.act("bot", { privateTopics: "by_anyone" });
    const { id } = open();
    world.core.act("deleteTopic", { userId: ada.id, chatId: ada.id, threadId: id });
    expect(world.refusal("sendMessage", { chat_id: ada.id, message_thread_id: id, text: "x" })).toBe(
      "Bad Request: message thread not found",
    );
  });

  it("are unknown to a bot that has not switched them on", () => {
    const { world, ada } = withTopics("off");
    const here = { chat_id: ada.id };
    expect(world.refusal("createForumTopic", { ...here, name: "x" })).toBe(
      "Bad Request: the chat is not a forum",
    );
    expect(world.refusal("sendMessage", { ...here, message_thread_id: 2, text: "x" })).toBe(
      "Bad Request: message thread not found",
    );
  });
});
