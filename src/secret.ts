const encoder = new TextEncoder();

/** The same for several secrets; each is looked at, whichever it is. */
export function isOneOf(presented: string, secrets: readonly string[]): boolean {
  return secrets.map((secret) => isSecret(presented, secret)).includes(true);
}

/**
 * Whether the presented text is the secret, in a time that tells nothing but the secret's length. While the secret is
 * unset no text is.
 */
export function isSecret(presented: string, secret: string | undefined): boolean {
  if (secret === undefined || secret === "") return false;
  const expected = encoder.encode(secret);
  const given = encoder.encode(presented);
  // Compared with itself where the lengths differ, so that a wrong length takes as long as a wrong character.
  const sameLength = given.byteLength === expected.byteLength;
  return crypto.subtle.timingSafeEqual(sameLength ? given : expected, expected) && sameLength;
}
