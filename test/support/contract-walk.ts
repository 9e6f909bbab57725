import { z } from "zod";
import fc from "./fast-check.ts";

/** The contract, as far as a walk through it looks. */
export interface Contract {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
  webhooks: Record<string, { post: { requestBody: { content: Record<string, Media> } } }>;
}
interface Media {
  schema?: object;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  example?: unknown;
  schema: { example?: unknown; default?: unknown; enum?: unknown[]; items?: { enum?: unknown[] } };
}
type Said = string | number | boolean;
interface Operation {
  operationId: string;
  security?: { bearer?: string[] }[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { headers?: Record<string, unknown>; content?: Record<string, Media> }>;
}

/** One operation, with what its examples say. */
export interface Step {
  id: string;
  method: string;
  path: string;
  scopes: string[];
  changes: boolean;
  parameters: Parameter[];
  bodies: unknown[];
  responses: Operation["responses"];
}

export function stepsOf({ paths }: Contract): Step[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => {
      const parameters = operation.parameters ?? [];
      const media = operation.requestBody?.content["application/json"];
      const named = Object.values(media?.examples ?? {}).map(({ value }) => value);
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        scopes: operation.security?.flatMap(({ bearer = [] }) => bearer) ?? [],
        changes: parameters.some(({ name }) => name === "Idempotency-Key"),
        parameters,
        bodies: media === undefined ? [undefined] : named.length > 0 ? named : [media.example],
        responses: operation.responses,
      };
    }),
  );
}

/** What a call may say in its query, by the contract's examples; undefined where only an answer tells: a cursor. */
export function exampleOf({ example, schema }: Parameter): Said | Said[] | undefined {
  const said = example ?? schema.example ?? schema.default ?? schema.enum?.[0] ?? schema.items?.enum?.[0];
  return said as Said | Said[] | undefined;
}

/**
 * The path with its parameters filled in: by what a walk knows, otherwise by the contract's examples. `query` says
 * whether it names all that it may, or only what it must.
 */
export function pathOf(
  { path, parameters }: Step,
  known: Record<string, string> = {},
  which: "all" | "required" = "required",
): string {
  const query = new URLSearchParams(
    parameters
      .filter((one) => one.in === "query" && (which === "all" || one.required === true))
      .map((one) => ({ name: one.name, value: exampleOf(one) }))
      .flatMap(({ name, value }) =>
        value === undefined ? [] : [value].flat().map((one) => [name, String(one)]),
      ),
  );
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const parameter = parameters.find((one) => one.name === name);
    const value = known[name] ?? parameter?.example ?? parameter?.schema.example;
    if (typeof value !== "string" && typeof value !== "number") throw new Error(`no example of ${name}`);
    return encodeURIComponent(value);
  });
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

/** Headers that programs go by. */
const TOLD_HEADERS = [
  "ETag",
  "Idempotency-Replayed",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "WWW-Authenticate",
];

/** What keeps an answer from being what the contract says; null if it is. */
export function answerProblem(contract: Contract, step: Step, answer: Response, text: string): string | null {
  const documented = step.responses[String(answer.status)];
  if (documented === undefined) return `${answer.status} is not in the contract: ${text.slice(0, 300)}`;
  const unknown = TOLD_HEADERS.filter(
    (name) => answer.headers.has(name) && !(name in (documented.headers ?? {})),
  );
  if (unknown.length > 0) return `${unknown.join(", ")} not in the contract for ${answer.status}`;
  const [type] = (answer.headers.get("Content-Type") ?? "").split(";");
  if (documented.content === undefined) return text === "" ? null : "it has a body";
  const media = documented.content[type];
  if (media?.schema === undefined) return `${type} is not in the contract for ${answer.status}`;
  if (!type.endsWith("json") || type === "application/x-ndjson") return null;
  const parsed = schemaOf(contract, media.schema).safeParse(JSON.parse(text));
  return parsed.success ? null : `${answer.status}: ${z.prettifyError(parsed.error)}`;
}

/** What keeps the body of a webhook from being what the contract says; null if it is. */
export function webhookProblem(contract: Contract, body: unknown): string | null {
  const problems = Object.values(contract.webhooks).map(({ post }) => {
    const parsed = schemaOf(contract, post.requestBody.content["application/json"].schema!).safeParse(body);
    return parsed.success ? null : z.prettifyError(parsed.error);
  });
  return problems.includes(null) ? null : problems.join("\n\n");
}

/** Examples of bodies that are not what the contract says beside them. */
export function wrongExamples(contract: Contract): string[] {
  return Object.values(contract.paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ operationId, requestBody }) => {
      const media = requestBody?.content["application/json"];
      const named = Object.values(media?.examples ?? {}).map(({ value }) => value);
      const examples = named.length > 0 ? named : [media?.example];
      return examples.flatMap((example) => {
        if (media?.schema === undefined) return [];
        const parsed = schemaOf(contract, media.schema).safeParse(example);
        return parsed.success ? [] : [`${operationId}: ${z.prettifyError(parsed.error)}`];
      });
    });
}

const schemas = new WeakMap<object, z.ZodType>();

function schemaOf({ components }: Contract, schema: object): z.ZodType {
  let made = schemas.get(schema);
  if (made === undefined) {
    const text = JSON.stringify({ ...schema, $defs: components.schemas });
    const whole = JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")) as object;
    schemas.set(schema, (made = z.fromJSONSchema(whole as never)));
  }
  return made;
}

/** Values that have broken other programs. */
const HOSTILE: unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202eevil",
  "e\u0301\u200d💥",
  "x".repeat(20_000),
  "'; DROP TABLE tickets; --",
  "1 OR 1=1",
  "../../etc/passwd",
  "<script>alert(1)</script>",
  "${7*7}{{7*7}}",
  "9999-99-99T99:99:99Z",
  "NaN",
  [],
  {},
  [[[[]]]],
  Array.from({ length: 2_000 }, (_none, index) => index),
  { __proto__x: 1, constructor: { prototype: 1 }, toString: "x" },
];
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue({ maxDepth: 3 }));
const hostileText = hostile.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));

/** A body with one or two places made hostile: replaced, removed, or joined by unknown keys. */
function spoilt(body: unknown): fc.Arbitrary<string> {
  const broken = fc.constantFrom("", "{", "nul", '{"a":1,}', "[".repeat(20_000), "\u0000", "💥");
  if (body === undefined) return fc.oneof(broken, hostileText);
  const change = fc.record({
    at: fc.nat(),
    how: fc.constantFrom("replace", "remove", "add"),
    value: hostile,
  });
  return fc.oneof(
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: hostileText },
    {
      weight: 6,
      arbitrary: fc
        .array(change, { minLength: 1, maxLength: 2 })
        .map((changes) => JSON.stringify(changes.reduce<unknown>((whole, one) => changed(whole, one), body))),
    },
  );
}

function changed(body: unknown, { at, how, value }: { at: number; how: string; value: unknown }): unknown {
  const copy = structuredClone(body);
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const collect = (holder: unknown): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const [key, inner] of Object.entries(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key });
      collect(inner);
    }
  };
  collect(copy);
  if (places.length === 0) return value;
  const { holder, key } = places[at % places.length];
  if (how === "replace") holder[key] = value;
  else if (how === "add") holder[`${key}x`] = value;
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  return copy;
}

export interface HostileCall {
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Hostile calls of an operation. */
export function hostileCalls(step: Step, known: Record<string, string>): fc.Arbitrary<HostileCall> {
  const query = step.parameters.filter((one) => one.in === "query").map(({ name }) => name);
  const headers = step.parameters.filter((one) => one.in === "header").map(({ name }) => name);
  const segments = step.parameters.filter((one) => one.in === "path").map(({ name }) => name);
  const text = hostileText.map((one) => one.toWellFormed().slice(0, 6_000));
  return fc
    .record({
      query: fc.array(fc.tuple(fc.constantFrom(...query, "unknown", "__proto__"), text), { maxLength: 3 }),
      segment: fc.option(text, { freq: 2 }),
      header: fc.option(
        fc.tuple(fc.constantFrom(...headers, "X-Unknown"), fc.base64String({ maxLength: 400 })),
      ),
      body: step.method === "GET" ? fc.constant(undefined) : fc.oneof(...step.bodies.map(spoilt)),
      type: fc.oneof(
        { weight: 6, arbitrary: fc.constant("application/json") },
        { weight: 1, arbitrary: fc.constantFrom("text/plain", "application/xml", "multipart/form-data", "") },
      ),
    })
    .map(({ query: pairs, segment, header, body, type }) => {
      const filled =
        segment === null || segments.length === 0
          ? pathOf(step, known)
          : pathOf(step, { ...known, [segments[0]]: segment });
      const parameters = new URLSearchParams(pairs).toString();
      return {
        method: step.method,
        path: parameters === "" ? filled : `${filled}?${parameters}`,
        headers: {
          ...(type === "" ? {} : { "Content-Type": type }),
          ...(header === null ? {} : { [header[0]]: header[1] }),
        },
        body,
      };
    });
}
