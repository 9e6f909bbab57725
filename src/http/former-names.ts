import * as z from "zod";
import type { SchemaProblem } from "../domain/config/schema-problems.ts";

/** Key of the release before → what it is called now. */
type Names = Readonly<Record<string, string>>;

const FORMER = new WeakMap<z.ZodType, Names>();

/** A body whose keys may have the names of the release before. The contract shows the new ones alone. */
export function formerly<T extends z.ZodType>(names: Names, schema: T) {
  const both = z.preprocess((body) => renamed(names, body), schema);
  FORMER.set(both, names);
  return both;
}

/** The same body with the names of now. One that has both names of a key keeps them, and is refused for the former. */
export function renamed(names: Names, body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const now = (key: string): string => {
    const name = Object.hasOwn(names, key) ? names[key]! : key;
    return Object.hasOwn(body, name) ? key : name;
  };
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [now(key), value]));
}

/** What is wrong with a body, at the names that its caller wrote. */
export function asWritten(names: Names, body: unknown, problems: readonly SchemaProblem[]): SchemaProblem[] {
  if (typeof body !== "object" || body === null) return [...problems];
  const written = Object.entries(names).filter(([former]) => Object.hasOwn(body, former));
  return problems.map((one) => {
    const [former, now] = written.find(([, name]) => one.pointer.split("/")[1] === name) ?? [];
    return now === undefined ? one : { ...one, pointer: one.pointer.replace(`/${now}`, `/${former}`) };
  });
}

export function formerNamesOf(schema: z.ZodType): Names {
  return FORMER.get(schema) ?? {};
}
