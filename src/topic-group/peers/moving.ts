import type { Ticket } from "../../domain/ticket.ts";
import { topicNotice } from "../../telegram/text.ts";
import { topicUrl } from "../../telegram/topic-url.ts";
import type { InFlight } from "../arrivals/mirror.ts";
import { holdKey, peerLane, STAFF, STAFF_CHAT, type Lane } from "../drain/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { Transaction } from "../transaction.ts";
import type { PeerMessage } from "./message.ts";

/** Messages that one ticket may have waiting when it moves. */
const WAITING_MAX = 1_000;
/** How long what a customer does may wait for something older that another group still has. */
const HOLD_MS = 60_000;

/** Says something to another group's object; the lane keeps the order of all that is said. */
export function tellPeer(tx: Transaction, group: string, ticket: number, message: PeerMessage): void {
  tx.work({ lane: peerLane(group), ticket, work: { kind: "peer", message } });
}

/**
 * Hands a ticket over to the group that its queue belongs to: the ticket with its history first, then whatever of the
 * customer's has not been copied here yet, then everything that comes later, all through one lane.
 */
export function sendAway(tx: Transaction, number: number, inFlight: InFlight): void {
  const row = tx.store.ticket(number);
  const group = row?.ticket.movedTo ?? null;
  const customer = row === undefined ? undefined : tx.store.customer(row.ticket.customer);
  if (row === undefined || group === null || customer === undefined) return;
  const { ticket } = row;
  tellPeer(tx, group, number, {
    type: "ticket_moved",
    ticket,
    events: tx.store.eventsAfter(number, 0, Number.MAX_SAFE_INTEGER),
    contact: customer.contact,
    receiptId: row.receiptId,
    url: topicUrl(tx.rules.group.chatId, ticket.topicId),
  });
  for (const waiting of tx.messages.waiting(STAFF, number, 0, WAITING_MAX)) {
    if (inFlight(waiting)) continue;
    const { chat, messageId, album, replyTo, writer, sentAt, content, file, notBefore, updateId } = waiting;
    tellPeer(tx, group, number, {
      type: "customer_message",
      ticketId: ticket.id,
      contact: customer.contact,
      gratitude: false,
      message: { chat, messageId, album, replyTo, writer, sentAt, content, file, notBefore, updateId },
    });
    tx.messages.update(waiting, { lane: peerLane(group), state: "done", content: null });
  }
}

/** Takes a ticket over, with everything that has happened to it. */
export function takeOver(
  tx: Transaction,
  from: string,
  moved: Extract<PeerMessage, { type: "ticket_moved" }>,
): void {
  const { ticket, events, contact, receiptId, url } = moved;
  const known = tx.store.numberOf(ticket.id, tx.rules.group.id);
  const number = known ?? tx.store.lastNumber() + 1;
  if (tx.store.customer(contact.id) === undefined) {
    tx.store.addForeignCustomer(contact, ticket.home, tx.now);
  }
  // Whatever was passed on while it was away goes the same way, and comes back.
  const former = known === null ? undefined : tx.store.ticket(known)?.ticket;
  if (former !== undefined && former.movedTo !== null) hold(tx, ticket, number, former.movedTo);
  tx.store.adopt({ ...ticket, number }, events, receiptId, tx.rules.group.id);
  const topicId = former?.topicId ?? null;
  tx.apply(number, { type: "ticket_arrived", group: tx.rules.group.id, number, topicId, from });
  tx.tellTopic(number, topicNotice({ code: "ticket.arrived", from, url }));
}

/**
 * What a customer does about a ticket that is back is held until what was passed on before has come back as well: a
 * fence goes after that, by the same way. Nobody waits longer than `HOLD_MS` for a group that does not answer.
 */
function hold(tx: Transaction, ticket: Ticket, number: number, through: string): void {
  const own = tx.rules.group.id;
  const fence = { type: "fence", ticketId: ticket.id, of: own, id: ticket.version } as const;
  tellPeer(tx, through, number, fence);
  tx.work({
    lane: peerLane(own),
    ticket: number,
    work: { kind: "peer", message: fence },
    key: holdKey(number),
    notBefore: tx.now + HOLD_MS,
  });
}

/** Lets go of what was held; answers it in its order. An older fence than the last says nothing. */
export function release(tx: Transaction, number: number, id: number): PeerMessage[] {
  const [holding, ...held] = tx.outbox
    .waiting(peerLane(tx.rules.group.id), number)
    .map(({ seq, payload }) => ({ seq, message: payload.kind === "peer" ? payload.message : null }));
  if (holding?.message?.type !== "fence" || holding.message.id !== id) return [];
  for (const { seq } of [holding, ...held]) tx.outbox.remove(seq);
  return held.flatMap(({ message }) => message ?? []);
}

/** Passes a customer's message on by this lane to the group that has its ticket; the row here is the evidence that it came. */
export function passOn(
  tx: Transaction,
  ticket: Ticket,
  lane: Lane,
  message: Omit<Extract<PeerMessage, { type: "customer_message" }>, "type" | "ticketId">,
): void {
  const key = { chat: message.message.chat, messageId: message.message.messageId };
  tx.relay({
    ...message.message,
    ticket: ticket.number,
    lane,
    content: null,
    notBefore: null,
  });
  tx.messages.update(key, { state: "done" });
  const passed = { type: "customer_message", ticketId: ticket.id, ...message } as const;
  tx.work({ lane, ticket: ticket.number, work: { kind: "peer", message: passed } });
}

/** Tells the home which messages of the customer's chat are of this ticket, so that a reply to one finds it. */
export function tellSpoken(
  tx: Transaction,
  ticket: Ticket,
  rows: readonly (MessageRow & { copyId: number })[],
): void {
  const spoken = rows.filter(({ chat }) => chat === STAFF_CHAT);
  if (ticket.home === tx.rules.group.id || spoken.length === 0) return;
  tellPeer(tx, ticket.home, ticket.number, {
    type: "spoke",
    ticketId: ticket.id,
    chatId: tx.rules.group.chatId,
    messages: spoken.map(({ messageId, copyId }) => ({ messageId, copyId })),
  });
}
