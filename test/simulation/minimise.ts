import type { ActName } from "./actors/acts.ts";
import type { SpellName } from "./faults/weather.ts";
import { Simulation, type Simulated, type SimulationOptions } from "./simulation.ts";

/** A run that breaks a law with as few acts and spells as were found. */
export interface Minimal extends Required<Pick<SimulationOptions, "seed" | "groups" | "faults" | "lastAct">> {
  law: string;
  acts: [number, ActName][];
  spells: [number, SpellName][];
  runs: number;
}

/** As it is kept in `kept/`: with the fault that has to be planted for it to break its law, if there is one. */
export interface Kept extends Omit<Minimal, "runs"> {
  planted?: string;
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
  const breaks = async (acts: Minimal["acts"], spells: Minimal["spells"]): Promise<boolean> => {
    if (runs >= runsMax) return false;
    runs += 1;
    const { faults } = await new Simulation({
      ...options,
      messages: Infinity,
      untilFault: true,
      lastAct,
      only: { acts: new Map(acts), spells: new Map(spells) },
    }).run();
    return faults[0]?.law === law;
  };
  let acts = [...found.played.acts];
  let spells = [...found.played.spells];
  if (await breaks(acts, [])) spells = [];
  spells = await fewer(spells, (some) => breaks(acts, some));
  acts = await fewer(acts, (some) => breaks(some, spells));
  return { law, seed, groups, faults: hasWeather, lastAct, acts, spells, runs };
}

/** Delta debugging: the list without the parts that it does not need. */
async function fewer<One>(all: readonly One[], isEnough: (some: One[]) => Promise<boolean>): Promise<One[]> {
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
