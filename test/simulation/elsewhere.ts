import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Simulated } from "./simulation.ts";

/** One run, and what it took of a core. */
export interface Run {
  simulated: Simulated;
  cpuMs: number;
}

const SIMULATE = join(import.meta.dirname, "simulate.ts");

/** Plays one run in a process of its own, by what `simulate.ts` is given. Rejects with what it said where it came to no end. */
export function playedElsewhere(given: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 256 * 1024 * 1024 };
    execFile(process.execPath, [SIMULATE, "--json", ...given], options, (error, stdout, stderr) => {
      const last = stdout.trimEnd().split("\n").at(-1) ?? "";
      if (last.startsWith("{")) resolve(fromJson(last));
      else reject(new Error(`${error?.message.split("\n")[0]} ${error?.signal ?? ""} ${stderr.slice(-500)}`));
    });
  });
}

/** Does a few at a time, and answers in the order of what was given. */
export async function fewAtATime<One, Done>(
  atATime: number,
  all: Iterable<One>,
  work: (one: One) => Promise<Done>,
): Promise<Done[]> {
  const done: Done[] = [];
  const left = [...all].entries();
  const worker = async (): Promise<void> => {
    for (const [place, one] of left) done[place] = await work(one);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return done;
}

export function toJson(run: Run): string {
  return JSON.stringify(run, (_, value: unknown) => (value instanceof Map ? { mapOf: [...value] } : value));
}

function fromJson(json: string): Run {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === "object" && value !== null && "mapOf" in value
      ? new Map(value.mapOf as [unknown, unknown][])
      : value,
  ) as Run;
}
