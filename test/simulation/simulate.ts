import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { installGlobals, real } from "./runtime/globals.ts";
import { readLikeTheBundler } from "./runtime/modules.ts";

/*
 * `npm run simulate -- --seed 7 --messages 5000`: one run for each seed that is given, `fresh` for a new one. Ends with 1
 * where a law was broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: ["fresh"] },
    messages: { type: "string", default: "2000" },
    groups: { type: "string", default: "3" },
    "until-fault": { type: "boolean", default: false },
    calm: { type: "boolean", default: false },
  },
});
const seeds = values.seed.map((seed) => (seed === "fresh" ? randomInt(1_000_000_000) : Number(seed)));
installGlobals();
readLikeTheBundler();
// Only now: what these import reads the time and asks for chance.
const { Simulation } = await import("./simulation.ts");
const { reported } = await import("./report.ts");

let broken = 0;
for (const seed of seeds) {
  const startedAt = real.now();
  const simulated = await new Simulation({
    seed,
    messages: Number(values.messages),
    groups: Number(values.groups),
    faults: !values.calm,
    untilFault: values["until-fault"],
  }).run();
  broken += simulated.faults.length;
  real.print(reported(simulated, real.now() - startedAt));
}
process.exit(broken === 0 ? 0 : 1);
