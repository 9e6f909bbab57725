import { getTableColumns, sql, type Placeholder, type SQL } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";

/*
 * Building a statement costs several times what running it costs. So what a message, an answer, a command or an alarm asks is
 * built once in an object's life, when it is first asked; only what is rare (erasing, reconciliation, a new configuration) is
 * built whenever it is asked.
 */

/** A value that a statement is given each time it runs: in a condition as SQLite has it, for a column as the column's type. */
export function given<Name extends string>(name: Name): Placeholder<Name> {
  return sql.placeholder(name);
}

/** A statement that is built when it first runs. */
export function statement<S>(build: () => S): () => S {
  let built: S | undefined;
  return () => (built ??= build());
}

/** A row to insert whose columns are all given, by their names. */
export function givenRow<T extends SQLiteTable>(table: T): T["$inferInsert"] {
  return Object.fromEntries(Object.keys(getTableColumns(table)).map((name) => [name, given(name)]));
}

/** What an existing row gets of the one that was to be inserted: these columns. */
export function inserted<T extends SQLiteTable, Name extends keyof T["$inferInsert"] & string>(
  table: T,
  ...names: Name[]
): Record<Name, SQL> {
  const columns = getTableColumns(table);
  return Object.fromEntries(
    names.map((name) => [name, sql.raw(`excluded."${columns[name]!.name}"`)]),
  ) as Record<Name, SQL>;
}

/**
 * Changes columns of the rows for which `which` holds, and `also` others in always the same way. One statement for each set of
 * columns that change together: an index is written whenever its column stands in the statement.
 */
export function changing<T extends SQLiteTable>(
  db: () => Database,
  table: T,
  which: () => SQL | undefined,
  also: Readonly<Record<string, SQL>> = {},
): (where: Readonly<Record<string, unknown>>, change: Partial<T["$inferSelect"]>) => void {
  const built = new Map<string, { run(values: Record<string, unknown>): unknown }>();
  return (where, change) => {
    const values: Record<string, unknown> = { ...where };
    const set: Record<string, unknown> = { ...also };
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) continue;
      values[`new ${name}`] = value;
      set[name] = given(`new ${name}`);
    }
    const columns = Object.keys(set).join();
    let update = built.get(columns);
    if (update === undefined) {
      update = db().update(table).set(set).where(which()).prepare();
      built.set(columns, update);
    }
    update.run(values);
  };
}
