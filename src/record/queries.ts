import { and, asc, desc, eq, gt, inArray, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { isActive, TICKET_STATUSES, type TicketStatus } from "../domain/status.ts";
import { ContactDetails } from "./contact-details.ts";
import { reach } from "./reach.ts";
import { ticketEvents, tickets } from "./schema.ts";

export type TicketRow = typeof tickets.$inferSelect;
export type TicketEventRow = typeof ticketEvents.$inferSelect;

/** What a list shows; several conditions all hold. An empty `statuses` means every status. */
export interface TicketFilter {
  statuses: readonly TicketStatus[];
  group?: string | undefined;
  queue?: string | undefined;
  assignee?: number | undefined;
  customer?: number | undefined;
}

/** The place after a ticket in the order of lists: opened last first, ties by id. */
export interface TicketPosition {
  openedAt: number;
  id: string;
}

/** Tickets that match, opened last first, at most `limit`, behind `after`. */
export async function listTickets(
  d1: D1Database,
  filter: TicketFilter,
  page: { after: TicketPosition | null; limit: number },
): Promise<TicketRow[]> {
  const db = drizzle(d1);
  const wanted = filter.statuses.length === 0 ? TICKET_STATUSES : filter.statuses;
  // Work in hand and closed tickets stand apart in the indexes: each part is read in order, then merged.
  const parts = [false, true].flatMap((closed) => {
    const statuses = wanted.filter((status) => isActive({ status }) !== closed);
    return statuses.length === 0 ? [] : [{ closed, statuses }];
  });
  // One person may have several contacts: each has its own place in the index.
  const { customer } = filter;
  const people = customer === undefined ? [undefined] : await new ContactDetails(d1).together(customer);
  const readings = people.flatMap((person) => parts.map((part) => ({ ...part, person })));
  const queries = readings.map(({ closed, statuses, person }) =>
    db
      .select()
      .from(tickets)
      .where(
        and(
          ...conditions({ ...filter, customer: person }),
          eq(tickets.closed, closed),
          among(statuses, closed),
          behind(page.after),
        ),
      )
      .orderBy(desc(tickets.openedAt), desc(tickets.id))
      .limit(page.limit),
  );
  const [first, ...others] = queries;
  if (first === undefined) return [];
  const rows = (await reach(() => db.batch([first, ...others]))).flat();
  return rows.sort(newestFirst).slice(0, page.limit);
}

/**
 * The condition that leaves the fewest tickets drives the query; the others check what it finds. The unary `+` keeps
 * SQLite, which has no statistics here, from choosing the index of one of them.
 */
function conditions(filter: TicketFilter): SQL[] {
  const given = [
    { column: tickets.customerId, value: filter.customer },
    { column: tickets.assigneeId, value: filter.assignee },
    { column: tickets.queue, value: filter.queue },
    { column: tickets.groupId, value: filter.group },
  ].filter(({ value }) => value !== undefined);
  return given.map(({ column, value }, index) =>
    index === 0 ? sql`${column} = ${value}` : sql`+${column} = ${value}`,
  );
}

function among(statuses: readonly TicketStatus[], closed: boolean): SQL | undefined {
  const all = TICKET_STATUSES.filter((status) => isActive({ status }) !== closed);
  return statuses.length === all.length ? undefined : inArray(tickets.status, statuses);
}

function behind(position: TicketPosition | null): SQL | undefined {
  if (position === null) return undefined;
  return sql`(${tickets.openedAt}, ${tickets.id}) < (${position.openedAt}, ${position.id})`;
}

function newestFirst(a: TicketRow, b: TicketRow): number {
  if (a.openedAt !== b.openedAt) return b.openedAt - a.openedAt;
  return a.id < b.id ? 1 : -1;
}

/** A page of a ticket's events, oldest first; `after` is the number of the last one of the page before. */
export interface EventPage {
  after: number;
  limit: number;
}

/** The ticket with a reference, in whatever case it is written, and a page of its events; `null` if there is none. */
export async function ticketByRef(
  d1: D1Database,
  ref: string,
  events: EventPage,
): Promise<{ ticket: TicketRow; events: TicketEventRow[] } | null> {
  const db = drizzle(d1);
  const named = eq(tickets.ref, ref.toUpperCase());
  const [found, happened] = await reach(() =>
    db.batch([
      db.select().from(tickets).where(named),
      db
        .select()
        .from(ticketEvents)
        .where(
          and(
            eq(ticketEvents.ticketId, sql`(${db.select({ id: tickets.id }).from(tickets).where(named)})`),
            gt(ticketEvents.n, events.after),
          ),
        )
        .orderBy(asc(ticketEvents.n))
        .limit(events.limit),
    ]),
  );
  const [ticket] = found;
  return ticket === undefined ? null : { ticket, events: happened };
}
