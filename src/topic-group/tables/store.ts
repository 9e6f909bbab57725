import { and, asc, desc, eq, gt, isNotNull, lt, lte, or, sql, type SQL } from "drizzle-orm";
import type { ContactFacts, UnreachableReason } from "../../domain/contact/contact.ts";
import type { RecordedState } from "../../domain/desk/reconciliation.ts";
import { CAUSE_KEPT_MS } from "../../domain/limits.ts";
import type { Loads } from "../../domain/team/roster.ts";
import type { CustomerTicket } from "../../domain/ticket/conversation.ts";
import type { TicketEvent } from "../../domain/ticket/event.ts";
import { evolve, TICKET_SHAPE, type Ticket } from "../../domain/ticket/ticket.ts";
import { isAmong } from "./among.ts";
import type { Database } from "./database.ts";
import { FACTS } from "./facts.ts";
import type { Lane } from "./lane.ts";
import { customers, events, facts, lanes, people, tickets, told, topics } from "./schema.ts";
import { NEW_VIEW, type KnownProfile, type RateState, type TopicView } from "./shapes.ts";

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

/** What was said once may be said again after half a year: who was told has forgotten it by then. */
const TOLD_KEPT_MS = 180 * 24 * 3_600_000;
/** A rate is as if it had never been used this long after its last 429 or call. */
const RATE_KEPT_MS = 3_600_000;

/** How many events of a ticket are read at once to find one of the newest. */
const EVENTS_LOOKED_AT = 50;

/** Reads and writes the live state. Every method is synchronous and belongs into the transaction of its caller. */
export class Store {
  readonly #db: Database;
  /** Counted when first asked for, then kept up to date; null before that. */
  #loads: Map<number, number> | null = null;
  /** Whether `#loads` counts tickets whose customer is to answer. */
  #countsWaiting = false;
  readonly #customer;
  readonly #ticket;
  readonly #isHere: (number: number) => boolean;

  /** `isHere`: whether a message or topic of the staff group is in the chat that the group has now. */
  constructor(db: Database, isHere: (number: number) => boolean) {
    this.#isHere = isHere;
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

  /** What is so old that it may be said again, or that nothing can come of it any more. */
  purgeTold(now: number): void {
    const isAlbum = sql`${told.key} GLOB '*-album:*'`;
    const isForEver = sql`${told.key} GLOB 'stranger:*' OR ${told.key} GLOB 'blocked:*'`;
    this.#db
      .delete(told)
      .where(
        or(
          and(isAlbum, lt(told.at, now - CAUSE_KEPT_MS)),
          and(sql`NOT (${isForEver})`, lt(told.at, now - TOLD_KEPT_MS)),
        ),
      )
      .run();
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
      home: null,
      profile: null,
      unreachable: null,
      firstSeenAt: at,
      updatedAt: at,
      version: 1,
      recorded: 0,
    };
    this.#db.insert(customers).values(row).run();
    return row;
  }

  /** Somebody whose home is another group; that group tells the record about them. */
  addForeignCustomer(contact: ContactFacts, home: string, at: number): void {
    const row = this.addCustomer(contact, at, null);
    this.#db.update(customers).set({ home, recorded: row.version }).where(eq(customers.id, contact.id)).run();
  }

  /** A customer's home is this group from now on; this group tells the record about them. */
  makeOwn(contact: ContactFacts, current: number | null, at: number): void {
    const known = this.customer(contact.id);
    if (known === undefined) this.addCustomer(contact, at, null);
    if (known?.home != null)
      this.#db
        .update(customers)
        .set({ home: null, version: sql`${customers.version} + 1` })
        .where(eq(customers.id, contact.id))
        .run();
    if (current !== null && (known?.current ?? null) === null)
      this.updateConversation(contact.id, { current });
  }

  /** Tickets that live here and are not over for good, and those of this group's customers elsewhere; by number. */
  toLeave(after: number, closedSince: number, limit: number): TicketRow[] {
    return this.#db
      .select()
      .from(tickets)
      .where(
        sql`${tickets.number} > ${after} AND (
          active = 1
          OR (json_extract(state, '$.status') = 'closed' AND json_extract(state, '$.movedTo') IS NULL
            AND json_extract(state, '$.closedAt') > ${closedSince})
          OR (json_extract(state, '$.movedTo') IS NOT NULL AND json_extract(state, '$.status') <> 'closed'))`,
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all()
      .map((row) => this.#rowOf(row));
  }

  /** What is in hand here: of everybody, by agent and by queue. */
  inHand(): { agent: number | null; queue: string; tickets: number; promises: number }[] {
    return this.#db
      .select({
        agent: tickets.busy,
        queue: tickets.queue,
        tickets: sql<number>`count(*)`,
        promises: sql<number>`count(${tickets.dueAt})`,
      })
      .from(tickets)
      .where(sql`active = 1`)
      .groupBy(tickets.busy, tickets.queue)
      .all();
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

  /** Another bot may write to nobody before they have written to it; of one that is back nobody knows who has. */
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

  saveProfile(id: number, profile: KnownProfile): void {
    this.#db.update(customers).set({ profile }).where(eq(customers.id, id)).run();
  }

  forgetProfile(id: number): void {
    this.#db.update(customers).set({ profile: null }).where(eq(customers.id, id)).run();
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
    return row === undefined ? undefined : this.#rowOf(row);
  }

  #rowOf(row: typeof tickets.$inferSelect): TicketRow {
    return this.#asHere(row.state.shape === TICKET_SHAPE ? ticketRow(row) : this.#refold(row));
  }

  /**
   * A topic and a card in a chat that the group has no longer are none. They stay in the row, so that all is as it was
   * should the group get that chat back.
   */
  #asHere(row: TicketRow): TicketRow {
    const { ticket, view } = row;
    const hasTopic = ticket.topicId === null || this.#isHere(ticket.topicId);
    const hasCard = view.cardId === null || this.#isHere(view.cardId);
    if (hasTopic && hasCard) return row;
    // The topic that is being made, if one is, is made in the chat of now: a card of before says that nobody has begun.
    const creatingSince = hasCard ? view.creatingSince : null;
    return {
      ...row,
      ticket: hasTopic ? ticket : { ...ticket, topicId: null },
      view: { ...NEW_VIEW, creatingSince },
    };
  }

  /** A ticket that an earlier release stored: what it is now follows from its events. */
  #refold(row: typeof tickets.$inferSelect): TicketRow {
    const history = this.eventsAfter(row.number, 0, Number.MAX_SAFE_INTEGER);
    const state = history.reduce<Ticket | null>((ticket, { event }) => evolve(ticket, event), null)!;
    this.#db
      .update(tickets)
      .set({ state, ...placeOf(state) })
      .where(eq(tickets.number, row.number))
      .run();
    return ticketRow({ ...row, state });
  }

  /** Brings the tickets in hand into the shape of this release, once; the others follow when they are needed. */
  refoldActive(): void {
    if (this.fact(FACTS.ticketShape) === TICKET_SHAPE) return;
    for (const number of this.activeNumbers()) this.ticket(number);
    this.setFact(FACTS.ticketShape, TICKET_SHAPE);
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

  /** Who has had a ticket of this customer. */
  servedBy(customer: number): Set<number> {
    const rows = this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(eq(tickets.customer, customer))
      .orderBy(desc(tickets.number))
      .limit(CUSTOMER_TICKETS_MAX)
      .all();
    return new Set(rows.flatMap(({ state }) => (state.assignee === null ? [] : [state.assignee.id])));
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

  /** The highest number that any ticket has had here, be it forgotten or not. */
  lastNumber(): number {
    const known = this.#db
      .select({ last: sql<number | null>`max(number)` })
      .from(tickets)
      .get();
    return Math.max(known?.last ?? 0, Number(this.fact(FACTS.lastForgotten) ?? 0));
  }

  /** The number by which this group knows a ticket, null if it does not. */
  numberOf(ticketId: string, own: string): number | null {
    const foreign = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(eq(tickets.foreignId, ticketId))
      .get();
    if (foreign !== undefined) return foreign.number;
    const [group, number] = ticketId.split(":");
    return group === own && this.ticket(Number(number)) !== undefined ? Number(number) : null;
  }

  /** Takes over a ticket of another group, or back one that was here before, with its whole history. */
  adopt(
    ticket: Ticket,
    history: readonly { n: number; event: TicketEvent; notedAt: number | null }[],
    receiptId: number | null,
    own: string,
  ): void {
    const { number, version } = ticket;
    const isOwn = ticket.id === `${own}:${number}`;
    const now = {
      state: ticket,
      receiptId,
      viewDueAt: null,
      dueAt: null,
      version,
      recorded: version,
    };
    this.#db
      .insert(tickets)
      .values({
        number,
        customer: ticket.customer,
        foreignId: isOwn ? null : ticket.id,
        view: NEW_VIEW,
        ...now,
        ...placeOf(ticket),
      })
      .onConflictDoUpdate({ target: tickets.number, set: { ...now, ...placeOf(ticket) } })
      .run();
    this.addHistory(number, history);
  }

  /** Events that happened elsewhere, whichever of them are not here yet. */
  addHistory(
    ticket: number,
    history: readonly { n: number; event: TicketEvent; notedAt: number | null }[],
  ): void {
    for (const { n, event, notedAt } of history) {
      this.#db.insert(events).values({ ticket, n, event, notedAt }).onConflictDoNothing().run();
    }
  }

  /** The ids of the tickets that fill an agent's slots. */
  inHandOf(agent: number, countsWaiting: boolean): string[] {
    const rows = this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(and(eq(tickets.busy, agent), fillsSlot(countsWaiting)))
      .all();
    return rows.map(({ state }) => state.id);
  }

  /** Tickets in hand whose agent or queue is none of these, by number, after a number. */
  misplaced(
    { agents, queues }: { agents: readonly number[]; queues: readonly string[] },
    after: number,
    limit: number,
  ): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        sql`active = 1 AND ${tickets.number} > ${after} AND (
          ${tickets.queue} NOT ${isOneOf(queues)}
          OR (busy IS NOT NULL AND busy NOT ${isOneOf(agents)})
          OR EXISTS (SELECT 1 FROM json_each(state, '$.reminders') AS reminder
            WHERE json_extract(reminder.value, '$.agent') NOT ${isOneOf(agents)}))`,
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** How a ticket stands that another group has, for the customer's list. */
  saveElsewhere(
    ticket: Ticket,
    change: Pick<Ticket, "status" | "resolvedAt" | "closedAt"> | Pick<Ticket, "topicId">,
  ): void {
    this.#db
      .update(tickets)
      .set({ state: { ...ticket, ...change } })
      .where(eq(tickets.number, ticket.number))
      .run();
  }

  addTicket(
    ticket: Ticket,
    appended: readonly TicketEvent[],
    viewDueAt: number | null,
    dueAt: number | null,
    now: number,
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
        ...placeOf(ticket),
        version: ticket.version,
        recorded: 0,
      })
      .run();
    this.#append(ticket, appended, now);
  }

  saveTicket(
    before: TicketRow,
    ticket: Ticket,
    appended: readonly TicketEvent[],
    viewDueAt: number | null,
    dueAt: number | null,
    now: number,
  ): void {
    this.#moveLoad(
      slotFilledBy(before.ticket, this.#countsWaiting),
      slotFilledBy(ticket, this.#countsWaiting),
    );
    // An index is written only when its column stands in the statement: leave out what stays.
    this.#db
      .update(tickets)
      .set({
        state: ticket,
        version: ticket.version,
        ...changed(placeOf(before.ticket), placeOf(ticket)),
        ...(viewDueAt === before.viewDueAt ? {} : { viewDueAt }),
        ...(dueAt === before.dueAt ? {} : { dueAt }),
      })
      .where(eq(tickets.number, ticket.number))
      .run();
    this.#append(ticket, appended, now);
  }

  #append(ticket: Ticket, appended: readonly TicketEvent[], now: number): void {
    const first = ticket.version - appended.length + 1;
    for (const [index, event] of appended.entries()) {
      const notedAt = event.at === now ? null : now;
      this.#db
        .insert(events)
        .values({ ticket: ticket.number, n: first + index, event, notedAt })
        .run();
    }
  }

  /** Time comes to the ticket at another instant than it was to: the record shall know. */
  saveDueAt(row: TicketRow, dueAt: number | null): void {
    const { number, version } = row.ticket;
    this.#db
      .update(tickets)
      .set({ dueAt, recorded: Math.min(row.recorded, version - 1) })
      .where(eq(tickets.number, number))
      .run();
  }

  /** The clock looks at a ticket again at `until`; the record is not told, because nothing about it has changed. */
  putOff(number: number, until: number): void {
    this.#db.update(tickets).set({ dueAt: until }).where(eq(tickets.number, number)).run();
  }

  /** Every ticket in hand shall be looked at by the clock: the rules have changed. */
  allDueAt(at: number): void {
    this.#db
      .update(tickets)
      .set({ dueAt: at })
      .where(sql`active = 1`)
      .run();
  }

  /** How many slots of each agent this group's tickets fill, by agent id. */
  loads(countsWaiting: boolean): Loads {
    if (this.#countsWaiting !== countsWaiting) this.#loads = null;
    this.#countsWaiting = countsWaiting;
    if (this.#loads === null) {
      const rows = this.#db
        .select({ agent: tickets.busy, count: sql<number>`count(*)` })
        .from(tickets)
        .where(and(isNotNull(tickets.busy), fillsSlot(countsWaiting)))
        .groupBy(tickets.busy)
        .all();
      this.#loads = new Map(rows.map(({ agent, count }) => [agent!, count]));
    }
    return this.#loads;
  }

  /** What was counted is not certain any more: a transaction was rolled back. */
  forgetLoads(): void {
    this.#loads = null;
  }

  #moveLoad(from: number | null, to: number | null): void {
    const loads = this.#loads;
    if (loads === null || from === to) return;
    if (from !== null) loads.set(from, (loads.get(from) ?? 1) - 1);
    if (to !== null) loads.set(to, (loads.get(to) ?? 0) + 1);
  }

  /** How many tickets of a queue wait for somebody to take them; counts no further than `limit`. */
  countUnassigned(queue: string, limit: number): number {
    const some = this.#db
      .select({ one: sql`1` })
      .from(tickets)
      .where(and(sql`unassigned = 1`, eq(tickets.queue, queue)))
      .limit(limit)
      .all();
    return some.length;
  }

  saveView(number: number, view: TopicView, viewDueAt: number | null): void {
    this.#db.update(tickets).set({ view, viewDueAt }).where(eq(tickets.number, number)).run();
  }

  saveReceipt(number: number, receiptId: number | null): void {
    this.#db.update(tickets).set({ receiptId }).where(eq(tickets.number, number)).run();
  }

  addTopic(topicId: number, number: number): void {
    // A topic that is made is this ticket's, whatever had its number before.
    this.#db
      .insert(topics)
      .values({ id: topicId, ticket: number })
      .onConflictDoUpdate({ target: topics.id, set: { ticket: number } })
      .run();
  }

  /** The newest topic of every ticket in hand, of those with numbers above `from` and below `to`. */
  topicsOfActive(from: number, to: number): { ticket: number; topicId: number }[] {
    return this.#db
      .select({ ticket: topics.ticket, topicId: sql<number>`max(${topics.id})` })
      .from(topics)
      .innerJoin(tickets, and(eq(tickets.number, topics.ticket), sql`${tickets.active} = 1`))
      .where(and(gt(topics.id, from), lt(topics.id, to)))
      .groupBy(topics.ticket)
      .all();
  }

  /** Every topic of a ticket in hand shall show it as it is; those of tickets that are held back have none yet. */
  allViewsDue(at: number): void {
    this.#db
      .update(tickets)
      .set({ viewDueAt: at })
      .where(sql`active = 1 AND json_extract(state, '$.heldUntil') IS NULL`)
      .run();
  }

  /** Nobody can change the cards of tickets in hand any more. */
  forgetCards(): void {
    this.#db
      .update(tickets)
      .set({ view: sql`json_set(${tickets.view}, '$.cardId', NULL, '$.card', NULL)` })
      .where(sql`active = 1`)
      .run();
  }

  /** The record shall know where tickets have their topics by now. */
  forgetRecordedTopics(): void {
    this.#db
      .update(tickets)
      .set({ recorded: sql`${tickets.version} - 1` })
      .where(
        sql`recorded >= version AND json_extract(state, '$.topicId') IS NOT NULL
          AND json_extract(state, '$.movedTo') IS NULL`,
      )
      .run();
  }

  /** The tickets in hand here, without those that another group has. */
  activeNumbers(): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(sql`active = 1`)
      .orderBy(asc(tickets.number))
      .all();
    return rows.map(({ number }) => number);
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
      .map((row) => this.#rowOf(row));
  }

  /** The tickets of a customer that another group has, closed ones left out. */
  ticketsElsewhereOf(customer: number): Ticket[] {
    return this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(and(eq(tickets.customer, customer), eq(tickets.active, false)))
      .all()
      .flatMap(({ state }) => (state.movedTo === null || state.status === "closed" ? [] : [state]));
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
      .map((row) => this.#rowOf(row));
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
      .map((row) => this.#rowOf(row));
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
      .map((row) => this.#rowOf(row));
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

  /** Open tickets with a topic, by number, after a number. */
  activeAfter(number: number, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        and(sql`active = 1`, gt(tickets.number, number), sql`json_extract(state, '$.topicId') IS NOT NULL`),
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map((row) => row.number);
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

  eventsAfter(
    number: number,
    n: number,
    limit: number,
  ): { n: number; event: TicketEvent; notedAt: number | null }[] {
    return this.#db
      .select({ n: events.n, event: events.event, notedAt: events.notedAt })
      .from(events)
      .where(and(eq(events.ticket, number), sql`${events.n} > ${n}`))
      .orderBy(asc(events.n))
      .limit(limit)
      .all();
  }

  /** The newest event of a ticket that is wanted; read a part at a time, because it is seldom far back. */
  newestEvent(number: number, isWanted: (event: TicketEvent) => boolean): TicketEvent | undefined {
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const rows = this.#db
        .select({ n: events.n, event: events.event })
        .from(events)
        .where(and(eq(events.ticket, number), lt(events.n, before)))
        .orderBy(desc(events.n))
        .limit(EVENTS_LOOKED_AT)
        .all();
      const found = rows.find(({ event }) => isWanted(event));
      if (found !== undefined || rows.length < EVENTS_LOOKED_AT) return found?.event;
      before = rows.at(-1)!.n;
    }
  }

  ticketRecorded(number: number, version: number): void {
    this.#db.update(tickets).set({ recorded: version }).where(eq(tickets.number, number)).run();
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
  forgetRecordedOf(numbers: readonly number[]): void {
    this.#db.update(tickets).set({ recorded: 0 }).where(isAmong(tickets.number, numbers)).run();
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

  /** What Telegram lets a bot do, it lets each bot do. */
  forgetTelegramsRates(): void {
    this.#db
      .delete(lanes)
      .where(sql`${lanes.lane} IN ('staff', 'bot') OR ${lanes.lane} GLOB 'chat:*'`)
      .run();
  }

  forgetLaneRate(lane: Lane): void {
    this.#db.delete(lanes).where(eq(lanes.lane, lane)).run();
  }

  saveLaneRate(lane: Lane, state: RateState): void {
    this.#db
      .insert(lanes)
      .values({ lane, state })
      .onConflictDoUpdate({ target: lanes.lane, set: { state } })
      .run();
  }

  /** A rate that has recovered is as good as none. */
  purgeLaneRates(now: number): void {
    this.#db
      .delete(lanes)
      .where(
        lt(
          sql`max(${lanes.state} ->> '$.recoversAt', coalesce(${lanes.state} ->> '$.taken[#-1]', 0))`,
          now - RATE_KEPT_MS,
        ),
      )
      .run();
  }

  /** Whose tickets these are. */
  customersOf(numbers: readonly number[]): Map<number, number> {
    const rows = this.#db
      .select({ number: tickets.number, customer: tickets.customer })
      .from(tickets)
      .where(sql`${tickets.number} IN (SELECT value FROM json_each(${JSON.stringify(numbers)}))`)
      .all();
    return new Map(rows.map(({ number, customer }) => [number, customer]));
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

/** Whether a ticket waits for somebody to take it. */
export function isUnassigned({ assignee, heldUntil, status, movedTo }: Ticket): boolean {
  return (
    movedTo === null &&
    assignee === null &&
    heldUntil === null &&
    (status === "open" || status === "escalated")
  );
}

/** Whose work a ticket is, null if nobody's, or if there is none to do. */
export function busyWith({ assignee, status }: Ticket): number | null {
  return status === "resolved" || status === "closed" ? null : (assignee?.id ?? null);
}

/** Whose slot a ticket fills: while the customer is to answer it need not fill any. */
export function slotFilledBy(ticket: Ticket, countsWaiting: boolean): number | null {
  return ticket.status === "waiting" && !countsWaiting ? null : busyWith(ticket);
}

function fillsSlot(countsWaiting: boolean) {
  return countsWaiting ? undefined : sql`json_extract(state, '$.status') <> 'waiting'`;
}

function isOneOf(all: readonly (number | string)[]) {
  return sql`IN (SELECT value FROM json_each(${JSON.stringify(all)}))`;
}

/** Where a ticket stands in the lists: what its indexes hold. */
function placeOf(ticket: Ticket) {
  const { status, queue } = ticket;
  return {
    active: status !== "closed" && ticket.movedTo === null,
    queue,
    busy: busyWith(ticket),
    unassigned: isUnassigned(ticket),
  };
}

function changed<T extends Record<string, unknown>>(before: T, after: T): Partial<T> {
  const entries = Object.entries(after).filter(([key, value]) => value !== before[key]);
  return Object.fromEntries(entries) as Partial<T>;
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
