import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { realNow } from "../real-clock.ts";
import { goLive } from "./go-live.ts";
import type { WranglerRun } from "./outside.ts";

/* `npm run go-live`: the guide with a terminal, wrangler and the network. */

const ROOT = resolve(import.meta.dirname, "../..");
const OUTPUT_FILE = join(ROOT, ".wrangler/go-live-output.jsonl");

try {
  await goLive({
    say: (text) => console.log(text),
    ask,
    wrangler,
    readFile: async (name) => readFile(join(ROOT, name), "utf8").catch(whereMissing),
    writeFile: async (name, text) => {
      await mkdir(dirname(join(ROOT, name)), { recursive: true });
      await writeFile(join(ROOT, name), text);
    },
    fetch,
    telegramRoot: process.env["TELEGRAM_API_ROOT"] ?? "https://api.telegram.org",
    sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
    now: realNow,
    accountId: process.env["CLOUDFLARE_ACCOUNT_ID"] || undefined,
    rotates: process.argv.includes("--rotate"),
  });
} catch (error) {
  console.error(
    `\n${error instanceof Error ? error.message : String(error)}\n\nNothing is broken: run it again to go on.`,
  );
  process.exitCode = 1;
}

/** One at a time, so that the terminal is free while wrangler has it. */
async function ask(question: string, fallback = ""): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const gone = new Promise<never>((_, failed) => {
    terminal.once("close", () => failed(new Error("The terminal was closed.")));
  });
  try {
    const asked = terminal.question(fallback === "" ? question : `${question}[${fallback}] `);
    const answer = (await Promise.race([asked, gone])).trim();
    return answer === "" ? fallback : answer;
  } finally {
    gone.catch(() => undefined);
    terminal.close();
  }
}

async function wrangler(
  args: string[],
  { input, shown = false, account }: WranglerRun = {},
): Promise<string> {
  await mkdir(dirname(OUTPUT_FILE), { recursive: true });
  await rm(OUTPUT_FILE, { force: true });
  const printed = await run(
    args,
    { shown, ...(input === undefined ? {} : { input }) },
    {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_OUTPUT_FILE_PATH: OUTPUT_FILE,
      // What is read, and what is quoted where it fails, has no colours.
      ...(shown ? {} : { FORCE_COLOR: "0" }),
      ...(account === undefined ? {} : { CLOUDFLARE_ACCOUNT_ID: account }),
    },
  );
  return shown ? ((await readFile(OUTPUT_FILE, "utf8").catch(whereMissing)) ?? "") : printed;
}

function run(args: string[], { input, shown }: WranglerRun, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules/wrangler/bin/wrangler.js"), ...args], {
      cwd: ROOT,
      env,
      stdio: shown === true ? "inherit" : [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let [printed, complained] = ["", ""];
    child.stdout?.on("data", (text: Buffer) => (printed += String(text)));
    child.stderr?.on("data", (text: Buffer) => (complained += String(text)));
    child.once("error", failed);
    child.once("close", (code) =>
      code === 0
        ? done(printed)
        : failed(new Error(`wrangler ${args.join(" ")} failed:\n${complained}${printed}`)),
    );
    child.stdin?.end(input);
  });
}

function whereMissing(error: NodeJS.ErrnoException): null {
  if (error.code !== "ENOENT") throw error;
  return null;
}
