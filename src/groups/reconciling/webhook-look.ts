import type { Finding } from "../../domain/reconciliation.ts";
import { setWebhook } from "../../telegram/webhook.ts";
import { WEBHOOK_BACKLOG_MAX, WEBHOOK_ERRORS_FRESH_MS } from "../limits.ts";
import type { Look } from "./look.ts";

/** Compares Telegram's idea of the webhook with where updates come, and leads it back. */
export async function lookAtWebhook({ env, now, store, bot, webhook }: Look): Promise<Finding[]> {
  if (webhook === null) return [{ kind: "webhook.unknown", mended: false }];
  const findings: Finding[] = [];
  const expected = await store.webhookUrl();
  const drifted = expected !== null && webhook.url !== expected;
  const deaf = webhook.url !== "" && webhook.deafTo.length > 0;
  const url = expected ?? webhook.url;
  const mended = (drifted || deaf) && (await setWebhook(bot, url, env.WEBHOOK_SECRET));
  if (drifted) findings.push({ kind: "webhook.drifted", expected, seen: webhook.url, mended });
  if (deaf) findings.push({ kind: "webhook.deaf", updates: webhook.deafTo, mended });
  if (webhook.errorAt !== null && now - webhook.errorAt < WEBHOOK_ERRORS_FRESH_MS) {
    findings.push({ kind: "webhook.errors", message: webhook.error, at: webhook.errorAt, mended: false });
  }
  if (webhook.pending > WEBHOOK_BACKLOG_MAX) {
    findings.push({ kind: "webhook.backlog", updates: webhook.pending, mended: false });
  }
  return findings;
}
