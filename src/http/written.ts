/** Facts that bear names of other systems or of the configuration: what looks like an instant there is none. */
const NAMED_BY_OTHERS: ReadonlySet<string> = new Set(["attributes", "requireSkills", "fields"]);
const IS_INSTANT = /^(?:at|since|until|asOf)$|(?:At|Since|Until)$/;

/**
 * What is kept as it happened (events, rows), as the API writes it: an instant, in ms since 1970 there, is ISO 8601.
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
