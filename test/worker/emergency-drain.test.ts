import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { everyMinute } from "../../src/cron/scheduled.ts";
import { localPlug } from "../../src/sandbox/desk/local-plug.ts";
import { MINUTE, WEBHOOK, bot, look, open, stage } from "../support/reconciliation-stage.ts";
import { texts } from "../support/stage.ts";

/* Fetching what waits at Telegram while updates do not come by webhook. */

beforeEach(open);

test("an emergency drain takes what waits at Telegram, in its order, once, and sets the webhook again", async () => {
  const customers = [await stage.customer(), await stage.customer()];
  for (let n = 0; n < 60; n += 1) {
    for (const customer of customers) await customer.write(`word ${n}`);
  }
  const answer = await stage.api("POST", "/api/v1/reconciliation/drain", { confirm: "drain" });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    // Meanwhile the desk's own acts come back as updates, too.
    taken: { accepted: 120, duplicate: 0, ignored: expect.any(Number), setAside: 0 },
    stopped: null,
    waiting: expect.any(Number),
    webhook: { url: WEBHOOK, set: true },
  });
  await stage.settle(20 * MINUTE);
  const said = texts(await stage.inTopic("SUP-4")).join("\n");
  const order = [...said.matchAll(/word (\d+)/g)].map(([, n]) => Number(n));
  expect(order).toEqual(Array.from({ length: 60 }, (_, n) => n));
  expect(await look()).toEqual([]);
  await customers[0].write("after it");
  await stage.settle();
  expect(texts(await stage.inTopic("SUP-4"))).toContain("after it");
  const { items } = await stage.get<{ items: { action: string }[] }>("/api/v1/audit?kind=updates");
  expect(items).toMatchObject([{ action: "updates.drained", by: { kind: "key" } }]);
});

test("a drain that cannot go on leaves the rest with Telegram, and the webhook set", async () => {
  const customer = await stage.customer();
  await customer.write("one");
  await customer.write("two");
  localPlug.arm(2);
  const answer = await stage.api("POST", "/api/v1/reconciliation/drain", { confirm: "drain" });
  localPlug.arm(null);
  const { taken, stopped, webhook } = await answer.json<{
    taken: { accepted: number };
    stopped: string;
    webhook: unknown;
  }>();
  expect({ stopped, webhook }).toEqual({
    stopped: "group.unreachable",
    webhook: { url: WEBHOOK, set: true },
  });
  expect(taken.accepted).toBeLessThan(2);
  await stage.settle();
  expect(texts(await stage.inTopic("SUP-4"))).toEqual(["one", "two"]);
  expect(await look()).toEqual([]);
});

test("a drain is refused where it was not meant, is running, or has nowhere to set the webhook", async () => {
  const drain = async (body: unknown): Promise<[number, string]> => {
    const answer = await stage.api("POST", "/api/v1/reconciliation/drain", body);
    return [answer.status, (await answer.json<{ code: string }>()).code];
  };
  expect(await drain({ confirm: "yes" })).toEqual([422, "request.invalid"]);
  const until = JSON.stringify({ until: stage.now + MINUTE });
  await env.DB.prepare("INSERT INTO jobs (name, state) VALUES ('drain', ?)").bind(until).run();
  expect(await drain({ confirm: "drain" })).toEqual([409, "drain.running"]);
  await env.DB.prepare("DELETE FROM jobs WHERE name IN ('drain', 'webhook')").run();
  expect(await drain({ confirm: "drain" })).toEqual([409, "drain.no_address"]);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe(WEBHOOK);
});

test("a drain that died is over: the next look sets the webhook again", async () => {
  await bot("deleteWebhook");
  const until = JSON.stringify({ until: stage.now + MINUTE / 2 });
  await env.DB.prepare("INSERT INTO jobs (name, state) VALUES ('drain', ?)").bind(until).run();
  expect(await look()).toMatchObject([{ kind: "webhook.drifted", mended: true, details: { seen: "" } }]);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe(WEBHOOK);
});

test("Cron sees to it as soon as the drain's time is over, whenever the last look was", async () => {
  await bot("deleteWebhook");
  const until = JSON.stringify({ until: stage.now + 2 * MINUTE });
  await env.DB.prepare("INSERT INTO jobs (name, state) VALUES ('drain', ?)").bind(until).run();
  await everyMinute(env, stage.now + MINUTE);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe("");
  await everyMinute(env, stage.now + 3 * MINUTE);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe(WEBHOOK);
  const { items } = await stage.get<{ items: unknown[] }>("/api/v1/reconciliation");
  await everyMinute(env, stage.now + 4 * MINUTE);
  expect((await stage.get<{ items: unknown[] }>("/api/v1/reconciliation")).items).toEqual(items);
});

test("what a drain that died left behind is tried every minute until Telegram has taken it", async () => {
  await bot("deleteWebhook");
  const until = JSON.stringify({ until: stage.now + MINUTE });
  await env.DB.prepare("INSERT INTO jobs (name, state) VALUES ('drain', ?)").bind(until).run();
  await stage.telegram.faults([{ effect: "server_error", methods: ["setWebhook"], times: 1 }]);
  await everyMinute(env, stage.now + 2 * MINUTE);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe("");
  await stage.telegram.faults([{ effect: "server_error", methods: ["getWebhookInfo"], times: 1 }]);
  await everyMinute(env, stage.now + 3 * MINUTE);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe("");
  // Another run is looking, and began while the drain was under way.
  const looking = JSON.stringify({ until: stage.now + 5 * MINUTE });
  const saved = "INSERT OR REPLACE INTO jobs (name, state) VALUES ('look', ?)";
  await env.DB.prepare(saved).bind(looking).run();
  await everyMinute(env, stage.now + 4 * MINUTE);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe("");
  await everyMinute(env, stage.now + 5 * MINUTE);
  expect((await bot<{ url: string }>("getWebhookInfo")).url).toBe(WEBHOOK);
});
