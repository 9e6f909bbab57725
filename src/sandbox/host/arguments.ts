import { parseArgs } from "node:util";
import type { Ports } from "./ports.ts";

/** An argument or a variable that makes no sense. */
export class BadArgument extends Error {}

export const USAGE = `npm start -- [--port N] [--desk-port N] [--state FOLDER]

  --port N       the page is at http://127.0.0.1:N (PORT=N says the same), and the desk's API one below
  --desk-port N  the desk's API is at http://127.0.0.1:N instead (DESK_PORT=N)
  --state FOLDER what happens is kept there instead of in .wrangler/state
  --help         these lines

Without them both are where they were the last time, at first at 8788 and 8787, or at other ports if those are taken.`;

const PORT_MAX = 65_535;

/** The command line of the sandbox. Throws BadArgument. */
export function readArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { help: boolean; state: string | undefined; ports: Partial<Ports> } {
  const given = parsed(argv);
  const page = portOf("--port", given.port) ?? portOf("PORT", env["PORT"]);
  const desk = portOf("--desk-port", given["desk-port"]) ?? portOf("DESK_PORT", env["DESK_PORT"]);
  if (page !== undefined && page === desk) {
    throw new BadArgument(`The page and the desk cannot both be at ${page}.`);
  }
  return {
    help: given.help ?? false,
    state: given.state,
    ports: { ...(page === undefined ? {} : { page }), ...(desk === undefined ? {} : { desk }) },
  };
}

function parsed(argv: readonly string[]) {
  try {
    const options = {
      port: { type: "string" },
      "desk-port": { type: "string" },
      state: { type: "string" },
      help: { type: "boolean", short: "h" },
    } as const;
    return parseArgs({ args: [...argv], options, allowPositionals: false }).values;
  } catch (error) {
    throw new BadArgument((error as Error).message.split(". To specify")[0]!.replace(/\.?$/, "."));
  }
}

function portOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined || (value === "" && !name.startsWith("--"))) return undefined;
  const port = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!(port >= 1 && port <= PORT_MAX)) {
    throw new BadArgument(`${name} must be a number from 1 to ${PORT_MAX}, not "${value}".`);
  }
  return port;
}
