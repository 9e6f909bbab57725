import { pointerTo, type SchemaProblem } from "./schema-problems.ts";

export type ConfigProblem = SchemaProblem;
export type Path = readonly (string | number)[];

export interface Place {
  path: Path;
  value: unknown;
}

/**
 * Every place in a document that a pattern names; `*` stands for each item of a list or each value of an object.
 * What is not there, or has another shape, is no place: the schema has told that already.
 */
export function places(document: unknown, pattern: string): Place[] {
  let found: Place[] = [{ path: [], value: document }];
  for (const step of pattern.split("/")) {
    found = found.flatMap(({ path, value }) =>
      inside(value)
        .filter(([key]) => step === "*" || key === step)
        .map(([key, inner]) => ({ path: [...path, key], value: inner })),
    );
  }
  return found;
}

export function inside(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return [...value.entries()];
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** What names an item of a list, in the order in which it is tried. */
export const ITEM_NAMES = ["id", "telegramId", "date"] as const;

/** What people call an item of a list: its `id`, `telegramId` or `date`; null where it has none. */
export function nameOfItem(item: unknown): string | null {
  const found = new Map(inside(item));
  for (const key of ITEM_NAMES) {
    const name = found.get(key);
    if ((typeof name === "string" && name !== "") || typeof name === "number") return String(name);
  }
  return null;
}

export function problem(path: Path, message: string): ConfigProblem {
  return { pointer: pointerTo(path), message };
}

export function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
