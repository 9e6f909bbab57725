import { randomBytes } from "node:crypto";
import type { ConfigInput } from "../domain/config.ts";
import { UPDATE_KINDS } from "../domain/update-kinds.ts";

/** What the guide needs of the world; `cli.ts` supplies the real one. */
export interface Outside {
  say: (text: string) => void;
  /** Asks a question; an empty answer takes `fallback`. */
  ask: (question: string, fallback?: string) => Promise<string>;
  /** Runs wrangler and answers what it printed. Throws with that text when it fails. */
  wrangler: (args: string[], input?: string) => Promise<string>;
  readFile: (name: string) => Promise<string>;
  writeFile: (name: string, text: string) => Promise<void>;
  fetch: typeof fetch;
  telegramRoot: string;
  sleep: (ms: number) => Promise<void>;
}

const CONFIG_FILE = "wrangler.toml";
const NO_DATABASE = "00000000-0000-0000-0000-000000000000";
const DATABASE = "topicdesk";
const GROUP_WAIT_MS = 10 * 60_000;
/** A fresh Worker and its secrets take a moment to be everywhere. */
const READY_TRIES = 30;
const READY_EVERY_MS = 2_000;

interface BotProfile {
  username: string;
  first_name: string;
}

interface StaffGroup {
  chatId: number;
  title: string;
  /** Whoever spoke first: the desk's first agent. */
  lead: { id: number; name: string };
}

/**
 * Takes a desk live with a real bot, step by step: database, Worker, secrets, staff group, configuration, webhook.
 * Every step looks first whether it is done already, so the guide can be run again after whatever stopped it.
 */
export async function goLive(outside: Outside): Promise<{ url: string; adminToken: string }> {
  const { say } = outside;
  say(
    "This takes a desk live with a real bot. You need a Cloudflare account, a bot from @BotFather, and a group with topics switched on.\n",
  );
  await loggedIn(outside);
  const { token, bot } = await askForBot(outside);
  await database(outside);
  const url = await deploy(outside);
  const webhookSecret = randomBytes(32).toString("base64url");
  const adminToken = randomBytes(32).toString("base64url");
  say("\nSetting the secrets …");
  const secrets = { BOT_TOKEN: token, WEBHOOK_SECRET: webhookSecret, ADMIN_TOKEN: adminToken };
  await outside.wrangler(["secret", "bulk"], JSON.stringify(secrets));

  const title = await configured(outside, { url, adminToken, token, bot });
  await call(outside, token, "setWebhook", {
    url: `${url}/telegram/webhook`,
    secret_token: webhookSecret,
    allowed_updates: UPDATE_KINDS,
  });
  say(`\nThe desk is live: write to https://t.me/${bot.username} and watch “${title}”.

  its address     ${url}
  its contract    ${url}/api/v1/openapi.json
  admin token     ${adminToken}
                  (shown this once; it changes the configuration and reads every ticket)

Agents, queues and intake questions stand in the configuration: GET and PUT ${url}/api/v1/config.`);
  return { url, adminToken };
}

async function loggedIn({ wrangler, say }: Outside): Promise<void> {
  const who = await wrangler(["whoami"]).catch(() => "not authenticated");
  if (!/not authenticated/i.test(who)) return;
  say("Cloudflare wants to know who you are: a browser opens.");
  await wrangler(["login"]);
}

async function askForBot(outside: Outside): Promise<{ token: string; bot: BotProfile }> {
  for (;;) {
    const token = (await outside.ask("The bot's token, from @BotFather: ")).trim();
    if (!/^\d+:[\w-]{3,}$/.test(token)) {
      outside.say("That is no bot token; it looks like 123456789:AAE… ");
      continue;
    }
    try {
      const bot = (await call(outside, token, "getMe", {})) as BotProfile;
      outside.say(`Hello, ${bot.first_name} (@${bot.username}).`);
      return { token, bot };
    } catch (error) {
      outside.say(`Telegram does not know this token: ${messageOf(error)}`);
    }
  }
}

/** Creates the database, unless wrangler.toml names one already, and brings its tables up to date. */
async function database({ wrangler, readFile, writeFile, say }: Outside): Promise<void> {
  const toml = await readFile(CONFIG_FILE);
  if (toml.includes(NO_DATABASE)) {
    say("\nCreating the database …");
    const printed = await wrangler(["d1", "create", DATABASE]).catch(async (error: unknown) => {
      // It is there from a run that stopped before it was written down.
      if (!/already exists/i.test(messageOf(error))) throw error;
      return wrangler(["d1", "info", DATABASE, "--json"]);
    });
    const id = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/.exec(printed)?.[0];
    if (id === undefined) throw new Error(`wrangler did not say the database's id:\n${printed}`);
    await writeFile(CONFIG_FILE, toml.replace(NO_DATABASE, id));
    say(`Its id ${id} stands in ${CONFIG_FILE} now: commit that.`);
  }
  say("Bringing its tables up to date …");
  await wrangler(["d1", "migrations", "apply", DATABASE, "--remote"]);
}

async function deploy({ wrangler, say, ask }: Outside): Promise<string> {
  say("\nDeploying the Worker …");
  const printed = await wrangler(["deploy"]);
  const url = /https:\/\/[\w.-]+\.workers\.dev/.exec(printed)?.[0];
  if (url !== undefined) return url;
  // With a route or a custom domain of its own wrangler names no address that could be taken for granted.
  return (await ask("The address under which the Worker answers (https://…): ")).replace(/\/+$/, "");
}

/** Waits until somebody speaks in the group, which tells its id and who the first agent is. */
async function staffGroup(outside: Outside, token: string, bot: BotProfile): Promise<StaffGroup> {
  outside.say(`
Now your staff group:
  1. Open the group's settings and switch Topics on.
  2. Add @${bot.username} as an administrator with the right to manage topics.
  3. Write /queue in the group.

Waiting for that …`);
  await call(outside, token, "deleteWebhook", {});
  let offset = 0;
  for (let waited = 0; waited < GROUP_WAIT_MS;) {
    const updates = (await call(outside, token, "getUpdates", {
      offset,
      timeout: 0,
      allowed_updates: ["message"],
    })) as { update_id: number; message?: TelegramMessage }[];
    for (const { update_id, message } of updates) {
      offset = update_id + 1;
      const found = message === undefined ? null : await usable(outside, token, message);
      if (found === null) continue;
      // What was written so far is no customer's question: it is acknowledged, so the desk begins with a clean queue.
      await call(outside, token, "getUpdates", { offset, timeout: 0 });
      return found;
    }
    await outside.sleep(READY_EVERY_MS);
    waited += READY_EVERY_MS;
  }
  throw new Error("Nobody wrote in the group for ten minutes. Run this again when you are ready.");
}

interface TelegramMessage {
  chat: { id: number; type: string; title?: string; is_forum?: boolean };
  from?: { id: number; is_bot: boolean; first_name: string; last_name?: string };
}

async function usable(
  outside: Outside,
  token: string,
  { chat, from }: TelegramMessage,
): Promise<StaffGroup | null> {
  if (chat.type !== "supergroup" && chat.type !== "group") return null;
  const title = chat.title ?? String(chat.id);
  if (chat.is_forum !== true) {
    outside.say(`“${title}” has no topics: switch them on in the group's settings, then write /queue again.`);
    return null;
  }
  if (from === undefined || from.is_bot) {
    outside.say(
      "That was written anonymously: turn “Remain anonymous” off for yourself, then write /queue again.",
    );
    return null;
  }
  const me = Number(token.split(":")[0]);
  const member = (await call(outside, token, "getChatMember", { chat_id: chat.id, user_id: me })) as {
    status: string;
    can_manage_topics?: boolean;
  };
  if (member.status !== "administrator" || member.can_manage_topics !== true) {
    outside.say(
      `In “${title}” the bot may not manage topics yet: make it an administrator with that right, then write /queue again.`,
    );
    return null;
  }
  const name = [from.first_name, from.last_name].filter(Boolean).join(" ");
  outside.say(`Found “${title}”, and you: ${name}.`);
  return { chatId: chat.id, title, lead: { id: from.id, name } };
}

/** Puts a first configuration, unless the desk has one already. Answers what the desk is called. */
async function configured(
  outside: Outside,
  { url, adminToken, token, bot }: { url: string; adminToken: string; token: string; bot: BotProfile },
): Promise<string> {
  const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/json" };
  const current = await ready(outside, `${url}/api/v1/config`, headers);
  if (current.ok) {
    // A live desk's updates are its customers' messages: looking for a group among them would swallow them.
    outside.say("The desk has a configuration already; it stays as it is.");
    return ((await current.json()) as ConfigInput).desk.name;
  }
  if (current.status === 403) {
    const health = await outside.fetch(`${url}/healthz`);
    const { waitingFor } = (await health.json()) as { waitingFor: string[] };
    if (waitingFor.includes("config.missing"))
      throw new Error(
        "The desk has an admin key, but no configuration: put one with that key, then run this again.",
      );
    outside.say("The desk has an admin key already; its configuration stays as it is.");
    return bot.first_name;
  }
  const group = await staffGroup(outside, token, bot);
  const name = await outside.ask("What shall the desk be called? ", group.title);
  const config: ConfigInput = {
    desk: { name },
    groups: [{ id: "main", chatId: group.chatId, prefix: "SUP", leads: [group.lead.id] }],
    queues: [{ id: "general", group: "main" }],
    agents: [{ telegramId: group.lead.id, name: group.lead.name, role: "lead", groups: ["main"] }],
    routing: { defaultQueue: "general" },
  };
  const put = await outside.fetch(`${url}/api/v1/config`, {
    method: "PUT",
    headers,
    body: JSON.stringify(config),
  });
  if (!put.ok) throw new Error(`The desk refused its first configuration: ${await put.text()}`);
  return name;
}

/** Waits until the Worker answers under its new secrets. */
async function ready(outside: Outside, url: string, headers: Record<string, string>): Promise<Response> {
  let last = "";
  for (let tries = 0; tries < READY_TRIES; tries += 1) {
    const answer = await outside.fetch(url, { headers }).catch((error: unknown) => messageOf(error));
    if (typeof answer !== "string" && (answer.ok || answer.status === 404 || answer.status === 403)) {
      const body = await answer.clone().text();
      if (answer.ok || /config\.not_found|auth\.bootstrap_only/.test(body)) return answer;
      last = body;
    } else {
      last = typeof answer === "string" ? answer : `${answer.status}`;
    }
    await outside.sleep(READY_EVERY_MS);
  }
  throw new Error(`The Worker does not answer at ${url}: ${last}`);
}

async function call(
  outside: Outside,
  token: string,
  method: string,
  params: Record<string, unknown>,
): Promise<unknown> {
  const response = await outside.fetch(`${outside.telegramRoot}/bot${token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  const answer = (await response.json()) as { ok: boolean; result?: unknown; description?: string };
  if (!answer.ok) throw new Error(answer.description ?? `${method} failed`);
  return answer.result;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
