import { resolve } from "node:path";
import { madeOf } from "../made-of.ts";

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
  return madeOf("page", SOURCES, async (outDir) => {
    const { build } = await import("vite");
    await build({
      configFile: false,
      root: PAGE,
      logLevel: "warn",
      build: { outDir, emptyOutDir: true, target: "es2022", modulePreload: false },
    });
  });
}
