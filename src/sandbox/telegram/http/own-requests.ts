/** What a request says of where it goes and which page it comes from. */
export interface Asked {
  host: string | null;
  origin: string | null;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`, which browsers set and pages cannot. */
  site: string | null;
  mode: string | null;
}

/** What is answered instead. */
export interface Refusal {
  status: 403;
  headers: Record<string, string>;
  body: string;
}

const NAMES = ["127.0.0.1", "localhost", "[::1]"];
const HTTP_PORT = 80;

/**
 * Null for a request that may be served. Any page on the web may send requests to this machine, directly or under a
 * name of its own that it points here (DNS rebinding). So only pages that this port serves are answered, and programs,
 * which name no page.
 *
 * @param port The one that is listened on; null if it is not known, and not looked at.
 */
export function refusalOf({ host, origin, site, mode }: Asked, port: number | null): Refusal | null {
  const named = host?.toLowerCase() ?? "";
  if (!isOurs(named, port)) return refusal(mode, "This is not the address of this port.", address(port));
  const isOwnPage =
    (origin === null || origin.toLowerCase() === `http://${named}`) &&
    (site === null || site === "same-origin" || site === "none");
  return isOwnPage
    ? null
    : refusal(mode, "Only its own pages, and programs of this machine, are answered here.", "");
}

function isOurs(host: string, port: number | null): boolean {
  const [, name = "", given] = /^([a-z0-9.]+|\[::1\])(?::(\d+))?$/.exec(host) ?? [];
  return NAMES.includes(name) && (port === null || Number(given ?? HTTP_PORT) === port);
}

function address(port: number | null): string {
  return port === null ? "" : `http://127.0.0.1:${port}/`;
}

/** A person who came by a link may open the page directly; `href` is where. */
function refusal(mode: string | null, why: string, href: string): Refusal {
  const isVisit = mode === "navigate";
  return {
    status: 403,
    headers: {
      "content-type": `text/${isVisit ? "html" : "plain"}; charset=utf-8`,
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
    body: isVisit
      ? `<!doctype html><title>Topicdesk</title><p>${why}</p><p><a href="${href}">Open it yourself</a></p>`
      : `${why}${href === "" ? "" : ` Use ${href}`}`,
  };
}
