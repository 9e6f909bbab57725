import type { MessageEntity } from "grammy/types";
import { failures, uncataloguedFailures } from "../errors.ts";
import type { Params } from "../params.ts";
import { withDetected } from "./detect.ts";
import { parseHtml } from "./html.ts";
import { parseMarkdown, parseMarkdownV2 } from "./markdown.ts";
import { byteOffset } from "./parsing.ts";
import type { FormattedText } from "./parsing.ts";

export const TEXT_MAX = 4096;
export const CAPTION_MAX = 1024;
export const QUOTE_MAX = 1024;
const ENTITIES_MAX = 100;
const ENTITY_BOUND_MAX = 1_000_000;

/** Telegram measures texts in characters, entities in UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

export function parse(text: string, parseMode: string | null, entities: unknown[] | null): FormattedText {
  switch (parseMode?.toLowerCase()) {
    case undefined:
    case "":
      return { text, entities: checkEntities(text, entities ?? []) };
    case "html":
      return parseHtml(text);
    case "markdown":
      return parseMarkdown(text);
    case "markdownv2":
      return parseMarkdownV2(text);
    default:
      throw uncataloguedFailures.unsupportedParseMode();
  }
}

/** As TDLib checks them (MessageEntity.cpp, fix_formatted_text): empty ones are dropped, all others must fit the text. */
export function checkEntities(text: string, given: readonly unknown[]): MessageEntity[] {
  const entities = given as readonly MessageEntity[];
  for (const { offset, length } of entities) {
    if (!isBound(offset)) throw uncataloguedFailures.entityOffset(offset);
    if (!isBound(length)) throw uncataloguedFailures.entityLength(length);
  }
  return entities
    .filter(({ length }) => length > 0)
    .slice(0, ENTITIES_MAX)
    .map((entity) => {
      const { offset } = entity;
      const end = offset + entity.length;
      if (offset > text.length) throw uncataloguedFailures.entityBeginsAfterEnd(offset);
      if (end > text.length) throw uncataloguedFailures.entityEndsAfterEnd(offset, end);
      if (splitsPair(text, offset)) {
        throw uncataloguedFailures.entityBeginsInSymbol(byteOffset(text, offset + 1));
      }
      if (splitsPair(text, end)) {
        throw uncataloguedFailures.entityEndsInSymbol(offset, byteOffset(text, end + 1));
      }
      return entity;
    });
}

function isBound(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= ENTITY_BOUND_MAX;
}

function splitsPair(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  const before = text.charCodeAt(index - 1);
  return code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}

/** Cuts blanks off both ends, as Telegram does before a text is shown, and finds what it finds by itself. */
export function cleaned(formatted: FormattedText): FormattedText {
  const withoutLead = formatted.text.trimStart();
  const shift = formatted.text.length - withoutLead.length;
  const text = withoutLead.trimEnd();
  const entities = formatted.entities.flatMap((entity) => {
    const offset = Math.max(0, entity.offset - shift);
    const end = Math.min(text.length, entity.offset + entity.length - shift);
    return end > offset ? [{ ...entity, offset, length: end - offset }] : [];
  });
  return { text, entities: withDetected(text, entities) };
}

/** The text of a message that a bot sends or edits. */
export function readText(params: Params): FormattedText {
  const raw = params.text("text") ?? "";
  if (raw === "") throw failures.textEmpty();
  const formatted = cleaned(parse(raw, params.text("parse_mode"), params.list("entities")));
  if (formatted.text === "") throw failures.textOnlyBlank();
  if (lengthOf(formatted.text) > TEXT_MAX) throw failures.textTooLong();
  return formatted;
}

export function readCaption(params: Params): FormattedText {
  return captionOf(params.text("caption") ?? "", params.text("parse_mode"), params.list("caption_entities"));
}

export function captionOf(raw: string, parseMode: string | null, entities: unknown[] | null): FormattedText {
  const formatted = cleaned(parse(raw, parseMode, entities));
  if (lengthOf(formatted.text) > CAPTION_MAX) throw failures.captionTooLong();
  return formatted;
}

export function asText({ text, entities }: FormattedText): { text: string; entities?: MessageEntity[] } {
  return { text, ...(entities.length > 0 ? { entities } : {}) };
}

export function asCaption({ text, entities }: FormattedText): {
  caption?: string;
  caption_entities?: MessageEntity[];
} {
  if (text === "") return {};
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}
