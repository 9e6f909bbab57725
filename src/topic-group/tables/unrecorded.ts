import { and, asc, gt, sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { RecordedState } from "../../domain/desk/reconciliation.ts";
import { isAmong } from "./among.ts";
import type { Contacts, CustomerRow } from "./contacts.ts";
import type { Database } from "./database.ts";
import { customers, tickets } from "./schema.ts";
import { given, statement } from "./statement.ts";
import type { TicketRow, Tickets } from "./tickets.ts";

/** What the record does not have yet, and what it should have. */
export class Unrecorded {
  readonly #db: Database;
  readonly #tickets: Tickets;
  readonly #contacts: Contacts;
  readonly #unrecordedContacts = statement(() =>
    this.#db
      .select({ id: customers.id })
      .from(customers)
      .where(sql`recorded < version`)
      .orderBy(asc(customers.id))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #unrecordedTickets = statement(() =>
    this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(sql`recorded < version`)
      .orderBy(asc(tickets.number))
      .limit(given("limit"))
      .prepare(),
  );

  constructor(db: Database, of: { tickets: Tickets; contacts: Contacts }) {
    this.#db = db;
    this.#tickets = of.tickets;
    this.#contacts = of.contacts;
  }

  contacts(limit: number): CustomerRow[] {
    return this.#unrecordedContacts()
      .all({ limit })
      .map(({ id }) => this.#contacts.get(id)!);
  }

  contactRecorded(id: ContactId, version: number): void {
    this.#contacts.change(id, { recorded: version });
  }

  tickets(limit: number): TicketRow[] {
    return this.#tickets.of(this.#unrecordedTickets().all({ limit }));
  }

  ticketRecorded(number: number, version: number): void {
    this.#tickets.change(number, { recorded: version });
  }

  count(): number {
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(tickets)
        .where(sql`recorded < version`)
        .get()?.count ?? 0
    );
  }

  /** The tickets in hand that live in this group, and the sum of their versions. */
  census(own: string): { tickets: number; versions: number } {
    const row = this.#db
      .select({ tickets: sql<number>`count(*)`, versions: sql<number>`coalesce(sum(version), 0)` })
      .from(tickets)
      .where(and(sql`active = 1`, sql`json_extract(state, '$.group') = ${own}`))
      .get();
    return row ?? { tickets: 0, versions: 0 };
  }

  /** Tickets that live in this group and that the record should have as they are, by number, after a number. */
  recordedAfter(number: number, own: string, limit: number): RecordedState[] {
    return this.#statesAfter(number, own, limit, sql`recorded >= version`);
  }

  /** The open tickets that live in this group, by number, after a number. */
  openAfter(number: number, own: string, limit: number): RecordedState[] {
    return this.#statesAfter(number, own, limit, sql`active = 1`);
  }

  #statesAfter(number: number, own: string, limit: number, which: SQL): RecordedState[] {
    return this.#db
      .select({
        number: tickets.number,
        id: sql<string>`json_extract(state, '$.id')`,
        version: tickets.version,
        closedAt: sql<number | null>`json_extract(state, '$.closedAt')`,
      })
      .from(tickets)
      .where(
        and(
          gt(tickets.number, number),
          which,
          sql`json_extract(state, '$.group') = ${own}`,
          sql`json_extract(state, '$.movedTo') IS NULL`,
        ),
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
  }

  /** The newest state of these tickets counts as unrecorded again. */
  tellAgain(numbers: readonly number[]): void {
    this.#db
      .update(tickets)
      .set({ recorded: sql`min(recorded, version - 1)` })
      .where(isAmong(tickets.number, numbers))
      .run();
  }

  /** These tickets count as unrecorded again, with all that happened to them. */
  forgetOf(numbers: readonly number[]): void {
    this.#db.update(tickets).set({ recorded: 0 }).where(isAmong(tickets.number, numbers)).run();
  }

  /** Everything counts as unrecorded again. Answers how many tickets that is. */
  forgetAll(): number {
    this.#db.update(customers).set({ recorded: 0 }).run();
    this.#db.update(tickets).set({ recorded: 0 }).run();
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(tickets)
        .get()?.count ?? 0
    );
  }

  /** Marks tickets that have a topic as unrecorded, so that the record learns where it is. */
  forgetTopics(): void {
    this.#db
      .update(tickets)
      .set({ recorded: sql`${tickets.version} - 1` })
      .where(
        sql`recorded >= version AND json_extract(state, '$.topicId') IS NOT NULL
          AND json_extract(state, '$.movedTo') IS NULL`,
      )
      .run();
  }
}
