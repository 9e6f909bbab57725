import type { MessageEntity } from "grammy/types";
import { cut } from "../domain/cut.ts";
import type { Mark, RichText } from "../texts/rich-text.ts";

/** A text as Telegram writes it; offsets count UTF-16 units. */
export interface Formatted {
  text: string;
  entities: MessageEntity[];
}

/** Telegram's entities for the marks of a text. */
export function formatted({ text, marks }: RichText): Formatted {
  return { text, entities: marks.map(entityOf) };
}

function entityOf({ offset, length, ...style }: Mark): MessageEntity {
  const at = { offset, length };
  switch (style.kind) {
    case "link":
      return { type: "text_link", url: style.url, ...at };
    case "mention":
      return { type: "text_mention", user: { id: style.id, is_bot: false, first_name: style.name }, ...at };
    case "customer":
      return { type: "text_link", url: `tg://user?id=${style.route.address}`, ...at };
    case "moment": {
      const format = style.shows === "date" ? "dt" : "t";
      return { type: "date_time", unix_time: Math.floor(style.at / 1_000), date_time_format: format, ...at };
    }
    default:
      return { type: style.kind, ...at };
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
export function clipped({ text, entities }: Formatted, max: number): Formatted {
  if (text.length <= max) return { text, entities };
  const kept = cut(text, max - 1);
  return {
    text: `${kept}…`,
    entities: entities
      .filter(({ offset }) => offset < kept.length)
      .map((entity) => ({ ...entity, length: Math.min(entity.length, kept.length - entity.offset) })),
  };
}
