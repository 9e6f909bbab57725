import { drizzle, type DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { migrate } from "drizzle-orm/durable-sqlite/migrator";
import migrations from "../../../migrations/topic-group/migrations.js";
import { Memory } from "./memory.ts";

/** The object's own SQLite, and what it remembers of it. Every statement is synchronous. */
export type Database = DrizzleSqliteDODatabase & {
  readonly memory: Memory;
  /** The only transaction: all that the work writes is committed, or nothing. */
  atomically<T>(work: () => T): T;
};

export function openDatabase(storage: DurableObjectStorage): Database {
  const memory = new Memory();
  const exec: SqlStorage["exec"] = (text, ...values) => {
    memory.note(text);
    return storage.sql.exec(text, ...values);
  };
  const atomically = <T>(work: () => T): T => {
    try {
      return storage.transactionSync(work);
    } catch (error) {
      memory.forget();
      throw error;
    }
  };
  // Drizzle asks for nothing else.
  const noted = { sql: { exec }, transactionSync: atomically } as unknown as DurableObjectStorage;
  return Object.assign(drizzle(noted), { memory, atomically });
}

/** Brings the tables up to date, from any older version: objects migrate one by one, when they next wake. */
export async function migrateDatabase(database: Database): Promise<void> {
  await migrate(database, migrations);
}
