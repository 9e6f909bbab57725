import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Desk, Principal } from "./desk.ts";
import { problem } from "./problem.ts";
import { isSecret } from "./secret.ts";

/**
 * The principal behind a bearer token. Today there is one: whoever holds `ADMIN_TOKEN`. Keys with names and scopes
 * will be looked up here.
 */
function principalOf(token: string, env: Env): Principal | null {
  return isSecret(token, env.ADMIN_TOKEN) ? { name: "admin" } : null;
}

/**
 * Who a request comes from: `anonymous` without credentials, `invalid` with wrong ones, which are never taken for
 * none.
 */
export function identify(c: Context<Desk>): Principal | "anonymous" | "invalid" {
  const header = c.req.header("Authorization");
  if (header === undefined) return "anonymous";
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  return (token === undefined ? null : principalOf(token, c.env)) ?? "invalid";
}

/** Lets in only who presents a valid bearer token. */
export const authenticated = createMiddleware<Desk>(async (c, next) => {
  // What a path can do is no secret, and a browser asks without credentials.
  if (c.req.method === "OPTIONS") return next();
  const principal = identify(c);
  if (principal === "anonymous") return unauthorized(c, "auth.missing");
  if (principal === "invalid") return unauthorized(c, "auth.invalid");
  c.set("principal", principal);
  return next();
});

/** Answers 401 with the challenge of RFC 6750. */
export function unauthorized(c: Context<Desk>, code: "auth.missing" | "auth.invalid") {
  const challenge = `Bearer realm="topicdesk"${code === "auth.invalid" ? ', error="invalid_token"' : ""}`;
  return problem(c, code, { headers: { "WWW-Authenticate": challenge } });
}
