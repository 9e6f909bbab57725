import { webhookPlace } from "../../domain/desk/address.ts";
import type { Finding } from "../../domain/desk/reconciliation.ts";
import type { WebhookInfo } from "../../telegram/webhook.ts";
import {
  CLOCKS_DIFFER_MS,
  SECRET_MENDED_MS,
  WEBHOOK_BACKLOG_MAX,
  WEBHOOK_ERRORS_FRESH_MS,
} from "../limits.ts";
import type { Look } from "./look.ts";
import { pointWebhook } from "./webhook-setting.ts";

/** Compares Telegram's idea of the webhook with the desk's address, and leads it back where that loses nothing. */
export async function lookAtWebhook(look: Look): Promise<Finding[]> {
  const { now, store, webhook } = look;
  if (webhook === null) return [{ kind: "webhook.unknown", mended: false }];
  const { url, pending } = webhook;
  const findings: Finding[] = [];
  const places = await store.places();
  const { expected, left } = webhookPlace(places, url);
  const drifted = expected !== null && url !== expected;
  const deaf = url !== "" && webhook.deafTo.length > 0;
  const last = await store.webhookSet();
  const isFresh = webhook.errorAt !== null && now - webhook.errorAt < WEBHOOK_ERRORS_FRESH_MS;
  const refused = isFresh && isSecretRefused(webhook, last);
  const isMoved = drifted && left === null;
  // Never at an address that may be a stranger's: Telegram would present the desk's secret there.
  const isOurs = left !== "address_unknown" && (expected !== null || !refused);
  const isSet =
    (isMoved || deaf || refused) &&
    isOurs &&
    (await pointWebhook(look, isMoved ? expected : url, refused && !isMoved)) === "set";

  if (drifted) {
    // The address that is named is the one that was set, even where updates go on elsewhere.
    const named = { expected: places.kept?.url ?? expected, seen: url };
    findings.push({
      kind: "webhook.drifted",
      ...named,
      ...(left === null ? {} : { left }),
      mended: isMoved && isSet,
    });
  }
  if (deaf) findings.push({ kind: "webhook.deaf", updates: webhook.deafTo, mended: isSet });
  if (refused) {
    // It had the desk's own secret a moment ago, and is refused again.
    const isInVain = last?.forSecret === true && webhook.errorAt! - last.at < SECRET_MENDED_MS;
    findings.push({ kind: "webhook.secret_differs", at: webhook.errorAt!, mended: isSet && !isInVain });
  }
  if (isFresh && !is401(webhook)) {
    findings.push({ kind: "webhook.errors", message: webhook.error, at: webhook.errorAt!, mended: false });
    if (url !== "") await store.noteWebhookFailed({ url, at: webhook.errorAt! });
  }
  if (pending > WEBHOOK_BACKLOG_MAX) {
    findings.push({ kind: "webhook.backlog", updates: pending, mended: false });
  }
  return findings;
}

/** Telegram keeps its last error until the webhook changes: one from before it was last set is over. */
function isSecretRefused(webhook: WebhookInfo, last: { at: number } | null): boolean {
  const { url, errorAt } = webhook;
  return url !== "" && errorAt !== null && is401(webhook) && errorAt > (last?.at ?? 0) + CLOCKS_DIFFER_MS;
}

/** `Wrong response from the webhook: 401 Unauthorized` [Bot API server]. */
function is401({ error }: WebhookInfo): boolean {
  return /\b401\b/.test(error);
}
