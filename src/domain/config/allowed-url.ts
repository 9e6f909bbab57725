/**
 * Whether the desk may call a URL: https, a public host by name or address, no credentials. A name that resolves to a
 * private address cannot be told from here; on Cloudflare's network such an address leads nowhere.
 */
export function isAllowedUrl(text: string, allowLoopback: boolean): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== "" || url.password !== "") return false;
  const host = url.hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.+$/, "")
    .toLowerCase();
  if (isLoopback(host)) return allowLoopback && /^https?:$/.test(url.protocol);
  return url.protocol === "https:" && !isPrivateName(host) && !isPrivateAddress(host);
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || /^127(?:\.\d+){3}$/.test(host) || host === "::1"
  );
}

function isPrivateName(host: string): boolean {
  if (/^[\d.]+$/.test(host) || host.includes(":")) return false;
  return !host.includes(".") || /\.(?:local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/.test(host);
}

/** The URL parser has brought every way to write an IPv4 address into its dotted form. */
function isPrivateAddress(host: string): boolean {
  if (host.includes(":")) return !/^2[0-9a-f]{3}:/.test(host) || /^2001:(?:0?db8|0{0,4}):|^2002:/.test(host);
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)?.slice(1).map(Number);
  if (parts === undefined) return false;
  const [a, b] = parts as [number, number];
  return (
    a === 0 ||
    a === 10 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && (b === 168 || b === 0)) ||
    (a === 198 && (b === 18 || b === 19))
  );
}
