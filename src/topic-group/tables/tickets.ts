import { and, asc, desc, eq, gt, isNotNull, lte, sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { Route } from "../../domain/contact/route.ts";
import type { TicketEvent } from "../../domain/ticket/event.ts";
import { evolve } from "../../domain/ticket/evolve.ts";
import { TICKET_SHAPE, type Ticket } from "../../domain/ticket/ticket.ts";
import { isAmong } from "./among.ts";
import type { Database } from "./database.ts";
import { FACTS, type Facts } from "./facts.ts";
import type { FilledSlots } from "./filled-slots.ts";
import { numbersOf, type Forgets, type TicketToForget } from "./forgets.ts";
import type { History, Happened } from "./history.ts";
import { Earliest, Few, Rows } from "./memory.ts";
import { tickets } from "./schema.ts";
import { NEW_VIEW, type TopicView } from "./shapes.ts";
import { changing, given, givenRow, inserted, statement } from "./statement.ts";
import { placeOf } from "./ticket-place.ts";
import type { Topics } from "./topics.ts";

type Stored = typeof tickets.$inferSelect;

const TICKETS_KEPT_MAX = 500;
const UNRECORDED_KEPT_MAX = 200;

/** A ticket with what the desk keeps beside it. */
export interface TicketRow {
  ticket: Ticket;
  view: TopicView;
  viewDueAt: number | null;
  receiptId: number | null;
  dueAt: number | null;
  recorded: number;
}

/** What a ticket that comes back gets anew; what its topic showed stays. */
const ADOPTED = [
  "state",
  "receiptId",
  "viewDueAt",
  "dueAt",
  "active",
  "queue",
  "busy",
  "unassigned",
  "version",
  "recorded",
] as const;

/** Tickets as they are, live and closed, each the fold of its events. */
export class Tickets implements Forgets {
  readonly #db: Database;
  readonly #facts: Facts;
  readonly #history: History;
  readonly #topics: Topics;
  readonly #filledSlots: FilledSlots;
  readonly #isHere: (number: number) => boolean;
  readonly #rows: Rows<number, Stored>;
  /** Of all tickets. */
  readonly firstDue: Earliest;
  readonly firstViewDue: Earliest;
  /** Tickets of which the record does not have all. */
  readonly unrecorded: Few<number>;
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(tickets)
      .where(eq(tickets.number, given("number")))
      .prepare(),
  );
  readonly #add = statement(() => this.#db.insert(tickets).values(givenRow(tickets)).prepare());
  readonly #adopt = statement(() =>
    this.#db
      .insert(tickets)
      .values(givenRow(tickets))
      .onConflictDoUpdate({ target: tickets.number, set: inserted(tickets, ...ADOPTED) })
      .prepare(),
  );
  readonly #change = changing(
    () => this.#db,
    tickets,
    () => eq(tickets.number, given("number")),
  );
  readonly #byForeignId = statement(() =>
    this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(eq(tickets.foreignId, given("foreignId")))
      .prepare(),
  );
  readonly #last = statement(() =>
    this.#db
      .select({ last: sql<number | null>`max(number)` })
      .from(tickets)
      .prepare(),
  );
  readonly #firstDueAt = statement(() =>
    this.#db
      .select({ at: sql<number | null>`min(due_at)` })
      .from(tickets)
      .where(isNotNull(tickets.dueAt))
      .prepare(),
  );
  readonly #firstViewDueAt = statement(() =>
    this.#db
      .select({ at: sql<number | null>`min(view_due_at)` })
      .from(tickets)
      .where(isNotNull(tickets.viewDueAt))
      .prepare(),
  );
  readonly #unrecorded = statement(() =>
    this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(sql`recorded < version`)
      .orderBy(asc(tickets.number))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #customersOf = statement(() =>
    this.#db
      .select({ number: tickets.number, customer: tickets.customer })
      .from(tickets)
      .where(sql`${tickets.number} IN (SELECT value FROM json_each(${given("numbers")}))`)
      .prepare(),
  );

  /** `isHere`: whether a message or topic of the staff group is in the chat that the group has now. */
  constructor(
    db: Database,
    beside: { facts: Facts; history: History; topics: Topics; filledSlots: FilledSlots },
    isHere: (number: number) => boolean,
  ) {
    this.#db = db;
    this.#facts = beside.facts;
    this.#history = beside.history;
    this.#topics = beside.topics;
    this.#filledSlots = beside.filledSlots;
    this.#isHere = isHere;
    const { memory } = db;
    this.#rows = memory.of("tickets", new Rows(TICKETS_KEPT_MAX));
    this.firstDue = memory.of("tickets", new Earliest(() => this.#firstDueAt().get()?.at ?? null));
    this.firstViewDue = memory.of("tickets", new Earliest(() => this.#firstViewDueAt().get()?.at ?? null));
    this.unrecorded = memory.of(
      "tickets",
      new Few(UNRECORDED_KEPT_MAX, (limit) =>
        this.#unrecorded()
          .all({ limit })
          .map(({ number }) => number),
      ),
    );
  }

  get(number: number): TicketRow | undefined {
    const row = this.#stored(number);
    return row === undefined ? undefined : this.#asHere(ticketRow(row));
  }

  /** Those of which a statement has found the numbers. */
  of(found: readonly { number: number }[]): TicketRow[] {
    return found.map(({ number }) => this.get(number)!);
  }

  #stored(number: number): Stored | undefined {
    const known = this.#rows.get(number);
    if (known !== undefined) return known;
    const row = this.#get().get({ number });
    if (row === undefined) return undefined;
    return this.#rows.keep(number, row.state.shape === TICKET_SHAPE ? row : this.#refold(row));
  }

  /**
   * A topic and a card in a former chat of the group count as missing. They stay in the row, in case the group gets
   * that chat back.
   */
  #asHere(row: TicketRow): TicketRow {
    const { ticket, view } = row;
    const hasTopic = ticket.topicId === null || this.#isHere(ticket.topicId);
    const hasCard = view.cardId === null || this.#isHere(view.cardId);
    if (hasTopic && hasCard) return row;
    // A topic that is being made is made in the present chat: a card of a former one means that its making has not
    // begun.
    const creatingSince = hasCard ? view.creatingSince : null;
    return {
      ...row,
      ticket: hasTopic ? ticket : { ...ticket, topicId: null },
      view: { ...NEW_VIEW, creatingSince },
    };
  }

  /** A ticket that an earlier release stored: what it is now follows from its events. */
  #refold(row: Stored): Stored {
    const history = this.#history.after(row.number, 0, Number.MAX_SAFE_INTEGER);
    const state = history.reduce<Ticket | null>((ticket, { event }) => evolve(ticket, event), null)!;
    const now = { state, ...placeOf(state) };
    this.change(row.number, now);
    return { ...row, ...now };
  }

  add(
    ticket: Ticket,
    appended: readonly TicketEvent[],
    viewDueAt: number | null,
    dueAt: number | null,
    now: number,
  ): void {
    const row: Stored = {
      number: ticket.number,
      customer: ticket.customer,
      state: ticket,
      view: NEW_VIEW,
      viewDueAt,
      receiptId: null,
      dueAt,
      foreignId: null,
      ...placeOf(ticket),
      version: ticket.version,
      recorded: 0,
    };
    this.#db.memory.knowing("tickets", () => this.#add().run({ ...row }));
    this.#rows.keep(row.number, row);
    this.unrecorded.is(row.number, row.recorded < row.version);
    this.firstDue.moved(null, dueAt);
    this.firstViewDue.moved(null, viewDueAt);
    this.#history.append(ticket, appended, now);
  }

  save(
    before: TicketRow,
    ticket: Ticket,
    appended: readonly TicketEvent[],
    viewDueAt: number | null,
    dueAt: number | null,
    now: number,
  ): void {
    this.#filledSlots.moved(before.ticket, ticket);
    // An index is written only when its column stands in the statement: leave out what stays.
    this.change(ticket.number, {
      state: ticket,
      version: ticket.version,
      ...changed(placeOf(before.ticket), placeOf(ticket)),
      ...(viewDueAt === before.viewDueAt ? {} : { viewDueAt }),
      ...(dueAt === before.dueAt ? {} : { dueAt }),
    });
    this.#history.append(ticket, appended, now);
  }

  /** Takes over a ticket of another group, or back one that was here before, with its whole history. */
  adopt(ticket: Ticket, history: readonly Happened[], receiptId: number | null, own: string): void {
    const { number, version } = ticket;
    const isOwn = ticket.id === `${own}:${number}`;
    this.#adopt().run({
      number,
      customer: ticket.customer,
      foreignId: isOwn ? null : ticket.id,
      view: NEW_VIEW,
      state: ticket,
      receiptId,
      viewDueAt: null,
      dueAt: null,
      ...placeOf(ticket),
      version,
      recorded: version,
    });
    this.#history.add(number, history);
  }

  /** How a ticket stands that another group has, for the customer's list. */
  saveElsewhere(
    ticket: Ticket,
    change: Pick<Ticket, "status" | "resolvedAt" | "closedAt"> | Pick<Ticket, "topicId">,
  ): void {
    this.change(ticket.number, { state: { ...ticket, ...change } });
  }

  saveReceipt(number: number, receiptId: number | null): void {
    this.change(number, { receiptId });
  }

  /** Changes columns of a ticket's row; to change the ticket itself is `save`. */
  change(number: number, change: Partial<Stored>): void {
    const known = this.#rows.get(number);
    this.#db.memory.knowing("tickets", () => this.#change({ number }, change));
    this.#rows.change(number, change);
    if (change.version !== undefined || change.recorded !== undefined) {
      const now = this.#rows.get(number);
      this.unrecorded.is(number, now === undefined ? undefined : now.recorded < now.version);
    }
    if (change.dueAt !== undefined) this.firstDue.moved(known?.dueAt, change.dueAt);
    if (change.viewDueAt !== undefined) this.firstViewDue.moved(known?.viewDueAt, change.viewDueAt);
  }

  /** The number by which this group knows a ticket, null if it does not. */
  numberOf(ticketId: string, own: string): number | null {
    const foreign = this.#byForeignId().get({ foreignId: ticketId });
    if (foreign !== undefined) return foreign.number;
    const [group, number] = ticketId.split(":");
    return group === own && this.get(Number(number)) !== undefined ? Number(number) : null;
  }

  /** The highest number that any ticket has had here, be it forgotten or not. */
  lastNumber(): number {
    return Math.max(this.#last().get()?.last ?? 0, Number(this.#facts.get(FACTS.lastForgotten) ?? 0));
  }

  ofTopic(topicId: number): TicketRow | undefined {
    const number = this.#topics.ticketOf(topicId);
    return number === undefined ? undefined : this.get(number);
  }

  /** Whose tickets these are. */
  customersOf(numbers: readonly number[]): Map<number, number> {
    const customers = new Map<number, number>();
    const unknown: number[] = [];
    for (const number of numbers) {
      const known = this.#rows.get(number);
      if (known === undefined) unknown.push(number);
      else customers.set(number, known.customer);
    }
    if (unknown.length === 0) return customers;
    const rows = this.#customersOf().all({ numbers: JSON.stringify(unknown) });
    for (const { number, customer } of rows) customers.set(number, customer);
    return customers;
  }

  /** Tickets that live here and are not over for good, and those of this group's customers elsewhere; by number. */
  toLeave(after: number, closedSince: number, limit: number): TicketRow[] {
    const found = this.#db
      .select({ number: tickets.number })
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
      .all();
    return this.of(found);
  }

  numbersOf(customer: ContactId, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(eq(tickets.customer, customer))
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** Some of a customer's tickets: first those of which the record does not have all, then the newest. */
  toExport(id: ContactId, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(eq(tickets.customer, id))
      .orderBy(sql`${tickets.recorded} >= ${tickets.version}`, desc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** How many tickets of people are here, how many of them are in hand here, and the references of the first. */
  countOf(
    people: readonly ContactId[],
    refsMax: number,
  ): { tickets: number; activeTickets: number; refs: string[] } {
    const theirs = isAmong(tickets.customer, people);
    const [all] = this.#db
      .select({
        tickets: sql<number>`count(*)`,
        activeTickets: sql<number>`count(*) FILTER (WHERE ${tickets.active} = 1
          AND ${tickets.state} ->> '$.movedTo' IS NULL)`,
      })
      .from(tickets)
      .where(theirs)
      .all();
    const refs = this.#db
      .select({ ref: sql<string>`${tickets.state} ->> '$.ref'` })
      .from(tickets)
      .where(theirs)
      .orderBy(asc(tickets.number))
      .limit(refsMax)
      .all();
    return { ...all!, refs: refs.map(({ ref }) => ref) };
  }

  toForget(numbers: readonly number[]): TicketToForget[] {
    return this.#db
      .select({
        number: tickets.number,
        id: sql<string>`${tickets.state} ->> '$.id'`,
        customer: tickets.customer,
        route: sql<string | null>`${tickets.state} -> '$.route'`,
      })
      .from(tickets)
      .where(isAmong(tickets.number, numbers))
      .all()
      .map(({ route, ...ticket }) =>
        route === null ? ticket : { ...ticket, route: JSON.parse(route) as Route },
      );
  }

  /** The routes that a customer's tickets keep, each once. */
  routesOf(customer: ContactId): Route[] {
    return this.#db
      .selectDistinct({ route: sql<string>`${tickets.state} -> '$.route'` })
      .from(tickets)
      .where(and(eq(tickets.customer, customer), sql`${tickets.state} -> '$.route' IS NOT NULL`))
      .all()
      .map(({ route }) => JSON.parse(route) as Route);
  }

  forgetTickets(gone: readonly TicketToForget[]): number {
    return this.#db
      .delete(tickets)
      .where(isAmong(tickets.number, numbersOf(gone)))
      .returning({ n: tickets.number })
      .all().length;
  }

  /** Closed tickets that ended before an instant, but for some, lowest number first. */
  closedBefore(before: number, kept: readonly string[], among: Stretch, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        and(
          isIn(among),
          eq(tickets.active, false),
          // What the record has not been told yet stays until it has.
          sql`${tickets.recorded} >= ${tickets.version}`,
          // A ticket that another group has counts as closed when that group says so.
          sql`${tickets.state} ->> '$.status' = 'closed' AND ${tickets.state} ->> '$.closedAt' < ${before}`,
          isKeptByNobody(kept),
        ),
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** Closed tickets that still have what another system said before an instant, but for some, lowest number first. */
  closedWithProfile(before: number, kept: readonly string[], among: Stretch, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        and(
          isIn(among),
          eq(tickets.active, false),
          sql`${tickets.recorded} >= ${tickets.version}`,
          sql`${tickets.state} ->> '$.profile.receivedAt' < ${before}`,
          isKeptByNobody(kept),
        ),
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** The next tickets by number after one, open or closed: the last one's number, if there are any, and whether more follow. */
  nextOf(after: number, limit: number): { last: number | undefined; more: boolean } {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(gt(tickets.number, after))
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return { last: rows.at(-1)?.number, more: rows.length === limit };
  }

  /** Clears what another system said of tickets. */
  forgetProfiles(numbers: readonly number[]): void {
    this.#db
      .update(tickets)
      .set({ state: sql`json_set(${tickets.state}, '$.profile', NULL)` })
      .where(isAmong(tickets.number, numbers))
      .run();
  }
}

function changed<T extends Record<string, unknown>>(before: T, after: T): Partial<T> {
  const entries = Object.entries(after).filter(([key, value]) => value !== before[key]);
  return Object.fromEntries(entries) as Partial<T>;
}

function ticketRow(row: Stored): TicketRow {
  return {
    ticket: row.state,
    view: row.view,
    viewDueAt: row.viewDueAt,
    receiptId: row.receiptId,
    dueAt: row.dueAt,
    recorded: row.recorded,
  };
}

/** Tickets by number, after the first up to the last. */
export interface Stretch {
  after: number;
  upTo: number;
}

function isIn({ after, upTo }: Stretch): SQL | undefined {
  return and(gt(tickets.number, after), lte(tickets.number, upTo));
}

/** Whether neither a ticket nor its customer is held. */
function isKeptByNobody(kept: readonly string[]): SQL {
  const ids = JSON.stringify(kept);
  return sql`${tickets.state} ->> '$.id' NOT IN (SELECT value FROM json_each(${ids}))
    AND CAST(${tickets.customer} AS TEXT) NOT IN (SELECT value FROM json_each(${ids}))`;
}
