import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { errorFacts } from "../domain/error-facts.ts";
import { UPDATE_BYTES_MAX } from "../domain/limits.ts";
import { log } from "../log.ts";
import { envelopeOf } from "../telegram/envelope.ts";
import { addresseeOf, type Addressee } from "./addressee.ts";
import { readJson } from "./body.ts";
import type { Desk } from "./desk.ts";
import { RETRY_AFTER_MAX_S, RETRY_AFTER_S, RETRY_UNCONFIGURED_S } from "./limits.ts";
import { problem, type ProblemCode } from "./problem.ts";
import { isSecret } from "./secret.ts";

/**
 * The door for Telegram. It answers 200 once the update is committed by the object that it is for; what Telegram
 * shall bring again is answered 503 with `Retry-After`, which Telegram honours. Nothing here calls Telegram: it sends
 * the chat's next update only after this answer.
 */
export const webhook = new OpenAPIHono<Desk>();

webhook.post("/telegram/webhook", async (c) => {
  if (!isSecret(c.req.header("X-Telegram-Bot-Api-Secret-Token") ?? "", c.env.WEBHOOK_SECRET)) {
    log("warn", "webhook.refused", { code: "webhook.secret_invalid" });
    return problem(c, "webhook.secret_invalid");
  }
  const body = await readJson(c.req.raw, UPDATE_BYTES_MAX);
  if ("refused" in body) return problem(c, body.refused);
  const envelope = envelopeOf(body.value);
  if (envelope === null) return problem(c, "update.malformed");

  const addressee = await addresseeOf(envelope, c.env);
  if (addressee === null) return again(c, "config.missing", RETRY_UNCONFIGURED_S, envelope.updateId);
  try {
    const receipt = await hand(body.value, addressee, c.env);
    switch (receipt.status) {
      case "accepted":
      case "duplicate":
      case "ignored":
      case "set_aside":
        return c.json({ status: receipt.status }, 200);
      case "full":
        return again(c, "group.full", receipt.retryAfterS, envelope.updateId);
      case "failed":
        return again(c, "group.unreachable", receipt.retryAfterS, envelope.updateId);
      case "config_needed":
        return again(c, "group.unreachable", RETRY_AFTER_S, envelope.updateId);
      default:
        return receipt satisfies never;
    }
  } catch (error) {
    log("error", "group.failed", { group: addressee.group, ...errorFacts(error) });
    return again(c, "group.unreachable", RETRY_AFTER_S, envelope.updateId);
  }
});

/** Hands an update to its object; one that has an older configuration is given ours first. */
async function hand(update: unknown, { group, versioned }: Addressee, env: Env) {
  const stub = env.TOPIC_GROUP.getByName(group);
  const receipt = await stub.receive(update, versioned.version);
  if (receipt.status !== "config_needed") return receipt;
  await stub.configure(group, versioned);
  return stub.receive(update, versioned.version);
}

function again(c: Context<Desk>, code: ProblemCode, afterS: number, updateId: number) {
  const seconds = Math.min(Math.max(Math.ceil(afterS), 1), RETRY_AFTER_MAX_S);
  log("warn", "webhook.deferred", { code, updateId, retryAfterS: seconds });
  return problem(c, code, { headers: { "Retry-After": String(seconds) } });
}
