import { SUBJECT_CHARS_MAX } from "../limits.ts";
import { presentable } from "../visible.ts";
import type { MessageKind } from "./message-kind.ts";

/**
 * What a ticket is about: the customer's words or a program's. Where nobody wrote any, the kind of its first message, or that
 * a program asked for it (`request`), which `texts/` puts into words; earlier releases have stored that in English.
 */
export type Subject = string | { kind: MessageKind | "request" };

/** Made for the first text that is too long: it loads ICU's data, which a Worker would otherwise do at every start. */
let segmenter: Intl.Segmenter | undefined;

/**
 * The subject of a ticket: the first line of its first message that says something, at most `SUBJECT_CHARS_MAX`
 * characters, or `fallback` where there are no words.
 */
export function subjectOf<Fallback>(text: string | null, fallback: Fallback): string | Fallback {
  const line = (text ?? "")
    .split("\n")
    .map((part) =>
      presentable(part.replaceAll(/[\p{Z}\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, " ")),
    )
    .find((part) => part.length > 0);
  return line === undefined ? fallback : cut(line, SUBJECT_CHARS_MAX);
}

/**
 * A text of at most `max` characters as Telegram counts them (code points), cut between words where one is near,
 * never inside an emoji or a letter with its accents; what is cut ends in "…".
 */
export function cut(text: string, max: number): string {
  if (length(text) <= max) return text;
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let kept = "";
  for (const { segment } of segmenter.segment(text)) {
    if (length(kept) + length(segment) > max - 1) break;
    kept += segment;
  }
  const space = kept.lastIndexOf(" ");
  const atWord = space > kept.length * 0.6 ? kept.slice(0, space) : kept;
  return `${atWord.trimEnd()}…`;
}

function length(text: string): number {
  return Array.from(text).length;
}
