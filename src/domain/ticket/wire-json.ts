import type { TicketEvent } from "./event.ts";
import { factsOfEvent } from "./events.ts";

/**
 * What the numbers of a value are: `instant`, in ms since 1970, or `number`; `verbatim`: nothing in it is an instant. Texts
 * and truths need no word. A shape with another number does not compile before it is said what that is.
 */
export type NumbersOf<V> = [NonNullable<V>] extends [number]
  ? "instant" | "number"
  : [NonNullable<V>] extends [string | boolean]
    ? never
    : NonNullable<V> extends readonly (infer Item)[]
      ? NumbersOf<Item>
      : NonNullable<V> extends object
        ? NumbersIn<NonNullable<V>> | "verbatim"
        : "verbatim";
type NumbersIn<T> = { [K in keyof T as [NumbersOf<T[K]>] extends [never] ? never : K]-?: NumbersOf<T[K]> };

/** What is kept, as the API writes it: instants as ISO 8601. */
export function toWireJson<T>(kept: T, numbers: NumbersOf<T>): unknown {
  return written(kept, numbers);
}

function written(kept: unknown, numbers: unknown): unknown {
  if (numbers === "instant") return iso(kept);
  if (typeof numbers !== "object" || typeof kept !== "object" || kept === null) return kept;
  if (Array.isArray(kept)) return kept.map((item: unknown) => written(item, numbers));
  const of = numbers as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(kept).map(([key, value]: [string, unknown]) => [key, written(value, of[key])]);
  return Object.fromEntries(pairs) as unknown;
}

/** An event as the API writes it. */
export function eventWritten({ at, ...event }: TicketEvent): Record<string, unknown> {
  return { ...eventData(event.type, event), at: iso(at) };
}

/** Facts of an event of a type, as the API writes them: instants are ISO 8601. */
export function eventData(type: string, data: object): Record<string, unknown> {
  const { facts = {} } = factsOfEvent(type) ?? {};
  const pairs = Object.entries(data).map(([key, value]: [string, unknown]) => {
    const kind = facts[key];
    if (kind === "instant" || kind === "told_instant") return [key, iso(value)];
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
