import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Kept } from "./minimise.ts";
import { MUTATIONS } from "./mutations.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A process of its own: the simulation takes real time and real chance out of the one that it runs in. */
async function simulated(...given: string[]): Promise<string> {
  const run = promisify(execFile)(process.execPath, [join(ROOT, "test/simulation/simulate.ts"), ...given], {
    cwd: ROOT,
    maxBuffer: 16 * 1024 * 1024,
  });
  // With laws broken it ends with 1, and says which.
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; message: string }) => error.stdout || error.message,
  );
}

/** `SIMULATION_SEED=7` tries that one again; by default every run tries another. */
const FRESH = Number(process.env["SIMULATION_SEED"] ?? randomInt(1_000_000_000));

test.each([1, 2, FRESH])(
  "a desk under attack breaks no law, by seed %i",
  { timeout: 240_000 },
  async (seed) => {
    const said = await simulated("--messages", "100", "--seed", `${seed}`);
    // The report ends with what was broken, and with the commands that repeat and minimise it.
    expect(said.slice(said.search(/^Laws broken/m))).toBe("Laws broken: 0\n");
  },
);

test("one seed makes one run", { timeout: 240_000 }, async () => {
  const said = await simulated("--messages", "60", "--seed", "3", "--seed", "3", "--processes", "1");
  const traces = [...said.matchAll(/trace (\w+)/g)].map(([, trace]) => trace);
  expect(traces).toHaveLength(2);
  expect(traces[0]).toBe(traces[1]);
});

const KEPT = readdirSync(join(import.meta.dirname, "kept")).map((file) => {
  const path = join(import.meta.dirname, "kept", file);
  return { file, path, ...(JSON.parse(readFileSync(path, "utf8")) as Kept) };
});

test.each(KEPT)(
  "$file breaks no law, and finds the fault that it was kept for",
  { timeout: 240_000 },
  async ({ path, planted, law }) => {
    const broken = async (...given: string[]): Promise<string> => {
      const said = await simulated("--replay", path, ...given);
      return said.slice(said.search(/^Laws broken/m)).split("\nTo see it")[0];
    };
    expect(await broken()).toBe("Laws broken: 0\n");
    if (planted !== undefined)
      expect(await broken("--planted", planted)).toMatch(new RegExp(`^  ${law} at`, "m"));
  },
);

test.each(MUTATIONS)("a fault can still be planted: $name", ({ file, find }) => {
  const source = readFileSync(join(ROOT, "src", file), "utf8");
  expect(source.split(find), `${file} has changed: mutations.ts follows it`).toHaveLength(2);
});
