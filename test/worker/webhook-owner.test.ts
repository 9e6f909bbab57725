import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import {
  HOUR,
  ada,
  contractHolds,
  endpoint,
  health,
  newEndpoint,
  open,
  passes,
  post,
  secrets,
  stage,
  ticket,
  type Told,
  types,
} from "../support/webhook-stage.ts";

/* What the owner of a webhook can see and do: changes, secrets, pings, replays. */

beforeEach(() => open());

afterEach(contractHolds);

describe("an endpoint that is changed meanwhile", () => {
  const change = async (change: Partial<NonNullable<typeof stage.config.webhooks>[0]>): Promise<void> => {
    Object.assign(stage.config.webhooks![0], change);
    await stage.configure();
  };

  test("is called although its former address answered 410", async () => {
    const former = endpoint;
    await former.answers({ status: 410, held: true });
    await ada.write("My printer burns");
    await stage.deliver();
    await until("the former address is called", async () => (await former.received()).length === 1);
    newEndpoint();
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

test("the audit trail has what was done with an endpoint, and nothing that was refused", async () => {
  await endpoint.answers({ status: 410 });
  await ticket();
  expect((await stage.api("POST", "/api/v1/webhooks/crm/ping")).status).toBe(409);
  for (const changed of [true, false]) expect(await post("enable")).toMatchObject({ changed });
  for (const replayed of [1, 0])
    expect(await post("replay", { since: new Date(0).toISOString() })).toMatchObject({ replayed });
  const { items } = await stage.get<{ items: { action: string }[] }>("/api/v1/audit?kind=webhook");
  expect(items.map(({ action }) => action)).toEqual(["webhook.replayed", "webhook.enabled"]);
});

test("a ping does not wait for messages that the endpoint did not take before", async () => {
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

test("a call about an unknown endpoint, or an invalid one, is refused in words", async () => {
  const codeOf = async (method: string, path: string, body?: unknown): Promise<string> =>
    (await (await stage.api(method, `/api/v1/webhooks/${path}`, body)).json<{ code: string }>()).code;
  expect(await codeOf("GET", "nobody/deliveries")).toBe("webhook.not_found");
  expect(await codeOf("POST", "nobody/ping", {})).toBe("webhook.not_found");
  expect(await codeOf("POST", "nobody/rotate", {})).toBe("webhook.not_found");
  expect(await codeOf("POST", "crm/replay", {})).toBe("request.invalid");
  expect(await codeOf("POST", "crm/rotate", { overlap: "400d" })).toBe("request.invalid");
});
