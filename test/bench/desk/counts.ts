/** What the platform bills, and reads, which it bills as well but hardly. From the runtime's own counters. */
export interface Counts {
  /** Calls and alarms that woke the object. */
  objectRequests: number;
  /** Rows, indexes included; an alarm that is set is one of them. */
  objectWrites: number;
  objectReads: number;
  alarmsSet: number;
  recordWrites: number;
  recordReads: number;
  statements: number;
  /** Rows, read and written, of the transaction that had the most: everything else waits as long as one lasts. */
  largestStep: number;
}

const NOTHING: Counts = {
  objectRequests: 0,
  objectWrites: 0,
  objectReads: 0,
  alarmsSet: 0,
  recordWrites: 0,
  recordReads: 0,
  statements: 0,
  largestStep: 0,
};

/** Lives in the isolate, beside the desk. */
class Counter {
  #counts: Counts = { ...NOTHING };
  /** A cursor knows its rows only once it is read to its end. */
  #cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  /** Where the cursors of the transaction that goes on begin. */
  #stepFrom: number | null = null;
  /** Changes with everything that is counted. */
  moves = 0;

  add(what: Partial<Counts>): void {
    this.moves += 1;
    for (const [key, number] of Object.entries(what)) this.#counts[key as keyof Counts] += number;
  }

  watch(cursor: SqlStorageCursor<Record<string, SqlStorageValue>>): void {
    this.moves += 1;
    this.#counts.statements += 1;
    this.#cursors.push(cursor);
  }

  /** Everything in it is one step. */
  step<T>(work: () => T): T {
    if (this.#stepFrom !== null) return work();
    this.#stepFrom = this.#cursors.length;
    try {
      return work();
    } finally {
      const rows = this.#cursors
        .slice(this.#stepFrom)
        .reduce((sum, cursor) => sum + cursor.rowsRead + cursor.rowsWritten, 0);
      this.#counts.largestStep = Math.max(this.#counts.largestStep, rows);
      this.#stepFrom = null;
    }
  }

  zero(): void {
    this.#counts = { ...NOTHING };
    this.#cursors = [];
  }

  read(): Counts {
    const counts = { ...this.#counts };
    for (const cursor of this.#cursors) {
      counts.objectWrites += cursor.rowsWritten;
      counts.objectReads += cursor.rowsRead;
      counts.largestStep = Math.max(counts.largestStep, cursor.rowsRead + cursor.rowsWritten);
    }
    return counts;
  }
}

export const counter = new Counter();

/** The object's storage with every statement and every alarm counted. */
export function counted(ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx;
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  sql.exec = <T extends Record<string, SqlStorageValue>>(query: string, ...values: unknown[]) => {
    const cursor = exec<T>(query, ...values);
    counter.watch(cursor);
    return cursor;
  };
  const transactionSync = storage.transactionSync.bind(storage);
  storage.transactionSync = <T>(work: () => T) => counter.step(() => transactionSync(work));
  const setAlarm = storage.setAlarm.bind(storage);
  storage.setAlarm = (at, options) => {
    counter.add({ alarmsSet: 1, objectWrites: 1 });
    return setAlarm(at, options);
  };
  return ctx;
}

const databases = new WeakMap<D1Database, D1Database>();

/** D1 with every statement counted; the same one for the same database, because caches hang on it. */
export function countedDatabase(db: D1Database): D1Database {
  let database = databases.get(db);
  if (database === undefined) databases.set(db, (database = counting(db)));
  return database;
}

function counting(db: D1Database): D1Database {
  const real = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const batch = async <T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> => {
    const results = await db.batch<T>(statements.map((statement) => real.get(statement) ?? statement));
    for (const { meta } of results)
      counter.add({ recordWrites: meta.rows_written, recordReads: meta.rows_read });
    return results;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    // Only a batch tells the rows whatever the form of the answer.
    const one = async (): Promise<D1Result<Record<string, unknown>>> =>
      (await batch<Record<string, unknown>>([statement]))[0];
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: one,
      all: one,
      raw: async () => (await one()).results.map((row) => Object.values(row)),
      first: async () => (await one()).results[0] ?? null,
    } as unknown as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  return { prepare: (query: string) => wrap(db.prepare(query)), batch } as unknown as D1Database;
}
