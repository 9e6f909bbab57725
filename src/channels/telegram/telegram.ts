import type { ChatId } from "../../domain/contact/contact-id.ts";
import type { Route } from "../../domain/contact/route.ts";
import { TEXT_CHARS_MAX } from "../../domain/limits.ts";
import type { BotCall } from "../../telegram/api.ts";
import type { Channel } from "../channel.ts";

/** A text and other parameters of sendMessage, but for the chat. */
export type TelegramWords = { text: string } & Record<string, unknown>;

/** The chat that an address names. */
export function chatAt({ address }: Route): ChatId {
  return Number(address);
}

/** Private chats with the bot. */
export const TELEGRAM = {
  limits: { textChars: TEXT_CHARS_MAX },
  send: (to, said) => ({ method: "sendMessage", params: { chat_id: chatAt(to), ...said } }),
  copy: (to, { chat, messageId }, more) => ({
    method: "copyMessage",
    params: { chat_id: chatAt(to), ...more, from_chat_id: chat, message_id: messageId },
  }),
  edit: (to, messageId, said) => ({
    method: "editMessageText",
    params: { chat_id: chatAt(to), message_id: messageId, ...said },
  }),
  react: (to, messageId, emoji) => ({
    method: "setMessageReaction",
    params: {
      chat_id: chatAt(to),
      message_id: messageId,
      reaction: emoji === null ? [] : [{ type: "emoji", emoji }],
    },
  }),
  delete: (to, messageId) => ({
    method: "deleteMessage",
    params: { chat_id: chatAt(to), message_id: messageId },
  }),
} as const satisfies Channel<BotCall, TelegramWords>;
