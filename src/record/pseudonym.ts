import type { ContactId } from "../domain/contact/contact-id.ts";
const encoder = new TextEncoder();

/**
 * Pseudonym of an erased person: always the same, and without the desk's secret it cannot be traced to a person, not
 * even by trying all ids.
 */
export async function pseudonymOf(contact: ContactId, rootSecret: string): Promise<string> {
  return `erased-${await standInFor(String(contact), `topicdesk pseudonyms ${rootSecret}`)}`;
}

/**
 * Stands for the `Idempotency-Key` of a call where it must be known for longer than a day: programs put people's ids
 * into their keys.
 */
export async function callMark(idempotencyKey: string, rootSecret: string): Promise<string> {
  return standInFor(idempotencyKey, `topicdesk calls ${rootSecret}`);
}

async function standInFor(text: string, secret: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), hmac, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  return mac.subarray(0, 12).toBase64({ alphabet: "base64url" });
}
