import { waitUntil } from "cloudflare:workers";
import { Hono, type Context, type MiddlewareHandler, type TypedResponse } from "hono";
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import type { SchemaProblem } from "../domain/config/schema-problems.ts";
import type { Scope } from "../domain/desk/scope.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { scoped } from "./access.ts";
import type { Desk } from "./desk.ts";
import { IdempotencyKey, once } from "./once.ts";
import { problem, type ADMISSION_TO_CHANGE, type ProblemAnswer, type ProblemCode } from "./problem.ts";
import { readable } from "./readable.ts";
import type { Shown } from "./shown.ts";
import { parsed } from "./validation.ts";

type Verb = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
type Name = `${Verb} /${string}`;
interface Header {
  description?: string;
  schema: { type: "string"; example: string };
}

/**
 * What one operation takes and answers, besides what every operation of the API does. What the contract alone needs comes through
 * `forDocs` and is not there in the Worker: id, security, words, examples, answers and problems.
 */
interface Said {
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
  /** A body that is only shown is given to the handler as it came. */
  body?: Shown;
  bodyDescription?: string;
  example?: unknown;
  examples?: Record<string, unknown>;
  /** What does not fit the desk, of the keys of a body that are valid by themselves. The handler checks the whole body. */
  fits?: (c: Context<Desk>, sound: never) => Promise<SchemaProblem[]> | SchemaProblem[];
  /** What is wrong with a body, in better words than those of its schema. */
  mistakes?: (body: unknown) => SchemaProblem[];
  /** Whether it works with the configuration: it gets it as `versioned`, and answers `config.missing` without one. */
  configured?: true;
  /** The one good answer: JSON of this schema, or `content`, or nothing. */
  answer: readonly [status: 200 | 201 | 202 | 204, schema: Shown | null, description: string];
  content?: Record<string, { schema: Shown }>;
  answerHeaders?: Record<string, Header>;
  also?: { 304: { description: string } };
  /** Problems beyond those of admission and of an invalid request. */
  problems?: readonly ProblemCode[];
}

/** An operation as its contract shows it and its route does it. */
export interface Operation<O extends Said = Said, Path extends string = string> extends Said {
  verb: Verb;
  path: Path;
  changes: boolean;
  said: O;
}

type PathOf<N extends string> = N extends `${Verb} ${infer Path}` ? Path : never;
type Part<O, Key extends string, As extends string> = O extends { [K in Key]: infer S extends z.ZodType }
  ? { [K in As]: z.output<S> }
  : object;
type Body<O> = O extends { body: infer S } ? { json: S extends z.ZodType ? z.output<S> : unknown } : object;
type Parts<O> = Part<O, "params", "param"> &
  Part<O, "query", "query"> &
  Part<O, "headers", "header"> &
  Body<O>;
type CodesOf<O> = O extends { problems: readonly (infer Code extends ProblemCode)[] } ? Code : never;
type GoodOf<O extends Said> = O extends { content: object }
  ? Response
  : O["answer"][1] extends z.ZodType
    ? TypedResponse<z.input<O["answer"][1]>, O["answer"][0], "json">
    : O["answer"][1] extends null
      ? TypedResponse<null, O["answer"][0], "body">
      : TypedResponse<object, O["answer"][0], "json">;
type AnswerOf<O extends Said> =
  | GoodOf<O>
  | (O extends { also: object } ? TypedResponse<null, 304, "body"> : never)
  | ProblemAnswer<CodesOf<O> | (typeof ADMISSION_TO_CHANGE)[number] | "config.missing">;
type Handler<O extends Said, Path extends string> = (
  c: Context<Desk, Path, { in: Parts<O>; out: Parts<O> }>,
) => AnswerOf<O> | Promise<AnswerOf<O>>;

/** An operation of the API by its method and path, with the frame that all of them share. */
export function operation<const N extends Name, const O extends Said>(
  name: N,
  said: O,
): Operation<O, PathOf<N>> {
  const [verb, path] = name.split(" ") as [Verb, PathOf<N>];
  const changes = verb !== "GET" && said.isReading === undefined;
  const { headers } = said as Said;
  const withKey = changes ? keyed.extend(headers?.shape ?? {}) : headers;
  return {
    ...(said as Said),
    verb,
    path,
    changes,
    ...(withKey === undefined ? {} : { headers: withKey }),
    said,
  };
}

/** Every call that changes something takes this header. */
const keyed = z.object({ "Idempotency-Key": IdempotencyKey });

/** Operations of one resource: their routes, and what the contract says of them. */
export class Operations extends Hono<Desk> {
  readonly list: Operation[] = [];

  add<O extends Said, Path extends string>(of: Operation<O, Path>, handler: Handler<O, Path>): void {
    this.list.push(of);
    const { verb, path, scopes, changes, configured } = of;
    const frame: MiddlewareHandler<Desk>[] = [
      ...(scopes === undefined ? [] : [scoped(scopes), readable]),
      ...(changes ? [once] : []),
      parsed(of),
      ...(configured === undefined ? [] : [withConfig]),
    ];
    const route = path.replaceAll(/\/\{(.+?)\}/g, "/:$1");
    this.on(verb, [route], ...frame, handler as unknown as MiddlewareHandler<Desk>);
  }
}

const withConfig = createMiddleware<Desk>(async (c, next) => {
  const versioned = await configCacheOf(c.env.DB).get(waitUntil);
  if (versioned === null) return problem(c, "config.missing");
  c.set("versioned", versioned);
  return next();
});

/** Resources of the API, each with the path that its operations stand under. */
export type Resources = readonly (readonly [base: string, Operations])[];
