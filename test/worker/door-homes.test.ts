import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { D1_PATIENCE_MS } from "../../src/record/limits.ts";
import { entersVip, exampleDesk } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

const ADA = 5_550_000_001;
const BOB = 5_550_000_002;
let desk: HttpDesk;
let updateId = 1;

beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
  await desk.put(desked());
});

const desked = () => {
  const document = exampleDesk();
  entersVip(document);
  return document;
};

const wrote = (customer: number, text = "Hello") => ({
  update_id: updateId++,
  message: { message_id: 1, date: 0, chat: { id: customer, type: "private" }, text },
});
const homes = async (): Promise<Record<number, string>> => {
  const { results } = await env.DB.prepare("SELECT customer_id, group_id FROM customer_routes").all<{
    customer_id: number;
    group_id: string;
  }>();
  return Object.fromEntries(results.map((row) => [row.customer_id, row.group_id]));
};
/** A configuration in which `vip` is gone. */
const withoutVip = () => {
  const document = desked();
  document.groups = [document.groups[0]];
  document.queues = document.queues.filter(({ group }) => group !== "vip");
  for (const agent of document.agents!) agent.groups = agent.groups.filter((group) => group !== "vip");
  document.routing.rules = [];
  return document;
};

describe("a new customer's home", () => {
  test("is the default group", async () => {
    await desk.update(wrote(ADA));
    expect(desk.groups.updatesOf("main")).toHaveLength(1);
    expect(await homes()).toEqual({ [ADA]: "main" });
  });

  test.each([
    ["/start vip", "vip"],
    ["/start vip_order1001", "vip"],
    ["/start order_1001", "main"],
    ["/start nobody", "main"],
    ["/start", "main"],
  ])("after %j is %s", async (text, home) => {
    await desk.update(wrote(ADA, text));
    expect(await homes()).toEqual({ [ADA]: home });
    expect(desk.groups.updatesOf(home)).toHaveLength(1);
  });

  test.each(["/start vip", "/start main", "/start premium"])(
    "is the default group after %j where no group says that this leads to it",
    async (text) => {
      await desk.put(exampleDesk());
      await desk.update(wrote(ADA, text));
      expect(await homes()).toEqual({ [ADA]: "main" });
    },
  );

  test.each([
    ["/start gold", "main"],
    ["/start gold_card", "vip"],
    ["/start gold_card_7", "vip"],
    ["/start gold_7", "main"],
    ["/start golden", "main"],
    ["/start Gold_card", "main"],
  ])("after %j is that of the entry which says most of it: %s", async (text, home) => {
    const document = exampleDesk();
    document.groups[0].entry = ["gold"];
    document.groups[1].entry = ["gold_card"];
    await desk.put(document);
    await desk.update(wrote(ADA, text));
    expect(await homes()).toEqual({ [ADA]: home });
  });

  test("stays what it was when a later link names another group", async () => {
    await desk.update(wrote(ADA));
    await desk.update(wrote(ADA, "/start vip"));
    expect(await homes()).toEqual({ [ADA]: "main" });
    expect(desk.groups.updatesOf("main")).toHaveLength(2);
  });

  test.each([
    ["a reaction", { message_reaction: { chat: { id: ADA, type: "private" }, message_id: 1 } }],
    [
      "a button",
      { callback_query: { id: "1", from: { id: ADA }, message: { chat: { id: ADA, type: "private" } } } },
    ],
    ["an edit", { edited_message: { chat: { id: ADA, type: "private" }, message_id: 1 } }],
    ["the bot's being blocked", { my_chat_member: { chat: { id: ADA, type: "private" } } }],
  ])("is not decided by %s, which may overtake the link that names it", async (_name, kind) => {
    expect((await desk.update({ update_id: 7, ...kind })).status).toBe(200);
    expect(desk.groups.updatesOf("main")).toHaveLength(1);
    expect(await homes()).toEqual({});
    await desk.update(wrote(ADA, "/start vip"));
    expect(await homes()).toEqual({ [ADA]: "vip" });
  });

  test("is one, although several isolates meet the customer at once", async () => {
    const texts = ["/start vip", "Hello", "/start vip", "Hi", "Hey", "/start vip"];
    await Promise.all(texts.map((text) => desk.elsewhere().update(wrote(ADA, text))));
    const [home] = Object.values(await homes());
    expect(desk.groups.updatesOf(home)).toHaveLength(6);
  });
});

describe("a known customer", () => {
  test("reaches their home from every isolate and with every kind of update", async () => {
    await desk.update(wrote(ADA, "/start vip"));
    const reaction = {
      update_id: 50,
      message_reaction: { chat: { id: ADA, type: "private" }, message_id: 1 },
    };
    const pressed = { update_id: 51, callback_query: { id: "1", from: { id: ADA }, inline_message_id: "x" } };
    await desk.elsewhere().update(reaction);
    await desk.elsewhere().update(pressed);
    expect(desk.groups.updatesOf("vip")).toHaveLength(3);
  });

  test("costs D1 nothing once the isolate knows them", async () => {
    await desk.update(wrote(ADA));
    const before = desk.d1.queries;
    for (let times = 0; times < 20; times += 1) await desk.update(wrote(ADA));
    expect(desk.d1.queries).toBe(before);
    expect(desk.groups.updatesOf("main")).toHaveLength(21);
  });
});

describe("a home that is no group any more", () => {
  test("is replaced by the default group, here and for other isolates", async () => {
    await desk.update(wrote(ADA, "/start vip"));
    await desk.put(withoutVip());
    await desk.update(wrote(ADA));
    expect(desk.groups.updatesOf("main")).toHaveLength(1);
    expect(await homes()).toEqual({ [ADA]: "main" });
    await desk.elsewhere().update(wrote(ADA));
    expect(desk.groups.updatesOf("main")).toHaveLength(2);
  });

  test("is told apart from a home that is newer than the isolate's configuration", async () => {
    await desk.put(withoutVip());
    const behind = desk.elsewhere();
    await behind.update(wrote(BOB));
    await desk.put(desked());
    await desk.update(wrote(ADA, "/start vip"));
    await behind.update(wrote(ADA));
    expect(await homes()).toEqual({ [ADA]: "vip", [BOB]: "main" });
    expect(desk.groups.updatesOf("vip")).toHaveLength(2);
  });
});

test("an object that is not reached while a queue is taken out hears with the next update who takes its tickets", async () => {
  const document = desked();
  document.queues = document.queues.filter(({ id }) => id !== "billing");
  document.routing.rules = [];
  desk.groups.down.add("main");
  const answer = await desk.send("PUT", "/api/v1/config?reassign=queue:billing=general", document);
  expect([answer.status, await answer.json()]).toMatchObject([200, { unreachableGroups: ["main"] }]);
  desk.groups.down.delete("main");
  await desk.update(wrote(ADA));
  expect(desk.groups.successorsIn.get("main")).toEqual({ billing: "general" });
  expect(desk.groups.updatesOf("main")).toHaveLength(1);
});

describe("while D1 is out of reach", () => {
  test("customers whom the isolate knows notice nothing", async () => {
    await desk.update(wrote(ADA, "/start vip"));
    desk.d1.state = "failing";
    expect((await desk.update(wrote(ADA))).status).toBe(200);
    expect(desk.groups.updatesOf("vip")).toHaveLength(2);
  });

  test("the object that knows a customer takes their message, and is remembered for it", async () => {
    desk.groups.customers.set(ADA, "vip");
    desk.d1.state = "failing";
    expect((await desk.update(wrote(ADA))).status).toBe(200);
    const asked = desk.d1.queries;
    expect((await desk.update(wrote(ADA))).status).toBe(200);
    expect(desk.groups.updatesOf("vip")).toHaveLength(2);
    expect(desk.d1.queries).toBe(asked);
  });

  test("one object that fails does not hide another that knows the customer", async () => {
    desk.groups.customers.set(ADA, "vip");
    desk.groups.down.add("main");
    desk.d1.state = "failing";
    expect((await desk.update(wrote(ADA))).status).toBe(200);
  });

  test("a new customer waits at Telegram and is taken when D1 is back", async () => {
    desk.d1.state = "failing";
    const update = wrote(ADA, "/start vip");
    const answer = await desk.update(update);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("Retry-After")).toBe("5");
    expect(await codeOf(answer)).toBe("record.unreachable");
    desk.d1.state = "well";
    expect((await desk.update(update)).status).toBe(200);
    expect(desk.groups.updatesOf("vip")).toEqual([update]);
  });

  test("staff groups go on", async () => {
    desk.d1.state = "failing";
    const inGroup = {
      update_id: 60,
      message: { chat: { id: exampleDesk().groups[1].chatId, type: "supergroup" } },
    };
    expect((await desk.update(inGroup)).status).toBe(200);
    expect(desk.groups.updatesOf("vip")).toHaveLength(1);
  });

  test("strangers' chats are ignored as ever", async () => {
    desk.d1.state = "failing";
    expect((await desk.update({ update_id: 61, message: { chat: { id: -9, type: "group" } } })).status).toBe(
      200,
    );
  });

  test("a D1 that says nothing at all is given up on, and conversations go on", async () => {
    desk.groups.customers.set(ADA, "main");
    const before = desk.d1.queries;
    desk.d1.state = "silent";
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const answer = desk.update(wrote(ADA));
      await vi.waitFor(() => expect(desk.d1.queries).toBeGreaterThan(before));
      await vi.advanceTimersByTimeAsync(D1_PATIENCE_MS);
      expect((await answer).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });
});
