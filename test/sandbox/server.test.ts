import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Update } from "grammy/types";
import { describe, expect, it, onTestFinished } from "vitest";
import { ActRefused, SandboxTelegram } from "../../src/sandbox/telegram/client.ts";
import type { Change } from "../../src/sandbox/telegram/client.ts";
import { startTelegramSandbox } from "../../src/sandbox/telegram/server.ts";
import { aSandbox } from "./a-sandbox.ts";

const sandbox = aSandbox();

/** A webhook that answers as it is told and keeps what it was sent. */
async function aWebhook(answers: { status: number; headers?: Record<string, string>; body?: string }[] = []) {
  const received: { update: Update; secret: string | undefined }[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      received.push({
        update: JSON.parse(body) as Update,
        secret: request.headers["x-telegram-bot-api-secret-token"] as string | undefined,
      });
      const { status, headers = {}, body: answer = "" } = answers.shift() ?? { status: 200 };
      response.writeHead(status, headers).end(answer);
      for (const each of waiting) if (received.length >= each.count) each.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    /** Resolves once so many updates have come in all. */
    async got(count: number): Promise<void> {
      if (received.length >= count) return;
      await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    },
  };
}

const bot = (tg: SandboxTelegram, method: string, body: object = {}) =>
  fetch(`${tg.apiRoot}/bot1:sandbox/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("the server", () => {
  it("keeps worlds apart, and the one without a name is one of them", async () => {
    const one = await sandbox.world();
    const other = await sandbox.world();
    const nameless = new SandboxTelegram(`${sandbox.url}/control`);
    await one.customer({ id: 77, firstName: "Ada" });
    expect(await one.users()).toHaveLength(1);
    expect(await other.users()).toEqual([]);
    expect(await nameless.users()).toEqual([]);
    expect(await nameless.status()).toMatchObject({ name: "default", delivery: "push" });
  });

  it("takes parameters from the address, from forms and from JSON", async () => {
    const tg = await sandbox.world();
    const ada = await tg.customer();
    await ada.start();
    const root = `${tg.apiRoot}/bot1:sandbox/sendMessage`;
    const form = new FormData();
    form.set("chat_id", String(ada.id));
    form.set("text", "multipart");
    const answers = await Promise.all([
      fetch(`${root}?chat_id=${ada.id}&text=query`, { method: "POST" }),
      fetch(root, { method: "POST", body: new URLSearchParams({ chat_id: String(ada.id), text: "form" }) }),
      fetch(root, { method: "POST", body: form }),
      bot(tg, "sendMessage", { chat_id: ada.id, text: "json" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const texts = (await ada.messages()).map((message) => message.text);
    expect(new Set(texts)).toEqual(new Set(["/start", "query", "form", "multipart", "json"]));
  });

  it.each([
    ["/", 404, "Not Found"],
    ["/bot1:sandbox", 404, "Not Found"],
    ["/bot1:sandbox/sendSmoke", 404, "Not Found: method not found"],
    ["/bot9:stranger/getMe", 401, "Unauthorized"],
    ["/file/bot1:sandbox/photos/none.jpg", 404, "Not Found"],
  ])("answers %s with %i %s", async (path, status, description) => {
    const response = await fetch(`${sandbox.url}${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ ok: false, error_code: status, description });
  });

  it("answers a body that it cannot read as Telegram would, not with a crash", async () => {
    const tg = await sandbox.world();
    const response = await fetch(`${tg.apiRoot}/bot1:sandbox/sendMessage`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ ok: false, error_code: 400 });
  });

  it("refuses uploads that are too large", async () => {
    const tg = await sandbox.world();
    const ada = await tg.customer();
    await ada.start();
    const send = (method: string, field: string, bytes: number) => {
      const form = new FormData();
      form.set("chat_id", String(ada.id));
      form.set(field, new Blob([new Uint8Array(bytes)]), "large.bin");
      return fetch(`${tg.apiRoot}/bot1:sandbox/${method}`, { method: "POST", body: form });
    };
    const photo = await send("sendPhoto", "photo", 10 * 1024 * 1024 + 1);
    expect(photo.status).toBe(413);
    expect(await photo.json()).toMatchObject({ description: "Request Entity Too Large" });
    expect((await send("sendDocument", "document", 52 * 1024 * 1024)).status).toBe(413);
    expect((await send("sendDocument", "document", 10 * 1024 * 1024 + 1)).status).toBe(200);
  });

  it("listens on loopback only, and answers no page that it did not serve itself", async () => {
    await expect(startTelegramSandbox({ host: "0.0.0.0" })).rejects.toThrow("loopback only");
    const status = `${sandbox.url}/control/status`;
    for (const origin of ["https://evil.example", "http://localhost:5173", "null"]) {
      expect((await fetch(status, { headers: { origin } })).status).toBe(403);
    }
    const own = await fetch(status, { headers: { origin: sandbox.url } });
    expect(own.status).toBe(200);
    expect(own.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("lets nothing change by a link: methods that do take POST", async () => {
    const tg = await sandbox.world();
    const get = async (path: string) => (await fetch(`${tg.apiRoot}/bot1:sandbox/${path}`)).status;
    expect(await get("getMe")).toBe(200);
    for (const path of ["setWebhook?url=http://127.0.0.1:22/", "SETWEBHOOK?url=", "getUpdates?offset=9"]) {
      expect(await get(path)).toBe(405);
    }
    expect((await tg.updates()).webhook.url).toBe("");
    const calls = await tg.calls();
    expect(calls.map(({ method }) => method)).toEqual(["getMe"]);
  });

  it.each(["HEAD", "PUT", "DELETE", "OPTIONS"])("takes no %s", async (method) => {
    const tg = await sandbox.world();
    await tg.customer({ id: 77 });
    const answer = await fetch(`${tg.apiRoot}/control/reset`, { method });
    expect(answer.status).toBe(405);
    expect(await tg.users()).toHaveLength(1);
  });

  it("takes changes only with the token that it was started with, and can be looked at without", async () => {
    const own = await startTelegramSandbox({ token: "made-by-chance" });
    onTestFinished(() => own.close());
    const holder = new SandboxTelegram(`${own.url}/control`, "made-by-chance");
    await holder.customer({ id: 77 });
    for (const token of [null, "", "made-by-chancE"]) {
      const other = new SandboxTelegram(`${own.url}/control`, token);
      await expect(other.reset()).rejects.toThrow("the sandbox's token");
      expect(await other.users()).toHaveLength(1);
    }
    expect((await fetch(`${own.url}/w/another/control/status`)).status).toBe(404);
  });

  it("loses answers by breaking the connection, and is slow in real time", async () => {
    const tg = await sandbox.world();
    await tg.faults([{ effect: "request_lost", times: 1 }]);
    await expect(bot(tg, "getMe")).rejects.toThrow("fetch failed");
    await tg.faults([{ effect: "slow", ms: 60, times: 1 }]);
    await bot(tg, "getMe");
    const [lost, slow] = await tg.calls({ method: "getMe" });
    expect(lost).toMatchObject({ answer: null, fault: "request_lost" });
    expect(slow?.tookMs).toBeGreaterThan(55);
  });

  it("hangs until the caller gives up", async () => {
    const tg = await sandbox.world();
    await tg.faults([{ effect: "hang", times: 1 }]);
    const call = fetch(`${tg.apiRoot}/bot1:sandbox/getMe`, { signal: AbortSignal.timeout(40) });
    await expect(call).rejects.toThrow("timeout");
  });

  it("ends a waiting getUpdates when another one comes", async () => {
    const tg = await sandbox.world();
    const first = bot(tg, "getUpdates", { timeout: 5 });
    while ((await tg.calls({ method: "getUpdates" })).length === 0) await Promise.resolve();
    const second = bot(tg, "getUpdates", { timeout: 5 });
    expect(await (await first).json()).toMatchObject({
      error_code: 409,
      description:
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    });
    const ada = await tg.customer();
    await ada.write("hello");
    expect(await (await second).json()).toMatchObject({ ok: true, result: [{ message: { text: "hello" } }] });
  });
});

describe("setting the stage again", () => {
  it("changes only what is given", async () => {
    const tg = await sandbox.world();
    const group = await tg.group({
      id: -100,
      title: "Desk",
      forum: true,
      botRights: { can_pin_messages: false },
    });
    await group.member({ id: 9001, firstName: "Lead", status: "administrator", title: "Lead" });
    await tg.group({ id: -100, title: "Support desk" });
    const lead = await group.member({ id: 9001 });
    expect(lead.profile.first_name).toBe("Lead");
    const owner = await group.owner();
    expect(await group.members()).toEqual([
      {
        userId: 1,
        member: expect.objectContaining({ rights: expect.objectContaining({ can_pin_messages: false }) }),
      },
      { userId: 9001, member: expect.objectContaining({ status: "administrator", title: "Lead" }) },
      { userId: owner.id, member: expect.objectContaining({ status: "creator" }) },
    ]);
    expect(await tg.chats()).toMatchObject([{ chat: { title: "Support desk", is_forum: true } }]);
  });

  it("can make the bot another one, for all worlds or for one", async () => {
    const own = await startTelegramSandbox({ bot: { token: "7000000001:sandbox" } });
    onTestFinished(() => own.close());
    const tg = new SandboxTelegram(`${own.url}/w/mine/control`);
    expect(await (await fetch(`${tg.apiRoot}/bot7000000001:sandbox/getMe`)).json()).toMatchObject({
      result: { id: 7000000001 },
    });
    await tg.reset({ bot: { username: "other_bot" } });
    expect(await tg.bot()).toMatchObject({
      token: "7000000001:sandbox",
      profile: { id: 7000000001, username: "other_bot" },
    });
  });
});

describe("a world in push mode", () => {
  it("sends updates by itself, one after the other per chat, with the secret", async () => {
    const tg = await sandbox.world({ delivery: "push" });
    const webhook = await aWebhook();
    await bot(tg, "setWebhook", { url: webhook.url, secret_token: "s3cret" });
    const ada = await tg.customer();
    await ada.write("one");
    await ada.write("two");
    await webhook.got(2);
    expect(webhook.received.map(({ update }) => update.message?.text)).toEqual(["one", "two"]);
    expect(webhook.received[0]?.secret).toBe("s3cret");
  });

  it("retries by its own clock, however that is moved", async () => {
    const tg = await sandbox.world({ delivery: "push", freezeAt: "2026-10-05T12:00:00Z" });
    const webhook = await aWebhook([{ status: 500 }, { status: 503, headers: { "retry-after": "3600" } }]);
    await bot(tg, "setWebhook", { url: webhook.url });
    const ada = await tg.customer();
    await ada.write("patience");
    await webhook.got(2);
    while ((await tg.updates()).webhook.lastError?.message.includes("503") !== true) await Promise.resolve();
    expect(await tg.nextDueAt()).toBe(Date.parse("2026-10-05T13:00:00Z"));
    await tg.clock({ advanceMs: 3_600_000 });
    await webhook.got(3);
    expect(new Set(webhook.received.map(({ update }) => update.update_id)).size).toBe(1);
  });

  it("sends what has waited once a webhook is set, and once Telegram is back", async () => {
    const tg = await sandbox.world({ delivery: "push" });
    const webhook = await aWebhook();
    const ada = await tg.customer();
    await ada.write("before the webhook");
    await bot(tg, "setWebhook", { url: webhook.url });
    await webhook.got(1);
    await tg.faults([{ effect: "down" }]);
    await ada.write("while it was down");
    await expect(bot(tg, "getMe")).rejects.toThrow("fetch failed");
    expect(webhook.received).toHaveLength(1);
    await tg.clearFaults();
    await webhook.got(2);
    expect(webhook.received.at(-1)?.update.message?.text).toBe("while it was down");
  });

  it("makes the call that a webhook puts in its answer", async () => {
    const tg = await sandbox.world({ delivery: "push" });
    const ada = await tg.customer();
    const reply = JSON.stringify({ method: "sendMessage", chat_id: ada.id, text: "quick answer" });
    const webhook = await aWebhook([{ status: 200, body: reply }]);
    await bot(tg, "setWebhook", { url: webhook.url });
    await ada.write("hello");
    while ((await ada.messages()).length < 2) await Promise.resolve();
    expect((await ada.messages()).at(-1)?.text).toBe("quick answer");
  });

  it("refuses to hand its updates out one by one", async () => {
    const tg = await sandbox.world({ delivery: "push" });
    await expect(tg.takeDue()).rejects.toThrow("updates are pushed here");
  });
});

describe("the control interface", () => {
  it("says what was wrong with a call", async () => {
    const tg = await sandbox.world();
    const ada = await tg.customer({ firstName: "Ada" });
    await expect(ada.edit(99, "x")).rejects.toThrow(ActRefused);
    const response = await fetch(`${tg.apiRoot}/control/wrte`, { method: "POST", body: "{}" });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ ok: false, error: "there is no control “wrte”" });
  });

  it("shows itself and looks around over GET, and changes nothing that way", async () => {
    const tg = await sandbox.world();
    const ada = await tg.customer({ id: 77 });
    await ada.start();
    const get = async (path: string) => fetch(`${tg.apiRoot}/control${path}`);
    expect(await (await get("")).json()).toMatchObject({ acts: expect.arrayContaining(["write", "press"]) });
    expect(await (await get("/messages?chatId=77")).json()).toMatchObject({ result: [{ text: "/start" }] });
    expect((await get("/block?userId=77")).status).toBe(405);
  });

  it("tells of every change while it happens", async () => {
    const tg = await sandbox.world();
    const changes: Change[] = [];
    const feed = tg.feed();
    const listening = (async () => {
      for await (const change of feed) {
        changes.push(change);
        if (change.type === "call") break;
      }
    })();
    const group = await tg.group({ title: "Support desk", forum: true });
    // The feed is live from the moment its answer begins, which the first change proves.
    while (changes.length === 0) await group.change({ title: "Support desk" });
    const ada = await tg.customer({ firstName: "Ada" });
    const { message_id } = await ada.write("hello");
    await ada.edit(message_id, "hello!");
    await ada.react(message_id, "👍");
    await ada.delete(message_id);
    await ada.block();
    await bot(tg, "createForumTopic", { chat_id: group.id, name: "SUP-1" });
    await listening;
    const kinds = new Set(changes.map(({ type }) => type));
    expect([...kinds].sort()).toEqual([
      "call",
      "chat",
      "message",
      "message_edited",
      "messages_deleted",
      "reactions",
      "topic",
      "update_queued",
      "user",
    ]);
  });

  it("takes a world down and puts it up again as it was, updates under way included", async () => {
    const tg = await sandbox.world({ freezeAt: "2026-10-05T12:00:00Z" });
    await bot(tg, "setWebhook", { url: "https://desk.example/hook" });
    const ada = await tg.customer({ firstName: "Ada" });
    await ada.write("before");
    const [delivery] = await tg.takeDue();
    const snapshot = JSON.parse(JSON.stringify(await tg.snapshot())) as Awaited<
      ReturnType<typeof tg.snapshot>
    >;
    await ada.write("after");
    const revived = await sandbox.world({ delivery: "push" });
    await revived.restore(snapshot);
    expect(await revived.status()).toMatchObject({
      now: Date.parse("2026-10-05T12:00:00Z"),
      isFrozen: true,
      delivery: "pull",
    });
    expect((await revived.messages(ada.id)).map((message) => message.text)).toEqual(["before"]);
    expect(await revived.takeDue()).toMatchObject([{ update: delivery?.update }]);
    expect(await revived.delivered(delivery?.deliveryId ?? "", { status: 200 })).toBe(false);
    const twin = await sandbox.world();
    await twin.restore(snapshot);
    const [roll, same] = await Promise.all(
      [revived, twin].map((each) => bot(each, "sendDice", { chat_id: ada.id })),
    );
    expect(await roll?.json()).toEqual(await same?.json());
  });

  it("moves time: on, to a point, and from there with the real clock again", async () => {
    const tg = await sandbox.world();
    const at = Date.parse("2027-01-01T00:00:00Z");
    expect(await tg.clock({ freezeAt: "2027-01-01T00:00:00Z" })).toMatchObject({ now: at, isFrozen: true });
    expect(await tg.clock({ advanceMs: 1500 })).toMatchObject({ now: at + 1500 });
    const { now, isFrozen } = await tg.clock({ run: true });
    expect(isFrozen).toBe(false);
    expect(now).toBeGreaterThanOrEqual(at + 1500);
    expect(now).toBeLessThan(at + 6500);
    const ada = await tg.customer();
    expect((await ada.write("happy new year")).date).toBe(Math.floor(now / 1000));
  });
});
