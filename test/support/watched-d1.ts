/** The same D1, of which every question, alone or among others, goes through `batch`. */
export function watchedD1(
  db: D1Database,
  batch: (ask: () => Promise<D1Result[]>) => Promise<D1Result[]>,
): D1Database {
  const real = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const through = (statements: D1PreparedStatement[]) =>
    batch(() => db.batch(statements.map((statement) => real.get(statement) ?? statement)));
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const one = async () => (await through([statement]))[0] as D1Result<Record<string, unknown>>;
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: one,
      all: one,
      raw: async () => (await one()).results.map((row) => Object.values(row)),
    } as unknown as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  return { prepare: (query: string) => wrap(db.prepare(query)), batch: through } as unknown as D1Database;
}
