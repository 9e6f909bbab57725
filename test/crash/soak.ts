import { parseArgs } from "node:util";
import { Dice } from "../support/dice.ts";
import { hideLostConnections } from "../support/quiet.ts";
import { runtimeMemory } from "./memory.ts";
import { MOMENTS } from "./moments.ts";
import { Scene } from "./scene.ts";
import { judge } from "./soak-laws.ts";

/*
 * `npm run soak -- --minutes 60 --seed 7`: the desk in the real runtime, for a while. For the first third it is killed
 * again and again; then it lives on, and what it takes of memory is watched. Ends with 1 where a law is broken.
 */

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
});
const MINUTE_MS = 60_000;
const MINUTES = Number(values.minutes);
const CUSTOMERS_AT_FIRST = 4;
const CUSTOMERS_MAX = 8;
const BETWEEN_KILLS_MS = 8_000;
const SAMPLE_EVERY_MS = 5_000;
/** By how much the runtime's memory may grow from the third quarter of its last life to the fourth. */
const GROWTH_MAX = 0.1;
/** A younger runtime is still filling its caches, and says nothing about a leak. */
const JUDGED_FROM_MINUTES = 20;

hideLostConnections();
await using remains = new AsyncDisposableStack();
const scene = await Scene.open(new Dice(Number(values.seed)), remains);
const { desk, traffic, dice } = scene;
for (let people = 0; people < CUSTOMERS_AT_FIRST; people += 1) await traffic.newcomer();
for (const agent of scene.agents) traffic.agent(agent);

const begin = performance.now();
const kills = await killUntil(begin + (MINUTES * MINUTE_MS) / 3);
const samples = await watchUntil(begin + MINUTES * MINUTE_MS);
await traffic.stop();
await scene.quiet();
const verdict = await judge(scene);

const growth = memoryGrowth(samples);
if (growth > GROWTH_MAX && MINUTES >= JUDGED_FROM_MINUTES)
  verdict.broken.push(`memory has grown by ${Math.round(growth * 100)} %`);
console.log(`${MINUTES} minutes with seed ${values.seed}: ${kills} kills, ${verdict.tickets} tickets`);
console.log(
  `  customers' messages: ${verdict.said}, of which ${verdict.mirroredTwice} items stand twice in their topic`,
);
console.log(
  `  answers: ${verdict.answers}, of which ${verdict.arrived} arrived and ${verdict.told} were said not to have; notes: ${verdict.notes}`,
);
console.log(
  `  runtime, MiB by quarters of its last life: ${quarters(samples).map(middle).map(Math.round).join(", ")}`,
);
for (const line of verdict.broken.slice(0, 50)) console.log(`  ✗ ${line}`);
console.log(JSON.stringify({ minutes: MINUTES, seed: Number(values.seed), kills, ...verdict, growth }));
process.exitCode = verdict.broken.length > 0 ? 1 : 0;

async function killUntil(end: number): Promise<number> {
  let count = 0;
  while (performance.now() < end) {
    await pause(BETWEEN_KILLS_MS);
    const names = Object.keys(MOMENTS).filter(
      (name) => name !== "a topic is made" || traffic.customers.length < CUSTOMERS_MAX,
    );
    const [name] = dice.shuffled(names);
    await MOMENTS[name](scene, () => desk.strike());
    await desk.kill();
    await traffic.whileDown(() => desk.start());
    count += 1;
  }
  return count;
}

/** The runtime's memory, in MiB. */
async function watchUntil(end: number): Promise<number[]> {
  const seen: number[] = [];
  while (performance.now() < end) {
    await pause(SAMPLE_EVERY_MS);
    const memory = desk.processGroup === null ? null : await runtimeMemory(desk.processGroup);
    if (memory !== null) seen.push(memory);
  }
  return seen;
}

function quarters(list: readonly number[]): number[][] {
  const size = Math.max(1, Math.ceil(list.length / 4));
  return [0, 1, 2, 3].map((n) => list.slice(n * size, (n + 1) * size)).filter(({ length }) => length > 0);
}

function middle(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
}

function memoryGrowth(list: readonly number[]): number {
  const [, , early, late] = quarters(list).map(middle);
  return early === undefined || late === undefined ? 0 : late / early - 1;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
