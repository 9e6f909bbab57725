import { waitUntil } from "cloudflare:workers";
import { Hono } from "hono";
import { telegramSecrets } from "../domain/desk/secrets.ts";
import { UPDATE_BYTES_MAX } from "../domain/limits.ts";
import { receive } from "../groups/receiving.ts";
import { inIsolate } from "../isolate.ts";
import { log } from "../log.ts";
import { Reconciliation } from "../record/reconciliation.ts";
import { isOneOf } from "../secret.ts";
import { envelopeOf } from "../telegram/envelope.ts";
import { readJson } from "./body.ts";
import type { Desk } from "./desk.ts";
import { DOOR_REMEMBERED_MS, RETRY_AFTER_MAX_S } from "./limits.ts";
import { problem } from "./problem.ts";

/**
 * The door for Telegram. It answers 200 once the update is committed by its object, and 503 with `Retry-After`, which
 * Telegram honours, if Telegram has to send it again. Nothing here calls Telegram, which sends the chat's next update
 * only after this answer.
 */
export const webhook = new Hono<Desk>();

webhook.post("/telegram/webhook", async (c) => {
  const presented = c.req.header("X-Telegram-Bot-Api-Secret-Token") ?? "";
  if (!isOneOf(presented, telegramSecrets(c.env))) {
    log("warn", "webhook.refused", { code: "webhook.secret_invalid" });
    return problem(c, "webhook.secret_invalid");
  }
  const { origin, pathname } = new URL(c.req.url);
  const now = c.get("now")();
  rememberDoor(`${origin}${pathname}`, now, c.env.DB);
  const body = await readJson(c.req.raw, UPDATE_BYTES_MAX);
  if ("refused" in body) return problem(c, body.refused);
  const envelope = envelopeOf(body.value);
  if (envelope === null) return problem(c, "update.malformed");

  const received = await receive(body.value, envelope, c.env, now);
  if (received.status !== "again") {
    c.set("isForTelegram", true);
    return c.json({ status: received.status }, 200, { "Cache-Control": "no-store" });
  }
  const { because: code, afterS } = received;
  const seconds = Math.min(Math.max(Math.ceil(afterS), 1), RETRY_AFTER_MAX_S);
  log("warn", "webhook.deferred", { code, updateId: envelope.updateId, retryAfterS: seconds });
  return problem(c, code, { headers: { "Retry-After": String(seconds) } });
});

/** The last address that this isolate has compared with the record's, and when, in ms since 1970. */
const door = inIsolate(() => ({ url: "", at: 0 }));

/** Where updates come, for the reconciliation: a webhook that leads here by another way than was set is left alone. */
function rememberDoor(url: string, now: number, db: D1Database): void {
  const { url: known, at } = door.value;
  if (url === known && now >= at && now - at < DOOR_REMEMBERED_MS) return;
  door.value = { url, at: now };
  waitUntil(
    new Reconciliation(db).noteWebhookUrl(url, now).catch(() => {
      door.value = { url: "", at: 0 };
    }),
  );
}
