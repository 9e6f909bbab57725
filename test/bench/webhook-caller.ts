import { Agent, request } from "node:http";
import type { Update } from "grammy/types";
import type { HostedWorld } from "../../src/sandbox/telegram/hosted-world.ts";
import { SECRETS } from "../support/desk-api.ts";

/** What Telegram would send because of an act; it must not be sending by itself (`delivery: "pull"`). */
export function updatesOf(world: HostedWorld, act: () => void): Update[] {
  const updates: Update[] = [];
  const stop = world.on((change) => {
    if (change.type === "update_queued") updates.push(change.update);
  });
  act();
  stop();
  return updates;
}

/** Hands updates to a webhook one at a time, over one connection. */
export class WebhookCaller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;

  constructor(workerUrl: string) {
    this.#url = `${workerUrl}/telegram/webhook`;
  }

  /** Resolves when it is accepted. */
  post(update: unknown): Promise<void> {
    const body = JSON.stringify(update);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-telegram-bot-api-secret-token": SECRETS.WEBHOOK_SECRET,
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.#url, { method: "POST", agent: this.#agent, headers }, (response) => {
        response.resume();
        if (response.statusCode === 200) response.once("end", resolve);
        else reject(new Error(`${this.#url} answered ${response.statusCode}`));
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
