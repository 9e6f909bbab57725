import { describe, expect, it } from "vitest";
import { aWorld, BOT_ID, GROUP_ID, TOKEN } from "./a-world.ts";

describe("who the bot may write to", () => {
  it("is a user who has started it, and no other", () => {
    const world = aWorld();
    const ada = world.customer();
    const bob = world.person({ firstName: "Bob" });
    expect(world.api("sendMessage", { chat_id: ada.id, text: "hello" })).toMatchObject({
      chat: { id: ada.id, type: "private", first_name: "Ada" },
      from: { id: BOT_ID, is_bot: true },
      text: "hello",
    });
    expect(world.refusal("sendMessage", { chat_id: bob.id, text: "x" })).toBe(
      "Forbidden: bot can't initiate conversation with a user",
    );
    expect(world.refusal("sendMessage", { chat_id: 4711, text: "x" })).toBe("Bad Request: chat not found");
    expect(world.refusal("sendMessage", { text: "x" })).toBe("Bad Request: chat_id is empty");
    expect(world.refusal("sendMessage", { chat_id: BOT_ID, text: "x" })).toBe(
      "Forbidden: the bot can't send messages to the bot",
    );
  });

  it("is no user who has blocked it, until they unblock it", () => {
    const world = aWorld();
    const ada = world.customer();
    world.core.act("block", { userId: ada.id });
    const { status, body } = world.call("sendMessage", { chat_id: ada.id, text: "x" });
    expect(status).toBe(403);
    expect(body).toEqual({
      ok: false,
      error_code: 403,
      description: "Forbidden: bot was blocked by the user",
    });
    world.core.act("unblock", { userId: ada.id });
    expect(world.api("sendMessage", { chat_id: ada.id, text: "x" }).text).toBe("x");
  });

  it("is no user whose account is gone", () => {
    const world = aWorld();
    const ada = world.customer();
    world.core.act("user", { id: ada.id, isDeactivated: true });
    expect(world.refusal("sendMessage", { chat_id: ada.id, text: "x" })).toBe(
      "Forbidden: user is deactivated",
    );
  });

  it("is, for voice and video notes, no user who refuses them", () => {
    const world = aWorld();
    const ada = world.customer();
    const spoken = world.core.act("write", { userId: ada.id, voice: {} });
    world.core.act("user", { id: ada.id, refusesVoiceMessages: true });
    expect(
      world.refusal("copyMessage", {
        chat_id: ada.id,
        from_chat_id: ada.id,
        message_id: spoken.message_id,
      }),
    ).toBe("Bad Request: VOICE_MESSAGES_FORBIDDEN");
  });

  it("is no group that it was kicked from, or has left", () => {
    const world = aWorld();
    world.group();
    world.core.act("kickBot", { chatId: GROUP_ID });
    expect(world.refusal("sendMessage", { chat_id: GROUP_ID, text: "x" })).toBe(
      "Forbidden: bot was kicked from the supergroup chat",
    );
    expect(world.refusal("getChat", { chat_id: GROUP_ID })).toBe(
      "Forbidden: bot was kicked from the supergroup chat",
    );
    world.core.act("group", { id: -55, title: "Small", type: "group" });
    world.api("leaveChat", { chat_id: -55 });
    expect(world.refusal("sendMessage", { chat_id: -55, text: "x" })).toBe(
      "Forbidden: bot is not a member of the group chat",
    );
  });

  it("is a group under its new id once it has become a supergroup", () => {
    const world = aWorld();
    world.core.act("group", { id: -55, title: "Small", type: "group" });
    world.hook();
    const upgraded = world.core.act("upgrade", { chatId: -55, newId: -1005555 });
    expect(world.call("sendMessage", { chat_id: -55, text: "x" }).body).toEqual({
      ok: false,
      error_code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: -1005555 },
    });
    expect(world.api("sendMessage", { chat_id: upgraded.id, text: "x" }).text).toBe("x");
    expect(world.delivered().map((update) => update.message)).toMatchObject([
      { chat: { id: -55 }, migrate_to_chat_id: -1005555 },
      { chat: { id: -1005555 }, from: { id: 1087968824 }, migrate_from_chat_id: -55 },
    ]);
  });

  it("is only what the group permits to plain members", () => {
    const world = aWorld();
    world.group({ bot: "member", permissions: { can_send_photos: false } });
    expect(world.api("sendMessage", { chat_id: GROUP_ID, text: "x" }).text).toBe("x");
    expect(world.refusal("sendPhoto", { chat_id: GROUP_ID, photo: "https://example.com/cat.jpg" })).toBe(
      "Bad Request: not enough rights to send photos to the chat",
    );
    world.core.act("restrictBot", { chatId: GROUP_ID, permissions: { can_send_messages: false } });
    expect(world.refusal("sendMessage", { chat_id: GROUP_ID, text: "x" })).toBe(
      "Bad Request: not enough rights to send text messages to the chat",
    );
  });
});

describe("a text", () => {
  it.each([
    ["", "Bad Request: message text is empty"],
    ["  \n ", "Bad Request: text must be non-empty"],
    ["x".repeat(4097), "Bad Request: message is too long"],
  ])("is refused when it is %j", (text, description) => {
    const world = aWorld();
    const ada = world.customer();
    expect(world.refusal("sendMessage", { chat_id: ada.id, text })).toBe(description);
  });

  it("may have 4096 characters, each of them an emoji", () => {
    const world = aWorld();
    const ada = world.customer();
    expect(world.api("sendMessage", { chat_id: ada.id, text: "😀".repeat(4096) }).text).toHaveLength(8192);
  });

  it("loses the blanks around it, and its entities move along", () => {
    const world = aWorld();
    const ada = world.customer();
    const sent = world.api("sendMessage", {
      chat_id: ada.id,
      text: "  bold  ",
      entities: [{ type: "bold", offset: 2, length: 6 }],
    });
    expect(sent).toMatchObject({ text: "bold", entities: [{ type: "bold", offset: 0, length: 4 }] });
  });

  it("has its commands, mentions and links found, but not within words or addresses", () => {
    const world = aWorld();
    const ada = world.customer();
    const { entities } = world.core.act("write", {
      userId: ada.id,
      text: "/start and a/b, @olga_support, see https://example.com/x. #help me@example.com",
    });
    expect(entities).toMatchObject([
      { type: "bot_command", offset: 0, length: 6 },
      { type: "mention", length: 13 },
      { type: "url", length: 21 },
      { type: "hashtag", length: 5 },
      { type: "email", length: 14 },
    ]);
  });

  it("has nothing found in it where it is already formatted as code or a link", () => {
    const world = aWorld();
    const ada = world.customer();
    const { entities } = world.core.act("write", {
      userId: ada.id,
      text: "/a /b /c",
      entities: [
        { type: "code", offset: 0, length: 2 },
        { type: "bold", offset: 3, length: 2 },
      ],
    });
    expect(entities?.map(({ type, offset }) => [type, offset])).toEqual([
      ["code", 0],
      ["bold", 3],
      ["bot_command", 3],
      ["bot_command", 6],
    ]);
  });

  it.each([
    [0, 99, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 99"],
    [9, 1, "entity begins after the end of the text at UTF-16 offset 9"],
    [-1, 1, "receive an entity with incorrect offset -1"],
    [0, -1, "receive an entity with incorrect length -1"],
    [1, 1, "entity begins in a middle of a UTF-16 symbol at byte offset 4"],
    [0, 1, "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4"],
  ])("is refused where an entity at %i of length %i does not fit its text", (offset, length, why) => {
    const world = aWorld();
    const ada = world.customer();
    const entities = [{ type: "bold", offset, length }];
    expect(world.refusal("sendMessage", { chat_id: ada.id, text: "😀", entities })).toBe(
      `Bad Request: ${why}`,
    );
    const photo = world.core.act("write", { userId: ada.id, photo: {} }).message_id;
    const copy = { chat_id: ada.id, from_chat_id: ada.id, message_id: photo };
    expect(world.refusal("copyMessage", { ...copy, caption: "😀", caption_entities: entities })).toBe(
      `Bad Request: ${why}`,
    );
  });

  it("drops entities of no length", () => {
    const world = aWorld();
    const ada = world.customer();
    const entities = [{ type: "bold", offset: 1, length: 0 }];
    expect(world.api("sendMessage", { chat_id: ada.id, text: "😀", entities })).not.toHaveProperty(
      "entities",
    );
  });

  it("takes numbers and structures also as strings, as forms send them", () => {
    const world = aWorld();
    const ada = world.customer();
    const sent = world.api("sendMessage", {
      chat_id: String(ada.id),
      text: "bold",
      entities: JSON.stringify([{ type: "bold", offset: 0, length: 4 }]),
    });
    expect(sent.entities).toHaveLength(1);
    expect(world.refusal("sendMessage", { chat_id: ada.id, text: "x", reply_markup: "{" })).toBe(
      "Bad Request: can't parse reply keyboard markup JSON object",
    );
  });
});

describe("a reply", () => {
  it("fails where the message is gone, unless it may go without", () => {
    const world = aWorld();
    const ada = world.customer();
    const reply = { chat_id: ada.id, text: "x", reply_parameters: { message_id: 999 } };
    expect(world.refusal("sendMessage", reply)).toBe("Bad Request: message to be replied not found");
    const sent = world.api("sendMessage", {
      ...reply,
      reply_parameters: { message_id: 999, allow_sending_without_reply: true },
    });
    expect(sent).not.toHaveProperty("reply_to_message");
  });

  it("may quote what stands in the message, and nothing else", () => {
    const world = aWorld();
    const ada = world.customer();
    const { message_id } = world.core.act("write", { userId: ada.id, text: "where is my order 77?" });
    const quoting = (quote: string) => ({
      chat_id: ada.id,
      text: "here",
      reply_parameters: { message_id, quote },
    });
    expect(world.api("sendMessage", quoting("order 77")).quote).toEqual({
      text: "order 77",
      position: 12,
      is_manual: true,
    });
    expect(world.refusal("sendMessage", quoting("order 78"))).toBe("Bad Request: QUOTE_TEXT_INVALID");
  });
});

function claimButton(callback_data: string) {
  return { inline_keyboard: [[{ text: "Claim", callback_data }]] };
}

describe("a keyboard", () => {
  it.each(["", "x".repeat(65), "ü".repeat(33)])("is refused with the callback data %j", (data) => {
    const world = aWorld();
    const ada = world.customer();
    expect(
      world.refusal("sendMessage", { chat_id: ada.id, text: "x", reply_markup: claimButton(data) }),
    ).toBe("Bad Request: BUTTON_DATA_INVALID");
  });

  it("comes with 64 bytes of callback data, and not with a bad address", () => {
    const world = aWorld();
    const ada = world.customer();
    const markup = claimButton("ü".repeat(32));
    expect(
      world.api("sendMessage", { chat_id: ada.id, text: "x", reply_markup: markup }).reply_markup,
    ).toEqual(markup);
    expect(
      world.refusal("sendMessage", {
        chat_id: ada.id,
        text: "x",
        reply_markup: { inline_keyboard: [[{ text: "Open", url: "nowhere" }]] },
      }),
    ).toBe("Bad Request: BUTTON_URL_INVALID");
  });
});

describe("a call", () => {
  it("needs the bot's token", () => {
    const { core } = aWorld();
    expect(core.call("2:other", "getMe").body).toEqual({
      ok: false,
      error_code: 401,
      description: "Unauthorized",
    });
    expect(core.call("nonsense", "getMe").body).toMatchObject({
      error_code: 401,
      description: "Unauthorized: invalid token specified",
    });
  });

  it("needs a method that exists, in whatever case it is written", () => {
    const { core } = aWorld();
    expect(core.call(TOKEN, "sendSmoke")).toMatchObject({
      status: 404,
      body: { ok: false, error_code: 404, description: "Not Found: method not found" },
    });
    expect(core.call(TOKEN, "GETME")).toMatchObject({
      status: 200,
      body: { result: { id: BOT_ID, is_bot: true, username: "desk_sandbox_bot" } },
    });
  });

  it("is kept in the log with its answer, at world time", () => {
    const world = aWorld();
    const ada = world.customer();
    world.api("sendMessage", { chat_id: ada.id, text: "hello" });
    world.refusal("sendMessage", { chat_id: ada.id, text: "" });
    expect(world.core.act("calls", { method: "sendmessage" })).toMatchObject([
      { params: { text: "hello" }, answer: { status: 200 }, at: world.clock.now() },
      { answer: { status: 400, body: { description: "Bad Request: message text is empty" } } },
    ]);
  });
});
