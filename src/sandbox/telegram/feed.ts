import type { Message, ReactionType, Update, User } from "grammy/types";
import type { CallbackAnswer, Fault, LoggedCall, Member, Topic } from "./state.ts";

/** A message as a person sees it: the Bot API's fields and what bots do not get to see. */
export type SeenMessage = Message & {
  reactions?: { userId: number; reaction: ReactionType[] }[];
  /** An ephemeral message, which only this user sees. */
  only_for_user_id?: number;
  /** A reply keyboard, its removal, or a forced reply. */
  shown_markup?: unknown;
  votes?: Record<number, number[]>;
};

/** Something in a world changed: what a page shows live, one JSON line each. */
export type Change =
  | { type: "message"; chatId: number; message: SeenMessage }
  | { type: "message_edited"; chatId: number; message: SeenMessage }
  | { type: "messages_deleted"; chatId: number; messageIds: number[] }
  | { type: "reactions"; chatId: number; message: SeenMessage }
  | { type: "topic"; chatId: number; topic: Topic }
  | { type: "chat"; chatId: number; isForum: boolean; title: string }
  | { type: "member"; chatId: number; userId: number; member: Member }
  | { type: "user"; userId: number; profile: User; hasBlockedBot: boolean; isDeactivated: boolean }
  | { type: "callback_answered"; queryId: string; userId: number; answer: CallbackAnswer }
  | { type: "chat_action"; chatId: number; topicId: number | null; action: string }
  | { type: "update_queued"; updateId: number; queue: string; update: Update }
  | { type: "update_sent"; updateId: number; deliveryId: string; attempt: number }
  | { type: "update_delivered"; updateId: number; attempts: number }
  | { type: "update_failed"; updateId: number; error: string; nextAttemptAt: number }
  | { type: "update_dropped"; updateId: number; why: string }
  | { type: "call"; call: LoggedCall }
  | { type: "faults"; faults: Fault[] }
  | { type: "clock"; now: number; isFrozen: boolean }
  | { type: "delivery_mode"; mode: "push" | "pull" }
  | { type: "reset" };

export type ChangeListener = (change: Change) => void;
