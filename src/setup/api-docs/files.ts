import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { ROOT } from "../made-of.ts";
import { contractDocuments } from "./contract.ts";

/*
 * `npm run assets`: what lies beside the Worker, as files: the contract, made by the product's own code, and what `/api/docs` is
 * made of, taken from the kept viewer.
 */

const VIEWER = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** Where `wrangler.toml` looks for what lies beside the Worker. */
export const ASSETS = join(ROOT, "dist/assets");

const FILES = [
  join(VIEWER, "swagger-ui-bundle.js"),
  join(VIEWER, "swagger-ui-bundle.js.LICENSE.txt"),
  join(VIEWER, "swagger-ui.css"),
  join(VIEWER, "LICENSE"),
  join(VIEWER, "NOTICE"),
  join(import.meta.dirname, "start.js"),
  join(import.meta.dirname, "theme.css"),
];

/** The typed client, for projects that want one file of it: the types of the contract behind what uses them. */
export async function clientInOneFile(): Promise<Buffer> {
  const [client, contract] = await Promise.all(
    ["topicdesk.ts", "contract.ts"].map((name) => readFile(join(ROOT, "src/client", name), "utf8")),
  );
  const own = client!
    .split("\n")
    .filter(
      (line) =>
        !/^(?:import type .* from "\.\/contract\.js"|export type \{ Operations, Schemas \}|\/\/ Types only)/.test(
          line,
        ),
    );
  return Buffer.from(
    `// The Topicdesk API for programs in TypeScript: it needs nothing but fetch. MIT License.\n${own.join("\n")}\n${contract}`,
  );
}

/** Brings the files beside the Worker up to date. Several may do so at once: what is right already is left alone. */
export async function makeAssets(): Promise<void> {
  const documents = await contractDocuments();
  await Promise.all([
    bring("/api/docs/topicdesk-client.ts", clientInOneFile()),
    ...FILES.map((from) => bring(`/api/docs/${basename(from)}`, readFile(from))),
    ...Object.entries(documents).map(([path, text]) => bring(path, Buffer.from(text))),
  ]);
}

async function bring(path: string, content: Buffer | Promise<Buffer>): Promise<void> {
  const to = join(ASSETS, path);
  await mkdir(dirname(to), { recursive: true });
  const [wanted, there] = await Promise.all([content, readFile(to).catch(() => null)]);
  if (there === null || !wanted.equals(there)) await writeFile(to, wanted);
}

if (import.meta.main) await makeAssets();
