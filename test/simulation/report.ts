import { ACTS } from "./actors/acts.ts";
import { ALL } from "./coverage.ts";
import { SPELLS } from "./faults/weather.ts";
import type { Minimal } from "./minimise.ts";
import type { Simulated } from "./simulation.ts";

const FAULTS_SHOWN = 20;
const INVOCATIONS_SHOWN = 8;

/** What was played and what was found, for people; `again` is the command that repeats it, `cpuMs` what it took of a core. */
export function reported(simulated: Simulated, cpuMs: number, again: string): string {
  const { seed, messages, faults, happened, simulatedMs, trace } = simulated;
  const seconds = cpuMs / 1_000;
  return [
    `seed ${seed}: ${messages} messages in ${(simulatedMs / 86_400_000).toFixed(1)} days of its own, ${happened} happenings, trace ${trace}`,
    `${seconds.toFixed(1)} s of a core, ${Math.round(messages / seconds)} messages in one`,
    section("Acts", simulated.acts, Object.keys(ACTS)),
    section("Spells", simulated.spells, Object.keys(SPELLS)),
    section("Struck", simulated.struck, []),
    section("Arrivals", simulated.arrivals, ALL.arrivals),
    section("Events of tickets", simulated.events, ALL.events),
    section("Kinds of work", simulated.works, ALL.works),
    section("Outcomes of calls", simulated.outcomes, []),
    section("Calls that Telegram got, and updates that the desk got", simulated.calls, []),
    "The most that one invocation did:",
    ...[...simulated.invocations]
      .sort(([, one], [, other]) => other.subrequests - one.subrequests)
      .slice(0, INVOCATIONS_SHOWN)
      .map(
        ([what, { subrequests, queries }]) =>
          `  ${what}: ${subrequests} subrequests, ${queries} statements of D1`,
      ),
    section("Logged", simulated.logged, []),
    `Laws broken: ${faults.length}`,
    ...faults
      .slice(0, FAULTS_SHOWN)
      .map(({ law, what, at }) => `  ${law} at ${new Date(at).toISOString()}: ${what}`),
    ...(faults.length > 0
      ? [`To see it again:\n  ${again}`, `With as few acts as break it:\n  ${again} --minimise 200`]
      : []),
  ].join("\n");
}

/** How often each, and what never was. */
function section(name: string, counts: ReadonlyMap<string, number>, all: readonly string[]): string {
  const lines = [...counts].sort(([, one], [, other]) => other - one).map(([what, n]) => `  ${n} ${what}`);
  const never = all.filter((what) => !counts.has(what));
  return [`${name}:`, ...lines, ...(never.length > 0 ? [`  never: ${never.join(", ")}`] : [])].join("\n");
}

/** A minimised run, as it is played again. */
export function reportedMinimal({ runs, ...kept }: Minimal): string {
  const { acts, spells } = kept;
  return `Minimised in ${runs} runs to ${acts.length} acts and ${spells.length} spells. To play it again:\n  npm run simulate -- --replay '${JSON.stringify(kept)}'`;
}
