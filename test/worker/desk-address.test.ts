import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { everyMinute } from "../../src/cron/scheduled.ts";
import { Reconciliation } from "../../src/record/reconciliation.ts";
import { Stage, texts } from "../support/stage.ts";

/* The desk is told its own address, and Telegram's secret can change without any other change. */

const MINUTE = 60_000;
const DESK = "https://desk.example";
const WEBHOOK = `${DESK}/telegram/webhook`;

interface Finding {
  kind: string;
  mended: boolean;
  details: Record<string, unknown>;
}

let stage: Stage;

const bot = async <T>(method: string, params: Record<string, unknown> = {}): Promise<T> => {
  const answer = await fetch(`${stage.telegram.apiRoot}/bot${env.BOT_TOKEN}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  return (await answer.json<{ result: T }>()).result;
};
const telegramsUrl = async (): Promise<string> => (await bot<{ url: string }>("getWebhookInfo")).url;
const somebodySets = (url: string, secret: string = env.WEBHOOK_SECRET): Promise<unknown> =>
  bot("setWebhook", { url, secret_token: secret });
const look = async (): Promise<Finding[]> => {
  await stage.pass(MINUTE);
  const answer = await stage.api("POST", "/api/v1/reconciliation");
  const { findings } = await answer.json<{ findings: Finding[] }>();
  await stage.settle();
  return findings.filter(({ kind }) => /^(webhook|signing)/.test(kind));
};
const tellAddress = async (url: string): Promise<[number, Record<string, unknown>]> => {
  const answer = await stage.api("PUT", "/api/v1/desk/address", { url });
  return [answer.status, await answer.json()];
};
const toldLead = async (): Promise<string> => texts(await stage.telegram.messages(9001)).join("\n");
/** What Telegram has is brought to the desk, under an address of our choice. */
const deliverAt = (url: string): Promise<unknown> =>
  stage.telegram.deliverDue((delivery) =>
    stage.fetch(
      new Request(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...delivery.headers },
        body: JSON.stringify(delivery.update),
      }),
    ),
  );
const write = async (text = "Help"): Promise<void> =>
  (await stage.customer()).write(text).then(() => undefined);

beforeEach(async () => {
  env.TELEGRAM_SECRET = "";
  env.TELEGRAM_SECRET_NEXT = "";
  env.SIGNING_ROOT = "";
  stage = await Stage.open();
  const lead = await stage.telegram.customer({ id: 9001, firstName: "Lena" });
  await lead.start();
  await stage.settle();
  // An isolate notes once a minute where updates come, and the one of these tests may have done so.
  await new Reconciliation(env.DB).noteWebhookUrl(WEBHOOK, stage.now);
});

test("a desk is told its address, leads Telegram there, and says so with who did it", async () => {
  expect(await stage.get("/api/v1/desk/address")).toMatchObject({
    url: null,
    since: null,
    bot: { id: 7_000_000_001 },
  });
  const [status, body] = await tellAddress("https://new.example/");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    url: "https://new.example",
    since: new Date(stage.now).toISOString(),
    webhook: { url: "https://new.example/telegram/webhook", set: true },
  });
  expect(await telegramsUrl()).toBe("https://new.example/telegram/webhook");
  const { items } = await stage.get<{ items: unknown[] }>("/api/v1/audit?kind=desk");
  expect(items).toMatchObject([
    { action: "desk.address_set", to: { url: "https://new.example" }, by: { kind: "key" } },
  ]);
});

test("after a move the webhook stays at the new address, though updates came at the old one last", async () => {
  await tellAddress(DESK);
  await write();
  await stage.settle();
  await tellAddress("https://new.example");
  expect(await look()).toEqual([]);
  expect(await telegramsUrl()).toBe("https://new.example/telegram/webhook");
  // An old script sets the old one again: what was set last decides.
  await somebodySets(WEBHOOK);
  expect(await look()).toEqual([expect.objectContaining({ kind: "webhook.drifted", mended: true })]);
  expect(await telegramsUrl()).toBe("https://new.example/telegram/webhook");
  expect(await toldLead()).toContain("It is set back");
});

test("a webhook by which updates do come is left when the desk's address may be dead, and the leads are told how to go on", async () => {
  await tellAddress("https://dead.example");
  await write();
  await stage.telegram.deliverDue(() => Promise.reject(new Error("Connection refused")));
  expect(await look()).toMatchObject([{ kind: "webhook.errors" }]);
  await stage.pass(2 * MINUTE);
  await stage.setWebhook();
  await write();
  await deliverAt(WEBHOOK);
  await stage.settle();
  for (let n = 0; n < 2; n += 1) {
    const [drift] = await look();
    expect(drift).toMatchObject({
      kind: "webhook.drifted",
      mended: false,
      details: {
        expected: "https://dead.example/telegram/webhook",
        seen: WEBHOOK,
        left: "updates_come_there",
      },
    });
    expect(await telegramsUrl()).toBe(WEBHOOK);
  }
  expect((await toldLead()).match(/They arrive there, so it was left/g)).toHaveLength(1);
  // Taken away altogether it comes back to where updates came, and not to where they could not.
  await bot("deleteWebhook");
  expect(await look()).toMatchObject([{ kind: "webhook.drifted", mended: true, details: { seen: "" } }]);
  expect(await telegramsUrl()).toBe(WEBHOOK);
  await tellAddress(DESK);
  expect(await look()).toEqual([]);
});

test("a desk of an earlier release, without an address, does not lead a webhook back to where it was", async () => {
  await write();
  await stage.settle();
  await somebodySets("https://moved.example/telegram/webhook");
  const [drift] = await look();
  expect(drift).toMatchObject({
    kind: "webhook.drifted",
    mended: false,
    details: { left: "address_unknown" },
  });
  expect(await telegramsUrl()).toBe("https://moved.example/telegram/webhook");
  expect(await toldLead()).toContain("Set it with PUT /api/v1/desk/address");
  // The address may be a stranger's: the secret that Telegram presents must never be shown there.
  await bot("setWebhook", {
    url: "https://moved.example/telegram/webhook",
    secret_token: "theirs",
    allowed_updates: ["message"],
  });
  await write();
  await stage.telegram.deliverDue(() => Promise.resolve(new Response(null, { status: 401 })));
  for (const { mended } of await look()) expect(mended).toBe(false);
  expect((await stage.telegram.updates()).webhook.secretToken).toBe("theirs");
  // The lead confirms that this is the desk's address.
  expect((await stage.api("POST", "/api/v1/reconciliation/webhook")).status).toBe(200);
  expect(await telegramsUrl()).toBe(WEBHOOK);
});

test("an address that Telegram cannot call, or does not take, is refused and not kept", async () => {
  await tellAddress(DESK);
  for (const url of ["http://desk.example", "https://desk.example/path", "desk", ""]) {
    const [status, body] = await tellAddress(url);
    expect([status, body["code"]], url).toEqual([422, "request.invalid"]);
  }
  const [status, body] = await tellAddress("https://desk.example:444");
  expect([status, body["code"]]).toEqual([422, "address.refused"]);
  expect(body["detail"]).toMatch(/^Telegram says: .*bad webhook/);
  expect(await stage.get("/api/v1/desk/address")).toMatchObject({ url: DESK });
  expect(await telegramsUrl()).toBe(WEBHOOK);
  const { items } = await stage.get<{ items: unknown[] }>("/api/v1/audit?kind=desk");
  expect(items).toHaveLength(1);
});

test("an address is kept where Telegram does not answer, and the next reconciliation sets the webhook there", async () => {
  await stage.telegram.faults([{ effect: "server_error", deed: false, methods: ["setWebhook"], times: 1 }]);
  const [status, body] = await tellAddress("https://new.example");
  expect([status, body["webhook"]]).toEqual([
    200,
    { url: "https://new.example/telegram/webhook", set: false, secret: "WEBHOOK_SECRET" },
  ]);
  expect(await look()).toMatchObject([{ kind: "webhook.drifted", mended: true }]);
  expect(await telegramsUrl()).toBe("https://new.example/telegram/webhook");
});

test("a drain ends at the desk's address, and not where updates came before the move", async () => {
  await write();
  await stage.settle();
  await tellAddress("https://new.example");
  const answer = await stage.api("POST", "/api/v1/reconciliation/drain", { confirm: "drain" });
  expect(await answer.json()).toMatchObject({
    webhook: { url: "https://new.example/telegram/webhook", set: true },
  });
});

test("an address that is set during a drain is where the drain ends", async () => {
  await tellAddress(DESK);
  const until = JSON.stringify({ until: stage.now + 2 * MINUTE });
  await env.DB.prepare("INSERT INTO jobs (name, state) VALUES ('drain', ?)").bind(until).run();
  await bot("deleteWebhook");
  const [, body] = await tellAddress("https://new.example");
  expect(body["webhook"]).toMatchObject({ set: false });
  expect(await telegramsUrl()).toBe("");
  await everyMinute(env, stage.now + 3 * MINUTE);
  expect(await telegramsUrl()).toBe("https://new.example/telegram/webhook");
});

test("a desk without an address and without updates says that it knows none", async () => {
  await env.DB.prepare("DELETE FROM jobs WHERE name = 'webhook'").run();
  const answer = await stage.api("POST", "/api/v1/reconciliation/webhook");
  expect([answer.status, (await answer.json<{ code: string }>()).code]).toEqual([409, "address.unknown"]);
});

test("when Telegram is answered 401 the webhook is set again with the desk's secret, and nothing is lost", async () => {
  await tellAddress(DESK);
  await somebodySets(WEBHOOK, "another-secret");
  await write("first words");
  await stage.deliver();
  expect(stage.deliveries.at(-1)?.status).toBe(401);
  expect(await look()).toEqual([
    { kind: "webhook.secret_differs", mended: true, details: expect.anything() },
  ]);
  await stage.settle();
  expect(texts(await stage.inTopic("SUP-1"))).toContain("first words");
  expect(await look()).toEqual([]);
  expect(await toldLead()).toContain("presented another secret");
});

test("a 401 for another reason than the secret is told once, and not called mended again and again", async () => {
  await tellAddress(DESK);
  const refuse = (): Promise<unknown> =>
    stage.telegram.deliverDue(() => Promise.resolve(new Response(null, { status: 401 })));
  stage.deliver = async () => {
    await refuse();
    return 0;
  };
  await write();
  const kinds: [string, boolean][] = [];
  for (let n = 0; n < 3; n += 1) {
    await stage.pass(9 * MINUTE);
    await refuse();
    for (const { kind, mended } of await look()) kinds.push([kind, mended]);
  }
  expect(kinds[0]).toEqual(["webhook.secret_differs", true]);
  expect(kinds.slice(1)).toEqual(kinds.slice(1).map(() => ["webhook.secret_differs", false]));
});

test("Telegram's secret is rotated: updates with the old one still come, and no receiver notices", async () => {
  await tellAddress(DESK);
  const secretOf = async (): Promise<unknown> => stage.get("/api/v1/webhooks/enrichment/secret");
  stage.config.routing.enrichment = { adapter: "generic", url: "https://crm.example/ask" };
  await stage.configure();
  const signed = await secretOf();
  const post = (secret: string): Promise<Response> =>
    stage.fetch(
      new Request(WEBHOOK, {
        method: "POST",
        headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret },
        body: JSON.stringify({ update_id: 900_000_000 }),
      }),
    );
  env.TELEGRAM_SECRET_NEXT = "the-next-one";
  await write("on its way");
  await stage.settle();
  expect(stage.deliveries.at(-1)?.status).toBe(200);
  const led = await stage.api("POST", "/api/v1/reconciliation/webhook");
  expect(await led.json()).toEqual({ url: WEBHOOK, set: true, secret: "TELEGRAM_SECRET_NEXT" });
  expect((await stage.telegram.updates()).webhook.secretToken).toBe("the-next-one");
  await write("with the new one");
  await stage.settle();
  expect(stage.deliveries.at(-1)?.status).toBe(200);
  env.TELEGRAM_SECRET = "the-next-one";
  env.TELEGRAM_SECRET_NEXT = "";
  expect((await post(env.WEBHOOK_SECRET)).status).toBe(401);
  expect((await post("")).status).toBe(401);
  expect((await post("the-next-one")).status).toBe(200);
  expect(await secretOf()).toEqual(signed);
  // Where the root has a name of its own, the secret of before may change, too.
  env.SIGNING_ROOT = env.WEBHOOK_SECRET;
  const before = env.WEBHOOK_SECRET;
  env.WEBHOOK_SECRET = "changed";
  expect(await secretOf()).toEqual(signed);
  env.WEBHOOK_SECRET = before;
});

test("the leads are told once when the signing root changes, and not when Telegram's secret does", async () => {
  await tellAddress(DESK);
  expect(await look()).toEqual([]);
  env.TELEGRAM_SECRET = "changed-for-telegram";
  await stage.api("POST", "/api/v1/reconciliation/webhook");
  expect(await look()).toEqual([]);
  env.SIGNING_ROOT = "another-root";
  expect(await look()).toMatchObject([{ kind: "signing.root_changed", mended: false }]);
  expect(await look()).toEqual([]);
  expect((await toldLead()).match(/signatures follow has changed/g)).toHaveLength(1);
});
