import { sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { INDEXED_AT_ONCE_MAX, MERGED_PAGES_AT_ONCE_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { ticketDocs } from "./schema.ts";

/** Not among the tables of `schema.ts`: drizzle-kit would make an ordinary one of it. */
const ticketSearch = sqliteTable("ticket_search", {
  rowid: integer(),
  subject: text(),
  tags: text(),
  notes: text(),
});

/**
 * Brings the full text index up to date with tickets whose notes have changed, at most `INDEXED_AT_ONCE_MAX` of them; to
 * be written in one transaction. Triggers keep all the rest of it: see `migrations/record/0004_search.sql`.
 */
export function indexing(db: DrizzleD1Database): [BatchItem<"sqlite">, ...BatchItem<"sqlite">[]] {
  return [
    db.delete(ticketSearch).where(sql`rowid IN ${some("doc")}`),
    db
      .insert(ticketSearch)
      .select(
        sql`SELECT doc, subject, tags, notes FROM ticket_texts WHERE ticket_id IN ${some("ticket_id")}`,
      ),
    db
      .update(ticketDocs)
      .set({ stale: false })
      .where(sql`doc IN ${some("doc")}`),
  ];
}

/** The same by itself, for what others than the projection have changed. Answers whether there may be more. */
export async function indexStale(d1: D1Database): Promise<boolean> {
  const db = drizzle(d1);
  const results = await reach(() => db.batch(indexing(db)));
  const indexed = results.at(-1) as D1Result;
  return indexed.meta.changes >= INDEXED_AT_ONCE_MAX;
}

/**
 * Removes what was deleted from the full text indexes, a step at a time: FTS5 only marks a deleted document, and keeps
 * its words until it writes the part of the index anew in which they stand. Answers whether there may be more.
 */
export async function forgetDeletedWords(d1: D1Database): Promise<boolean> {
  const changes = "SELECT total_changes() AS n";
  const statements = [changes, merge("ticket_search"), changes, merge("contact_search"), changes];
  const results = await reach(() =>
    d1.batch<{ n: number }>(statements.map((statement) => d1.prepare(statement))),
  );
  const [before, between, after] = [0, 2, 4].map((index) => results[index]!.results[0]!.n);
  // The statement itself counts as one change [SQLite docs: FTS5, merge].
  return between! - before! > 1 || after! - between! > 1;
}

/** Less than none: pages are merged until a single part without any mark is left. */
function merge(table: string): string {
  return `INSERT INTO ${table} (${table}, rank) VALUES ('merge', -${MERGED_PAGES_AT_ONCE_MAX})`;
}

function some(column: "doc" | "ticket_id"): SQL {
  return sql`(SELECT ${sql.identifier(column)} FROM ticket_docs WHERE stale = 1 ORDER BY doc LIMIT ${INDEXED_AT_ONCE_MAX})`;
}
