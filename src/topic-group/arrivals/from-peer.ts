import { routeOf } from "../../domain/contact/route.ts";
import { pressData, parsePress } from "../../telegram/callback.ts";
import { aboutSlots, isAboutSlots } from "../assigning/slots.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { hearUnreachable, seenCustomer } from "../conversation/customers.ts";
import { customersEdit, editLeftBehind, mirrorReaction } from "../conversation/mirror.ts";
import { adoptElsewhere, retiredTo } from "../new-rules/retired.ts";
import { release, takeOver, takeTurnOver } from "../peers/moving.ts";
import { takeBackQuestion } from "../systems/enrichment.ts";
import { laneTo, STAFF } from "../tables/lane.ts";
import type { PeerMessage } from "../tables/peer-message.ts";
import { takeTurn } from "../webhooks/turns.ts";
import { announceMessage, markEnabled, markDisabled } from "../webhooks/webhooks.ts";
import { customerPress } from "./customer-press.ts";

/** Does what another group's object says, once. What is about a ticket that has gone further goes after it. */
export function fromPeer(tx: Transaction, from: string, message: PeerMessage): void {
  if (message.type === "ticket_moved") {
    takeOver(tx, from, message);
    return;
  }
  if (message.type === "ticket_elsewhere") {
    adoptElsewhere(tx, message);
    return;
  }
  tx.passedOn = true;
  if (isAboutSlots(message)) {
    aboutSlots(tx, from, message);
    return;
  }
  if (message.type === "hook_gone") {
    markDisabled(tx, message);
    return;
  }
  if (message.type === "hook_back") {
    markEnabled(tx, message);
    return;
  }
  const { ticketId } = message;
  const own = tx.rules.group.id;
  const number =
    ticketId === null
      ? tx.tickets.numberOf(ticketOfData((message as { data: string }).data), own)
      : tx.tickets.numberOf(ticketId, own);
  const ticket = number === null ? undefined : tx.tickets.get(number)?.ticket;
  if (ticket === undefined) return;
  const retired = retiredTo(tx.facts);
  if (retired !== null && (message.type === "ticket_is" || message.type === "spoke")) {
    // The sender does not know yet where the customer's home is.
    sendToPeer(tx, retired.to, ticket.number, message);
    return;
  }
  if (message.type === "ticket_is") {
    const { status, resolvedAt, closedAt } = message;
    if (ticket.movedTo !== null) tx.tickets.saveElsewhere(ticket, { status, resolvedAt, closedAt });
    return;
  }
  if (message.type === "spoke") {
    const { chatId: chat, messages } = message;
    const lane = laneTo(routeOf(ticket));
    for (const { messageId, copyId } of messages) {
      const known = tx.messages.byOriginal({ chat, messageId });
      // An edit that came as a message of its own: it is the copy from now on.
      if (known !== undefined) {
        tx.copiedAnew(known, copyId);
        continue;
      }
      tx.relay({
        chat,
        messageId,
        ticket: ticket.number,
        lane,
        album: null,
        replyTo: null,
        writer: 0,
        sentAt: tx.now,
        content: null,
        file: null,
        notBefore: null,
        updateId: 0,
      });
      tx.messages.done({ chat, messageId }, copyId);
    }
    tx.contacts.updateConversation(ticket.customer, { current: ticket.number });
    return;
  }
  if (message.type === "stub_over") {
    const { topicId } = message;
    const work = { kind: "stub_topic", number: ticket.number, topicId } as const;
    if (ticket.movedTo !== null && ticket.topicId === topicId)
      tx.work({ lane: STAFF, ticket: 0, work, key: `stub:${topicId}` });
    return;
  }
  if (message.type === "hook_turn") {
    takeTurn(tx, ticket.number, message);
    return;
  }
  if (message.type === "fence") {
    const { of, id } = message;
    if (of !== own) sendToPeer(tx, ticket.movedTo ?? of, ticket.number, message);
    else for (const held of release(tx, ticket.number, id)) fromPeer(tx, own, held);
    return;
  }
  if (ticket.movedTo !== null) {
    if (message.type === "customer_edit") editLeftBehind(tx, message.contact.id, message.writing);
    sendToPeer(tx, ticket.movedTo, ticket.number, { ...message, ticketId: ticket.id });
    return;
  }
  switch (message.type) {
    case "home_is": {
      const { contact, home } = message;
      const { number: is, topicId } = ticket;
      tx.apply(is, { type: "ticket_arrived", group: own, number: is, topicId, from: ticket.home, home });
      if (home === own) tx.contacts.makeOwn(contact, is, tx.now);
      return;
    }
    case "customer_message": {
      seenCustomer(tx, message.contact);
      const { customer } = ticket;
      const wrote = {
        type: "customer_wrote",
        customer,
        gratitude: message.gratitude,
        opening: { number: 0, customer, subject: "", language: null, payload: null, followUpOf: null },
      } as const;
      tx.apply(ticket.number, wrote, message.message.sentAt);
      tx.relayAgain({ ...message.message, ticket: ticket.number, lane: STAFF });
      if (message.told !== undefined)
        announceMessage(tx, tx.tickets.get(ticket.number)!.ticket, message.told);
      return;
    }
    case "customer_edit": {
      const { contact, writing } = message;
      const row = tx.messages.byOriginal({ chat: contact.id, messageId: writing.messageId });
      if (row !== undefined) customersEdit(tx, row, writing);
      return;
    }
    case "customer_reaction":
      mirrorReaction(tx, message.customer, message.messageId, message);
      return;
    case "customer_press": {
      const { contact, messageId, queryId, data } = message;
      const press = parsePress(data);
      if (press === null || !("ticket" in press)) return;
      const here = pressData({ ...press, ticket: `${own}:${ticket.number}` });
      customerPress(tx, { kind: "customer_press", contact, messageId, queryId, data: here });
      return;
    }
    case "open_turn":
      takeTurnOver(tx, ticket, message);
      return;
    case "topic_words":
      tx.quoteInTopic(ticket.number, message.words);
      return;
    case "ticket_history":
      tx.history.add(ticket.number, message.events);
      return;
    case "ticket_command": {
      const { command } = message;
      if (command.type === "customer_unreachable") hearUnreachable(tx, ticket.customer, command.reason);
      else if (command.type === "customer_reachable") hearUnreachable(tx, ticket.customer, null);
      else tx.apply(ticket.number, command);
      // The other group had asked before, and this is the answer.
      if (command.type === "enrichment_answered") takeBackQuestion(tx, ticket.number);
      return;
    }
    case "receipt_sent":
      tx.tickets.saveReceipt(ticket.number, message.receiptId);
      return;
    default:
      message satisfies never;
  }
}

function ticketOfData(data: string): string {
  const press = parsePress(data);
  return press !== null && "ticket" in press ? press.ticket : "";
}
