import type { MessageEntity } from "grammy/types";
import type { ChatId } from "../../domain/contact/contact-id.ts";
import type { Route } from "../../domain/contact/route.ts";
import { CAPTION_CHARS_MAX, TEXT_CHARS_MAX } from "../../domain/limits.ts";
import type { BotCall } from "../../telegram/api.ts";
import { clipped, formatted } from "../../telegram/formatted.ts";
import type { RichText } from "../../texts/rich-text.ts";
import type { Channel, Originals } from "../channel.ts";
import type { Attachment, AttachmentKind, Button, Message, Place, Position, Preview } from "../message.ts";

/** The chat that an address names. */
function chatAt({ address }: Route): ChatId {
  return Number(address);
}

/** Private chats with the bot; the staff group is written to in the same way. */
export const TELEGRAM = {
  send(to, message, place) {
    const target = { chat_id: chatAt(to), ...placed(place) };
    const [file, ...more] = message.attachments ?? [];
    if (file === undefined) return { method: "sendMessage", params: { ...target, ...textOf(message) } };
    if (more.length === 0) {
      const { method, key } = SENDING[file.kind];
      return {
        method,
        params: { ...target, ...captionOf(message), ...covered(file), [key]: fileAt(file.file) },
      };
    }
    const media = [file, ...more].map((one, index) => mediaOf(one, index === 0 ? captionOf(message) : {}));
    return { method: "sendMediaGroup", params: { ...target, media } };
  },
  copy: (to, originals, place) => passing("copyMessage", to, originals, place),
  forward: (to, originals, place) => passing("forwardMessage", to, originals, place),
  sendLive: (to, position, place) => ({
    method: "sendLocation",
    params: {
      chat_id: chatAt(to),
      ...at(position),
      ...optional("live_period", position.livePeriod),
      ...optional("proximity_alert_radius", position.proximityAlertRadius),
      ...placed(place),
    },
  }),
  moveLive(to, messageId, position) {
    const target = { chat_id: chatAt(to), message_id: messageId };
    if (position.livePeriod === undefined) return { method: "stopMessageLiveLocation", params: target };
    return { method: "editMessageLiveLocation", params: { ...target, ...at(position) } };
  },
  edit(to, messageId, edit) {
    const target = { chat_id: chatAt(to), message_id: messageId };
    const { message } = edit;
    switch (edit.what) {
      case "text":
        return {
          method: "editMessageText",
          params: { ...target, ...textOf(message), ...buttoned(edit.buttons) },
        };
      case "caption":
        return { method: "editMessageCaption", params: { ...target, ...captionOf(message) } };
      case "media":
        return {
          method: "editMessageMedia",
          params: { ...target, media: mediaOf(edit.media, captionOf(message)) },
        };
      default:
        return edit satisfies never;
    }
  },
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
} as const satisfies Channel<BotCall>;

function passing(
  method: "copyMessage" | "forwardMessage",
  to: Route,
  { chat, messageIds }: Originals,
  place: Place,
): BotCall {
  const params = { chat_id: chatAt(to), from_chat_id: chat, ...placed(place) };
  const [only, ...others] = messageIds;
  return others.length === 0
    ? { method, params: { ...params, message_id: only } }
    : { method: `${method}s`, params: { ...params, message_ids: messageIds } };
}

function textOf({ text: said, preview }: Message): Record<string, unknown> {
  const { text, entities } = clipped(formatted(said), TEXT_CHARS_MAX);
  return { text, ...marked("entities", entities), ...shownAs(preview) };
}

function captionOf({ text: said, textAbove }: Message): Record<string, unknown> {
  const { text, entities } = clipped(formatted(said), CAPTION_CHARS_MAX);
  return {
    caption: text,
    ...marked("caption_entities", entities),
    ...(textAbove === true ? { show_caption_above_media: true } : {}),
  };
}

function marked(key: string, entities: MessageEntity[]): Record<string, unknown> {
  return entities.length === 0 ? {} : { [key]: entities };
}

function shownAs(preview: Preview | undefined): Record<string, unknown> {
  if (preview === undefined) return {};
  const { shown, url, size, above } = preview;
  return {
    link_preview_options: {
      ...(shown ? {} : { is_disabled: true }),
      ...(url === undefined ? {} : { url }),
      ...(size === undefined ? {} : { [`prefer_${size}_media`]: true }),
      ...(above === true ? { show_above_text: true } : {}),
    },
  };
}

function placed({ topic, answers, buttons }: Place): Record<string, unknown> {
  return {
    ...optional("message_thread_id", topic),
    ...(answers === undefined
      ? {}
      : {
          reply_parameters: {
            message_id: answers.messageId,
            allow_sending_without_reply: true,
            ...(answers.quote === undefined ? {} : quoted(answers.quote.text, answers.quote.position)),
          },
        }),
    ...buttoned(buttons),
  };
}

function buttoned(buttons: Place["buttons"]): Record<string, unknown> {
  if (buttons === undefined) return {};
  return { reply_markup: { inline_keyboard: buttons.map((row) => row.map(buttonOf)) } };
}

function quoted(quote: RichText, position: number): Record<string, unknown> {
  const { text, entities } = formatted(quote);
  return { quote: text, quote_entities: entities, quote_position: position };
}

function buttonOf({ text, ...does }: Button): Record<string, unknown> {
  if ("press" in does) return { text, callback_data: does.press };
  return "copies" in does ? { text, copy_text: { text: does.copies } } : { text, url: does.opens };
}

function at({ latitude, longitude, horizontalAccuracy, heading }: Position): Record<string, unknown> {
  return {
    latitude,
    longitude,
    ...optional("horizontal_accuracy", horizontalAccuracy),
    ...optional("heading", heading),
  };
}

/** By which method a file is sent, and as which parameter. */
const SENDING: Record<AttachmentKind, { method: string; key: string }> = {
  photo: { method: "sendPhoto", key: "photo" },
  video: { method: "sendVideo", key: "video" },
  animation: { method: "sendAnimation", key: "animation" },
  audio: { method: "sendAudio", key: "audio" },
  document: { method: "sendDocument", key: "document" },
  voice: { method: "sendVoice", key: "voice" },
  video_note: { method: "sendVideoNote", key: "video_note" },
  sticker: { method: "sendSticker", key: "sticker" },
};

function mediaOf(file: Attachment, caption: Record<string, unknown>): Record<string, unknown> {
  return { type: file.kind, media: fileAt(file.file), ...caption, ...covered(file) };
}

function covered({ spoiler }: Attachment): Record<string, unknown> {
  return spoiler === true ? { has_spoiler: true } : {};
}

const TELEGRAMS_FILE = "telegram:";

/** Telegram takes its own files by their ids, and others by where they are. */
function fileAt(file: string): string {
  return file.startsWith(TELEGRAMS_FILE) ? file.slice(TELEGRAMS_FILE.length) : file;
}

function optional(key: string, value: number | undefined): Record<string, number> {
  return value === undefined ? {} : { [key]: value };
}
