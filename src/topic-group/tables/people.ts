import { eq, isNotNull } from "drizzle-orm";
import type { Database } from "./database.ts";
import { people } from "./schema.ts";
import { given, givenRow, inserted, statement } from "./statement.ts";

/** People seen in the staff group. */
export class People {
  readonly #db: Database;
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(people)
      .where(eq(people.id, given("id")))
      .prepare(),
  );
  readonly #named = statement(() =>
    this.#db.select().from(people).where(isNotNull(people.username)).prepare(),
  );
  readonly #save = statement(() =>
    this.#db
      .insert(people)
      .values(givenRow(people))
      .onConflictDoUpdate({ target: people.id, set: inserted(people, "username") })
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
  }

  seen(id: number, username: string | null): void {
    const known = this.#get().get({ id });
    if (known !== undefined && known.username === username) return;
    this.#save().run({ id, username });
  }

  usernames(): Map<number, string> {
    return new Map(
      this.#named()
        .all()
        .map((row) => [row.id, row.username!]),
    );
  }
}
