import { TEXT_CHARS_MAX } from "../../domain/limits.ts";
import { clipped, formatted, type Formatted } from "../../telegram/formatted.ts";
import { DESK_LANGUAGE, type Language } from "../../texts/languages.ts";
import { inWords } from "../../texts/notice.ts";
import { deskLine, type RichText } from "../../texts/rich-text.ts";
import type { Said, Words } from "../tables/shapes.ts";

/* What is said, as parameters of a message. */

/** The sendMessage parameters of a text, cut where Telegram would refuse it: entities, so nothing has to be escaped. */
export function words(said: RichText): Words {
  return sendable(formatted(said));
}

/** What is said, as it leaves. */
export function worded(said: Said | Words, language: Language = DESK_LANGUAGE): Words {
  if (!("says" in said)) return said;
  const { says, line, button, ...more } = said;
  const text = inWords(says, language);
  const buttons =
    button === undefined
      ? {}
      : {
          reply_markup: {
            inline_keyboard: [[{ text: language.BUTTONS[button.says], callback_data: button.data }]],
          },
        };
  return { ...words(line === true ? deskLine(text) : text), ...buttons, ...more };
}

/** Likewise for a text that has Telegram's entities already. */
export function sendable(said: Formatted): Words {
  const { text, entities } = clipped(said, TEXT_CHARS_MAX);
  return {
    text,
    ...(entities.length === 0 ? {} : { entities }),
    link_preview_options: { is_disabled: true },
  };
}

export function replyParameters(messageId: number): NonNullable<Words["reply_parameters"]> {
  return { message_id: messageId, allow_sending_without_reply: true };
}
