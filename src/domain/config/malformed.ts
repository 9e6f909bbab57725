import { pointerTo, type SchemaProblem } from "./schema-problems.ts";

/**
 * Problems that schemas let pass, anywhere in a document. Half a character, left by a cut inside an emoji: Telegram
 * takes no message with it, and D1 stores something else. And `__proto__`, which schemas of maps drop silently.
 */
export function malformedIn(value: unknown, path: readonly string[] = []): SchemaProblem[] {
  if (typeof value === "string") return halvesIn(value, path);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, key];
    if (key === "__proto__")
      return [{ pointer: pointerTo(place), message: "is not a known key here: remove it" }];
    return [...halvesIn(key, place), ...malformedIn(inner, place)];
  });
}

function halvesIn(text: string, path: readonly string[]): SchemaProblem[] {
  if (text.isWellFormed()) return [];
  return [
    { pointer: pointerTo(path), message: "has half a character, a lone surrogate: cut texts elsewhere" },
  ];
}
