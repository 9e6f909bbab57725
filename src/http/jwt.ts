import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type ProtectedHeaderParameters,
} from "jose";
import { JWT_CLOCK_TOLERANCE_MS } from "./limits.ts";

/** How a token may be signed: with a key pair, never with a shared secret, never not at all. */
const ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"];

export interface Expected {
  issuer: string;
  audience: string;
  /** In ms since 1970. */
  now: number;
}

export type Refused = { expired: boolean; why: string };

/** The head of a token, not believed yet; null where it is no token at all. */
export function headOf(token: string): ProtectedHeaderParameters | null {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return null;
  }
}

/** The claims of an access token (RFC 9068) that one of the keys has signed and that hold at this moment. */
export async function verifiedClaims(
  token: string,
  keys: readonly JWK[],
  { issuer, audience, now }: Expected,
): Promise<{ claims: JWTPayload } | Refused> {
  const options: JWTVerifyOptions = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: JWT_CLOCK_TOLERANCE_MS / 1_000,
    currentDate: new Date(now),
    requiredClaims: ["sub", "exp"],
  };
  try {
    const { payload, protectedHeader } = await verifiedByAny(token, keys, options);
    const { typ } = protectedHeader;
    if (typ !== undefined && !/^(?:application\/)?(?:at\+)?jwt$/i.test(typ))
      return refused("the token is not an access token");
    if (payload.iat !== undefined && payload.iat * 1_000 - JWT_CLOCK_TOLERANCE_MS > now)
      return refused("the token is not valid yet");
    if ((payload.exp ?? 0) >= 8.64e12) return refused(CLAIM_WORDS["exp"]!);
    const { sub } = payload as { sub: unknown };
    return typeof sub === "string" && sub !== ""
      ? { claims: payload }
      : refused("the token names no subject");
  } catch (error) {
    return refusalOf(error);
  }
}

/** A token without a key id may be signed with any key of the set. */
async function verifiedByAny(token: string, keys: readonly JWK[], options: JWTVerifyOptions) {
  const set: JWTVerifyGetKey = createLocalJWKSet({ keys: [...keys] });
  try {
    return await jwtVerify(token, set, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (other) {
        if (!(other instanceof errors.JWSSignatureVerificationFailed)) throw other;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function refusalOf(error: unknown): Refused {
  if (error instanceof errors.JWTExpired) {
    const { exp } = error.payload;
    const at = typeof exp === "number" && exp < 8.64e12 ? ` at ${new Date(exp * 1_000).toISOString()}` : "";
    return { expired: true, why: `the token expired${at}` };
  }
  if (error instanceof errors.JWTClaimValidationFailed) return refused(CLAIM_WORDS[error.claim] ?? UNKNOWN);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refused("the token is signed in a way that is not taken");
  if (error instanceof errors.JOSENotSupported)
    return refused("the token demands an extension that is not known");
  const isForeign =
    error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey;
  return refused(isForeign ? "the token is not signed by the issuer" : UNKNOWN);
}

export const UNKNOWN = "the token is not known";
const CLAIM_WORDS: Readonly<Record<string, string>> = {
  iss: "the token comes from another issuer",
  aud: "the token is for another audience",
  sub: "the token names no subject",
  exp: "the token has no expiry",
  nbf: "the token is not valid yet",
};

function refused(why: string): Refused {
  return { expired: false, why };
}
