import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Metered } from "../metering/metered.ts";
import { ApiKeys } from "../record/api-keys.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { isSecret } from "../secret.ts";
import { hashOf, parseKey, type PresentedKey } from "./api-key.ts";
import type { Desk, Principal } from "./desk.ts";
import { KeysUnreachable } from "./jwks.ts";
import { RETRY_AFTER_S } from "./limits.ts";
import { bearerOf, oauthIssuer } from "./oauth.ts";
import { problem } from "./problem.ts";
import { admitted, metered } from "./rate-limit.ts";

/** Why a caller is not let in, in words for the caller. */
export interface Refusal {
  code: "auth.missing" | "auth.invalid" | "auth.expired" | "auth.revoked" | "auth.unavailable";
  why: string;
}

/** The principal of `ADMIN_TOKEN`. */
const BOOTSTRAP = "admin";

/** `metered`: null if the call is not counted. */
type Identified = { principal: Principal; metered: Metered | null } | { refused: Refusal };

/**
 * Who a request comes from, and how many calls they have left: this is one of them. Wrong credentials are never taken for none.
 * `ADMIN_TOKEN` is known without asking D1: it makes the first key, and finds out why D1 does not answer. It is not counted,
 * because it must work during any outage.
 */
export async function identify(c: Context<Desk>): Promise<Identified> {
  const header = c.req.header("Authorization");
  if (header === undefined) return refused("auth.missing", "send Authorization: Bearer and an API key");
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (token === undefined) return refused("auth.invalid", "the header must be Bearer and one token");
  if (isSecret(token, c.env.ADMIN_TOKEN)) {
    return {
      principal: { id: BOOTSTRAP, name: "admin", scopes: ["admin"], callsPerMinute: null },
      metered: null,
    };
  }
  const presented = parseKey(token);
  if (presented !== null) return holderOf(presented, c);
  const issuer = oauthIssuer(c.env);
  if (issuer === null || issuer === "incomplete") return refused("auth.invalid", "the token is not known");
  const allowLoopback = c.env.ALLOW_LOOPBACK === "true";
  try {
    const known = await bearerOf(token, issuer, { now: c.get("now")(), allowLoopback });
    if ("principal" in known) return { ...known, metered: await metered(c, known.principal) };
    return refused(known.expired ? "auth.expired" : "auth.invalid", known.why);
  } catch (error) {
    if (!(error instanceof KeysUnreachable)) throw error;
    return refused("auth.unavailable", "the keys of the issuer did not come");
  }
}

/** Where keys are made and looked after. */
const KEYS = /^\/api\/v1\/keys(\/|$)/;

/**
 * Lets in requests with a valid bearer token. Once there is a key with the scope `admin`, `ADMIN_TOKEN` only manages
 * keys, so that every change has a name, scopes and an end.
 */
export const authenticated = createMiddleware<Desk>(async (c, next) => {
  // What a path can do is no secret, and a browser asks without credentials.
  if (c.req.method === "OPTIONS") return next();
  const identified = await identify(c);
  if ("refused" in identified) return unauthorized(c, identified.refused);
  const { principal } = identified;
  const mayBeOver = c.get("bootstraps") && principal.id === BOOTSTRAP && !KEYS.test(c.req.path);
  if (mayBeOver && (await hasAdminKey(c)))
    return problem(c, "auth.bootstrap_only", {
      detail: "Call with a key that has the scope admin. ADMIN_TOKEN makes another one at /api/v1/keys.",
      headers: {
        "WWW-Authenticate": `Bearer realm="topicdesk", error="insufficient_scope", error_description="ADMIN_TOKEN only makes keys"`,
      },
    });
  c.set("principal", principal);
  c.set("metered", identified.metered);
  return next();
});

/** While the record cannot be asked, `ADMIN_TOKEN` keeps its rights: an outage must not lock the operator out. */
async function hasAdminKey(c: Context<Desk>): Promise<boolean> {
  try {
    return await new ApiKeys(c.env.DB).hasAdmin(c.get("now")());
  } catch (error) {
    if (error instanceof RecordUnreachable) return false;
    throw error;
  }
}

/** Answers 401 with the challenge of RFC 6750, which names no error if no credentials were presented. */
export function unauthorized(c: Context<Desk>, { code, why }: Refusal) {
  if (code === "auth.unavailable")
    return problem(c, code, { headers: { "Retry-After": String(RETRY_AFTER_S) } });
  const error = code === "auth.missing" ? "" : `, error="invalid_token", error_description="${why}"`;
  return problem(c, code, {
    detail: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`,
    headers: { "WWW-Authenticate": `Bearer realm="topicdesk"${error}` },
  });
}

async function holderOf({ id, secret }: PresentedKey, c: Context<Desk>): Promise<Identified> {
  const known = await admitted(c, id, await hashOf(secret));
  const { standing } = known;
  switch (standing.is) {
    case "valid":
      return { principal: standing.key, metered: known.metered };
    case "unknown":
      return refused("auth.invalid", "the key is not known");
    case "replaced":
      return refused("auth.expired", "the key was rotated and this secret has ended");
    case "revoked":
      return refused("auth.revoked", `the key was revoked at ${iso(standing.at)}`);
    case "expired":
      return refused("auth.expired", `the key expired at ${iso(standing.at)}`);
    default:
      return standing satisfies never;
  }
}

function refused(code: Refusal["code"], why: string): { refused: Refusal } {
  return { refused: { code, why } };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
