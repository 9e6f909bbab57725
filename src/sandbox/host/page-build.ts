import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const PAGE = resolve(import.meta.dirname, "../page");

/** Builds the page into `outDir`, unless what stands there was made of the same sources. */
export async function buildPage(outDir: string): Promise<void> {
  const made = join(outDir, ".made-of");
  const sources = await fingerprint();
  if ((await readFile(made, "utf8").catch(() => null)) === sources) return;
  const { build } = await import("vite");
  await rm(outDir, { recursive: true, force: true });
  await build({
    configFile: false,
    root: PAGE,
    logLevel: "warn",
    build: { outDir, emptyOutDir: true, target: "es2022", modulePreload: false },
  });
  await mkdir(outDir, { recursive: true });
  await writeFile(made, sources);
}

/** Of everything that the page may be made of: what it imports of the sandbox and the desk is little, but changes. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of [PAGE, resolve(PAGE, "../telegram"), resolve(ROOT, "src/domain")]) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) hash.update(file.slice(ROOT.length)).update(await readFile(file));
  }
  return hash.update(await readFile(join(ROOT, "package-lock.json"))).digest("hex");
}
