import { isActive } from "../../domain/ticket/status.ts";
import { refOfTopicName } from "../../telegram/topic-name.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { adoptTopic, orphanTopic } from "../conversation/topic.ts";
import { FACTS } from "../tables/facts.ts";
import { STAFF } from "../tables/lane.ts";
import { actorOf, agentOf } from "./agents.ts";

/**
 * The echo of a topic's creation. It confirms a call whose answer was lost; if the desk has given the ticket another
 * topic meanwhile, this one is one too many.
 */
export function topicCreated(tx: Transaction, { topicId, name, byBot }: Of<"topic_created">): void {
  const ref = byBot ? refOfTopicName(name) : null;
  const number = ref === null ? null : Number(ref.split("-").at(-1));
  const row = number === null ? undefined : tx.tickets.get(number);
  if (number !== null && row === undefined && wasForgotten(tx, ref!, number)) {
    orphanTopic(tx, topicId);
    return;
  }
  if (row === undefined || row.ticket.ref !== ref || tx.tickets.ofTopic(topicId) !== undefined) return;
  const isAwaited = row.ticket.topicId === null && row.view.creatingSince !== null;
  if (isAwaited && row.ticket.movedTo === null) {
    adoptTopic(tx, row.ticket.number, topicId);
  } else if (isAwaited || row.ticket.topicId !== null) {
    orphanTopic(tx, topicId);
  }
}

/** Whether it is for a ticket of this group that was erased while its topic was made. */
function wasForgotten(tx: Transaction, ref: string, number: number): boolean {
  const last = Number(tx.facts.get(FACTS.lastForgotten) ?? 0);
  return ref === `${tx.rules.group.prefix}-${number}` && number <= last;
}

/**
 * A ticket's topic was closed or reopened by hand: by an agent, the ticket follows; by another member, the topic is put
 * right.
 */
export function topicToggled(
  tx: Transaction,
  arrival: Of<"topic_closed" | "topic_reopened" | "topic_edited">,
): void {
  const { kind, topicId, sender, byBot } = arrival;
  const row = tx.tickets.ofTopic(topicId);
  if (byBot || row === undefined || row.ticket.topicId !== topicId) return;
  const { ticket, view } = row;
  if (kind === "topic_edited") {
    tx.views.save(ticket.number, { ...view, name: null, icon: null }, row.viewDueAt);
    return;
  }
  const closed = kind === "topic_closed";
  tx.views.save(ticket.number, { ...view, closed }, tx.now);
  tx.touched.add(STAFF);
  const agent = sender.anonymous ? undefined : agentOf(tx, sender.id);
  if (agent === undefined || isActive(ticket) !== closed) return;
  const by = actorOf(agent);
  tx.apply(ticket.number, closed ? { type: "agent_closed", by } : { type: "agent_reopened", by });
}
