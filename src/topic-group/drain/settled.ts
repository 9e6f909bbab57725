import type { Outcome } from "../../domain/desk/outcome.ts";
import type { Trouble } from "../../domain/desk/trouble.ts";
import { SEND_TIMEOUT_MS } from "../../domain/limits.ts";
import { pressData } from "../../telegram/callback.ts";
import type { Transaction } from "../commit/transaction.ts";
import { STAFF } from "../tables/lane.ts";
import type { TicketRow } from "../tables/tickets.ts";
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
  /** Whether this failure counts towards the limit: not while Telegram answers no call. */
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
  return { button: { says: "send_again", data } } as const;
}

/** The pause before a further try: at least the call's own timeout, growing, with jitter. */
export function retryPauseMs(failures: number, random: number): number {
  const pause = SEND_TIMEOUT_MS * 2 ** Math.min(failures, 5);
  return Math.round(pause * (1 + random / 4));
}
