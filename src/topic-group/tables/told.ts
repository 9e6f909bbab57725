import { and, eq, lt, or, sql } from "drizzle-orm";
import { CAUSE_KEPT_MS } from "../../domain/limits.ts";
import type { Database } from "./database.ts";
import { told } from "./schema.ts";

/** What was said once may be said again after half a year: who was told has forgotten it by then. */
const TOLD_KEPT_MS = 180 * 24 * 3_600_000;

/** What is said once: to whom, and what. */
export class Told {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Whether this is the first time; what is said once is remembered here. */
  firstTime(key: string, at: number): boolean {
    return this.#db.insert(told).values({ key, at }).onConflictDoNothing().returning().all().length > 0;
  }

  has(key: string): boolean {
    return this.#db.select().from(told).where(eq(told.key, key)).get() !== undefined;
  }

  forget(key: string): void {
    this.#db.delete(told).where(eq(told.key, key)).run();
  }

  /** What is so old that it may be said again, or that nothing can come of it any more. */
  purge(now: number): void {
    const isAlbum = sql`${told.key} GLOB '*-album:*'`;
    const isForEver = sql`${told.key} GLOB 'stranger:*' OR ${told.key} GLOB 'blocked:*'`;
    this.#db
      .delete(told)
      .where(
        or(
          and(isAlbum, lt(told.at, now - CAUSE_KEPT_MS)),
          and(sql`NOT (${isForEver})`, lt(told.at, now - TOLD_KEPT_MS)),
        ),
      )
      .run();
  }
}
