import type { Chat, Message, Update, User } from "grammy/types";
import type { ActInput } from "../../src/sandbox/telegram/acts/all.ts";
import { WorldClock } from "../../src/sandbox/telegram/clock.ts";
import { TelegramCore } from "../../src/sandbox/telegram/core.ts";
import type { Delivery } from "../../src/sandbox/telegram/webhook-delivery.ts";

export const TOKEN = "1:sandbox";
export const BOT_ID = 1;
export const GROUP_ID = -1001234567890;
const NOON = Date.parse("2026-10-05T12:00:00Z");

/** A world without a server, its clock standing still at noon and nothing limited. */
export function aWorld({ budgets = "off" }: { budgets?: "real" | "off" } = {}) {
  const clock = new WorldClock(() => NOON);
  clock.freeze();
  const core = new TelegramCore({ now: clock.now });
  core.act("budgets", { all: budgets });

  const call = (method: string, params: Record<string, unknown> = {}) => core.call(TOKEN, method, params);

  /** The result of a call that must succeed. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- only the caller knows what a method answers
  const api = <Result = Message>(method: string, params: Record<string, unknown> = {}): Result => {
    const { body } = call(method, params);
    const answer = body as { ok: true; result: Result } | { ok: false; description: string };
    if (!answer.ok) throw new Error(`${method}: ${answer.description}`);
    return answer.result;
  };

  /** The description of a call that must fail. */
  const refusal = (method: string, params: Record<string, unknown> = {}): string => {
    const answer = call(method, params).body as { ok: boolean; description?: string };
    if (answer.ok) throw new Error(`${method} succeeded`);
    return answer.description ?? "";
  };

  const person = (settings: ActInput<"user"> = {}): User =>
    core.act("user", { firstName: "Ada", ...settings });

  /** A customer who has pressed START. */
  const customer = (settings: ActInput<"user"> = {}): User => {
    const made = person(settings);
    core.act("start", { userId: made.id });
    return made;
  };

  /** A forum with the bot as its administrator, unless said otherwise. */
  const group = (settings: Partial<ActInput<"group">> = {}): Chat =>
    core.act("group", { id: GROUP_ID, title: "Support desk", forum: true, ...settings });

  const agent = (settings: ActInput<"user"> = {}, member: Partial<ActInput<"member">> = {}): User => {
    const made = person({ firstName: "Olga", ...settings });
    core.act("member", { chatId: GROUP_ID, userId: made.id, ...member });
    return made;
  };

  const topic = (name = "SUP-1"): number =>
    api<{ message_thread_id: number }>("createForumTopic", { chat_id: GROUP_ID, name }).message_thread_id;

  const hook = (settings: Record<string, unknown> = {}): void => {
    api("setWebhook", { url: "https://desk.example/webhook", ...settings });
  };

  /** Everything that is due, delivered at once. */
  const delivered = (): Update[] => {
    const updates: Update[] = [];
    for (let due: Delivery[] = core.due(); due.length > 0; due = core.due()) {
      for (const each of due) {
        updates.push(each.update);
        core.delivered(each.deliveryId, { status: 200 });
      }
    }
    return updates;
  };

  const chatMessages = (chatId: number, threadId?: number | null) =>
    core.act("messages", { chatId, ...(threadId === undefined ? {} : { threadId }) });

  return {
    core,
    clock,
    call,
    api,
    refusal,
    person,
    customer,
    group,
    agent,
    topic,
    hook,
    delivered,
    chatMessages,
  };
}

export type AWorld = ReturnType<typeof aWorld>;
