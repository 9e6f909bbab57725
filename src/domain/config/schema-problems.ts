import type * as z from "zod";
import { nearest as nearestWord } from "./nearest.ts";

/** One thing that is wrong with a document: where (a JSON pointer, RFC 6901) and how to mend it. */
export interface SchemaProblem {
  pointer: string;
  message: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];
/** A schema, as far as it tells which keys may stand where. */
type Schema = z.ZodType;
/** Keys that one message lists. */
const KEYS_LISTED_MAX = 20;

/** The JSON pointer of a path, `~` and `/` escaped; the whole document is `""`. */
export function pointerTo(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The steps of a JSON pointer, unescaped. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * What zod found, in words for people who write JSON. `root` is where the checked value stands in its document,
 * `value` is the value itself: zod says what it met only when it is asked to (`reportInput`), which a schema that reads a
 * list out of a text needs. With the `schema` itself, unknown keys are compared with those it knows.
 */
export function schemaProblems(
  issues: readonly Issue[],
  value: unknown,
  root: Path = [],
  schema?: Schema,
): SchemaProblem[] {
  return issues.flatMap((issue) => problemsOf(issue, value, root, schema));
}

function problemsOf(issue: Issue, value: unknown, root: Path, schema?: Schema): SchemaProblem[] {
  const path = [...root, ...issue.path];
  const say = (message: string): SchemaProblem[] => [{ pointer: pointerTo(path), message }];
  const met = "input" in issue ? issue.input : valueAt(value, issue.path);
  // A schema with words of its own states the whole rule for every mistake.
  if (issue.code !== "unrecognized_keys" && issue.message.startsWith("must "))
    return say(met === undefined ? `is missing; it ${issue.message}` : issue.message);
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownKeys(issue.keys, met, schema === undefined ? [] : keysAt(schema, issue.path)).map(
        ({ key, message }) => ({ pointer: pointerTo([...path, key]), message }),
      );
    case "invalid_type":
      return say(
        met === undefined
          ? `is missing; it must be ${kind(issue.expected)}`
          : `must be ${kind(issue.expected)}`,
      );
    case "invalid_value":
      return say(choice(issue.values, met));
    case "too_small":
      return say(sized(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum));
    case "too_big":
      return say(sized(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum));
    case "invalid_key":
      return issue.issues.flatMap((inner) =>
        say(
          `is no good name here: ${problemsOf({ ...inner, path: [] }, "", [])[0]?.message ?? inner.message}`,
        ),
      );
    case "invalid_union":
      // What was met is the whole object then, not what should tell its form.
      if ("options" in issue && issue.options !== undefined)
        return say(choice(issue.options, valueAt(value, issue.path)));
      return nearest(issue.errors, met, path, schemaAt(schema, issue.path)) ?? say(anyOf(issue.errors, met));
    case "invalid_format":
      return say(FORMATS[issue.format] ?? issue.message);
    default:
      return say(issue.message);
  }
}

/**
 * Of several forms a value may have, the problems of the one that it comes closest to: the only one that takes an
 * object, or a list, at all, or the one whose keys it has. If no form stands out, to name one would mislead.
 */
function nearest(
  forms: Issue[][],
  met: unknown,
  path: Path,
  schemas: readonly Schema[],
): SchemaProblem[] | null {
  const told = (form: Issue[]): SchemaProblem[] =>
    schemaProblems(
      form,
      met,
      path,
      schemas.length === forms.length ? schemas[forms.indexOf(form)] : undefined,
    );
  if (typeof met !== "object" || met === null) return null;
  const fitting = forms.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type"),
  );
  if (fitting.length === 1) return told(fitting[0]!);
  const close = forms.filter(
    (issues) =>
      issues.length > 0 &&
      issues.every((issue) => issue.path.length > 0 && valueAt(met, issue.path) !== undefined),
  );
  return close.length === 1 ? told(close[0]!) : null;
}

/** The rules of all forms in one sentence, where each is a rule on the value itself. */
function anyOf(forms: Issue[][], met: unknown): string {
  const rules = forms.flatMap((issues) => schemaProblems(issues, met));
  const words = rules.map(({ pointer, message }) =>
    pointer === "" ? /^(?:is missing; it )?must be (.+)$/.exec(message)?.[1] : undefined,
  );
  const simple = (typeof met !== "object" || met === null) && !words.includes(undefined);
  return simple
    ? `${met === undefined ? "is missing; it " : ""}must be ${[...new Set(words)].join(", or ")}`
    : "matches none of the forms that may stand here";
}

function choice(values: readonly unknown[], met: unknown): string {
  const choices = values.map((one) => JSON.stringify(one)).join(", ");
  const rule = values.length === 1 ? choices : `one of ${choices}`;
  return met === undefined ? `is missing; it must be ${rule}` : `must be ${rule}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** What is wrong with keys, and what they may have been meant to be: of the known ones those that are not there yet. */
function unknownKeys(
  keys: readonly string[],
  met: unknown,
  known: readonly string[],
): { key: string; message: string }[] {
  const free = known.filter((one) => valueAt(met, [one]) === undefined);
  const rest =
    known.length === 0 || known.length > KEYS_LISTED_MAX
      ? ": remove it, or check its spelling"
      : `; known: ${known.join(", ")}`;
  return keys.map((key) => {
    const meant = nearestWord(key, free);
    const hint = meant === null ? rest : `: did you mean ${JSON.stringify(meant)}?`;
    return { key, message: `is not a known key here${hint}` };
  });
}

/** What of a schema's definition leads further in. */
interface Form {
  shape?: Record<string, Schema>;
  element?: Schema;
  keyType?: Schema;
  valueType?: Schema;
  innerType?: Schema;
  in?: Schema;
  options?: readonly Schema[];
  entries?: Record<string, string>;
}

function formOf(schema: Schema): Form {
  return schema.def as Form;
}

/** A schema without what makes it optional or gives it a default; of a union each of its options. */
function forms(schema: Schema): Schema[] {
  const { options, innerType, in: first } = formOf(schema);
  if (options !== undefined) return options.flatMap(forms);
  const within = innerType ?? first;
  return within === undefined ? [schema] : forms(within);
}

/** The schemas that may stand at a path. */
function schemaAt(schema: Schema | undefined, path: Path): Schema[] {
  return path.reduce<Schema[]>(
    (found, step) =>
      found.flatMap((one) => {
        const { shape, element, valueType } = formOf(one);
        const inner =
          shape === undefined
            ? (element ?? valueType)
            : Object.hasOwn(shape, step)
              ? shape[String(step)]
              : undefined;
        return inner === undefined ? [] : forms(inner);
      }),
    schema === undefined ? [] : forms(schema),
  );
}

function keysAt(schema: Schema, path: Path): string[] {
  const keys = schemaAt(schema, path).flatMap((one) => {
    const { shape, keyType } = formOf(one);
    if (shape !== undefined) return Object.keys(shape);
    return keyType === undefined ? [] : Object.values(formOf(keyType).entries ?? {});
  });
  return [...new Set(keys)];
}

/** Formats in our words, for schemas without words of their own. */
const FORMATS: Partial<Record<string, string>> = {
  date: 'must be a date such as "2026-12-31"',
  datetime: 'must be an instant in ISO 8601, such as "2026-12-31T09:00:00Z"',
  url: 'must be an address such as "https://example.com/path"',
};

const KINDS: Partial<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function kind(expected: string): string {
  return KINDS[expected] ?? expected;
}

function sized(origin: string, bound: string, count: number | bigint): string {
  const noun = { string: "character", array: "item" }[origin];
  if (noun === undefined) return `must be ${bound} ${count}`;
  return `must have ${bound} ${count} ${noun}${Number(count) === 1 ? "" : "s"}`;
}
