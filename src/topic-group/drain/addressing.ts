import type { Outcome } from "../../domain/desk/outcome.ts";
import { epochOf, numbered, plainNumber } from "../../domain/message-number.ts";
import type { BotCall } from "../../telegram/api.ts";
import type { Epochs } from "../tables/numbering.ts";

/** A call as Telegram takes it, and the epoch of the numbers that it answers. */
export interface Addressed {
  call: BotCall;
  epoch: number;
}

const GONE = {
  copied: {
    kind: "refused",
    code: "source_gone",
    description: "written to a former bot or in a former chat",
  },
  other: { kind: "refused", code: "target_gone", description: "of a former bot or a former chat" },
} as const satisfies Record<string, Outcome>;

/**
 * Turns a call with the object's numbers into one with Telegram's: messages in a former chat are addressed there,
 * messages to a former bot cannot be reached, and a reply to either is sent without the reply.
 */
export function addressed(call: BotCall, epochs: Epochs): Addressed | Outcome {
  const { params } = call;
  const from = params["from_chat_id"];
  const isCopy = from !== undefined;
  const ids = isCopy ? sourceOf(params, epochs) : targetOf(params, epochs);
  if (ids === null) return isCopy ? GONE.copied : GONE.other;
  const chat = ids.chat_id ?? params["chat_id"];
  if (typeof chat !== "number") return { call, epoch: 0 };
  const epoch = epochIn(chat, epochs);
  const { reply_parameters: reply, ...others } = params;
  return {
    call: { ...call, params: { ...others, ...ids, ...replyIn(reply, chat, epochs) } },
    epoch: epoch ?? 0,
  };
}

interface Ids {
  chat_id?: number;
  from_chat_id?: number;
  message_id?: number;
  message_ids?: number[];
  message_thread_id?: number | undefined;
}

/** What is copied, and the topic that it is copied into. */
function sourceOf(params: Record<string, unknown>, epochs: Epochs): Ids | null {
  const one = params["message_id"] as number | undefined;
  const several = params["message_ids"] as number[] | undefined;
  const from = chatOf(params["from_chat_id"] as number, one ?? several![0]!, epochs);
  const thread = threadOf(params, epochs);
  if (from === null || thread === null) return null;
  return {
    ...thread,
    from_chat_id: from,
    ...(one === undefined ? {} : { message_id: plainNumber(one) }),
    ...(several === undefined ? {} : { message_ids: several.map(plainNumber) }),
  };
}

function targetOf(params: Record<string, unknown>, epochs: Epochs): Ids | null {
  const message = params["message_id"] as number | undefined;
  const thread = threadOf(params, epochs);
  if (message === undefined || thread === null) return thread;
  const chat = chatOf(params["chat_id"] as number, message, epochs);
  return chat === null ? null : { ...thread, chat_id: chat, message_id: plainNumber(message) };
}

function threadOf(params: Record<string, unknown>, epochs: Epochs): Ids | null {
  const thread = params["message_thread_id"] as number | undefined;
  if (thread === undefined) return {};
  const given = params["chat_id"] as number;
  const chat = chatOf(given, thread, epochs);
  // A topic of a private chat with a former bot: what is for the customer goes to the chat itself.
  if (chat === null && given > 0) return { message_thread_id: undefined };
  return chat === null ? null : { chat_id: chat, message_thread_id: plainNumber(thread) };
}

/** The chat in which a number is to be found; null: nowhere any more. */
function chatOf(chat: number, number: number, epochs: Epochs): number | null {
  const epoch = epochOf(number);
  if (chat === epochs.chat) return epochs.chats[epoch] ?? null;
  return chat < 0 || epoch === epochs.botEpoch ? chat : null;
}

/** The epoch of the numbers of a chat; null: they belong to none. */
function epochIn(chat: number, { chats, botEpoch }: Epochs): number | null {
  if (chat > 0) return botEpoch;
  const epoch = chats.indexOf(chat);
  return epoch === -1 ? null : epoch;
}

function replyIn(reply: unknown, chat: number, epochs: Epochs): Record<string, unknown> {
  if (typeof reply !== "object" || reply === null) return {};
  const { message_id: id, ...others } = reply as { message_id: number };
  const isHere = epochOf(id) === (epochIn(chat, epochs) ?? 0);
  return isHere ? { reply_parameters: { ...others, message_id: plainNumber(id) } } : {};
}

/** The outcome with its numbers as the object keeps them. */
export function numberedOutcome(outcome: Outcome, epoch: number): Outcome {
  if (outcome.kind !== "done" || epoch === 0) return outcome;
  const { result } = outcome;
  return { ...outcome, result: Array.isArray(result) ? result.map((one) => of(one)) : of(result) };

  function of(one: unknown): unknown {
    if (typeof one !== "object" || one === null) return one;
    const ids = Object.entries(one).flatMap(([key, value]) =>
      (key === "message_id" || key === "message_thread_id") && typeof value === "number"
        ? [[key, numbered(value, epoch)]]
        : [],
    );
    return { ...one, ...Object.fromEntries(ids) };
  }
}
