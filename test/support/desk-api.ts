import { UPDATE_KINDS } from "../../src/telegram/update-kinds.ts";

/** What a desk and its Telegram know each other by. */
export const SECRETS = {
  BOT_TOKEN: "7000000001:sandbox",
  WEBHOOK_SECRET: "webhook-secret",
  ADMIN_TOKEN: "admin-token",
};

/** A desk that runs beside us, as its administrator sees it. */
export class DeskApi {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${SECRETS.ADMIN_TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Makes the bot of this Telegram send its updates here. */
  async hearsOf(telegramRoot: string): Promise<void> {
    const webhook = {
      url: `${this.url}/telegram/webhook`,
      secret_token: SECRETS.WEBHOOK_SECRET,
      allowed_updates: UPDATE_KINDS,
    };
    const answer = await fetch(`${telegramRoot}/bot${SECRETS.BOT_TOKEN}/setWebhook`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(webhook),
    });
    if (!answer.ok) throw new Error(`setWebhook: ${await answer.text()}`);
  }
}
