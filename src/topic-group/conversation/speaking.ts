import { epochOf, plainNumber } from "../../domain/message-number.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { notice } from "../../texts/notice.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { STAFF_CHAT } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import { onceKey, type OnceKey } from "../tables/once.ts";

/** A customer with several tickets is told which one speaks to them now, whenever that changes. */
export function speakIn(tx: Transaction, ticket: Ticket): void {
  const customer = tx.contacts.get(ticket.customer);
  if (customer === undefined || customer.current === ticket.number) return;
  tx.contacts.updateConversation(ticket.customer, { current: ticket.number });
  const others = tx.customerTickets.open(ticket.customer).some((row) => row.ticket.number !== ticket.number);
  if (others) tx.notifyCustomer(ticket, notice("customerSwitched", ticket.ref, ticket.subject));
}

/** Under which it is known that an album stays in the topic. */
export function internalAlbum(album: string): OnceKey {
  return onceKey("internal-album", album);
}

/** Tells the home which messages of the customer's chat are of this ticket, so that a reply to one finds it. */
export function tellSpoken(
  tx: Transaction,
  ticket: Ticket,
  rows: readonly (MessageRow & { copyId: number })[],
): void {
  const spoken = rows.filter(({ chat }) => chat === STAFF_CHAT);
  const [first] = spoken;
  if (ticket.home === tx.rules.group.id || first === undefined) return;
  // What the desk itself has said was written in no chat.
  const chatId = tx.rules.epochs.chats[epochOf(first.messageId)] ?? tx.rules.group.chatId;
  sendToPeer(tx, ticket.home, ticket.number, {
    type: "spoke",
    ticketId: ticket.id,
    chatId,
    messages: spoken.map(({ messageId, copyId }) => ({ messageId: plainNumber(messageId), copyId })),
  });
}
