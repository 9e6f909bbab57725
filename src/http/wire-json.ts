import { factsOfEvent } from "../domain/ticket/events.ts";

/** Facts whose keys come from other systems or from the configuration: none of them is an instant. */
const NAMED_BY_OTHERS: ReadonlySet<string> = new Set(["attributes", "requireSkills", "fields"]);
const IS_INSTANT = /^(?:at|since|until|asOf)$|(?:At|Since|Until)$/;

/**
 * Rows of an export as the API writes them: instants (ms since 1970 in the row) as ISO 8601. Instants are known by
 * their names.
 */
export function toWireJson(kept: object): Record<string, unknown>;
export function toWireJson(kept: unknown): unknown;
export function toWireJson(kept: unknown): unknown {
  if (Array.isArray(kept)) return kept.map((item: unknown) => toWireJson(item));
  if (typeof kept !== "object" || kept === null) return kept;
  const pairs = Object.entries(kept).map(([key, value]: [string, unknown]) => {
    if (typeof value === "number" && IS_INSTANT.test(key)) return [key, new Date(value).toISOString()];
    return [key, NAMED_BY_OTHERS.has(key) ? value : toWireJson(value)];
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
