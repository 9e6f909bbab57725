import type { PublicJwk } from "./jwks.ts";
import { JWT_CLOCK_TOLERANCE_MS, RSA_BITS_MIN } from "./limits.ts";

/** How a token may be signed: with a key pair, never with a shared secret, never not at all. */
const ALGORITHMS = {
  RS256: { kty: "RSA", name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { kty: "RSA", name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  ES256: { kty: "EC", name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
  ES384: { kty: "EC", name: "ECDSA", hash: "SHA-384", namedCurve: "P-384" },
  EdDSA: { kty: "OKP", name: "Ed25519", namedCurve: "Ed25519" },
} as const;
type Algorithm = keyof typeof ALGORITHMS;

/** A token taken apart: nothing of it is believed yet. */
export interface ParsedJwt {
  alg: Algorithm;
  kid: string | undefined;
  claims: Record<string, unknown>;
  signed: Uint8Array;
  signature: Uint8Array<ArrayBuffer>;
}

/** A JSON Web Token in compact form (RFC 7519), or why it is none that could be let in. */
export function parseJwt(token: string): ParsedJwt | { refused: string } {
  const parts = token.split(".");
  const [header, claims, signature] = parts.map(bytesOf);
  if (parts.length !== 3 || !header || !claims || !signature) return { refused: "the token is not known" };
  const [head, body] = [objectOf(header), objectOf(claims)];
  if (head === null || body === null) return { refused: "the token is not known" };
  const { alg, kid, typ, crit } = head;
  if (typeof alg !== "string" || !Object.hasOwn(ALGORITHMS, alg))
    return { refused: "the token is signed in a way that is not taken" };
  if (crit !== undefined) return { refused: "the token demands an extension that is not known" };
  if (typ !== undefined && !(typeof typ === "string" && /^(?:application\/)?(?:at\+)?jwt$/i.test(typ)))
    return { refused: "the token is not an access token" };
  return {
    alg: alg as Algorithm,
    kid: typeof kid === "string" ? kid : undefined,
    claims: body,
    signed: new TextEncoder().encode(token.slice(0, token.lastIndexOf("."))),
    signature,
  };
}

/** Whether one of the keys has signed the token. */
export async function isSignedBy(jwt: ParsedJwt, keys: readonly PublicJwk[]): Promise<boolean> {
  const { kty, ...algorithm } = ALGORITHMS[jwt.alg];
  const fitting = keys.filter(
    (key) =>
      key.kty === kty &&
      (jwt.kid === undefined || key.kid === jwt.kid) &&
      (key.use === undefined || key.use === "sig") &&
      (key.alg === undefined || key.alg === jwt.alg) &&
      (!("namedCurve" in algorithm) || key.crv === algorithm.namedCurve) &&
      (kty !== "RSA" || bitsOf(key.n) >= RSA_BITS_MIN),
  );
  for (const { kty: _kty, n, e, crv, x, y } of fitting) {
    // Only what makes the public key: a private part that was published by mistake is left out.
    const part = { n, e, crv, x, y };
    const jwk = {
      kty,
      ...Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)),
    };
    try {
      const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
      if (await crypto.subtle.verify(algorithm, key, jwt.signature, jwt.signed)) return true;
    } catch {
      // A key that cannot be read signs nothing.
    }
  }
  return false;
}

/** What is wrong with the claims of a signed token at this moment, in words; null if they hold. */
export function claimProblem(
  claims: Record<string, unknown>,
  { issuer, audience, now }: { issuer: string; audience: string; now: number },
): { expired: boolean; why: string } | null {
  const { iss, aud, sub, exp, nbf, iat } = claims;
  if (iss !== issuer) return wrong("the token comes from another issuer");
  if (![aud].flat().includes(audience)) return wrong("the token is for another audience");
  if (typeof sub !== "string" || sub === "") return wrong("the token names no subject");
  if (!isNumericDate(exp)) return wrong("the token has no expiry");
  if (exp * 1_000 + JWT_CLOCK_TOLERANCE_MS <= now)
    return { expired: true, why: `the token expired at ${new Date(exp * 1_000).toISOString()}` };
  for (const from of [nbf, iat]) {
    if (from === undefined) continue;
    if (!isNumericDate(from) || from * 1_000 - JWT_CLOCK_TOLERANCE_MS > now)
      return wrong("the token is not valid yet");
  }
  return null;
}

function wrong(why: string) {
  return { expired: false, why };
}

/** Seconds since 1970, as far as a date can be made of them. */
function isNumericDate(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < 8.64e12;
}

function bytesOf(part: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+$/.test(part)) return null;
  try {
    return Uint8Array.fromBase64(part, { alphabet: "base64url" });
  } catch {
    return null;
  }
}

function objectOf(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes),
    );
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function bitsOf(modulus: string | undefined): number {
  return ((modulus?.length ?? 0) * 3 * 8) / 4;
}
