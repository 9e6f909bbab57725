import { and, isNotNull, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { reach } from "./reach.ts";
import { tickets } from "./schema.ts";

/** The groups with tickets that time changes by `now` (ms since 1970). Reads the rows that are due and no others. */
export async function groupsDue(d1: D1Database, now: number): Promise<string[]> {
  const rows = await reach(() =>
    drizzle(d1)
      .selectDistinct({ group: tickets.groupId })
      .from(tickets)
      .where(and(isNotNull(tickets.dueAt), lte(tickets.dueAt, now))),
  );
  return rows.map(({ group }) => group).sort();
}
