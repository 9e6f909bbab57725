import { factsOfEvent } from "../domain/ticket/event-facts.ts";

/** Facts that bear names of other systems or of the configuration: what looks like an instant there is none. */
const NAMED_BY_OTHERS: ReadonlySet<string> = new Set(["attributes", "requireSkills", "fields"]);
const IS_INSTANT = /^(?:at|since|until|asOf)$|(?:At|Since|Until)$/;

/**
 * Rows of an export, whatever tables they are of, as the API writes them: an instant, in ms since 1970 there, is ISO 8601.
 * Instants are known by their names.
 */
export function written(kept: object): Record<string, unknown>;
export function written(kept: unknown): unknown;
export function written(kept: unknown): unknown {
  if (Array.isArray(kept)) return kept.map((item: unknown) => written(item));
  if (typeof kept !== "object" || kept === null) return kept;
  const pairs = Object.entries(kept).map(([key, value]: [string, unknown]) => {
    if (typeof value === "number" && IS_INSTANT.test(key)) return [key, new Date(value).toISOString()];
    return [key, NAMED_BY_OTHERS.has(key) ? value : written(value)];
  });
  return Object.fromEntries(pairs) as unknown;
}

/** Facts of an event of a type, as the API writes them: instants are ISO 8601. */
export function eventData(type: string, data: object): Record<string, unknown> {
  const { facts = {} } = factsOfEvent(type) ?? {};
  const pairs = Object.entries(data).map(([key, value]: [string, unknown]) => {
    const kind = facts[key];
    if (kind === "instant" || kind === "told instant") return [key, iso(value)];
    return [key, typeof kind === "object" ? within(value, kind.instants) : value];
  });
  return Object.fromEntries(pairs) as Record<string, unknown>;
}

function within(value: unknown, instants: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => within(item, instants));
  if (typeof value !== "object" || value === null) return value;
  const pairs = Object.entries(value).map(([key, one]: [string, unknown]) => [
    key,
    instants.includes(key) ? iso(one) : one,
  ]);
  return Object.fromEntries(pairs) as unknown;
}

function iso(value: unknown): unknown {
  return typeof value === "number" ? new Date(value).toISOString() : value;
}
