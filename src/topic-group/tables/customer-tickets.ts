import { and, desc, eq } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { CustomerTicket } from "../../domain/ticket/conversation.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Database } from "./database.ts";
import { tickets } from "./schema.ts";
import { given, statement } from "./statement.ts";
import type { TicketRow, Tickets } from "./tickets.ts";

/** How many of a customer's tickets are looked at to tell where their next message belongs. */
const CUSTOMER_TICKETS_MAX = 30;

/** The tickets of one customer. */
export class CustomerTickets {
  readonly #db: Database;
  readonly #tickets: Tickets;
  readonly #newest = statement(() =>
    this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(eq(tickets.customer, given("customer")))
      .orderBy(desc(tickets.number))
      .limit(CUSTOMER_TICKETS_MAX)
      .prepare(),
  );
  readonly #open = statement(() =>
    this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(and(eq(tickets.customer, given("customer")), eq(tickets.active, true)))
      .prepare(),
  );
  readonly #notOpen = statement(() =>
    this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(and(eq(tickets.customer, given("customer")), eq(tickets.active, false)))
      .prepare(),
  );
  readonly #byReceipt = statement(() =>
    this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(and(eq(tickets.customer, given("customer")), eq(tickets.receiptId, given("messageId"))))
      .prepare(),
  );

  constructor(db: Database, of: Tickets) {
    this.#db = db;
    this.#tickets = of;
  }

  /** The newest of them. */
  newest(customer: ContactId): CustomerTicket[] {
    const rows = this.#newest().all({ customer });
    return rows.map(({ state }) => ({
      number: state.number,
      ref: state.ref,
      status: state.status,
      subject: state.subject,
      openedAt: state.openedAt,
      closedAt: state.closedAt,
    }));
  }

  /** Who has had a ticket of this customer. */
  servedBy(customer: ContactId): Set<number> {
    const rows = this.#newest().all({ customer });
    return new Set(rows.flatMap(({ state }) => (state.assignee === null ? [] : [state.assignee.id])));
  }

  /** The tickets of a customer whose topics show the customer's name. */
  open(customer: ContactId): TicketRow[] {
    return this.#tickets.of(this.#open().all({ customer }));
  }

  /** The tickets of a customer that another group has, closed ones left out. */
  elsewhere(customer: ContactId): Ticket[] {
    return this.#notOpen()
      .all({ customer })
      .flatMap(({ state }) => (state.movedTo === null || state.status === "closed" ? [] : [state]));
  }

  /** The one of which this message is the receipt. */
  byReceipt(customer: ContactId, messageId: number): number | undefined {
    return this.#byReceipt().get({ customer, messageId })?.number;
  }
}
