import { runInDurableObject } from "cloudflare:test";
import { openDatabase } from "../../src/topic-group/tables/database.ts";
import type { Stage } from "./stage.ts";

export interface Statements {
  /** The texts of all that the objects' SQLite has run, in their order. */
  run: string[];
  /** Those that were built for it, and of these the ones that the object had built before. */
  built: string[];
  builtAgain: string[];
}

type Method = (...args: unknown[]) => unknown;

/** Counts what groups' objects ask of their SQLite, until it is disposed of. */
export async function countedStatements(
  stage: Stage,
): Promise<{ during(work: () => Promise<unknown>): Promise<Statements> } & Disposable> {
  let seen: Statements = { run: [], built: [], builtAgain: [] };
  /** By object. */
  const builtBy = new WeakMap<object, Set<string>>();
  const { sql, session } = await runInDurableObject(stage.groupStub(), (_object, { storage }) => {
    // Of the object's own modules, wherever the runner has them.
    const database = openDatabase(storage) as unknown as { session: object };
    return {
      sql: Object.getPrototypeOf(storage.sql) as { exec: Method },
      session: Object.getPrototypeOf(database.session) as { prepareQuery: Method },
    };
  });
  const { exec } = sql;
  const { prepareQuery } = session;
  sql.exec = function (...args) {
    seen.run.push(args[0] as string);
    return exec.apply(this, args);
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
      seen = { run: [], built: [], builtAgain: [] };
      await work();
      return seen;
    },
    [Symbol.dispose]() {
      sql.exec = exec;
      session.prepareQuery = prepareQuery;
    },
  };
}
