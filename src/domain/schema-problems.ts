import type * as z from "zod";

/** One thing that is wrong with a document: where (a JSON pointer, RFC 6901) and how to mend it. */
export interface SchemaProblem {
  pointer: string;
  message: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The JSON pointer of a path, `~` and `/` escaped; the whole document is `""`. */
export function pointerTo(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * What zod found, in words for people who write JSON. `root` is where the checked value stands in its document,
 * `value` is the value itself: zod does not say what it met.
 */
export function schemaProblems(issues: readonly Issue[], value: unknown, root: Path = []): SchemaProblem[] {
  return issues.flatMap((issue) => problemsOf(issue, value, root));
}

function problemsOf(issue: Issue, value: unknown, root: Path): SchemaProblem[] {
  const path = [...root, ...issue.path];
  const say = (message: string): SchemaProblem[] => [{ pointer: pointerTo(path), message }];
  const met = valueAt(value, issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        pointer: pointerTo([...path, key]),
        message: "is not a known key here: remove it, or check its spelling",
      }));
    case "invalid_type":
      return say(
        met === undefined
          ? `is missing; it must be ${kind(issue.expected)}`
          : `must be ${kind(issue.expected)}`,
      );
    case "invalid_value":
      return say(chosen(issue.values, met));
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
      // What tells the forms apart names none of them.
      if ("options" in issue && issue.options !== undefined) return say(chosen(issue.options, met));
      return nearest(issue.errors, met, path) ?? say(anyOf(issue.errors, met));
    default:
      return say(issue.message);
  }
}

function chosen(values: readonly unknown[], met: unknown): string {
  const choices = values.map((choice) => JSON.stringify(choice)).join(", ");
  const rule = values.length === 1 ? choices : `one of ${choices}`;
  return met === undefined ? `is missing; it must be ${rule}` : `must be ${rule}`;
}

/**
 * Of several forms a value may have, the problems of the one that it comes closest to: the only one that takes an
 * object, or a list, at all, or the one whose keys it has. If no form stands out, to name one would mislead.
 */
function nearest(forms: Issue[][], met: unknown, path: Path): SchemaProblem[] | null {
  if (typeof met !== "object" || met === null) return null;
  const fitting = forms.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type"),
  );
  if (fitting.length === 1) return schemaProblems(fitting[0]!, met, path);
  const close = forms.filter(
    (issues) =>
      issues.length > 0 &&
      issues.every((issue) => issue.path.length > 0 && valueAt(met, issue.path) !== undefined),
  );
  return close.length === 1 ? schemaProblems(close[0]!, met, path) : null;
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

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

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
