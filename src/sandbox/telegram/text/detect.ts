import type { MessageEntity } from "grammy/types";

/** What Telegram finds by itself in a text. Commands and mentions only count at the start of a word. */
const PATTERNS: readonly [type: MessageEntity["type"], pattern: RegExp][] = [
  [
    "url",
    /(?<![\p{L}\p{N}@._/-])(?:https?:\/\/[^\s<>"]+|(?:[\p{L}\p{N}-]+\.)+(?:com|org|net|io|me|dev|app|example|de|ru|uk)(?:\/[^\s<>"]*)?)(?<![.,!?;:)])/giu,
  ],
  ["email", /(?<![\p{L}\p{N}._%+-])[A-Z0-9._%+-]+@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+/giu],
  ["bot_command", /(?<![\p{L}\p{N}/<>_-])\/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?(?![\p{L}\p{N}/_])/giu],
  ["mention", /(?<![\p{L}\p{N}_/.])@[a-z][a-z0-9_]{3,31}(?![\p{L}\p{N}_])/giu],
  ["hashtag", /(?<![\p{L}\p{N}_&/])#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*/gu],
  ["cashtag", /(?<![\p{L}\p{N}_$])\$[A-Z]{1,8}(?![\p{L}\p{N}_])/gu],
];

/** Adds what is found outside of `given`, which always wins. */
export function withDetected(text: string, given: readonly MessageEntity[]): MessageEntity[] {
  const entities = [...given];
  const isTaken = (from: number, to: number, type: MessageEntity["type"]): boolean =>
    entities.some(
      (entity) =>
        from < entity.offset + entity.length &&
        to > entity.offset &&
        (!STYLES.has(entity.type) || entity.type === type),
    );
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const [found] = match;
      if (isTaken(match.index, match.index + found.length, type)) continue;
      entities.push({ type, offset: match.index, length: found.length } as MessageEntity);
    }
  }
  return entities.sort((one, other) => one.offset - other.offset || other.length - one.length);
}

/** Detected entities may lie within these. */
const STYLES: ReadonlySet<MessageEntity["type"]> = new Set([
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
]);
