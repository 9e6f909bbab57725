import type { Update } from "grammy/types";
import { isDown } from "./faults.ts";
import type { QueuedUpdate } from "./state.ts";
import { dropExpired, dropHead } from "./update-queue.ts";
import type { World } from "./world.ts";

/** One attempt to hand an update to the webhook. */
export interface Delivery {
  deliveryId: string;
  url: string;
  headers: Record<string, string>;
  update: Update;
  attempt: number;
}

export type DeliveryOutcome =
  | { status: number; retryAfterSeconds?: number | undefined }
  /** No answer: refused, reset, timed out. */
  | { error: string };

const RETRY_AFTER_MAX_SECONDS = 3600;
/** The longest pause between two attempts is drawn from one to two of these. */
const RESEND_MAX_SECONDS = 60;

function heads(world: World): [string, QueuedUpdate][] {
  return Object.entries(world.state.updates.pending).flatMap(([queue, [head]]): [string, QueuedUpdate][] =>
    head ? [[queue, head]] : [],
  );
}

/** The updates that may be sent now. Each is marked as on its way until `delivered` is called for it. */
export function takeDue(world: World): Delivery[] {
  const { webhook } = world.state;
  if (!webhook.url || isDown(world)) return [];
  dropExpired(world);
  const all = heads(world);
  const underWay = all.filter(([, head]) => head.deliveryId).length;
  const ready = all
    .filter(([, head]) => !head.deliveryId && head.wakeAt <= world.nowMs)
    .sort(([, one], [, other]) => one.wakeAt - other.wakeAt || one.updateId - other.updateId)
    .slice(0, Math.max(0, webhook.maxConnections - underWay));
  return ready.map(([, head]) => {
    const deliveryId = `d${world.count("delivery")}`;
    head.deliveryId = deliveryId;
    const { updateId } = head;
    const attempt = head.failures + 1;
    world.emit(() => ({ type: "update_sent", updateId, deliveryId, attempt }));
    return {
      deliveryId,
      url: webhook.url,
      headers: {
        "content-type": "application/json",
        ...(webhook.secretToken ? { "x-telegram-bot-api-secret-token": webhook.secretToken } : {}),
      },
      update: head.update,
      attempt,
    };
  });
}

/** False when the delivery is no longer known: the webhook was changed, or the updates dropped, meanwhile. */
export function settleDelivery(world: World, deliveryId: string, outcome: DeliveryOutcome): boolean {
  const found = heads(world).find(([, head]) => head.deliveryId === deliveryId);
  if (!found) return false;
  const [queue, head] = found;
  head.deliveryId = null;
  if ("status" in outcome && outcome.status >= 200 && outcome.status <= 299) {
    const { updateId, failures } = head;
    dropHead(world, queue);
    world.emit(() => ({ type: "update_delivered", updateId, attempts: failures + 1 }));
  } else {
    fail(world, queue, head, outcome);
  }
  return true;
}

function fail(world: World, queue: string, head: QueuedUpdate, outcome: DeliveryOutcome): void {
  const error =
    "error" in outcome
      ? outcome.error
      : `Wrong response from the webhook: ${outcome.status} ${reason(outcome.status)}`;
  world.state.webhook.lastError = { at: world.nowSeconds, message: error };
  const retryAfter = "error" in outcome ? 0 : Math.trunc(outcome.retryAfterSeconds ?? 0);
  let delay = Math.min(Math.max(retryAfter, 0), RETRY_AFTER_MAX_SECONDS);
  let nextDelay = head.delaySeconds;
  // The first repetition is immediate; only from the second failure on does the pause double.
  if (delay === 0 && head.failures > 0) {
    const longest = RESEND_MAX_SECONDS + Math.floor(world.random() * (RESEND_MAX_SECONDS + 1));
    nextDelay = Math.min(longest, nextDelay * 2);
    delay = nextDelay;
  }
  const { updateId } = head;
  const wakeAt = world.nowMs + delay * 1000;
  if (wakeAt > head.expiresAt) {
    dropHead(world, queue);
    world.emit(() => ({ type: "update_dropped", updateId, why: error }));
    return;
  }
  head.delaySeconds = nextDelay;
  head.wakeAt = wakeAt;
  head.failures += 1;
  world.emit(() => ({ type: "update_failed", updateId, error, nextAttemptAt: wakeAt }));
}

const reasons: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  413: "Payload Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

function reason(status: number): string {
  return reasons[status] ?? "";
}

/** When the next attempt falls due, in world time; null when nothing waits, or only for an answer. */
export function nextDueAt(world: World): number | null {
  const { webhook } = world.state;
  if (!webhook.url || isDown(world)) return null;
  const all = heads(world);
  const underWay = all.filter(([, head]) => head.deliveryId).length;
  const waiting = all.filter(([, head]) => !head.deliveryId);
  if (waiting.length === 0 || underWay >= webhook.maxConnections) return null;
  return Math.min(...waiting.map(([, head]) => head.wakeAt));
}

/**
 * After a restart, or under a new address, updates that were on their way are sent once more: their outcome is unknown.
 */
export function forgetDeliveries(world: World): void {
  for (const [, head] of heads(world)) head.deliveryId = null;
}
