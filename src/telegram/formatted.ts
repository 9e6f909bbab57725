import type { MessageEntity } from "grammy/types";
import { clipped as clippedRich, type Mark, type RichText } from "../texts/rich-text.ts";

/** A text as Telegram writes it; offsets count UTF-16 units. */
export interface Formatted {
  text: string;
  entities: MessageEntity[];
}

/** Telegram's entities for the marks of a text. */
export function formatted({ text, marks }: RichText): Formatted {
  return { text, entities: marks.flatMap(entityOf) };
}

/** The marks of a text with Telegram's entities, which `formatted` turns into the same entities again. */
export function unformatted({ text, entities }: Formatted): RichText {
  return { text, marks: entities.map(markOf) };
}

const PLAIN_STYLES: ReadonlySet<string> = new Set([
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "code",
]);

function markOf({ offset, length, ...style }: MessageEntity): Mark {
  const at = { offset, length };
  const { type, ...more } = style;
  if (Object.keys(more).length === 0 && PLAIN_STYLES.has(type)) return { kind: type, ...at } as Mark;
  if (style.type === "text_link") return { kind: "link", url: style.url, ...at };
  if (style.type === "pre") return { kind: "pre", ...more, ...at };
  return { kind: "only", channel: "telegram", style, ...at };
}

function entityOf({ offset, length, ...style }: Mark): MessageEntity[] {
  const at = { offset, length };
  switch (style.kind) {
    case "link":
      return [{ type: "text_link", url: style.url, ...at }];
    case "mention":
      return [{ type: "text_mention", user: { id: style.id, is_bot: false, first_name: style.name }, ...at }];
    case "customer": {
      const { channel, address } = style.route;
      return channel === "telegram" ? [{ type: "text_link", url: `tg://user?id=${address}`, ...at }] : [];
    }
    case "moment": {
      const format = style.shows === "date" ? "dt" : "t";
      return [
        { type: "date_time", unix_time: Math.floor(style.at / 1_000), date_time_format: format, ...at },
      ];
    }
    case "pre":
      return [{ type: "pre", ...(style.language === undefined ? {} : { language: style.language }), ...at }];
    case "only":
      return style.channel === "telegram" ? [{ ...style.style, ...at } as MessageEntity] : [];
    default:
      return [{ type: style.kind, ...at }];
  }
}

/** The parts one after the other. */
export function joined(parts: readonly Formatted[]): Formatted {
  let text = "";
  const entities: MessageEntity[] = [];
  for (const part of parts) {
    for (const entity of part.entities) entities.push({ ...entity, offset: entity.offset + text.length });
    text += part.text;
  }
  return { text, entities };
}

/** As much of a text as fits, which ends in "…" if it was cut; entities end where the text does. */
export function clipped(said: Formatted, max: number): Formatted {
  return said.text.length <= max ? said : formatted(clippedRich(unformatted(said), max));
}
