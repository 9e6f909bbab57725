import { disabledSince, messageId } from "../rules/webhook-status.ts";
import type { DeadLetters, WebhookDelivery } from "../tables/webhook-log.ts";
import { enable, ping, replayWebhook } from "../webhooks/webhooks.ts";
import { GroupRpc } from "./group-rpc.ts";

/** Health of an endpoint in one group. */
export interface WebhookHealth {
  waiting: number;
  /** Given up for now. */
  dead: number;
  /** Since when it is disabled by a 410, in ms since 1970; null: it is not. */
  disabledAt: number | null;
}

/** Endpoints of the configuration, as this group delivers to them. */
export class WebhooksRpc extends GroupRpc {
  /** How it goes with an endpoint here: what waits, what was given up, since when it is left alone. */
  health(webhook: string): WebhookHealth {
    const rules = this.inside.rules();
    const disabledAt =
      rules === null ? null : disabledSince({ rules, facts: this.inside.tables.facts }, webhook);
    return { ...this.inside.tables.webhookLog.counts(webhook), disabledAt };
  }

  /** Deliveries to an endpoint, newest first; `before` is the number of the last one of the page before. */
  deliveries(
    webhook: string,
    page: { state: WebhookDelivery["state"] | null; before: number; limit: number },
  ): (WebhookDelivery & { id: string })[] {
    const group = this.inside.rules()?.group.id;
    if (group === undefined) return [];
    return this.inside.tables.webhookLog
      .list(webhook, page)
      .map((one) => ({ ...one, id: messageId(group, one.seq) }));
  }

  /**
   * Sends again what an endpoint did not take: these, or those of a time; once for each cause. Answers how many; null: it
   * is left alone.
   */
  replay(webhook: string, which: DeadLetters, cause: string): number | null {
    return this.byRules<number | null>(0, () =>
      this.inside.once(
        cause,
        (tx) => replayWebhook(tx, webhook, which),
        (replayed) => replayed !== null && replayed > 0,
      ),
    );
  }

  /** Sends an endpoint a message to try it, once for each cause. Answers its id; null: it is left alone. */
  ping(webhook: string, cause: string): string | null {
    return this.byRules<string | null>(null, () =>
      this.inside.once(
        cause,
        (tx) => ping(tx, webhook),
        (id) => id !== null,
      ),
    );
  }

  /** Re-enables an endpoint that was disabled by a 410; `tell`: groups to pass it on to. Answers whether it was disabled. */
  enable(webhook: string, tell: string[]): boolean {
    return this.inside.rules() !== null && this.inside.commit((tx) => enable(tx, webhook, tell));
  }
}
