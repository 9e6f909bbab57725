import { describe, expect, it } from "vitest";
import { aWorld, GROUP_ID } from "./a-world.ts";

function whisper(receiver_user_id: number) {
  return {
    chat_id: GROUP_ID,
    text: "only for you",
    ephemeral_message_parameters: { receiver_user_id },
  };
}

describe("an ephemeral message", () => {
  it("is seen by its receiver only, and has no message id", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent();
    const max = world.agent({ firstName: "Max" });
    const sent = world.api("sendMessage", whisper(olga.id));
    expect(sent).toMatchObject({ message_id: 0, ephemeral_message_id: 1, receiver_user: { id: olga.id } });
    const seenBy = (asUserId?: number) =>
      world.core.act("messages", { chatId: GROUP_ID, ...(asUserId ? { asUserId } : {}) });
    expect(seenBy(olga.id)).toHaveLength(1);
    expect(seenBy(max.id)).toEqual([]);
    expect(seenBy()).toEqual([]);
  });

  it("can be edited and deleted by its own methods", () => {
    const world = aWorld();
    world.group();
    const olga = world.agent();
    const { ephemeral_message_id } = world.api("sendMessage", whisper(olga.id));
    const subject = { chat_id: GROUP_ID, receiver_user_id: olga.id, ephemeral_message_id };
    expect(world.api("editEphemeralMessageText", { ...subject, text: "psst" })).toBe(true);
    expect(world.core.act("messages", { chatId: GROUP_ID, asUserId: olga.id })).toMatchObject([
      { text: "psst" },
    ]);
    expect(world.api("deleteEphemeralMessage", subject)).toBe(true);
    expect(world.refusal("editEphemeralMessageText", { ...subject, text: "gone" })).toBe(
      "Bad Request: message to edit not found",
    );
  });

  it("needs an administrator, or a button pressed within 15 seconds; and can be refused altogether", () => {
    const world = aWorld();
    world.group({ bot: "member" });
    const olga = world.agent();
    expect(world.refusal("sendMessage", whisper(olga.id))).toBe("Bad Request: CHAT_ADMIN_REQUIRED");
    const keyboard = { inline_keyboard: [[{ text: "Hint", callback_data: "hint" }]] };
    const card = world.api("sendMessage", { chat_id: GROUP_ID, text: "card", reply_markup: keyboard });
    const { queryId } = world.core.act("press", {
      userId: olga.id,
      chatId: GROUP_ID,
      messageId: card.message_id,
      data: "hint",
    });
    const answer = {
      ...whisper(olga.id),
      ephemeral_message_parameters: { receiver_user_id: olga.id, callback_query_id: queryId },
    };
    expect(world.api("sendMessage", answer).message_id).toBe(0);
    world.clock.advance(15_001);
    expect(world.refusal("sendMessage", answer)).toBe("Bad Request: CHAT_ADMIN_REQUIRED");
    world.core.act("promoteBot", { chatId: GROUP_ID });
    expect(world.api("sendMessage", whisper(olga.id)).message_id).toBe(0);
    world.core.act("settings", { ephemeralMessages: "refuse" });
    expect(world.refusal("sendMessage", whisper(olga.id))).toBe("Bad Request: CHAT_ADMIN_REQUIRED");
  });

  it("goes to members of a group only", () => {
    const world = aWorld();
    world.group();
    const ada = world.customer();
    expect(world.refusal("sendMessage", whisper(ada.id))).toBe("Bad Request: user not found");
  });
});
