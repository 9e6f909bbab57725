import type { Config, VersionedConfig } from "../../domain/config/config.ts";
import type { Reconciliation } from "../../record/reconciliation.ts";
import type { BotApi } from "../../telegram/api.ts";
import type { WebhookInfo } from "../../telegram/webhook.ts";

/** What every look at something has at hand. */
export interface Look {
  env: Env;
  /** When it began, in ms since 1970. */
  now: number;
  config: Config;
  /** Its version in the record. */
  version: number;
  versioned: VersionedConfig;
  /** The groups that are looked at. */
  groups: string[];
  store: Reconciliation;
  bot: BotApi;
  /** What Telegram says of the webhook, asked after `now`; null: it did not. */
  webhook: WebhookInfo | null;
}
