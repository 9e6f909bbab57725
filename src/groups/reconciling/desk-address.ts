import { webhookOf } from "../../domain/desk/address.ts";
import type { ApiCaller } from "../../domain/desk/audit.ts";
import { recordAudit, doneBy } from "../../record/audit-entries.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { botApi } from "../../telegram/api.ts";
import { pointWebhook } from "./webhook-setting.ts";

/** What Telegram said to it; `set` false: it did not answer, or a drain is under way, which sets it, and so does the next look. */
export type WebhookLed = { url: string; set: boolean } | { refused: string };

/** Keeps the desk's address and leads the webhook there. One that Telegram refuses is not kept. */
export async function moveDesk(env: Env, origin: string, by: ApiCaller, now: number): Promise<WebhookLed> {
  const store = new Reconciliation(env.DB);
  const undo = await store.setAddress(origin, by, now);
  const led = await lead(env, store, webhookOf(origin), now);
  if ("refused" in led) await undo();
  return led;
}

/** Sets the webhook again: to the desk's address, with its present secret. */
export async function leadWebhook(env: Env, by: ApiCaller, now: number): Promise<WebhookLed | "no_address"> {
  const store = new Reconciliation(env.DB);
  const { kept, seen } = await store.places();
  const url = kept?.url ?? seen?.url;
  if (url === undefined) return "no_address";
  const target = { kind: "desk", id: "updates" } as const;
  const undo = await recordAudit(env.DB, { at: now, ...doneBy(by), action: "updates.webhook_set", target });
  const led = await lead(env, store, url, now);
  if ("refused" in led) await undo();
  return led;
}

async function lead(env: Env, store: Reconciliation, url: string, now: number): Promise<WebhookLed> {
  // A webhook would end the drain, which sets it again itself.
  if ((await store.drain(now)) === "running") return { url, set: false };
  const bot = botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT);
  const came = await pointWebhook({ env, now, store, bot }, url);
  return typeof came === "object" ? came : { url, set: came === "set" };
}
