import { places, problem, type ConfigProblem } from "./places.ts";

const ADDRESSES = ["webhooks/*/url", "routing/enrichment/url", "routing/skills/url"];

/** Where a desk runs, as far as it decides what its calls reach. */
export interface CallingFrom {
  /** The host under which it is asked. */
  host: string;
  /** Whether loopback addresses may be called, as in development. */
  allowLoopback: boolean;
}

/** Addresses that are well-formed and public, but that Cloudflare's network does not reach from this desk. */
export function addressesOutOfReach(document: unknown, from: CallingFrom): ConfigProblem[] {
  return ADDRESSES.flatMap((pattern) =>
    places(document, pattern).flatMap(({ path, value }) => {
      const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : null;
      const why = url === null ? null : outOfReach(url.hostname, from);
      return why === null ? [] : [problem(path, `is never reached: ${why}`)];
    }),
  );
}

function outOfReach(host: string, { host: own, allowLoopback }: CallingFrom): string | null {
  const isLoopback = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);
  if (isLoopback) return allowLoopback ? null : "a deployed desk has no such machine; give a public address";
  if (/^[\d.]+$/.test(host) || host.startsWith("["))
    return "Cloudflare Workers call hosts by name, not by IP address; give it a name";
  if (host === own) return "it is the desk's own address";
  const zone = /[^.]+\.workers\.dev$/.exec(own)?.[0];
  return zone !== undefined && host.endsWith(`.${zone}`)
    ? `Cloudflare refuses calls between two Workers under ${zone} (error 1042); give one of them a domain of its own`
    : null;
}
