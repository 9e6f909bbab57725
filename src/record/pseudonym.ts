const encoder = new TextEncoder();

/**
 * What stands for an erased person: always the same, and nobody without the desk's secret can tell for whom, not even by
 * trying all ids.
 */
export async function pseudonymOf(contact: number, rootSecret: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(`topicdesk pseudonyms ${rootSecret}`),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(String(contact))));
  return `erased-${mac.subarray(0, 12).toBase64({ alphabet: "base64url" })}`;
}
