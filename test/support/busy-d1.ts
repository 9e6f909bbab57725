import { watchedD1 } from "./watched-d1.ts";

/** The same D1, with another writer that acts right behind the first query. */
export function busyD1(db: D1Database, write: () => Promise<unknown>): D1Database {
  let asked = 0;
  return watchedD1(db, async (ask) => {
    asked += 1;
    if (asked === 2) await write();
    return ask();
  });
}
