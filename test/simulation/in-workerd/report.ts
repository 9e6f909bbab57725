import { ACTS } from "../actors/acts.ts";
import type { PlayedInWorkerd } from "./play.ts";

/** What was played and what was found, for people. */
export function reportedInWorkerd(
  seed: number,
  { messages, acts, spells, kills, faults, realSeconds }: PlayedInWorkerd,
): string {
  const inWords = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([what, n]) => `${n} × ${what}`)
      .join(", ");
  const never = Object.keys(ACTS).filter((name) => !acts.has(name));
  return [
    `seed ${seed} in workerd: ${messages} messages in ${Math.round(realSeconds)} s; the runtime was killed ${kills} times`,
    `Acts: ${inWords(acts)}${never.length > 0 ? `; never: ${never.join(", ")}` : ""}`,
    `Spells: ${inWords(spells)}`,
    `Laws broken: ${faults.length}`,
    ...faults.map(({ law, what, at }) => `  ${law} at ${new Date(at).toISOString()}: ${what}`),
  ].join("\n");
}
