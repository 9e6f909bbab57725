import { watchedD1 } from "./watched-d1.ts";

/** The same D1, to which somebody else writes something behind the first question that it is asked. */
export function busyD1(db: D1Database, write: () => Promise<unknown>): D1Database {
  let asked = 0;
  return watchedD1(db, async (ask) => {
    asked += 1;
    if (asked === 2) await write();
    return ask();
  });
}
