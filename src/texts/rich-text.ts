import type { Channel, Route } from "../domain/contact/route.ts";
import { cut } from "../domain/cut.ts";
import { wallTime } from "./wall-time.ts";

/** A text with its marks; offsets count UTF-16 units. What a messenger makes of a mark is its own affair. */
export interface RichText {
  text: string;
  marks: Mark[];
}

export type Mark = Style & { offset: number; length: number };

type Style =
  | { kind: "bold" | "italic" | "underline" | "strikethrough" | "spoiler" | "blockquote" | "code" }
  | { kind: "pre"; language?: string }
  | { kind: "link"; url: string }
  /** A person, who is notified if they are in the chat. */
  | { kind: "mention"; id: number; name: string }
  /** A customer, whose profile opens where the messenger and they let it. */
  | { kind: "customer"; route: Route }
  /** An instant in ms since 1970, to be shown in each reader's own zone: with its date, or its time of day alone. */
  | { kind: "moment"; at: number; shows: "date" | "time" }
  /** What one channel alone can show, as it spells it; the others show the text. */
  | { kind: "only"; channel: Channel; style: Readonly<Record<string, unknown>> };

type Part = RichText | string | number;

/** Joins text and styled parts: rich`Ticket ${bold("SUP-1")} is open`. Nothing needs escaping. */
export function rich(strings: TemplateStringsArray, ...parts: Part[]): RichText {
  return join(strings.flatMap((text, index) => (index < parts.length ? [text, parts[index]!] : [text])));
}

/** The parts one after the other, with `separator` between them. */
export function join(parts: readonly Part[], separator = ""): RichText {
  let text = "";
  const marks: Mark[] = [];
  for (const [index, part] of parts.entries()) {
    if (index > 0) text += separator;
    if (typeof part === "object") {
      for (const mark of part.marks) marks.push({ ...mark, offset: mark.offset + text.length });
      text += part.text;
    } else {
      text += String(part);
    }
  }
  return { text, marks };
}

export function plain(text: string): RichText {
  return { text, marks: [] };
}

export function bold(text: string): RichText {
  return styled(text, { kind: "bold" });
}

/** All of a text in italics, but for its code, in which messengers nest nothing. */
function italics({ text, marks }: RichText): RichText {
  const slanted: Mark[] = [];
  let from = 0;
  const until = (end: number): void => {
    if (end > from) slanted.push({ kind: "italic", offset: from, length: end - from });
  };
  for (const { kind, offset, length } of marks) {
    if (kind !== "code") continue;
    until(offset);
    from = offset + length;
  }
  until(text.length);
  return { text, marks: [...slanted, ...marks] };
}

export function code(text: string): RichText {
  return styled(text, { kind: "code" });
}

export function link(text: string, url: string): RichText {
  return styled(text, { kind: "link", url });
}

export function mention({ id, name }: { id: number; name: string }): RichText {
  return styled(name, { kind: "mention", id, name });
}

export function customerLink(name: string, route: Route): RichText {
  return styled(name, { kind: "customer", route });
}

/** `text` stands where a messenger knows no instants. */
export function moment(text: string, at: number, shows: "date" | "time"): RichText {
  return styled(text, { kind: "moment", at, shows });
}

/** The time of day of an instant in each reader's own zone; where that is not possible, `HH:MM` of the zone given. */
export function timeOfDay(at: number, timeZone = "UTC"): RichText {
  return moment(wallTime(at, timeZone).slice(11), at, "time");
}

function styled(text: string, style: Style): RichText {
  return text === "" ? plain("") : { text, marks: [{ ...style, offset: 0, length: text.length }] };
}

/** As much of a text as fits, which ends in "…" if it was cut; marks end where the text does. */
export function clipped({ text, marks }: RichText, max: number): RichText {
  if (text.length <= max) return { text, marks };
  const kept = cut(text, max - 1);
  return {
    text: `${kept}…`,
    marks: marks
      .filter(({ offset }) => offset < kept.length)
      .map((mark) => ({ ...mark, length: Math.min(mark.length, kept.length - mark.offset) })),
  };
}

/**
 * A line of the desk's own among what people wrote: its sign and italics tell it from a customer's words, which come
 * from the same bot.
 */
export function deskLine(text: RichText): RichText {
  return italics(/^\p{Extended_Pictographic}/u.test(text.text) ? text : rich`ℹ️ ${text}`);
}
