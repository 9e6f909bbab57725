import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { errorFacts } from "../domain/error-facts.ts";
import { log } from "../log.ts";
import type { Metered } from "../metering/metered.ts";
import { orLate } from "../time-limit.ts";
import { BOOTSTRAP } from "./auth.ts";
import type { Desk, Principal } from "./desk.ts";
import { CALL_WINDOW_MS, CALLS_PER_MINUTE_DEFAULT, METER_PATIENCE_MS } from "./limits.ts";
import { problem } from "./problem.ts";

/** Counts the calls of each key and turns away what is above its rate. */
export const rateLimited = createMiddleware<Desk>(async (c, next) => {
  // OPTIONS has no principal: it asks without credentials.
  if (c.req.method === "OPTIONS") return next();
  const principal = c.get("principal");
  const metered = await meter(c, principal);
  if (metered === null) return next();
  const refused = metered.allowed ? null : tooMany(c, metered);
  if (refused === null) await next();
  else c.res = refused;
  for (const [name, value] of Object.entries(fieldsOf(principal, metered))) c.res.headers.set(name, value);
  return undefined;
});

/**
 * Null if nothing is counted: the bootstrap token must work during any outage, and an unreachable meter must not take
 * the API with it.
 */
export async function meter(c: Context<Desk>, { id, callsPerMinute }: Principal): Promise<Metered | null> {
  if (id === BOOTSTRAP) return null;
  try {
    const limit = callsPerMinute ?? CALLS_PER_MINUTE_DEFAULT;
    const asked = c.env.CALL_METER.getByName(id).take(limit, CALL_WINDOW_MS, c.get("now")());
    return await orLate(METER_PATIENCE_MS, asked, () => {
      throw new Error("late");
    });
  } catch (error) {
    log("warn", "meter.unreachable", errorFacts(error));
    return null;
  }
}

export function tooMany(c: Context<Desk>, { resetMs }: Metered) {
  const seconds = secondsOf(resetMs);
  return problem(c, "rate.exceeded", {
    detail: `Try again in ${seconds} s.`,
    headers: { "Retry-After": String(seconds) },
  });
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-10. */
function fieldsOf({ callsPerMinute }: Principal, { left, resetMs }: Metered): Record<string, string> {
  const quota = callsPerMinute ?? CALLS_PER_MINUTE_DEFAULT;
  return {
    "RateLimit-Policy": `"key";q=${quota};w=${CALL_WINDOW_MS / 1_000}`,
    RateLimit: `"key";r=${left};t=${secondsOf(resetMs)}`,
  };
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
