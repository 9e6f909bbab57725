import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { ErasedHere } from "../../domain/contact/erasure.ts";
import { TICKETS_FORGOTTEN_AT_ONCE_MAX } from "../../domain/limits.ts";
import { plainNumber } from "../../domain/message-number.ts";
import { isActive } from "../../domain/ticket/status.ts";
import { DESK_LANGUAGE } from "../../texts/languages.ts";
import type { Transaction } from "../commit/transaction.ts";
import { OK } from "../drain/settled.ts";
import { always, leaves, type RowOf, type WorkHandler } from "../drain/work-handler.ts";
import { FACTS } from "../tables/facts.ts";
import { STAFF } from "../tables/lane.ts";
import type { OutboxWork } from "../tables/outbox-work.ts";
import { forgetEverywhere } from "./holders.ts";

const NOTHING: ErasedHere = {
  removed: { customers: 0, tickets: 0, events: 0, messages: 0, deliveries: 0, other: 0 },
  topics: [],
};

/** What an erasure has done here so far, with topics as Telegram numbers them; `more`: there is more to remove, `found`: this step removed something. */
export interface ErasureStep extends ErasedHere {
  more: boolean;
  found: boolean;
}

/**
 * Removes what this object has of people, some tickets at a time: their tickets, their deliveries and, by asking
 * Telegram, the topics. A second run finds nothing, or what has come since. Open tickets are closed first, so that
 * their agents are free of them.
 */
export function erase(tx: Transaction, id: string, people: readonly ContactId[]): ErasureStep {
  const before = tx.erasures.get(id) ?? NOTHING;
  const state: ErasedHere = { removed: { ...before.removed }, topics: [...before.topics] };
  for (const person of people) {
    const numbers = tx.tickets.numbersOf(person, TICKETS_FORGOTTEN_AT_ONCE_MAX);
    if (numbers.length > 0) {
      eraseTickets(tx, id, numbers, state);
      tx.erasures.save(id, state);
      return { ...asTold(state), more: true, found: true };
    }
    tx.seenUpdates.noteOfPerson(person, tx.now);
    add(
      state.removed,
      forgetEverywhere(tx, (rows) => rows.forgetPerson?.(person)),
    );
  }
  const found = Object.values(state.removed).some(
    (now, index) => now !== Object.values(before.removed)[index],
  );
  if (found) tx.erasures.save(id, state);
  return { ...asTold(state), more: false, found };
}

function asTold({ removed, topics }: ErasedHere): ErasedHere {
  return { removed, topics: topics.map((topic) => ({ ...topic, topicId: plainNumber(topic.topicId) })) };
}

function eraseTickets(tx: Transaction, id: string, numbers: readonly number[], state: ErasedHere): void {
  for (const number of numbers) {
    const ticket = tx.tickets.get(number)!.ticket;
    if (isActive(ticket) && ticket.movedTo === null)
      tx.apply(number, { type: "agent_closed", by: { kind: "key", name: "erasure" } });
    for (const topicId of tx.topics.of(number)) {
      state.topics.push({ topicId, is: "asked" });
      const work: OutboxWork = { kind: "erase_topic", topicId, erasure: id, how: "delete" };
      tx.work({ lane: STAFF, ticket: 0, work, key: `erase:${topicId}` });
    }
  }
  add(state.removed, forgetTickets(tx, numbers));
}

/** Removes tickets and all work that this transaction queued for them. Their numbers are never given again. */
export function forgetTickets(tx: Transaction, numbers: readonly number[]) {
  tx.facts.set(FACTS.lastForgotten, tx.tickets.lastNumber());
  const tickets = tx.tickets.toForget(numbers);
  for (const ticket of tickets) tx.seenUpdates.noteOfTicket(ticket, tx.now);
  const removed = forgetEverywhere(tx, (rows) => rows.forgetTickets?.(tickets));
  for (const number of numbers) {
    tx.enrichmentsWanted.delete(number);
    tx.transfers.delete(number);
    tx.unclaimed.delete(number);
  }
  tx.filledSlots.forget();
  tx.waiting.forget();
  return removed;
}

/** The receipt of the erasure says what became of the topic. */
export const eraseTopicWork: WorkHandler<"erase_topic"> = {
  audience: "staff",
  onExhausted: "drop",
  stopsLane: false,
  inFormerChat: "permanent",
  repeatable: always,
  call({ payload: { topicId, how } }, { rules }) {
    const topic = { chat_id: rules.group.chatId, message_thread_id: topicId };
    if (how === "delete") return { method: "deleteForumTopic", params: topic };
    return { method: "editForumTopic", params: { ...topic, name: DESK_LANGUAGE.ERASED_TOPIC } };
  },
  done(tx, row) {
    if (leaves(tx, row)) noteErasedTopic(tx, row, row.payload.how === "delete" ? "deleted" : "renamed");
    return OK;
  },
  refused(tx, row, { code }) {
    if (code === "topic_gone") noteErasedTopic(tx, row, "deleted");
    else if (row.payload.how === "delete") {
      tx.outbox.update(row.seq, { payload: { ...row.payload, how: "rename" } });
      return "kept";
    } else noteErasedTopic(tx, row, "left", code);
    return "over";
  },
  dropped: (tx, row, code) => noteErasedTopic(tx, row, "left", code),
};

function noteErasedTopic(
  tx: Transaction,
  { payload: { erasure, topicId } }: RowOf<"erase_topic">,
  is: "deleted" | "renamed" | "left",
  code?: string,
): void {
  const state = tx.erasures.get(erasure);
  if (state === undefined) return;
  const topics = state.topics.map((topic) =>
    topic.topicId === topicId ? { topicId, is, ...(code === undefined ? {} : { code }) } : topic,
  );
  tx.erasures.save(erasure, { ...state, topics });
}

function add(sum: ErasedHere["removed"], more: ErasedHere["removed"]): void {
  for (const key of Object.keys(more) as (keyof typeof more)[]) sum[key] += more[key];
}
