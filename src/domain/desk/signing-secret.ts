/** What stands in for an endpoint's id where questions to other systems are signed; no endpoint may have one. */
export const ENRICHMENT_ENDPOINT = "enrichment";
export const SKILLS_ENDPOINT = "skills";

/** Which of an endpoint's secrets sign: `previousUntil` in ms since 1970, null where only the newest does. */
export interface Signing {
  generation: number;
  previousUntil: number | null;
}

export const FIRST_SIGNING: Signing = { generation: 1, previousUntil: null };

/** As the configuration has it. */
export function signingOf(
  signing: { generation: number; previousUntil?: string | undefined } | undefined,
): Signing {
  if (signing === undefined) return FIRST_SIGNING;
  const { generation, previousUntil } = signing;
  return { generation, previousUntil: previousUntil === undefined ? null : Date.parse(previousUntil) };
}

/** The secrets that sign at an instant, newest first. While one is being replaced both do: the receiver may have either. */
export function generationsAt({ generation, previousUntil }: Signing, now: number): number[] {
  const both = generation > 1 && previousUntil !== null && now < previousUntil;
  return both ? [generation, generation - 1] : [generation];
}

/**
 * The secret with which the desk signs what it sends to one endpoint (`whsec_…`), derived, so that none is stored:
 * HMAC-SHA-256 over the endpoint's id and the number of the secret, with the desk's own secret as its key.
 */
export async function signingSecret(rootSecret: string, webhook: string, generation = 1): Promise<string> {
  const bytes = new TextEncoder();
  const hash = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(rootSecret), hash, false, ["sign"]);
  const derived = await crypto.subtle.sign(
    "HMAC",
    key,
    bytes.encode(`topicdesk webhook ${webhook}${generation === 1 ? "" : ` ${generation}`}`),
  );
  return `whsec_${btoa(String.fromCharCode(...new Uint8Array(derived)))}`;
}
