import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { RETRY_AFTER_MAX_MS, WEBHOOK_PAUSES_MS } from "../../src/domain/limits.ts";
import { exampleDesk } from "../support/desks.ts";
import type { Received } from "../support/endpoint-server.ts";
import { Endpoint } from "../support/endpoint.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { MORNING, Stage } from "../support/stage.ts";

let endpoint: Endpoint;

beforeEach(() => {
  endpoint = new Endpoint();
});

/** What a receiver does with a message: it throws if the signature does not fit. */
function verified({ body, headers }: Received, secret: string): unknown {
  return new Webhook(secret).verify(body, headers);
}

interface Delivery {
  id: string;
  kind: string;
  lane: string;
  state: string;
  ticket: string | null;
  attempts: number;
  code: string;
}

describe("a message to an endpoint", () => {
  let stage: Stage;
  /** When the first try was made. */
  const BREACHED = MORNING + 2 * 3_600_000 + 1;

  /** One promise, one step: a call of the endpoint after two hours without an answer. */
  function simple(config: ConfigInput): void {
    config.slaPolicies![1].targets = { normal: { firstResponse: "2h" } };
    config.slaPolicies![1].warnings = [];
    config.escalationPolicies![0].steps = [{ at: "breach", actions: [{ webhook: "queue-manager" }] }];
    config.webhooks![0].url = endpoint.url;
  }

  beforeEach(async () => {
    stage = await Stage.open({ config: simple });
    await (await stage.customer()).write("My printer burns");
    await stage.settle(10_000);
  });

  const until = (at: number): Promise<void> => stage.pass(at - stage.now);
  const tries = async (): Promise<number> => (await endpoint.received()).length;
  const parked = async (): Promise<Delivery[]> =>
    (await stage.get<{ items: Delivery[] }>("/api/v1/outbox")).items;
  const secret = async (): Promise<string> =>
    (await stage.get<{ secret: string }>("/api/v1/webhooks/queue-manager/secret")).secret;

  test("tells of the escalation, signed with the secret that the API shows, once", async () => {
    await until(BREACHED - 1);
    expect(await tries()).toBe(0);
    await until(BREACHED);
    const [received] = await endpoint.received();
    expect(verified(received, await secret())).toEqual({
      type: "ticket.escalated",
      timestamp: "2026-11-20T11:00:00.000Z",
      data: {
        ticket: {
          id: "main:1",
          customer: { id: expect.any(Number) },
          ref: "SUP-1",
          group: "main",
          status: "open",
          priority: "normal",
          queue: "general",
          tier: null,
          assignee: null,
          due: { metric: "firstResponse", at: "2026-11-20T11:00:00.000Z", state: "breached" },
        },
        escalation: {
          policy: "ladder",
          step: 0,
          metric: "firstResponse",
          instance: 1,
          moment: "breach",
          offsetMs: 0,
          clock: "business",
          dueAt: "2026-11-20T11:00:00.000Z",
          late: false,
        },
      },
    });
    await stage.pass(7 * 24 * 3_600_000);
    expect(await tries()).toBe(1);
    expect(await parked()).toEqual([]);
  });

  test("says so where the desk was away when the step was due", async () => {
    await stage.moveTo(BREACHED + 3_600_000);
    await stage.settle(5_000);
    const [received] = await endpoint.received();
    expect(JSON.parse(received.body)).toMatchObject({
      timestamp: "2026-11-20T11:00:00.000Z",
      data: { escalation: { late: true } },
    });
  });

  test("does not wait for another ticket's message that the endpoint does not take", async () => {
    await endpoint.answers({ status: 503 }, { status: 503 }, { status: 503 });
    await stage.moveTo(stage.now + 30 * 60_000);
    await (await stage.customer()).write("And mine");
    await until(BREACHED + 29 * 60_000);
    expect(await tries()).toBe(3);
    await until(BREACHED + 30 * 60_000 + 10_000);
    const refs = (await endpoint.received()).map(
      ({ body }) => (JSON.parse(body) as { data: { ticket: { ref: string } } }).data.ticket.ref,
    );
    expect(refs).toEqual(["SUP-1", "SUP-1", "SUP-1", "SUP-2"]);
  });

  test("is tried again after each pause, under the same id, then parked, and sent again when asked for", async () => {
    await endpoint.answers(...Array.from({ length: WEBHOOK_PAUSES_MS.length + 1 }, () => ({ status: 503 })));
    await until(BREACHED);
    for (const [index, pause] of WEBHOOK_PAUSES_MS.entries()) {
      expect(await tries()).toBe(index + 1);
      const again = stage.now + pause;
      await until(again - 1);
      expect(await tries()).toBe(index + 1);
      expect(await parked()).toEqual([]);
      await until(again);
    }
    const received = await endpoint.received();
    expect(received).toHaveLength(WEBHOOK_PAUSES_MS.length + 1);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    for (const one of received) verified(one, await secret());

    const [delivery, ...more] = await parked();
    expect(more).toEqual([]);
    expect(delivery).toMatchObject({
      kind: "webhook",
      lane: "webhook:queue-manager",
      state: "parked",
      ticket: "main:1",
      attempts: WEBHOOK_PAUSES_MS.length + 1,
      code: "http_503",
    });
    await stage.api("POST", `/api/v1/outbox/${delivery.id}/replay`);
    await stage.settleNow();
    const last = (await endpoint.received()).at(-1);
    expect(last?.headers["webhook-id"]).toBe(received[0].headers["webhook-id"]);
    expect(await parked()).toEqual([]);
  });

  test.each([404, 401])(
    "is tried again where it is answered %d while its receiver is deployed",
    async (status) => {
      await endpoint.answers({ status }, { status });
      await until(BREACHED);
      expect(await tries()).toBe(1);
      await stage.pass(WEBHOOK_PAUSES_MS[0]);
      expect(await tries()).toBe(2);
      expect(await parked()).toEqual([]);
      await stage.pass(WEBHOOK_PAUSES_MS[1]);
      expect(await tries()).toBe(3);
      expect(await parked()).toEqual([]);
    },
  );

  test("is parked at once after a 410, with the answer's status", async () => {
    await endpoint.answers({ status: 410 });
    await until(BREACHED);
    expect(await parked()).toMatchObject([
      { kind: "webhook", state: "parked", attempts: 1, code: "http_410" },
    ]);
    await stage.pass(24 * 3_600_000);
    expect(await tries()).toBe(1);
  });

  test("follows no redirect, and is tried again where it was to go", async () => {
    const elsewhere = new Endpoint();
    await endpoint.answers({ status: 307, headers: { location: elsewhere.url } });
    await until(BREACHED);
    await stage.pass(WEBHOOK_PAUSES_MS[0]);
    expect(await tries()).toBe(2);
    expect(await elsewhere.received()).toEqual([]);
    expect(await parked()).toEqual([]);
  });

  test.each([
    ["longer than the pause, is left alone for so long", 429, "3600", 3_600_000],
    ["shorter than the pause, is left alone for the pause", 503, "1", WEBHOOK_PAUSES_MS[0]],
    ["for years, is left alone for a day", 503, "999999999", RETRY_AFTER_MAX_MS],
  ])("waits where its receiver asks for a time %s", async (_name, status, retryAfter, pause) => {
    await endpoint.answers({ status, headers: { "retry-after": retryAfter } });
    await until(BREACHED + pause - 1);
    expect(await tries()).toBe(1);
    await until(BREACHED + pause);
    expect(await tries()).toBe(2);
  });

  test("goes to where the endpoint is by then, and nowhere once it is gone", async () => {
    await endpoint.answers({ status: 503 });
    await until(BREACHED);
    const moved = new Endpoint();
    await moved.answers({ status: 503 });
    stage.config.webhooks![0].url = moved.url;
    await stage.configure();
    await stage.pass(WEBHOOK_PAUSES_MS[0]);
    expect((await moved.received()).map(({ headers }) => headers["webhook-id"])).toEqual(
      (await endpoint.received()).map(({ headers }) => headers["webhook-id"]),
    );
    stage.config.webhooks = [];
    stage.config.escalationPolicies![0].steps = [];
    await stage.configure();
    await stage.pass(WEBHOOK_PAUSES_MS[1]);
    expect(await moved.received()).toHaveLength(1);
    expect(await parked()).toEqual([]);
  });
});

describe("the secret of an endpoint", () => {
  const desk = new HttpDesk();
  beforeEach(async () => {
    await emptyRecord();
    const config = exampleDesk();
    config.webhooks!.push({ ...config.webhooks![0], id: "crm" });
    await desk.put(config);
  });

  test("is the same each time, its own, and not cached on the way", async () => {
    const answer = await desk.get("/api/v1/webhooks/queue-manager/secret");
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    const shown = await answer.json<{ id: string; secret: string }>();
    expect(shown).toEqual({
      id: "queue-manager",
      secret: expect.stringMatching(/^whsec_[A-Za-z\d+/]{43}=$/),
      previous: null,
    });
    expect(await (await desk.get("/api/v1/webhooks/queue-manager/secret")).json()).toEqual(shown);
    const other = await (await desk.get("/api/v1/webhooks/crm/secret")).json<{ secret: string }>();
    expect(other.secret).not.toBe(shown.secret);
  });

  test("is none where the endpoint is not in the configuration", async () => {
    const answer = await desk.get("/api/v1/webhooks/nobody/secret");
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("webhook.not_found");
  });

  test("needs a token", async () => {
    expect((await desk.fetch("/api/v1/webhooks/crm/secret")).status).toBe(401);
  });
});

test("endpoints that answer do not make a message give up while Telegram is away", async () => {
  const MINUTE = 60_000;
  const every5Minutes = Array.from({ length: 45 }, (_, index) => `${(index + 1) * 5}m`);
  const stage = await Stage.open({
    config: (config) => {
      config.slaPolicies![1].targets = { normal: { firstResponse: "10m" } };
      config.slaPolicies![1].warnings = [];
      config.escalationPolicies![0].steps = every5Minutes.map((after) => ({
        at: "breach",
        after,
        clock: "wall",
        actions: [{ webhook: "queue-manager" }],
      }));
      config.webhooks![0].url = endpoint.url;
    },
  });
  const ada = await stage.customer();
  await ada.write("My printer burns");
  await stage.settle(5 * MINUTE);
  await stage.telegram.faults([{ effect: "request_lost" }]);
  await ada.write("It still burns");
  for (const _ of every5Minutes) {
    await stage.moveTo(stage.now + 5 * MINUTE);
    await stage.settleNow();
  }
  expect((await endpoint.received()).length).toBeGreaterThan(30);
  expect(await stage.get("/api/v1/outbox")).toMatchObject({ items: [] });
});
