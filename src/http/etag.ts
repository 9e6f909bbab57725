/** The entity tag of a version. */
export function etag(version: number): string {
  return `"${version}"`;
}

/**
 * Whether a list of entity tags (`If-Match`, `If-None-Match`) names the version; `*` names any that exists. A weak
 * tag counts as well: proxies that compress weaken ours.
 */
export function names(header: string, version: number): boolean {
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return version > 0 && (tags.includes("*") || tags.includes(etag(version)));
}
