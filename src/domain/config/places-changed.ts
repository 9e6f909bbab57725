import type { ConfigDiff } from "./diff.ts";
import { inside } from "./places.ts";
import { stepsOf } from "./schema-problems.ts";

/** A section of the configuration, or one item of it by its name, and what became of it. */
export interface ChangedPlace {
  section: string;
  /** Null: the section as a whole. */
  id: string | null;
  change: "added" | "removed" | "changed";
}

/** Places that one entry names; a document has thousands at most. */
const CHANGED_PLACES_MAX = 200;

/**
 * Which sections and items a difference touches, each once, by their names instead of their places: for histories
 * that say what was changed and not to what.
 */
export function changedPlaces(diff: ConfigDiff, before: unknown, after: unknown): ChangedPlace[] {
  const found = new Map<string, ChangedPlace>();
  const note = (pointer: string, document: unknown, change: ChangedPlace["change"]): void => {
    const [section = "", item, ...deeper] = stepsOf(pointer);
    const id = item === undefined ? null : nameOf(document, section, item);
    const place = { section, id, change: deeper.length > 0 || id === null ? ("changed" as const) : change };
    if (item === undefined) place.change = change;
    const key = `${section}/${id ?? ""}`;
    if (!found.has(key)) found.set(key, place);
  };
  for (const { pointer } of diff.added) note(pointer, after, "added");
  for (const { pointer } of diff.removed) note(pointer, before, "removed");
  for (const { pointer } of diff.changed) note(pointer, after, "changed");
  return [...found.values()].slice(0, CHANGED_PLACES_MAX);
}

/** What people call an item: its id, or a tier's key. Null where it has no name. */
function nameOf(document: unknown, section: string, item: string): string | null {
  const there = inside(document).find(([key]) => key === section)?.[1];
  if (!Array.isArray(there)) return section === "tiers" ? item : null;
  const one = there[Number(item)] as { id?: unknown; telegramId?: unknown } | undefined;
  const name = one?.id ?? one?.telegramId;
  return typeof name === "string" || typeof name === "number" ? String(name) : null;
}
