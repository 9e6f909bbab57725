import { describe, expect, test } from "vitest";
import { envelopeOf } from "../../src/telegram/envelope.ts";
import fc from "../support/fast-check.ts";
import captured from "../support/telegram/updates.json" with { type: "json" };

const ADA = 5_550_000_001;
const ada = { id: ADA, type: "private", first_name: "Ada" };
const staff = { id: -1_001, type: "supergroup", is_forum: true };
const chatOf = (update: object) => envelopeOf({ update_id: 1, ...update })?.chat;

describe("the chat of an update", () => {
  const customers = { id: ADA, private: true };
  const groups = { id: -1_001, private: false };
  test.each<[string, object, object | null]>([
    ["a customer's message", { message: { chat: ada, text: "Hi" } }, customers],
    ["a customer's edit", { edited_message: { chat: ada } }, customers],
    ["a customer's reaction", { message_reaction: { chat: ada, message_id: 1 } }, customers],
    ["a customer who blocked the bot", { my_chat_member: { chat: ada } }, customers],
    [
      "a button under a message",
      { callback_query: { from: ada, message: { chat: ada, date: 0 } } },
      customers,
    ],
    [
      "an agent's button, in the staff group",
      { callback_query: { from: ada, message: { chat: staff } } },
      groups,
    ],
    [
      "a button under an inline message",
      { callback_query: { from: ada, inline_message_id: "x" } },
      customers,
    ],
    ["a message in the staff group", { message: { chat: staff, from: ada } }, groups],
    ["a member who left the staff group", { chat_member: { chat: staff } }, groups],
    ["a channel's post", { channel_post: { chat: { id: -1_001, type: "channel" } } }, groups],
    ["a kind that nobody knows yet", { message_painted: { chat: staff } }, groups],
    ["a message with unknown keys beside it", { extra: { chat: staff }, message: { chat: ada } }, customers],
    ["an inline query", { inline_query: { from: ada } }, null],
    ["a poll's answer", { poll_answer: { user: ada } }, null],
    ["a business account's message to someone else", { business_message: { chat: ada, from: ada } }, null],
    ["a business account's edit", { edited_business_message: { chat: ada } }, null],
    ["a business account's deletion", { deleted_business_messages: { chat: ada } }, null],
    ["nothing", {}, null],
    ["a kind without content", { message: null }, null],
    ["a chat without an id", { message: { chat: { type: "private" } } }, null],
    ["a chat whose id is a text", { message: { chat: { id: "5", type: "private" } } }, null],
    ["a chat id beyond what numbers hold", { message: { chat: { id: 2 ** 60, type: "private" } } }, null],
    [
      "a private chat that cannot be a person",
      { message: { chat: { id: -5, type: "private" } } },
      { id: -5, private: false },
    ],
  ])("%s", (_name, update, chat) => {
    expect(chatOf(update)).toEqual(chat);
  });
});

const payloadOf = (text: unknown, chat: object = ada) =>
  envelopeOf({ update_id: 1, message: { chat, text } })?.startPayload;

describe("what stands behind /start", () => {
  test.each<[string, string | null]>([
    ["/start vip_order1001", "vip_order1001"],
    ["/start@desk_bot vip", "vip"],
    ["/start   vip  ", "vip"],
    ["/start", null],
    ["/start ", null],
    ["/start vip now", null],
    ["/start v!p", null],
    [`/start ${"x".repeat(65)}`, null],
    ["please /start vip", null],
    ["/started vip", null],
  ])("%j", (text, payload) => {
    expect(payloadOf(text)).toBe(payload);
  });

  test("counts only from a customer, and only as text", () => {
    expect(payloadOf("/start vip", staff)).toBeNull();
    expect(payloadOf(["/start vip"])).toBeNull();
    expect(
      envelopeOf({ update_id: 1, edited_message: { chat: ada, text: "/start vip" } })?.startPayload,
    ).toBeNull();
  });
});

const migrationOf = (message: object) => envelopeOf({ update_id: 1, message })?.migration;

test("a group that becomes a supergroup tells so in both chats", () => {
  const old = { id: -5, type: "group" };
  expect(migrationOf({ chat: old, migrate_to_chat_id: -1_001 })).toEqual({ from: -5, to: -1_001 });
  expect(migrationOf({ chat: staff, migrate_from_chat_id: -5 })).toEqual({ from: -5, to: -1_001 });
  expect(migrationOf({ chat: staff })).toBeNull();
  expect(migrationOf({ chat: staff, migrate_to_chat_id: "-5" })).toBeNull();
});

test.each([
  null,
  true,
  7,
  "update",
  [],
  [{ update_id: 1 }],
  {},
  { update_id: "1" },
  { update_id: 1.5 },
  { update_id: null },
  { update_id: 2 ** 60 },
])("%j is no update", (value) => {
  expect(envelopeOf(value)).toBeNull();
});

test("every update that Telegram was seen to send has an envelope", () => {
  const kinds = new Map<string, number>();
  for (const { update } of captured.updates) {
    const envelope = envelopeOf(update);
    expect(envelope?.updateId).toBe(update.update_id);
    const where = envelope?.chat === null ? "nowhere" : envelope?.chat.private === true ? "private" : "group";
    kinds.set(`${envelope?.kind} ${where}`, (kinds.get(`${envelope?.kind} ${where}`) ?? 0) + 1);
  }
  expect(Object.fromEntries(kinds)).toEqual({
    "business_connection nowhere": 1,
    "callback_query group": 1,
    "callback_query private": 3,
    "channel_post group": 1,
    "chat_join_request private": 1,
    "chat_member group": 2,
    "chosen_inline_result nowhere": 2,
    "deleted_business_messages nowhere": 1,
    "edited_business_message nowhere": 1,
    "edited_message group": 1,
    "edited_message private": 4,
    "inline_query nowhere": 2,
    "managed_bot nowhere": 1,
    "message group": 33,
    "message private": 31,
    "message_reaction group": 2,
    "message_reaction private": 1,
    "message_reaction_count group": 1,
    "my_chat_member group": 6,
    "poll_answer nowhere": 1,
    "subscription nowhere": 1,
  });
});

test("whatever arrives, reading its envelope throws nothing", () => {
  const chatLike = fc.record({
    chat: fc.jsonValue(),
    from: fc.jsonValue(),
    message: fc.jsonValue(),
    text: fc.string(),
  });
  const kind = fc.constantFrom(
    "message",
    "callback_query",
    "my_chat_member",
    "business_message",
    "__proto__",
    "x",
  );
  fc.assert(
    fc.property(kind, fc.oneof(fc.jsonValue(), chatLike), fc.jsonValue(), (name, body, id) => {
      expect(() => envelopeOf({ update_id: id, [name]: body })).not.toThrow();
      expect(envelopeOf({ update_id: 5, [name]: body })).toMatchObject({ updateId: 5 });
    }),
  );
});
