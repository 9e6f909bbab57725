export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonRecord = { [key: string]: Json };

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values are the same JSON, whatever the order of keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** What names an item of a list. */
export function nameOfItem(item: Json): string | null {
  if (!isRecord(item)) return null;
  const name = item["id"] ?? item["telegramId"] ?? item["date"];
  return typeof name === "string" || typeof name === "number" ? String(name) : null;
}

/** The names of a list's items; null unless every item has one of its own. */
export function namesOf(items: readonly Json[]): string[] | null {
  const names = items.map(nameOfItem);
  return names.includes(null) || new Set(names).size < names.length ? null : (names as string[]);
}
