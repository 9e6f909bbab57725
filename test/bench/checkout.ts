import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);
export const ROOT = resolve(import.meta.dirname, "../..");
export const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** A checkout of another commit with its packages, in a temporary folder. */
export async function checkoutOf(commit: string, remains: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "topicdesk-against-"));
  remains.defer(() => rm(folder, { recursive: true, force: true }));
  await run("git", ["clone", "--quiet", "--no-checkout", ROOT, folder]);
  await run("git", ["checkout", "--quiet", "--detach", commit], { cwd: folder });
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, maxBuffer: OUTPUT_BYTES_MAX });
  return folder;
}
