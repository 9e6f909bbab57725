import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { SchemaProblem } from "../domain/config/schema-problems.ts";
import { missingScopes, type Scope } from "../domain/desk/scope.ts";
import type { Desk } from "./desk.ts";
import { once } from "./once.ts";
import { problem } from "./problem.ts";
import { readable } from "./readable.ts";

/**
 * What a route needs, as `operation` hands it to its route: the contract shows the scopes as `security`, and who lacks one
 * of them is refused before anything is read.
 */
export function needs(...scopes: [Scope, ...Scope[]]) {
  return { security: [{ bearer: scopes as string[] }], middleware: [scoped(scopes), readable] };
}

/** The same for a route that changes something: it happens once, however often it is asked with one key. */
export function changes(...scopes: [Scope, ...Scope[]]) {
  const { security, middleware } = needs(...scopes);
  return { security, middleware: [...middleware, once] };
}

/** Looks at the keys of a body that are valid by themselves. */
type Look<Body> = (c: Context<Desk>, sound: Partial<Body>) => Promise<SchemaProblem[]> | SchemaProblem[];

/**
 * Like `changes`, with a check of the body against the configuration. The handler checks the whole body; where some of its
 * keys are not valid, `look` says at the same time what is wrong with the others.
 */
export function changesFitting<Body>(look: Look<Body>, ...scopes: [Scope, ...Scope[]]) {
  const { security, middleware } = changes(...scopes);
  const fitting = createMiddleware<Desk>((c, next) => {
    c.set("misfits", (sound) => look(c, sound));
    return next();
  });
  return { security, middleware: [fitting, ...middleware] };
}

function scoped(scopes: readonly Scope[]) {
  return createMiddleware<Desk>(async (c, next) => {
    if (missingOf(c, scopes).length === 0) return next();
    return scopeMissing(c, scopes);
  });
}

/** For what only some bodies of a route need: whether the caller lacks one of these scopes. */
export function lacks(c: Context<Desk>, ...scopes: Scope[]): boolean {
  return missingOf(c, scopes).length > 0;
}

/** The refusal of whoever lacks one of these scopes. */
export function scopeMissing(c: Context<Desk>, scopes: readonly Scope[]) {
  const missing = missingOf(c, scopes);
  return problem(c, "auth.scope_missing", {
    detail: `It needs ${missing.join(", ")}. Ask whoever keeps the keys for one with this scope.`,
    headers: {
      "WWW-Authenticate": `Bearer realm="topicdesk", error="insufficient_scope", error_description="the key lacks ${missing.join(" ")}", scope="${scopes.join(" ")}"`,
    },
  });
}

function missingOf(c: Context<Desk>, scopes: readonly Scope[]): Scope[] {
  return missingScopes(c.get("principal").scopes, scopes);
}
