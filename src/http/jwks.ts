import type { JWK } from "jose";
import { isAllowedUrl } from "../domain/config/allowed-url.ts";
import { inIsolate } from "../isolate.ts";
import { log } from "../log.ts";
import { realNow } from "../real-clock.ts";
import { jsonOf, readBytes } from "./body.ts";
import {
  JWKS_BYTES_MAX,
  JWKS_FRESH_MS,
  JWKS_KEYS_MAX,
  JWKS_LOOK_EVERY_MS,
  JWKS_POLL_MS,
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
  /** Until when a pending request for the keys may still be answered, by the real clock; 0 if none is pending. */
  askingUntil: number;
}

/** What this isolate knows, by URL. There is one issuer; a test has several. */
const memory = inIsolate(() => new Map<string, Known>());
const URLS_MAX = 8;

/**
 * The keys behind a URL, from the isolate's memory while they are fresh. An unknown `kid` fetches them again, but not
 * often, because callers can make one up. While the issuer is away, keys serve on until they are a day old. Throws
 * `KeysUnreachable` otherwise.
 */
export async function issuerKeys(
  url: string,
  kid: string | undefined,
  { now, allowLoopback }: { now: number; allowLoopback: boolean },
): Promise<JWK[]> {
  const known = memory.value;
  const has = (one: Known | undefined): boolean =>
    one?.keys.some((key) => kid === undefined || key.kid === kid) ?? false;
  const servesOn = (one: Known | undefined): one is Known =>
    one !== undefined && now - one.answeredAt < JWKS_STALE_MS;
  // A pending request may bring this key. Its promise must not be awaited: it belongs to another request.
  for (let one = known.get(url); !(servesOn(one) && has(one)); one = known.get(url)) {
    if (realNow() >= (one?.askingUntil ?? 0)) break;
    await scheduler.wait(JWKS_POLL_MS);
  }
  const before = known.get(url);
  const isFresh = before !== undefined && now - before.answeredAt < JWKS_FRESH_MS;
  if (isFresh && has(before)) return before.keys;
  const sinceAsked = now - (before?.askedAt ?? -Infinity);
  if (sinceAsked < (servesOn(before) ? JWKS_LOOK_EVERY_MS : JWKS_RETRY_MS)) {
    // While the last fetch has not been answered, an unknown key may be a new one.
    const isCertain = servesOn(before) && (has(before) || before.answeredAt >= before.askedAt);
    if (!isCertain) throw new KeysUnreachable("unreachable");
    return before.keys;
  }
  if (known.size >= URLS_MAX) known.clear();
  const asking = { askedAt: now, askingUntil: realNow() + JWKS_TIMEOUT_MS };
  known.set(url, { keys: [], answeredAt: -Infinity, ...before, ...asking });
  try {
    const keys = await fetched(url, allowLoopback);
    known.set(url, { keys, answeredAt: now, askedAt: now, askingUntil: 0 });
    return keys;
  } catch (error) {
    const code = error instanceof KeysUnreachable ? error.code : "unreachable";
    log("warn", "oauth.keys_unreachable", { code });
    known.set(url, { keys: [], answeredAt: -Infinity, ...before, askedAt: now, askingUntil: 0 });
    if (servesOn(before) && has(before)) return before.keys;
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
