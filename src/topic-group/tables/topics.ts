import { and, eq, gt, lt, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { isAmong } from "./among.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import { numbersOf, type Forgets, type TicketToForget } from "./forgets.ts";
import { Rows } from "./memory.ts";
import { tickets, topics } from "./schema.ts";
import { given, givenRow, inserted, statement } from "./statement.ts";
import { ticketsOf } from "./tickets-of.ts";

const TOPICS_KEPT_MAX = 500;

/** Every topic that ever was a ticket's. */
export class Topics implements Forgets {
  readonly #db: Database;
  readonly #tickets: Rows<number, { ticket: number | undefined }>;
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(topics)
      .where(eq(topics.id, given("id")))
      .prepare(),
  );
  readonly #add = statement(() =>
    this.#db
      .insert(topics)
      .values(givenRow(topics))
      .onConflictDoUpdate({ target: topics.id, set: inserted(topics, "ticket") })
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
    this.#tickets = db.memory.of("topics", new Rows(TOPICS_KEPT_MAX));
  }

  /** The number of the ticket that a topic belongs to. */
  ticketOf(topicId: number): number | undefined {
    const known =
      this.#tickets.get(topicId) ??
      this.#tickets.keep(topicId, { ticket: this.#get().get({ id: topicId })?.ticket });
    return known.ticket;
  }

  add(topicId: number, number: number): void {
    // A new topic belongs to this ticket, even if its number was another one's before.
    this.#db.memory.knowing("topics", () => this.#add().run({ id: topicId, ticket: number }));
    this.#tickets.keep(topicId, { ticket: number });
  }

  /** The newest topic of every ticket in hand, of those with numbers above `from` and below `to`. */
  ofActive(from: number, to: number): { ticket: number; topicId: number }[] {
    return this.#db
      .select({ ticket: topics.ticket, topicId: sql<number>`max(${topics.id})` })
      .from(topics)
      .innerJoin(tickets, and(eq(tickets.number, topics.ticket), sql`${tickets.active} = 1`))
      .where(and(gt(topics.id, from), lt(topics.id, to)))
      .groupBy(topics.ticket)
      .all();
  }

  forgetTickets(tickets: readonly TicketToForget[]): number {
    return this.#db
      .delete(topics)
      .where(isAmong(topics.ticket, numbersOf(tickets)))
      .returning({ n: topics.id })
      .all().length;
  }

  /** A ticket's topics, the former ones among them. */
  of(number: number): number[] {
    const rows = this.#db.select({ id: topics.id }).from(topics).where(eq(topics.ticket, number)).all();
    return rows.map(({ id }) => id);
  }

  countOf(people: readonly ContactId[]): number {
    return countRows(this.#db, topics, sql`${topics.ticket} IN ${ticketsOf(people)}`);
  }
}
