import { fewAtATime, playedElsewhere } from "./elsewhere.ts";
import type { Mutation } from "./mutations.ts";

/** So many of them have to be found. */
const FOUND_LEAST = 20;

export interface Trying {
  /** Each fault is tried with one seed after the other until a law breaks. */
  seeds: readonly number[];
  /** With each seed. */
  messages: number;
  processes: number;
  plan: string;
}

interface Found {
  law: string;
  seed: number;
  /** With all its seeds together. */
  messages: number;
  seconds: number;
}

/**
 * Plants one fault after the other and prints a table of what found them. A seed with which the desk breaks a law without
 * any of them finds nothing. Answers whether enough were found, and the desk as it is broke no law.
 */
export async function tryMutations(mutations: readonly Mutation[], trying: Trying): Promise<boolean> {
  const { seeds, messages, processes, plan } = trying;
  const play = (seed: number, planted: readonly string[]) =>
    playedElsewhere([
      "--until-fault",
      "--messages",
      `${messages}`,
      "--seed",
      `${seed}`,
      "--plan",
      plan,
      ...planted.flatMap((name) => ["--planted", name]),
    ]);
  const sound = await fewAtATime(processes, seeds, async (seed) => {
    const { simulated } = await play(seed, []);
    for (const { law, what } of simulated.faults)
      console.log(`Without any planted fault, seed ${seed}: ${law}: ${what}`);
    return simulated.faults.length === 0;
  });
  console.log(
    "| planted fault | law that found it | seed | messages | seconds |\n| --- | --- | --- | --- | --- |",
  );
  const found = await fewAtATime(processes, mutations, async ({ name }) => {
    const one = await sought(
      seeds.filter((_, place) => sound[place]),
      (seed) => play(seed, [name]),
    );
    const columns =
      one === null ? ["not found", "", "", ""] : [one.law, one.seed, one.messages, Math.round(one.seconds)];
    console.log(`| ${[name, ...columns].join(" | ")} |`);
    return one;
  });
  const enough = Math.min(FOUND_LEAST, mutations.length);
  const count = found.filter((one) => one !== null).length;
  console.log(`${count} of ${mutations.length} planted faults were found; ${enough} have to be`);
  return count >= enough && sound.every((isSound) => isSound);
}

async function sought(
  seeds: readonly number[],
  play: (seed: number) => ReturnType<typeof playedElsewhere>,
): Promise<Found | null> {
  const spent = { messages: 0, seconds: 0 };
  for (const seed of seeds) {
    const { simulated, cpuMs } = await play(seed);
    spent.messages += simulated.messages;
    spent.seconds += cpuMs / 1_000;
    const [fault] = simulated.faults;
    if (fault !== undefined) return { law: `\`${fault.law}\``, seed, ...spent };
  }
  return null;
}
