/** The entity tag of a version. */
export function etag(version: number): string {
  return `"${version}"`;
}

/**
 * Whether a list of entity tags (`If-Match`, `If-None-Match`) names the version; `*` names any version, if one `exists`
 * there (RFC 9110, 13.1). A weak tag counts as well: proxies that compress weaken ours.
 */
export function names(header: string, version: number, exists = version > 0): boolean {
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") ? exists : version > 0 && tags.includes(etag(version));
}
