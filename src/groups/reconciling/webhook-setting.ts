import { telegramSecrets } from "../../domain/desk/secrets.ts";
import type { Reconciliation } from "../../record/reconciliation.ts";
import type { BotApi } from "../../telegram/api.ts";
import { setWebhook } from "../../telegram/webhook.ts";

export type WebhookSetting = Awaited<ReturnType<typeof setWebhook>>;

/** Has Telegram send updates to `url` with the desk's present secret, and notes when. */
export async function pointWebhook(
  { env, now, store, bot }: { env: Env; now: number; store: Reconciliation; bot: BotApi },
  url: string,
  forSecret = false,
): Promise<WebhookSetting> {
  const [secret] = telegramSecrets(env);
  // Without one the door takes nothing: this isolate does not have its secrets yet.
  if (secret === undefined) return "unanswered";
  const came = await setWebhook(bot, url, secret);
  if (came === "set") await store.noteWebhookSet(now, forSecret);
  return came;
}
