import { sql, type SQL } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";

export function countRows(db: Database, table: SQLiteTable, where?: SQL): number {
  const row = db
    .select({ n: sql<number>`count(*)` })
    .from(table)
    .where(where)
    .get();
  return row?.n ?? 0;
}
