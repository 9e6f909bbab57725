import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildWorker } from "../../src/setup/worker/build.ts";
import { round, type Chapter } from "./chapter.ts";

/** How big the Worker is as `wrangler deploy` would upload it. */
export async function size(remains: AsyncDisposableStack): Promise<Chapter> {
  const directory = await mkdtemp(join(tmpdir(), "topicdesk-size-"));
  remains.defer(() => rm(directory, { recursive: true, force: true }));
  const deployed = await sizeOf(await buildWorker("src/index.ts", join(directory, "deployed")));
  const plain = await sizeOf(await buildWorker("src/index.ts", join(directory, "plain"), { minify: false }));
  return {
    title: "5. Size of the Worker, in KB",
    table: [
      ["", "gzipped", "as it is"],
      ["as deployed", round(deployed.gzipped), round(deployed.whole)],
      ["not minified", round(plain.gzipped), round(plain.whole)],
    ],
    aims: [{ what: "KB as deployed, gzipped", seen: deployed.gzipped, atMost: 240 }],
    notes: [
      "src/index.ts with everything that it imports, the object's migrations included; without source maps.",
    ],
  };
}

async function sizeOf(path: string): Promise<{ whole: number; gzipped: number }> {
  const code = await readFile(path);
  return { whole: code.byteLength / 1_000, gzipped: gzipSync(code).byteLength / 1_000 };
}
