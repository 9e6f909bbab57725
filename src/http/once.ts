import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { signingRoot } from "../domain/desk/secrets.ts";
import { log } from "../log.ts";
import { ApiCalls, type Lease } from "../record/api-calls.ts";
import { callMark } from "../record/pseudonym.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { hashOf } from "./api-key.ts";
import type { Desk } from "./desk.ts";
import { IDEMPOTENCY_KEY_CHARS_MAX, KEPT_ANSWER_CHARS_MAX, RETRY_AFTER_S } from "./limits.ts";
import { problem } from "./problem.ts";
import { seal, unseal } from "./seal.ts";

/** The header by which a caller makes a repetition recognisable. */
export const IdempotencyKey = z
  .string()
  .min(1)
  .max(IDEMPOTENCY_KEY_CHARS_MAX)
  .regex(/^[\x20-\x7e]*$/, "must be printable ASCII")
  // Two lines of one header arrive joined like this, and the key that was meant is unknown.
  .refine((key) => !key.includes(", "), 'must be sent once, and hold no ", "')
  .optional()
  .meta(
    forDocs({
      description:
        "A key of the caller's choice, for a day: the same call again is answered as the first time, with `Idempotency-Replayed: true`, and changes nothing. A call that was refused (4xx) changed nothing: its key is free again, for the corrected call, too",
      example: "7b1c0d52-1f2e-4d8f-9d5e-0f5a1c7e3b11",
    }),
  );

/** What a repetition is told of the first answer, besides its body. */
const KEPT_HEADERS = ["Content-Type", "Cache-Control", "ETag", "Location"];
interface Kept {
  headers: Record<string, string>;
  body: string;
}

/**
 * Runs a changing call once: a repetition with the same key gets the first answer. It also names the call as the cause
 * of what it changes, so that a run that takes over from a dead one changes the same things.
 */
export const once = createMiddleware<Desk>(async (c, next) => {
  const caller = c.get("principal").id;
  const read = IdempotencyKey.safeParse(c.req.header("Idempotency-Key"));
  // It is refused with everything else that is not valid.
  if (!read.success) return next();
  const key = read.data;
  if (key === undefined) {
    c.set("cause", `api:${caller}:${crypto.randomUUID()}`);
    return next();
  }
  const calls = new ApiCalls(c.env.DB);
  const at = c.get("now")();
  const begun = await calls.begin({ caller, key, request: await digestOf(c), at });
  switch (begun.kind) {
    case "other":
      return problem(c, "idempotency.key_reused", {
        detail: "Choose a new key for each new call, and repeat a call as it was.",
      });
    case "running":
      return problem(c, "idempotency.running", {
        headers: { "Retry-After": String(untilFree(begun.leaseUntil - at)) },
      });
    case "answered":
      return repeated(c, key, begun.status, begun.answer);
    case "run":
      c.set("cause", `api:${caller}:${await callMark(key, signingRoot(c.env))}:${begun.lease.startedAt}`);
      return run(c, begun.lease, calls, next);
    default:
      return begun satisfies never;
  }
});

/** In s: a run ends in moments, unless it died; then its lease does. */
function untilFree(leaseMs: number): number {
  return Math.min(Math.max(1, Math.ceil(leaseMs / 1_000)), RETRY_AFTER_S);
}

/** A handler that throws has been answered for by the time `next` returns: with a 500, or a 503. */
async function run(c: Context<Desk>, lease: Lease, calls: ApiCalls, next: () => Promise<void>) {
  await next();
  try {
    if (c.res.ok) await calls.finish(lease, c.res.status, await keep(c, lease));
    // Refused means that nothing was changed: the key is free for the corrected call. After a 5xx the outcome is
    // unknown.
    else if (c.res.status < 500) await calls.forget(lease);
    else await calls.release(lease);
  } catch (error) {
    // The work is done, and the caller must get its answer; the lease ends by itself.
    if (!(error instanceof RecordUnreachable)) throw error;
    log("warn", "call.not_kept", { code: error.code });
  }
  return undefined;
}

async function keep(c: Context<Desk>, { caller, key }: Lease): Promise<string | null> {
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = c.res.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const kept: Kept = { headers, body: await c.res.clone().text() };
  if (kept.body.length > KEPT_ANSWER_CHARS_MAX) return null;
  return seal(JSON.stringify(kept), `${caller} ${key}`, signingRoot(c.env));
}

async function repeated(c: Context<Desk>, key: string, status: number, answer: string | null) {
  const about = `${c.get("principal").id} ${key}`;
  const text = answer === null ? null : await unseal(answer, about, signingRoot(c.env));
  if (text === null) return problem(c, "idempotency.answer_lost");
  const { headers, body } = JSON.parse(text) as Kept;
  return new Response(body, { status, headers: { ...headers, "Idempotency-Replayed": "true" } });
}

/** All that makes a request this one and no other. */
async function digestOf(c: Context<Desk>): Promise<string> {
  const { pathname, search } = new URL(c.req.url);
  const conditions = [c.req.header("If-Match") ?? null, c.req.header("If-None-Match") ?? null];
  const body = new Uint8Array(await c.req.arrayBuffer()).toBase64();
  return hashOf(JSON.stringify([c.req.method, pathname, search, conditions, body]));
}
