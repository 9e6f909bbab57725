import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import { signingSecret } from "../../src/domain/desk/signing-secret.ts";
import { SandboxTelegram, type Group } from "../../src/sandbox/telegram/client.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../src/sandbox/telegram/server.ts";
import { goLive } from "../../src/setup/go-live.ts";
import type { Outside } from "../../src/setup/outside.ts";
import { FakeCloudflare, type CloudflareAccount, type Worker } from "./fake-cloudflare.ts";

/* Rehearsals of a deployment: the guide, a Telegram, and a Cloudflare that refuses as the real one does. */

const TOKEN = "7000000009:live";
const OTHER_BOT = 7_000_000_008;
const GROUP = -1001112223334;
const DESK = "https://topicdesk.shop.workers.dev";
const TOML = readFileSync(join(resolve(import.meta.dirname, "../.."), "wrangler.toml"), "utf8");

let sandbox: TelegramSandbox;
let telegram: SandboxTelegram;
let group: Group;
beforeAll(async () => {
  sandbox = await startTelegramSandbox();
});
afterAll(() => sandbox.close());

let cloudflare: FakeCloudflare;
let account: CloudflareAccount;
let files: Map<string, string>;
let said: string[];
let asked: string[];
let answers: Record<string, string | string[]>;
let worlds = 0;

beforeEach(newWorld);

async function newWorld(): Promise<void> {
  worlds += 1;
  telegram = new SandboxTelegram(`${sandbox.url}/w/live-${worlds}/control`);
  await telegram.reset({
    bot: { token: TOKEN, username: "shop_desk_bot" },
    budgets: "off",
    delivery: "pull",
  });
  group = await telegram.group({ id: GROUP, title: "Shop team", forum: true });
  const olga = await group.member({ id: 42, firstName: "Olga", lastName: "Support" });
  await olga.write(null, "/queue");
  files = new Map([["wrangler.toml", TOML]]);
  [said, asked, answers] = [[], [], {}];
  const read = (name: string): string | null => files.get(name) ?? null;
  cloudflare = new FakeCloudflare(() => telegram.apiRoot, read);
  account = cloudflare.account();
}

/** The operator's answers: by a part of the question, otherwise what is proposed. */
function answer(question: string, fallback: string): string {
  asked.push(question);
  const found = Object.entries(answers).find(([part]) => question.includes(part))?.[1];
  const given = Array.isArray(found) ? found.shift() : found;
  if (given !== undefined) return given;
  if (question.includes("bot's token")) return TOKEN;
  // As an operator who has put it into a safe.
  if (question.includes("admin token")) return adminToken() ?? "new";
  return fallback;
}

function adminToken(): string | undefined {
  return /admin token {5}(\S+)/.exec(said.join("\n"))?.[1];
}

function outside(more: Partial<Outside> = {}): Outside {
  return {
    say: (text) => void said.push(text),
    ask: (question, fallback = "") => Promise.resolve(answer(question, fallback)),
    wrangler: cloudflare.wrangler,
    readFile: (name) => Promise.resolve(files.get(name) ?? null),
    writeFile: (name, text) => Promise.resolve(void files.set(name, text)),
    fetch: (input, init) => {
      const url = input as string;
      if (url.startsWith(telegram.apiRoot)) return fetch(url, init);
      const desk = cloudflare.deskAt(url);
      return desk === null
        ? Promise.resolve(new Response("There is nothing here yet", { status: 404 }))
        : desk.answer(url, init);
    },
    telegramRoot: telegram.apiRoot,
    sleep: () => Promise.resolve(),
    now: () => Date.parse("2026-11-20T09:00:00Z"),
    ...more,
  };
}

const worker = (name = "topicdesk"): Worker => account.workers.get(name)!;
const kept = (name = "topicdesk") => account.databases.find((one) => one.name === name)!.desk!;
const webhook = async () => (await telegram.updates()).webhook;
/** With what the endpoint `shop` checks the desk's signatures. */
const signs = (url = DESK): Promise<string> => {
  worker().lag = 0;
  return signingSecret(cloudflare.deskAt(url)!.root, "shop");
};
const told = (): string => said.join("\n");
/** Everything that must not change by running the guide again. */
const all = async () =>
  structuredClone({
    workers: [...account.workers].map(([name, { secrets, domains }]) => [name, secrets, domains]),
    databases: account.databases,
    webhook: await webhook(),
  });

describe("the first time", () => {
  test("a bot goes live in one go: database, Worker, secrets, group, configuration, address", async () => {
    const { url, adminToken: token } = await goLive(outside());
    expect(url).toBe(DESK);
    expect(Object.keys(worker().secrets).sort()).toEqual([
      "ADMIN_TOKEN",
      "BOT_TOKEN",
      "SIGNING_ROOT",
      "TELEGRAM_SECRET",
    ]);
    expect(worker().secrets).toMatchObject({ BOT_TOKEN: TOKEN, ADMIN_TOKEN: token });
    for (const name of ["ADMIN_TOKEN", "SIGNING_ROOT", "TELEGRAM_SECRET"])
      expect(worker().secrets[name]).toMatch(/^[\w-]{43}$/);
    expect(new Set(Object.values(worker().secrets)).size).toBe(4);
    expect(checkConfig(kept().config)).toMatchObject({ problems: [] });
    expect(kept().config).toMatchObject({
      desk: { name: "Shop team" },
      groups: [{ chatId: GROUP, leads: [42] }],
      agents: [{ telegramId: 42, name: "Olga Support", role: "lead" }],
      queues: [{ slaPolicy: "standard" }],
    });
    expect(kept().address).toBe(DESK);
    expect(await webhook()).toMatchObject({
      url: `${DESK}/telegram/webhook`,
      secretToken: worker().secrets["TELEGRAM_SECRET"],
    });
    expect((await webhook()).allowedUpdates).toContain("message_reaction");
    for (const words of [
      `Cloudflare account: Shop Ltd (${account.id})`,
      "https://t.me/shop_desk_bot",
      "presses Start",
      "password manager",
      "/api/v1/keys",
      "slaPolicies",
    ])
      expect(told()).toContain(words);
  });

  test("the committed wrangler.toml stays as it is, and the desk's own has its values and all that the other has", async () => {
    await goLive(outside());
    expect(files.get("wrangler.toml")).toBe(TOML);
    const own = files.get("wrangler.topicdesk.toml")!;
    const lines = own.split("\n");
    const changed = TOML.split("\n").filter((line) => !lines.includes(line));
    expect(changed).toEqual(['database_id = "00000000-0000-0000-0000-000000000000"']);
    const added = lines.filter((line) => !TOML.split("\n").includes(line));
    expect(added).toEqual([
      expect.stringContaining("Not to be committed"),
      `account_id = "${account.id}"`,
      'BOT_ID = "7000000009"',
      `database_id = "${account.databases[0].uuid}"`,
    ]);
    expect(readFileSync(join(resolve(import.meta.dirname, "../.."), ".gitignore"), "utf8")).toContain(
      "wrangler.*.toml",
    );
  });

  test("opening hours and a promise are asked for, and what is no such thing is asked again", async () => {
    answers = {
      "When are you there": ["nine to five", "10:00-14:00, 15:00-18:00"],
      "time zone": ["Europe/Berlin", "Europe/Berlin"],
      "Within how long": ["soon", "30m"],
    };
    await goLive(outside());
    expect(kept().config).toMatchObject({
      calendars: [{ timeZone: "Europe/Berlin", weekly: { mon: ["10:00-14:00", "15:00-18:00"] } }],
      slaPolicies: [{ targets: { normal: { firstResponse: "30m" } } }],
    });
    for (const hours of ["always", "none"]) {
      await newWorld();
      answers = { "When are you there": hours };
      await goLive(outside());
      expect(checkConfig(kept().config)).toMatchObject({ problems: [] });
    }
    expect(kept().config).not.toHaveProperty("slaPolicies");
  });

  test("every right that the desk needs is asked for, and what is wrong with the group is said until it is mended", async () => {
    await group.demoteBot();
    const olga = await group.member({ id: 42, firstName: "Olga", status: "administrator" });
    const mends: (() => Promise<unknown>)[] = [
      () => group.setForum(false).then(() => olga.write(null, "/queue")),
      async () => {
        await group.setForum(true);
        await group.promoteBot({ can_manage_topics: true, can_delete_messages: false });
        await olga.write(null, "/queue");
      },
      async () => {
        await group.promoteBot({ can_manage_topics: true, can_delete_messages: true });
        await olga.writeAnonymously(null, "/queue");
      },
      () => olga.write(null, "/queue"),
    ];
    const sleep = async (): Promise<void> => {
      if (told().includes("Waiting for that")) await mends.shift()?.();
    };
    await goLive(outside({ sleep }));
    for (const words of [
      "the rights “Manage topics” and “Delete messages”",
      "has no topics",
      "lacks “Manage topics” and “Delete messages”",
      "lacks “Delete messages”: ",
      "written anonymously",
      "Found “Shop team”",
    ])
      expect(told()).toContain(words);
  });

  test("a token that Telegram does not know is asked for again", async () => {
    answers = { "bot's token": ["nonsense", "123:wrong"] };
    await goLive(outside());
    expect(told()).toContain("That is no bot token");
    expect(told()).toContain("Telegram does not know this token");
    answers = { "bot's token": "nonsense" };
    await expect(goLive(outside())).rejects.toThrow("Without the bot's token");
  });

  test("says so after ten minutes without a message in the group, and can be run again", async () => {
    await telegram.reset({
      bot: { token: TOKEN, username: "shop_desk_bot" },
      budgets: "off",
      delivery: "pull",
    });
    await expect(goLive(outside())).rejects.toThrow("Run this again");
  });
});

describe("at Cloudflare", () => {
  test("an operator who is not logged in sees wrangler's own login", async () => {
    cloudflare.isLoggedIn = false;
    await goLive(outside());
    expect(cloudflare.commands.slice(0, 3)).toEqual(["whoami --json", "login", "whoami --json"]);
    expect(kept().address).toBe(DESK);
  });

  test("asks which of several accounts, and says which it is; CLOUDFLARE_ACCOUNT_ID answers before", async () => {
    const second = cloudflare.account("Other Ltd", "other");
    answers = { "In which one": ["7", "2"] };
    await goLive(outside());
    expect(second.workers.has("topicdesk")).toBe(true);
    expect(account.workers.size + account.databases.length).toBe(0);
    expect(told()).toContain(`Cloudflare account: Other Ltd (${second.id})`);
    expect(told()).toContain(`1  Shop Ltd (${account.id})`);
    await newWorld();
    cloudflare.account("Other Ltd", "other");
    await goLive(outside({ accountId: account.id }));
    expect(account.workers.has("topicdesk")).toBe(true);
    expect(asked.join()).not.toContain("In which one");
    await newWorld();
    cloudflare.account();
    answers = { "In which one": "" };
    await expect(goLive(outside())).rejects.toThrow("CLOUDFLARE_ACCOUNT_ID");
    expect(cloudflare.commands).toEqual(["whoami --json"]);
  });

  test("an account without a workers.dev name is asked for one by wrangler, and an operator who declines can run it again", async () => {
    account.subdomain = null;
    cloudflare.answersWrangler = false;
    await expect(goLive(outside())).rejects.toThrow("register a workers.dev subdomain here");
    expect(cloudflare.questionsShown).toEqual(["Would you like to register a workers.dev subdomain now?"]);
    cloudflare.answersWrangler = true;
    expect((await goLive(outside())).url).toBe("https://topicdesk.registered.workers.dev");
  });

  test("what Cloudflare refuses for a reason of its own is said in its words", async () => {
    cloudflare.databasesMax = 0;
    await expect(goLive(outside())).rejects.toThrow("maximum number of D1 databases");
    expect(account.workers.size).toBe(0);
    await expect(goLive(outside({ accountId: "f".repeat(32) }))).rejects.toThrow("Authentication error");
  });

  test("a Worker, or a database, of another program is left alone", async () => {
    account.workers.set("topicdesk", {
      versions: [{ id: "v", bindings: [{ type: "kv_namespace", name: "KV" }] }],
      secrets: { API_KEY: "theirs" },
      domains: [],
      lag: 0,
      isOld: false,
    });
    account.databases.push({
      uuid: "their-database",
      name: "topicdesk-a",
      foreign: ["invoices"],
      desk: null,
    });
    const before = await all();
    await expect(goLive(outside())).rejects.toThrow("no Topicdesk");
    answers = { "desk's name": "a" };
    await expect(goLive(outside())).rejects.toThrow("belongs to another program");
    answers = { "desk's name": "Not / a name" };
    await expect(goLive(outside())).rejects.toThrow("letters, digits and hyphens");
    expect(await all()).toEqual(before);
    answers = { "desk's name": ["a", "b"] };
    await goLive(outside());
    expect(worker("topicdesk-b").secrets["BOT_TOKEN"]).toBe(TOKEN);
    expect(account.databases[0]).toMatchObject({ uuid: "their-database", desk: null });
  });

  test("a Worker whose database is gone is not given an empty one", async () => {
    await goLive(outside());
    account.databases.length = 0;
    await expect(goLive(outside())).rejects.toThrow("is not in the account Shop Ltd");
    expect(account.databases).toEqual([]);
  });
});

describe("again", () => {
  test("nothing changes: no secret, no signature, no configuration, no webhook, and no message is swallowed", async () => {
    await goLive(outside());
    const [before, signature] = [await all(), await signs()];
    const ada = await telegram.customer({ firstName: "Ada" });
    await ada.write("Where is my order?");
    for (let n = 0; n < 2; n += 1) {
      const { adminToken: token } = await goLive(outside());
      expect(token).toBeNull();
      expect(await all()).toEqual(before);
      expect(await signs()).toBe(signature);
    }
    expect(worker().versions).toHaveLength(3);
    const { queues } = await telegram.updates();
    const waiting = queues.flatMap((queue) => queue.updates);
    expect(waiting.some(({ update }) => JSON.stringify(update).includes("Where is my order?"))).toBe(true);
    expect(told()).toContain("Its secrets stay as they are");
  });

  test("another checkout, which has no file of the desk, finds it by its name", async () => {
    await goLive(outside());
    const before = await all();
    files = new Map([["wrangler.toml", TOML]]);
    await goLive(outside());
    expect(await all()).toEqual(before);
    expect(account.databases).toHaveLength(1);
  });

  test("a desk of an earlier release keeps its WEBHOOK_SECRET as the root, and gets no other beside it", async () => {
    account.databases.push({
      uuid: "of-before",
      name: "topicdesk",
      foreign: [],
      desk: {
        config: { desk: { name: "Shop desk" } },
        address: null,
        updatesUrl: `${DESK}/telegram/webhook`,
        bot: 7_000_000_009,
        keys: [],
      },
    });
    account.workers.set("topicdesk", {
      versions: [
        {
          id: "v",
          bindings: [
            { type: "d1", name: "DB", id: "of-before" },
            { type: "durable_object_namespace", name: "TOPIC_GROUP" },
          ],
        },
      ],
      secrets: { BOT_TOKEN: TOKEN, WEBHOOK_SECRET: "root-of-before", ADMIN_TOKEN: "their-token" },
      domains: [],
      lag: 0,
      isOld: true,
    });
    // As its guide left it: the id in the committed file.
    files.set("wrangler.toml", TOML.replace("00000000-0000-0000-0000-000000000000", "of-before"));
    answers = { "admin token": "their-token" };
    const signature = await signs();
    await goLive(outside());
    expect(worker().secrets).toEqual({
      BOT_TOKEN: TOKEN,
      WEBHOOK_SECRET: "root-of-before",
      ADMIN_TOKEN: "their-token",
    });
    expect(await signs()).toBe(signature);
    expect(kept()).toMatchObject({ config: { desk: { name: "Shop desk" } }, address: DESK });
    expect((await webhook()).secretToken).toBe("root-of-before");
    // Telegram's secret can be changed from then on, and the root stays.
    answers = { "admin token": "their-token", "new secret": "yes" };
    await goLive(outside({ rotates: true }));
    expect(worker().secrets).toMatchObject({ WEBHOOK_SECRET: "root-of-before" });
    expect((await webhook()).secretToken).toBe(worker().secrets["TELEGRAM_SECRET"]);
    expect(await signs()).toBe(signature);
  });

  test("the operator is asked about a desk of an earlier release that does not say whose it is", async () => {
    await goLive(outside());
    worker().versions.at(-1)!.bindings = worker()
      .versions.at(-1)!
      .bindings.filter(({ name }) => name !== "BOT_ID");
    const before = await all();
    await expect(goLive(outside())).rejects.toThrow("left alone");
    expect(await all()).toEqual(before);
    answers = { "does not say whose": "yes" };
    await goLive(outside());
    expect(asked.join()).toContain("does not say whose it is");
  });

  test("Telegram's secret is changed only if the operator wants it and says yes; nothing else changes", async () => {
    await goLive(outside());
    const [before, signature] = [await all(), await signs()];
    await goLive(outside({ rotates: true }));
    expect(await all()).toEqual(before);
    answers = { "new secret": "yes" };
    await goLive(outside({ rotates: true }));
    expect(await signs()).toBe(signature);
    const { TELEGRAM_SECRET: now, ...others } = worker().secrets;
    const { TELEGRAM_SECRET: old, ...othersBefore } = before.workers[0][1] as Record<string, string>;
    expect(now).not.toBe(old);
    expect(others).toEqual(othersBefore);
    expect((await webhook()).secretToken).toBe(now);
  });

  test("a rotation that stopped half-way is brought to its end by the next", async () => {
    await goLive(outside());
    answers = { "new secret": "yes" };
    const wrangler: Outside["wrangler"] = (args, how) =>
      how?.input?.includes('"TELEGRAM_SECRET_NEXT":null') === true
        ? Promise.reject(new Error("the line went dead"))
        : cloudflare.wrangler(args, how);
    await expect(goLive(outside({ rotates: true, wrangler }))).rejects.toThrow("went dead");
    expect((await webhook()).secretToken).toBe(worker().secrets["TELEGRAM_SECRET_NEXT"]);
    await goLive(outside());
    expect((await webhook()).secretToken).toBe(worker().secrets["TELEGRAM_SECRET_NEXT"]);
    answers = { "new secret": "yes" };
    await goLive(outside({ rotates: true }));
    expect(worker().secrets).not.toHaveProperty("TELEGRAM_SECRET_NEXT");
    expect((await webhook()).secretToken).toBe(worker().secrets["TELEGRAM_SECRET"]);
  });

  test("a webhook that was set with another secret, so that Telegram hears 401, is set right", async () => {
    await goLive(outside());
    await fetch(`${telegram.apiRoot}/bot${TOKEN}/setWebhook`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: `${DESK}/telegram/webhook`, secret_token: "another" }),
    });
    await goLive(outside());
    expect((await webhook()).secretToken).toBe(worker().secrets["TELEGRAM_SECRET"]);
  });

  test("an operator who has lost the admin token gets a new one when they ask for it, and not otherwise", async () => {
    await goLive(outside());
    const before = worker().secrets;
    answers = { "scope admin": ["new", "", "wrong", "wrong", "wrong", "wrong", "wrong"] };
    await expect(goLive(outside())).rejects.toThrow("Without its admin token");
    expect(worker().secrets).toEqual(before);
    answers = { "scope admin": "new", "The admin token of before ends": "yes" };
    const { adminToken: token } = await goLive(outside());
    expect(worker().secrets).toEqual({ ...before, ADMIN_TOKEN: token });
    expect(token).not.toBe(before["ADMIN_TOKEN"]);
  });

  test("makes a key for the run and revokes it where the admin token only makes keys", async () => {
    await goLive(outside());
    kept().keys.push({ id: "theirs", key: "topicdesk_theirs", isRevoked: false });
    await goLive(outside());
    expect(kept().keys.map(({ id, isRevoked }) => [id, isRevoked])).toEqual([
      ["theirs", false],
      ["k1", true],
    ]);
    answers = { "admin token": "topicdesk_theirs" };
    await goLive(outside());
    expect(kept().keys).toHaveLength(2);
  });
});

describe("another address", () => {
  test("a desk moves to its own domain, stays there when the guide runs again, and moves back", async () => {
    await goLive(outside());
    const signature = await signs();
    answers = { "own domain": "https://desk.example.com/" };
    expect((await goLive(outside())).url).toBe("https://desk.example.com");
    expect(worker().domains).toEqual(["desk.example.com"]);
    expect(kept().address).toBe("https://desk.example.com");
    expect((await webhook()).url).toBe("https://desk.example.com/telegram/webhook");
    expect(files.get("wrangler.topicdesk.toml")).toContain(
      'routes = [{ pattern = "desk.example.com", custom_domain = true }]',
    );
    answers = {};
    await goLive(outside());
    expect((await webhook()).url).toBe("https://desk.example.com/telegram/webhook");
    expect(await signs()).toBe(signature);
    answers = { "own domain": ["not a domain", "workers.dev"] };
    await goLive(outside());
    expect((await webhook()).url).toBe(`${DESK}/telegram/webhook`);
  });

  test("an address that the operator leads to the Worker themselves is kept, and no route is made for it", async () => {
    await goLive(outside());
    kept().address = "https://proxy.example.com";
    await goLive(outside());
    expect(kept().address).toBe("https://proxy.example.com");
    expect((await webhook()).url).toBe("https://proxy.example.com/telegram/webhook");
    expect(files.get("wrangler.topicdesk.toml")).not.toContain("routes");
  });

  test("a bot that serves another address is not taken over without a word", async () => {
    const theirs = "https://chatbot.example/hook";
    const set = (): Promise<Response> =>
      fetch(`${telegram.apiRoot}/bot${TOKEN}/setWebhook`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ url: theirs }),
      });
    await set();
    await expect(goLive(outside())).rejects.toThrow("was left as it is");
    expect((await webhook()).url).toBe(theirs);
    expect(account.workers.size + account.databases.length).toBe(0);
    expect(told()).toContain(`@shop_desk_bot already delivers its updates to ${theirs}`);
    answers = { "Take it over": "yes" };
    await goLive(outside());
    expect((await webhook()).url).toBe(`${DESK}/telegram/webhook`);
    await set();
    answers = {};
    await expect(goLive(outside())).rejects.toThrow("was left as it is");
  });
});

describe("a second desk in the same account", () => {
  const SECOND = "7000000008:second";
  const secondBot = async (): Promise<void> => {
    await goLive(outside());
    telegram = new SandboxTelegram(`${sandbox.url}/w/second-${worlds}/control`);
    await telegram.reset({
      bot: { token: SECOND, username: "second_bot" },
      budgets: "off",
      delivery: "pull",
    });
    const team = await telegram.group({ id: GROUP - 1, title: "Second team", forum: true });
    const boris = await team.member({ id: 43, firstName: "Boris" });
    await boris.write(null, "/queue");
    said = [];
  };

  test("does not take over the first, and is named differently", async () => {
    await secondBot();
    const first = structuredClone({ secrets: worker().secrets, desk: kept(), versions: worker().versions });
    answers = { "bot's token": SECOND };
    await expect(goLive(outside())).rejects.toThrow("serves another bot");
    answers = { "bot's token": SECOND, "desk's name": ["topicdesk", "shop"] };
    const { url } = await goLive(outside());
    expect(url).toBe("https://topicdesk-shop.shop.workers.dev");
    expect({ secrets: worker().secrets, desk: kept(), versions: worker().versions }).toEqual(first);
    expect(worker("topicdesk-shop").secrets["BOT_TOKEN"]).toBe(SECOND);
    expect(worker("topicdesk-shop").secrets["SIGNING_ROOT"]).not.toBe(first.secrets["SIGNING_ROOT"]);
    expect(kept("topicdesk-shop")).toMatchObject({ config: { desk: { name: "Second team" } } });
    expect(told()).toContain(`its id is ${OTHER_BOT + 1}`);
  });

  test("does not take over a database that the first left behind", async () => {
    await secondBot();
    kept().bot = OTHER_BOT + 1;
    account.workers.clear();
    const before = structuredClone(kept());
    answers = { "bot's token": SECOND };
    await expect(goLive(outside())).rejects.toThrow("serves another bot");
    expect(kept()).toEqual(before);
    expect(account.workers.size).toBe(0);
  });
});

/** Counts what the guide does outside, and has one of it fail: before it is done, or when its answer is lost. */
function stoppedAt(step: number, how: "before" | "after"): { outside: Outside; steps: () => number } {
  let count = 0;
  const guarded =
    <Args extends unknown[], Result>(act: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      count += 1;
      const isThis = count === step;
      if (isThis && how === "before") throw new Error("the line went dead");
      const result = await act(...args);
      if (isThis) throw new Error("the line went dead");
      return result;
    };
  const whole = outside();
  const wrangler = guarded(whole.wrangler);
  const writeFile = guarded(whole.writeFile);
  // Of what is fetched only what is asked once; the rest is tried again by itself.
  const fetched = guarded(whole.fetch as (url: string, init?: RequestInit) => Promise<Response>);
  return {
    outside: { ...whole, wrangler, writeFile, fetch: fetched as typeof fetch },
    steps: () => count,
  };
}

test(
  "whatever step it stops at, running it again brings the desk live, and no secret that was set has changed",
  { timeout: 120_000 },
  async () => {
    const whole = stoppedAt(0, "before");
    await goLive(whole.outside);
    expect(whole.steps()).toBeGreaterThan(20);
    for (let step = 1; step <= whole.steps(); step += 1) {
      for (const how of ["before", "after"] as const) {
        await newWorld();
        const where = `${how} step ${step}`;
        await goLive(stoppedAt(step, how).outside).catch((error: unknown) =>
          expect(String(error), where).toMatch(/went dead|nothing to set up|Nobody is logged in/),
        );
        const before = { ...account.workers.get("topicdesk")?.secrets };
        answers = { "does not say whose": "yes", "The admin token of before ends": "yes" };
        // Where the first run had taken note of the group and forgot it with the line, people write again.
        const olga = await group.member({ id: 42 });
        const sleep = async (): Promise<void> => {
          if (told().includes("Waiting for that")) await olga.write(null, "/queue");
        };
        await goLive(outside({ sleep }));
        const { ADMIN_TOKEN: lost, ...others } = before;
        expect(worker().secrets, where).toMatchObject(adminToken() === lost ? before : others);
        expect(account.databases, where).toHaveLength(1);
        expect(kept(), where).toMatchObject({ config: { desk: { name: "Shop team" } }, address: DESK });
        expect(await webhook(), where).toMatchObject({
          url: `${DESK}/telegram/webhook`,
          secretToken: worker().secrets["TELEGRAM_SECRET"],
        });
        expect(kept().keys, where).toEqual([]);
      }
    }
  },
);
