import { isActive } from "../../domain/ticket/status.ts";
import type { Transaction } from "../commit/transaction.ts";
import { STAFF } from "../tables/lane.ts";
import { NEW_VIEW } from "../tables/shapes.ts";

/** The ticket's topic exists: from now on it can be written to. */
export function adoptTopic(tx: Transaction, number: number, topicId: number): void {
  tx.topics.add(topicId, number);
  tx.apply(number, { type: "topic_created", topicId });
  const row = tx.tickets.get(number)!;
  tx.views.save(number, { ...row.view, creatingSince: null, closed: false }, tx.now);
  tx.touched.add(STAFF);
}

/** The topic is gone: the ticket gets a new one as soon as something has to be said in it. */
export function loseTopic(tx: Transaction, number: number): void {
  const row = tx.tickets.get(number);
  if (row === undefined || row.ticket.topicId === null) return;
  tx.apply(number, { type: "topic_lost", topicId: row.ticket.topicId });
  // One that has moved gets no other topic here, so nothing would ever end that its view is due.
  const isHere = row.ticket.movedTo === null;
  tx.views.save(number, NEW_VIEW, isHere && isActive(row.ticket) ? tx.now : null);
}

/** A topic that no ticket has: it is deleted. */
export function orphanTopic(tx: Transaction, topicId: number): void {
  tx.work({ lane: STAFF, ticket: 0, work: { kind: "orphan_topic", topicId }, key: `orphan:${topicId}` });
}
