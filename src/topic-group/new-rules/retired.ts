import { ms } from "../../domain/duration.ts";
import { isActive } from "../../domain/ticket/status.ts";
import type { Inside } from "../commit/inside.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Contacts } from "../tables/contacts.ts";
import { FACTS, type Facts } from "../tables/facts.ts";
import { onceKey } from "../tables/once.ts";
import type { TicketRow } from "../tables/tickets.ts";

/*
 * The object of a group that the configuration no longer has: it hands its tickets over to another group, and passes on
 * whatever still arrives for it.
 */

/** Tickets that are read at once. */
const TICKETS_AT_ONCE_MAX = 100;

export interface Retired {
  /** The version of the configuration that has the group no more. */
  version: number;
  /** The group that takes over. */
  to: string;
  /** … and its queue for what comes. */
  queue: string;
}

/** Who takes over from this group; null: it is in the configuration. */
export function retiredTo(facts: Facts): Retired | null {
  return (facts.get(FACTS.retired) as Retired | undefined) ?? null;
}

/** Tickets that were closed after this instant may be taken up again by their customers, and go along. */
function closedSince({ rules, now }: Transaction): number {
  return now - ms(rules.config.desk.reopenWithin);
}

/** Hands over a ticket, or reports a ticket that another group has, whose customer's home was here. */
export function leave(tx: Transaction, { ticket, receiptId }: TicketRow, { to, queue }: Retired): void {
  const own = tx.rules.group.id;
  const { number, movedTo } = ticket;
  if (movedTo === null) {
    const note = { reason: "group_gone", group: own } as const;
    tx.apply(number, { type: "place_lost", queue, group: to, note });
    return;
  }
  const customer = tx.contacts.get(ticket.customer);
  if (ticket.home !== own || customer === undefined) return;
  const { contact } = customer;
  if (!tx.once.firstTime(onceKey("home", ticket.id, to), tx.now)) return;
  sendToPeer(tx, movedTo, number, { type: "home_is", ticketId: ticket.id, contact, home: to });
  if (movedTo !== to) sendToPeer(tx, to, number, { type: "ticket_elsewhere", ticket, contact, receiptId });
}

/** Another group has a ticket of a customer whose home is here from now on. */
export function adoptElsewhere(
  tx: Transaction,
  {
    ticket,
    contact,
    receiptId,
  }: Pick<TicketRow, "ticket" | "receiptId"> & { contact: Parameters<Contacts["makeOwn"]>[0] },
): void {
  const own = tx.rules.group.id;
  const former = tx.tickets.numberOf(ticket.id, own);
  const number = former ?? tx.tickets.lastNumber() + 1;
  tx.contacts.makeOwn(contact, isActive(ticket) ? number : null, tx.now);
  // It has come here by itself meanwhile.
  if (former !== null && tx.tickets.get(former)!.ticket.movedTo === null) return;
  tx.tickets.adopt({ ...ticket, number, home: own }, [], receiptId, own);
}

/** Hands over everything that is in hand, each ticket in a transaction of its own. */
export function leaveAll(inside: Inside, retired: Retired): void {
  for (let after = 0; ;) {
    const since = inside.commit((tx) => closedSince(tx));
    const rows = inside.tables.tickets.toLeave(after, since, TICKETS_AT_ONCE_MAX);
    for (const row of rows) {
      try {
        inside.commit((tx) => leave(tx, row, retired));
      } catch (error) {
        inside.report(`handing over ticket ${row.ticket.number}`, error);
      }
    }
    if (rows.length < TICKETS_AT_ONCE_MAX) return;
    after = rows.at(-1)!.ticket.number;
  }
}
