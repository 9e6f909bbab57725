/** An address, and since when, in ms since 1970. */
export interface PlaceSince {
  url: string;
  at: number;
}

/** What the desk knows of where its updates should come. Addresses are those of the webhook. */
export interface KnownPlaces {
  /** The address that was set; null: none. */
  kept: PlaceSince | null;
  /** Where updates came last, and since when they come there. */
  seen: PlaceSince | null;
  /** Where Telegram last could not deliver. */
  failed: PlaceSince | null;
}

/** Why a webhook that leads elsewhere is left there: updates do come there, or the desk was never told its address. */
export type Left = "updates_come_there" | "address_unknown";

const WEBHOOK_PATH = "/telegram/webhook";

/** The address of a desk's webhook. */
export function webhookOf(origin: string): string {
  return `${origin}${WEBHOOK_PATH}`;
}

/**
 * Where Telegram should send updates, while it sends them to `current` (empty: no webhook); null: unknown. The address
 * that was set decides, not the one where updates came. A webhook that leads to this desk by another way is left there,
 * because the address that was set may be dead; so is one of a desk that does not know its address, because it may have
 * moved.
 */
export function webhookPlace(
  { kept, seen, failed }: KnownPlaces,
  current: string,
): { expected: string | null; left: Left | null } {
  if (kept === null) {
    const left = seen !== null && current !== "" && current !== seen.url ? "address_unknown" : null;
    return { expected: seen?.url ?? null, left };
  }
  const { url } = kept;
  if (current === url || seen === null || seen.url === url || seen.at <= kept.at)
    return { expected: url, left: null };
  if (current === seen.url) return { expected: url, left: "updates_come_there" };
  // Telegram tells whole seconds.
  const isDead = failed !== null && failed.url === url && failed.at > kept.at - 1_000;
  return { expected: isDead ? seen.url : url, left: null };
}

/**
 * The origin that an address names (`https://desk.example.com`), or null where Telegram could not call it: it calls
 * https only. `allowLoopback` lets a local desk name itself.
 */
export function deskOrigin(address: string, allowLoopback: boolean): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const isBare = url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  const isLoopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  const isCallable = isLoopback ? allowLoopback && /^https?:$/.test(url.protocol) : url.protocol === "https:";
  return isBare && isCallable ? url.origin : null;
}
