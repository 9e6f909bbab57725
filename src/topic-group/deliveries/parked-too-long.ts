import { PARKED_ENDED_AT_ONCE_MAX, PARKED_TEXT_KEPT_MS } from "../../domain/limits.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { handlerOf, type WorkHandlers } from "../drain/work-handler.ts";
import type { Tables } from "../tables/tables.ts";

/**
 * When the first delivery that parked, or is uncertain, has kept what it says for too long, in ms since 1970; null: none
 * keeps anything.
 */
export function nextParkedEndAt({
  parkedMessages,
  outbox,
}: Pick<Tables, "parkedMessages" | "outbox">): number | null {
  const since = [parkedMessages.wordsSince(), outbox.parkedSince()].filter((at) => at !== null);
  return since.length === 0 ? null : Math.min(...since) + PARKED_TEXT_KEPT_MS;
}

/**
 * Drops deliveries that have kept what they say for too long, some at a time. Each ticket's topic is told once; what it
 * cannot be told stands in the log. A relayed message of which nothing is kept here stays, because Telegram has it.
 */
export function endParked(tx: Transaction, works: WorkHandlers): void {
  const until = tx.now - PARKED_TEXT_KEPT_MS;
  const byTicket = new Map<number, number>();
  const unsaid = new Map<string, number>();
  const ended = (kind: string, ticket: number, toldInTopic: boolean): void => {
    if (toldInTopic && hasTopic(tx, ticket)) byTicket.set(ticket, (byTicket.get(ticket) ?? 0) + 1);
    else unsaid.set(kind, (unsaid.get(kind) ?? 0) + 1);
  };
  for (const { seq } of tx.parkedMessages.wordsUntil(until, PARKED_ENDED_AT_ONCE_MAX)) {
    // Items of an album go together: it may have gone with one before.
    const [first, ...others] = tx.parkedMessages.together(seq);
    if (first === undefined) continue;
    for (const row of [first, ...others])
      tx.messages.update(row, { state: "dropped", content: null, code: "parked_too_long" });
    ended("relay", first.ticket, true);
  }
  for (const row of tx.outbox.parkedUntil(until, PARKED_ENDED_AT_ONCE_MAX)) {
    tx.outbox.remove(row.seq);
    ended(row.kind, row.ticket, handlerOf(works, row).onExhausted !== "park_untold");
  }
  for (const [ticket, count] of byTicket) tx.notifyTopic(ticket, notice("parkedTooLong", count));
  for (const [kind, count] of unsaid) tx.report("delivery.parked_too_long", { kind, count });
}

function hasTopic(tx: Transaction, number: number): boolean {
  const ticket = tx.tickets.get(number)?.ticket;
  return ticket !== undefined && ticket.topicId !== null && ticket.movedTo === null;
}
