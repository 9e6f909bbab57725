import { arch, availableParallelism, cpus, platform } from "node:os";
import workerd from "workerd/package.json" with { type: "json" };
import { realNow } from "../../src/real-clock.ts";
import { accepts } from "./accepts.ts";
import { burst } from "./burst.ts";
import { inWords, isMet, type Chapter } from "./chapter.ts";
import { commands } from "./commands.ts";
import { costs } from "./costs.ts";
import { forwarding } from "./forwarding.ts";
import { growth } from "./growth.ts";
import { lists } from "./lists.ts";
import { routing } from "./routing.ts";
import { size } from "./size.ts";
import { sla } from "./sla.ts";
import { years } from "./years.ts";

/*
 * `npm run bench`: what the desk costs and how fast it is, beside the least that anything like it could cost. Names
 * of chapters may follow (`npm run bench -- accepts size`). Prints tables for people and one line of JSON.
 */

const CHAPTERS: Record<string, (remains: AsyncDisposableStack) => Promise<Chapter>> = {
  accepts,
  forwarding,
  burst,
  costs,
  growth,
  size,
  sla,
  routing,
  lists,
  commands,
  years,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in CHAPTERS));
if (unknown.length > 0)
  throw new Error(`no such chapter: ${unknown.join(", ")}; there are ${Object.keys(CHAPTERS).join(", ")}`);

const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? arch()}, ${platform()}, Node ${process.versions.node}, workerd ${workerd.version}`;
console.log(`${machine}, ${new Date(realNow()).toISOString().slice(0, 10)}\n`);

const chapters: Record<string, Chapter> = {};
for (const [name, measure] of Object.entries(CHAPTERS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await using remains = new AsyncDisposableStack();
  const begin = performance.now();
  const chapter = await measure(remains);
  chapter.notes.push(`measured in ${Math.round((performance.now() - begin) / 1_000)} s`);
  chapters[name] = chapter;
  console.log(inWords(chapter));
}
const aims = Object.values(chapters).flatMap((chapter) => chapter.aims);
console.log(`${aims.filter(isMet).length} of ${aims.length} aims are met.\n`);
console.log(JSON.stringify({ machine, chapters }));
