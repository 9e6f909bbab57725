import { join, relative } from "node:path";
import { build, type Plugin, type Rolldown } from "vite";

const ROOT = join(import.meta.dirname, "../..");
const ONE = "\0the-desk";
const EVERY_MODULE = "every-module-of-the-desk";
const OF_THE_DESK = "?of-the-desk";
/** As wrangler bundles a Worker. */
const CONDITIONS = ["workerd", "worker", "module", "browser"];

/**
 * The product's modules that `main` leads to, bundled as one, for runs of many files. Every file of tests has a runtime of its own,
 * which otherwise fetches and starts some six hundred modules: 7 s of CPU a file, 1.5 s with this (30 November 2026). Tests import modules by
 * their own paths all the same: behind each path then stands what the bundle has of it, so that nothing is there twice.
 *
 * A stack trace names lines of the bundle: its map would have to be fetched by each runtime, too. Run a file by itself to see the sources'.
 */
export async function oneModule(main: string): Promise<Plugin> {
  const exportsOf = await modulesOf(main);
  const paths = [...exportsOf.keys()];
  const numbers = new Map(paths.map((path, number) => [path, number]));
  const code = await bundled(paths);
  return {
    name: "one-module",
    enforce: "pre",
    async resolveId(id, importer, options) {
      // The servers that tests talk to run in Node, of modules of their own.
      if (this.environment.name === "__vitest__") return undefined;
      if (id === ONE) return id;
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      const path = found?.id.split("?")[0];
      return path !== undefined && numbers.has(path) ? `${path}${OF_THE_DESK}` : found;
    },
    load(id) {
      if (id === ONE) return { code, map: { mappings: "" } };
      if (!id.endsWith(OF_THE_DESK)) return undefined;
      const path = id.slice(0, -OF_THE_DESK.length);
      return handingOn(numbers.get(path)!, exportsOf.get(path)!);
    },
  };
}

/** A module that exports what the bundle has under a number. */
function handingOn(number: number, names: readonly string[]): string {
  const constants = names.map((name, at) => `const e${at} = m${number}[${JSON.stringify(name)}];`);
  const exported = names.map((name, at) => `e${at} as ${name}`);
  return `import { m${number} } from ${JSON.stringify(ONE)};\n${constants.join("\n")}\nexport { ${exported.join(", ")} };`;
}

/** Every module of the product's that `main` leads to, by its path, with the names that it exports. */
async function modulesOf(main: string): Promise<Map<string, string[]>> {
  const reached = (await built(join(ROOT, main), { preserveModules: true })).map(pathOf);
  const paths = reached.filter((path) => relative(ROOT, path).startsWith("src/"));
  // What nothing imports is left out of modules that are not built for themselves.
  const chunks = await built(paths, { preserveModules: true });
  return new Map(
    chunks.flatMap((chunk) =>
      paths.includes(pathOf(chunk)) ? [[pathOf(chunk), chunk.exports] as const] : [],
    ),
  );
}

function pathOf({ facadeModuleId }: Rolldown.OutputChunk): string {
  return facadeModuleId ?? "";
}

async function bundled(paths: readonly string[]): Promise<string> {
  const all = paths.map((path, number) => `export * as m${number} from ${JSON.stringify(path)};`).join("\n");
  const [chunk] = await built(EVERY_MODULE, { codeSplitting: false }, all);
  return chunk?.code ?? "";
}

async function built(
  input: string | string[],
  output: Rolldown.OutputOptions,
  everyModule = "",
): Promise<Rolldown.OutputChunk[]> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    root: ROOT,
    resolve: { conditions: CONDITIONS },
    ssr: { noExternal: true, resolve: { conditions: CONDITIONS } },
    build: {
      ssr: true,
      write: false,
      minify: false,
      target: "esnext",
      rolldownOptions: { external: [/^cloudflare:/, /^node:/], input, output },
    },
    plugins: [
      {
        name: "every-module",
        enforce: "pre",
        resolveId: (id) => (id.endsWith(EVERY_MODULE) ? `\0${EVERY_MODULE}` : undefined),
        load: (id) => (id === `\0${EVERY_MODULE}` ? everyModule : undefined),
        transform: (code, id) =>
          id.endsWith(".sql") ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined,
      },
    ],
  });
  const { output: made } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput;
  return made.filter((one) => one.type === "chunk");
}
