import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** Durable Objects and D1 refuse a statement with more. */
const PARAMETERS_MAX = 100;
const SQL_BYTES_MAX = 100_000;

export type Row = Record<string, unknown>;

interface Prepared {
  statement: StatementSync;
  columns: string[];
  /** Asks whether it answers rows. */
  isQuery: boolean;
}

/** A real SQLite in memory, with the limits of the platform's. */
export class Sqlite {
  #db = inMemory();
  readonly #prepared = new Map<string, Prepared>();

  /** Rows as arrays in the order of the columns. */
  rows(sql: string, bound: readonly unknown[]): { columns: string[]; rows: unknown[][] } {
    const { statement, columns, isQuery } = this.#statement(sql);
    const values = boundValues(bound);
    if (isQuery) return { columns, rows: statement.all(...values) as unknown as unknown[][] };
    statement.run(...values);
    return { columns, rows: [] };
  }

  /** How many rows it changed. */
  change(sql: string, bound: readonly unknown[]): number {
    return Number(this.#statement(sql).statement.run(...boundValues(bound)).changes);
  }

  isQuery(sql: string): boolean {
    return this.#statement(sql).isQuery;
  }

  /** Statements without parameters, one or several. */
  run(sql: string): void {
    this.#db.exec(sql);
  }

  /** A function for its statements. */
  gives(name: string, value: () => number): void {
    this.#db.function(name, value);
  }

  /** As it is now, to be brought back. */
  kept(): Uint8Array {
    return this.#db.serialize();
  }

  bringBack(kept: Uint8Array): void {
    // A new one: Node crashes now and then where statements were prepared before their database was replaced.
    this.#prepared.clear();
    this.#db = inMemory();
    this.#db.deserialize(kept);
  }

  #statement(sql: string): Prepared {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      if (sql.length > SQL_BYTES_MAX) throw new Error("statement too long: SQLITE_TOOBIG");
      const statement = this.#db.prepare(sql);
      const columns = statement.columns().map(({ name }) => name);
      statement.setReturnArrays(true);
      prepared = { statement, columns, isQuery: columns.length > 0 };
      this.#prepared.set(sql, prepared);
    }
    return prepared;
  }
}

function inMemory(): DatabaseSync {
  return new DatabaseSync(":memory:");
}

function boundValues(bound: readonly unknown[]): SQLInputValue[] {
  if (bound.length > PARAMETERS_MAX) throw new Error("too many SQL variables: SQLITE_ERROR");
  return bound.map((value) => {
    if (typeof value === "boolean") return value ? 1 : 0;
    if (value === undefined) throw new TypeError("undefined cannot be bound");
    return value as SQLInputValue;
  });
}

export function asRow(columns: readonly string[], values: readonly unknown[]): Row {
  const row: Row = {};
  for (let at = 0; at < columns.length; at += 1) row[columns[at]] = values[at];
  return row;
}
