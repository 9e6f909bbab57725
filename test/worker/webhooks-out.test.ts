import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOOK_REPLAYED_MAX, OTHERS_AT_ONCE_MAX, WEBHOOK_PAUSES_MS } from "../../src/domain/limits.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import type { Customer, Group, Member } from "../../src/sandbox/telegram/client.ts";
import { webhookProblem, type Contract } from "../support/contract-walk.ts";
import { entersVip, promisesNothing, VIP_CHAT } from "../support/desks.ts";
import type { Received } from "../support/endpoint-server.ts";
import { Endpoint } from "../support/endpoint.ts";
import { Stage, texts } from "../support/stage.ts";
import { until } from "../support/until.ts";

/* Endpoints that subscribe to what happens, and what their owners can see and do. */

const HOUR = 3_600_000;

let stage: Stage;
let endpoint: Endpoint;
let ada: Customer;

async function open(
  more: { includeText?: boolean; textInWebhooks?: boolean; events?: string[] } = {},
): Promise<void> {
  endpoint = new Endpoint();
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.desk.textInWebhooks = more.textInWebhooks ?? false;
      const { events = ["*"], includeText = false } = more;
      desk.webhooks = [{ id: "crm", url: endpoint.url, events, includeText }];
      for (const queue of desk.queues) queue.assignment = "claim";
    },
  });
  ada = await stage.customer({ firstName: "Ada" });
}
beforeEach(() => open());
afterEach(async () => {
  const contract = await stage.get<Contract>("/api/v1/openapi.json");
  for (const { body, headers } of await endpoint.received()) {
    expect(webhookProblem(contract, JSON.parse(body)), body).toBeNull();
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"])
      expect(headers[name]).toBeDefined();
  }
});

interface Told {
  type: string;
  data: { ticket?: { ref: string; status: string }; by?: { kind: string }; change?: Record<string, unknown> };
}
const told = async (): Promise<Told[]> =>
  (await endpoint.received()).map(({ body }) => JSON.parse(body) as Told);
const types = async (): Promise<string[]> => (await told()).map(({ type }) => type);
const secrets = (): Promise<{ secret: string; previous: { secret: string; until: string } | null }> =>
  stage.get("/api/v1/webhooks/crm/secret");
const post = async <T>(path: string, body: unknown = {}): Promise<T> => {
  const answer = await stage.api("POST", `/api/v1/webhooks/crm/${path}`, body);
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return answer.json<T>();
};
interface Delivery {
  id: string;
  type: string;
  state: string;
  at: string;
  attempts: number;
  code: string | null;
}
const deliveries = async (query = ""): Promise<Delivery[]> =>
  (await stage.get<{ items: Delivery[] }>(`/api/v1/webhooks/crm/deliveries${query}`)).items;
const health = async () =>
  (await stage.get<{ items: { status: string; waiting: number; dead: number }[] }>("/api/v1/webhooks"))
    .items[0];
const passes = ({ body, headers }: Received, secret: string): boolean => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};
async function ticket(): Promise<number> {
  await ada.write("My card 4000-1234 was charged twice");
  await stage.settle(5_000);
  return (await stage.topic("SUP-1")).id;
}

describe("a subscription", () => {
  test("tells what happens to a ticket, in order, with facts and no words", async () => {
    const topic = await ticket();
    for (const line of ["/claim", "// they sounded angry", "/tag refund", "/priority urgent"]) {
      await stage.olga.write(topic, line);
      await stage.settle(2_000);
    }
    await stage.olga.write(topic, "We look into it");
    await ada.write("Thanks for that");
    await stage.olga.write(topic, "/resolve paid back");
    await stage.settle();
    expect(await types()).toEqual([
      "ticket.opened",
      "ticket.assigned",
      "ticket.noted",
      "ticket.tags_changed",
      "ticket.priority_changed",
      "ticket.answered",
      "ticket.customer_replied",
      "ticket.resolved",
    ]);
    const all = (await endpoint.received()).map(({ body }) => body).join("\n");
    for (const words of ["4000-1234", "angry", "look into", "Thanks", "paid back"])
      expect(all).not.toContain(words);
    const [opened, , , tagged] = await told();
    expect(opened.data).toMatchObject({
      ticket: { ref: "SUP-1", status: "open" },
      by: { kind: "customer" },
    });
    expect(tagged.data.change).toEqual({ added: ["refund"], removed: [] });
    const { secret } = await secrets();
    expect((await endpoint.received()).every((one) => passes(one, secret))).toBe(true);
    expect(new Set((await endpoint.received()).map(({ headers }) => headers["webhook-id"])).size).toBe(8);
  });

  test("carries subjects and notes only where the endpoint asks for them and the desk allows it", async () => {
    for (const [given, shown] of [
      [{ includeText: true, textInWebhooks: true }, true],
      [{ includeText: true, textInWebhooks: false }, false],
      [{ includeText: false, textInWebhooks: true }, false],
    ] as const) {
      await open(given);
      await stage.olga.write(await ticket(), "// they sounded angry");
      await stage.settle();
      const all = JSON.stringify(await told());
      expect(all.includes("4000-1234")).toBe(shown);
      expect(all.includes("angry")).toBe(shown);
    }
  });

  test("is told of messages only by name, and what they say only where endpoint and desk want it", async () => {
    for (const [given, shown] of [
      [{ includeText: true, textInWebhooks: true }, true],
      [{ includeText: true, textInWebhooks: false }, false],
      [{ includeText: false, textInWebhooks: true }, false],
    ] as const) {
      await open({ ...given, events: ["message.received", "message.sent"] });
      const topic = await ticket();
      await stage.olga.write(topic, "// they sounded angry");
      await stage.olga.write(topic, "We look into it");
      await stage.settle(2_000);
      await ada.sendAlbum([
        { photo: {}, caption: "the bill" },
        { photo: {}, caption: "the card" },
      ]);
      await stage.settle();
      const answered = await stage.api("POST", "/api/v1/tickets/SUP-1/commands", {
        type: "reply",
        text: "It is paid back",
      });
      expect(answered.status).toBe(200);
      await stage.settle();
      const messages = (await endpoint.received()).map(
        ({ body }) => JSON.parse(body) as { type: string; data: { message: Record<string, unknown> } },
      );
      const words = [
        "My card 4000-1234 was charged twice",
        "We look into it",
        "the bill",
        "the card",
        "It is paid back",
      ];
      expect(messages.map(({ type, data }) => [type, data.message["from"], data.message["kind"]])).toEqual([
        ["message.received", "customer", "text"],
        ["message.sent", "agent", "text"],
        ["message.received", "customer", "photo"],
        ["message.received", "customer", "photo"],
        ["message.sent", "program", "text"],
      ]);
      expect(messages.map(({ data }) => data.message["text"])).toEqual(
        words.map((text) => (shown ? text : undefined)),
      );
      expect(messages[2].data.message["album"]).toBe(messages[3].data.message["album"]);
      expect(JSON.stringify(messages)).not.toContain("angry");
    }
  });

  test("gets only what it names; what nothing is called is refused", async () => {
    await open({ events: ["ticket.resolved"] });
    const topic = await ticket();
    await stage.olga.write(topic, "/resolve");
    await stage.settle();
    expect(await types()).toEqual(["ticket.resolved"]);
    stage.config.webhooks![0].events.push("ticket.exploded");
    const checked = await stage.api("PUT", "/api/v1/config?dryRun=1", stage.config);
    expect(await checked.json()).toMatchObject({ problems: [{ pointer: "/webhooks/0/events/1" }] });
  });
});

test("what a program does is told under its key, as the contract says", async () => {
  await ticket();
  const made = await stage.api("POST", "/api/v1/keys", { name: "shop", scopes: ["tickets:write"] });
  const { key, id } = await made.json<{ key: string; id: string }>();
  const command = { type: "priority", priority: "high" };
  const headers = { authorization: `Bearer ${key}` };
  expect((await stage.api("POST", "/api/v1/tickets/SUP-1/commands", command, headers)).status).toBe(200);
  await stage.settle();
  const last = (await told()).at(-1);
  expect(last).toMatchObject({ type: "ticket.priority_changed", data: { by: { kind: "key", id } } });
});

test("an escalation and a queue that grows too deep are told as the contract says", async () => {
  endpoint = new Endpoint();
  stage = await Stage.open({
    config: (desk) => {
      desk.queues[0].depthAlert = { unassigned: 1, cooldown: "30m" };
      desk.slaPolicies![1].targets = { normal: { firstResponse: "2h" } };
      desk.webhooks = [{ id: "queue-manager", url: endpoint.url, events: ["*"] }];
    },
  });
  for (const name of ["Ada", "Bea"]) {
    const customer = await stage.customer({ firstName: name });
    await customer.write("Help");
    await stage.settle(5_000);
  }
  await stage.pass(3 * HOUR);
  const bodies = (await endpoint.received()).map(({ body }) => JSON.parse(body) as Told);
  const escalations = bodies.filter(({ data }) => "escalation" in data);
  expect(new Set(escalations.map(({ type }) => type))).toEqual(new Set(["ticket.escalated"]));
  expect(bodies.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["queue.depth_exceeded", "sla.breached", "ticket.opened"]),
  );
});

describe("an endpoint that dies", () => {
  test("gets everything in order once it is back, and the log says what became of each", async () => {
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    await stage.olga.write(topic, "/claim");
    await stage.settle(1_000);
    expect((await deliveries("?state=waiting")).map(({ type }) => type)).toEqual([
      "ticket.assigned",
      "ticket.opened",
    ]);
    await stage.pass(HOUR);
    const log = await deliveries();
    expect(log.map(({ type, state }) => [type, state])).toEqual([
      ["ticket.assigned", "delivered"],
      ["ticket.opened", "delivered"],
    ]);
    expect(log.at(-1)!.attempts).toBeGreaterThan(1);
    expect((await types()).slice(-2)).toEqual(["ticket.opened", "ticket.assigned"]);
  });

  test("for good: after three days its messages are dead letters, and can be replayed, one or a range", async () => {
    await endpoint.answers(...Array.from({ length: 60 }, () => ({ status: 500 })));
    const topic = await ticket();
    await stage.olga.write(topic, "/claim");
    // Of one ticket the second waits for the first.
    await stage.pass(8 * 24 * HOUR);
    expect(await health()).toMatchObject({ status: "active", waiting: 0, dead: 2 });
    const dead = await deliveries("?state=dead");
    expect(dead.map(({ code }) => code)).toEqual(["http_500", "http_500"]);
    const back = new Endpoint();
    stage.config.webhooks![0].url = back.url;
    await stage.configure();
    expect(await post("replay", { ids: [dead[0].id] })).toMatchObject({ replayed: 1 });
    await stage.settle();
    expect(await back.received()).toHaveLength(1);
    expect(await post("replay", { since: new Date(0).toISOString() })).toMatchObject({ replayed: 1 });
    await stage.settle();
    expect((await back.received()).map(({ headers }) => headers["webhook-id"])).toEqual([
      dead[0].id,
      dead[1].id,
    ]);
    expect(await health()).toMatchObject({ waiting: 0, dead: 0 });
  });

  test("has its dead letters sent again by when it happened, however often that was tried before", async () => {
    await endpoint.answers(...Array.from({ length: 200 }, () => ({ status: 500 })));
    await ticket();
    await stage.pass(8 * 24 * HOUR);
    const [{ at, id }] = await deliveries("?state=dead");
    const around = (ms: number): string => new Date(Date.parse(at) + ms).toISOString();
    expect(await post("replay", { since: around(1) })).toMatchObject({ replayed: 0 });
    expect(await post("replay", { since: at, until: at })).toMatchObject({ replayed: 0 });
    expect(await post("replay", { since: at, until: around(1) })).toMatchObject({ replayed: 1 });
    await stage.pass(8 * 24 * HOUR);
    expect((await deliveries("?state=dead")).map((one) => one.id)).toEqual([id]);
    expect(await post("replay", { since: at, until: around(1) })).toMatchObject({ replayed: 1 });
  });

  test("has more dead letters than one call replays: any of them can be named", async () => {
    const payload = JSON.stringify({
      kind: "webhook",
      webhook: "crm",
      type: "ping",
      at: 0,
      data: { webhook: "crm" },
    });
    const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${HOOK_REPLAYED_MAX + 5})
      INSERT INTO outbox (seq, lane, ticket, kind, payload, state, accepted_at, attempts, code)
      SELECT 1000000 + i, 'hook:crm', 0, 'webhook', '${payload}', 'parked', ${stage.now}, 10, 'http_500' FROM n`;
    await runInDurableObject(stage.groupStub(), (_, state) => void state.storage.sql.exec(fill));
    const ids = [1_000_000 + HOOK_REPLAYED_MAX + 5, 1_000_000 + HOOK_REPLAYED_MAX + 1].map(
      (seq) => `msg_main_${seq}`,
    );
    expect(await post("replay", { ids: [...ids, "msg_main_7", "msg_vip_1000001"] })).toMatchObject({
      replayed: 2,
    });
    await stage.settle();
    expect((await endpoint.received()).map(({ headers }) => headers["webhook-id"])).toEqual(ids.toReversed());
    expect(await health()).toMatchObject({ dead: HOOK_REPLAYED_MAX + 3 });
  });

  test("by saying so (410) is left alone, the lead hears of it, and it is called again when asked", async () => {
    await endpoint.answers({ status: 410 });
    const lead = await stage.telegram.customer({ id: 9001, firstName: "Lena" });
    await lead.start();
    const topic = await ticket();
    await stage.olga.write(topic, "/claim");
    await stage.settle();
    expect(await health()).toMatchObject({ status: "disabled", waiting: 0 });
    expect(await endpoint.received()).toHaveLength(1);
    expect(
      texts(await stage.telegram.messages(9001)).some((text) => text.includes("turned itself off")),
    ).toBe(true);
    expect((await stage.api("POST", "/api/v1/webhooks/crm/ping", {})).status).toBe(409);
    const { items: parked } = await stage.get<{ items: { id: string }[] }>("/api/v1/outbox");
    for (const [path, body] of [
      ["webhooks/crm/replay", { since: new Date(0).toISOString() }],
      [`outbox/${parked[0].id}/replay`, {}],
    ] as const) {
      const refused = await stage.api("POST", `/api/v1/${path}`, body);
      expect([refused.status, await refused.json()]).toMatchObject([409, { code: "webhook.disabled" }]);
    }
    await stage.settle();
    expect(await endpoint.received()).toHaveLength(1);
    const trail = await stage.get<{ items: { action: string }[] }>("/api/v1/audit?limit=200");
    expect(trail.items.filter(({ action }) => /^(?:webhook|delivery)\./.test(action))).toEqual([]);
    expect(await post("enable")).toMatchObject({ changed: true });
    expect(await post("enable")).toMatchObject({ changed: false });
    const { id } = await post<{ id: string }>("ping");
    await stage.settle();
    expect((await endpoint.received()).at(-1)!.headers["webhook-id"]).toBe(id);
    expect((await types()).at(-1)).toBe("ping");
    expect(await health()).toMatchObject({ status: "active", dead: expect.any(Number) });
  });
});

test("an endpoint that takes its time keeps the object from nothing that falls due meanwhile", async () => {
  endpoint = new Endpoint();
  stage = await Stage.open({
    config: (desk) => {
      desk.slaPolicies![1].targets = { normal: { firstResponse: "2h" } };
      desk.webhooks![0].url = endpoint.url;
      desk.webhooks![0].events = ["ticket.opened"];
    },
  });
  await endpoint.answers({ status: 503 }, { status: 204, held: true });
  await (await stage.customer()).write("Help");
  await stage.settle(1_000);
  await stage.moveTo(stage.now + WEBHOOK_PAUSES_MS[0]);
  // The platform rings no alarm while one is running.
  const rung = runDurableObjectAlarm(stage.groupStub());
  await until("it is called again", async () => (await endpoint.received()).length === 2);
  await stage.moveTo(stage.now + 2 * HOUR);
  // It does not wait for the endpoint, which says nothing yet.
  await rung;
  await endpoint.release();
  await stage.settle(1_000);
  expect(await health()).toMatchObject({ waiting: 0 });
});

test("endpoints that are silent take no more of the object's calls than leaves Telegram its own", async () => {
  const silent = Array.from({ length: 8 }, () => new Endpoint());
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.webhooks = silent.map(({ url }, n) => ({ id: `crm-${n}`, url, events: ["ticket.opened"] }));
    },
  });
  for (const one of silent) await one.answers({ status: 204, held: true });
  const called = async (): Promise<number> => {
    const counts = await Promise.all(silent.map(async (one) => (await one.received()).length));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  await (await stage.customer()).write("Help");
  await stage.deliver();
  // The platform has six for everything, and lets whatever comes later wait.
  await until("as many as may are called", async () => (await called()) >= OTHERS_AT_ONCE_MAX);
  // Whatever else would have left by now has left before these answers.
  for (let n = 0; n < 5; n += 1) await stage.get("/healthz");
  expect(await called()).toBe(OTHERS_AT_ONCE_MAX);
  const settled = stage.settle(1_000);
  await until("all are called", async () => {
    for (const one of silent) await one.release();
    return (await called()) === silent.length;
  });
  for (const one of silent) await one.release();
  await settled;
  expect(await called()).toBe(silent.length);
});

describe("with several groups", () => {
  let vip: Group;
  let vera: Member;

  async function several(events: string[], more: { leads?: "both" } = {}): Promise<void> {
    endpoint = new Endpoint();
    stage = await Stage.open({
      config: (desk) => {
        promisesNothing(desk);
        desk.queues = [
          { id: "general", group: "main" },
          { id: "premium", group: "vip" },
        ];
        desk.agents = [
          { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"] },
          { telegramId: 9002, name: "Olga", groups: ["main"] },
          {
            telegramId: 9004,
            name: "Vera",
            role: more.leads === undefined ? "agent" : "lead",
            groups: ["vip"],
          },
        ];
        desk.routing.rules = [{ when: { payload: "gold" }, queue: "premium" }];
        desk.webhooks = [{ id: "crm", url: endpoint.url, events }];
        entersVip(desk);
      },
    });
    ada = await stage.customer({ firstName: "Ada" });
    vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
    vera = await vip.member({ id: 9004, firstName: "Vera" });
  }
  const inVip = async (): Promise<number> =>
    (await vip.topics()).find(({ name, isClosed }) => name.startsWith("SUP-1 ") && !isClosed)!.id;
  const transfer = async (by: Member, topic: number, queue: string): Promise<void> => {
    await by.write(topic, `/transfer ${queue}`);
    await stage.settle(20_000);
  };
  /** What the endpoint took, in the order in which it took it. */
  const taken = async (failed: number): Promise<string[]> => {
    const messages = (await endpoint.received()).slice(failed);
    return messages.map(({ body }) => (JSON.parse(body) as Told).type);
  };

  test("a ticket that moves while an endpoint is away is told of in order once it is back", async () => {
    await several(["*", "message.received"]);
    // The old group tries again after five seconds, then after five minutes; the new one could at once.
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    await transfer(stage.olga, topic, "premium");
    await ada.write("It burns more");
    await stage.settle(3_000);
    await vera.write(await inVip(), "/claim");
    await stage.settle(3_000);
    expect(await endpoint.received()).toHaveLength(2);
    await stage.pass(HOUR);
    expect(await taken(2)).toEqual([
      "ticket.opened",
      "message.received",
      "ticket.transferred",
      "message.received",
      "ticket.assigned",
    ]);
    expect(await health()).toMatchObject({ waiting: 0, dead: 0 });
  });

  test("a dead letter about a ticket that has moved names the ticket as everybody knows it", async () => {
    await several(["ticket.noted"]);
    await endpoint.answers({ status: 410 });
    await transfer(stage.olga, await ticket(), "premium");
    await vera.write(await inVip(), "// they called");
    await stage.settle();
    const { items } = await stage.get<{ items: unknown[] }>("/api/v1/outbox");
    expect(items).toMatchObject([{ group: "vip", kind: "webhook", ticket: "main:1", ref: "SUP-1" }]);
  });

  test("also one that comes back, and goes again", async () => {
    await several(["*"]);
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    await transfer(stage.olga, topic, "premium");
    await vera.write(await inVip(), "/tag there");
    await transfer(vera, await inVip(), "general");
    await stage.olga.write((await stage.topic("SUP-1")).id, "/tag back");
    await transfer(stage.olga, (await stage.topic("SUP-1")).id, "premium");
    await vera.write(await inVip(), "/claim");
    await stage.settle(3_000);
    expect(await endpoint.received()).toHaveLength(2);
    await stage.pass(2 * HOUR);
    expect(await taken(2)).toEqual([
      "ticket.opened",
      "ticket.transferred",
      "ticket.tags_changed",
      "ticket.transferred",
      "ticket.tags_changed",
      "ticket.transferred",
      "ticket.assigned",
    ]);
  });

  test("also to an endpoint that was not in the configuration while the ticket moved", async () => {
    await several(["*"]);
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    expect(await endpoint.received()).toHaveLength(2);
    const { webhooks } = stage.config;
    stage.config.webhooks = [];
    await stage.configure();
    await transfer(stage.olga, topic, "premium");
    stage.config.webhooks = webhooks;
    await stage.configure();
    await vera.write(await inVip(), "/claim");
    await stage.pass(HOUR);
    expect(await taken(2)).toEqual(["ticket.opened", "ticket.assigned"]);
  });

  test("one that the old group gives up keeps nothing waiting in the new one", async () => {
    await several(["ticket.opened", "ticket.assigned"]);
    await endpoint.answers(...Array.from({ length: 10 }, () => ({ status: 500 })));
    const topic = await ticket();
    await transfer(stage.olga, topic, "premium");
    await vera.write(await inVip(), "/claim");
    await stage.pass(4 * 24 * HOUR);
    expect(await taken(10)).toEqual(["ticket.assigned"]);
    expect(await health()).toMatchObject({ waiting: 0, dead: 1 });
  });

  test("one that was told 410 is called by no other group, until it is enabled for all of them", async () => {
    await several(["ticket.opened"], { leads: "both" });
    await endpoint.answers({ status: 410 });
    for (const id of [9001, 9004]) await (await stage.telegram.customer({ id })).start();
    await ticket();
    const bea = await stage.customer({ firstName: "Bea" });
    await bea.start("vip_gold");
    await bea.write("Mine, too");
    await stage.settle(5_000);
    expect(await endpoint.received()).toHaveLength(1);
    expect(await health()).toMatchObject({ status: "disabled", waiting: 0, dead: 1 });
    for (const id of [9001, 9004]) {
      const said = texts(await stage.telegram.messages(id)).filter((text) =>
        text.includes("turned itself off"),
      );
      expect(said).toHaveLength(1);
    }
    expect(await post("enable")).toMatchObject({ changed: true });
    expect(await stage.groupStub("vip").endpoints().health("crm")).toMatchObject({ disabledAt: null });
    await bea.write("/new And this");
    await stage.settle(5_000);
    expect(await endpoint.received()).toHaveLength(2);
  });

  test("what a group hears late of an endpoint does not undo what was said since", async () => {
    await several(["ticket.opened"]);
    localFaults.apart.add("vip");
    await endpoint.answers({ status: 410 });
    await ticket();
    expect(await health()).toMatchObject({ status: "disabled" });
    await stage.pass(1_000);
    expect(await post("enable")).toMatchObject({ changed: true });
    localFaults.apart.clear();
    await stage.pass(5 * 60_000);
    expect(await health()).toMatchObject({ status: "active" });
    // A group that could not be asked hears of it from another one.
    await endpoint.answers({ status: 410 });
    await post("ping");
    await stage.settle(3_000);
    expect(await stage.groupStub("vip").endpoints().health("crm")).toMatchObject({
      disabledAt: expect.any(Number),
    });
    await stage.pass(1_000);
    await stage.groupStub("main").endpoints().enable("crm", ["vip"]);
    await stage.settle(3_000);
    expect(await health()).toMatchObject({ status: "active" });
  });
});

describe("an endpoint that is changed meanwhile", () => {
  const change = async (change: Partial<NonNullable<typeof stage.config.webhooks>[0]>): Promise<void> => {
    Object.assign(stage.config.webhooks![0], change);
    await stage.configure();
  };

  test("is not left alone because its former address wants nothing any more", async () => {
    const former = endpoint;
    await former.answers({ status: 410, held: true });
    await ada.write("My printer burns");
    await stage.deliver();
    await until("the former address is called", async () => (await former.received()).length === 1);
    endpoint = new Endpoint();
    await change({ url: endpoint.url });
    await former.release();
    await stage.settle(10_000);
    expect(await former.received()).toHaveLength(1);
    expect(await health()).toMatchObject({ status: "active", waiting: 0, dead: 0 });
    expect((await types())[0]).toBe("ticket.opened");
  });

  test("gets no words that were meant for it before they were forbidden", async () => {
    await open({ includeText: true, textInWebhooks: true, events: ["*", "message.received"] });
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    await stage.olga.write(topic, "// they sounded angry");
    await stage.settle(1_000);
    expect(JSON.stringify(await endpoint.received())).toContain("4000-1234");
    stage.config.desk.textInWebhooks = false;
    await stage.configure();
    await stage.pass(HOUR);
    const after = (await endpoint.received()).slice(2);
    expect(after.map(({ body }) => (JSON.parse(body) as Told).type)).toEqual([
      "ticket.opened",
      "message.received",
      "ticket.noted",
    ]);
    for (const words of ["4000-1234", "angry"]) expect(JSON.stringify(after)).not.toContain(words);
  });
});

test("what is replayed to an endpoint that wants nothing is refused, and calls nobody", async () => {
  await endpoint.answers({ status: 410 });
  await ticket();
  expect(await health()).toMatchObject({ status: "disabled", dead: 1 });
  const answer = await stage.api("POST", "/api/v1/webhooks/crm/replay", { since: new Date(0).toISOString() });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ code: "webhook.disabled" });
  const { items } = await stage.get<{ items: { id: string }[] }>("/api/v1/outbox");
  expect((await stage.api("POST", `/api/v1/outbox/${items[0].id}/replay`)).status).toBe(409);
  await stage.settle();
  expect(await endpoint.received()).toHaveLength(1);
  await post("enable");
  expect(await post("replay", { since: new Date(0).toISOString() })).toMatchObject({ replayed: 1 });
  await stage.settle();
  expect(await endpoint.received()).toHaveLength(2);
});

test("the audit trail has what was done with an endpoint, and nothing that was not", async () => {
  await endpoint.answers({ status: 410 });
  await ticket();
  expect((await stage.api("POST", "/api/v1/webhooks/crm/ping")).status).toBe(409);
  for (const changed of [true, false]) expect(await post("enable")).toMatchObject({ changed });
  for (const replayed of [1, 0])
    expect(await post("replay", { since: new Date(0).toISOString() })).toMatchObject({ replayed });
  const { items } = await stage.get<{ items: { action: string }[] }>("/api/v1/audit?kind=webhook");
  expect(items.map(({ action }) => action)).toEqual(["webhook.replayed", "webhook.enabled"]);
});

test("a ping waits for nothing that the endpoint did not take before", async () => {
  await endpoint.answers({ status: 500 }, { status: 500 });
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    ids.push((await post<{ id: string }>("ping")).id);
    await stage.settle(1_000);
  }
  const sent = (await endpoint.received()).map(({ headers }) => headers["webhook-id"]);
  expect(sent).toEqual(ids);
  await stage.pass(10_000);
  expect(await health()).toMatchObject({ waiting: 0, dead: 0 });
});

test("while a secret is being replaced both sign, and afterwards only the new one", async () => {
  const before = (await secrets()).secret;
  const rotated = await post<{ secret: string; previous: { secret: string } | null }>("rotate", {
    overlap: "24h",
  });
  expect(rotated.previous?.secret).toBe(before);
  expect(rotated.secret).not.toBe(before);
  await post("ping");
  await stage.settle();
  const during = (await endpoint.received()).at(-1)!;
  expect([passes(during, before), passes(during, rotated.secret)]).toEqual([true, true]);
  const cut = await post<{ secret: string; previous: unknown }>("rotate", { overlap: "0s" });
  expect(cut.previous).toBeNull();
  await post("ping");
  await stage.settle();
  const after = (await endpoint.received()).at(-1)!;
  expect([before, rotated.secret, cut.secret].map((secret) => passes(after, secret))).toEqual([
    false,
    false,
    true,
  ]);
});

test("the former secret signs until the desk's clock says that its time is over, and is told until then", async () => {
  const before = (await secrets()).secret;
  const { secret } = await post<{ secret: string }>("rotate", { overlap: "24h" });
  const signsAt = async (at: number) => {
    await stage.moveTo(at);
    const told = (await stage.get<{ previous: unknown }>("/api/v1/webhooks/crm/secret")).previous !== null;
    await post("ping");
    await stage.settleNow();
    const sent = (await endpoint.received()).at(-1)!;
    return { new: passes(sent, secret), former: passes(sent, before), told };
  };
  const until = stage.now + 24 * 3_600_000;
  expect(await signsAt(until - 1)).toEqual({ new: true, former: true, told: true });
  expect(await signsAt(until)).toEqual({ new: true, former: false, told: false });
});

test("a rotation that died before it answered is taken over as the one that it is", async () => {
  const before = (await secrets()).secret;
  const rotate = async () => {
    const answer = await stage.api(
      "POST",
      "/api/v1/webhooks/crm/rotate",
      { overlap: "24h" },
      { "Idempotency-Key": "r" },
    );
    return answer.json<{ secret: string; previous: { secret: string } | null; version: number }>();
  };
  const first = await rotate();
  await env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL").run();
  await stage.pass(2 * 60_000);
  expect(await rotate()).toEqual(first);
  expect(await secrets()).toMatchObject({ secret: first.secret, previous: { secret: before } });
});

test("a ping and a replay that died before they answered are done once, and answered as they were", async () => {
  await endpoint.answers(...Array.from({ length: 200 }, () => ({ status: 500 })));
  await ticket();
  await stage.pass(8 * 24 * HOUR);
  expect(await health()).toMatchObject({ waiting: 0, dead: 1 });
  await endpoint.answers();
  const asked = (await endpoint.received()).length;
  const ask = async (path: string, body: unknown) =>
    (await stage.api("POST", `/api/v1/webhooks/crm/${path}`, body, { "Idempotency-Key": path })).json();
  const calls = [
    ["replay", { since: new Date(0).toISOString() }],
    ["ping", {}],
  ] as const;
  const first = await Promise.all(calls.map(([path, body]) => ask(path, body)));
  await stage.settle();
  await env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL").run();
  await stage.pass(2 * 60_000);
  expect(await Promise.all(calls.map(([path, body]) => ask(path, body)))).toEqual(first);
  expect(first).toMatchObject([{ replayed: 1 }, { id: expect.stringMatching(/^msg_main_/) }]);
  await stage.settle();
  expect((await endpoint.received()).length - asked).toBe(2);
  const { items } = await stage.get<{ items: { action: string }[] }>("/api/v1/audit?kind=webhook");
  expect(items.map(({ action }) => action).toSorted()).toEqual(["webhook.pinged", "webhook.replayed"]);
});

test("what is asked of an endpoint that is not there, or wrongly, is refused in words", async () => {
  const codeOf = async (method: string, path: string, body?: unknown): Promise<string> =>
    (await (await stage.api(method, `/api/v1/webhooks/${path}`, body)).json<{ code: string }>()).code;
  expect(await codeOf("GET", "nobody/deliveries")).toBe("webhook.not_found");
  expect(await codeOf("POST", "nobody/ping", {})).toBe("webhook.not_found");
  expect(await codeOf("POST", "nobody/rotate", {})).toBe("webhook.not_found");
  expect(await codeOf("POST", "crm/replay", {})).toBe("request.invalid");
  expect(await codeOf("POST", "crm/rotate", { overlap: "400d" })).toBe("request.invalid");
});
