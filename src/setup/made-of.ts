import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { realNow } from "../real-clock.ts";

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, "../..");
/** Outside of every state: all sandboxes of a checkout, tests included, use what one of them has made. */
const MADE = join(ROOT, ".wrangler/made");
/** What is built of the sources, and none of them. */
const BUILT = join(ROOT, "src/built");
/** Of each kind; a sandbox that runs may still use an older one. */
const KEPT = 4;

/**
 * A folder with something that takes long to make, by `make` if it was not made of the same sources before. Sources are
 * files and folders, named from the checkout's root.
 */
export async function madeOf(
  kind: string,
  sources: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const madeOfThese = await fingerprint(sources);
  const folder = join(MADE, `${kind}-${madeOfThese}`);
  if (await isThere(folder)) {
    const now = new Date(realNow());
    await utimes(folder, now, now);
    return folder;
  }
  // Several may make the same at once: the first one to finish gives it its name.
  const own = join(MADE, `.${kind}-${randomUUID()}`);
  await mkdir(own, { recursive: true });
  try {
    await make(own);
    // A source was saved meanwhile, so it is unclear of which sources this was made.
    if ((await fingerprint(sources)) !== madeOfThese) return await madeOf(kind, sources, make);
    await rename(own, folder);
  } catch (error) {
    if (!(await isThere(folder))) throw error;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  await forgetOld(kind);
  return folder;
}

export async function fingerprint(sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const file of await filesOf(join(ROOT, source))) {
      hash.update(`${relative(ROOT, file)}\n`).update(await readFile(file));
    }
  }
  return hash.digest("hex").slice(0, 32);
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.parentPath !== BUILT);
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function forgetOld(kind: string): Promise<void> {
  const names = (await readdir(MADE)).filter((name) => name.startsWith(`${kind}-`));
  const made = await Promise.all(
    names.map(async (name) => ({
      path: join(MADE, name),
      usedAt: (await stat(join(MADE, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
  const old = made.sort((one, other) => other.usedAt - one.usedAt).slice(KEPT);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}
