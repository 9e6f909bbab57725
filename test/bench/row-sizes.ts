import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

/*
 * `node test/bench/row-sizes.ts`: what a row of each table takes, with its share of the indexes and of the full text
 * search. Rows as a desk has left them (test/cases/states), each many times over, in a database with today's schema.
 */

type Row = Record<string, SQLInputValue>;

const COPIES = 20_000;
/** The copies' own numbers, apart from those that a desk gives. */
const FIRST = 8_000_000_000;

const state = JSON.parse(readFileSync("test/cases/states/d3fab0e.json", "utf8")) as {
  objects: Record<string, { rows: Record<string, Row[]> }>;
  record: Record<string, Row[]>;
};

interface Table {
  name: string;
  type: string;
  pk: number;
}

function sizes(migrations: string, rowsOf: Record<string, Row[]>): [table: string, bytes: number][] {
  return Object.entries(rowsOf).flatMap(([table, samples]) => {
    if (samples.length === 0 || table.startsWith("__")) return [];
    const db = new DatabaseSync(":memory:");
    for (const file of readdirSync(migrations)
      .filter((name) => name.endsWith(".sql"))
      .toSorted())
      db.exec(readFileSync(`${migrations}/${file}`, "utf8"));
    const columns = db
      .prepare(`SELECT name, type, pk FROM pragma_table_info('${table}')`)
      .all() as unknown as Table[];
    const unique = uniqueColumns(db, table, columns);
    const before = bytesOf(db);
    db.exec("BEGIN");
    for (let n = 0; n < COPIES; n += 1) {
      const sample = samples[n % samples.length];
      const given = columns.filter(({ name }) => name in sample);
      const values = given.map(({ name, type }): SQLInputValue => {
        const value = sample[name];
        if (!unique.has(name) || value === null) return value;
        return type.toUpperCase() === "INTEGER" ? FIRST + n : `${value as string}${n}`;
      });
      db.prepare(
        `INSERT INTO "${table}" (${given.map(({ name }) => `"${name}"`).join(", ")}) VALUES (${given.map(() => "?").join(", ")})`,
      ).run(...values);
    }
    db.exec("COMMIT");
    const bytes = (bytesOf(db) - before) / COPIES;
    db.close();
    return [[table, Math.round(bytes)]];
  });
}

/** Of a key of several columns one is enough to tell rows apart, but each copy has a ticket of its own. */
function uniqueColumns(db: DatabaseSync, table: string, columns: readonly Table[]): Set<string> {
  const keys = columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
  const indexes = db
    .prepare(
      `SELECT i.name FROM pragma_index_list('${table}') AS l, pragma_index_info(l.name) AS i WHERE l."unique" = 1`,
    )
    .all() as unknown as { name: string | null }[];
  const all = [...keys, ...indexes.flatMap(({ name }) => name ?? [])];
  return new Set(all.filter((name) => name !== "n" && name !== "chat"));
}

function bytesOf(db: DatabaseSync): number {
  const { pages } = db.prepare("SELECT page_count AS pages FROM pragma_page_count").get() as {
    pages: number;
  };
  const { size } = db.prepare("SELECT page_size AS size FROM pragma_page_size").get() as { size: number };
  return pages * size;
}

const objects: Record<string, Row[]> = {};
for (const { rows } of Object.values(state.objects))
  for (const [table, of] of Object.entries(rows)) (objects[table] ??= []).push(...of);

for (const [title, rows] of [
  ["the group's object", sizes("migrations/topic-group", objects)],
  ["the record", sizes("migrations/record", state.record)],
] as const) {
  console.log(`\n${title}, bytes a row`);
  for (const [table, bytes] of rows) console.log(`  ${table.padEnd(20)} ${String(bytes).padStart(6)}`);
}
