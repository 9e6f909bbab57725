import { and, asc, eq, gt, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { reach } from "./reach.ts";
import { ticketEvents, tickets } from "./schema.ts";

export type TicketRow = typeof tickets.$inferSelect;
export type TicketEventRow = typeof ticketEvents.$inferSelect;

/** A page of a ticket's events, oldest first; `after` is the number of the last one of the page before. */
export interface EventPage {
  after: number;
  limit: number;
}

/** The condition of the ticket that is named by its reference (`SUP-1042`) or its id (`main:1042`), in either case. */
export function named(name: string): SQL {
  return name.includes(":") ? eq(tickets.id, name.toLowerCase()) : eq(tickets.ref, name.toUpperCase());
}

/** The ticket of a name, see `named`, and a page of its events; `null` if the ticket is unknown. */
export async function ticketByRef(
  d1: D1Database,
  name: string,
  events: EventPage,
): Promise<{ ticket: TicketRow; events: TicketEventRow[] } | null> {
  const db = drizzle(d1);
  const which = named(name);
  const [found, happened] = await reach(() =>
    db.batch([
      db.select().from(tickets).where(which),
      db
        .select()
        .from(ticketEvents)
        .where(
          and(
            eq(ticketEvents.ticketId, sql`(${db.select({ id: tickets.id }).from(tickets).where(which)})`),
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
