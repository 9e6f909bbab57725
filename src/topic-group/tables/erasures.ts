import { eq } from "drizzle-orm";
import type { ErasedHere } from "../../domain/contact/erasure.ts";
import type { Database } from "./database.ts";
import { erasures } from "./schema.ts";

/** What erasures have removed here so far. */
export class Erasures {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(id: string): ErasedHere | undefined {
    return this.#db.select().from(erasures).where(eq(erasures.id, id)).get()?.state;
  }

  save(id: string, state: ErasedHere): void {
    this.#db
      .insert(erasures)
      .values({ id, state })
      .onConflictDoUpdate({ target: erasures.id, set: { state } })
      .run();
  }

  end(id: string): void {
    this.#db.delete(erasures).where(eq(erasures.id, id)).run();
  }
}
