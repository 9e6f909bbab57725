import { basename, join } from "node:path";
import { build, type OutputOptions, type Plugin } from "rolldown";
import { parseSync, type ESTree } from "rolldown/utils";
import { ROOT } from "../made-of.ts";

/*
 * `npm run worker`: the Worker as one module, with its source map. wrangler, which uploads it as it is, calls this before it deploys,
 * checks the start or makes types. The desks of tests, benchmarks and the sandbox are built in the same way.
 */

/** Where `wrangler.toml` looks for the Worker. */
const OUTDIR = "src/built";

/**
 * Modules of libraries that the desk never calls, but that what it calls imports: Zod's conversion to JSON Schema, and Drizzle's relational
 * queries. What they export is `undefined` in the Worker.
 */
const LEFT_OUT =
  /\/node_modules\/(?:zod\/v4\/core\/(?:json-schema-processors|to-json-schema)|drizzle-orm\/(?:relations|sqlite-core\/query-builders\/query))\.js$/;

/** Builds the Worker that begins at `entry`, a path from the checkout's root. Answers the path of its module. */
export async function buildWorker(
  entry: string,
  outdir: string,
  { minify = true }: Pick<OutputOptions, "minify"> = {},
): Promise<string> {
  const file = builtModule(entry, outdir);
  await build({
    input: join(ROOT, entry),
    cwd: ROOT,
    platform: "browser",
    resolve: { conditionNames: ["workerd", "worker", "browser", "import"] },
    external: [/^cloudflare:/, /^node:/],
    moduleTypes: { ".sql": "text" },
    transform: { target: "es2024", define: { "process.env.NODE_ENV": '"production"' } },
    plugins: [withoutUncalledModules, withoutDocs],
    output: { file, format: "esm", codeSplitting: false, comments: false, sourcemap: true, minify },
  });
  return file;
}

/** Where `buildWorker` puts the module of `entry`. */
export function builtModule(entry: string, outdir: string): string {
  return join(outdir, basename(entry).replace(/\.ts$/, ".js"));
}

const withoutUncalledModules: Plugin = {
  name: "without-uncalled-modules",
  transform: {
    filter: { id: LEFT_OUT },
    handler(code, id) {
      const exported = parseSync(id, code).module.staticExports.flatMap(({ entries }) => entries);
      const names = exported.map(({ exportName }) => exportName.name);
      return { code: `export let ${names.join(", ")};`, map: { mappings: "" } };
    },
  },
};

/**
 * `.meta(forDocs(…))` and `.describe(forDocs(…))` become blanks: without its words such a call would only copy a schema at the
 * start of the Worker. Blanks leave every other character where it is for the source map.
 */
const withoutDocs: Plugin = {
  name: "without-docs",
  transform: {
    filter: { id: /\.ts$/, code: /\.(?:meta|describe)\(\s*forDocs\(/ },
    handler(code, id) {
      let rest = code;
      const visit = (node: unknown): void => {
        if (typeof node !== "object" || node === null) return;
        const end = endOfSchema(node as ESTree.Node);
        if (end !== null) {
          const call = node as ESTree.Node;
          rest = rest.slice(0, end) + code.slice(end, call.end).replace(/\S/g, " ") + rest.slice(call.end);
        }
        Object.values(node).forEach(visit);
      };
      visit(parseSync(id, code).program);
      return { code: rest, map: null };
    },
  },
};

/** Where the schema ends that the call describes for documents; null: the node is no such call. */
function endOfSchema(node: ESTree.Node): number | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object, property } = node.callee;
  const [given] = node.arguments;
  const describes = property.type === "Identifier" && ["meta", "describe"].includes(property.name);
  const forDocs =
    given?.type === "CallExpression" && given.callee.type === "Identifier" && given.callee.name === "forDocs";
  return describes && forDocs ? object.end : null;
}

if (import.meta.main) await buildWorker("src/index.ts", join(ROOT, OUTDIR));
