import type { MessageEntity, User } from "grammy/types";
import { cut } from "../domain/cut.ts";
import { wallTime, zoneWords } from "./when.ts";

/** A text with its entities; offsets count UTF-16 units, as Telegram's do. */
export interface RichText {
  text: string;
  entities: MessageEntity[];
}

type Part = RichText | string | number;

/** Joins text and styled parts: rich`Ticket ${bold("SUP-1")} is open`. Nothing needs escaping. */
export function rich(strings: TemplateStringsArray, ...parts: Part[]): RichText {
  return join(strings.flatMap((text, index) => (index < parts.length ? [text, parts[index]!] : [text])));
}

/** The parts one after the other, with `separator` between them. */
export function join(parts: readonly Part[], separator = ""): RichText {
  let text = "";
  const entities: MessageEntity[] = [];
  for (const [index, part] of parts.entries()) {
    if (index > 0) text += separator;
    if (typeof part === "object") {
      for (const entity of part.entities) entities.push({ ...entity, offset: entity.offset + text.length });
      text += part.text;
    } else {
      text += String(part);
    }
  }
  return { text, entities };
}

/** As much of a text as fits, which ends in "…" if it was cut; entities end where the text does. */
export function clipped({ text, entities }: RichText, max: number): RichText {
  if (text.length <= max) return { text, entities };
  const kept = cut(text, max - 1);
  return {
    text: `${kept}…`,
    entities: entities
      .filter(({ offset }) => offset < kept.length)
      .map((entity) => ({ ...entity, length: Math.min(entity.length, kept.length - entity.offset) })),
  };
}

export function plain(text: string): RichText {
  return { text, entities: [] };
}

export function bold(text: string): RichText {
  return styled(text, { type: "bold" });
}

export function italic(text: string): RichText {
  return styled(text, { type: "italic" });
}

/** All of a text in italics, but for its code: Telegram nests nothing in that. */
export function italics({ text, entities }: RichText): RichText {
  const slanted: MessageEntity[] = [];
  let from = 0;
  const until = (end: number): void => {
    if (end > from) slanted.push({ type: "italic", offset: from, length: end - from });
  };
  for (const { type, offset, length } of entities) {
    if (type !== "code" && type !== "pre") continue;
    until(offset);
    from = offset + length;
  }
  until(text.length);
  return { text, entities: [...slanted, ...entities] };
}

export function code(text: string): RichText {
  return styled(text, { type: "code" });
}

export function link(text: string, url: string): RichText {
  return styled(text, { type: "text_link", url });
}

/** A person, who is notified if they are in the chat. */
export function mention({ id, name }: { id: number; name: string }): RichText {
  return styled(name, { type: "text_mention", user: { id, is_bot: false, first_name: name } });
}

/** An instant that Telegram shows in each reader's own zone; older apps show `YYYY-MM-DD HH:MM` of the zone given. */
export function instant(at: number, timeZone = "UTC"): RichText {
  const text = `${wallTime(at, timeZone)} ${timeZone === "UTC" ? "UTC" : `(${zoneWords(timeZone)})`}`;
  return styled(text, { type: "date_time", unix_time: Math.floor(at / 1_000), date_time_format: "dt" });
}

/** The time of day of an instant in each reader's own zone; older apps show `HH:MM` of the zone given. */
export function timeOfDay(at: number, timeZone = "UTC"): RichText {
  const text = wallTime(at, timeZone).slice(11);
  return styled(text, { type: "date_time", unix_time: Math.floor(at / 1_000), date_time_format: "t" });
}

type Style =
  | { type: "bold" | "italic" | "code" }
  | { type: "text_link"; url: string }
  | { type: "text_mention"; user: User }
  | { type: "date_time"; unix_time: number; date_time_format: "dt" | "t" };

function styled(text: string, style: Style): RichText {
  return text === "" ? plain("") : { text, entities: [{ ...style, offset: 0, length: text.length }] };
}
