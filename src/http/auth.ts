import { waitUntil } from "cloudflare:workers";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { ApiKeys, type ApiKeyRow } from "../record/api-keys.ts";
import { API_KEY_USED_EVERY_MS } from "../record/limits.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { hashOf, parseKey, type PresentedKey } from "./api-key.ts";
import type { Desk, Principal } from "./desk.ts";
import { KeysUnreachable } from "./jwks.ts";
import { RETRY_AFTER_S } from "./limits.ts";
import { bearerOf, oauthIssuer } from "./oauth.ts";
import { problem } from "./problem.ts";
import { isSecret } from "./secret.ts";

/** Why a caller is not let in, in words for the caller. */
export interface Refusal {
  code: "auth.missing" | "auth.invalid" | "auth.expired" | "auth.revoked" | "auth.unavailable";
  why: string;
}

/** The principal of `ADMIN_TOKEN`. */
export const BOOTSTRAP = "admin";

type Identified = { principal: Principal } | { refused: Refusal };

/**
 * Who a request comes from. Wrong credentials are never taken for none. `ADMIN_TOKEN` is known without asking D1:
 * it makes the first key, and finds out why D1 does not answer.
 */
export async function identify(c: Context<Desk>): Promise<Identified> {
  const header = c.req.header("Authorization");
  if (header === undefined) return refused("auth.missing", "send Authorization: Bearer and an API key");
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (token === undefined) return refused("auth.invalid", "the header must be Bearer and one token");
  if (isSecret(token, c.env.ADMIN_TOKEN)) {
    return { principal: { id: BOOTSTRAP, name: "admin", scopes: ["admin"], callsPerMinute: null } };
  }
  const presented = parseKey(token);
  if (presented !== null) return holderOf(presented, c);
  const issuer = oauthIssuer(c.env);
  if (issuer === null || issuer === "incomplete") return refused("auth.invalid", "the token is not known");
  const allowLoopback = c.env.ALLOW_LOOPBACK === "true";
  try {
    const known = await bearerOf(token, issuer, { now: c.get("now")(), allowLoopback });
    if ("principal" in known) return known;
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
  const keys = new ApiKeys(c.env.DB);
  const now = c.get("now")();
  const [row, hash] = await Promise.all([keys.find(id), hashOf(secret)]);
  const standing = row === null ? "unknown" : standingOf(row, hash, now);
  if (row === null || standing === "unknown") return refused("auth.invalid", "the key is not known");
  if (standing === "replaced")
    return refused("auth.expired", "the key was rotated and this secret has ended");
  if (row.revokedAt !== null) return refused("auth.revoked", `the key was revoked at ${iso(row.revokedAt)}`);
  if (row.expiresAt !== null && row.expiresAt <= now) {
    return refused("auth.expired", `the key expired at ${iso(row.expiresAt)}`);
  }
  if (row.lastUsedAt === null || row.lastUsedAt < now - API_KEY_USED_EVERY_MS) {
    // A use that is not noted is noted with the next one.
    waitUntil(keys.used(id, now).catch(() => undefined));
  }
  const { name, scopes, callsPerMinute } = row;
  return { principal: { id, name, scopes, callsPerMinute } };
}

/** What a secret is to a key, in a time that tells nothing of either. */
function standingOf(row: ApiKeyRow, hash: string, now: number): "present" | "replaced" | "unknown" {
  const isPresent = isSecret(hash, row.hash);
  const isPrevious = isSecret(hash, row.previousHash ?? undefined);
  if (isPresent) return "present";
  if (!isPrevious) return "unknown";
  return (row.previousUntil ?? 0) > now ? "present" : "replaced";
}

function refused(code: Refusal["code"], why: string): { refused: Refusal } {
  return { refused: { code, why } };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
