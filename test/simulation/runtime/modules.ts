import { readFileSync } from "node:fs";
import { enableCompileCache, registerHooks, type ResolveFnOutput } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutation } from "../mutations.ts";

const WORKERS = new URL("workers.ts", import.meta.url).href;
const WITH_EXTENSION = /^\.\.?\/.*\.(ts|js)$/;
const CACHE = join(import.meta.dirname, "../../../node_modules/.cache/simulation");
const SOURCES = new URL("../../../src/", import.meta.url).href;

/**
 * Lets Node read what the Worker's bundler reads: the runtime's own module, SQL as text, and JSON as it is. `planted` is put
 * into the desk's own code.
 */
export function readLikeTheBundler(planted?: Mutation): void {
  enableCompileCache(CACHE);
  const packages = new Map<string, ResolveFnOutput>();
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === "cloudflare:workers") return { url: WORKERS, shortCircuit: true };
      // Node would read a package.json in every folder above it first. What a module imports from its own package is one too.
      if (context.parentURL?.startsWith(SOURCES) === true && !specifier.startsWith(".")) {
        const known = packages.get(specifier) ?? next(specifier, context);
        packages.set(specifier, known);
        return { ...known, shortCircuit: true };
      }
      const [, extension] = WITH_EXTENSION.exec(specifier) ?? [];
      if (
        extension === undefined ||
        context.parentURL === undefined ||
        !context.conditions.includes("import")
      )
        return next(specifier, context);
      const format = extension === "ts" ? "module-typescript" : "module";
      return { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true };
    },
    load: (url, context, next) => {
      if (url.endsWith(".sql")) return exported(JSON.stringify(readFileSync(fileURLToPath(url), "utf8")));
      if (url.endsWith(".json") && context.importAttributes["type"] === undefined)
        return exported(readFileSync(fileURLToPath(url), "utf8"));
      const loaded = next(url, context);
      return planted !== undefined && url === `${SOURCES}${planted.file}`
        ? { ...loaded, source: mutated(textOf(loaded.source), planted) }
        : loaded;
    },
  });
}

function exported(value: string) {
  return { format: "module", source: `export default ${value};`, shortCircuit: true };
}

function mutated(source: string, { name, find, put }: Mutation): string {
  if (source.split(find).length !== 2) throw new Error(`what "${name}" replaces does not stand there once`);
  return source.replace(find, () => put);
}

function textOf(source: string | ArrayBufferView | ArrayBufferLike | undefined): string {
  return typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
}
