import { nameOfItem } from "./places.ts";
import { stepsOf } from "./schema-problems.ts";

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
  for (const step of stepsOf(pointer)) {
    const inner = Object.hasOwn(Object(here), step) ? (here as Record<string, unknown>)[step] : undefined;
    if (Array.isArray(here)) name += `[${nameOfItem(inner) ?? unnamed(step)}]`;
    else if (/^[\w$-]+$/.test(step)) name += name === "" ? step : `.${step}`;
    else name += `[${JSON.stringify(step)}]`;
    here = inner;
  }
  return name;
}
