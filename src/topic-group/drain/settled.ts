import type { UnreachableReason } from "../../domain/contact.ts";
import { SEND_TIMEOUT_MS } from "../../domain/limits.ts";
import { isActive } from "../../domain/status.ts";
import type { Trouble } from "../../domain/trouble.ts";
import { pressData } from "../../telegram/callback.ts";
import type { Outcome, RefusalClass } from "../../telegram/outcome.ts";
import { SEND_AGAIN } from "../../telegram/text.ts";
import { setUnreachable } from "../arrivals/customers.ts";
import { NEW_VIEW } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/store.ts";
import type { Transaction } from "../transaction.ts";
import { STAFF } from "./lane.ts";
import type { ViewContext } from "./topic-view.ts";

/* What relays, other work and views have in common when an outcome is settled. */

/**
 * What an outcome means beyond the job itself.
 *
 * - `trouble`: the lane rests until it is mended; the job waits, uncounted
 * - `failed`: this job is tried again later
 * - `given_up`: it failed, and is not tried again by itself
 */
export type Settled =
  | { kind: "ok" }
  | { kind: "failed" }
  | { kind: "given_up" }
  | { kind: "trouble"; trouble: Trouble };

export const OK: Settled = { kind: "ok" };
export const FAILED: Settled = { kind: "failed" };
export const GIVEN_UP: Settled = { kind: "given_up" };

/** How a failed job is tried again. */
export interface Retry {
  /** When, at the earliest. */
  at: number;
  /** How long the other side asked to be left alone, 0 if it did not. */
  afterMs: number;
  /** Whether this failure counts towards the limit: it does not while nobody gets an answer from Telegram. */
  counts: boolean;
}

export interface SettleContext {
  retry: Retry;
  /** The address that was called; null for Telegram and our own objects. */
  url: string | null;
  mustNotRepeat: boolean;
  viewContextOf: (row: TicketRow) => ViewContext | null;
}

/** Every outcome but `defer`, which is the lane's business, not the job's. */
export type Final = Exclude<Outcome, { kind: "defer" }>;
export type Refused = Extract<Outcome, { kind: "refused" }>;

/** A refusal that is about the lane as a whole, not about what was to be sent. */
export function troubleOf({ code, description }: Refused, lane: string): Trouble | null {
  if (code === "fatal") return "bot.token_refused";
  if (lane !== STAFF) return null;
  if (code === "desk_gone" || code === "chat_gone" || code === "migrated") return "group.gone";
  if (code === "config" && /forum/i.test(description)) return "group.not_a_forum";
  return code === "config" || code === "topic_closed" ? "bot.cannot_manage_topics" : null;
}

export const UNREACHABLE: Partial<Record<RefusalClass, UnreachableReason>> = {
  client_blocked: "blocked",
  client_gone: "gone",
  // Who has deleted their account is `client_gone`: a private chat that is not found never was.
  chat_gone: "never_started",
  client_unreachable: "never_started",
};

export function noteUnreachable(tx: Transaction, customer: number, reason: UnreachableReason): void {
  if (tx.store.customer(customer)?.unreachable !== reason) setUnreachable(tx, customer, reason);
}

/** The topic is gone: the ticket gets a new one as soon as something has to be said in it. */
export function loseTopic(tx: Transaction, number: number): void {
  const row = tx.store.ticket(number);
  if (row === undefined || row.ticket.topicId === null) return;
  tx.apply(number, { type: "topic_lost", topicId: row.ticket.topicId });
  tx.store.saveView(number, NEW_VIEW, isActive(row.ticket) ? tx.now : null);
}

export function messageIds(result: unknown): number[] {
  return [result].flat().flatMap((one) => {
    const id = (one as { message_id?: unknown } | null)?.message_id;
    return typeof id === "number" ? [id] : [];
  });
}

/** Whether a message meant for a topic landed in the main chat, which Telegram does silently without forum mode. */
export function strayed(result: unknown, topicId: number | null): boolean {
  if (topicId === null || typeof result !== "object" || result === null || !("chat" in result)) return false;
  return (result as { message_thread_id?: number }).message_thread_id !== topicId;
}

export function sendAgainButton(tx: Transaction, letter: "m" | "o", seq: number) {
  const data = pressData({ act: "send_again", delivery: `${tx.rules.group.id}:${letter}:${seq}` });
  return { reply_markup: { inline_keyboard: [[{ text: SEND_AGAIN, callback_data: data }]] } };
}

/** The pause before a further try: at least the call's own timeout, growing, with jitter. */
export function retryPauseMs(failures: number, random: number): number {
  const pause = SEND_TIMEOUT_MS * 2 ** Math.min(failures, 5);
  return Math.round(pause * (1 + random / 4));
}
