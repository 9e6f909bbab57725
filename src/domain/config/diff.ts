import { ITEM_NAMES } from "./places.ts";
import { pointerTo } from "./schema-problems.ts";

/**
 * What differs between two documents, as JSON pointers. `added` and `changed` point into the new document,
 * `removed` points into the old one.
 */
export interface ConfigDiff {
  added: { pointer: string; to: unknown }[];
  removed: { pointer: string; from: unknown }[];
  changed: { pointer: string; from: unknown; to: unknown }[];
}

type Path = readonly (string | number)[];
/** One place in both documents; arrays may have it at different indexes. */
interface Place {
  before: Path;
  after: Path;
}

/** Keys that name an item of a list, in the order in which they are tried. */

/**
 * The difference between two JSON documents. Items of lists are matched by their name (`id`, `telegramId`, `date`)
 * where all have one, so an agent added at the top is one addition; a changed order of named items is told as one
 * change of the list, from names to names. Items without a name are matched by place, from both ends.
 */
export function diffConfig(before: unknown, after: unknown): ConfigDiff {
  const diff: ConfigDiff = { added: [], removed: [], changed: [] };
  compare(before, after, { before: [], after: [] }, diff);
  return diff;
}

/** Whether nothing differs. */
export function isSame(diff: ConfigDiff): boolean {
  return diff.added.length === 0 && diff.removed.length === 0 && diff.changed.length === 0;
}

function compare(before: unknown, after: unknown, place: Place, diff: ConfigDiff): void {
  if (isRecord(before) && isRecord(after)) compareRecords(before, after, place, diff);
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, place, diff);
  else if (before !== after) diff.changed.push({ pointer: pointerTo(place.after), from: before, to: after });
}

function compareRecords(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  place: Place,
  diff: ConfigDiff,
): void {
  for (const key of Object.keys(before)) {
    const inner = at(place, key, key);
    if (Object.hasOwn(after, key)) compare(before[key], after[key], inner, diff);
    else diff.removed.push({ pointer: pointerTo(inner.before), from: before[key] });
  }
  for (const key of Object.keys(after)) {
    if (!Object.hasOwn(before, key))
      diff.added.push({ pointer: pointerTo(at(place, key, key).after), to: after[key] });
  }
}

function compareLists(before: unknown[], after: unknown[], place: Place, diff: ConfigDiff): void {
  const oldNames = names(before);
  const newNames = names(after);
  if (oldNames !== null && newNames !== null) compareNamed(before, oldNames, after, newNames, place, diff);
  else if (before.every(isScalar) && after.every(isScalar)) {
    const same = before.length === after.length && before.every((value, index) => value === after[index]);
    if (!same) diff.changed.push({ pointer: pointerTo(place.after), from: before, to: after });
  } else compareByPlace(before, after, place, diff);
}

function compareNamed(
  before: unknown[],
  oldNames: unknown[],
  after: unknown[],
  newNames: unknown[],
  place: Place,
  diff: ConfigDiff,
): void {
  const oldIndex = new Map(oldNames.map((name, index) => [name, index]));
  const newIndex = new Map(newNames.map((name, index) => [name, index]));
  for (const [index, name] of oldNames.entries()) {
    const there = newIndex.get(name);
    const inner = at(place, index, there ?? index);
    if (there !== undefined) compare(before[index], after[there], inner, diff);
    else diff.removed.push({ pointer: pointerTo(inner.before), from: before[index] });
  }
  for (const [index, name] of newNames.entries()) {
    if (!oldIndex.has(name))
      diff.added.push({ pointer: pointerTo(at(place, index, index).after), to: after[index] });
  }
  const stayed = oldNames.filter((name) => newIndex.has(name));
  const now = newNames.filter((name) => oldIndex.has(name));
  if (stayed.some((name, index) => name !== now[index])) {
    diff.changed.push({ pointer: pointerTo(place.after), from: oldNames, to: newNames });
  }
}

function compareByPlace(before: unknown[], after: unknown[], place: Place, diff: ConfigDiff): void {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && sameJson(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && sameJson(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  const oldEnd = before.length - tail;
  const newEnd = after.length - tail;
  for (let index = head; index < Math.max(oldEnd, newEnd); index += 1) {
    const inner = at(place, index, index);
    if (index >= newEnd) diff.removed.push({ pointer: pointerTo(inner.before), from: before[index] });
    else if (index >= oldEnd) diff.added.push({ pointer: pointerTo(inner.after), to: after[index] });
    else compare(before[index], after[index], inner, diff);
  }
}

/** The items' names, `null` unless every item has one and no two share it. */
function names(items: unknown[]): unknown[] | null {
  for (const key of ITEM_NAMES) {
    const found = items.map((item) => (isRecord(item) && isScalar(item[key]) ? item[key] : undefined));
    if (!found.includes(undefined) && new Set(found).size === found.length) return found;
  }
  return null;
}

/**
 * Whether two values are the same JSON, in any order of keys. In one pass: a diff would look at every level of nested
 * lists several times over.
 */
export function sameJson(before: unknown, after: unknown): boolean {
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((item, index) => sameJson(item, after[index]));
  }
  if (!isRecord(before) || !isRecord(after)) return before === after;
  const keys = Object.keys(before);
  return (
    keys.length === Object.keys(after).length &&
    keys.every((key) => Object.hasOwn(after, key) && sameJson(before[key], after[key]))
  );
}

function at(place: Place, before: string | number, after: string | number): Place {
  return { before: [...place.before, before], after: [...place.after, after] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return value !== undefined && (typeof value !== "object" || value === null);
}
