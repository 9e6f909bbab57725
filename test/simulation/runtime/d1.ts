import type { Dice } from "./dice.ts";
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

/** D1 as the desk sees it. */
abstract class Binding {
  abstract readonly sqlite: Sqlite;
  abstract ask<T>(work: () => T, queries: number): Promise<T>;

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
}

/** The database as one invocation of the Worker has it: its questions are counted. */
class OfInvocation extends Binding {
  readonly sqlite: Sqlite;
  readonly #d1: D1;
  readonly #spend: (queries: number) => void;

  constructor(d1: D1, spend: (queries: number) => void) {
    super();
    this.sqlite = d1.sqlite;
    this.#d1 = d1;
    this.#spend = spend;
  }

  async ask<T>(work: () => T, queries: number): Promise<T> {
    this.#spend(queries);
    return this.#d1.ask(work);
  }
}

/** SQLite behind a network. */
export class D1 extends Binding {
  readonly sqlite = new Sqlite();
  weather: D1Weather = FEW_MS;
  asked = 0;
  readonly #timeline: Timeline;
  readonly #chance: Dice;

  constructor(timeline: Timeline, chance: Dice, migrations: readonly string[]) {
    super();
    this.#timeline = timeline;
    this.#chance = chance;
    for (const sql of migrations)
      for (const statement of sql.split("--> statement-breakpoint")) this.sqlite.run(statement);
  }

  calm(): void {
    this.weather = FEW_MS;
  }

  /** `spend` is told of each question, and of how many statements; it throws where that is too many. */
  within(spend: (queries: number) => void): Binding {
    return new OfInvocation(this, spend);
  }

  async ask<T>(work: () => T): Promise<T> {
    this.asked += 1;
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
  readonly #d1: Binding;
  readonly #sql: string;
  readonly #bound: readonly unknown[];

  constructor(d1: Binding, sql: string, bound: readonly unknown[]) {
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
