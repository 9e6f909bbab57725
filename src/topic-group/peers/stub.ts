import { CAUSE_KEPT_MS } from "../../domain/limits.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { loseTopic } from "../conversation/topic.ts";
import { OK } from "../drain/settled.ts";
import { always, leaves, NO_CALL, type WorkHandler } from "../drain/work-handler.ts";
import { retiredTo } from "../new-rules/retired.ts";
import { peerLane, STAFF } from "../tables/lane.ts";
import { onceKey, type OnceKey } from "../tables/once.ts";
import type { PastEvent, Stub } from "../tables/peer-message.ts";
import { NEW_VIEW } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/tickets.ts";

/*
 * The untouched topic of a ticket that has gone to another group is one too many: it is deleted once its messages stand
 * in the new topic.
 */

/** How long that may take; after that the topic is closed and stays, as touched ones do. */
const STUB_KEPT_MS = 10 * 60_000;
/** What was done in a topic is remembered for longer than this. */
const STUB_AGE_MAX_MS = CAUSE_KEPT_MS;

/** Remembers that a person did something in a ticket's topic. */
function touchedKey(number: number): OnceKey {
  return onceKey("touched", number);
}

/** A person of the staff group does something in a topic, of which nothing else may tell. */
export function noteTouched(tx: Transaction, topicId: number | null): void {
  if (topicId === null || tx.rules.config.groups.length < 2) return;
  const ticket = tx.tickets.ofTopic(topicId)?.ticket;
  if (ticket === undefined || ticket.assignee !== null || ticket.firstAnsweredAt !== null) return;
  tx.once.firstTime(touchedKey(ticket.number), tx.now);
}

/** The topic that a ticket leaves, if no agent wrote, claimed or commanded anything in it. */
export function stubOf(
  tx: Transaction,
  { ticket, view }: TicketRow,
  history: readonly PastEvent[],
): Stub | null {
  const { number, topicId, topicsLost, firstAnsweredAt, openedAt } = ticket;
  const isYoung = tx.now - openedAt < STUB_AGE_MAX_MS;
  if (topicId === null || topicsLost > 0 || view.creatingSince !== null || !isYoung) return null;
  if (firstAnsweredAt !== null || tx.once.has(touchedKey(number)) || retiredTo(tx.facts) !== null)
    return null;
  if (history.some(({ event }) => isDeed(event))) return null;
  return { group: tx.rules.group.id, topicId };
}

/** Whether it was done by an agent, or by a program whose acts a topic shows. */
function isDeed({ by, type }: PastEvent["event"]): boolean {
  if (by.kind === "agent") return true;
  return by.kind === "key" && type !== "ticket_opened" && type !== "ticket_transferred";
}

/** The topic is not told of the move: it will be deleted before that could be read. */
export function leaveStub(tx: Transaction, { ticket, view }: TicketRow): void {
  tx.views.save(ticket.number, view, tx.now + STUB_KEPT_MS);
  tx.wake(tx.now + STUB_KEPT_MS);
  for (const { seq, payload } of tx.outbox.waiting(STAFF, ticket.number))
    if (payload.kind === "topic_notice" && payload.unsent === undefined) tx.outbox.remove(seq);
}

export const stubCopiedWork: WorkHandler<"stub_copied"> = {
  ...NO_CALL,
  audience: "staff",
  onExhausted: "park",
  uncalled(tx, { seq, ticket, payload: { stub } }) {
    tx.outbox.remove(seq);
    stubCopied(tx, ticket, stub);
  },
};

export const stubTopicWork: WorkHandler<"stub_topic"> = {
  audience: "staff",
  // It is closed in its time.
  onExhausted: "drop",
  stopsLane: false,
  repeatable: always,
  call({ payload: { number, topicId } }, { rules, once, tickets }) {
    if (!isStub((key) => once.has(key), tickets.get(number)?.ticket, topicId)) return null;
    const params = { chat_id: rules.group.chatId, message_thread_id: topicId };
    return { method: "deleteForumTopic", params };
  },
  done(tx, row) {
    if (leaves(tx, row)) forgetStub(tx, row.payload.number, row.payload.topicId);
    return OK;
  },
  refused(tx, { payload: { number, topicId } }, { code }) {
    if (code === "topic_gone") forgetStub(tx, number, topicId);
    else keepStub(tx, number);
    return "over";
  },
  uncalled(tx, { seq, payload: { number } }) {
    tx.outbox.remove(seq);
    keepStub(tx, number);
  },
};

/** All that came with a ticket has had its turn here: the topic that it left may go, unless something could not be copied. */
function stubCopied(tx: Transaction, number: number, stub: Stub): void {
  const ticket = tx.tickets.get(number)?.ticket;
  if (ticket === undefined || stub.group === tx.rules.group.id) return;
  if (tx.turns.hasUncopied(ticket.customer, number)) return;
  sendToPeer(tx, stub.group, number, { type: "stub_over", ticketId: ticket.id, topicId: stub.topicId });
}

/** Whether a topic may be deleted: its ticket is elsewhere still, and no agent has touched it meanwhile. */
function isStub(wasTold: (key: OnceKey) => boolean, ticket: Ticket | undefined, topicId: number): boolean {
  return ticket?.movedTo != null && ticket.topicId === topicId && !wasTold(touchedKey(ticket.number));
}

/** It was not deleted: it shows where the ticket is, and is closed. */
function keepStub(tx: Transaction, number: number): void {
  const row = tx.tickets.get(number);
  if (row === undefined || row.ticket.movedTo === null) return;
  tx.views.save(number, row.view, tx.now);
  tx.touched.add(STAFF);
}

/** It is deleted, and all copies with it. */
function forgetStub(tx: Transaction, number: number, topicId: number): void {
  const row = tx.tickets.get(number);
  if (row === undefined || row.ticket.topicId !== topicId) return;
  const { ticket } = row;
  if (ticket.movedTo !== null) {
    tx.tickets.saveElsewhere(ticket, { topicId: null });
    tx.views.save(number, NEW_VIEW, null);
    tx.turns.passedOnAll(ticket.customer, number, peerLane(ticket.movedTo));
    return;
  }
  // It came back at this very moment.
  const turn = tx.turns.last(ticket, ticket.awaitingSince ?? Infinity);
  loseTopic(tx, number);
  for (const one of turn)
    tx.messages.update(one, { state: "waiting", copyId: null, attempts: 0, notBefore: null });
  tx.touched.add(STAFF);
}
