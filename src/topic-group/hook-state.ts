import type { Rules } from "./rules.ts";
import { FACTS } from "./tables/facts.ts";
import type { Store } from "./tables/store.ts";

/** An endpoint said that it wants nothing any more (410), at this address, in ms since 1970. */
export interface HookState {
  url: string;
  disabledAt: number;
}

interface Known {
  rules: Rules;
  store: Store;
}

/** Since when an endpoint is left alone, in ms since 1970; null: it is not. Another address is another endpoint. */
export function disabledSince({ rules, store }: Known, webhook: string): number | null {
  const state = store.fact(FACTS.hook(webhook)) as HookState | undefined;
  if (state === undefined) return null;
  const url = rules.config.webhooks.find(({ id }) => id === webhook)?.url;
  return state.url === url ? state.disabledAt : null;
}

export function isDisabled(known: Known, webhook: string): boolean {
  return disabledSince(known, webhook) !== null;
}

/** A message's id: the same over all tries, and in the log of the endpoint. */
export function messageId(group: string, seq: number): string {
  return `msg_${group}_${seq}`;
}
