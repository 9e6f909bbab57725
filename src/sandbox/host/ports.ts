import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import * as z from "zod";

/** Where the page and the desk are, on 127.0.0.1. */
export interface Ports {
  page: number;
  desk: number;
}

export interface ChosenPorts extends Ports {
  /** Where something is elsewhere than it was wanted, and why. */
  notes: string[];
}

/** A port named on the command line that is taken. */
export class PortNotFree extends Error {}

const DEFAULT_PORTS: Ports = { page: 8788, desk: 8787 };
/** How many are tried beside the ones that are taken before any will do. */
const NEIGHBOURS = 20;
const LOOK_TIMEOUT_MS = 500;
const TROUBLES = {
  ours: "is in use already",
  taken: "is taken by another program",
  forbidden: "may not be opened without special rights",
  blocked: "is a port that browsers open no page at",
} as const;
const WHAT = { page: "the page", desk: "the desk" } as const;

const Kept = z.object({ page: z.int().min(1).max(65_535), desk: z.int().min(1).max(65_535) });

/** The ones of the last start, so that addresses that people keep go on working. */
export function keptPorts(statePath: string): Ports | null {
  try {
    return Kept.safeParse(JSON.parse(readFileSync(path(statePath), "utf8"))).data ?? null;
  } catch {
    // No file yet, or a damaged one: the default ports are used.
    return null;
  }
}

export function keepPorts(statePath: string, { page, desk }: Ports): void {
  mkdirSync(statePath, { recursive: true });
  writeFileSync(path(statePath), JSON.stringify({ page, desk }));
}

function path(statePath: string): string {
  return join(statePath, "ports.json");
}

/**
 * Those that were named, or else those of the last start, or else the usual ones; another one where such a port is taken.
 * With a page that was named, the desk is one below, as it usually is. Throws PortNotFree for one that was named.
 */
export async function choosePorts(named: Partial<Ports>, kept: Ports | null): Promise<ChosenPorts> {
  const usual = kept ?? DEFAULT_PORTS;
  const wanted: Ports = {
    page: named.page ?? usual.page,
    desk: named.desk ?? (named.page === undefined ? usual.desk : named.page - 1),
  };
  const notes: string[] = [];
  const chosen: Partial<Ports> = {};
  for (const what of ["page", "desk"] as const) {
    const others = Object.values({ ...named, ...chosen, [what]: undefined });
    const trouble = others.includes(wanted[what]) ? "ours" : await troubleWith(wanted[what]);
    if (trouble === null) {
      chosen[what] = wanted[what];
      continue;
    }
    const why = `${wanted[what]} ${TROUBLES[trouble]}, so ${WHAT[what]}`;
    if (named[what] !== undefined)
      throw new PortNotFree(`${why} cannot be there. Name another port, or none.`);
    chosen[what] = await another(what, others);
    notes.push(`${why} is at http://127.0.0.1:${chosen[what]}.`);
  }
  return { page: chosen.page!, desk: chosen.desk!, notes };
}

/** One that is free, near the usual one if possible: easy to remember. */
async function another(what: keyof Ports, others: readonly (number | undefined)[]): Promise<number> {
  const { page, desk } = DEFAULT_PORTS;
  const above = Array.from({ length: NEIGHBOURS }, (_, index) => Math.max(page, desk) + 1 + index);
  for (const port of [DEFAULT_PORTS[what], ...above]) {
    if (!others.includes(port) && (await troubleWith(port)) === null) return port;
  }
  for (;;) {
    const port = await anyFreePort();
    if (!others.includes(port)) return port;
  }
}

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function troubleWith(port: number): Promise<keyof typeof TROUBLES | null> {
  if (port < 1) return "forbidden";
  const code = await codeOfListening(port);
  if (code === null) return (await isBlocked(port)) ? "blocked" : null;
  return code === "EACCES" ? "forbidden" : "taken";
}

/** Null: it may be listened at. */
function codeOfListening(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", ({ code = "" }: NodeJS.ErrnoException) => resolve(code));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(null)));
  });
}

/** `fetch` refuses the same ports as browsers do, before it opens any. */
async function isBlocked(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, {
      method: "HEAD",
      signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
    });
    return false;
  } catch (error) {
    return ((error as Error).cause as Error | undefined)?.message === "bad port";
  }
}
