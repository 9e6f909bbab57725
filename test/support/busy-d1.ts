/** The same D1, to which somebody else writes something behind the first question that it is asked. */
export function busyD1(db: D1Database, write: () => Promise<unknown>): D1Database {
  const real = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  let asked = 0;
  const batch = async (statements: D1PreparedStatement[]) => {
    asked += 1;
    if (asked === 2) await write();
    return db.batch(statements.map((statement) => real.get(statement) ?? statement));
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
  return { prepare: (query: string) => wrap(db.prepare(query)), batch } as unknown as D1Database;
}
