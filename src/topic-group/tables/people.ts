import { eq, isNotNull } from "drizzle-orm";
import type { Database } from "./database.ts";
import { people } from "./schema.ts";

/** People seen in the staff group. */
export class People {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  seen(id: number, username: string | null): void {
    const known = this.#db.select().from(people).where(eq(people.id, id)).get();
    if (known !== undefined && known.username === username) return;
    this.#db
      .insert(people)
      .values({ id, username })
      .onConflictDoUpdate({ target: people.id, set: { username } })
      .run();
  }

  usernames(): Map<number, string> {
    const rows = this.#db.select().from(people).where(isNotNull(people.username)).all();
    return new Map(rows.map((row) => [row.id, row.username!]));
  }
}
