import { describe, expect, it } from "vitest";
import { aWorld, GROUP_ID } from "./a-world.ts";
import type { AWorld } from "./a-world.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function limited(): AWorld {
  const world = aWorld({ budgets: "off" });
  world.group();
  world.core.act("budgets", { all: "real", perSecond: null });
  return world;
}

function retryAfter(world: AWorld, method: string, params: Record<string, unknown>): number | null {
  const { status, body } = world.call(method, params);
  const { parameters, description } = body as {
    parameters?: { retry_after: number };
    description?: string;
  };
  if (status !== 429) return null;
  expect(description).toBe(`Too Many Requests: retry after ${parameters?.retry_after}`);
  return parameters?.retry_after ?? null;
}

describe("a group", () => {
  it("takes 20 messages in any 60 seconds, and says how long to wait for the next", () => {
    const world = limited();
    const post = () => retryAfter(world, "sendMessage", { chat_id: GROUP_ID, text: "x" });
    for (let n = 0; n < 10; n += 1) expect(post()).toBeNull();
    world.clock.advance(30 * SECOND);
    for (let n = 0; n < 10; n += 1) expect(post()).toBeNull();
    expect(post()).toBe(30);
    world.clock.advance(29.5 * SECOND);
    expect(post()).toBe(1);
    world.clock.advance(0.5 * SECOND);
    for (let n = 0; n < 10; n += 1) expect(post()).toBeNull();
    expect(post()).toBe(30);
  });

  it("counts all its topics together, their making, closing and renaming, and edits", () => {
    const world = limited();
    const message_thread_id = world.topic();
    const where = { chat_id: GROUP_ID, message_thread_id };
    const { message_id } = world.api("sendMessage", { ...where, text: "card" });
    world.api("editMessageText", { chat_id: GROUP_ID, message_id, text: "card 2" });
    world.api("editForumTopic", { ...where, name: "B" });
    world.api("closeForumTopic", where);
    for (let n = 0; n < 15; n += 1) world.topic(`Topic ${n}`);
    expect(retryAfter(world, "sendMessage", { ...where, text: "x" })).toBe(60);
    expect(retryAfter(world, "reopenForumTopic", where)).toBe(60);
    expect(retryAfter(world, "editMessageText", { chat_id: GROUP_ID, message_id, text: "y" })).toBe(60);
  });

  it("counts the items of an album", () => {
    const world = limited();
    const ada = world.person();
    const items = Array.from({ length: 10 }, () => ({ photo: {} }));
    const album = world.core.act("writeAlbum", { userId: ada.id, items });
    const copy = {
      chat_id: GROUP_ID,
      from_chat_id: ada.id,
      message_ids: album.map((item) => item.message_id),
    };
    expect(retryAfter(world, "copyMessages", copy)).toBeNull();
    world.clock.advance(SECOND);
    world.api("sendMessage", { chat_id: GROUP_ID, text: "x" });
    expect(retryAfter(world, "copyMessages", copy)).toBe(59);
    world.clock.advance(59 * SECOND);
    expect(retryAfter(world, "copyMessages", copy)).toBeNull();
    const media = items.map((_, n) => ({ type: "photo", media: `https://example.com/${n}.jpg` }));
    expect(retryAfter(world, "sendMediaGroup", { chat_id: GROUP_ID, media })).toBe(1);
  });

  it("does not count what is refused, what only looks, or answers to buttons", () => {
    const world = limited();
    for (let n = 0; n < 40; n += 1) {
      world.refusal("sendMessage", { chat_id: GROUP_ID, text: "" });
      world.refusal("answerCallbackQuery", { callback_query_id: "1" });
      world.api("getChat", { chat_id: GROUP_ID });
    }
    expect(retryAfter(world, "sendMessage", { chat_id: GROUP_ID, text: "x" })).toBeNull();
  });

  it("has a budget of its own for chat actions", () => {
    const world = limited();
    const act = () => retryAfter(world, "sendChatAction", { chat_id: GROUP_ID, action: "typing" });
    for (let n = 0; n < 20; n += 1) expect(act()).toBeNull();
    expect(act()).toBe(60);
    expect(retryAfter(world, "sendMessage", { chat_id: GROUP_ID, text: "x" })).toBeNull();
  });

  it("shares its budget with no other group", () => {
    const world = limited();
    world.core.act("group", { id: -1009, title: "VIP" });
    for (let n = 0; n < 20; n += 1) world.api("sendMessage", { chat_id: GROUP_ID, text: "x" });
    expect(retryAfter(world, "sendMessage", { chat_id: -1009, text: "x" })).toBeNull();
  });
});

describe("a person", () => {
  it("takes a burst of three, then one message a second", () => {
    const world = limited();
    const ada = world.customer();
    const post = () => retryAfter(world, "sendMessage", { chat_id: ada.id, text: "x" });
    expect([post(), post(), post(), post()]).toEqual([null, null, null, 1]);
    world.clock.advance(SECOND);
    expect([post(), post()]).toEqual([null, 1]);
    world.clock.advance(MINUTE);
    expect([post(), post(), post(), post()]).toEqual([null, null, null, 1]);
  });
});

describe("the whole bot", () => {
  it("makes 30 calls in any second", () => {
    const world = aWorld();
    const people = Array.from({ length: 31 }, () => world.customer());
    world.core.act("budgets", { all: "real" });
    const answers = people.map(({ id }) => retryAfter(world, "sendMessage", { chat_id: id, text: "x" }));
    expect(answers.filter((answer) => answer === null)).toHaveLength(30);
    expect(answers.at(-1)).toBe(1);
  });
});

describe("limits", () => {
  it("can be switched off, and changed one by one", () => {
    const world = limited();
    const posts = (count: number) =>
      Array.from({ length: count }, () =>
        retryAfter(world, "sendMessage", { chat_id: GROUP_ID, text: "x" }),
      ).filter((answer) => answer !== null).length;
    world.core.act("budgets", { perGroupMinute: 5 });
    expect(posts(6)).toBe(1);
    world.core.act("budgets", { all: "off" });
    expect(posts(50)).toBe(0);
  });
});
