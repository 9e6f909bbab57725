import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOCAL_ENTRY } from "../../src/sandbox/desk/local-desk.ts";
import { contractDocuments } from "../../src/setup/api-docs/contract.ts";
import { buildWorker } from "../../src/setup/worker/build.ts";

/*
 * The deployed bundle has nothing of the sandbox in it (no door, no clock to turn, no plug to pull), and nothing
 * unused.
 */

/** Said by the local desk's clock, doors, faults and plug, and by nothing else. */
const MARKS = [
  "LOCAL_CLOCK_OFFSET_MS",
  "/sandbox/",
  "the sandbox has switched D1 off",
  "the plug was pulled",
];

interface Contract {
  paths: Record<string, Record<string, { operationId: string; summary: string }>>;
}

interface Bundle {
  code: string;
  sources: string[];
}

let folder: string;
let product: Bundle;
let local: Bundle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "topicdesk-bundle-"));
  [product, local] = await Promise.all([
    bundled("src/index.ts", join(folder, "product")),
    bundled(LOCAL_ENTRY, join(folder, "local")),
  ]);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function bundled(entry: string, outdir: string): Promise<Bundle> {
  const main = await buildWorker(entry, outdir);
  const { sources } = JSON.parse(await readFile(`${main}.map`, "utf8")) as { sources: string[] };
  return { code: await readFile(main, "utf8"), sources };
}

test("no source file of the sandbox is in the product's bundle", () => {
  expect(product.sources.some((source) => source.endsWith("src/http/app.ts"))).toBe(true);
  expect(product.sources.filter((source) => /src\/(sandbox|setup)\//.test(source))).toEqual([]);
});

test("Zod's texts in other languages stay out of it", () => {
  expect(product.sources.some((source) => source.includes("zod/v4/locales/en."))).toBe(true);
  expect(product.sources.filter((source) => /zod\/v4\/locales\/(?!en\.)/.test(source))).toEqual([]);
});

test("nothing that the sandbox says is in it either", () => {
  expect(MARKS.filter((mark) => product.code.includes(mark))).toEqual([]);
});

test("what only the contract says is not in it", async () => {
  const { paths } = JSON.parse((await contractDocuments())["/api/v1/openapi.json"]) as Contract;
  const said = Object.values(paths).flatMap((path) => Object.values(path));
  const words = said.flatMap(({ operationId, summary }) => [`"${operationId}"`, summary]);
  expect(words.length).toBeGreaterThan(100);
  expect(words.filter((word) => product.code.includes(word))).toEqual([]);
});

test("no schema is copied at the start for words that are not in it", () => {
  expect(product.code).not.toMatch(/\.(?:meta|describe)\((?:void 0)?\)/);
});

test("what libraries would do that the desk never asks them for stays out of it", () => {
  expect(product.code).not.toContain("json-schema.org");
  expect(product.sources.filter((source) => /drizzle-orm\/(?:relations|.*\/query)\./.test(source))).toEqual(
    [],
  );
});

test("the same looks find all of it in the local desk's bundle", () => {
  expect(local.sources.some((source) => source.includes("src/sandbox/desk/local-doors.ts"))).toBe(true);
  expect(MARKS.filter((mark) => !local.code.includes(mark))).toEqual([]);
});
