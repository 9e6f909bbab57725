import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { realNow } from "../../src/real-clock.ts";
import { DOORS } from "../../src/sandbox/desk/door-names.ts";
import { BACKSTAGE_DOORS } from "../../src/sandbox/host/doors.ts";
import type { SandboxNews } from "../../src/sandbox/host/feed.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/host/sandbox.ts";
import { acts } from "../../src/sandbox/telegram/acts/all.ts";
import { commands } from "../../src/sandbox/telegram/hosted-world.ts";
import { LOOKS } from "../../src/sandbox/telegram/http/control.ts";
import { METHOD_NAMES } from "../../src/sandbox/telegram/methods/all.ts";
import { exampleDesk, exampleDeskAsWritten, MAIN_CHAT } from "../support/desks.ts";
import { until } from "../support/until.ts";

/* What `npm start` starts: the desk in workerd, its Telegram and the page behind one address. */

const secrets = { BOT_TOKEN: "1:sandbox", WEBHOOK_SECRET: "webhook-secret", ADMIN_TOKEN: "admin-token" };
const HOUR_MS = 3_600_000;

let statePath: string;
let sandbox: Sandbox;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function start(): Promise<Sandbox> {
  return startSandbox({
    statePath,
    port: 0,
    deskPort: await freePort(),
    secrets,
    config: exampleDeskAsWritten(),
    paceMs: 20,
    opening: "first-contact",
  });
}

beforeAll(async () => {
  statePath = await mkdtemp(join(tmpdir(), "topicdesk-whole-"));
  sandbox = await start();
});
afterAll(async () => {
  await sandbox.close();
  await rm(statePath, { recursive: true, force: true });
});

async function ask(what: string, body: unknown = {}): Promise<Response> {
  return fetch(`${sandbox.url}/sandbox/${what}`, {
    method: "POST",
    headers: { "x-sandbox-token": sandbox.token },
    body: JSON.stringify(body),
  });
}

async function ticket(ref: string): Promise<{ status: string; openedAt: string } | null> {
  const answer = await fetch(`${sandbox.deskUrl}/api/v1/tickets/${ref}`, {
    headers: { authorization: `Bearer ${secrets.ADMIN_TOKEN}` },
  });
  return answer.ok ? ((await answer.json()) as { status: string; openedAt: string }) : null;
}

async function resolved(ref: string): Promise<void> {
  const group = MAIN_CHAT;
  const topic = await until(`the topic of ${ref}`, async () =>
    (await sandbox.telegram.topics(group)).find(({ name }) => name.startsWith(`${ref} `)),
  );
  const agents = await sandbox.telegram.group({ id: group, title: "Support" });
  const lead = await agents.member({ id: 9001 });
  await lead.write(topic.id, "/resolve");
  await until(`${ref} is resolved`, async () => (await ticket(ref))?.status === "resolved");
}

test("one address serves the page, the Bot API, the control interface and the sandbox's own", async () => {
  const page = await fetch(`${sandbox.url}/`);
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(await (await fetch(`${sandbox.url}/bot1:sandbox/getMe`)).json()).toMatchObject({ ok: true });
  expect(await (await fetch(`${sandbox.url}/control/status`)).json()).toMatchObject({ ok: true });
  expect(await (await fetch(`${sandbox.url}/sandbox/facts`)).json()).toMatchObject({
    result: { groups: [{ id: "main" }, { id: "vip" }] },
  });
});

test("the desk introduces itself to every group, and nothing of it is refused", async () => {
  const introduced = async () =>
    (await sandbox.telegram.calls()).filter(
      ({ method, answer }) => method === "setMyCommands" && answer !== null,
    );
  const groups = new Set(exampleDesk().groups.map(({ chatId }) => chatId));
  await until("commands are set in every group", async () => {
    const scopes = (await introduced()).map(({ params }) => params["scope"] as { chat_id?: number });
    return [...groups].every((chatId) => scopes.some((scope) => scope.chat_id === chatId));
  });
  expect((await introduced()).filter(({ answer }) => answer?.status !== 200)).toEqual([]);
});

/** Every door of both ports, each as `METHOD address`; what is added is among them by itself. */
async function everyDoor(): Promise<string[]> {
  const contract = (await (await fetch(`${sandbox.deskUrl}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const onPage = [
    "GET /",
    "GET /assets/index.js",
    "GET /control",
    "GET /control/feed",
    "POST /w/other/control/reset",
    "GET /file/bot1:sandbox/photos/1.jpg",
    "GET /sandbox/instance",
    "POST /sandbox/webhooks/crm",
    "POST /sandbox/crm",
    "GET /none",
    ...[...Object.keys(acts), ...Object.keys(commands)].map((name) => `POST /control/${name}`),
    ...LOOKS.map((name) => `GET /control/${name}`),
    ...METHOD_NAMES.flatMap((name) => [`GET /bot1:sandbox/${name}`, `POST /bot1:sandbox/${name}`]),
    ...BACKSTAGE_DOORS.map((door) => door.replace(" ", " /sandbox/")),
  ];
  const onDesk = [
    "GET /",
    "GET /api/docs",
    "GET /api/v1/openapi.json",
    "POST /telegram/webhook",
    "GET /metrics",
    "GET /healthz",
    "GET /none",
    "GET /cdn-cgi/none",
    ...Object.entries(contract.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    ),
    ...DOORS.map((door) => door.replace(" ", " /sandbox/")),
  ];
  const at = (url: string) => (door: string) =>
    door.replace(" ", ` ${url}`).replaceAll(/\{\w+\}|:id|:number/g, "1");
  return [...onPage.map(at(sandbox.url)), ...onDesk.map(at(sandbox.deskUrl))];
}

/** What a program may say in its headers and a browser says by itself. */
function asked(door: string, headers: Record<string, string>): Promise<number> {
  const [method, url] = door.split(" ") as [string, string];
  return new Promise((resolve, reject) => {
    const admin = { authorization: `Bearer ${secrets.ADMIN_TOKEN}`, "x-sandbox-token": sandbox.token };
    const asking = request(url, { method, headers: { ...admin, ...headers } }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode!);
    });
    asking.once("error", reject).end();
  });
}

/** The doors that answer otherwise. */
async function notAnswering(
  status: readonly number[],
  doors: readonly string[],
  headers: Record<string, string>,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const door of doors) {
    const answered = await asked(door, headers);
    if (!status.includes(answered)) wrong.push(`${door}: ${answered}`);
  }
  return wrong;
}

test.each<[string, (url: string) => Record<string, string>]>([
  ["of another site", () => ({ "sec-fetch-site": "cross-site" })],
  ["of another port", () => ({ "sec-fetch-site": "same-site" })],
  ["with a foreign origin", () => ({ origin: "https://evil.example" })],
  ["under a name that leads here", (url) => ({ host: `evil.example:${new URL(url).port}` })],
])(
  "no door of either port answers a request %s",
  async (_, headersOf) => {
    const doors = await everyDoor();
    expect(doors.length).toBeGreaterThan(250);
    for (const url of [sandbox.url, sandbox.deskUrl]) {
      const here = doors.filter((door) => door.includes(` ${url}/`));
      expect(await notAnswering([403], here, headersOf(url))).toEqual([]);
    }
  },
  180_000,
);

test("what changes something is refused without this start's token, the desk's own included", async () => {
  const { url, deskUrl } = sandbox;
  const changing = [...Object.keys(acts), ...Object.keys(commands)].filter((name) => !LOOKS.includes(name));
  const posts = [
    ...changing.map((name) => `POST ${url}/control/${name}`),
    ...BACKSTAGE_DOORS.filter((door) => !door.startsWith("GET ")).map((door) =>
      door.replace(" ", ` ${url}/sandbox/`),
    ),
  ];
  const links = [
    ...changing.map((name) => `GET ${url}/control/${name}`),
    ...METHOD_NAMES.filter((name) => !/^get(?!Updates$)/.test(name)).map(
      (name) => `GET ${url}/bot1:sandbox/${name}`,
    ),
  ];
  const ofDesk = DOORS.map((door) =>
    door.replace(" ", ` ${deskUrl}/sandbox/`).replaceAll(/:id|:number/g, "1"),
  );
  const other = { "x-sandbox-token": "x".repeat(sandbox.token.length) };
  expect(await notAnswering([403], posts, { "x-sandbox-token": "" })).toEqual([]);
  expect(await notAnswering([403], posts, other)).toEqual([]);
  expect(await notAnswering([405], links, {})).toEqual([]);
  // `ADMIN_TOKEN` is the same in every checkout.
  expect(await notAnswering([401], ofDesk, {})).toEqual([]);
}, 180_000);

test("only the page has the token, which is another one after each start", async () => {
  const page = await fetch(`${sandbox.url}/`);
  expect(await page.text()).toContain(`<meta name="sandbox-token" content="${sandbox.token}" />`);
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("access-control-allow-origin")).toBeNull();
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  for (const path of ["sandbox/facts", "control", "control/status"]) {
    expect(await (await fetch(`${sandbox.url}/${path}`)).text()).not.toContain(sandbox.token);
  }
});

test("programs, which name no page, and the desk's own page go on using the desk", async () => {
  const ask = (headers: Record<string, string>) => asked(`GET ${sandbox.deskUrl}/api/v1/config`, headers);
  const { port } = new URL(sandbox.deskUrl);
  expect(await ask({})).toBe(200);
  expect(await ask({ host: `localhost:${port}` })).toBe(200);
  expect(await ask({ origin: sandbox.deskUrl, "sec-fetch-site": "same-origin" })).toBe(200);
  expect(await ask({ host: "127.0.0.1:1" })).toBe(403);
});

test.each([
  ["travel", { advanceMs: -1 }, "Too small"],
  ["travel", {}, "advanceMs"],
  ["play", { scenario: "no such play" }, "there is no such scenario"],
  ["record", { down: "yes" }, "down"],
  ["crm-state", { state: "asleep" }, "state"],
  ["crm-says", { customer: 1, says: { tier: 7 } }, "tier"],
])("a wrong %s %j is refused and says why", async (what, body, why) => {
  const answer = await ask(what, body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ ok: false, error: expect.stringContaining(why) });
});

test("nothing outside of the page's folder is served", async () => {
  for (const path of [
    "/assets/../../telegram.json",
    "/assets/%2e%2e/%2e%2e/telegram.json",
    "/assets/none.js",
  ]) {
    expect((await fetch(`${sandbox.url}${path}`)).status).toBe(404);
  }
});

test("time moves for Telegram and the desk together, and what is due on the way happens", async () => {
  const ada = await sandbox.telegram.customer({ firstName: "Ada" });
  await ada.write("My printer burns");
  await until("SUP-1 is recorded", () => ticket("SUP-1"));
  await resolved("SUP-1");
  const before = sandbox.world.clock.now();
  // Resolved tickets close by themselves after 48 hours.
  expect((await ask("travel", { advanceMs: 50 * HOUR_MS })).ok).toBe(true);
  expect(sandbox.world.clock.now() - before).toBeGreaterThanOrEqual(50 * HOUR_MS);
  await until("SUP-1 is closed", async () => (await ticket("SUP-1"))?.status === "closed");
}, 180_000);

test("both sides go on after a restart where they stopped, the moved clock included", async () => {
  const before = sandbox.world.clock.now();
  await sandbox.close();
  sandbox = await start();
  expect(sandbox.world.clock.now()).toBeGreaterThanOrEqual(before);
  expect((await ticket("SUP-1"))?.status).toBe("closed");
  const bob = await sandbox.telegram.customer({ firstName: "Bob" });
  await bob.write("Mine smokes");
  const opened = await until("SUP-2 is recorded", () => ticket("SUP-2"));
  // The desk's clock is Telegram's: days ahead of this machine's.
  expect(Date.parse(opened.openedAt)).toBeGreaterThan(realNow() + 49 * HOUR_MS);
}, 180_000);

test("the desk knows the port it was started on, and its reconciliation does not lead Telegram back to the old one", async () => {
  await sandbox.close();
  // Any free port: the last one may be taken by now.
  sandbox = await start();
  const headers = { authorization: `Bearer ${secrets.ADMIN_TOKEN}`, "content-type": "application/json" };
  const looked = await fetch(`${sandbox.deskUrl}/api/v1/reconciliation`, { method: "POST", headers });
  const { findings } = (await looked.json()) as { findings: { kind: string }[] };
  expect(findings.map(({ kind }) => kind)).not.toContain("webhook.drifted");
  const { webhook } = await sandbox.telegram.updates();
  expect(webhook.url).toBe(`${sandbox.deskUrl}/telegram/webhook`);
  const ida = await sandbox.telegram.customer({ firstName: "Ida" });
  await ida.write("Is anybody there?");
  await until("SUP-3 is recorded", () => ticket("SUP-3"));
}, 180_000);

test("the record can be switched off: conversations go on, and it catches up", async () => {
  await ask("record", { down: true });
  const bob = (await sandbox.telegram.users()).find(({ profile }) => profile.first_name === "Bob")!;
  const customer = await sandbox.telegram.customer({ id: bob.profile.id });
  await customer.write("It smokes more now");
  const group = MAIN_CHAT;
  await until("the message is in the group", async () =>
    (await sandbox.telegram.messages(group)).find(({ text }) => text === "It smokes more now"),
  );
  await ask("record", { down: false });
  expect((await ask("travel", { advanceMs: HOUR_MS })).ok).toBe(true);
  await until("the record has it", async () => (await ticket("SUP-2"))?.status === "open");
}, 180_000);

/** The first news of a kind that the page hears. */
async function heard<Type extends SandboxNews["type"]>(
  type: Type,
  wanted: (news: Extract<SandboxNews, { type: Type }>) => boolean,
): Promise<Extract<SandboxNews, { type: Type }>> {
  const feed = await fetch(`${sandbox.url}/sandbox/feed`);
  let text = "";
  for await (const piece of feed.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const lines = text.split("\n\n");
    text = lines.pop() ?? "";
    for (const line of lines.filter((one) => one.startsWith("data: "))) {
      const news = JSON.parse(line.slice("data: ".length)) as SandboxNews;
      if (news.type === type && wanted(news as never)) return news as never;
    }
  }
  throw new Error(`never heard: ${type}`);
}

test("the desk's webhooks are received here with a valid signature", async () => {
  expect((await ask("play", { scenario: "promise-broken" })).ok).toBe(true);
  const { playing } = await heard(
    "playing",
    (news) => news.playing !== null && news.playing.state !== "playing",
  );
  expect(playing).toMatchObject({ state: "done" });
  const { webhooks } = await heard("webhooks", (news) => news.webhooks.length > 0);
  expect(webhooks.every(({ signed }) => signed)).toBe(true);
  // By the time that the desk and Telegram share.
  const { dueAt } = (webhooks.at(-1)!.data as { escalation: { dueAt: string } }).escalation;
  expect(webhooks.at(-1)!.at).toBeGreaterThanOrEqual(Date.parse(dueAt));
  expect(webhooks.at(-1)).toMatchObject({
    webhook: "queue-manager",
    type: "ticket.escalated",
    data: { escalation: { moment: "breach" } },
  });
}, 180_000);

test("the CRM is asked with a valid signature, and answers as it is set to", async () => {
  expect((await ask("play", { scenario: "right-agent" })).ok).toBe(true);
  const { playing } = await heard(
    "playing",
    (news) => news.playing?.scenario === "right-agent" && news.playing.state !== "playing",
  );
  expect(playing).toMatchObject({ state: "done" });
  const { crm } = await heard("crm", () => true);
  expect(crm.state).toBe("well");
  const answers = crm.exchanges.slice(-4).map(({ status, answer }) => ({ status, answer }));
  expect(answers).toContainEqual({ status: 503, answer: { error: "maintenance" } });
  expect(answers).toContainEqual({
    status: 200,
    answer: {
      tier: "premium",
      category: "billing",
      reason: "Renews in December, 40 seats",
      asOf: expect.any(String) as string,
    },
  });
}, 180_000);

test("only the desk gets an answer of the CRM", async () => {
  const asked = { type: "ticket.enrichment", timestamp: new Date(realNow()).toISOString(), data: {} };
  expect((await ask("crm", asked)).status).toBe(401);
});

test("what the CRM says of a customer outlives a restart, and so does its state", async () => {
  const says = { tier: "basic", ageMs: 0 };
  expect((await ask("crm-says", { customer: 4_711, says })).ok).toBe(true);
  expect((await ask("crm-state", { state: "lying" })).ok).toBe(true);
  await sandbox.close();
  sandbox = await start();
  const { crm } = await heard("crm", () => true);
  expect(crm).toMatchObject({ state: "lying", records: { 4711: says } });
}, 180_000);

test("starting over forgets everything on both sides, and begins as the first start did", async () => {
  expect((await ask("start-over")).ok).toBe(true);
  expect(Math.abs(sandbox.world.clock.now() - realNow())).toBeLessThan(60_000);
  const { crm } = await heard("crm", () => true);
  expect(crm).toEqual({ state: "well", records: {}, exchanges: [] });
  await heard("playing", (news) => news.playing?.state === "done");
  const names = (await sandbox.telegram.users()).map(({ profile }) => profile.first_name);
  expect(names).toContain("Dennis");
  for (const forgotten of ["Bob", "Ida"]) expect(names).not.toContain(forgotten);
  expect(await ticket("SUP-3")).toBeNull();
  const eve = await sandbox.telegram.customer({ firstName: "Eve" });
  await eve.write("Hello again");
  expect((await until("SUP-2 is opened", () => ticket("SUP-2"))).status).toBe("open");
}, 180_000);
