import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { round, type Chapter } from "./chapter.ts";
import { checkoutOf, OUTPUT_BYTES_MAX, ROOT, run } from "./checkout.ts";
import { median } from "./median.ts";

/*
 * `npm run bench:against -- d3fab0e accepts forwarding --rounds 3`: measures chapters of another commit and of this checkout in
 * turns, and prints how they compare. `--in PATH` takes a checkout of the other one that has its packages already.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" }, in: { type: "string" } },
});
const [ref, ...chapters] = positionals;
const rounds = Number(values.rounds);
if (ref === undefined || !Number.isInteger(rounds) || rounds < 1)
  throw new Error("usage: npm run bench:against -- COMMIT [CHAPTER…] [--rounds N] [--in CHECKOUT]");

/** Figures of one run by what they are about: cells of tables, and aims, which are ratios to a floor of the same run. */
type Figures = Map<string, number>;

async function measured(checkout: string): Promise<Figures> {
  const { stdout } = await run("npm", ["run", "-s", "bench", "--", ...chapters], {
    cwd: checkout,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  const { chapters: seen } = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
    chapters: Record<string, Chapter>;
  };
  const figures: Figures = new Map();
  for (const [name, { table, aims }] of Object.entries(seen)) {
    const [columns, ...lines] = table;
    for (const [row, ...cells] of lines)
      for (const [index, cell] of cells.entries())
        if (typeof cell === "number") figures.set(`${name}: ${row}, ${columns[index + 1]}`, cell);
    for (const aim of aims) figures.set(`${name}: ${aim.what} (aim)`, aim.seen);
  }
  return figures;
}

await using remains = new AsyncDisposableStack();
const other = values.in === undefined ? await checkoutOf(ref, remains) : resolve(values.in);
const pairs: { then: Figures; now: Figures }[] = [];
for (let turn = 0; turn < rounds; turn += 1) {
  // Who begins changes with each turn: a machine that becomes slower meanwhile favours neither.
  const first = turn % 2 === 0 ? await measured(other) : null;
  const now = await measured(ROOT);
  pairs.push({ then: first ?? (await measured(other)), now });
}

console.log(
  `${ref} and this checkout in ${rounds} turns; medians, and the median of what each turn's two compare to\n`,
);
console.log(["now : then", "then", "now", "figure"].join("\t"));
for (const name of pairs[0].now.keys()) {
  const both = pairs.flatMap(({ then, now }) => {
    const [before, after] = [then.get(name), now.get(name)];
    return before === undefined || after === undefined ? [] : [{ before, after }];
  });
  if (both.length === 0) continue;
  const ratio = median(
    both.map(({ before, after }) => (before === 0 ? (after === 0 ? 1 : Infinity) : after / before)),
  );
  const [before, after] = [median(both.map((one) => one.before)), median(both.map((one) => one.after))];
  console.log([ratio.toFixed(3), round(before), round(after), name].join("\t"));
}
