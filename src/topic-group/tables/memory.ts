/** Something that the object remembers of its tables, and can forget. */
export interface Remembers {
  forget(): void;
}

/** So many texts of statements are known by the table that they write; there are some two hundred. */
const TEXTS_KNOWN_MAX = 1_000;
const ANY_TABLE = "*";

/**
 * What the object remembers of its own rows. It is the only one that writes them, so what it has read or written stays so, as
 * long as every write is noted: one that is not made `knowing` what becomes of what is remembered forgets all of its table,
 * and a rollback forgets everything.
 */
export class Memory {
  readonly #byTable = new Map<string, Remembers[]>();
  readonly #besides: Remembers[] = [];
  /** The table that the statement which runs now writes, where its caller brings what is remembered up to date. */
  #knowing: string | null = null;
  /** Which table a statement writes, by its text; null: none. */
  readonly #written = new Map<string, string | null>();

  /** Something of one table. */
  of<R extends Remembers>(table: string, remembers: R): R {
    this.#byTable.set(table, [...(this.#byTable.get(table) ?? []), remembers]);
    return remembers;
  }

  /** Something that is kept up to date by itself, unless a transaction is rolled back. */
  beside<R extends Remembers>(remembers: R): R {
    this.#besides.push(remembers);
    return remembers;
  }

  /** Runs a write to a table. Its caller brings everything that is remembered of that table up to date, afterwards. */
  knowing<T>(table: string, write: () => T): T {
    this.#knowing = table;
    try {
      return write();
    } finally {
      this.#knowing = null;
    }
  }

  /** A statement is about to run. */
  note(text: string): void {
    let table = this.#written.get(text);
    if (table === undefined) {
      table = tableWritten(text);
      if (this.#written.size < TEXTS_KNOWN_MAX) this.#written.set(text, table);
    }
    if (table === null || table === this.#knowing) return;
    if (table === ANY_TABLE) this.forget();
    else for (const one of this.#byTable.get(table) ?? []) one.forget();
  }

  /** What is remembered is not certain any more. */
  forget(): void {
    for (const those of [...this.#byTable.values(), this.#besides]) for (const one of those) one.forget();
  }
}

function tableWritten(text: string): string | null {
  const write =
    /^\s*(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update(?:\s+or\s+\w+)?|delete\s+from)\s+["`]?(\w+)/i;
  const table = write.exec(text)?.[1];
  if (table !== undefined) return table;
  return /^\s*(?:select|pragma)\b/i.test(text) ? null : ANY_TABLE;
}

/** Rows by their key, as they were read or written; of more than `most` those that were remembered first are forgotten. */
export class Rows<K, V> implements Remembers {
  readonly #rows = new Map<K, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Undefined: it is not remembered. */
  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  keep(key: K, row: V): V {
    if (this.#rows.size >= this.#most && !this.#rows.has(key))
      this.#rows.delete(this.#rows.keys().next().value!);
    this.#rows.set(key, row);
    return row;
  }

  /** Columns of a row have changed. */
  change(key: K, change: Partial<V>): void {
    const row = this.#rows.get(key);
    if (row !== undefined) this.#rows.set(key, { ...row, ...defined(change) });
  }

  drop(key: K): void {
    this.#rows.delete(key);
  }

  forget(): void {
    this.#rows.clear();
  }
}

function defined<T extends object>(change: T): T {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as T;
}

/** The earliest of a column's instants, in ms since 1970; null: there is none. It is read when it is not known. */
export class Earliest implements Remembers {
  readonly #read: () => number | null;
  #at: number | null | undefined;

  constructor(read: () => number | null) {
    this.#read = read;
  }

  get at(): number | null {
    return this.#at === undefined ? (this.#at = this.#read()) : this.#at;
  }

  /** One of the instants has changed; `from` undefined: it is not known what it was. */
  moved(from: number | null | undefined, to: number | null): void {
    const known = this.#at;
    if (known === undefined || from === to) return;
    if (to !== null && (known === null || to <= known)) this.#at = to;
    else if (from === undefined || from === known) this.forget();
  }

  forget(): void {
    this.#at = undefined;
  }
}

/** A value that follows from a table's rows. It is read when it is not known. */
export class Value<T extends number | boolean | null> implements Remembers {
  readonly #read: () => T;
  #value: T | undefined;

  constructor(read: () => T) {
    this.#read = read;
  }

  get(): T {
    return this.#value === undefined ? (this.#value = this.#read()) : this.#value;
  }

  set(value: T): void {
    this.#value = value;
  }

  /** A write has made it `value`, or left it so, if it was that before; otherwise it is read again. */
  stays(value: T): void {
    if (this.#value !== value) this.forget();
  }

  forget(): void {
    this.#value = undefined;
  }
}

/** The keys of the few rows of which something holds, in their order; more than `most` are not remembered. */
export class Few<K extends number> implements Remembers {
  readonly #read: (limit: number) => K[];
  readonly #most: number;
  #keys: Set<K> | null = null;

  /** `read` finds the first of them. */
  constructor(most: number, read: (limit: number) => K[]) {
    this.#most = most;
    this.#read = read;
  }

  first(limit: number): K[] {
    if (this.#keys === null) {
      const found = this.#read(Math.max(limit, this.#most + 1));
      if (found.length > this.#most) return found.slice(0, limit);
      this.#keys = new Set(found);
    }
    return [...this.#keys].sort((a, b) => a - b).slice(0, limit);
  }

  /** Whether it holds of a row that was written; undefined: it is not known. */
  is(key: K, holds: boolean | undefined): void {
    if (this.#keys === null) return;
    if (holds === true) this.#keys.add(key);
    else if (holds === false) this.#keys.delete(key);
    else this.forget();
    if (this.#keys !== null && this.#keys.size > this.#most) this.forget();
  }

  forget(): void {
    this.#keys = null;
  }
}
