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

/** Brings the files beside the Worker up to date. Several may do so at once: what is right already is left alone. */
export async function makeAssets(): Promise<void> {
  const folder = join(ASSETS, "api/docs");
  await mkdir(folder, { recursive: true });
  await Promise.all(
    FILES.map(async (from) => {
      const to = join(folder, basename(from));
      const [wanted, there] = await Promise.all([readFile(from), readFile(to).catch(() => null)]);
      if (there === null || !wanted.equals(there)) await writeFile(to, wanted);
    }),
  );
}

if (import.meta.main) await makeAssets();
