import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Mutation } from "./mutations.ts";

const SIMULATE = join(import.meta.dirname, "simulate.ts");

/** Plants one fault after the other, each in a process of its own, and says what found it. Answers how many were found. */
export async function tryMutations(
  mutations: readonly Mutation[],
  messages: number,
  seed: number,
): Promise<number> {
  let found = 0;
  for (const { name } of mutations) {
    const said = await simulated(["--planted", name, "--messages", `${messages}`, "--seed", `${seed}`]);
    const [, law] = /^Laws broken: [1-9]\d*\n {2}(.*)/m.exec(said) ?? [];
    const [, after] = /^seed \d+: (\d+) messages/m.exec(said) ?? [];
    if (law !== undefined) found += 1;
    const what =
      law === undefined ? (after === undefined ? said.slice(-300) : "NOT FOUND") : law.slice(0, 200);
    console.log(`${name}\n  ${what}, after ${after} messages`);
  }
  console.log(`${found} of ${mutations.length} planted faults were found (seed ${seed})`);
  return found;
}

function simulated(given: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [SIMULATE, "--until-fault", ...given],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve(stdout === "" ? `${error?.message} ${stderr}` : stdout),
    );
  });
}
