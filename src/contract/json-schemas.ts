import * as z from "zod";
import { isChecked, type Schema, type Shown } from "../http/shown.ts";

const COMPONENTS = "#/components/schemas/";

/** The schemas that a contract shows. They are converted together, so that a named one is the same wherever it stands. */
export class ShownSchemas {
  readonly #places = new Map<z.ZodType, Schema>();

  /** Where the JSON Schema of what is shown stands; `fill` writes it there. */
  of(shown: Shown): Schema {
    if (!isChecked(shown)) return shown;
    const place = this.#places.get(shown) ?? {};
    this.#places.set(shown, place);
    return place;
  }

  /** Writes what each of them takes, and answers the named ones (those with an `id` in their `meta`). */
  fill(): Record<string, Schema> {
    const shapes = new Map<string, Record<string, z.ZodType>>();
    const shown = Object.fromEntries([...this.#places.keys()].map((schema, n) => [n, schema]));
    const whole = z.toJSONSchema(z.object(shown), {
      io: "input",
      unrepresentable: "any",
      override({ zodSchema, jsonSchema }) {
        const { id, ...meta } = z.globalRegistry.get(zodSchema) ?? {};
        if (id !== undefined && zodSchema instanceof z.ZodObject) shapes.set(id, zodSchema.shape);
        // Zod leaves it out where the items of a list are read as something else.
        if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue as never;
        // A text that is read as something else is shown as its `meta` says, not as the text.
        if (meta["type"] !== undefined) for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, meta);
      },
    }) as { properties?: Record<string, Schema>; $defs?: Record<string, Schema> };
    const named = Object.fromEntries(Object.entries(whole.$defs ?? {}).map(([id, one]) => [id, plain(one)]));
    for (const [index, place] of [...this.#places.values()].entries())
      Object.assign(place, plain(whole.properties?.[index] ?? {}));
    return Object.fromEntries(
      Object.entries(named).map(([id, one]) => [id, extended(id, one, named, shapes)]),
    );
  }
}

/** The same in fewer words, which generators of clients understand. */
function plain(schema: Schema): Schema {
  const { $ref, anyOf, id: _id, ...rest } = mapped(schema);
  const isFormatted = typeof rest["format"] === "string";
  if (isFormatted) delete rest["pattern"];
  const names = isSchema(rest["propertyNames"]) ? rest["propertyNames"]["enum"] : undefined;
  delete rest["propertyNames"];
  if (Array.isArray(names)) {
    rest["properties"] = Object.fromEntries(names.map((name) => [name, rest["additionalProperties"]]));
    delete rest["additionalProperties"];
  }
  for (const [key, bound] of [
    ["minimum", Number.MIN_SAFE_INTEGER],
    ["maximum", Number.MAX_SAFE_INTEGER],
  ] as const)
    if (rest[key] === bound) delete rest[key];
  if (rest["const"] !== undefined) {
    rest["enum"] = [rest["const"]];
    delete rest["const"];
  }
  if (typeof $ref === "string") return { $ref: $ref.replace("#/$defs/", COMPONENTS), ...rest };
  return Array.isArray(anyOf) ? oneOrNull(anyOf as Schema[], rest) : rest;
}

function each(of: unknown): unknown {
  return isSchema(of) ? plain(of) : of;
}

/** Applies `plain` to every schema inside a schema; examples and defaults are values, not schemas. */
function mapped(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (["anyOf", "oneOf", "allOf", "prefixItems"].includes(key) && Array.isArray(value))
        return [key, value.map(each)];
      if (["items", "additionalProperties", "not"].includes(key)) return [key, each(value)];
      if (key === "properties" && isSchema(value))
        return [key, Object.fromEntries(Object.entries(value).map(([name, of]) => [name, each(of)]))];
      return [key, value];
    }),
  );
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null beside a single type is a second type; beside several forms it is one of them. */
function oneOrNull(anyOf: Schema[], rest: Schema): Schema {
  const [one, nothing, ...others] = anyOf;
  const isNull = others.length === 0 && nothing?.["type"] === "null";
  if (!isNull || one === undefined) return { anyOf, ...rest };
  if (Array.isArray(one["anyOf"])) {
    const { anyOf: forms, ...more } = one;
    return { anyOf: [...(forms as Schema[]), { type: "null" }], ...more, ...rest };
  }
  if (typeof one["type"] !== "string") return { anyOf, ...rest };
  const values = Array.isArray(one["enum"]) ? { enum: [...(one["enum"] as unknown[]), null] } : {};
  return { ...one, type: [one["type"], "null"], ...values, ...rest };
}

/** Marks an object that has all properties of another named one as extending it, for languages with inheritance. */
function extended(
  id: string,
  schema: Schema,
  named: Record<string, Schema>,
  shapes: ReadonlyMap<string, Record<string, z.ZodType>>,
): Schema {
  const shape = shapes.get(id);
  if (shape === undefined || schema["additionalProperties"] !== undefined) return schema;
  const bases = [...shapes].filter(
    ([other, of]) =>
      other !== id &&
      named[other]?.["additionalProperties"] === undefined &&
      Object.keys(of).length < Object.keys(shape).length &&
      Object.entries(of).every(([key, property]) => shape[key] === property),
  );
  const [base] = bases.sort(([, a], [, b]) => Object.keys(b).length - Object.keys(a).length);
  if (base === undefined) return schema;
  const isOwn = (key: string): boolean => !Object.hasOwn(base[1], key);
  const { properties, required = [], ...rest } = schema;
  const own = (required as string[]).filter(isOwn);
  return {
    allOf: [
      { $ref: `${COMPONENTS}${base[0]}` },
      {
        ...rest,
        properties: Object.fromEntries(Object.entries(properties as Schema).filter(([key]) => isOwn(key))),
        ...(own.length === 0 ? {} : { required: own }),
      },
    ],
  };
}
