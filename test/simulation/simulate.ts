import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Minimal } from "./minimise.ts";
import { MUTATIONS } from "./mutations.ts";
import { installGlobals, real } from "./runtime/globals.ts";
import { readLikeTheBundler } from "./runtime/modules.ts";
import { tryMutations } from "./try-mutations.ts";

/*
 * `npm run simulate -- --seed 7 --messages 5000`: one run for each seed that is given, `fresh` for a new one. Ends with 1
 * where a law was broken. See docs/simulation.md.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: ["fresh"] },
    messages: { type: "string" },
    groups: { type: "string", default: "3" },
    plan: { type: "string", default: "paid" },
    "until-fault": { type: "boolean", default: false },
    calm: { type: "boolean", default: false },
    minimise: { type: "string" },
    mutations: { type: "boolean", default: false },
    mutation: { type: "string", multiple: true, default: [] },
    watch: { type: "string" },
    replay: { type: "string" },
    planted: { type: "string" },
  },
});
const [firstSeed = 1, ...otherSeeds] = values.seed.map((seed) =>
  seed === "fresh" ? randomInt(1_000_000_000) : Number(seed),
);

if (values.mutations || values.mutation.length > 0) {
  const some = MUTATIONS.filter(({ name }) => values.mutation.length === 0 || values.mutation.includes(name));
  const found = await tryMutations(some, Number(values.messages ?? 200_000), firstSeed);
  process.exit(found === some.length ? 0 : 1);
}

installGlobals();
readLikeTheBundler(MUTATIONS.find(({ name }) => name === values.planted));
// Only now: what these import reads the time and asks for chance.
const { Simulation } = await import("./simulation.ts");
const { minimised } = await import("./minimise.ts");
const { reported, reportedMinimal } = await import("./report.ts");

let broken = 0;
if (values.replay !== undefined) {
  const kept = values.replay.startsWith("{") ? values.replay : readFileSync(values.replay, "utf8");
  const { acts, spells, ...options } = JSON.parse(kept) as Minimal;
  const only = { acts: new Map(acts), spells: new Map(spells) };
  const replayed = await new Simulation({ ...options, only, messages: Infinity }).run();
  real.print(reported(replayed, 1, `npm run simulate -- --replay '${values.replay}'`));
  process.exit(replayed.faults.length === 0 ? 0 : 1);
}
for (const seed of [firstSeed, ...otherSeeds]) {
  const before = process.cpuUsage();
  const options = {
    seed,
    messages: Number(values.messages ?? 2_000),
    groups: Number(values.groups),
    plan: values.plan === "free" ? ("free" as const) : ("paid" as const),
    faults: !values.calm,
    ...(values.watch === undefined ? {} : { watch: new RegExp(values.watch) }),
    untilFault: values["until-fault"] || values.minimise !== undefined,
  };
  const simulated = await new Simulation(options).run();
  broken += simulated.faults.length;
  const again = [
    `npm run simulate -- --seed ${seed} --messages ${options.messages} --groups ${options.groups}`,
    ...(options.plan === "free" ? ["--plan free"] : []),
    ...(values.calm ? ["--calm"] : []),
    ...(values.planted === undefined ? [] : [`--planted '${values.planted}'`]),
  ].join(" ");
  const { user, system } = process.cpuUsage(before);
  real.print(reported(simulated, (user + system) / 1_000, again));
  if (values.minimise !== undefined && simulated.faults.length > 0)
    real.print(reportedMinimal(await minimised(options, simulated, Number(values.minimise))));
}
process.exit(broken === 0 ? 0 : 1);
