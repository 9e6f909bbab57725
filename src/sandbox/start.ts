import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { parseEnv, styleText } from "node:util";
import type { ConfigInput } from "../domain/config.ts";
import { startSandbox } from "./host/sandbox.ts";
import { narrate } from "./narration.ts";

/*
 * `npm start`: the desk in the real runtime together with a Telegram of its own and a page to play with both, on
 * loopback, without an account, a token or a network. Everything is kept in .wrangler/, so it goes on where it stopped.
 */

const ROOT = resolve(import.meta.dirname, "../..");
const PORT = 8788;
const DESK_PORT = 8787;
const PACE_MS = 1_400;

const { BOT_TOKEN, WEBHOOK_SECRET, ADMIN_TOKEN } = parseEnv(
  readFileSync(join(ROOT, ".dev.vars.example"), "utf8"),
);
const config = JSON.parse(
  readFileSync(join(import.meta.dirname, "desk.example.json"), "utf8"),
) as ConfigInput;

console.log("Topicdesk is starting: the desk in workerd, and a Telegram of its own …");
const sandbox = await startSandbox({
  statePath: join(ROOT, ".wrangler/state"),
  port: await portOr(PORT),
  deskPort: await portOr(DESK_PORT),
  secrets: { BOT_TOKEN: BOT_TOKEN!, WEBHOOK_SECRET: WEBHOOK_SECRET!, ADMIN_TOKEN: ADMIN_TOKEN! },
  config,
  paceMs: PACE_MS,
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Miniflare would end the process at once, before the last second is kept.
  process.removeAllListeners(signal);
  process.once(signal, () => void stop());
}

if (sandbox.isNew) {
  console.log("\nA short conversation, as it happens:\n");
  const quiet = narrate(sandbox.world, sandbox.config);
  await sandbox.play("first-contact");
  quiet();
}

console.log(`
  ${styleText("bold", "Open")} ${styleText(["bold", "cyan"], `${sandbox.url}/`)}
  ${styleText("bold", "API")}  ${styleText("cyan", `${sandbox.deskUrl}/api/docs`)}, with the token ${ADMIN_TOKEN}

Ctrl-C stops everything; what happened stays in .wrangler/ and goes on with the next start.`);

async function stop(): Promise<void> {
  console.log("\nStopping …");
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
