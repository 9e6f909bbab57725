import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check.ts";
import { SandboxTelegram, type Group } from "../../src/sandbox/telegram/client.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../src/sandbox/telegram/server.ts";
import { goLive, type Outside } from "../../src/setup/go-live.ts";

const TOKEN = "7000000009:live";
const GROUP = -1001112223334;
const DATABASE_ID = "0a1b2c3d-0000-4000-8000-1234567890ab";
const URL = "https://topicdesk.example.workers.dev";

let sandbox: TelegramSandbox;
let telegram: SandboxTelegram;
let group: Group;
beforeAll(async () => {
  sandbox = await startTelegramSandbox();
});
afterAll(() => sandbox.close());

let said: string[];
let commands: string[];
let secrets: Record<string, string>;
let toml: string;
let stored: unknown;
let worlds = 0;

beforeEach(async () => {
  worlds += 1;
  telegram = new SandboxTelegram(`${sandbox.url}/w/live-${worlds}/control`);
  await telegram.reset({ bot: { token: TOKEN, username: "shop_desk_bot" }, budgets: "off" });
  group = await telegram.group({ id: GROUP, title: "Shop team", forum: true });
  [said, commands, secrets, stored] = [[], [], {}, null];
  toml = 'name = "topicdesk"\ndatabase_id = "00000000-0000-0000-0000-000000000000"\n';
});

/** A Cloudflare that does as it is told, and a desk that checks what it is given. */
function outside(more: Partial<Outside> = {}): Outside {
  return {
    say: (text) => void said.push(text),
    ask: (question, fallback = "") => Promise.resolve(question.includes("token") ? TOKEN : fallback),
    wrangler: (args, input) => {
      commands.push(args.join(" "));
      if (args[1] === "create") return Promise.resolve(`database_id = "${DATABASE_ID}"`);
      if (args[1] === "bulk") secrets = JSON.parse(input!) as Record<string, string>;
      return Promise.resolve(args[0] === "deploy" ? `Deployed topicdesk\n  ${URL}\n` : "ok");
    },
    readFile: () => Promise.resolve(toml),
    writeFile: (_, text) => Promise.resolve(void (toml = text)),
    fetch: (input, init) => ((input as string).startsWith(URL) ? desk(init) : fetch(input, init)),
    telegramRoot: telegram.apiRoot,
    sleep: () => Promise.resolve(),
    ...more,
  };
}

function desk(init: RequestInit | undefined): Promise<Response> {
  const { authorization } = init!.headers as Record<string, string>;
  if (authorization !== `Bearer ${secrets["ADMIN_TOKEN"]}`)
    return Promise.resolve(new Response("", { status: 401 }));
  if (init!.method !== "PUT") {
    return Promise.resolve(
      stored === null ? Response.json({ code: "config.not_found" }, { status: 404 }) : Response.json(stored),
    );
  }
  stored = JSON.parse(init!.body as string);
  return Promise.resolve(Response.json({ version: 1 }));
}

test("a bot goes live in one go: database, Worker, secrets, group, configuration, webhook", async () => {
  const olga = await group.member({ id: 42, firstName: "Olga", lastName: "Support" });
  await olga.write(null, "/queue");
  const { adminToken } = await goLive(outside());

  expect(toml).toContain(DATABASE_ID);
  expect(commands).toEqual([
    "whoami",
    "d1 create topicdesk",
    "d1 migrations apply topicdesk --remote",
    "deploy",
    "secret bulk",
  ]);
  expect(secrets).toMatchObject({ BOT_TOKEN: TOKEN, ADMIN_TOKEN: adminToken });
  expect(secrets["WEBHOOK_SECRET"]).toMatch(/^[\w-]{40,}$/);
  expect(checkConfig(stored).problems).toEqual([]);
  expect(stored).toMatchObject({
    desk: { name: "Shop team" },
    groups: [{ chatId: GROUP, leads: [42] }],
    agents: [{ telegramId: 42, name: "Olga Support", role: "lead" }],
  });
  const { webhook } = await telegram.updates();
  expect(webhook).toMatchObject({ url: `${URL}/telegram/webhook`, secretToken: secrets["WEBHOOK_SECRET"] });
  expect(webhook.allowedUpdates).toContain("message_reaction");
  expect(said.join("\n")).toContain("https://t.me/shop_desk_bot");
});

test("it says what is wrong with the group and waits until it is mended", async () => {
  await group.setForum(false);
  await group.demoteBot();
  const olga = await group.member({ id: 42, firstName: "Olga", status: "administrator" });
  await olga.write(null, "/queue");
  let looks = 0;
  await goLive(
    outside({
      sleep: async () => {
        looks += 1;
        if (looks === 1) await group.setForum(true);
        if (looks === 1) await olga.write(null, "/queue");
        if (looks === 2) await group.promoteBot({ can_manage_topics: true });
        if (looks === 2) await olga.writeAnonymously(null, "/queue");
        if (looks === 3) await olga.write(null, "/queue");
      },
    }),
  );
  const told = said.join("\n");
  for (const words of [
    "has no topics",
    "may not manage topics yet",
    "written anonymously",
    "Found “Shop team”",
  ]) {
    expect(told).toContain(words);
  }
});

test("run again on a live desk it keeps the database and the configuration, and swallows nobody's message", async () => {
  toml = `database_id = "${DATABASE_ID}"\n`;
  stored = { desk: { name: "Shop desk" } };
  const ada = await telegram.customer({ firstName: "Ada" });
  await ada.write("Where is my order?");
  await goLive(outside());
  expect(commands).not.toContain("d1 create topicdesk");
  expect(stored).toEqual({ desk: { name: "Shop desk" } });
  const { queues } = await telegram.updates();
  expect(queues.flatMap((queue) => queue.updates).length).toBe(1);
});

test("a desk whose keys are made already is left as it is, unless nobody has configured it", async () => {
  for (const waitingFor of [[], ["config.missing"]]) {
    const guarded = outside({
      fetch: (input, init) => {
        if (!(input as string).startsWith(URL)) return fetch(input, init);
        return Promise.resolve(
          (input as string).endsWith("/healthz")
            ? Response.json({ waitingFor })
            : Response.json({ code: "auth.bootstrap_only" }, { status: 403 }),
        );
      },
    });
    if (waitingFor.length === 0) {
      await goLive(guarded);
      expect(said.join("\n")).toContain("its configuration stays as it is");
    } else await expect(goLive(guarded)).rejects.toThrow("no configuration");
  }
  expect(stored).toBeNull();
});

test("a token that Telegram does not know is asked for again, and a stopped creation is taken up", async () => {
  const olga = await group.member({ id: 42, firstName: "Olga" });
  await olga.write(null, "/queue");
  const tokens = ["nonsense", "123:wrong", TOKEN];
  const { wrangler } = outside();
  await goLive(
    outside({
      ask: (question, fallback = "") =>
        Promise.resolve(question.includes("token") ? tokens.shift()! : fallback),
      wrangler: (args, input) => {
        if (args[1] === "create")
          return Promise.reject(new Error("A database with that name already exists"));
        if (args[1] === "info") return Promise.resolve(JSON.stringify({ uuid: DATABASE_ID }));
        return wrangler(args, input);
      },
    }),
  );
  expect(toml).toContain(DATABASE_ID);
  expect(said.join("\n")).toContain("That is no bot token");
  expect(said.join("\n")).toContain("Telegram does not know this token");
});

test("nobody in the group for ten minutes: it says so and can be run again", async () => {
  await expect(goLive(outside())).rejects.toThrow("Run this again");
});
