import { env } from "cloudflare:workers";

/** What D1 does for one question: SQLite's plan, and the rows that it reads, as D1 counts them for the bill. */
export async function costOf(
  ask: (d1: D1Database) => Promise<unknown>,
): Promise<{ plan: string[]; rowsRead: number }> {
  const asked: { sql: string; values: unknown[] }[] = [];
  const watching = {
    prepare: (sql: string) => ({
      bind: (...values: unknown[]) => {
        asked.push({ sql, values });
        return env.DB.prepare(sql).bind(...values);
      },
    }),
  };
  await ask(watching as unknown as D1Database);
  const [question, ...more] = asked;
  if (question === undefined || more.length > 0) throw new Error(`it asked ${asked.length} times`);
  const { sql, values } = question;
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const { meta } = await env.DB.prepare(sql)
    .bind(...values)
    .all();
  return { plan: plan.results.map(({ detail }) => detail), rowsRead: meta.rows_read };
}
