import { runInDurableObject } from "cloudflare:test";
import { openDatabase } from "../../src/topic-group/tables/database.ts";
import type { Stage } from "./stage.ts";

export interface Statements {
  /** The texts of all that the objects' SQLite has run, in their order. */
  run: string[];
  /** Those that were built for it, and of these the ones that the object had built before. */
  built: string[];
  builtAgain: string[];
  /** Rows that they have written, indexes included, as the platform bills them: an alarm that is set is one, too. */
  rows: number;
}

type Method = (...args: unknown[]) => unknown;

/** Counts what groups' objects ask of their SQLite, until it is disposed of. */
export async function countedStatements(
  stage: Stage,
): Promise<{ during(work: () => Promise<unknown>): Promise<Statements> } & Disposable> {
  const nothing = (): Omit<Statements, "rows"> => ({ run: [], built: [], builtAgain: [] });
  let seen = nothing();
  /** A cursor knows its rows only once it is read to its end. */
  let cursors: { rowsWritten: number }[] = [];
  let alarms = 0;
  /** By object. */
  const builtBy = new WeakMap<object, Set<string>>();
  const { alarm, sql, session } = await runInDurableObject(stage.groupStub(), (_object, { storage }) => {
    // Of the object's own modules, wherever the runner has them.
    const database = openDatabase(storage) as unknown as { session: object };
    return {
      alarm: Object.getPrototypeOf(storage) as { setAlarm: Method },
      sql: Object.getPrototypeOf(storage.sql) as { exec: Method },
      session: Object.getPrototypeOf(database.session) as { prepareQuery: Method },
    };
  });
  const { setAlarm } = alarm;
  const { exec } = sql;
  const { prepareQuery } = session;
  sql.exec = function (...args) {
    seen.run.push(args[0] as string);
    const cursor = exec.apply(this, args) as { rowsWritten: number };
    cursors.push(cursor);
    return cursor;
  };
  alarm.setAlarm = function (...args) {
    alarms += 1;
    return setAlarm.apply(this, args);
  };
  session.prepareQuery = function (this: object, ...args) {
    const known = builtBy.get(this) ?? new Set();
    const { sql: text } = args[0] as { sql: string };
    seen.built.push(text);
    if (known.has(text)) seen.builtAgain.push(text);
    builtBy.set(this, known.add(text));
    return prepareQuery.apply(this, args);
  };
  return {
    async during(work) {
      seen = nothing();
      cursors = [];
      alarms = 0;
      await work();
      return { ...seen, rows: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, alarms) };
    },
    [Symbol.dispose]() {
      alarm.setAlarm = setAlarm;
      sql.exec = exec;
      session.prepareQuery = prepareQuery;
    },
  };
}
