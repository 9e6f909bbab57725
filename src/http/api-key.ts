/**
 * A key of a program: `topicdesk_<id>_<secret>`. The id is public and finds the row; the secret is 256 random bits,
 * of which only SHA-256 is stored. The prefix lets secret scanners know it.
 */
const FORM = /^topicdesk_([0-9a-z]{12})_([0-9A-Za-z]{43})$/;
const BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";
const BASE62 = `${BASE36}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const ID_CHARS = 12;
const SECRET_CHARS = 43;

export interface PresentedKey {
  id: string;
  secret: string;
}

/** The parts of a key; null if the text is not a key. */
export function parseKey(token: string): PresentedKey | null {
  const [, id, secret] = FORM.exec(token) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

export function keyText({ id, secret }: PresentedKey): string {
  return `topicdesk_${id}_${secret}`;
}

export function newSecret(): string {
  return randomText(SECRET_CHARS, BASE62);
}

/** The id of the key that a call makes: a repetition of the call means the same key. */
export async function keyIdOf(cause: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`api key ${cause}`));
  return [...new Uint8Array(digest).subarray(0, ID_CHARS)].map((byte) => BASE36[byte % 36]).join("");
}

/** SHA-256 of a secret, in base64url. */
export async function hashOf(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return new Uint8Array(digest).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Bytes that would make some characters likelier than others are drawn again. */
function randomText(length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
