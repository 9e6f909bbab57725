import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs, parseEnv } from "node:util";
import { configFile, type Order } from "./config-file.ts";

/* `npm run config`: the desk's configuration as a file. */

const ROOT = resolve(import.meta.dirname, "../../..");
const FILE = "desk.jsonc";
const USAGE = `npm run config pull  [file]   writes the desk's configuration into a file, or brings what others changed into it
npm run config check [file]   says what is wrong with it and what would change, and changes nothing
npm run config push  [file]   shows what changes, asks, and puts it in force

  file                    ${FILE} by default: JSON with comments
  --desk https://…        or DESK: the desk's address; by default the one of npm start
  --token …               or ADMIN_TOKEN: the admin token, or a key with config:read and config:write
  --note "why"            push: kept with the version
  --reassign group:a=b    check, push: where the work of what is taken out goes; several with commas between
  --yes                   push: ask nobody
  --overwrite             pull: throw away what was changed in the file

Options stand behind --: npm run config push -- --note "why".`;

/** The command of the command line, or what is wrong with it. */
async function ordered(): Promise<Order | string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      desk: { type: "string" },
      token: { type: "string" },
      note: { type: "string" },
      reassign: { type: "string" },
      yes: { type: "boolean" },
      overwrite: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const [command, file = FILE, ...more] = positionals;
  if (values.help === true || more.length > 0 || !isCommand(command)) return USAGE;
  const named = values.desk ?? process.env["DESK"];
  const url = (named ?? (await sandboxUrl())).replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]+$/.test(url))
    return `${url} is no desk's address, such as https://desk.example.com.`;
  const token =
    values.token ?? (process.env["ADMIN_TOKEN"] || (isLoopback(url) ? await sandboxToken() : undefined));
  if (token === undefined)
    return "Set ADMIN_TOKEN to the desk's admin token or a key of it, or give it with --token.";
  const { note, reassign, yes = false, overwrite = false } = values;
  return { command, file, desk: { url, token }, note, reassign, yes, overwrite };
}

function isCommand(word: string | undefined): word is Order["command"] {
  return word === "pull" || word === "check" || word === "push";
}

/** Where the desk of `npm start` is, which knows the token that stands in the repository. */
async function sandboxUrl(): Promise<string> {
  const lock = await textOf(join(ROOT, ".wrangler/state/running.json"));
  const { deskUrl = null } = lock === null ? {} : (JSON.parse(lock) as { deskUrl?: string | null });
  return deskUrl ?? "http://127.0.0.1:8787";
}

async function sandboxToken(): Promise<string | undefined> {
  return parseEnv((await textOf(join(ROOT, ".dev.vars.example"))) ?? "")["ADMIN_TOKEN"];
}

function isLoopback(url: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return null;
  });
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

try {
  const order = await ordered();
  if (typeof order === "string") {
    console.error(order);
    process.exitCode = 2;
  } else {
    process.exitCode = await configFile(
      {
        say: (text) => console.log(text),
        ask: process.stdin.isTTY && process.stdout.isTTY ? ask : null,
        readFile: textOf,
        writeFile: async (name, text) => writeFile(name, text),
        fetch,
      },
      order,
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
