import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Stores, Tables } from "../invariants/agreement.ts";

/** The tables that a workerd keeps in files, read while it lives. */
export class StoredTables implements Stores {
  readonly #folder: string;

  constructor(statePath: string) {
    this.#folder = join(statePath, "v3");
  }

  readonly groups = {
    hosts: new Map<string, { name: string; sqlite: Tables }>(),
    host: (name: string): { sqlite: Tables } => {
      this.look();
      const host = this.groups.hosts.get(name);
      if (host === undefined) throw new Error(`there is no object of the group ${name}`);
      return host;
    },
  };

  get d1(): { sqlite: Tables } {
    const [file] = databasesIn(join(this.#folder, "d1/miniflare-D1DatabaseObject"));
    return { sqlite: { rows: (sql, bound) => rowsOf(file, sql, bound) } };
  }

  /** Objects come with their group's first message. */
  look(): void {
    for (const file of databasesIn(join(this.#folder, "do/-TopicGroup"))) {
      const [[name] = []] = rowsOf(file, "SELECT value FROM facts WHERE key = 'group'", []).rows;
      if (name === undefined) continue;
      const group = JSON.parse(name as string) as string;
      const rows: Tables["rows"] = (sql, bound) => rowsOf(file, sql, bound);
      this.groups.hosts.set(group, { name: group, sqlite: { rows } });
    }
  }
}

function databasesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) =>
    /^[0-9a-f]{64}\.sqlite$/.test(name) ? [join(folder, name)] : [],
  );
}

/** A connection each time: the runtime that writes these may be killed in between. */
function rowsOf(file: string, sql: string, bound: readonly unknown[]): ReturnType<Tables["rows"]> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const statement = database.prepare(sql);
    const columns = statement.columns().map(({ name }) => name);
    statement.setReturnArrays(true);
    return { columns, rows: statement.all(...(bound as SQLInputValue[])) as unknown as unknown[][] };
  } finally {
    database.close();
  }
}
