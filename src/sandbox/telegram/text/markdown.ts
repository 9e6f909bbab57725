import type { MessageEntity } from "grammy/types";
import { failures } from "../errors.ts";
import { byteOffset, linkEntity } from "./parsing.ts";
import type { FormattedText } from "./parsing.ts";

const RESERVED = "_*[]()~`>#+-=|{}.!";

type Style =
  | "bold"
  | "italic"
  | "underline"
  | "strikethrough"
  | "spoiler"
  | "code"
  | "pre"
  | "link"
  | "emoji"
  | "quote";

interface Open {
  style: Style;
  at: number;
  offset: number;
  language: string;
}

const NAMES: Record<Style, string> = {
  bold: "Bold",
  italic: "Italic",
  underline: "Underline",
  strikethrough: "Strikethrough",
  spoiler: "Spoiler",
  code: "Code",
  pre: "Pre",
  link: "TextUrl",
  emoji: "CustomEmoji",
  quote: "BlockQuote",
};

/** What each style is opened and closed with; the longer marks come first. */
const MARKS: readonly [mark: string, style: Style][] = [
  ["```", "pre"],
  ["||", "spoiler"],
  ["__", "underline"],
  ["![", "emoji"],
  ["*", "bold"],
  ["_", "italic"],
  ["~", "strikethrough"],
  ["`", "code"],
  ["[", "link"],
];

export function parseMarkdownV2(source: string): FormattedText {
  let text = "";
  let at = 0;
  const open: Open[] = [];
  const entities: MessageEntity[] = [];
  const isAtLineStart = (): boolean => text === "" || text.endsWith("\n");
  const innermost = (): Style | undefined => open.at(-1)?.style;

  const close = (entry: Open): void => {
    const place = { offset: entry.offset, length: text.length - entry.offset };
    if (entry.style === "link" || entry.style === "emoji") {
      const [target, after] = readTarget(source, at, text.slice(entry.offset), entry.style);
      at = after;
      const entity = targetEntity(entry.style, target, place);
      if (entity && place.length > 0) entities.push(entity);
      return;
    }
    if (place.length > 0) entities.push(styled(entry, place));
  };
  const closeQuote = (isExpandable: boolean): void => {
    const entry = open.pop();
    if (!entry) return;
    if (entry.style !== "quote") throw unfinished(source, entry);
    const length = text.length - entry.offset;
    const type = isExpandable ? "expandable_blockquote" : "blockquote";
    if (length > 0) entities.push({ type, offset: entry.offset, length });
  };

  while (at < source.length) {
    const char = source[at] ?? "";
    const next = source[at + 1] ?? "";
    const inCode = innermost() === "code" || innermost() === "pre";
    if (char === "\\" && next !== "" && next.charCodeAt(0) <= 126) {
      text += next;
      at += 2;
      continue;
    }
    const inQuote = open.some(({ style }) => style === "quote");
    if (char === "\n" && inQuote && !inCode) {
      if (next === ">") {
        text += "\n";
        at += 2;
        continue;
      }
      closeQuote(false);
    }
    if (!inCode && char === ">" && isAtLineStart() && !inQuote) {
      open.push({ style: "quote", at, offset: text.length, language: "" });
      at += 1;
      continue;
    }
    if (!inCode && source.startsWith("**>", at) && isAtLineStart()) {
      at += 2;
      continue;
    }
    if (
      inQuote &&
      source.startsWith("||", at) &&
      innermost() === "quote" &&
      /^\|\|(\n|$)/.test(source.slice(at))
    ) {
      at += 2;
      closeQuote(true);
      continue;
    }
    const closing = closingMark(source, at, innermost());
    if (closing) {
      const entry = open.pop();
      at += closing.length;
      if (entry) close(entry);
      continue;
    }
    if (inCode || !RESERVED.includes(char)) {
      text += char;
      at += 1;
      continue;
    }
    const mark = MARKS.find(([opening]) => source.startsWith(opening, at));
    if (!mark) throw reserved(char);
    const [opening, style] = mark;
    const entry: Open = { style, at, offset: text.length, language: "" };
    at += opening.length;
    if (style === "pre") {
      const [head = "", language = ""] = /^([^\s`]*)\r?\n/.exec(source.slice(at)) ?? [];
      entry.language = language;
      at += head.length;
    }
    open.push(entry);
  }
  if (innermost() === "quote") closeQuote(false);
  const unclosed = open.at(-1);
  if (unclosed) throw unfinished(source, unclosed);
  return { text, entities };
}

function closingMark(source: string, at: number, style: Style | undefined): string | null {
  if (style === undefined || style === "quote") return null;
  const mark = style === "link" || style === "emoji" ? "]" : MARKS.find(([, each]) => each === style)?.[0];
  if (!mark || !source.startsWith(mark, at)) return null;
  return style === "italic" && source.startsWith("__", at) ? null : mark;
}

function readTarget(
  source: string,
  at: number,
  label: string,
  style: Style,
): [target: string, after: number] {
  if (source[at] !== "(") {
    if (style === "emoji")
      throw failures.cantParseEntities("Custom emoji entity must contain a tg://emoji URL");
    return [label, at];
  }
  let target = "";
  let index = at + 1;
  while (index < source.length && source[index] !== ")") {
    if (source[index] === "\\" && index + 1 < source.length) index += 1;
    target += source[index];
    index += 1;
  }
  if (source[index] !== ")") {
    throw failures.cantParseEntities(`Can't find end of a URL at byte offset ${byteOffset(source, at + 1)}`);
  }
  return [target, index + 1];
}

function targetEntity(
  style: Style,
  target: string,
  place: { offset: number; length: number },
): MessageEntity | null {
  if (style === "link") return linkEntity(target, place);
  const emojiId = /^tg:\/\/emoji\?id=(\d+)$/i.exec(target)?.[1];
  if (emojiId) return { type: "custom_emoji", ...place, custom_emoji_id: emojiId };
  const time = /^tg:\/\/time\?unix=(-?\d+)(?:&format=([a-z]*))?$/i.exec(target);
  if (!time) throw failures.cantParseEntities("Custom emoji entity must contain a tg://emoji URL");
  return {
    type: "date_time",
    ...place,
    unix_time: Number(time[1]),
    date_time_format: time[2] ?? "",
  } as MessageEntity;
}

function styled(entry: Open, place: { offset: number; length: number }): MessageEntity {
  if (entry.style === "pre" && entry.language) return { type: "pre", ...place, language: entry.language };
  return { type: entry.style, ...place } as MessageEntity;
}

function reserved(char: string) {
  return failures.cantParseEntities(
    `Character '${char}' is reserved and must be escaped with the preceding '\\'`,
  );
}

function unfinished(source: string, { style, at }: Open) {
  return failures.cantParseEntities(
    `Can't find end of ${NAMES[style]} entity at byte offset ${byteOffset(source, at)}`,
  );
}

/** The older dialect: no nesting, and only four characters mean anything. */
export function parseMarkdown(source: string): FormattedText {
  let text = "";
  let at = 0;
  const entities: MessageEntity[] = [];
  while (at < source.length) {
    const char = source[at] ?? "";
    const next = source[at + 1] ?? "";
    if (char === "\\" && next !== "" && "_*`[".includes(next)) {
      text += next;
      at += 2;
      continue;
    }
    const mark = source.startsWith("```", at) ? "```" : char;
    if (!["_", "*", "`", "```", "["].includes(mark)) {
      text += char;
      at += 1;
      continue;
    }
    const end = source.indexOf(mark === "[" ? "]" : mark, at + mark.length);
    if (end < 0) {
      throw failures.cantParseEntities(
        `Can't find end of the entity starting at byte offset ${byteOffset(source, at)}`,
      );
    }
    const inner = source.slice(at + mark.length, end);
    const place = { offset: text.length, length: inner.length };
    text += inner;
    at = end + (mark === "[" ? 1 : mark.length);
    if (mark === "[") {
      const [target, after] = readTarget(source, at, inner, "link");
      at = after;
      const entity = linkEntity(target, place);
      if (entity) entities.push(entity);
    } else if (place.length > 0) {
      const type = ({ _: "italic", "*": "bold", "`": "code", "```": "pre" } as const)[mark];
      if (type) entities.push({ type, ...place });
    }
  }
  return { text, entities };
}
