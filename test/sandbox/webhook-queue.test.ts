import type { Update } from "grammy/types";
import { describe, expect, it } from "vitest";
import fixtures from "../support/telegram/updates.json" with { type: "json" };
import { aWorld, GROUP_ID } from "./a-world.ts";
import type { AWorld } from "./a-world.ts";

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Lets every delivery fail the same way until the update is given up, and tells when it was tried. */
function attempts(
  world: AWorld,
  outcome: { status: number; retryAfterSeconds?: number } | { error: string },
) {
  const startedAt = world.clock.now();
  const at: number[] = [];
  for (let next = world.core.nextDueAt(); next !== null; next = world.core.nextDueAt()) {
    world.clock.set(Math.max(next, world.clock.now()));
    for (const delivery of world.core.due()) {
      at.push((world.clock.now() - startedAt) / SECOND);
      world.core.delivered(delivery.deliveryId, outcome);
    }
  }
  return at;
}

function gaps(at: number[]): number[] {
  return at.slice(1).map((each, index) => each - (at[index] ?? 0));
}

describe("an update that the webhook does not take", () => {
  it("is tried again at once, then after 2, 4, 8 … up to 60 to 120 seconds, for 24 hours", () => {
    const world = aWorld();
    world.hook();
    world.customer();
    const at = attempts(world, { status: 500 });
    expect(gaps(at).slice(0, 6)).toEqual([0, 2, 4, 8, 16, 32]);
    const later = gaps(at).slice(6);
    expect(Math.min(...later)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...later)).toBeLessThanOrEqual(120);
    expect(new Set(later).size).toBeGreaterThan(1);
    expect(at.at(-1)).toBeLessThanOrEqual(DAY / SECOND);
    expect(at.at(-1)).toBeGreaterThan(DAY / SECOND - 121);
    expect(world.api("getWebhookInfo")).toMatchObject({ pending_update_count: 0 });
  });

  it.each([
    [30, 30],
    [3600, 3600],
    [99_999, 3600],
  ])("is tried again when Retry-After %i says so, at most an hour later", (retryAfterSeconds, pause) => {
    const world = aWorld();
    world.hook();
    world.customer();
    const [delivery] = world.core.due();
    world.core.delivered(delivery?.deliveryId ?? "", { status: 503, retryAfterSeconds });
    expect(world.core.nextDueAt()).toBe(world.clock.now() + pause * SECOND);
    expect(world.core.due()).toEqual([]);
    world.clock.advance(pause * SECOND);
    expect(world.core.due()).toMatchObject([{ update: delivery?.update, attempt: 2 }]);
  });

  it("is given up at once when its next attempt would come after its day", () => {
    const world = aWorld();
    world.hook();
    world.customer();
    world.clock.advance(DAY - SECOND);
    for (const attempt of [1, 2]) {
      const [delivery] = world.core.due();
      expect(delivery?.attempt).toBe(attempt);
      world.core.delivered(delivery?.deliveryId ?? "", { error: "Read timeout expired" });
    }
    expect(world.core.nextDueAt()).toBeNull();
  });

  it("holds back the rest of its chat, and no other chat", () => {
    const world = aWorld();
    world.hook();
    const ada = world.customer();
    const bob = world.customer({ firstName: "Bob" });
    world.core.act("write", { userId: ada.id, text: "second" });
    const due = world.core.due();
    expect(due.map(({ update }) => update.message?.from.id)).toEqual([ada.id, bob.id]);
    for (const { deliveryId } of due)
      world.core.delivered(deliveryId, { status: 503, retryAfterSeconds: 60 });
    world.core.act("write", { userId: bob.id, text: "second" });
    expect(world.core.due()).toEqual([]);
    world.clock.advance(60 * SECOND);
    const texts = world.delivered().map(({ message }) => [message?.from.id, message?.text]);
    expect(texts.filter(([id]) => id === ada.id).map(([, text]) => text)).toEqual(["/start", "second"]);
    expect(texts.filter(([id]) => id === bob.id).map(([, text]) => text)).toEqual(["/start", "second"]);
  });

  it("shows in getWebhookInfo, with what is pending", () => {
    const world = aWorld();
    world.hook();
    world.customer();
    const [delivery] = world.core.due();
    world.core.delivered(delivery?.deliveryId ?? "", { status: 503 });
    expect(world.api("getWebhookInfo")).toEqual({
      url: "https://desk.example/webhook",
      has_custom_certificate: false,
      pending_update_count: 1,
      max_connections: 40,
      last_error_date: world.clock.now() / SECOND,
      last_error_message: "Wrong response from the webhook: 503 Service Unavailable",
    });
  });
});

describe("updates", () => {
  it("are numbered one by one, and only those that the bot asked for", () => {
    const world = aWorld();
    world.hook({ allowed_updates: ["message"] });
    const ada = world.customer();
    const { message_id } = world.core.act("write", { userId: ada.id, text: "one" });
    world.core.act("edit", { userId: ada.id, messageId: message_id, text: "uno" });
    world.core.act("write", { userId: ada.id, text: "two" });
    const updates = world.delivered();
    expect(updates.map(({ message }) => message?.text)).toEqual(["/start", "one", "two"]);
    const [first] = updates;
    expect(updates.map(({ update_id }) => update_id - (first?.update_id ?? 0))).toEqual([0, 1, 2]);
  });

  it("are numbered anew, anywhere, after a week without any", () => {
    const world = aWorld();
    world.hook();
    const ada = world.customer();
    const [first] = world.delivered();
    const next = () => {
      world.core.act("write", { userId: ada.id, text: "again" });
      return world.delivered().map((update) => update.update_id)[0] ?? 0;
    };
    world.clock.advance(7 * DAY - 1);
    const second = next();
    expect(second).toBe((first?.update_id ?? 0) + 1);
    world.clock.advance(7 * DAY);
    const anew = next();
    expect(anew).not.toBe(second + 1);
    expect(next()).toBe(anew + 1);
  });

  it("leave out reactions and members unless they are named", () => {
    const world = aWorld();
    world.group();
    world.hook();
    const olga = world.agent();
    const { message_id } = world.core.act("write", { userId: olga.id, chatId: GROUP_ID, text: "x" });
    const react = (emoji: string[]) =>
      world.core.act("react", { userId: olga.id, chatId: GROUP_ID, messageId: message_id, emoji });
    react(["👍"]);
    world.core.act("promote", { userId: olga.id, chatId: GROUP_ID });
    expect(world.delivered().map(Object.keys)).toEqual([["update_id", "message"]]);
    world.clock.advance(SECOND);
    world.hook({ allowed_updates: ["message_reaction", "chat_member"] });
    react([]);
    world.core.act("leave", { userId: olga.id, chatId: GROUP_ID });
    expect(world.delivered().map((update) => Object.keys(update)[1])).toEqual([
      "message_reaction",
      "chat_member",
    ]);
  });

  it("overtake a stuck message if they are of other kinds", () => {
    const world = aWorld();
    world.group();
    world.hook({ allowed_updates: ["message", "edited_message", "callback_query", "message_reaction"] });
    const olga = world.agent();
    const here = { userId: olga.id, chatId: GROUP_ID };
    const card = world.api("sendMessage", {
      chat_id: GROUP_ID,
      text: "card",
      reply_markup: { inline_keyboard: [[{ text: "Claim", callback_data: "claim" }]] },
    });
    const { message_id } = world.core.act("write", { ...here, text: "stuck" });
    world.core.act("edit", { ...here, messageId: message_id, text: "stuck too" });
    world.core.act("press", { ...here, messageId: card.message_id, data: "claim" });
    world.core.act("react", { ...here, messageId: card.message_id, emoji: ["👍"] });
    const kinds = world.core.due().map(({ update }) => Object.keys(update)[1]);
    expect(kinds.sort()).toEqual(["callback_query", "message", "message_reaction"]);
    expect(world.core.due()).toEqual([]);
  });

  it("about a button overtake the messages of the person who pressed it", () => {
    const world = aWorld();
    const ada = world.customer();
    const card = world.api("sendMessage", {
      chat_id: ada.id,
      text: "card",
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "yes" }]] },
    });
    world.hook({ drop_pending_updates: true });
    world.core.act("write", { userId: ada.id, text: "stuck" });
    world.core.act("press", { userId: ada.id, messageId: card.message_id, data: "yes" });
    expect(world.core.due()).toHaveLength(2);
  });

  it("about a button live for 150 seconds", () => {
    const world = aWorld();
    const ada = world.customer();
    const card = world.api("sendMessage", {
      chat_id: ada.id,
      text: "card",
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "yes" }]] },
    });
    world.hook({ drop_pending_updates: true });
    const press = () => world.core.act("press", { userId: ada.id, messageId: card.message_id, data: "yes" });
    press();
    world.clock.advance(150 * SECOND);
    expect(world.core.due()).toHaveLength(1);
    const [delivery] = world.core.act("updates", {}).queues[0]?.updates ?? [];
    world.core.delivered(delivery?.deliveryId ?? "", { status: 200 });
    press();
    world.clock.advance(151 * SECOND);
    expect(world.core.due()).toEqual([]);
    expect(world.api("getWebhookInfo")).toMatchObject({ pending_update_count: 0 });
  });

  it("go out to as many connections as are allowed", () => {
    const world = aWorld();
    world.hook({ max_connections: 2 });
    for (let n = 0; n < 3; n += 1) world.customer();
    const [first, ...rest] = world.core.due();
    expect(rest).toHaveLength(1);
    expect(world.core.due()).toEqual([]);
    expect(world.core.nextDueAt()).toBeNull();
    world.core.delivered(first?.deliveryId ?? "", { status: 200 });
    expect(world.core.due()).toHaveLength(1);
  });

  it("wait for a webhook, and can be dropped when it is set", () => {
    const world = aWorld();
    world.customer();
    expect(world.core.due()).toEqual([]);
    world.hook({ secret_token: "s3cret" });
    expect(world.core.due()).toMatchObject([
      {
        url: "https://desk.example/webhook",
        headers: { "x-telegram-bot-api-secret-token": "s3cret", "content-type": "application/json" },
        attempt: 1,
      },
    ]);
    world.clock.advance(SECOND);
    world.hook({ url: "https://other.example/webhook", drop_pending_updates: true });
    expect(world.core.due()).toEqual([]);
  });

  it("go to the new webhook where they were on their way to an old one, whatever that says", () => {
    const world = aWorld();
    world.hook();
    world.customer();
    const [old] = world.core.due();
    world.clock.advance(SECOND);
    world.hook({ url: "https://other.example/webhook" });
    expect(world.core.delivered(old?.deliveryId ?? "", { status: 200 })).toBe(false);
    expect(world.core.due()).toMatchObject([{ url: "https://other.example/webhook", update: old?.update }]);
  });

  it("can be injected in every kind that was ever seen, and arrive as they are", () => {
    const world = aWorld();
    const kinds = [...new Set(fixtures.updates.flatMap(({ update }) => Object.keys(update)))];
    world.hook({ allowed_updates: kinds });
    for (const { update } of fixtures.updates) {
      const { update_id: _, ...content } = update as Record<string, unknown>;
      world.core.act("inject", { update: content });
    }
    const arrived = world.delivered();
    expect(arrived).toHaveLength(fixtures.updates.length);
    const byId = [...arrived].sort((one, other) => one.update_id - other.update_id);
    fixtures.updates.forEach(({ update }, index) => {
      expect(byId[index]).toEqual({ ...update, update_id: byId[index]?.update_id });
    });
  });

  it("can be injected with an id of their own, and the count goes on from there", () => {
    const world = aWorld();
    world.hook();
    world.core.act("inject", { update: { update_id: 500_000_000, message: { chat: { id: 5 }, date: 1 } } });
    world.customer();
    expect(world.delivered().map(({ update_id }) => update_id)).toEqual([500_000_000, 500_000_001]);
  });
});

describe("setWebhook", () => {
  it.each([
    ["not a url", "Bad Request: bad webhook: invalid webhook URL specified"],
    ["http://desk.example/hook", "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"],
    [
      "https://desk.example:8787/hook",
      "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
    ],
  ])("refuses %s", (url, description) => {
    expect(aWorld().refusal("setWebhook", { url })).toBe(description);
  });

  it.each([
    ["ü", "Bad Request: secret token contains unallowed characters"],
    ["x".repeat(257), "Bad Request: secret token is too long"],
  ])("refuses the secret %s", (secret_token, description) => {
    expect(aWorld().refusal("setWebhook", { url: "https://desk.example/", secret_token })).toBe(description);
  });

  it("takes what is on this machine, over plain HTTP and on any port", () => {
    const world = aWorld();
    world.hook({ url: "http://127.0.0.1:8787/telegram/webhook" });
    expect(world.api("getWebhookInfo")).toMatchObject({ url: "http://127.0.0.1:8787/telegram/webhook" });
  });

  it("changes the webhook at most once a second; repeating it changes nothing", () => {
    const world = aWorld({ budgets: "real" });
    world.hook();
    world.hook();
    const other = { url: "https://other.example/webhook" };
    expect(world.call("setWebhook", other).body).toMatchObject({
      error_code: 429,
      parameters: { retry_after: 1 },
    });
    world.clock.advance(SECOND);
    world.hook(other);
  });
});

describe("getUpdates", () => {
  it("is refused while a webhook is set", () => {
    const world = aWorld();
    world.hook();
    expect(world.call("getUpdates").body).toMatchObject({
      error_code: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
    world.api("deleteWebhook");
    expect(world.api("getUpdates")).toEqual([]);
  });

  it("gives what is there until an offset says that it was received", () => {
    const world = aWorld();
    const ada = world.customer();
    for (const text of ["a", "b", "c"]) world.core.act("write", { userId: ada.id, text });
    const take = (params: object) =>
      world.api<Update[]>("getUpdates", { ...params }).map(({ message }) => message?.text);
    expect(take({ limit: 2 })).toEqual(["/start", "a"]);
    expect(take({ limit: 2 })).toEqual(["/start", "a"]);
    const [{ update_id }] = world.api<[Update]>("getUpdates", { limit: 1 });
    expect(take({ offset: update_id + 2 })).toEqual(["b", "c"]);
    expect(take({})).toEqual(["b", "c"]);
    expect(take({ offset: -1 })).toEqual(["c"]);
  });
});
