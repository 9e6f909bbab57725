import { env } from "cloudflare:workers";
import { watchedD1 } from "./watched-d1.ts";

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

/** The same D1, with the rows counted that it reads, as it counts them for the bill. */
export function countingReads(db: D1Database): { d1: D1Database; rowsRead(): number } {
  let read = 0;
  const d1 = watchedD1(db, async (ask) => {
    const results = await ask();
    read += results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
    return results;
  });
  return { d1, rowsRead: () => read };
}
