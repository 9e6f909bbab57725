import { arch, availableParallelism, cpus, platform } from "node:os";
import { parseArgs } from "node:util";
import workerd from "workerd/package.json" with { type: "json" };
import { realNow } from "../../src/real-clock.ts";
import { accepts } from "./accepts.ts";
import { burst } from "./burst.ts";
import { asked, inWords, isMet, type Chapter } from "./chapter.ts";
import { checkoutOf } from "./checkout.ts";
import { commands } from "./commands.ts";
import { costs } from "./costs.ts";
import { forwarding } from "./forwarding.ts";
import { growth } from "./growth.ts";
import { life } from "./life.ts";
import { lists } from "./lists.ts";
import { routing } from "./routing.ts";
import { size } from "./size.ts";
import { sla } from "./sla.ts";
import { startup } from "./startup.ts";
import { years } from "./years.ts";

/*
 * `npm run bench`: what the desk costs and how fast it is, beside the least that anything like it could cost. Names
 * of chapters may follow (`npm run bench -- accepts size`). `--before d3fab0e` measures that commit's Worker beside this one, in turns,
 * where a chapter can; `--in PATH` names a checkout of it that has its packages. Prints tables for people, every aim as met or
 * missed, and one line of JSON.
 */

const CHAPTERS: Record<string, (remains: AsyncDisposableStack) => Promise<Chapter>> = {
  accepts,
  forwarding,
  burst,
  costs,
  life,
  growth,
  size,
  sla,
  routing,
  lists,
  commands,
  startup,
  years,
};

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { before: { type: "string" }, in: { type: "string" } },
});
const unknown = wanted.filter((name) => !(name in CHAPTERS));
if (unknown.length > 0)
  throw new Error(`no such chapter: ${unknown.join(", ")}; there are ${Object.keys(CHAPTERS).join(", ")}`);

const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? arch()}, ${platform()}, Node ${process.versions.node}, workerd ${workerd.version}`;
console.log(`${machine}, ${new Date(realNow()).toISOString().slice(0, 10)}\n`);

await using checkouts = new AsyncDisposableStack();
if (values.before !== undefined)
  process.env["TOPICDESK_BEFORE"] = values.in ?? (await checkoutOf(values.before, checkouts));

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
for (const [name, chapter] of Object.entries(chapters))
  for (const aim of chapter.aims)
    console.log(`${isMet(aim) ? "met   " : "missed"}  ${name}: ${aim.what}: ${asked(aim)}`);
console.log(`${aims.filter(isMet).length} of ${aims.length} aims are met.\n`);
console.log(JSON.stringify({ machine, chapters }));
