import { and, asc, eq, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { ContactFacts, UnreachableReason } from "../../domain/contact/contact.ts";
import { isAmong } from "./among.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import type { Forgets } from "./forgets.ts";
import { Few, Rows } from "./memory.ts";
import { customers } from "./schema.ts";
import type { KnownProfile } from "./shapes.ts";
import { changing, given, givenRow, statement } from "./statement.ts";

export type CustomerRow = typeof customers.$inferSelect;

const CUSTOMERS_KEPT_MAX = 1_000;
const UNRECORDED_KEPT_MAX = 200;

/** The customers who write here, those whose home is another group among them. */
export class Contacts implements Forgets {
  readonly #db: Database;
  readonly #customers: Rows<ContactId, CustomerRow>;
  /** Customers of whom the record does not have all. */
  readonly unrecorded: Few<ContactId>;
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(customers)
      .where(eq(customers.id, given("id")))
      .prepare(),
  );
  readonly #unrecorded = statement(() =>
    this.#db
      .select({ id: customers.id })
      .from(customers)
      .where(sql`recorded < version`)
      .orderBy(asc(customers.id))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #add = statement(() => this.#db.insert(customers).values(givenRow(customers)).prepare());
  readonly #change = changing(
    () => this.#db,
    customers,
    () => eq(customers.id, given("id")),
  );

  constructor(db: Database) {
    this.#db = db;
    this.#customers = db.memory.of("customers", new Rows(CUSTOMERS_KEPT_MAX));
    this.unrecorded = db.memory.of(
      "customers",
      new Few(UNRECORDED_KEPT_MAX, (limit) =>
        this.#unrecorded()
          .all({ limit })
          .map(({ id }) => id),
      ),
    );
  }

  get(id: ContactId): CustomerRow | undefined {
    const known = this.#customers.get(id);
    if (known !== undefined) return known;
    const row = this.#get().get({ id });
    return row === undefined ? undefined : this.#customers.keep(id, row);
  }

  add(contact: ContactFacts, at: number, payload: string | null): CustomerRow {
    const row: CustomerRow = {
      id: contact.id,
      contact,
      current: null,
      wantsNew: false,
      payload,
      home: null,
      profile: null,
      unreachable: null,
      firstSeenAt: at,
      updatedAt: at,
      version: 1,
      recorded: 0,
    };
    this.#db.memory.knowing("customers", () => this.#add().run({ ...row }));
    this.unrecorded.is(row.id, row.recorded < row.version);
    return this.#customers.keep(row.id, row);
  }

  /** A customer whose home is another group; that group tells the record about them. */
  addForeign(contact: ContactFacts, home: string, at: number): void {
    const row = this.add(contact, at, null);
    this.change(contact.id, { home, recorded: row.version });
  }

  /** A customer's home is this group from now on; this group tells the record about them. */
  makeOwn(contact: ContactFacts, current: number | null, at: number): void {
    const known = this.get(contact.id);
    if (known === undefined) this.add(contact, at, null);
    if (known?.home != null) this.change(contact.id, { home: null, version: known.version + 1 });
    if (current !== null && (known?.current ?? null) === null)
      this.updateConversation(contact.id, { current });
  }

  /** What the record does not show (where they speak, what they asked for next) leaves the version as it is. */
  updateConversation(
    id: ContactId,
    change: { current?: number | null; wantsNew?: boolean; payload?: string | null },
  ): void {
    this.change(id, change);
  }

  update(
    id: ContactId,
    change: { contact?: ContactFacts; unreachable?: UnreachableReason | null },
    at: number,
  ): void {
    const known = this.get(id);
    if (known !== undefined) this.change(id, { ...change, updatedAt: at, version: known.version + 1 });
  }

  change(id: ContactId, change: Partial<CustomerRow>): void {
    this.#db.memory.knowing("customers", () => this.#change({ id }, change));
    this.#customers.change(id, change);
    if (change.version === undefined && change.recorded === undefined) return;
    const now = this.#customers.get(id);
    this.unrecorded.is(id, now === undefined ? undefined : now.recorded < now.version);
  }

  /**
   * Another bot may not write to customers before they have written to it; for a bot that is back it is unknown who
   * has.
   */
  saveStarted(perhaps: boolean, at: number): void {
    const { unreachable, version, recorded, home } = customers;
    this.#db
      .update(customers)
      .set({
        unreachable: perhaps ? null : "never_started",
        updatedAt: at,
        version: sql`${version} + 1`,
        // Those of other groups are told by them.
        recorded: sql`iif(${home} IS NULL, ${recorded}, ${recorded} + 1)`,
      })
      .where(perhaps ? eq(unreachable, "never_started") : sql`${unreachable} IS NOT 'never_started'`)
      .run();
  }

  saveProfile(id: ContactId, profile: KnownProfile): void {
    this.change(id, { profile });
  }

  forgetProfile(id: ContactId): void {
    this.change(id, { profile: null });
  }

  countOf(people: readonly ContactId[]): number {
    return countRows(this.#db, customers, isAmong(customers.id, people));
  }

  forgetPerson(id: ContactId): number {
    return this.#db.delete(customers).where(eq(customers.id, id)).returning({ n: customers.id }).all().length;
  }

  /** Removes what another system said of customers before an instant, but for some. */
  forgetProfiles(before: number, kept: readonly string[], among: { after: number; upTo: number }): number {
    return this.#db
      .update(customers)
      .set({ profile: null })
      .where(
        and(
          sql`${customers.id} > ${among.after} AND ${customers.id} <= ${among.upTo}`,
          sql`${customers.profile} ->> '$.receivedAt' < ${before}`,
          sql`CAST(${customers.id} AS TEXT) NOT IN (SELECT value FROM json_each(${JSON.stringify(kept)}))`,
        ),
      )
      .returning({ n: customers.id })
      .all().length;
  }

  /** The next contacts by id after one: the last one's id, if there are any, and whether more follow. */
  nextOf(after: number, limit: number): { last: number | undefined; more: boolean } {
    const rows = this.#db
      .select({ id: customers.id })
      .from(customers)
      .where(sql`${customers.id} > ${after}`)
      .orderBy(asc(customers.id))
      .limit(limit)
      .all();
    return { last: rows.at(-1)?.id, more: rows.length === limit };
  }
}
