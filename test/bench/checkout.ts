import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "rolldown";

export const run = promisify(execFile);
export const ROOT = resolve(import.meta.dirname, "../..");
export const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** The checkout of another commit that chapters are to measure beside this one; null: none. `npm run bench -- --before` sets it. */
export function before(): string | null {
  return process.env["TOPICDESK_BEFORE"] ?? null;
}

/** Runs the wrangler of a checkout there. */
export async function wrangler(checkout: string, ...args: string[]): Promise<void> {
  const bin = join(checkout, "node_modules/wrangler/bin/wrangler.js");
  const env = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" };
  const running = run(process.execPath, [bin, ...args], {
    cwd: checkout,
    env,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  // Nobody answers what it might ask.
  running.child.stdin?.end();
  await running;
}

/** Builds the Worker of another checkout as a deployment of it would, into `outdir`. Answers the path of its main module. */
export async function builtIn(checkout: string, outdir: string): Promise<string> {
  await wrangler(checkout, "deploy", "--dry-run", "--outdir", outdir);
  // Its migrations lie beside it as texts: one module is easier to serve.
  const file = join(outdir, "one.js");
  await build({
    input: join(outdir, "index.js"),
    platform: "browser",
    external: [/^cloudflare:/, /^node:/],
    moduleTypes: { ".sql": "text" },
    output: { file, format: "esm", codeSplitting: false },
  });
  return file;
}

/** A checkout of another commit with its packages, in a temporary folder. */
export async function checkoutOf(commit: string, remains: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "topicdesk-against-"));
  remains.defer(() => rm(folder, { recursive: true, force: true }));
  await run("git", ["clone", "--quiet", "--no-checkout", ROOT, folder]);
  await run("git", ["checkout", "--quiet", "--detach", commit], { cwd: folder });
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, maxBuffer: OUTPUT_BYTES_MAX });
  return folder;
}
