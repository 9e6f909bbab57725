import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { round, type Chapter } from "./chapter.ts";
import { before, ROOT, wrangler } from "./checkout.ts";
import { median } from "./median.ts";

const ROUNDS = 5;

interface Profile {
  nodes: { id: number; callFrame: { functionName: string } }[];
  samples: number[];
  /** In µs, from the sample before. */
  timeDeltas: number[];
}

/** What loading the Worker takes of a core, before any request. */
export async function startup(remains: AsyncDisposableStack): Promise<Chapter> {
  const directory = await mkdtemp(join(tmpdir(), "topicdesk-startup-"));
  remains.defer(() => rm(directory, { recursive: true, force: true }));
  const former = before();
  const checkouts = { "this desk": ROOT, ...(former === null ? {} : { before: former }) };
  const took = new Map(Object.keys(checkouts).map((who) => [who, [] as number[]]));
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const [who, checkout] of Object.entries(checkouts)) {
      const outfile = join(directory, `${who}.cpuprofile`);
      await wrangler(checkout, "check", "startup", "--outfile", outfile);
      took.get(who)!.push(busyMs(JSON.parse(await readFile(outfile, "utf8")) as Profile));
    }
  }
  const [now, then] = [...took.values()].map(median);
  return {
    title: "11. Startup of the Worker, in ms of a core",
    table: [
      ["", "median", "least", "most"],
      ...[...took].map(([who, ms]) => [
        who,
        round(median(ms)),
        round(Math.min(...ms)),
        round(Math.max(...ms)),
      ]),
    ],
    aims: then === undefined ? [] : [{ what: "this desk : before", seen: now / then, atMost: 0.6 }],
    notes: [`By the profile that \`wrangler check startup\` makes, ${ROUNDS} of each, in turns.`],
  };
}

/** Time that was neither idle nor outside of the Worker's code. */
function busyMs({ nodes, samples, timeDeltas }: Profile): number {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const isBusy = (id: number): boolean => !/^\((?:idle|root)\)$/.test(names.get(id) ?? "");
  const us = samples.reduce((sum, id, index) => sum + (isBusy(id) ? timeDeltas[index] : 0), 0);
  return us / 1_000;
}
