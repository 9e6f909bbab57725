import { realNow } from "../real-clock.ts";

const HMAC = { name: "HMAC", hash: "SHA-256" };

/**
 * The headers of a signed message, as Standard Webhooks 1.0 has them. Several secrets sign while one is being replaced.
 *
 * @param secrets each `whsec_` and base64
 * @param id the same over all tries, so that the receiver can tell a repetition
 * @param body as it is sent, byte for byte
 */
export async function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
): Promise<Record<string, string>> {
  // Receivers compare it with their own clocks.
  const timestamp = Math.floor(realNow() / 1_000);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(secrets.map((secret) => signature(secret, signed)));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

async function signature(secret: string, signed: BufferSource): Promise<string> {
  const raw = Uint8Array.from(atob(secret.slice("whsec_".length)), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, HMAC, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign(HMAC, key, signed));
  return `v1,${btoa(String.fromCharCode(...bytes))}`;
}
