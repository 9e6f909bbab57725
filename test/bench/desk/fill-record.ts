/** Groups that the made-up tickets belong to. */
const GROUPS = 200;
const ROWS_AT_ONCE = 20_000;

/** Puts open tickets of many groups into the record, all due at one instant (ms since 1970). */
export async function fillRecord(db: D1Database, count: number, dueAt: number): Promise<void> {
  for (let from = 1; from <= count; from += ROWS_AT_ONCE) {
    const to = Math.min(from + ROWS_AT_ONCE - 1, count);
    await db
      .prepare(
        `WITH RECURSIVE n(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
         INSERT INTO tickets (id, ref, group_id, number, status, priority, queue, customer_id, subject, tags, fields,
           opened_at, status_at, closed, reopenings, due_at, version, recorded_at)
         SELECT 'made-' || (n % ${GROUPS}) || ':' || n, 'MADE-' || n, 'made-' || (n % ${GROUPS}), n, 'open', 'normal',
           'general', n, 'made up', '[]', '{}', ?3 - n, ?3, 0, 0, ?4, 1, ?3 FROM n`,
      )
      .bind(from, to, dueAt - 86_400_000, dueAt)
      .run();
  }
}
