import { eq } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { isAmong } from "./among.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import type { Forgets } from "./forgets.ts";
import { onceKey, type Once } from "./once.ts";
import { blocked } from "./schema.ts";
import { given, statement } from "./statement.ts";

/** Customers whose messages are not passed on. */
export class Blocked implements Forgets {
  readonly #db: Database;
  readonly #once: Once;
  readonly #get = statement(() =>
    this.#db
      .select({ since: blocked.since })
      .from(blocked)
      .where(eq(blocked.customer, given("customer")))
      .prepare(),
  );

  constructor(db: Database, once: Once) {
    this.#db = db;
    this.#once = once;
  }

  has(customer: ContactId): boolean {
    return this.#get().get({ customer }) !== undefined;
  }

  /** In ms since 1970; null: they are not blocked. */
  since(customer: ContactId): number | null {
    return this.#get().get({ customer })?.since ?? null;
  }

  add(customer: ContactId, since: number): void {
    this.#db.insert(blocked).values({ customer, since }).onConflictDoNothing().run();
  }

  delete(customer: ContactId): void {
    this.#db.delete(blocked).where(eq(blocked.customer, customer)).run();
    this.#once.forget(onceKey("blocked", customer));
  }

  countOf(people: readonly ContactId[]): number {
    return countRows(this.#db, blocked, isAmong(blocked.customer, people));
  }

  forgetPerson(id: ContactId): number {
    return this.#db.delete(blocked).where(eq(blocked.customer, id)).returning({ n: blocked.customer }).all()
      .length;
  }
}
