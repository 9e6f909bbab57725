import { INDEXED_AT_ONCE_MAX, MERGED_PAGES_AT_FIRST, MERGES_MAX } from "./limits.ts";
import { reach } from "./reach.ts";

/**
 * Brings the full text index up to date with tickets whose notes have changed, at most `INDEXED_AT_ONCE_MAX` of them; to
 * be written in one transaction. Triggers keep all the rest of it: see `migrations/record/0004_search.sql`.
 */
export const INDEXING = [
  `DELETE FROM ticket_search WHERE rowid IN ${some("doc")}`,
  `INSERT INTO ticket_search (rowid, subject, tags, notes)
    SELECT doc, subject, tags, notes FROM ticket_texts WHERE ticket_id IN ${some("ticket_id")}`,
  `UPDATE ticket_docs SET stale = 0 WHERE doc IN ${some("doc")}`,
];

/** The same by itself, for what others than the projection have changed. Answers whether there may be more. */
export async function indexStale(d1: D1Database): Promise<boolean> {
  const results = await reach(() => d1.batch(INDEXING.map((sql) => d1.prepare(sql))));
  return results.at(-1)!.meta.changes >= INDEXED_AT_ONCE_MAX;
}

/**
 * Removes deleted words from the full text indexes: FTS5 only marks a deleted document, and keeps its words until it
 * writes that part of the index anew. Returns whether all of it is gone. A write between two steps makes the next one
 * begin anew, so each step takes twice as much as the one before: at last one takes all.
 */
export async function forgetDeletedWords(
  d1: D1Database,
  pagesAtFirst = MERGED_PAGES_AT_FIRST,
): Promise<boolean> {
  for (let step = 0; step < MERGES_MAX; step += 1) {
    const pages = pagesAtFirst * 2 ** step;
    const results = await reach(() =>
      d1.batch<{ n: number }>(
        [...merging("ticket_search", pages), ...merging("contact_search", pages)].map((one) =>
          d1.prepare(one),
        ),
      ),
    );
    const totals = results.flatMap((result) => result.results.map(({ n }) => n));
    // Before and after the second merge of each index; the statement itself counts as one change [SQLite docs: FTS5].
    if (totals[1]! - totals[0]! <= 1 && totals[3]! - totals[2]! <= 1) return true;
  }
  return false;
}

/**
 * Merges until a single part without any mark is left (a number below none means that), or so many pages are written;
 * and once more, to see whether anything was left to do, in the one transaction that no other write can enter.
 */
function merging(table: string, pages: number): string[] {
  const merge = `INSERT INTO ${table} (${table}, rank) VALUES ('merge', -${pages})`;
  const changes = "SELECT total_changes() AS n";
  return [merge, changes, merge, changes];
}

function some(column: "doc" | "ticket_id"): string {
  return `(SELECT ${column} FROM ticket_docs WHERE stale = 1 ORDER BY doc LIMIT ${INDEXED_AT_ONCE_MAX})`;
}
