const bytes = new TextEncoder();
const NONCE_BYTES = 12;

/**
 * Seals a text so that it can be read with the desk's own secret only: AES-GCM-256, bound to what it is `about`. For
 * answers that must wait in the record without lying open there. Null where the desk has no secret.
 */
export async function seal(text: string, about: string, rootSecret: string): Promise<string | null> {
  if (!rootSecret) return null;
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await keyOf(rootSecret);
  const sealed = await crypto.subtle.encrypt(algorithm(iv, about), key, bytes.encode(text));
  return `${iv.toBase64()}.${new Uint8Array(sealed).toBase64()}`;
}

/** What was sealed; null where the secret is another one now, or it was not sealed here. */
export async function unseal(sealed: string, about: string, rootSecret: string): Promise<string | null> {
  const [iv, text] = sealed.split(".");
  if (iv === undefined || text === undefined || !rootSecret) return null;
  try {
    const how = algorithm(Uint8Array.fromBase64(iv), about);
    const opened = await crypto.subtle.decrypt(how, await keyOf(rootSecret), Uint8Array.fromBase64(text));
    return new TextDecoder().decode(opened);
  } catch {
    return null;
  }
}

function algorithm(iv: Uint8Array, about: string) {
  return { name: "AES-GCM", iv, additionalData: bytes.encode(about) };
}

async function keyOf(rootSecret: string): Promise<CryptoKey> {
  const root = await crypto.subtle.importKey("raw", bytes.encode(rootSecret), "HKDF", false, ["deriveKey"]);
  const info = bytes.encode("topicdesk sealed answers");
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    root,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
