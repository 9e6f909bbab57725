import { cut } from "../domain/cut.ts";
import { isScope, type Scope } from "../domain/desk/scope.ts";
import { hashOf } from "./api-key.ts";
import type { Principal } from "./desk.ts";
import { issuerKeys } from "./jwks.ts";
import { headOf, UNKNOWN, verifiedClaims } from "./jwt.ts";
import { JWT_CHARS_MAX, SUBJECT_SHOWN_CHARS_MAX } from "./limits.ts";

/**
 * The issuer whose access tokens are taken besides the desk's own keys. It stands in the Worker's variables, not in the
 * configuration: a caller who may change the configuration must not be able to grant themselves any scope.
 */
export interface OAuthIssuer {
  issuer: string;
  audience: string;
  jwksUrl: string;
  /** The issuer's word → scopes of the desk; null: they are the desk's own words. */
  scopes: ReadonlyMap<string, Scope[]> | null;
}

/** Null where none is configured, `incomplete` where what is configured makes no whole. */
export function oauthIssuer(env: Env): OAuthIssuer | "incomplete" | null {
  const [issuer, audience, jwksUrl, scopes] = [
    env.OAUTH_ISSUER,
    env.OAUTH_AUDIENCE,
    env.OAUTH_JWKS_URL,
    env.OAUTH_SCOPES,
  ].map((value) => (value as string | undefined)?.trim() ?? "") as [string, string, string, string];
  if (issuer === "" && audience === "" && jwksUrl === "") return null;
  const mapped = scopes === "" ? null : scopeMap(scopes);
  if (issuer === "" || audience === "" || jwksUrl === "" || mapped === "invalid") return "incomplete";
  return { issuer, audience, jwksUrl, scopes: mapped };
}

type Known = { principal: Principal } | { expired: boolean; why: string };

/** Who presents an access token of the issuer. Throws `KeysUnreachable` where that cannot be found out. */
export async function bearerOf(
  token: string,
  { issuer, audience, jwksUrl, scopes }: OAuthIssuer,
  { now, allowLoopback }: { now: number; allowLoopback: boolean },
): Promise<Known> {
  if (token.length > JWT_CHARS_MAX) return { expired: false, why: "the token is too long" };
  const head = headOf(token);
  if (head === null) return { expired: false, why: UNKNOWN };
  const keys = await issuerKeys(jwksUrl, head.kid, { now, allowLoopback });
  const verified = await verifiedClaims(token, keys, { issuer, audience, now });
  if (!("claims" in verified)) return verified;
  const subject = String(verified.claims.sub);
  return {
    principal: {
      id: `oauth:${await hashOf(`${issuer}\n${subject}`)}`,
      name: `oauth:${cut(subject.replaceAll(/\p{C}/gu, "�"), SUBJECT_SHOWN_CHARS_MAX)}`,
      scopes: granted(verified.claims, scopes),
      callsPerMinute: null,
    },
  };
}

/** The scopes of a token, where issuers write them: `scope` (RFC 9068), `scp`, `permissions`. */
function granted(claims: Record<string, unknown>, map: OAuthIssuer["scopes"]): Scope[] {
  const words = [claims["scope"], claims["scp"], claims["permissions"]]
    .flat()
    .flatMap((value) => (typeof value === "string" ? value.split(" ") : []));
  // `admin` is a word that many issuers use for something of their own: it opens the desk only where it is mapped.
  if (map === null) return words.filter(isScope).filter((scope) => scope !== "admin");
  return [...new Set(words.flatMap((word) => map.get(word) ?? []))];
}

function scopeMap(text: string): ReadonlyMap<string, Scope[]> | "invalid" {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    const map = new Map(entries.map(([word, scopes]) => [word, [scopes].flat()] as const));
    const isValid = [...map.values()].every((scopes) =>
      scopes.every((scope) => typeof scope === "string" && isScope(scope)),
    );
    return isValid ? (map as Map<string, Scope[]>) : "invalid";
  } catch {
    return "invalid";
  }
}
