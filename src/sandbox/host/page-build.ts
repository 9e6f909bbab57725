import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fingerprint, madeOf } from "../../setup/made-of.ts";

const PAGE = resolve(import.meta.dirname, "../page");
/** What the page imports of the sandbox and the desk is little, but changes. */
const SOURCES = [
  "src/sandbox/page",
  "src/sandbox/telegram",
  "src/domain",
  "src/real-clock.ts",
  "package-lock.json",
];

/** The folder with the page, built anew if its sources have changed. */
export function builtPage(): Promise<string> {
  return madeOf("page", SOURCES, buildPage);
}

/** Builds the page into a folder, unless what stands there was made of the same sources. */
export async function buildPage(outDir: string): Promise<void> {
  const marker = join(outDir, ".made-of");
  const sources = await fingerprint(SOURCES);
  if ((await readFile(marker, "utf8").catch(() => null)) === sources) return;
  const { build } = await import("vite");
  await build({
    configFile: false,
    root: PAGE,
    logLevel: "warn",
    build: { outDir, emptyOutDir: true, target: "es2022", modulePreload: false },
  });
  await writeFile(marker, sources);
}
