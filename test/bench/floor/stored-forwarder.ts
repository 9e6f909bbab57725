import { DurableObject } from "cloudflare:workers";
import type { Update } from "grammy/types";
import { Hono } from "hono";
import { botApi } from "../../../src/telegram/api.ts";
import { MAIN_CHAT } from "../../support/desks.ts";

export { CallMeter } from "../../../src/metering/call-meter.ts";

/** A forwarder that loses nothing: it keeps the update, says yes once that is safe, and copies the message then. */
export class TopicGroup extends DurableObject<Env> {
  readonly #call = botApi(this.env.BOT_TOKEN, this.env.TELEGRAM_API_ROOT);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS updates (body TEXT NOT NULL)");
  }

  take(update: unknown): void {
    this.ctx.storage.sql.exec("INSERT INTO updates (body) VALUES (?)", JSON.stringify(update));
    this.ctx.waitUntil(this.#copy(update as Update));
  }

  async #copy({ message }: Update): Promise<void> {
    await this.ctx.storage.sync();
    const params = { chat_id: MAIN_CHAT, from_chat_id: message!.chat.id, message_id: message!.message_id };
    await this.#call({ method: "copyMessage", params });
  }
}

const app = new Hono<{ Bindings: Env }>();

app.post("/telegram/webhook", async (c) => {
  const stub = c.env.TOPIC_GROUP.getByName("main") as unknown as DurableObjectStub<TopicGroup>;
  await stub.take(await c.req.json());
  return c.json({ status: "accepted" });
});

export default app;
