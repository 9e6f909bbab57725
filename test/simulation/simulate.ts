import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { fewAtATime, playedElsewhere, toJson, type Run } from "./elsewhere.ts";
import type { Kept } from "./minimise.ts";
import { MUTATIONS } from "./mutations.ts";
import { installGlobals, real } from "./runtime/globals.ts";
import { readLikeTheBundler } from "./runtime/modules.ts";
import { tryMutations } from "./try-mutations.ts";

/*
 * `npm run simulate -- --seed 7 --messages 5000`: one run for each seed that is given, `fresh` for a new one, `1-20` for
 * several. Ends with 1 where a law was broken. See docs/simulation.md.
 */
/** A run that ends with its first fault is minimised in so many runs, unless `--minimise` says another number, or 0. */
const MINIMISE_RUNS = 60;

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: ["fresh"] },
    messages: { type: "string" },
    groups: { type: "string", default: "3" },
    plan: { type: "string", default: "paid" },
    processes: { type: "string" },
    "until-fault": { type: "boolean", default: false },
    calm: { type: "boolean", default: false },
    minimise: { type: "string" },
    mutations: { type: "boolean", default: false },
    mutation: { type: "string", multiple: true, default: [] },
    watch: { type: "string" },
    replay: { type: "string" },
    planted: { type: "string" },
    json: { type: "boolean", default: false },
    "in-workerd": { type: "boolean", default: false },
  },
});
const seeds = values.seed.flatMap((given) => {
  const [from, to = from] = given === "fresh" ? [randomInt(1_000_000_000)] : given.split("-").map(Number);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
});
/** In this process, where somebody looks on. */
const isHere = seeds.length === 1 || values.minimise !== undefined || values.watch !== undefined;
const processes = Number(values.processes ?? (isHere && !isTrying() ? 1 : availableParallelism()));
const { planted, plan } = values;

function isTrying(): boolean {
  return values.mutations || values.mutation.length > 0;
}

if (isTrying()) {
  const some = MUTATIONS.filter(({ name }) => values.mutation.length === 0 || values.mutation.includes(name));
  const messages = Number(values.messages ?? 1_000);
  process.exit((await tryMutations(some, { seeds, messages, processes, plan })) ? 0 : 1);
}

if (values["in-workerd"]) {
  const { playedInWorkerd } = await import("./in-workerd/play.ts");
  const { reportedInWorkerd } = await import("./in-workerd/report.ts");
  let isSound = true;
  for (const seed of seeds) {
    const played = await playedInWorkerd(seed, Number(values.messages ?? 1_000));
    console.log(reportedInWorkerd(seed, played));
    isSound &&= played.faults.length === 0;
  }
  process.exit(isSound ? 0 : 1);
}

const given = [
  "--messages",
  values.messages ?? "2000",
  "--groups",
  values.groups,
  ...(plan === "free" ? ["--plan", plan] : []),
  ...(values.calm ? ["--calm"] : []),
  ...(planted === undefined ? [] : ["--planted", planted]),
];
installGlobals();
readLikeTheBundler(MUTATIONS.find(({ name }) => name === planted));
// Only now: what these import reads the time and asks for chance.
const { Simulation } = await import("./simulation.ts");
const { minimised } = await import("./minimise.ts");
const { reported, reportedMinimal } = await import("./report.ts");

if (values.replay !== undefined) {
  const kept = values.replay.startsWith("{") ? values.replay : readFileSync(values.replay, "utf8");
  const { acts, spells, planted: _, ...options } = JSON.parse(kept) as Kept;
  const only = { acts: new Map(acts), spells: new Map(spells) };
  const before = process.cpuUsage();
  const simulated = await new Simulation({ ...options, only, messages: Infinity }).run();
  print([{ simulated, cpuMs: cpuMsSince(before) }]);
}
const options = {
  messages: Number(values.messages ?? 2_000),
  groups: Number(values.groups),
  plan: plan === "free" ? ("free" as const) : ("paid" as const),
  faults: !values.calm,
  ...(values.watch === undefined ? {} : { watch: new RegExp(values.watch) }),
  untilFault: values["until-fault"] || values.minimise !== undefined,
};

const minimiseRuns = Number(values.minimise ?? MINIMISE_RUNS);

const runs = await fewAtATime(processes, seeds, async (seed): Promise<Run> => {
  if (processes > 1)
    return playedElsewhere([...given, "--seed", `${seed}`, ...(options.untilFault ? ["--until-fault"] : [])]);
  const before = process.cpuUsage();
  const simulated = await new Simulation({ ...options, seed }).run();
  const run = { simulated, cpuMs: cpuMsSince(before) };
  if (options.untilFault && minimiseRuns > 0 && simulated.faults.length > 0 && !values.json)
    real.print(reportedMinimal(await minimised({ ...options, seed }, simulated, minimiseRuns), planted));
  return run;
});
print(runs);

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function print(runs: readonly Run[]): never {
  if (values.json) for (const run of runs) real.print(toJson(run));
  else real.print(reported(runs, `npm run simulate -- ${given.map(quoted).join(" ")}`));
  process.exit(runs.every(({ simulated }) => simulated.faults.length === 0) ? 0 : 1);
}

function quoted(word: string): string {
  return /^[\w-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
