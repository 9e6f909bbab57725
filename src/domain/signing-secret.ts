/** What stands in for an endpoint's id where questions to other systems are signed; no endpoint may have one. */
export const ENRICHMENT_ENDPOINT = "enrichment";
export const SKILLS_ENDPOINT = "skills";

/**
 * The secret with which the desk signs what it sends to one endpoint (`whsec_…`), derived, so that none is stored:
 * HMAC-SHA-256 over the endpoint's id, with the desk's own secret as its key.
 */
export async function signingSecret(rootSecret: string, webhook: string): Promise<string> {
  const bytes = new TextEncoder();
  const hash = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(rootSecret), hash, false, ["sign"]);
  const derived = await crypto.subtle.sign("HMAC", key, bytes.encode(`topicdesk webhook ${webhook}`));
  return `whsec_${btoa(String.fromCharCode(...new Uint8Array(derived)))}`;
}
