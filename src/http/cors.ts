import { createMiddleware } from "hono/factory";
import type { Desk } from "./desk.ts";
import { CORS_ORIGINS_MAX, PREFLIGHT_KEPT_S } from "./limits.ts";

const MAY_SEND = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match";
const MAY_SEE =
  "Allow, Deprecation, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate";

/**
 * Pages of the origins in `CORS_ORIGINS` (separated by commas, such as `https://tools.example.com`) may call the API
 * from a browser. Without any, none may. Credentials are the bearer token alone: cookies are never asked for.
 */
export const cors = createMiddleware<Desk>(async (c, next) => {
  const allowed = originsOf(c.env);
  if (allowed.length === 0) return next();
  const origin = c.req.header("Origin");
  const isAllowed = origin !== undefined && allowed.includes(origin);
  await next();
  c.res.headers.append("Vary", "Origin");
  if (!isAllowed) return undefined;
  c.res.headers.set("Access-Control-Allow-Origin", origin);
  c.res.headers.set("Access-Control-Expose-Headers", MAY_SEE);
  const isPreflight =
    c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") !== undefined;
  if (!isPreflight) return undefined;
  c.res.headers.set("Access-Control-Allow-Methods", c.res.headers.get("Allow") ?? "");
  c.res.headers.set("Access-Control-Allow-Headers", MAY_SEND);
  c.res.headers.set("Access-Control-Max-Age", String(PREFLIGHT_KEPT_S));
  return undefined;
});

function originsOf(env: Env): string[] {
  const text = (env.CORS_ORIGINS as string | undefined) ?? "";
  return text
    .split(",", CORS_ORIGINS_MAX)
    .map((origin) => origin.trim())
    .filter((origin) => URL.canParse(origin) && new URL(origin).origin === origin);
}
