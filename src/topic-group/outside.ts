import { sendWebhook, type WebhookOutcome, type WebhookSender } from "../integrations/webhook.ts";
import { project, type ProjectionBatch } from "../record/projection.ts";
import { botApi } from "../telegram/api.ts";
import type { Outcome } from "../telegram/outcome.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { OutsideCall } from "./drain/delivery.ts";

/** What the object needs of the outside world. A local desk has a clock of its own; everything else is the same. */
export interface Outside {
  clock: Clock;
  /** Makes a call, one try, and says what came of it. Never throws. */
  call(call: OutsideCall): Promise<Outcome>;
  project(batch: ProjectionBatch): Promise<void>;
  random(): number;
}

export function outsideOf(env: Env): Outside {
  const bot = botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT);
  const sender: WebhookSender = {
    rootSecret: env.WEBHOOK_SECRET,
    allowLoopback: env.ALLOW_LOOPBACK === "true",
  };
  return {
    clock: systemClock,
    call: async (call) => ("webhook" in call ? outcomeOf(await sendWebhook(call, sender)) : bot(call)),
    project: (batch) => project(env.DB, batch),
    random: () => Math.random(),
  };
}

function outcomeOf(came: WebhookOutcome): Outcome {
  switch (came.kind) {
    case "done":
      return { kind: "done", result: null };
    case "later":
      return { kind: "retry", code: came.code, afterMs: came.retryAfterMs ?? 0 };
    case "refused":
      return { kind: "refused", code: "permanent", description: came.code };
    default:
      return came satisfies never;
  }
}
