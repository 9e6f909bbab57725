import type { MessageEntity } from "grammy/types";
import { TEXT_CHARS_MAX, TEXT_ENTITIES_MAX } from "../domain/limits.ts";
import { DESK_LANGUAGE } from "../texts/languages.ts";
import { rich, timeOfDay } from "../texts/rich-text.ts";
import { formatted, joined, type Formatted } from "./formatted.ts";

/** A text that waits to be joined with others of the same customer. */
export interface WaitingText {
  text: string;
  entities: MessageEntity[];
  sentAt: number;
}

/**
 * Joins consecutive texts of one customer into as few messages as Telegram's 4096 characters and 100 entities allow; the
 * first one is returned with how many texts it holds. It begins with who wrote, and every text with when.
 */
export function joinTexts(
  name: string,
  texts: readonly WaitingText[],
): { message: Formatted; count: number } {
  const head = formatted(DESK_LANGUAGE.customerWrote(name));
  const parts: Formatted[] = [head];
  // Telegram counts code points; UTF-16 units are never fewer, so this stays on the safe side.
  let length = head.text.length;
  let entities = head.entities.length;
  let count = 0;
  for (const one of texts) {
    const stamp = formatted(rich`\n\n${timeOfDay(one.sentAt)} `);
    length += stamp.text.length + one.text.length;
    // Telegram drops silently what is above: first the formatting of later texts, and then their times.
    entities += stamp.entities.length + one.entities.length;
    if (count > 0 && (length > TEXT_CHARS_MAX || entities > TEXT_ENTITIES_MAX)) break;
    parts.push(stamp, one);
    count += 1;
  }
  const message = joined(parts);
  // A single text near a limit has no room for its head: it goes as it is.
  const fits = message.text.length <= TEXT_CHARS_MAX && message.entities.length <= TEXT_ENTITIES_MAX;
  return fits ? { message, count } : { message: alone(texts[0]!), count: 1 };
}

/** A place in a joined message: in which of its texts, and where there; null where it goes beyond that text. */
export interface JoinedPart {
  index: number;
  position: number | null;
}

/** Finds a quote in a message that `joinTexts` may have made; null where it made none. */
export function joinedPart(
  text: string,
  entities: readonly MessageEntity[],
  position: number,
  length: number,
): JoinedPart | null {
  const stamps = entities.filter(
    ({ type, offset, length: own }) =>
      type === "date_time" && text.slice(offset - 2, offset) === "\n\n" && text[offset + own] === " ",
  );
  if (stamps.length < 2) return null;
  const index = stamps.findLastIndex(({ offset }) => offset <= position);
  if (index < 0) return { index: 0, position: null };
  const stamp = stamps[index]!;
  const begins = stamp.offset + stamp.length + 1;
  const next = stamps[index + 1];
  const ends = next === undefined ? text.length : next.offset - 2;
  const isWithin = position >= begins && position + length <= ends;
  return { index, position: isWithin ? position - begins : null };
}

function alone({ text, entities }: WaitingText): Formatted {
  return { text, entities };
}
