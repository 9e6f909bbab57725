import type { MessageEntity } from "grammy/types";
import { TEXT_CHARS_MAX } from "../domain/limits.ts";
import { bold, join, plain, rich, timeOfDay, type RichText } from "./rich-text.ts";

/** A text that waits to be joined with others of the same customer. */
export interface WaitingText {
  text: string;
  entities: MessageEntity[];
  sentAt: number;
}

/**
 * Joins consecutive texts of one customer into as few messages as Telegram's 4096 characters allow; the first one
 * is returned with how many texts it holds. It begins with who wrote, and every text with when.
 */
export function joinTexts(name: string, texts: readonly WaitingText[]): { message: RichText; count: number } {
  const head = rich`${bold(name === "" ? "Customer" : name)} wrote:`;
  const parts: RichText[] = [head];
  // Telegram counts code points; UTF-16 units are never fewer, so this stays on the safe side.
  let length = head.text.length;
  let count = 0;
  for (const one of texts) {
    const stamp = rich`\n\n${timeOfDay(one.sentAt)} `;
    const added = stamp.text.length + one.text.length;
    if (count > 0 && length + added > TEXT_CHARS_MAX) break;
    parts.push(join([stamp, { text: one.text, entities: one.entities }]));
    length += added;
    count += 1;
  }
  const message = join(parts);
  // A single text near the limit has no room for its head: it goes as it is.
  return message.text.length <= TEXT_CHARS_MAX ? { message, count } : { message: alone(texts[0]!), count: 1 };
}

function alone(one: WaitingText): RichText {
  return { ...plain(one.text), entities: one.entities };
}
