import { describe, expect, it } from "vitest";
import { ActRefused } from "../../src/sandbox/telegram/refusal.ts";
import { aWorld, GROUP_ID } from "./a-world.ts";

const OWNER = { userId: 1_000_000_001, chatId: GROUP_ID };

describe("what Telegram would not let a person do", () => {
  it.each<[string, (world: ReturnType<typeof aWorld>, ada: number) => unknown, string]>([
    [
      "write a text of 4097 characters",
      (w, userId) => w.core.act("write", { userId, text: "x".repeat(4097) }),
      "at most 4096 characters; this one has 4097",
    ],
    [
      "write nothing but blanks",
      (w, userId) => w.core.act("write", { userId, text: " \n" }),
      "at least one character",
    ],
    ["write nothing at all", (w, userId) => w.core.act("write", { userId }), "this is none"],
    [
      "write two kinds at once",
      (w, userId) => w.core.act("write", { userId, text: "x", photo: {} }),
      "text and photo",
    ],
    [
      "caption a sticker",
      (w, userId) => w.core.act("write", { userId, sticker: {}, caption: "x" }),
      "a sticker has no caption",
    ],
    [
      "write a long caption",
      (w, userId) => w.core.act("write", { userId, photo: {}, caption: "x".repeat(1025) }),
      "at most 1024 characters",
    ],
    [
      "edit a message that is not there",
      (w, userId) => w.core.act("edit", { userId, messageId: 99, text: "x" }),
      "there is no message 99 in chat",
    ],
    [
      "edit the bot's message",
      (w, userId) => w.core.act("edit", { userId, messageId: 2, text: "x" }),
      "message 2 is not Ada's to edit",
    ],
    [
      "press a button that is not there",
      (w, userId) => w.core.act("press", { userId, messageId: 2, text: "Claim" }),
      "message 2 has no button that reads “Claim”",
    ],
    [
      "react with what is no reaction",
      (w, userId) => w.core.act("react", { userId, messageId: 2, emoji: ["🥑"] }),
      "🥑 is not one of Telegram's reactions",
    ],
    [
      "react twice without Premium",
      (w, userId) => w.core.act("react", { userId, messageId: 2, emoji: ["👍", "🔥"] }),
      "cannot set 2 reactions",
    ],
    [
      "reply to a message that is not there",
      (w, userId) => w.core.act("write", { userId, text: "x", replyTo: 99 }),
      "there is no message 99",
    ],
    [
      "quote what was not said",
      (w, userId) => w.core.act("write", { userId, text: "x", replyTo: 2, quote: "bye" }),
      "“bye” does not stand in message 2",
    ],
    [
      "write into a group they are not in",
      (w, userId) => w.core.act("write", { userId, chatId: GROUP_ID, text: "x" }),
      "Ada is not a member of “Support desk”",
    ],
    [
      "write into a topic that is not there",
      (w) => w.core.act("write", { ...OWNER, threadId: 77, text: "x" }),
      "there is no topic 77 in “Support desk”",
    ],
    [
      "start with a payload that no link can carry",
      (w, userId) => w.core.act("start", { userId, payload: "a b" }),
      "1 to 64",
    ],
    [
      "mix an album",
      (w, userId) => w.core.act("writeAlbum", { userId, items: [{ photo: {} }, { document: {} }] }),
      "do not mix",
    ],
    ["be nobody", (w) => w.core.act("write", { userId: 4711, text: "x" }), "nobody has the id 4711"],
  ])("%s", (_what, attempt, why) => {
    const world = aWorld();
    world.group();
    const ada = world.customer();
    world.api("sendMessage", { chat_id: ada.id, text: "hello" });
    expect(() => attempt(world, ada.id)).toThrow(ActRefused);
    expect(() => attempt(world, ada.id)).toThrow(why);
  });

  it("misspell a control call", () => {
    const { core } = aWorld();
    expect(() => core.act("write", { userId: 1, txt: "x" } as never)).toThrow(/write: .*txt/);
    expect(() => core.act("write", { text: "x" } as never)).toThrow(/write: userId/);
  });

  it("write after blocking the bot, or after their account is gone", () => {
    const world = aWorld();
    const ada = world.customer();
    world.core.act("block", { userId: ada.id });
    expect(() => world.core.act("write", { userId: ada.id, text: "x" })).toThrow("Ada has blocked the bot");
    world.core.act("unblock", { userId: ada.id });
    world.core.act("user", { id: ada.id, isDeactivated: true });
    expect(() => world.core.act("write", { userId: ada.id, text: "x" })).toThrow("account is deleted");
  });
});
