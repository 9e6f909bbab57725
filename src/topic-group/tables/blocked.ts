import { eq } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { isAmong } from "./among.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import type { Forgets } from "./forgets.ts";
import { Rows } from "./memory.ts";
import { onceKey, type Once } from "./once.ts";
import { blocked } from "./schema.ts";
import { given, statement } from "./statement.ts";

const CUSTOMERS_KEPT_MAX = 1_000;

/** Customers whose messages are not passed on. */
export class Blocked implements Forgets {
  readonly #db: Database;
  readonly #once: Once;
  readonly #known: Rows<ContactId, { since: number | null }>;
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
    this.#known = db.memory.of("blocked", new Rows(CUSTOMERS_KEPT_MAX));
  }

  has(customer: ContactId): boolean {
    return this.since(customer) !== null;
  }

  /** In ms since 1970; null: they are not blocked. */
  since(customer: ContactId): number | null {
    const known =
      this.#known.get(customer) ??
      this.#known.keep(customer, { since: this.#get().get({ customer })?.since ?? null });
    return known.since;
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
