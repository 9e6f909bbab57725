import { and, asc, eq, gt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { unplaced } from "../domain/event.ts";
import { reach } from "./reach.ts";
import { contacts, customerRoutes, ticketEvents, tickets } from "./schema.ts";

/** What the record has of a contact, but for tickets and details; instants in ms since 1970. */
export async function contactRecord(d1: D1Database, id: number) {
  const db = drizzle(d1);
  const [[contact], [home]] = await reach(() =>
    db.batch([
      db.select().from(contacts).where(eq(contacts.telegramId, id)),
      db.select().from(customerRoutes).where(eq(customerRoutes.customerId, id)),
    ]),
  );
  return { contact: contact ?? null, home: home ?? null };
}

/** A contact's tickets by their ids, behind `after`. */
export function ticketsOfContact(d1: D1Database, id: number, after: string, limit: number) {
  return reach(() =>
    drizzle(d1)
      .select()
      .from(tickets)
      .where(and(eq(tickets.customerId, id), gt(tickets.id, after)))
      .orderBy(asc(tickets.id))
      .limit(limit),
  );
}

/** A ticket's events in their order, behind the one with this number; whatever is for the audit trail alone is left out. */
export async function eventsOfTicket(d1: D1Database, ticketId: string, after: number, limit: number) {
  const rows = await reach(() =>
    drizzle(d1)
      .select()
      .from(ticketEvents)
      .where(and(eq(ticketEvents.ticketId, ticketId), gt(ticketEvents.n, after)))
      .orderBy(asc(ticketEvents.n))
      .limit(limit),
  );
  return rows.map((row) => ({ ...row, data: unplaced(row.data) }));
}
