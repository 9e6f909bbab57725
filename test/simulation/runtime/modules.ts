import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const WORKERS = new URL("workers.ts", import.meta.url).href;

/** Lets Node read what the Worker's bundler reads: the runtime's own module, SQL as text, and JSON as it is. */
export function readLikeTheBundler(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "cloudflare:workers" ? { url: WORKERS, shortCircuit: true } : next(specifier, context),
    load: (url, context, next) => {
      if (url.endsWith(".sql")) return text(JSON.stringify(readFileSync(fileURLToPath(url), "utf8")));
      if (url.endsWith(".json") && context.importAttributes["type"] === undefined)
        return text(readFileSync(fileURLToPath(url), "utf8"));
      return next(url, context);
    },
  });
}

function text(value: string) {
  return { format: "module", source: `export default ${value};`, shortCircuit: true };
}
