import { failures } from "./errors.ts";
import type { Budgets, SandboxChat } from "./state.ts";
import type { World } from "./world.ts";

export const realBudgets: Budgets = {
  perGroupMinute: 20,
  perChatSecond: 1,
  chatBurst: 3,
  perSecond: 30,
  webhookEveryMs: 1000,
};

export const noBudgets: Budgets = {
  perGroupMinute: null,
  perChatSecond: null,
  chatBurst: 3,
  perSecond: null,
  webhookEveryMs: null,
};

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

const TOPIC_CALLS = [
  "createforumtopic",
  "editforumtopic",
  "closeforumtopic",
  "reopenforumtopic",
  "deleteforumtopic",
  "editgeneralforumtopic",
  "closegeneralforumtopic",
  "reopengeneralforumtopic",
  "hidegeneralforumtopic",
  "unhidegeneralforumtopic",
];

/** How many messages a call counts for; 0 for the calls that are free. An album counts its items. */
export function weightOf(method: string, params: Record<string, unknown>): number {
  const name = method.toLowerCase();
  if (name === "sendmediagroup") return listLength(params["media"]);
  if (name === "copymessages" || name === "forwardmessages") return listLength(params["message_ids"]);
  if (name === "sendchataction") return 1;
  const counts =
    /^(send|copymessage|forwardmessage|editmessage|editephemeral|stopmessagelivelocation|stoppoll)/.test(
      name,
    ) || TOPIC_CALLS.includes(name);
  return counts ? 1 : 0;
}

function listLength(value: unknown): number {
  const list: unknown = typeof value === "string" ? parsed(value) : value;
  return Array.isArray(list) ? Math.max(1, list.length) : 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Refuses a call that would pass a limit. What passes is only counted by `spend`, once it has succeeded. */
export function checkBudget(world: World, chat: SandboxChat, method: string, weight: number): void {
  const waits = [chatWait(world, chat, keyOf(chat, method), weight)];
  if (method.toLowerCase() !== "sendchataction") {
    waits.push(windowWait(world, "all", world.state.budgets.limits.perSecond, SECOND_MS, weight));
  }
  const waitMs = Math.max(...waits);
  if (waitMs > 0) throw failures.retryAfter(Math.max(1, Math.ceil(waitMs / 1000)));
}

export function spend(world: World, chat: SandboxChat, method: string, weight: number): void {
  const { limits, spent, buckets } = world.state.budgets;
  const key = keyOf(chat, method);
  const now = world.nowMs;
  const times = Array.from({ length: weight }, () => now);
  if (chat.type === "private") {
    const { tokens } = bucket(world, key);
    buckets[key] = { tokens: Math.max(0, tokens - weight), at: now };
  } else if (limits.perGroupMinute !== null) {
    (spent[key] ??= []).push(...times);
  }
  if (limits.perSecond !== null && method.toLowerCase() !== "sendchataction") {
    (spent["all"] ??= []).push(...times);
  }
}

/** Chat actions have limits of their own and never use up those of messages. */
function keyOf(chat: SandboxChat, method: string): string {
  return method.toLowerCase() === "sendchataction" ? `action:${chat.id}` : `chat:${chat.id}`;
}

function chatWait(world: World, chat: SandboxChat, key: string, weight: number): number {
  const { limits } = world.state.budgets;
  if (chat.type !== "private") return windowWait(world, key, limits.perGroupMinute, MINUTE_MS, weight);
  if (limits.perChatSecond === null) return 0;
  const missing = Math.min(weight, limits.chatBurst) - bucket(world, key).tokens;
  return missing <= 1e-9 ? 0 : (missing / limits.perChatSecond) * 1000;
}

function bucket(world: World, key: string): { tokens: number; at: number } {
  const { limits, buckets } = world.state.budgets;
  const now = world.nowMs;
  const kept = buckets[key];
  if (!kept) return { tokens: limits.chatBurst, at: now };
  const refilled = ((now - kept.at) / 1000) * (limits.perChatSecond ?? 0);
  return { tokens: Math.min(limits.chatBurst, kept.tokens + refilled), at: now };
}

/** How long until `weight` more calls fit into the window. More than the whole window waits for an empty one. */
function windowWait(
  world: World,
  key: string,
  limit: number | null,
  windowMs: number,
  weight: number,
): number {
  if (limit === null) return 0;
  const { spent } = world.state.budgets;
  const counted = (spent[key] ?? []).filter((at) => at + windowMs > world.nowMs);
  if (counted.length > 0) spent[key] = counted;
  else delete spent[key];
  const excess = counted.length + Math.min(weight, limit) - limit;
  const freedBy = excess > 0 ? counted[excess - 1] : undefined;
  return freedBy === undefined ? 0 : freedBy + windowMs - world.nowMs;
}
