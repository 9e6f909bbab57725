import { nameOfItem } from "../../domain/config/places.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonRecord = { [key: string]: Json };

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The names of a list's items; null unless every item has one of its own. */
export function namesOf(items: readonly Json[]): string[] | null {
  const names = items.map(nameOfItem);
  return names.includes(null) || new Set(names).size < names.length ? null : (names as string[]);
}
