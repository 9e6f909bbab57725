import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WEBHOOK_REPLAYED_MAX, OTHERS_AT_ONCE_MAX, WEBHOOK_PAUSES_MS } from "../../src/domain/limits.ts";
import { changeRows } from "../support/changed-rows.ts";
import { promisesNothing } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import { texts } from "../support/stage.ts";
import { until } from "../support/until.ts";
import {
  HOUR,
  contractHolds,
  deliveries,
  endpoint,
  health,
  open,
  openWith,
  post,
  stage,
  ticket,
  types,
} from "../support/webhook-stage.ts";

/* Endpoints that fail, are slow or answer 410. */

beforeEach(() => open());

afterEach(contractHolds);

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

  test("has dead letters after three days, and they can be replayed, one or a range", async () => {
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
    const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${WEBHOOK_REPLAYED_MAX + 5})
      INSERT INTO outbox (seq, lane, ticket, kind, payload, state, accepted_at, attempts, code)
      SELECT 1000000 + i, 'hook:crm', 0, 'webhook', '${payload}', 'parked', ${stage.now}, 10, 'http_500' FROM n`;
    await changeRows(stage.groupStub(), (sql) => void sql.exec(fill));
    const ids = [1_000_000 + WEBHOOK_REPLAYED_MAX + 5, 1_000_000 + WEBHOOK_REPLAYED_MAX + 1].map(
      (seq) => `msg_main_${seq}`,
    );
    expect(await post("replay", { ids: [...ids, "msg_main_7", "msg_vip_1000001"] })).toMatchObject({
      replayed: 2,
    });
    await stage.settle();
    expect((await endpoint.received()).map(({ headers }) => headers["webhook-id"])).toEqual(ids.toReversed());
    expect(await health()).toMatchObject({ dead: WEBHOOK_REPLAYED_MAX + 3 });
  });

  test("is left alone after a 410, the lead hears of it, and it is called again when asked", async () => {
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
  await openWith((desk) => {
    desk.slaPolicies![1].targets = { normal: { firstResponse: "2h" } };
    desk.webhooks![0].url = endpoint.url;
    desk.webhooks![0].events = ["ticket.opened"];
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
  await openWith((desk) => {
    promisesNothing(desk);
    desk.webhooks = silent.map(({ url }, n) => ({ id: `crm-${n}`, url, events: ["ticket.opened"] }));
  });
  for (const one of silent) await one.answers({ status: 204, held: true });
  const called = async (): Promise<number> => {
    const counts = await Promise.all(silent.map(async (one) => (await one.received()).length));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  await (await stage.customer()).write("Help");
  await stage.deliver();
  // The platform has six for everything, and makes later calls wait.
  await until("as many as may are called", async () => (await called()) >= OTHERS_AT_ONCE_MAX);
  // Any other call would have left before these answers.
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

test("a replay to a disabled endpoint is refused, and the endpoint is not called", async () => {
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
