import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { errorFacts } from "../domain/error-facts.ts";
import { log } from "../log.ts";
import type { Admitted, Metered } from "../metering/metered.ts";
import { standingOf, type Standing } from "../metering/standing.ts";
import { ApiKeys } from "../record/api-keys.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { orLate } from "../time-limit.ts";
import type { Desk, Principal } from "./desk.ts";
import { CALL_WINDOW_MS, CALLS_PER_MINUTE_DEFAULT } from "./limits.ts";
import { problem } from "./problem.ts";

/** Turns away what is above a caller's rate, and says how much is left. */
export const rateLimited = createMiddleware<Desk>(async (c, next) => {
  // OPTIONS has no principal: it asks without credentials.
  if (c.req.method === "OPTIONS") return next();
  const count = c.get("metered");
  if (count === null) return next();
  const refused = count.allowed ? null : tooMany(c, count);
  if (refused === null) await next();
  else c.res = refused;
  for (const [name, value] of Object.entries(fieldsOf(c.get("principal"), count)))
    c.res.headers.set(name, value);
  return undefined;
});

type Meter = ReturnType<Env["CALL_METER"]["getByName"]>;

/** Counts a call. Null if it could not be: an unreachable meter must not take the API with it. */
export function metered(c: Context<Desk>, { id, callsPerMinute }: Principal): Promise<Metered | null> {
  const limit = callsPerMinute ?? CALLS_PER_MINUTE_DEFAULT;
  return ofMeter(c, id, async (meter) => meter.take(limit, CALL_WINDOW_MS, c.get("now")()));
}

/**
 * How a key stands to a secret of this hash; a call with a valid one is counted. Throws `RecordUnreachable` when D1 does not
 * answer. While the meter cannot be asked, D1 says it, and nothing is counted.
 */
export async function admitted(
  c: Context<Desk>,
  id: string,
  hash: string,
): Promise<{ standing: Standing; metered: Metered | null }> {
  const now = c.get("now")();
  const asked = await ofMeter<Admitted>(c, id, async (meter) =>
    meter.admit(id, hash, CALLS_PER_MINUTE_DEFAULT, CALL_WINDOW_MS, now),
  );
  if (asked === null)
    return { standing: standingOf(await new ApiKeys(c.env.DB).find(id), hash, now), metered: null };
  if ("unreachable" in asked) throw new RecordUnreachable(asked.unreachable);
  return { metered: null, ...asked };
}

/** Tells a key's meter that the key has changed. One that is not reached asks D1 anew within `KEY_KNOWN_MS`. */
export async function keyChanged(c: Context<Desk>, id: string): Promise<void> {
  await ofMeter(c, id, async (meter) => meter.forgetKey());
}

async function ofMeter<T>(
  c: Context<Desk>,
  id: string,
  ask: (meter: Meter) => PromiseLike<T>,
): Promise<T | null> {
  try {
    return await orLate(c.get("meterPatienceMs"), ask(c.env.CALL_METER.getByName(id)), () => {
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
