import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";
import { madeOf, ROOT } from "../made-of.ts";

/** What the product takes from its runtime, which makes no difference to what it can do. */
const RUNTIME = `
  export class DurableObject {}
  export class RpcTarget {}
  export const env = {};
  export const waitUntil = () => undefined;
`;

/** The documents of `src/contract`, each as text by its path, made by the code of this checkout, in Node. */
export async function contractDocuments(): Promise<Record<string, string>> {
  const folder = await madeOf("contract", ["src", "package.json", "package-lock.json"], async (made) => {
    await writeFile(join(made, "documents.json"), JSON.stringify(await madeDocuments(made)));
  });
  return JSON.parse(await readFile(join(folder, "documents.json"), "utf8")) as Record<string, string>;
}

async function madeDocuments(folder: string): Promise<Record<string, string>> {
  await build({
    configFile: false,
    logLevel: "error",
    root: ROOT,
    build: { ssr: "src/contract/documents.ts", outDir: folder, target: "node24", emptyOutDir: false },
    ssr: { noExternal: true },
    plugins: [
      {
        name: "no-runtime",
        enforce: "pre",
        resolveId: (id) => (id === "cloudflare:workers" ? `\0${id}` : undefined),
        load: (id) => {
          if (id === "\0cloudflare:workers") return RUNTIME;
          return id.endsWith(".sql") ? "export default '';" : undefined;
        },
      },
    ],
  });
  const { DOCUMENTS } = (await import(pathToFileURL(join(folder, "documents.js")).href)) as {
    DOCUMENTS: Record<string, string>;
  };
  return DOCUMENTS;
}
