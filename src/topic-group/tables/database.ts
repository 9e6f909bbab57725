import { drizzle, type DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { migrate } from "drizzle-orm/durable-sqlite/migrator";
import migrations from "../../../migrations/topic-group/migrations.js";
import * as schema from "./schema.ts";

/** The object's own SQLite. Every statement is synchronous; `storage.transactionSync` is the only transaction. */
export type Database = DrizzleSqliteDODatabase<typeof schema>;

export function openDatabase(storage: DurableObjectStorage): Database {
  return drizzle(storage, { schema });
}

/** Brings the tables up to date, from any older version: objects migrate one by one, when they next wake. */
export async function migrateDatabase(database: Database): Promise<void> {
  await migrate(database, migrations);
}
