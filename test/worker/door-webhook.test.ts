import { beforeEach, describe, expect, test, vi } from "vitest";
import { UPDATE_BYTES_MAX } from "../../src/domain/limits.ts";
import { exampleDesk, MAIN_CHAT, VIP_CHAT } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk, SECRET, turnClock } from "../support/http-desk.ts";
import captured from "../support/telegram/updates.json" with { type: "json" };

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

let updateId = 1;
const ADA = 5_550_000_001;
const fromAda = (more: object = {}) => ({
  update_id: updateId++,
  message: { message_id: 1, date: 0, chat: { id: ADA, type: "private" }, text: "Hello", ...more },
});
const inGroup = (chat: number, more: object = {}) => ({
  update_id: updateId++,
  message: { message_id: 1, date: 0, chat: { id: chat, type: "supergroup" }, text: "Hello", ...more },
});

describe("callers of the webhook", () => {
  test.each<[string, Record<string, string>]>([
    ["nobody without the secret", {}],
    ["nobody with an empty one", { "X-Telegram-Bot-Api-Secret-Token": "" }],
    ["nobody with a wrong one", { "X-Telegram-Bot-Api-Secret-Token": "wrong" }],
    ["nobody with half of it", { "X-Telegram-Bot-Api-Secret-Token": "test-webhook" }],
    ["nobody with more than it", { "X-Telegram-Bot-Api-Secret-Token": "test-webhook-secret!" }],
    ["nobody with the admin's token", { Authorization: "Bearer test-admin-token" }],
  ])("%s", async (_name, headers) => {
    await desk.put(exampleDesk());
    const answer = await desk.update(fromAda(), headers);
    expect(answer.status).toBe(401);
    expect(await codeOf(answer)).toBe("webhook.secret_invalid");
    expect(desk.groups.received).toEqual([]);
  });

  test("no caller while the desk has no secret", async () => {
    await desk.put(exampleDesk());
    desk.env = { ...desk.env, WEBHOOK_SECRET: "" };
    expect((await desk.update(fromAda(), { "X-Telegram-Bot-Api-Secret-Token": "" })).status).toBe(401);
    expect((await desk.update(fromAda(), {})).status).toBe(401);
  });

  test("a stranger's body is not even read", async () => {
    let read = false;
    const body = new ReadableStream(
      {
        pull: () => {
          read = true;
          throw new Error("somebody read the body");
        },
      },
      { highWaterMark: 0 },
    );
    const answer = await desk.fetch("/telegram/webhook", { method: "POST", body });
    expect(answer.status).toBe(401);
    expect(read).toBe(false);
  });
});

const stream = (text: string): ReadableStream<Uint8Array> => {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.byteLength) controller.close();
      else controller.enqueue(bytes.slice(at, (at += 60_000)));
    },
  });
};

describe("a body that is no update is refused, and nothing happens", () => {
  test.each<[string, string, number, string]>([
    ["nothing", "", 400, "request.malformed"],
    ["half a document", '{"update_id":1', 400, "request.malformed"],
    ["no JSON", "update_id=1", 400, "request.malformed"],
    [
      "JSON that nests without end",
      `{"update_id":1,"message":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
      400,
      "request.malformed",
    ],
    ["null", "null", 400, "update.malformed"],
    ["a list", '[{"update_id":1}]', 400, "update.malformed"],
    ["a text", '"update"', 400, "update.malformed"],
    ["no update_id", '{"message":{}}', 400, "update.malformed"],
    ["a fraction of an update_id", '{"update_id":1.5}', 400, "update.malformed"],
    ["a text for an update_id", '{"update_id":"1"}', 400, "update.malformed"],
  ])("%s", async (_name, body, status, code) => {
    await desk.put(exampleDesk());
    const answer = await desk.update(body);
    expect(answer.status).toBe(status);
    expect(await codeOf(answer)).toBe(code);
    expect(desk.groups.received).toEqual([]);
  });

  const large = JSON.stringify({ update_id: 1, message: { text: "x".repeat(UPDATE_BYTES_MAX) } });

  test.each<[string, () => RequestInit]>([
    ["a body that says it is too large", () => ({ body: large })],
    ["a body that does not say how large it is", () => ({ body: stream(large) })],
    [
      "a body that lies about how large it is",
      () => ({ body: stream(large), headers: { "Content-Length": "10" } }),
    ],
    [
      "a small body that says it is large",
      () => ({ body: stream("{}"), headers: { "Content-Length": String(UPDATE_BYTES_MAX + 1) } }),
    ],
  ])("%s", async (_name, init) => {
    await desk.put(exampleDesk());
    const { headers, ...rest } = init();
    const answer = await desk.fetch("/telegram/webhook", {
      method: "POST",
      ...rest,
      headers: { ...SECRET, ...(headers as Record<string, string> | undefined) },
    });
    expect(answer.status).toBe(413);
    expect(await codeOf(answer)).toBe("request.too_large");
    expect(desk.groups.received).toEqual([]);
  });

  test("takes an update of the largest size, in however many pieces", async () => {
    await desk.put(exampleDesk());
    const update = fromAda({ text: "ä🎫".repeat(90_000) });
    const body = stream(JSON.stringify(update));
    const answer = await desk.fetch("/telegram/webhook", { method: "POST", headers: SECRET, body });
    expect(answer.status).toBe(200);
    expect(desk.groups.updatesOf("main")).toEqual([update]);
  });
});

describe("the answer to Telegram", () => {
  test.each(["accepted", "duplicate", "ignored", "set_aside"] as const)(
    "is 200 once the object says %s",
    async (status) => {
      await desk.put(exampleDesk());
      desk.groups.answer = { status };
      const answer = await desk.update(fromAda());
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ status });
    },
  );

  test.each([
    ["full", 7, "7", "group.full"],
    ["failed", 3, "3", "group.unreachable"],
    ["failed", 0, "1", "group.unreachable"],
    ["full", 999_999, "3600", "group.full"],
  ] as const)(
    "is 503 when the object says %s, with the wait of %d s",
    async (status, retryAfterS, wait, code) => {
      await desk.put(exampleDesk());
      desk.groups.answer = { status, retryAfterS };
      const answer = await desk.update(fromAda());
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).toBe(wait);
      expect(await codeOf(answer)).toBe(code);
    },
  );

  test("is 503 when the object breaks, and the log says nothing of the message", async () => {
    await desk.put(exampleDesk());
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    desk.groups.down.add("main");
    const answer = await desk.update(fromAda({ text: "my card number is 4111" }));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("Retry-After")).toBe("5");
    expect(logged.mock.calls.flat().join()).toMatch(/"event":"group.failed","group":"main"/);
    expect(logged.mock.calls.flat().join()).not.toMatch(/4111|is down/);
    logged.mockRestore();
  });

  test("is 503 while the desk has no configuration", async () => {
    const answer = await desk.update(fromAda());
    expect(answer.status).toBe(503);
    expect(answer.headers.get("Retry-After")).toBe("10");
    expect(await codeOf(answer)).toBe("config.missing");
    expect(desk.groups.touched.size).toBe(0);
  });

  test("is 503 while D1 has never told this isolate the configuration", async () => {
    await desk.put(exampleDesk());
    const other = desk.elsewhere();
    other.d1.state = "failing";
    const answer = await other.update(fromAda());
    expect(answer.status).toBe(503);
    expect(answer.headers.get("Retry-After")).toBe("5");
    expect(await codeOf(answer)).toBe("record.unreachable");
  });
});

describe("the object is handed the configuration when its own is older", () => {
  test("is handed the update once, after it", async () => {
    await desk.put(exampleDesk());
    desk.groups.configs.clear();
    const update = fromAda();
    expect((await desk.update(update)).status).toBe(200);
    expect(desk.groups.configs.get("main")?.version).toBe(1);
    // Without what the schema fills in.
    const { name, timeZone } = exampleDesk().desk;
    expect(desk.groups.configs.get("main")?.config.desk).toEqual({ name, timeZone });
    expect(desk.groups.received).toEqual([{ group: "main", update }]);
  });

  test("is handed at the second update what another isolate stored half a minute ago", async () => {
    try {
      await desk.put(exampleDesk());
      const other = desk.elsewhere();
      await other.update(inGroup(MAIN_CHAT));
      desk.groups.down.add("main");
      await desk.put({ ...exampleDesk(), desk: { name: "Renamed" } });
      desk.groups.down.clear();
      turnClock(31_000);
      await other.update(inGroup(MAIN_CHAT));
      await vi.waitFor(() => expect(other.d1.queries).toBe(2));
      await other.update(inGroup(MAIN_CHAT));
      await vi.waitFor(async () => {
        await other.update(inGroup(MAIN_CHAT));
        expect(desk.groups.configs.get("main")).toMatchObject({
          version: 2,
          config: { desk: { name: "Renamed" } },
        });
      });
    } finally {
      turnClock(0);
    }
  });

  test("is not asked for ever", async () => {
    await desk.put(exampleDesk());
    desk.groups.answer = { status: "config_needed" };
    expect((await desk.update(fromAda())).status).toBe(503);
  });
});

describe("a staff group's update goes to that group", () => {
  test("goes to the group of its chat", async () => {
    await desk.put(exampleDesk());
    const main = inGroup(MAIN_CHAT);
    const vip = inGroup(VIP_CHAT);
    const reaction = {
      update_id: 900,
      message_reaction: { chat: { id: VIP_CHAT, type: "supergroup" }, message_id: 5 },
    };
    for (const update of [main, vip, reaction]) expect((await desk.update(update)).status).toBe(200);
    expect(desk.groups.updatesOf("main")).toEqual([main]);
    expect(desk.groups.updatesOf("vip")).toEqual([vip, reaction]);
  });

  test("also where another isolate configured it a moment ago", async () => {
    await desk.put(exampleDesk());
    const other = desk.elsewhere();
    await other.update(inGroup(MAIN_CHAT));
    await other.update(inGroup(-42));
    const next = exampleDesk();
    next.groups[1].chatId = -777;
    await desk.put(next);
    await other.update(inGroup(-777));
    expect(desk.groups.updatesOf("vip")).toHaveLength(1);
  });

  test("goes to the default group, which ignores it, where no group has the chat", async () => {
    await desk.put(exampleDesk());
    const strangers = [
      inGroup(-42),
      { update_id: 901, inline_query: { id: "1", from: { id: ADA } } },
      { update_id: 902, channel_post: { chat: { id: -43, type: "channel" } } },
      { update_id: 903, something_new: { a: 1 } },
      { update_id: 904 },
    ];
    for (const update of strangers) expect((await desk.update(update)).status).toBe(200);
    expect(desk.groups.updatesOf("main")).toEqual(strangers);
    expect([...desk.groups.touched].sort()).toEqual(["main", "vip"]);
  });

  test("makes the desk look in D1 only now and then for a busy stranger", async () => {
    await desk.put(exampleDesk());
    await desk.update(inGroup(-42));
    const before = desk.d1.queries;
    for (let times = 0; times < 20; times += 1) await desk.update(inGroup(-42));
    expect(desk.d1.queries).toBe(before);
  });
});

const chatOfVip = async (): Promise<unknown> => {
  const document = (await (await desk.get("/api/v1/config")).json()) as { groups: { chatId: number }[] };
  return document.groups[1].chatId;
};

describe("a staff group that becomes a supergroup", () => {
  const NEW_CHAT = -1_009_999;

  test.each([
    ["when the old chat tells", () => inGroup(VIP_CHAT, { migrate_to_chat_id: NEW_CHAT })],
    ["when the new chat tells first", () => inGroup(NEW_CHAT, { migrate_from_chat_id: VIP_CHAT })],
  ])("is followed %s, and the update reaches its group", async (_name, migration) => {
    await desk.put(exampleDesk());
    const update = migration();
    expect((await desk.update(update)).status).toBe(200);
    expect(await chatOfVip()).toBe(NEW_CHAT);
    expect(desk.groups.updatesOf("vip")).toEqual([update]);
    const first = inGroup(NEW_CHAT);
    await desk.update(first);
    expect(desk.groups.updatesOf("vip")).toEqual([update, first]);
    expect(desk.groups.configs.get("vip")?.version).toBe(2);
    const history = (await (await desk.get("/api/v1/config/versions")).json()) as { items: unknown[] };
    expect(history.items[0]).toMatchObject({ version: 2, createdBy: "telegram" });
  });

  test("is followed once, although both chats tell and Telegram repeats itself", async () => {
    await desk.put(exampleDesk());
    const told = inGroup(VIP_CHAT, { migrate_to_chat_id: NEW_CHAT });
    for (const update of [told, told, inGroup(NEW_CHAT, { migrate_from_chat_id: VIP_CHAT })])
      expect((await desk.update(update)).status).toBe(200);
    expect(desk.groups.updatesOf("vip")).toHaveLength(3);
    expect(desk.groups.configs.get("vip")?.version).toBe(2);
  });

  test("waits for D1: nothing goes on before the new id is stored", async () => {
    await desk.put(exampleDesk());
    desk.d1.state = "failing";
    const answer = await desk.update(inGroup(VIP_CHAT, { migrate_to_chat_id: NEW_CHAT }));
    expect(answer.status).toBe(503);
    expect(desk.groups.received).toEqual([]);
  });

  test("cannot take another group's chat: the update goes on, the configuration stays", async () => {
    await desk.put(exampleDesk());
    await desk.update(inGroup(VIP_CHAT, { migrate_to_chat_id: MAIN_CHAT }));
    expect(await chatOfVip()).toBe(VIP_CHAT);
    expect(desk.groups.updatesOf("vip")).toHaveLength(1);
  });

  test("changes nothing where a stranger's group does it", async () => {
    await desk.put(exampleDesk());
    await desk.update(inGroup(-5, { migrate_to_chat_id: -6 }));
    expect(await chatOfVip()).toBe(VIP_CHAT);
  });
});

test("every update that Telegram was seen to send is taken, and reaches an object", async () => {
  await desk.put(exampleDesk());
  for (const { update } of captured.updates) {
    const answer = await desk.update(update);
    expect(answer.status).toBe(200);
  }
  expect(desk.groups.received).toHaveLength(captured.updates.length);
});
