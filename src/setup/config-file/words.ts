import { diffConfig } from "../../domain/config/diff.ts";
import { placeName } from "../../domain/config/place-name.ts";
import type { Json } from "./json.ts";

const VALUE_CHARS_MAX = 100;

/** What differs between two documents, one line a place, by names. */
export function differencesInWords(before: Json, after: Json): string[] {
  const { added, removed, changed } = diffConfig(before, after);
  return [
    ...changed.map(
      ({ pointer, from, to }) => `  ${placeName(after, pointer)}: ${inWords(from)} → ${inWords(to)}`,
    ),
    ...added.map(({ pointer, to }) => `+ ${placeName(after, pointer)}: ${inWords(to)}`),
    ...removed.map(({ pointer, from }) => `- ${placeName(before, pointer)}: ${inWords(from)}`),
  ];
}

function inWords(value: unknown): string {
  if (typeof value === "string" && /^[^\s"]+$/.test(value)) return value;
  const text = JSON.stringify(value);
  return text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX)}…`;
}
