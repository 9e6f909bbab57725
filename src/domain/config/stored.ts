import * as z from "zod";
import { ConfigDocument, type Config, type ConfigInput, type VersionedConfig } from "./config.ts";

/*
 * A configuration as it is kept and handed on. Two releases may read it: while a deployment changes over, and after one was
 * taken back.
 */

/** Every section, with only those settings that differ from what the schema fills in. */
export type StoredConfig = Required<Omit<ConfigInput, "$schema">>;

/** A version of the configuration as one part of the desk hands it to another. */
export interface StoredVersion {
  version: number;
  config: StoredConfig;
}

/** A version as it is handed on. */
export function storedVersion({ version, config }: VersionedConfig): StoredVersion {
  return { version, config: asStored(config) };
}

/** The same configuration without the settings that the schema fills in: a release that does not know one of them can read it. */
export function asStored(config: Config): StoredConfig {
  const { shape } = ConfigDocument;
  return Object.fromEntries(
    Object.entries(config).map(([name, section]) => [
      name,
      // The sections themselves stay: the release before looks into them before it fills in anything.
      withoutDefaults(bare(shape[name as keyof typeof shape]), section),
    ]),
  ) as StoredConfig;
}

/**
 * A stored document with every default filled in, without the settings that only a later release knows: it may have been taken
 * back. Null where it cannot be read all the same.
 */
export function readStored(document: unknown): Config | null {
  const parsed = ConfigDocument.safeParse(document);
  if (parsed.success) return parsed.data;
  return ConfigDocument.safeParse(withoutUnknown(document, parsed.error)).data ?? null;
}

/** A stored document without the settings that this release does not know. What else is wrong with it stays. */
export function withoutUnknown(document: unknown, error = ConfigDocument.safeParse(document).error): unknown {
  const copy: unknown = structuredClone(document);
  for (const issue of error?.issues ?? []) {
    if (issue.code !== "unrecognized_keys") continue;
    const holder = issue.path.reduce((at, key) => (at as Record<PropertyKey, unknown>)[key], copy);
    for (const key of issue.keys) delete (holder as Record<PropertyKey, unknown>)[key];
  }
  return copy;
}

/** What of a value the schema would not fill in by itself. Unions stay as they are: their options tell themselves apart by it. */
function withoutDefaults(schema: z.core.$ZodType, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (schema instanceof z.ZodArray)
    return (value as unknown[]).map((one) => withoutDefaults(bare(schema.element), one));
  if (schema instanceof z.ZodRecord)
    return mapped(value, (_key, one) => withoutDefaults(bare(schema.valueType), one));
  if (!(schema instanceof z.ZodObject)) return value;
  return mapped(value, (key, one) => {
    const inner = schema.shape[key] as z.core.$ZodType | undefined;
    if (inner === undefined) return one;
    if (inner instanceof z.ZodDefault && JSON.stringify(inner.def.defaultValue) === JSON.stringify(one))
      return undefined;
    return withoutDefaults(bare(inner), one);
  });
}

function mapped(value: object, of: (key: string, one: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      const kept = of(key, one);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

/** The schema inside of what only says whether there must be a value, and which one if there is none. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? bare(schema.def.innerType)
    : schema;
}
