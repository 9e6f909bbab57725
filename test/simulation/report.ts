import { ACTS } from "./actors/acts.ts";
import type { Counts } from "./counts.ts";
import { ALL } from "./coverage.ts";
import type { Run } from "./elsewhere.ts";
import { SPELLS } from "./faults/weather.ts";
import type { Kept, Minimal } from "./minimise.ts";
import type { Spent } from "./runtime/invocations.ts";
import type { Simulated } from "./simulation.ts";

const FAULTS_SHOWN = 20;
const INVOCATIONS_SHOWN = 8;

/** What was played and what was found, for people; `again` is the command that repeats one of them, but for its seed. */
export function reported(runs: readonly Run[], again: string): string {
  const all = runs.map(({ simulated }) => simulated);
  const sum = (name: CountsOf): Counts => summed(all.map((one) => one[name]));
  const faults = all.flatMap(({ seed, faults: found }) => found.map((fault) => ({ seed, ...fault })));
  const [first] = faults;
  return [
    ...runs.map(
      ({ simulated: { seed, messages, simulatedMs, happened, trace }, cpuMs }) =>
        `seed ${seed}: ${messages} messages in ${(simulatedMs / 86_400_000).toFixed(1)} days of its own, ${happened} happenings, trace ${trace}, ${(cpuMs / 1_000).toFixed(1)} s of a core`,
    ),
    rateOf(runs),
    section("Acts", sum("acts"), Object.keys(ACTS)),
    section("Spells", sum("spells"), Object.keys(SPELLS)),
    section("Struck", sum("struck"), []),
    section("Arrivals", sum("arrivals"), ALL.arrivals),
    section("Events of tickets", sum("events"), ALL.events),
    section("Kinds of work", sum("works"), ALL.works),
    section("Outcomes of calls", sum("outcomes"), []),
    section("Calls that Telegram got, and updates that the desk got", sum("calls"), []),
    "The most that one invocation did:",
    ...mostOf(all),
    section("Logged", sum("logged"), []),
    `Laws broken: ${faults.length}`,
    ...faults
      .slice(0, FAULTS_SHOWN)
      .map(({ seed, law, what, at }) => `  ${law} at ${new Date(at).toISOString()} (seed ${seed}): ${what}`),
    ...(first === undefined
      ? []
      : [
          `To see it again:\n  ${again} --seed ${first.seed}`,
          `With as few acts as break it:\n  ${again} --seed ${first.seed} --minimise 200`,
        ]),
  ].join("\n");
}

type CountsOf =
  | "acts"
  | "spells"
  | "struck"
  | "arrivals"
  | "events"
  | "works"
  | "outcomes"
  | "calls"
  | "logged";

function rateOf(runs: readonly Run[]): string {
  const seconds = runs.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1_000;
  const messages = runs.reduce((sum, { simulated }) => sum + simulated.messages, 0);
  return `${messages} messages, ${Math.round(messages / seconds)} for each second of a core`;
}

function summed(all: readonly Counts[]): Counts {
  const sum: Counts = new Map();
  for (const [what, n] of all.flatMap((counts) => [...counts])) sum.set(what, (sum.get(what) ?? 0) + n);
  return sum;
}

function mostOf(all: readonly Simulated[]): string[] {
  const most = new Map<string, Spent>();
  for (const [what, spent] of all.flatMap(({ invocations }) => [...invocations]))
    if (spent.subrequests > (most.get(what)?.subrequests ?? 0)) most.set(what, spent);
  return [...most]
    .sort(([, one], [, other]) => other.subrequests - one.subrequests)
    .slice(0, INVOCATIONS_SHOWN)
    .map(
      ([what, { requests, subrequests, queries }]) =>
        `  ${what}: ${subrequests} subrequests, ${requests} of them to others, ${queries} statements of D1`,
    );
}

/** How often each, and what never was. */
function section(name: string, counts: ReadonlyMap<string, number>, all: readonly string[]): string {
  const lines = [...counts].sort(([, one], [, other]) => other - one).map(([what, n]) => `  ${n} ${what}`);
  const never = all.filter((what) => !counts.has(what));
  return [`${name}:`, ...lines, ...(never.length > 0 ? [`  never: ${never.join(", ")}`] : [])].join("\n");
}

/** A minimised run, as it is played again and kept. */
export function reportedMinimal({ runs, ...minimal }: Minimal, planted: string | undefined): string {
  const { acts, spells } = minimal;
  const kept: Kept = { ...(planted === undefined ? {} : { planted }), ...minimal };
  return [
    `Minimised in ${runs} runs to ${acts.length} acts and ${spells.length} spells. To keep it, as test/simulation/kept/NAME.json:`,
    `  ${JSON.stringify(kept)}`,
    `To play it again:\n  npm run simulate -- --replay test/simulation/kept/NAME.json`,
  ].join("\n");
}
