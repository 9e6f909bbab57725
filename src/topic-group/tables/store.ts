import { and, asc, desc, eq, gt, isNotNull, lte, sql } from "drizzle-orm";
import type { ContactFacts, UnreachableReason } from "../../domain/contact.ts";
import type { CustomerTicket } from "../../domain/conversation.ts";
import type { TicketEvent } from "../../domain/event.ts";
import type { Ticket } from "../../domain/ticket.ts";
import type { RateState } from "../drain/lane-rate.ts";
import type { Lane } from "../drain/lane.ts";
import type { Database } from "./database.ts";
import { customers, events, facts, lanes, people, tickets, told, topics } from "./schema.ts";
import { NEW_VIEW, type TopicView } from "./shapes.ts";

export type CustomerRow = typeof customers.$inferSelect;

/** A ticket with what the desk keeps beside it. */
export interface TicketRow {
  ticket: Ticket;
  view: TopicView;
  viewDueAt: number | null;
  receiptId: number | null;
  dueAt: number | null;
  recorded: number;
}

/** How many of a customer's tickets are looked at to tell where their next message belongs. */
const CUSTOMER_TICKETS_MAX = 30;

/** Reads and writes the live state. Every method is synchronous and belongs into the transaction of its caller. */
export class Store {
  readonly #db: Database;
  readonly #customer;
  readonly #ticket;

  constructor(db: Database) {
    this.#db = db;
    this.#customer = db
      .select()
      .from(customers)
      .where(eq(customers.id, sql.placeholder("id")))
      .prepare();
    this.#ticket = db
      .select()
      .from(tickets)
      .where(eq(tickets.number, sql.placeholder("number")))
      .prepare();
  }

  // Facts

  fact(key: string): unknown {
    return this.#db.select().from(facts).where(eq(facts.key, key)).get()?.value;
  }

  setFact(key: string, value: unknown): void {
    this.#db
      .insert(facts)
      .values({ key, value })
      .onConflictDoUpdate({ target: facts.key, set: { value } })
      .run();
  }

  deleteFact(key: string): void {
    this.#db.delete(facts).where(eq(facts.key, key)).run();
  }

  /** Whether this is the first time; what is said once is remembered here. */
  firstTime(key: string, at: number): boolean {
    return this.#db.insert(told).values({ key, at }).onConflictDoNothing().returning().all().length > 0;
  }

  wasTold(key: string): boolean {
    return this.#db.select().from(told).where(eq(told.key, key)).get() !== undefined;
  }

  forgetTold(key: string): void {
    this.#db.delete(told).where(eq(told.key, key)).run();
  }

  // Customers

  customer(id: number): CustomerRow | undefined {
    return this.#customer.get({ id });
  }

  addCustomer(contact: ContactFacts, at: number, payload: string | null): CustomerRow {
    const row: CustomerRow = {
      id: contact.id,
      contact,
      current: null,
      wantsNew: false,
      payload,
      unreachable: null,
      firstSeenAt: at,
      updatedAt: at,
      version: 1,
      recorded: 0,
    };
    this.#db.insert(customers).values(row).run();
    return row;
  }

  /** What the record does not show (where they speak, what they asked for next) leaves the version as it is. */
  updateConversation(
    id: number,
    change: { current?: number | null; wantsNew?: boolean; payload?: string | null },
  ): void {
    this.#db.update(customers).set(change).where(eq(customers.id, id)).run();
  }

  updateContact(
    id: number,
    change: { contact?: ContactFacts; unreachable?: UnreachableReason | null },
    at: number,
  ): void {
    this.#db
      .update(customers)
      .set({ ...change, updatedAt: at, version: sql`${customers.version} + 1` })
      .where(eq(customers.id, id))
      .run();
  }

  unrecordedCustomers(limit: number): CustomerRow[] {
    return this.#db
      .select()
      .from(customers)
      .where(sql`recorded < version`)
      .orderBy(asc(customers.id))
      .limit(limit)
      .all();
  }

  customerRecorded(id: number, version: number): void {
    this.#db.update(customers).set({ recorded: version }).where(eq(customers.id, id)).run();
  }

  // Tickets

  ticket(number: number): TicketRow | undefined {
    const row = this.#ticket.get({ number });
    return row === undefined ? undefined : ticketRow(row);
  }

  ticketOfTopic(topicId: number): TicketRow | undefined {
    const topic = this.#db.select().from(topics).where(eq(topics.id, topicId)).get();
    return topic === undefined ? undefined : this.ticket(topic.ticket);
  }

  ticketsOf(customer: number): CustomerTicket[] {
    const rows = this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(eq(tickets.customer, customer))
      .orderBy(desc(tickets.number))
      .limit(CUSTOMER_TICKETS_MAX)
      .all();
    return rows.map(({ state }) => ({
      number: state.number,
      ref: state.ref,
      status: state.status,
      subject: state.subject,
      openedAt: state.openedAt,
      closedAt: state.closedAt,
    }));
  }

  ticketOfReceipt(customer: number, messageId: number): number | undefined {
    return this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(and(eq(tickets.customer, customer), eq(tickets.receiptId, messageId)))
      .get()?.number;
  }

  activeTickets(limit: number): Ticket[] {
    const rows = this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(sql`active = 1`)
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ state }) => state);
  }

  lastNumber(): number {
    return (
      this.#db
        .select({ last: sql<number | null>`max(number)` })
        .from(tickets)
        .get()?.last ?? 0
    );
  }

  addTicket(
    ticket: Ticket,
    appended: readonly TicketEvent[],
    viewDueAt: number | null,
    dueAt: number | null,
  ): void {
    this.#db
      .insert(tickets)
      .values({
        number: ticket.number,
        customer: ticket.customer,
        state: ticket,
        view: NEW_VIEW,
        viewDueAt,
        receiptId: null,
        dueAt,
        active: true,
        version: ticket.version,
        recorded: 0,
      })
      .run();
    this.#append(ticket, appended);
  }

  saveTicket(
    before: TicketRow,
    ticket: Ticket,
    appended: readonly TicketEvent[],
    viewDueAt: number | null,
    dueAt: number | null,
  ): void {
    const active = ticket.status !== "closed";
    // An index is written only when its column stands in the statement: leave out what stays.
    this.#db
      .update(tickets)
      .set({
        state: ticket,
        version: ticket.version,
        ...(active === (before.ticket.status !== "closed") ? {} : { active }),
        ...(viewDueAt === before.viewDueAt ? {} : { viewDueAt }),
        ...(dueAt === before.dueAt ? {} : { dueAt }),
      })
      .where(eq(tickets.number, ticket.number))
      .run();
    this.#append(ticket, appended);
  }

  #append(ticket: Ticket, appended: readonly TicketEvent[]): void {
    const first = ticket.version - appended.length + 1;
    for (const [index, event] of appended.entries()) {
      this.#db
        .insert(events)
        .values({ ticket: ticket.number, n: first + index, event })
        .run();
    }
  }

  saveView(number: number, view: TopicView, viewDueAt: number | null): void {
    this.#db.update(tickets).set({ view, viewDueAt }).where(eq(tickets.number, number)).run();
  }

  saveReceipt(number: number, receiptId: number | null): void {
    this.#db.update(tickets).set({ receiptId }).where(eq(tickets.number, number)).run();
  }

  addTopic(topicId: number, number: number): void {
    this.#db.insert(topics).values({ id: topicId, ticket: number }).onConflictDoNothing().run();
  }

  viewDueSoon(number: number, at: number): void {
    this.#db.update(tickets).set({ viewDueAt: at }).where(eq(tickets.number, number)).run();
  }

  /** The tickets of a customer whose topics show the customer's name. */
  activeTicketsOf(customer: number): TicketRow[] {
    return this.#db
      .select()
      .from(tickets)
      .where(and(eq(tickets.customer, customer), eq(tickets.active, true)))
      .all()
      .map(ticketRow);
  }

  /** Tickets whose view is due, longest first. */
  viewsDue(now: number, limit: number): TicketRow[] {
    return this.#db
      .select()
      .from(tickets)
      .where(and(isNotNull(tickets.viewDueAt), lte(tickets.viewDueAt, now)))
      .orderBy(asc(tickets.viewDueAt))
      .limit(limit)
      .all()
      .map(ticketRow);
  }

  /** When the next view falls due that is not due yet. */
  nextViewDueAt(now: number): number | null {
    const next = this.#db
      .select({ at: sql<number | null>`min(view_due_at)` })
      .from(tickets)
      .where(and(isNotNull(tickets.viewDueAt), gt(tickets.viewDueAt, now)))
      .get();
    return next?.at ?? null;
  }

  ticketsDue(now: number, limit: number): TicketRow[] {
    return this.#db
      .select()
      .from(tickets)
      .where(and(isNotNull(tickets.dueAt), lte(tickets.dueAt, now)))
      .orderBy(asc(tickets.dueAt))
      .limit(limit)
      .all()
      .map(ticketRow);
  }

  firstDueAt(): number | null {
    const first = this.#db
      .select({ at: sql<number | null>`min(due_at)` })
      .from(tickets)
      .where(isNotNull(tickets.dueAt))
      .get();
    return first?.at ?? null;
  }

  // The record's copy

  unrecordedTickets(limit: number): TicketRow[] {
    return this.#db
      .select()
      .from(tickets)
      .where(sql`recorded < version`)
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all()
      .map(ticketRow);
  }

  hasUnrecorded(): boolean {
    const ticket = this.#db
      .select({ one: sql`1` })
      .from(tickets)
      .where(sql`recorded < version`)
      .limit(1)
      .get();
    if (ticket !== undefined) return true;
    return (
      this.#db
        .select({ one: sql`1` })
        .from(customers)
        .where(sql`recorded < version`)
        .limit(1)
        .get() !== undefined
    );
  }

  countUnrecorded(): number {
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(tickets)
        .where(sql`recorded < version`)
        .get()?.count ?? 0
    );
  }

  eventsAfter(number: number, n: number, limit: number): { n: number; event: TicketEvent }[] {
    return this.#db
      .select({ n: events.n, event: events.event })
      .from(events)
      .where(and(eq(events.ticket, number), sql`${events.n} > ${n}`))
      .orderBy(asc(events.n))
      .limit(limit)
      .all();
  }

  ticketRecorded(number: number, version: number): void {
    this.#db.update(tickets).set({ recorded: version }).where(eq(tickets.number, number)).run();
  }

  /** Everything counts as unrecorded again. Answers how many tickets that is. */
  forgetRecorded(): number {
    this.#db.update(customers).set({ recorded: 0 }).run();
    this.#db.update(tickets).set({ recorded: 0 }).run();
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(tickets)
        .get()?.count ?? 0
    );
  }

  // Lanes

  laneRate(lane: Lane): RateState | undefined {
    return this.#db.select().from(lanes).where(eq(lanes.lane, lane)).get()?.state;
  }

  saveLaneRate(lane: Lane, state: RateState): void {
    this.#db
      .insert(lanes)
      .values({ lane, state })
      .onConflictDoUpdate({ target: lanes.lane, set: { state } })
      .run();
  }

  // People of the staff group

  seen(id: number, username: string | null): void {
    const known = this.#db.select().from(people).where(eq(people.id, id)).get();
    if (known !== undefined && known.username === username) return;
    this.#db
      .insert(people)
      .values({ id, username })
      .onConflictDoUpdate({ target: people.id, set: { username } })
      .run();
  }

  usernames(): Map<number, string> {
    const rows = this.#db.select().from(people).where(isNotNull(people.username)).all();
    return new Map(rows.map((row) => [row.id, row.username!]));
  }
}

function ticketRow(row: typeof tickets.$inferSelect): TicketRow {
  return {
    ticket: row.state,
    view: row.view,
    viewDueAt: row.viewDueAt,
    receiptId: row.receiptId,
    dueAt: row.dueAt,
    recorded: row.recorded,
  };
}
