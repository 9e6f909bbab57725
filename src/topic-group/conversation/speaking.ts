import type { Ticket } from "../../domain/ticket/ticket.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { toldKey, type ToldKey } from "../tables/told.ts";

/** A customer with several tickets is told which one speaks to them now, whenever that changes. */
export function speakIn(tx: Transaction, ticket: Ticket): void {
  const customer = tx.contacts.get(ticket.customer);
  if (customer === undefined || customer.current === ticket.number) return;
  tx.contacts.updateConversation(ticket.customer, { current: ticket.number });
  const others = tx.tickets.activeOf(ticket.customer).some((row) => row.ticket.number !== ticket.number);
  if (others)
    tx.tellCustomer(ticket.customer, ticket.number, notice("customerSwitched", ticket.ref, ticket.subject));
}

/** Under which it is known that an album stays in the topic. */
export function internalAlbum(album: string): ToldKey {
  return toldKey("internal-album", album);
}
