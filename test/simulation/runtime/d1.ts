import type { Dice } from "./dice.ts";
import type { Invocations } from "./invocations.ts";
import { asRow, Sqlite, type Row } from "./sqlite.ts";
import type { Timeline } from "./timeline.ts";

/** What becomes of one question: it may fail before it is done, or its answer may get lost. */
export interface D1Fate {
  askMs: number;
  answerMs: number;
  fails: "before" | "after" | null;
}

export type D1Weather = (chance: Dice) => D1Fate;

interface Result {
  success: true;
  results: Row[];
  meta: { changes: number; rows_read: number; rows_written: number; duration: number; last_row_id: number };
}

const FEW_MS: D1Weather = (chance) => ({
  askMs: chance.between(0.5, 6),
  answerMs: chance.between(0.5, 6),
  fails: null,
});

/** SQLite behind a network. */
export class D1 {
  readonly sqlite = new Sqlite();
  weather: D1Weather = FEW_MS;
  readonly #timeline: Timeline;
  readonly #chance: Dice;
  readonly #invocations: Invocations;

  constructor(timeline: Timeline, chance: Dice, invocations: Invocations, migrations: readonly string[]) {
    this.#timeline = timeline;
    this.#chance = chance;
    this.#invocations = invocations;
    for (const sql of migrations)
      for (const statement of sql.split("--> statement-breakpoint")) this.sqlite.run(statement);
  }

  calm(): void {
    this.weather = FEW_MS;
  }

  prepare(sql: string): Statement {
    return new Statement(this, sql, []);
  }

  batch(statements: readonly Statement[]): Promise<Result[]> {
    return this.ask(() => {
      this.sqlite.run("BEGIN");
      try {
        const results = statements.map((one) => one.now());
        this.sqlite.run("COMMIT");
        return results;
      } catch (error) {
        this.sqlite.run("ROLLBACK");
        throw error;
      }
    }, statements.length);
  }

  /** One question of so many statements. */
  async ask<T>(work: () => T, queries: number): Promise<T> {
    this.#invocations.spend(queries);
    const { askMs, answerMs, fails } = this.weather(this.#chance);
    await this.#timeline.wait(askMs);
    if (fails === "before") throw new Error("D1_ERROR: Network connection lost.");
    let answer: { value: T } | { error: unknown };
    try {
      answer = { value: work() };
    } catch (error) {
      answer = { error: new Error(`D1_ERROR: ${(error as Error).message}: SQLITE_ERROR`) };
    }
    await this.#timeline.wait(answerMs);
    if (fails === "after") throw new Error("D1_ERROR: Network connection lost.");
    if ("error" in answer) throw answer.error;
    return answer.value;
  }
}

class Statement {
  readonly #d1: D1;
  readonly #sql: string;
  readonly #bound: readonly unknown[];

  constructor(d1: D1, sql: string, bound: readonly unknown[]) {
    this.#d1 = d1;
    this.#sql = sql;
    this.#bound = bound;
  }

  bind(...values: unknown[]): Statement {
    return new Statement(this.#d1, this.#sql, values);
  }

  now(): Result {
    const { sqlite } = this.#d1;
    const meta = { changes: 0, rows_read: 0, rows_written: 0, duration: 0, last_row_id: 0 };
    if (!sqlite.isQuery(this.#sql)) {
      meta.changes = sqlite.change(this.#sql, this.#bound);
      return { success: true, results: [], meta };
    }
    const { columns, rows } = sqlite.rows(this.#sql, this.#bound);
    if (!/^\s*(SELECT|WITH)\b/i.test(this.#sql)) meta.changes = rows.length;
    return { success: true, results: rows.map((row) => asRow(columns, row)), meta };
  }

  all(): Promise<Result> {
    return this.#d1.ask(() => this.now(), 1);
  }

  run(): Promise<Result> {
    return this.all();
  }

  async first(column?: string): Promise<unknown> {
    const [row = null] = (await this.all()).results;
    return column === undefined || row === null ? row : row[column];
  }

  raw(): Promise<unknown[][]> {
    return this.#d1.ask(() => this.#d1.sqlite.rows(this.#sql, this.#bound).rows, 1);
  }
}
