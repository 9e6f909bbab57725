import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";

/* `npm run assets`: what `/api/docs` is made of, taken from the kept viewer, as files beside the Worker. */

const ROOT = resolve(import.meta.dirname, "../../..");
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
  const folder = join(ASSETS, "api/docs");
  await mkdir(folder, { recursive: true });
  const bring = async (name: string, content: Promise<Buffer>): Promise<void> => {
    const to = join(folder, name);
    const [wanted, there] = await Promise.all([content, readFile(to).catch(() => null)]);
    if (there === null || !wanted.equals(there)) await writeFile(to, wanted);
  };
  await Promise.all([
    bring("topicdesk-client.ts", clientInOneFile()),
    ...FILES.map((from) => bring(basename(from), readFile(from))),
  ]);
}

if (import.meta.main) await makeAssets();
