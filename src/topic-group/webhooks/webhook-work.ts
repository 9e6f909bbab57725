import { generationsAt, signingOf } from "../../domain/desk/signing-secret.ts";
import { WEBHOOK_AGE_MAX_MS, WEBHOOK_PAUSES_MS } from "../../domain/limits.ts";
import { withoutText } from "../../domain/ticket/webhook-event.ts";
import type { WebhookCall } from "../../integrations/webhook.ts";
import { OK } from "../drain/settled.ts";
import { always, leaves, type DeliveryContext, type RowOf, type WorkHandler } from "../drain/work-handler.ts";
import { messageId } from "../rules/webhook-status.ts";
import { disable } from "./webhooks.ts";

export const webhookWork: WorkHandler<"webhook"> = {
  audience: "outside",
  // A dead letter is its endpoint's.
  onExhausted: "park_untold",
  stopsLane: true,
  repeatable: always,
  call: webhookCall,
  done(tx, row) {
    if (leaves(tx, row)) tx.webhookLog.delivered(row, tx.now);
    return OK;
  },
  refused(tx, row, { description }, url) {
    const { webhook } = row.payload;
    // Its address was changed meanwhile, and the new one has said nothing yet.
    if (tx.rules.config.webhooks.find(({ id }) => id === webhook)?.url !== url) return "kept";
    tx.outbox.update(row.seq, { state: "parked", attempts: row.attempts + 1, code: description });
    if (description === "http_410") disable(tx, webhook);
    return "kept";
  },
  /** An endpoint that is away blocks no other work: it is tried for days. */
  schedule({ attempts, acceptedAt }, now, { afterMs }) {
    const pause = WEBHOOK_PAUSES_MS[attempts];
    const exhausted = pause === undefined || now - acceptedAt > WEBHOOK_AGE_MAX_MS;
    return { attempts: attempts + 1, at: exhausted ? null : now + Math.max(pause, afterMs) };
  },
  /** A ping tells how the endpoint is now, so it waits for nothing else. */
  overtakes: ({ payload }) => payload.type === "ping",
};

function webhookCall(
  { seq, payload: { webhook, type, at, data } }: RowOf<"webhook">,
  { rules: { config, group }, now }: DeliveryContext,
): WebhookCall | null {
  const endpoint = config.webhooks.find(({ id }) => id === webhook);
  // The webhook was removed from the configuration.
  if (endpoint === undefined) return null;
  const withText = config.desk.textInWebhooks && endpoint.includeText;
  return {
    webhook,
    url: endpoint.url,
    id: messageId(group.id, seq),
    type,
    at,
    data: withText ? data : withoutText(data),
    generations: generationsAt(signingOf(endpoint.signing), now),
  };
}
