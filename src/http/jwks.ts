import type { JWK } from "jose";
import { isAllowedUrl } from "../domain/allowed-url.ts";
import { log } from "../log.ts";
import { jsonOf, readBytes } from "./body.ts";
import {
  JWKS_BYTES_MAX,
  JWKS_FRESH_MS,
  JWKS_KEYS_MAX,
  JWKS_LOOK_EVERY_MS,
  JWKS_RETRY_MS,
  JWKS_STALE_MS,
  JWKS_TIMEOUT_MS,
} from "./limits.ts";

/** The keys of an issuer did not come, or made no sense; `code` says which. */
export class KeysUnreachable extends Error {
  override readonly name = "KeysUnreachable";
  readonly code: string;

  constructor(code: string) {
    super(`the issuer's keys are out of reach: ${code}`);
    this.code = code;
  }
}

interface Known {
  keys: JWK[];
  answeredAt: number;
  askedAt: number;
}

/** What this isolate knows, by URL. There is one issuer; a test has several. */
const known = new Map<string, Known>();
const URLS_MAX = 8;

/**
 * The keys behind a URL, from the isolate's memory while they are fresh; `kid` is asked for anew where it is not
 * among them, but not often, because anybody can name one. Keys that are a day old at most serve on while the issuer
 * is away. Throws `KeysUnreachable` otherwise.
 */
export async function issuerKeys(
  url: string,
  kid: string | undefined,
  { now, allowLoopback }: { now: number; allowLoopback: boolean },
): Promise<JWK[]> {
  const before = known.get(url);
  const isKnown = before?.keys.some((key) => kid === undefined || key.kid === kid) ?? false;
  const age = now - (before?.answeredAt ?? -Infinity);
  const sinceAsked = now - (before?.askedAt ?? -Infinity);
  const servesOn = before !== undefined && age < JWKS_STALE_MS;
  if (servesOn && ((age < JWKS_FRESH_MS && isKnown) || sinceAsked < JWKS_LOOK_EVERY_MS)) return before.keys;
  if (!servesOn && sinceAsked < JWKS_RETRY_MS) throw new KeysUnreachable("unreachable");
  if (known.size >= URLS_MAX) known.clear();
  known.set(url, { keys: [], answeredAt: -Infinity, ...before, askedAt: now });
  try {
    const keys = await fetched(url, allowLoopback);
    known.set(url, { keys, answeredAt: now, askedAt: now });
    return keys;
  } catch (error) {
    const code = error instanceof KeysUnreachable ? error.code : "unreachable";
    log("warn", "oauth.keys_unreachable", { code });
    if (servesOn) return before.keys;
    throw new KeysUnreachable(code);
  }
}

async function fetched(url: string, allowLoopback: boolean): Promise<JWK[]> {
  if (!isAllowedUrl(url, allowLoopback)) throw new KeysUnreachable("forbidden_address");
  const answer = await fetch(url, {
    headers: { accept: "application/jwk-set+json, application/json", "user-agent": "topicdesk" },
    redirect: "manual",
    signal: AbortSignal.timeout(JWKS_TIMEOUT_MS),
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new KeysUnreachable(`status_${answer.status}`);
  }
  const bytes = await readBytes(answer, JWKS_BYTES_MAX);
  const body = bytes === null ? { refused: "too_large" } : jsonOf(bytes);
  const keys = "value" in body ? (body.value as { keys?: unknown } | null)?.keys : undefined;
  if (!Array.isArray(keys) || keys.length > JWKS_KEYS_MAX) throw new KeysUnreachable("not_a_key_set");
  return keys.filter((key): key is JWK => typeof key === "object" && key !== null);
}
