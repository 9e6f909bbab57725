import { sql, type SQL, type SQLWrapper } from "drizzle-orm";

/**
 * The condition that a column is one of some values, by one bound parameter however many they are: D1 binds at most
 * 100 in a statement.
 */
export function isAmong(column: SQLWrapper, values: readonly (string | number)[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}
