import { createRoute, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { SchemaProblem } from "../domain/config/schema-problems.ts";
import type { Scope } from "../domain/desk/scope.ts";
import { changes, changesFitting, needs } from "./access.ts";
import type { Desk } from "./desk.ts";
import { IdempotencyKey } from "./once.ts";
import {
  ADMISSION,
  ADMISSION_TO_CHANGE,
  problems,
  type ProblemCode,
  type ProblemResponses,
} from "./problem.ts";

type Verb = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
/** A schema to check by, or only to show: JSON Schema, of a body that the handler reads itself. */
type Shown = z.ZodType | object;
interface Header {
  description?: string;
  schema: { type: "string"; example: string };
}

/** What one operation takes and answers, besides what every operation of the API does. */
interface Operation {
  id: string;
  /** None: it needs no key, and says itself which problems it has. */
  scopes?: readonly [Scope, ...Scope[]];
  /** In place of what follows from the scopes. */
  security?: { bearer?: string[] }[];
  summary: string;
  description?: string;
  /** Whether it changes nothing though it is no GET. What changes something happens once for each idempotency key. */
  isReading?: true;
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Besides `Idempotency-Key`. */
  headers?: z.ZodObject;
  body?: Shown;
  bodyDescription?: string;
  example?: unknown;
  examples?: Record<string, unknown>;
  /** What does not fit the desk, of the keys of a body that are valid by themselves. */
  fits?: (c: Context<Desk>, sound: never) => Promise<SchemaProblem[]> | SchemaProblem[];
  /** The one good answer: JSON of this schema, or `content`, or nothing. */
  answer: readonly [status: 200 | 201 | 202 | 204, schema: Shown | null, description: string];
  content?: Record<string, { schema: Shown }>;
  answerHeaders?: Record<string, Header>;
  also?: { 304: { description: string } };
  /** Problems beyond those of admission and of an invalid request. */
  problems?: readonly ProblemCode[];
}

type MethodOf<Name extends string> = Name extends `${infer V extends Verb} ${string}` ? Lowercase<V> : never;
type PathOf<Name extends string> = Name extends `${Verb} ${infer Path}` ? Path : never;
type Part<O, Key extends string> = O extends { [K in Key]: infer S } ? { [K in Key]: S } : object;
type BodyOf<O> = O extends { body: infer S extends z.ZodType }
  ? { body: { required: true; content: { "application/json": { schema: S } } } }
  : object;
type ExtraOf<O> = O extends { problems: readonly (infer C extends ProblemCode)[] } ? C : never;
type ContentOf<O extends Operation> = O extends { content: infer Content }
  ? { content: Content }
  : O["answer"][1] extends null
    ? object
    : { content: { "application/json": { schema: O["answer"][1] } } };
type AnswersOf<O extends Operation> = {
  [S in O["answer"][0]]: { description: string } & ContentOf<O>;
} & (O extends { also: infer Also } ? Also : object) &
  ProblemResponses<ExtraOf<O> | (typeof ADMISSION_TO_CHANGE)[number]>;

type RouteOf<Name extends string, O extends Operation> = {
  method: MethodOf<Name>;
  path: PathOf<Name>;
  operationId: string;
  summary: string;
  request: Part<O, "params"> & Part<O, "query"> & Part<O, "headers"> & BodyOf<O>;
  responses: AnswersOf<O>;
  getRoutingPath(): string;
};

/** An operation of the API by its method and path, with the frame that all of them share. */
export function operation<const Name extends `${Verb} /${string}`, const O extends Operation>(
  name: Name,
  o: O,
): RouteOf<Name, O> {
  const [verb, path] = name.split(" ") as [Verb, string];
  const changing = verb !== "GET" && o.isReading === undefined;
  const headers = {
    ...(changing ? { "Idempotency-Key": IdempotencyKey } : {}),
    ...(o.headers?.shape as Record<string, z.ZodType> | undefined),
  };
  const route = createRoute({
    method: verb.toLowerCase() as Lowercase<Verb>,
    path,
    operationId: o.id,
    ...frameOf(o, changing),
    ...(o.security === undefined ? {} : { security: o.security as { bearer: string[] }[] }),
    summary: o.summary,
    ...(o.description === undefined ? {} : { description: o.description }),
    request: {
      ...(o.params === undefined ? {} : { params: o.params }),
      ...(o.query === undefined ? {} : { query: o.query }),
      ...(Object.keys(headers).length === 0 ? {} : { headers: z.object(headers) }),
      ...(o.body === undefined ? {} : { body: bodyOf(o) }),
    },
    responses: {
      [o.answer[0]]: answerOf(o),
      ...o.also,
      ...problems(...commonProblems(o, changing), ...(o.problems ?? [])),
    },
  });
  return route as unknown as RouteOf<Name, O>;
}

function frameOf(
  { scopes, fits }: Operation,
  changing: boolean,
): { security?: { bearer: string[] }[]; middleware?: MiddlewareHandler[] } {
  if (scopes === undefined) return {};
  if (!changing) return needs(...scopes);
  return fits === undefined ? changes(...scopes) : changesFitting<never>(fits, ...scopes);
}

function commonProblems(o: Operation, changing: boolean): readonly ProblemCode[] {
  if (o.scopes === undefined) return [];
  if (changing) return ADMISSION_TO_CHANGE;
  if (o.body !== undefined)
    return ["request.malformed", ...ADMISSION, "request.too_large", "request.not_json", "request.invalid"];
  const takes = o.params !== undefined || o.query !== undefined;
  return takes ? [...ADMISSION, "request.invalid"] : ADMISSION;
}

function bodyOf(o: Operation) {
  const json = {
    schema: o.body as z.ZodType,
    ...("example" in o ? { example: o.example } : {}),
    ...(o.examples === undefined ? {} : { examples: o.examples }),
  };
  return {
    required: true,
    ...(o.bodyDescription === undefined ? {} : { description: o.bodyDescription }),
    content: { "application/json": json as { schema: z.ZodType } },
  };
}

function answerOf({ answer: [, schema, description], content, answerHeaders }: Operation) {
  const of = content ?? (schema === null ? undefined : { "application/json": { schema } });
  return {
    description,
    ...(answerHeaders === undefined ? {} : { headers: answerHeaders }),
    ...(of === undefined ? {} : { content: of as Record<string, { schema: z.ZodType }> }),
  };
}
