import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildPage } from "../../src/sandbox/host/page-build.ts";

const PAGE_GZIPPED_BYTES_MAX = 150_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "topicdesk-page-"));
  await buildPage(folder);
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the page is small", async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => gzipSync(await readFile(join(parentPath, name))).length),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(5_000);
  expect(total).toBeLessThan(PAGE_GZIPPED_BYTES_MAX);
});

test("it is built anew only when something in it has changed", async () => {
  const made = join(folder, "index.html");
  const before = (await stat(made)).mtimeMs;
  await buildPage(folder);
  expect((await stat(made)).mtimeMs).toBe(before);
});
