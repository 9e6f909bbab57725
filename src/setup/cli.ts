import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { goLive } from "./go-live.ts";

/* `npm run go-live`: the guide with a terminal, wrangler and the network. */

const ROOT = resolve(import.meta.dirname, "../..");
const terminal = createInterface({ input: process.stdin, output: process.stdout });

try {
  await goLive({
    say: (text) => console.log(text),
    ask: async (question, fallback = "") => {
      const answer = await terminal.question(fallback === "" ? question : `${question}[${fallback}] `);
      return answer.trim() === "" ? fallback : answer.trim();
    },
    wrangler,
    readFile: (name) => readFile(join(ROOT, name), "utf8"),
    writeFile: (name, text) => writeFile(join(ROOT, name), text),
    fetch,
    telegramRoot: process.env["TELEGRAM_API_ROOT"] ?? "https://api.telegram.org",
    sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
  });
} catch (error) {
  console.error(
    `\n${error instanceof Error ? error.message : String(error)}\n\nNothing is broken: run it again to go on.`,
  );
  process.exitCode = 1;
} finally {
  terminal.close();
}

function wrangler(args: string[], input?: string): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules/wrangler/bin/wrangler.js"), ...args], {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
      stdio: [input === undefined ? "inherit" : "pipe", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream!.on("data", (text: Buffer) => (printed += String(text)));
    child.once("error", failed);
    child.once("close", (code) =>
      code === 0 ? done(printed) : failed(new Error(`wrangler ${args.join(" ")} failed:\n${printed}`)),
    );
    child.stdin?.end(input);
  });
}
