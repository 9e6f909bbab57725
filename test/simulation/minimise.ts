import { Simulation, type Simulated, type SimulationOptions } from "./simulation.ts";

/** A run that breaks a law with as few acts and spells as were found. */
export interface Minimal extends Required<Pick<SimulationOptions, "seed" | "groups" | "faults" | "lastAct">> {
  law: string;
  acts: number[];
  spells: number[];
  runs: number;
}

/**
 * Leaves out acts and spells for as long as the same law is still broken: first all that comes long before, then halves,
 * quarters and so on.
 */
export async function minimised(
  options: SimulationOptions,
  found: Simulated,
  runsMax: number,
): Promise<Minimal> {
  const { law } = found.faults[0];
  const { seed, groups = 3, faults: hasWeather = false } = options;
  const { lastAct } = found;
  let runs = 0;
  const breaks = async (acts: readonly number[], spells: readonly number[]): Promise<boolean> => {
    if (runs >= runsMax) return false;
    runs += 1;
    const { faults } = await new Simulation({
      ...options,
      messages: Infinity,
      untilFault: true,
      lastAct,
      onlyActs: new Set(acts),
      onlySpells: new Set(spells),
    }).run();
    return faults[0]?.law === law;
  };
  const numbers = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
  let acts = numbers(lastAct);
  let spells = numbers(found.lastSpell);
  if (await breaks(acts, [])) spells = [];
  spells = await fewer(spells, (some) => breaks(acts, some));
  acts = await fewer(acts, (some) => breaks(some, spells));
  return { law, seed, groups, faults: hasWeather, lastAct, acts, spells, runs };
}

/** Delta debugging: the list without the parts that it does not need. */
async function fewer(
  all: readonly number[],
  isEnough: (some: readonly number[]) => Promise<boolean>,
): Promise<number[]> {
  let kept = [...all];
  for (let size = Math.ceil(kept.length / 2); size >= 1 && kept.length > 0; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length;) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (without.length < kept.length && (await isEnough(without))) kept = without;
      else from += size;
    }
  }
  return kept;
}
