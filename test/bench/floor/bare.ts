import { DurableObject } from "cloudflare:workers";
import { Hono } from "hono";

export { CallMeter } from "../../../src/metering/call-meter.ts";

/**
 * The least that a webhook in front of a Durable Object can do and still lose nothing: it keeps the body and says
 * yes. The object has the name of the desk's, so that both are served in the same way.
 */
export class TopicGroup extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS updates (body TEXT NOT NULL)");
  }

  insert(body: string): void {
    this.ctx.storage.sql.exec("INSERT INTO updates (body) VALUES (?)", body);
  }
}

const app = new Hono<{ Bindings: Env }>();

app.post("/telegram/webhook", async (c) => {
  const stub = c.env.TOPIC_GROUP.getByName("main") as unknown as DurableObjectStub<TopicGroup>;
  await stub.insert(await c.req.text());
  return c.json({ status: "accepted" });
});

export default app;
