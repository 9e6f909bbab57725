import { inside } from "./config-places.ts";

/** What names an item of a list, in the order in which it is tried. */
const NAMES = ["id", "telegramId", "date"] as const;

/**
 * A JSON pointer into a document as people say it: `slaPolicies[standard].targets.normal.firstResponse`. Items are named
 * by their `id`, `telegramId` or `date`, and by their place, from 0, where they have none.
 */
export function placeName(document: unknown, pointer: string): string {
  return named(document, pointer, (step) => step);
}

/** The same for places whose number may change: items without a name are all called `[*]`. */
export function lastingName(document: unknown, pointer: string): string {
  return named(document, pointer, () => "*");
}

function named(document: unknown, pointer: string, unnamed: (step: string) => string): string {
  let name = "";
  let here = document;
  for (const step of pointer.split("/").slice(1).map(unescaped)) {
    const inner = Object.hasOwn(Object(here), step) ? (here as Record<string, unknown>)[step] : undefined;
    if (Array.isArray(here)) name += `[${nameOf(inner) ?? unnamed(step)}]`;
    else if (/^[\w$-]+$/.test(step)) name += name === "" ? step : `.${step}`;
    else name += `[${JSON.stringify(step)}]`;
    here = inner;
  }
  return name;
}

function nameOf(item: unknown): string | null {
  for (const key of NAMES) {
    const name = inside(item).find(([one]) => one === key)?.[1];
    if ((typeof name === "string" && name !== "") || typeof name === "number") return String(name);
  }
  return null;
}

function unescaped(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}
