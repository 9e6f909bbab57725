import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { missingScopes, type Scope } from "../domain/desk/scope.ts";
import type { Desk } from "./desk.ts";
import { problem } from "./problem.ts";

/** Refuses a caller that lacks one of these scopes, before anything is read. */
export function scoped(scopes: readonly Scope[]) {
  return createMiddleware<Desk>(async (c, next) => {
    if (missingOf(c, scopes).length === 0) return next();
    return scopeMissing(c, scopes);
  });
}

/** For what only some bodies of a route need: whether the caller lacks one of these scopes. */
export function lacks(c: Context<Desk>, ...scopes: Scope[]): boolean {
  return missingOf(c, scopes).length > 0;
}

/** Refusal of a caller that lacks one of these scopes. */
export function scopeMissing(c: Context<Desk>, scopes: readonly Scope[]) {
  const missing = missingOf(c, scopes);
  return problem(c, "auth.scope_missing", {
    detail: `It needs ${missing.join(", ")}. Ask an administrator of the desk for a key with this scope.`,
    headers: {
      "WWW-Authenticate": `Bearer realm="topicdesk", error="insufficient_scope", error_description="the key lacks ${missing.join(" ")}", scope="${scopes.join(" ")}"`,
    },
  });
}

function missingOf(c: Context<Desk>, scopes: readonly Scope[]): Scope[] {
  return missingScopes(c.get("principal").scopes, scopes);
}
