import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { round, type Chapter } from "./chapter.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");

/** How big the Worker is as `wrangler deploy` would upload it. */
export async function size(remains: AsyncDisposableStack): Promise<Chapter> {
  const directory = await mkdtemp(join(tmpdir(), "topicdesk-size-"));
  remains.defer(() => rm(directory, { recursive: true, force: true }));
  const deployed = await bundle(join(directory, "deployed"));
  const plain = await bundle(join(directory, "plain"), "--no-minify");
  return {
    title: "5. Size of the Worker, in KB",
    table: [
      ["", "gzipped", "as it is"],
      ["as deployed", round(deployed.gzipped), round(deployed.whole)],
      ["not minified", round(plain.gzipped), round(plain.whole)],
    ],
    aims: [{ what: "KB as deployed, gzipped", seen: deployed.gzipped, atMost: 250 }],
    notes: [
      "src/index.ts with everything that it imports, the object's migrations included; without source maps.",
      "A deployment is minified (wrangler.toml).",
    ],
  };
}

async function bundle(outdir: string, ...options: string[]): Promise<{ whole: number; gzipped: number }> {
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };
  const args = [wrangler, "deploy", "src/index.ts", "--dry-run", "--outdir", outdir, ...options];
  await run(process.execPath, args, { cwd: ROOT, env });
  const names = (await readdir(outdir)).filter((name) => /\.(js|sql)$/.test(name));
  const modules = await Promise.all(names.map((name) => readFile(join(outdir, name))));
  const kilobytes = (sizes: number[]): number => sizes.reduce((sum, bytes) => sum + bytes, 0) / 1_000;
  return {
    whole: kilobytes(modules.map((module) => module.byteLength)),
    gzipped: kilobytes(modules.map((module) => gzipSync(module).byteLength)),
  };
}
