import { describe, expect, it } from "vitest";
import { aWorld, GROUP_ID } from "./a-world.ts";
import type { AWorld } from "./a-world.ts";

function withAda(): { world: AWorld; post: () => ReturnType<AWorld["call"]>; sent: () => number } {
  const world = aWorld();
  const ada = world.customer();
  return {
    world,
    post: () => world.call("sendMessage", { chat_id: ada.id, text: "x" }),
    sent: () => world.chatMessages(ada.id).filter((message) => message.text === "x").length,
  };
}

describe("a fault", () => {
  it.each([
    [{ effect: "flood", retryAfter: 35 } as const, 429, "Too Many Requests: retry after 35", 0],
    [{ effect: "server_error" } as const, 500, "Internal Server Error: restart", 0],
    [{ effect: "server_error", deed: true } as const, 500, "Internal Server Error: restart", 1],
    [
      { effect: "refuse", code: 400, description: "Bad Request: CHAT_RESTRICTED" } as const,
      400,
      "Bad Request: CHAT_RESTRICTED",
      0,
    ],
  ])("%j answers with its error", (fault, status, description, done) => {
    const { world, post, sent } = withAda();
    world.core.act("faults", { add: [fault] });
    expect(post()).toMatchObject({ status, body: { ok: false, description }, wire: { fate: "answered" } });
    expect(sent()).toBe(done);
  });

  it.each([
    [{ effect: "answer_lost" } as const, "reset", 1],
    [{ effect: "request_lost" } as const, "reset", 0],
    [{ effect: "down" } as const, "reset", 0],
    [{ effect: "hang" } as const, "hang", 0],
    [{ effect: "hang", deed: true } as const, "hang", 1],
  ])("%j never answers", (fault, fate, done) => {
    const { world, post, sent } = withAda();
    world.core.act("faults", { add: [fault] });
    expect(post().wire.fate).toBe(fate);
    expect(sent()).toBe(done);
    expect(world.core.act("calls", { method: "sendMessage" })).toMatchObject([
      { answer: null, fault: fault.effect },
    ]);
  });

  it("answers a page of HTML where the gateway fails", () => {
    const { world, post } = withAda();
    world.core.act("faults", { add: [{ effect: "bad_gateway" }] });
    expect(post()).toMatchObject({ status: 502, body: expect.stringContaining("<h1>502 Bad Gateway</h1>") });
  });

  it("strikes as often as it is told, after as many calls as it is told", () => {
    const { world, post } = withAda();
    world.core.act("faults", { add: [{ effect: "server_error", after: 1, times: 2 }] });
    expect([post(), post(), post(), post()].map(({ status }) => status)).toEqual([200, 500, 500, 200]);
    expect(world.core.act("faults", {})).toEqual([]);
  });

  it("strikes until it is removed when it is not told how often", () => {
    const { world, post } = withAda();
    const [fault] = world.core.act("faults", { add: [{ effect: "server_error" }] });
    expect([post(), post(), post()].map(({ status }) => status)).toEqual([500, 500, 500]);
    world.core.act("clearFaults", { ids: [fault?.id ?? 0] });
    expect(post().status).toBe(200);
  });

  it("strikes only the methods and the chat that it names", () => {
    const { world, post } = withAda();
    world.group();
    world.core.act("faults", {
      add: [{ effect: "server_error", methods: ["sendmessage"], chatId: GROUP_ID }],
    });
    expect(post().status).toBe(200);
    expect(world.call("getChat", { chat_id: GROUP_ID }).status).toBe(200);
    expect(world.call("sendMessage", { chat_id: GROUP_ID, text: "x" }).status).toBe(500);
  });

  it("adds its delay to that of another", () => {
    const { world, post } = withAda();
    world.core.act("faults", {
      add: [
        { effect: "slow", ms: 40 },
        { effect: "answer_lost", times: 1 },
      ],
    });
    expect(post().wire).toEqual({ delayMs: 40, fate: "reset" });
    expect(post().wire).toEqual({ delayMs: 40, fate: "answered" });
  });

  it("delays answers by times between two bounds", () => {
    const { world, post } = withAda();
    world.core.act("faults", { add: [{ effect: "slow", ms: 80, upTo: 140 }] });
    const delays = Array.from({ length: 30 }, () => post().wire.delayMs);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(80);
    expect(Math.max(...delays)).toBeLessThanOrEqual(140);
    expect(new Set(delays).size).toBeGreaterThan(5);
  });

  it("stops updates too where it takes Telegram down", () => {
    const { world } = withAda();
    world.hook();
    world.core.act("faults", { add: [{ effect: "down" }] });
    expect(world.core.due()).toEqual([]);
    expect(world.core.nextDueAt()).toBeNull();
    world.core.act("clearFaults", {});
    expect(world.core.due()).toHaveLength(1);
  });
});
