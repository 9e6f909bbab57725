import { FACTS, type Facts } from "../tables/facts.ts";
import type { Rules } from "./rules.ts";

/** The last 410 from this URL, and when the endpoint was re-enabled. */
export interface WebhookStatus {
  url: string;
  /** In ms since 1970; null: never. */
  disabledAt: number | null;
  /** In ms since 1970; absent: not re-enabled since the 410. */
  enabledAt?: number;
}

interface Known {
  rules: Rules;
  facts: Facts;
}

export function webhookStatus({ facts }: Pick<Known, "facts">, webhook: string): WebhookStatus | undefined {
  return facts.get(FACTS.webhook(webhook)) as WebhookStatus | undefined;
}

/** Since when an endpoint is left alone, in ms since 1970; null: it is not. Another address is another endpoint. */
export function disabledSince(known: Known, webhook: string): number | null {
  const state = webhookStatus(known, webhook);
  if (state === undefined || state.enabledAt !== undefined) return null;
  const url = known.rules.config.webhooks.find(({ id }) => id === webhook)?.url;
  return state.url === url ? state.disabledAt : null;
}

export function isDisabled(known: Known, webhook: string): boolean {
  return disabledSince(known, webhook) !== null;
}

/** A message's id: the same over all tries, and in the log of the endpoint. */
export function messageId(group: string, seq: number): string {
  return `msg_${group}_${seq}`;
}
