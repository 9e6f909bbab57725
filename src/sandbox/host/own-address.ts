/** A host that is reserved for examples leads nowhere. */
const EXAMPLE = /(?:^|\.)example\.(?:com|net|org)$/;

/** Whether an address of the configuration is the sandbox's to serve: an example's, or that of a former sandbox. */
export function isOurs(url: string, path: string): boolean {
  const { hostname, pathname } = new URL(url);
  return EXAMPLE.test(hostname) || pathname.startsWith(path);
}
