import { eq, sql } from "drizzle-orm";
import { isAmong } from "./among.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import type { Forgets } from "./forgets.ts";
import { blocked } from "./schema.ts";
import { toldKey, type Told } from "./told.ts";

/** Customers whose messages are not passed on. */
export class Blocked implements Forgets {
  readonly #db: Database;
  readonly #told: Told;
  readonly #blocked;

  constructor(db: Database, told: Told) {
    this.#db = db;
    this.#told = told;
    this.#blocked = db
      .select({ since: blocked.since })
      .from(blocked)
      .where(eq(blocked.customer, sql.placeholder("customer")))
      .prepare();
  }

  has(customer: number): boolean {
    return this.#blocked.get({ customer }) !== undefined;
  }

  /** In ms since 1970; null: they are not blocked. */
  since(customer: number): number | null {
    return this.#blocked.get({ customer })?.since ?? null;
  }

  add(customer: number, since: number): void {
    this.#db.insert(blocked).values({ customer, since }).onConflictDoNothing().run();
  }

  delete(customer: number): void {
    this.#db.delete(blocked).where(eq(blocked.customer, customer)).run();
    this.#told.forget(toldKey("blocked", customer));
  }

  countOf(people: readonly number[]): number {
    return countRows(this.#db, blocked, isAmong(blocked.customer, people));
  }

  forgetPerson(id: number): number {
    return this.#db.delete(blocked).where(eq(blocked.customer, id)).returning({ n: blocked.customer }).all()
      .length;
  }
}
