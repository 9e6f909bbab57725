import { and, asc, gt, lte, sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { RecordedState } from "../../domain/desk/reconciliation.ts";
import { isAmong } from "./among.ts";
import type { Contacts, CustomerRow } from "./contacts.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import { FACTS, type Facts } from "./facts.ts";
import { customers, tickets } from "./schema.ts";
import type { TicketRow, Tickets } from "./tickets.ts";

/** The last contact and ticket that count as unrecorded again; those after them follow. */
interface Retelling {
  contact: number;
  ticket: number;
  /** Only tickets with a topic, and only what they are now: the record learns where they are. */
  topics?: true;
}

/** What the record does not have yet, and what it should have. */
export class Unrecorded {
  readonly #db: Database;
  readonly #tickets: Tickets;
  readonly #contacts: Contacts;
  readonly #facts: Facts;
  /** False once it is certain that nothing is told again: a message asks each time. */
  #mayTellAgain = true;

  constructor(db: Database, beside: { tickets: Tickets; contacts: Contacts; facts: Facts }) {
    this.#db = db;
    this.#tickets = beside.tickets;
    this.#contacts = beside.contacts;
    this.#facts = beside.facts;
  }

  contacts(limit: number): CustomerRow[] {
    return this.#contacts.unrecorded.first(limit).map((id) => this.#contacts.get(id)!);
  }

  contactRecorded(id: ContactId, version: number): void {
    this.#contacts.change(id, { recorded: version });
  }

  tickets(limit: number): TicketRow[] {
    return this.#tickets.unrecorded.first(limit).map((number) => this.#tickets.get(number)!);
  }

  ticketRecorded(number: number, version: number): void {
    this.#tickets.change(number, { recorded: version });
  }

  count(): number {
    const retelling = this.#retelling();
    if (retelling === undefined || retelling.topics === true)
      return countRows(this.#db, tickets, sql`recorded < version`);
    const { ticket } = retelling;
    return (
      countRows(this.#db, tickets, sql`recorded < version AND ${tickets.number} <= ${ticket}`) +
      countRows(this.#db, tickets, gt(tickets.number, ticket))
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

  /** The newest state of these tickets, and of their customers, counts as unrecorded again. */
  tellAgain(numbers: readonly number[]): void {
    this.#forgetCustomersOf(numbers);
    this.#db
      .update(tickets)
      .set({ recorded: sql`min(recorded, version - 1)` })
      .where(isAmong(tickets.number, numbers))
      .run();
  }

  /** These tickets and their customers count as unrecorded again, with all that happened to the tickets. */
  forgetOf(numbers: readonly number[]): void {
    this.#forgetCustomersOf(numbers);
    this.#db.update(tickets).set({ recorded: 0 }).where(isAmong(tickets.number, numbers)).run();
  }

  /** A record that was brought back to an older day lacks its newer customers as well. Each is told by their home. */
  #forgetCustomersOf(numbers: readonly number[]): void {
    const theirs = this.#db
      .select({ customer: tickets.customer })
      .from(tickets)
      .where(isAmong(tickets.number, numbers));
    this.#db
      .update(customers)
      .set({ recorded: 0 })
      .where(sql`${customers.home} IS NULL AND ${customers.id} IN ${theirs}`)
      .run();
  }

  /** Everything counts as unrecorded again, by and by: see `forgetNext`. Answers how many tickets that is. */
  forgetAll(): number {
    this.#begin({});
    return countRows(this.#db, tickets);
  }

  /** Tickets that have a topic count as unrecorded, by and by, so that the record learns where it is. */
  forgetTopics(): void {
    const retelling = this.#retelling();
    // What is being told again as a whole begins once more, for those that were told with their former topic.
    this.#begin(retelling !== undefined && retelling.topics !== true ? {} : { topics: true });
  }

  #begin(which: Pick<Retelling, "topics">): void {
    const retelling: Retelling = { contact: Number.MIN_SAFE_INTEGER, ticket: 0, ...which };
    this.#facts.set(FACTS.retelling, retelling);
    this.#mayTellAgain = true;
  }

  /**
   * After `forgetAll` and `forgetTopics`: the next contacts and tickets count as unrecorded. Of a large group all of them at
   * once would keep its messages waiting.
   */
  forgetNext(limit: number): void {
    const after = this.#retelling();
    if (after === undefined) return;
    const nextTickets = this.#tickets.nextOf(after.ticket, limit);
    const nextContacts =
      after.topics === true ? { last: undefined, more: false } : this.#contacts.nextOf(after.contact, limit);
    const { contact, ticket } = {
      contact: nextContacts.last ?? after.contact,
      ticket: nextTickets.last ?? after.ticket,
    };
    this.#db
      .update(customers)
      .set({ recorded: 0 })
      .where(sql`${customers.id} > ${after.contact} AND ${customers.id} <= ${contact}`)
      .run();
    this.#db
      .update(tickets)
      .set({ recorded: after.topics === true ? sql`${tickets.version} - 1` : 0 })
      .where(
        and(
          gt(tickets.number, after.ticket),
          lte(tickets.number, ticket),
          after.topics === true
            ? sql`recorded >= version AND json_extract(state, '$.topicId') IS NOT NULL
                AND json_extract(state, '$.movedTo') IS NULL`
            : undefined,
        ),
      )
      .run();
    if (nextTickets.more || nextContacts.more)
      this.#facts.set(FACTS.retelling, { ...after, contact, ticket } satisfies Retelling);
    else this.#facts.delete(FACTS.retelling);
  }

  /** Whether `forgetNext` may find some. */
  isToldAgain(): boolean {
    this.#mayTellAgain &&= this.#retelling() !== undefined;
    return this.#mayTellAgain;
  }

  #retelling(): Retelling | undefined {
    return this.#facts.get(FACTS.retelling) as Retelling | undefined;
  }
}
