import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { parseEnv, styleText } from "node:util";
import type { ConfigInput } from "../domain/config.ts";
import { startLocalDesk } from "./desk/local-desk.ts";
import { narrate } from "./narration.ts";
import { firstContact } from "./scenarios/first-contact.ts";
import { setStage } from "./scenarios/stage.ts";
import { SandboxTelegram } from "./telegram/client.ts";
import type { HostedWorld, WorldSnapshot } from "./telegram/hosted-world.ts";
import { startTelegramSandbox } from "./telegram/server.ts";

/*
 * `npm start`: the desk in the real runtime together with a Telegram of its own, on loopback, without an account, a
 * token or a network. Everything is kept in .wrangler/, so it goes on where it stopped.
 */

const ROOT = resolve(import.meta.dirname, "../..");
const STATE = join(ROOT, ".wrangler/state");
const TELEGRAM_STATE = join(STATE, "telegram.json");
const SAVE_EVERY_MS = 1_000;
const PAUSE_MS = 1_200;

const { BOT_TOKEN, WEBHOOK_SECRET, ADMIN_TOKEN } = parseEnv(
  readFileSync(join(ROOT, ".dev.vars.example"), "utf8"),
);
const secrets = { BOT_TOKEN: BOT_TOKEN!, WEBHOOK_SECRET: WEBHOOK_SECRET!, ADMIN_TOKEN: ADMIN_TOKEN! };
const exampleDesk = JSON.parse(
  readFileSync(join(import.meta.dirname, "desk.example.json"), "utf8"),
) as ConfigInput;

console.log(
  `${styleText("bold", "Topicdesk")} is starting: the desk in workerd, and a Telegram of its own …`,
);
const sandbox = await startTelegramSandbox({ port: await portOr(8788), bot: { token: secrets.BOT_TOKEN } });
const world = sandbox.world();
restore(world);
const desk = await startLocalDesk({
  statePath: STATE,
  port: await portOr(8787),
  telegramRoot: sandbox.url,
  secrets,
});
const saving = setInterval(save, SAVE_EVERY_MS);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());

const telegram = new SandboxTelegram(`${sandbox.url}/control`);
const config = await seededConfig();
const stage = await setStage(telegram, config, PAUSE_MS);
await setWebhook();

console.log(`\nA short conversation, as it happens:\n`);
const quiet = narrate(world, config);
const { customer, ref } = await firstContact(stage);
quiet();
console.log(guide(customer.id, ref));

/** The desk's configuration; on the first start it is the example desk's. */
async function seededConfig(): Promise<ConfigInput> {
  const url = `${desk.url}/api/v1/config`;
  const headers = { authorization: `Bearer ${secrets.ADMIN_TOKEN}`, "content-type": "application/json" };
  const stored = await fetch(url, { headers });
  if (stored.ok) return (await stored.json()) as ConfigInput;
  const seeded = await fetch(url, { method: "PUT", headers, body: JSON.stringify(exampleDesk) });
  if (!seeded.ok) throw new Error(`the example desk was refused: ${await seeded.text()}`);
  return exampleDesk;
}

async function setWebhook(): Promise<void> {
  const allowed = [
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "chat_member",
  ];
  const answer = await fetch(`${sandbox.url}/bot${secrets.BOT_TOKEN}/setWebhook`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      url: `${desk.url}/telegram/webhook`,
      secret_token: secrets.WEBHOOK_SECRET,
      allowed_updates: allowed,
    }),
  });
  if (!answer.ok) throw new Error(`setWebhook: ${await answer.text()}`);
}

function guide(customerId: number, lastRef: string): string {
  const control = `${sandbox.url}/control`;
  const group = config.groups[0]!.chatId;
  const agent = config.agents?.[1]?.telegramId ?? config.agents?.[0]?.telegramId;
  const post = (path: string, body: unknown): string =>
    `curl -s ${control}/${path} --json '${JSON.stringify(body)}'`;
  return `
${styleText("bold", "The desk is up.")} ${lastRef} is its latest ticket. Talk to it:

  a customer writes    ${post("write", { userId: customerId, text: "One more question" })}
  what they read       ${post("messages", { chatId: customerId })}
  the group's topics   ${post("topics", { chatId: group })}
  an agent answers     ${post("write", { userId: agent, chatId: group, threadId: "<topic id>", text: "Yes?" }).replace('"<topic id>"', "<topic id>")}
  the tickets          curl -s ${desk.url}/api/v1/tickets -H 'authorization: Bearer ${secrets.ADMIN_TOKEN}'
  the configuration    curl -s ${desk.url}/api/v1/config -H 'authorization: Bearer ${secrets.ADMIN_TOKEN}'

Ctrl-C stops everything; what happened stays in .wrangler/ and goes on with the next start.`;
}

function restore(into: HostedWorld): void {
  try {
    into.restore(JSON.parse(readFileSync(TELEGRAM_STATE, "utf8")) as WorldSnapshot);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function save(): void {
  mkdirSync(STATE, { recursive: true });
  // Never half a file, whenever the plug is pulled.
  writeFileSync(`${TELEGRAM_STATE}.new`, JSON.stringify(world.snapshot()));
  renameSync(`${TELEGRAM_STATE}.new`, TELEGRAM_STATE);
}

async function stop(): Promise<void> {
  console.log("\nStopping …");
  clearInterval(saving);
  save();
  await desk.close();
  await sandbox.close();
  process.exit(0);
}

/** The port, or any other if somebody has it. */
function portOr(wanted: number): Promise<number> {
  return new Promise((found) => {
    const probe = createServer();
    probe.once("error", () => found(0));
    probe.listen(wanted, "127.0.0.1", () => probe.close(() => found(wanted)));
  });
}
