/** D1 as it is, until it is told to fail like D1 in an outage. Counts what it is asked. */
export class FlakyD1 {
  state: "well" | "failing" | "silent" = "well";
  queries = 0;
  /** What D1 has worked out already but not answered yet: set it to hold answers back. */
  held: Promise<void> = Promise.resolve();
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  database(): D1Database {
    return {
      prepare: (sql: string) => this.#statement(this.#db.prepare(sql)),
      batch: (statements: D1PreparedStatement[]) => this.#ask(() => this.#db.batch(statements.map(real))),
    } as unknown as D1Database;
  }

  #ask<T>(answer: () => Promise<T>): Promise<T> {
    this.queries += 1;
    if (this.state === "failing")
      return Promise.reject(new Error("D1_ERROR: Network connection lost: secret words"));
    if (this.state === "silent") return new Promise(() => undefined);
    const { held } = this;
    return answer().then((result) => held.then(() => result));
  }

  #statement(statement: D1PreparedStatement): D1PreparedStatement {
    const asked = {
      [REAL]: statement,
      bind: (...values: unknown[]) => this.#statement(statement.bind(...values)),
      all: () => this.#ask(() => statement.all()),
      run: () => this.#ask(() => statement.run()),
      raw: () => this.#ask(() => statement.raw()),
      first: () => this.#ask(() => statement.first()),
    };
    return asked as unknown as D1PreparedStatement;
  }
}

const REAL = Symbol("the statement itself");

function real(statement: D1PreparedStatement): D1PreparedStatement {
  return (statement as unknown as Record<symbol, D1PreparedStatement>)[REAL];
}
