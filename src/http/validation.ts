import type { Context, MiddlewareHandler, ValidationTargets } from "hono";
import * as z from "zod";
import { malformedIn } from "../domain/config/malformed.ts";
import { schemaProblems, type SchemaProblem } from "../domain/config/schema-problems.ts";
import { jsonOf, type Body } from "./body.ts";
import type { Desk } from "./desk.ts";
import { asWritten, formerNamesOf, renamed } from "./former-names.ts";
import { PROBLEMS_SHOWN_MAX } from "./limits.ts";
import { isJson } from "./media-type.ts";
import { notJson, problem } from "./problem.ts";
import { isChecked, type Shown } from "./shown.ts";

/** The parts of a request, and what a body must be besides. */
interface Parts {
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: Shown;
  fits?: (c: Context<Desk>, sound: never) => Promise<SchemaProblem[]> | SchemaProblem[];
  mistakes?: (body: unknown) => SchemaProblem[];
}

/** Reads all parts of a request and names everything that is wrong with any of them at once. */
export function parsed(parts: Parts): MiddlewareHandler<Desk> {
  const { params, query, headers, body: shown } = parts;
  return async (c, next) => {
    const found: SchemaProblem[] = [];
    const take = (
      target: keyof ValidationTargets,
      schema: z.ZodType | undefined,
      value: unknown,
      root: string,
    ) => {
      if (schema === undefined) return;
      const read = schema.safeParse(value, { reportInput: true });
      if (read.success) c.req.addValidatedData(target, read.data as object);
      else found.push(...problemsOf(read.error, value, [root], schema));
    };
    take("param", params, c.req.param(), "path");
    take("query", query, single(c.req.queries()), "query");
    take("header", headers, named(c, headers), "header");
    if (shown === undefined) return found.length === 0 ? next() : invalid(c, found);
    const body = await bodyOf(c, shown);
    if (body !== null && "value" in body && isChecked(shown)) {
      const { problems, data } = readBody(shown, body.value, parts.mistakes);
      found.push(...problems);
      if (found.length > 0) found.push(...(await semanticProblems(c, parts, body.value)));
      else c.req.addValidatedData("json", data as object);
    }
    if (found.length > 0) return invalid(c, found);
    if (body === null) return notJson(c);
    if ("refused" in body) return problem(c, body.refused, "detail" in body ? { detail: body.detail } : {});
    if (!isChecked(shown)) c.req.addValidatedData("json", body.value as object);
    return next();
  };
}

/** Null: it is sent as something else than JSON. A call without a body may mean `{}`. */
async function bodyOf(c: Context<Desk>, shown: Shown): Promise<Body | null> {
  const type = c.req.header("Content-Type");
  const bytes = await c.req.arrayBuffer();
  if (isJson(type)) return jsonOf(bytes);
  if (type !== undefined || bytes.byteLength > 0 || !isChecked(shown)) return null;
  return { value: shown.safeParse({}).success ? {} : undefined };
}

function invalid(c: Context<Desk>, found: SchemaProblem[]): Response {
  return problem(c, "request.invalid", { problems: found.slice(0, PROBLEMS_SHOWN_MAX) });
}

function readBody(
  schema: z.ZodType,
  value: unknown,
  mistakes: Parts["mistakes"],
): { problems: SchemaProblem[]; data: unknown } {
  const names = formerNamesOf(schema);
  const now = renamed(names, value);
  const read = schema.safeParse(now, { reportInput: true });
  const wrong = read.success ? [] : (mistakes?.(value) ?? problemsOf(read.error, now, [], schema));
  const problems = mistakes === undefined ? asWritten(names, value, wrong) : wrong;
  const told = new Set(problems.map(({ pointer }) => pointer));
  return {
    problems: [...problems, ...malformedIn(value).filter(({ pointer }) => !told.has(pointer))],
    data: read.data,
  };
}

async function semanticProblems(
  c: Context<Desk>,
  { body, fits }: Parts,
  value: unknown,
): Promise<SchemaProblem[]> {
  return fits === undefined ? [] : fits(c, soundOf(body, value) as never);
}

/** The keys of a body that are valid by themselves, as the route's handler would have them. */
function soundOf(schema: unknown, value: unknown): object {
  if (!(schema instanceof z.ZodObject) || typeof value !== "object" || value === null) return {};
  const read = Object.entries(schema.shape as Record<string, z.ZodType>)
    .filter(([key]) => Object.hasOwn(value, key))
    .map(([key, of]) => [key, of.safeParse((value as Record<string, unknown>)[key])] as const);
  return Object.fromEntries(read.flatMap(([key, { success, data }]) => (success ? [[key, data]] : [])));
}

function problemsOf(error: z.ZodError, value: unknown, root: string[], schema: z.ZodType): SchemaProblem[] {
  // A body may have more wrong with it than it has bytes.
  return schemaProblems(error.issues.slice(0, PROBLEMS_SHOWN_MAX), value, root, schema);
}

function named(c: Context<Desk>, headers: z.ZodObject | undefined): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(headers?.shape ?? {}).map((name) => [name, c.req.header(name)]));
}

/** What stands in a query once is no list. */
function single(queries: Record<string, string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  );
}
