import type { Place } from "../../channels/message.ts";
import { buttonsOf, messageOfWords, placeOfWords } from "../../channels/telegram/words.ts";
import { receiptView } from "../../telegram/receipt-view.ts";
import { languageOf } from "../../texts/languages.ts";
import { notice } from "../../texts/notice.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { worded } from "../commit/words.ts";
import { messageIds, OK } from "../drain/settled.ts";
import {
  leaves,
  left,
  never,
  over,
  type DeliveryContext,
  type MessageCall,
  type RowOf,
  type WorkHandler,
} from "../drain/work-handler.ts";
import { STAFF_CHAT } from "../tables/lane.ts";
import { tellSpoken } from "./speaking.ts";
import { channelOf, readIn, routeTo, placeIn, writtenEarlier } from "./where.ts";

/* What the desk and programs say to a customer in their private chat. */

export const receiptWork: WorkHandler<"receipt"> = {
  audience: "customer",
  onExhausted: "park",
  stopsLane: true,
  // Once it was sent it is edited.
  repeatable: ({ ticket }, { tickets }) => tickets.get(ticket)?.receiptId != null,
  call: receiptCall,
  done(tx, row, result) {
    if (!leaves(tx, row)) return OK;
    const id = messageIds(result)[0];
    const known = tx.tickets.get(row.ticket);
    if (id === undefined || known?.receiptId !== null) return OK;
    tx.tickets.saveReceipt(row.ticket, id);
    const { movedTo, id: ticketId } = known.ticket;
    if (movedTo !== null)
      sendToPeer(tx, movedTo, row.ticket, { type: "receipt_sent", ticketId, receiptId: id });
    return OK;
  },
  refused(tx, { ticket }, { code }) {
    if (code !== "target_gone" || tx.tickets.get(ticket)?.receiptId == null) return "over";
    // The customer deleted it: they get a new one.
    tx.tickets.saveReceipt(ticket, null);
    return "kept";
  },
};

export const replyWork: WorkHandler<"reply"> = {
  audience: "customer",
  onExhausted: "park",
  stopsLane: true,
  repeatable: never,
  call: (row, context) => said(row, context, writtenEarlier({ ...row, sentAt: row.acceptedAt }, context)),
  done(tx, row, result) {
    if (leaves(tx, row)) linkReply(tx, row, result);
    return OK;
  },
  refused(tx, { ticket }, { code }) {
    tx.apply(ticket, { type: "delivery_failed", code });
    tx.tellUnsent(ticket, null, notice("replyUndelivered", code));
    return "over";
  },
};

export const customerNoticeWork: WorkHandler<"customer_notice"> = {
  audience: "customer",
  onExhausted: "park",
  stopsLane: true,
  repeatable: never,
  call: (row, context) => said(row, context),
  done: left,
  refused: over,
};

function said(
  { lane, ticket, payload }: RowOf<"reply" | "customer_notice">,
  context: DeliveryContext,
  more: Place = {},
): MessageCall {
  const { words: told } = payload;
  const said = "says" in told ? worded(told, readIn(lane, ticket, context)) : told;
  const place = { ...placeIn(lane, ticket, context), ...placeOfWords(said), ...more };
  return channelOf(lane).send(routeTo(lane, context.rules), messageOfWords(said), place);
}

function receiptCall(row: RowOf<"receipt">, context: DeliveryContext): MessageCall | null {
  const { rules, tickets, now } = context;
  const ticket = tickets.get(row.ticket);
  if (ticket === undefined) return null;
  const language = languageOf(ticket.ticket.language);
  const view = receiptView(ticket.ticket, rules.policy, row.payload.ask, now, language);
  const message = { text: view.text, preview: { shown: false } };
  const buttons = buttonsOf(view.keyboard);
  const channel = channelOf(row.lane);
  const to = routeTo(row.lane, rules);
  // Where nothing can be edited the first confirmation stays as it is.
  return ticket.receiptId === null
    ? channel.send(to, message, { buttons, ...placeIn(row.lane, row.ticket, context) })
    : (channel.edit?.(to, ticket.receiptId, { what: "text", message, buttons }) ?? null);
}

/** So that what the customer answers to it, or how they react, finds its ticket. */
function linkReply(tx: Transaction, row: RowOf<"reply">, result: unknown): void {
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  const copyId = messageIds(result)[0];
  if (ticket === undefined || copyId === undefined) return;
  // It has no original in the group: a number that Telegram gives to none stands for it.
  const key = { chat: STAFF_CHAT, messageId: -row.seq };
  tx.relay({
    ...key,
    ticket: row.ticket,
    lane: row.lane,
    album: null,
    replyTo: null,
    writer: 0,
    sentAt: row.acceptedAt,
    content: null,
    file: null,
    notBefore: null,
    updateId: 0,
  });
  const link = tx.messages.byOriginal(key)!;
  tx.messages.done(link, copyId);
  tellSpoken(tx, ticket, [{ ...link, copyId }]);
}
