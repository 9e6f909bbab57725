import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { routePath } from "hono/route";
import { ZodObject, type z } from "zod";
import { schemaProblems, type SchemaProblem } from "../domain/config/schema-problems.ts";
import { unsoundIn } from "../domain/config/unsound.ts";
import { jsonOf } from "./body.ts";
import type { Desk } from "./desk.ts";
import { asWritten, formerNamesOf, renamed } from "./former-names.ts";
import { PROBLEMS_SHOWN_MAX } from "./limits.ts";
import { isJson } from "./media-type.ts";
import { problem } from "./problem.ts";

/** The parts of a request for which a route has schemas, and how they are called in a problem's pointer. */
interface Schemas {
  params?: z.ZodType;
  query?: z.ZodType;
  headers?: z.ZodObject;
  json?: z.ZodType;
}

/**
 * A validator stops at the first part of a request that is not valid. Callers shall hear of everything at once, so then
 * all parts are looked at again, by the schemas with which the route was registered.
 */
export function answerInvalid(app: OpenAPIHono<Desk>): Desk["Variables"]["invalid"] {
  let routes: ReadonlyMap<string, Schemas> | null = null;
  return async (c) => {
    routes ??= schemasOf(app);
    const found = await problemsIn(c, routes.get(`${c.req.method} ${routePath(c)}`) ?? {});
    return problem(c, "request.invalid", { problems: found.slice(0, PROBLEMS_SHOWN_MAX) });
  };
}

/** Whether a body that its schema takes must be refused all the same. */
export async function isUnsound(c: Context<Desk>): Promise<boolean> {
  return unsoundIn(await c.req.json()).length > 0;
}

function schemasOf(app: OpenAPIHono<Desk>): ReadonlyMap<string, Schemas> {
  const routes = new Map<string, Schemas>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { method, path, request = {} } = definition.route;
    const { params, query, headers, body } = request as Omit<Schemas, "json"> & {
      body?: { content: { "application/json"?: { schema: z.ZodType | object } } };
    };
    const schema = body?.content["application/json"]?.schema;
    // A body that its route reads itself is in the contract only.
    const json = schema !== undefined && "safeParseAsync" in schema ? schema : undefined;
    routes.set(`${method.toUpperCase()} ${path.replaceAll(/\/{(.+?)}/g, "/:$1")}`, {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { headers }),
      ...(json === undefined ? {} : { json }),
    });
  }
  return routes;
}

async function problemsIn(
  c: Context<Desk>,
  { params, query, headers, json }: Schemas,
): Promise<SchemaProblem[]> {
  const found = [
    ...(await wrongIn(params, c.req.param(), ["path"])),
    ...(await wrongIn(query, single(c.req.queries()), ["query"])),
  ];
  if (headers !== undefined) {
    const given = Object.keys(headers.shape).map((name) => [name, c.req.header(name)]);
    found.push(...(await wrongIn(headers, Object.fromEntries(given), ["header"])));
  }
  // What is sent as anything else has been refused: then there is no body.
  const body = isJson(c.req.header("Content-Type"))
    ? jsonOf(await c.req.arrayBuffer())
    : { value: undefined };
  if (json !== undefined && "value" in body) {
    const names = formerNamesOf(json);
    const wrong = await wrongIn(json, renamed(names, body.value), []);
    found.push(...asWritten(names, body.value, wrong));
    const told = new Set(found.map(({ pointer }) => pointer));
    found.push(...unsoundIn(body.value).filter(({ pointer }) => !told.has(pointer)));
    found.push(...((await c.get("misfits")?.(await soundOf(json, body.value))) ?? []));
  }
  return found;
}

/** The keys of a body that are valid by themselves, as the route's handler would have them. */
async function soundOf(schema: z.ZodType | undefined, value: unknown): Promise<object> {
  if (!(schema instanceof ZodObject) || typeof value !== "object" || value === null) return {};
  const keys = Object.entries(schema.shape as Record<string, z.ZodType>).filter(([key]) =>
    Object.hasOwn(value, key),
  );
  const read = await Promise.all(
    keys.map(
      async ([key, of]) => [key, await of.safeParseAsync((value as Record<string, unknown>)[key])] as const,
    ),
  );
  return Object.fromEntries(read.flatMap(([key, { success, data }]) => (success ? [[key, data]] : [])));
}

async function wrongIn(
  schema: z.ZodType | undefined,
  value: unknown,
  root: string[],
): Promise<SchemaProblem[]> {
  const read = await schema?.safeParseAsync(value, { reportInput: true });
  // A body may have more wrong with it than it has bytes.
  return read?.success === false
    ? schemaProblems(read.error.issues.slice(0, PROBLEMS_SHOWN_MAX), value, root, schema)
    : [];
}

/** As validators see a query: what stands there once is no list. */
function single(queries: Record<string, string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  );
}
