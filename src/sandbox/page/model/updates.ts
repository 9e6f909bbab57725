import { signal } from "@preact/signals";
import type { ReactionType } from "grammy/types";
import { realNow } from "../../../real-clock.ts";
import type { Change, SeenMessage } from "../../telegram/client.ts";
import { previewOf } from "../chat/words.ts";
import { telegram } from "./telegram.ts";

/** One update on its way to the desk, as far as the page has seen it. */
export interface SeenUpdate {
  updateId: number;
  kind: string;
  /** In a few words, what it is about. */
  about: string;
  at: number;
  state: "queued" | "on its way" | "delivered" | "failed" | "dropped";
  attempts: number;
  error: string | null;
  nextAttemptAt: number | null;
}

const UPDATES_SHOWN = 80;

/** Newest last. */
export const updates = signal<readonly SeenUpdate[]>([]);

export async function loadUpdates(): Promise<void> {
  const { queues } = await telegram.updates();
  const waiting = queues
    .flatMap((queue) => queue.updates)
    .map(({ updateId, update, failures, deliveryId, wakeAt }) => ({
      ...newUpdate(updateId, update, realNow()),
      state: deliveryId === null ? ("queued" as const) : ("on its way" as const),
      attempts: failures,
      nextAttemptAt: wakeAt,
    }))
    .sort((one, other) => one.updateId - other.updateId);
  const isWaiting = new Set(waiting.map(({ updateId }) => updateId));
  updates.value = [...updates.value.filter(({ updateId }) => !isWaiting.has(updateId)), ...waiting];
}

/** A world that starts over counts anew. */
export function forgetUpdates(): void {
  updates.value = [];
}

export function hearOfUpdate(change: Change, now: number): void {
  switch (change.type) {
    case "update_queued":
      updates.value = [...updates.value, newUpdate(change.updateId, change.update, now)].slice(
        -UPDATES_SHOWN,
      );
      return;
    case "update_sent":
      return note(change.updateId, { state: "on its way", attempts: change.attempt });
    case "update_delivered":
      return note(change.updateId, {
        state: "delivered",
        attempts: change.attempts,
        error: null,
        nextAttemptAt: null,
      });
    case "update_failed":
      return note(change.updateId, {
        state: "failed",
        error: change.error,
        nextAttemptAt: change.nextAttemptAt,
      });
    case "update_dropped":
      return note(change.updateId, { state: "dropped", error: change.why, nextAttemptAt: null });
    default:
  }
}

function note(updateId: number, change: Partial<SeenUpdate>): void {
  updates.value = updates.value.map((one) => (one.updateId === updateId ? { ...one, ...change } : one));
}

function newUpdate(updateId: number, update: object, at: number): SeenUpdate {
  const kind = Object.keys(update).find((key) => key !== "update_id") ?? "";
  const content = (update as Record<string, unknown>)[kind] as Record<string, unknown> | undefined;
  return {
    updateId,
    kind,
    about: aboutOf(content),
    at,
    state: "queued",
    attempts: 0,
    error: null,
    nextAttemptAt: null,
  };
}

function aboutOf(content: Record<string, unknown> | undefined): string {
  if (content === undefined) return "";
  const from = (content["from"] ?? content["user"]) as { first_name?: string } | undefined;
  const words = wordsOf(content);
  return [from?.first_name, words].filter(Boolean).join(": ");
}

function wordsOf(content: Record<string, unknown>): string {
  if ("message_id" in content && "from" in content) return previewOf(content as unknown as SeenMessage);
  if ("data" in content) return String(content["data"]);
  if ("new_reaction" in content) {
    const reactions = content["new_reaction"] as ReactionType[];
    return reactions.map((one) => (one.type === "emoji" ? one.emoji : "💎")).join(" ") || "no reaction";
  }
  const { status } = (content["new_chat_member"] ?? {}) as { status?: string };
  return status ?? "";
}
