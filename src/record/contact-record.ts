import { and, asc, eq, gt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { ContactId } from "../domain/contact/contact-id.ts";
import { withoutOrigin } from "../domain/ticket/event.ts";
import { isAmong } from "./among.ts";
import { reach } from "./reach.ts";
import { contacts, customerRoutes, ticketEvents, tickets } from "./schema.ts";

/** What the record has of a contact, but for tickets and details; instants in ms since 1970. */
export async function contactRecord(d1: D1Database, id: ContactId) {
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
export function ticketsOfContact(d1: D1Database, id: ContactId, after: string, limit: number) {
  return reach(() =>
    drizzle(d1)
      .select()
      .from(tickets)
      .where(and(eq(tickets.customerId, id), gt(tickets.id, after)))
      .orderBy(asc(tickets.id))
      .limit(limit),
  );
}

/** Where a reader of the events of several tickets stands. */
export type EventPlace = [ticketId: string, n: number];

/**
 * The events of some tickets, by ticket and in their order, behind a place; without what only the audit trail shows.
 */
export async function eventsOfTickets(
  d1: D1Database,
  ids: readonly string[],
  after: EventPlace,
  limit: number,
) {
  const { ticketId, n } = ticketEvents;
  const rows = await reach(() =>
    drizzle(d1)
      .select()
      .from(ticketEvents)
      .where(and(isAmong(ticketId, ids), sql`(${ticketId}, ${n}) > (${after[0]}, ${after[1]})`))
      .orderBy(asc(ticketId), asc(n))
      .limit(limit),
  );
  return rows.map((row) => ({ ...row, data: withoutOrigin(row.data) }));
}
