import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseEnv, styleText } from "node:util";
import type { ConfigInput } from "../domain/config/config.ts";
import { BadArgument, readArguments, USAGE } from "./host/arguments.ts";
import { choosePorts, keepPorts, keptPorts, PortNotFree, type Ports } from "./host/ports.ts";
import { AlreadyRunning, endLeftDesk, runningOn, type Running } from "./host/running.ts";
import { startSandbox } from "./host/sandbox.ts";
import { narrate } from "./narration.ts";

/*
 * `npm start`: the desk in the real runtime together with a Telegram of its own and a page to play with both, on
 * loopback, without an account, a token or a network. Everything is kept in .wrangler/, so it goes on where it stopped.
 */

const ROOT = resolve(import.meta.dirname, "../..");
const OPENING = "first-contact";
const PACE_MS = 1_400;

try {
  const { help, ports, state } = readArguments(process.argv.slice(2), process.env);
  if (help) console.log(USAGE);
  else await start(ports, resolve(state ?? join(ROOT, ".wrangler/state")));
} catch (error) {
  if (error instanceof AlreadyRunning) tellOf(error.running);
  else if (error instanceof BadArgument) fail(`${error.message} See npm start -- --help.`);
  else if (error instanceof PortNotFree) fail(error.message);
  else throw error;
}

async function start(named: Partial<Ports>, statePath: string): Promise<void> {
  const running = await runningOn(statePath);
  // Before ports are chosen: its own are no other program's.
  if (running !== null) throw new AlreadyRunning(running);
  await endLeftDesk(statePath);
  const { notes, ...ports } = await choosePorts(named, keptPorts(statePath));
  for (const note of notes) console.log(styleText("yellow", note));

  const { BOT_TOKEN, WEBHOOK_SECRET, ADMIN_TOKEN } = parseEnv(
    readFileSync(join(ROOT, ".dev.vars.example"), "utf8"),
  );
  const config = JSON.parse(
    readFileSync(join(import.meta.dirname, "desk.example.json"), "utf8"),
  ) as ConfigInput;

  console.log("Topicdesk is starting: the desk in workerd, and a Telegram of its own …");
  const sandbox = await startSandbox({
    statePath,
    port: ports.page,
    deskPort: ports.desk,
    secrets: { BOT_TOKEN: BOT_TOKEN!, WEBHOOK_SECRET: WEBHOOK_SECRET!, ADMIN_TOKEN: ADMIN_TOKEN! },
    config,
    paceMs: PACE_MS,
    opening: OPENING,
  });
  keepPorts(statePath, ports);
  const stop = async (): Promise<void> => {
    console.log("\nStopping …");
    await sandbox.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Miniflare would end the process at once, before the last second is kept.
    process.removeAllListeners(signal);
    process.once(signal, () => void stop());
  }

  if (sandbox.isNew) {
    console.log("\nA short conversation, as it happens:\n");
    const quiet = narrate(sandbox.world, sandbox.config);
    await sandbox.play(OPENING);
    quiet();
  }

  console.log(`
  ${styleText("bold", "Open")} ${styleText(["bold", "cyan"], `${sandbox.url}/`)}
  ${styleText("bold", "API")}  ${styleText("cyan", `${sandbox.deskUrl}/api/docs`)}, with the token ${ADMIN_TOKEN}
  ${styleText("bold", "Walk")} docs/api.md, after ${styleText("cyan", `export DESK=${sandbox.deskUrl}`)}

Ctrl-C stops everything; what happened stays in ${relative(process.cwd(), statePath) || "."} and goes on with the next start.`);
}

function tellOf({ url, deskUrl, pid }: Running): void {
  console.log(`Topicdesk is already running at ${url}/ (process ${pid}).`);
  if (deskUrl !== null) console.log(`Its API: export DESK=${deskUrl}`);
}

function fail(why: string): void {
  console.error(why);
  process.exitCode = 1;
}
