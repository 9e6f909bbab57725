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

/** The same D1, with the rows counted that it reads, as it counts them for the bill. */
export function countingReads(db: D1Database): { d1: D1Database; rowsRead(): number } {
  let read = 0;
  const real = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const batch = async (statements: D1PreparedStatement[]) => {
    const results = await db.batch(statements.map((statement) => real.get(statement) ?? statement));
    read += results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
    return results;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const one = async () => (await batch([statement]))[0] as D1Result<Record<string, unknown>>;
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: one,
      all: one,
      raw: async () => (await one()).results.map((row) => Object.values(row)),
    } as unknown as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  const d1 = { prepare: (query: string) => wrap(db.prepare(query)), batch } as unknown as D1Database;
  return { d1, rowsRead: () => read };
}
