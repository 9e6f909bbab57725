import type { Update } from "grammy/types";
import type { QueuedUpdate } from "./state.ts";
import type { World } from "./world.ts";

export type UpdateContent = Omit<Update, "update_id">;

const UPDATES_PENDING_MAX = 100_000;
const DAY_MS = 86_400_000;
const QUIET_WEEK_MS = 7 * DAY_MS;
const UPDATE_ID_ANEW_MAX = 999_999_999;
/** How long an unanswered query is worth delivering. */
export const QUERY_LIFE_MS = 150_000;
const INLINE_QUERY_LIFE_MS = 30_000;
/** Come only to bots that name them in `allowed_updates`. */
const ONLY_IF_NAMED: readonly string[] = ["chat_member", "message_reaction", "message_reaction_count"];

export function kindOf(update: UpdateContent): string {
  return Object.keys(update).find((key) => key !== "update_id") ?? "";
}

function isAllowed(world: World, kind: string): boolean {
  const allowed = world.state.webhook.allowedUpdates;
  return allowed ? allowed.includes(kind) : !ONLY_IF_NAMED.includes(kind);
}

/**
 * The queue an update waits in, and until when (tdlib/telegram-bot-api, Client::add_update). Kinds that
 * Telegram does not order get a queue to themselves.
 */
function placeOf(world: World, update: UpdateContent): { queue: string; expiresAt: number } {
  const now = world.nowMs;
  // An injected update may be about something years old: it, too, gets its day.
  const untilTomorrow = (seconds: number): number => {
    const tomorrow = seconds * 1000 + DAY_MS;
    return tomorrow > now ? tomorrow : now + DAY_MS;
  };
  const message =
    update.message ?? update.edited_message ?? update.channel_post ?? update.edited_channel_post;
  if (message?.chat) {
    return {
      queue: `chat:${message.chat.id}`,
      expiresAt: untilTomorrow(message.edit_date ?? message.date),
    };
  }
  if (update.callback_query) {
    return { queue: `callback:${update.callback_query.from.id}`, expiresAt: now + QUERY_LIFE_MS };
  }
  if (update.inline_query) {
    return { queue: `inline:${update.inline_query.from.id}`, expiresAt: now + INLINE_QUERY_LIFE_MS };
  }
  if (update.my_chat_member) {
    const { chat, date } = update.my_chat_member;
    return { queue: `my_chat_member:${chat.id}`, expiresAt: untilTomorrow(date) };
  }
  if (update.chat_member) {
    const { new_chat_member, date } = update.chat_member;
    return { queue: `chat_member:${new_chat_member.user.id}`, expiresAt: untilTomorrow(date) };
  }
  if (update.message_reaction) {
    const { chat, date } = update.message_reaction;
    return { queue: `reaction:${chat.id}`, expiresAt: untilTomorrow(date) };
  }
  if (update.message_reaction_count) {
    const { chat, date } = update.message_reaction_count;
    return { queue: `reaction_count:${chat.id}`, expiresAt: untilTomorrow(date) };
  }
  const pollId = update.poll?.id ?? update.poll_answer?.poll_id;
  if (pollId) return { queue: `poll:${pollId}`, expiresAt: now + DAY_MS };
  world.state.updates.uniqueQueues += 1;
  return { queue: `unique:${world.state.updates.uniqueQueues}`, expiresAt: now + DAY_MS };
}

/** Telegram's numbers go on by one; after a week without updates they begin anew wherever they like. */
function nextId(world: World): number {
  const { updates } = world.state;
  const isAnew = updates.lastAt !== undefined && world.nowMs - updates.lastAt >= QUIET_WEEK_MS;
  return isAnew ? 1 + Math.floor(world.random() * UPDATE_ID_ANEW_MAX) : updates.nextId;
}

/** Kinds that are not allowed, and updates that find the queue full, vanish without taking an id. */
export function queueUpdate(world: World, content: UpdateContent, updateId?: number): number | null {
  const { updates } = world.state;
  if (!isAllowed(world, kindOf(content))) return null;
  if (updates.count >= UPDATES_PENDING_MAX) return null;
  const { queue, expiresAt } = placeOf(world, content);
  const id = updateId ?? nextId(world);
  updates.nextId = updateId === undefined ? id + 1 : Math.max(updates.nextId, id + 1);
  updates.lastAt = world.nowMs;
  const update: Update = { update_id: id, ...content };
  const queued: QueuedUpdate = {
    updateId: id,
    update,
    expiresAt,
    wakeAt: world.nowMs,
    delaySeconds: 1,
    failures: 0,
    deliveryId: null,
  };
  (updates.pending[queue] ??= []).push(queued);
  updates.count += 1;
  world.emit(() => ({ type: "update_queued", updateId: id, queue, update }));
  return id;
}

export function dropHead(world: World, queue: string): void {
  const { updates } = world.state;
  const waiting = updates.pending[queue];
  if (!waiting?.shift()) return;
  updates.count -= 1;
  if (waiting.length === 0) delete updates.pending[queue];
}

/** No wait is longer than an update lives. One that is on its way right now is left to its answer. */
export function dropExpired(world: World): void {
  for (const [queue, waiting] of Object.entries(world.state.updates.pending)) {
    for (let head = waiting[0]; head && !head.deliveryId && head.expiresAt < world.nowMs; head = waiting[0]) {
      const { updateId } = head;
      dropHead(world, queue);
      world.emit(() => ({ type: "update_dropped", updateId, why: "expired" }));
    }
  }
}

export function allPending(world: World): QueuedUpdate[] {
  return Object.values(world.state.updates.pending)
    .flat()
    .sort((one, other) => one.updateId - other.updateId);
}

export function forgetUpdates(world: World, isForgotten: (update: QueuedUpdate) => boolean): void {
  const { updates } = world.state;
  for (const [queue, waiting] of Object.entries(updates.pending)) {
    const kept = waiting.filter((update) => !isForgotten(update));
    updates.count -= waiting.length - kept.length;
    if (kept.length > 0) updates.pending[queue] = kept;
    else delete updates.pending[queue];
  }
}
