import type { InlineKeyboardButton, LinkPreviewOptions, MessageEntity } from "grammy/types";
import { unformatted } from "../../telegram/formatted.ts";
import type { Button, Message, Place, Preview } from "../message.ts";

/* Rows keep what people wrote as Telegram spells it; here it becomes what every channel understands. */

/** Parameters of sendMessage, as rows have them. */
export interface TelegramWords {
  text: string;
  entities?: MessageEntity[];
  reply_markup?: { inline_keyboard: unknown[][] };
  reply_parameters?: { message_id: number };
  link_preview_options?: LinkPreviewOptions;
  message_thread_id?: number;
}

export function messageOfWords({
  text,
  entities = [],
  link_preview_options: options,
}: TelegramWords): Message {
  return {
    text: unformatted({ text, entities }),
    ...(options === undefined ? {} : { preview: previewOf(options) }),
  };
}

export function placeOfWords(words: Omit<TelegramWords, "text">): Place {
  const { reply_markup: markup, reply_parameters: reply, message_thread_id: topic } = words;
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(reply === undefined ? {} : { answers: { messageId: reply.message_id } }),
    ...(markup === undefined ? {} : { buttons: buttonsOf(markup.inline_keyboard) }),
  };
}

export function previewOf(options: LinkPreviewOptions): Preview {
  const { is_disabled, url, prefer_small_media, prefer_large_media, show_above_text } = options;
  const size = prefer_small_media === true ? "small" : prefer_large_media === true ? "large" : undefined;
  return {
    shown: is_disabled !== true,
    ...(url === undefined ? {} : { url }),
    ...(size === undefined ? {} : { size }),
    ...(show_above_text === true ? { above: true } : {}),
  };
}

/** The desk's own buttons: those of other kinds it has none of. */
export function buttonsOf(keyboard: readonly (readonly unknown[])[]): Button[][] {
  return keyboard.map((row) => row.flatMap((one) => buttonOf(one as InlineKeyboardButton)));
}

function buttonOf(button: InlineKeyboardButton): Button[] {
  const { text } = button;
  if ("callback_data" in button) return [{ text, press: button.callback_data }];
  if ("copy_text" in button) return [{ text, copies: button.copy_text.text }];
  return "url" in button ? [{ text, opens: button.url }] : [];
}
