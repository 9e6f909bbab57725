import type { Context } from "hono";
import type { ApiCaller, Origin } from "../domain/desk/audit.ts";
import type { Desk } from "./desk.ts";
import { USER_AGENT_CHARS_MAX } from "./limits.ts";

/** Who makes this call, and from where, as it stands in the audit trail. */
export function callerOf(c: Context<Desk>): ApiCaller {
  const { id, name } = c.get("principal");
  return { id, name, origin: originOf(c), cause: c.get("cause") };
}

function originOf(c: Context<Desk>): Origin {
  const agent = c.req
    .header("User-Agent")
    ?.replaceAll(/[^\x20-\x7e]/g, "")
    .slice(0, USER_AGENT_CHARS_MAX);
  return {
    network: networkOf(c.req.header("CF-Connecting-IP") ?? ""),
    userAgent: agent === undefined || agent === "" ? null : agent,
  };
}

/**
 * The network that an address belongs to, which tells an office from a stranger and names no person's connection: the
 * first 24 bits of IPv4, the first 48 of IPv6. Null for what is no address.
 */
export function networkOf(address: string): string | null {
  const v4 = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/i.exec(address);
  if (v4 !== null) return `${v4[1]}.${v4[2]}.${v4[3]}.0/24`;
  if (!/^[0-9a-f:]{2,39}$/i.test(address) || !address.includes(":")) return null;
  const [head = "", tail] = address.toLowerCase().split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const groups = tail === undefined ? first : [...first, ...zeros, ...last];
  if (groups.length !== 8) return null;
  const prefix = groups.slice(0, 3).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${prefix.join(":")}::/48`;
}
