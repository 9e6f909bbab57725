import type { Made } from "../../channels/channel.ts";
import { makeBy } from "../../channels/channels.ts";
import { storedVersion } from "../../domain/config/stored.ts";
import type { Outcome } from "../../domain/desk/outcome.ts";
import { signingRoot } from "../../domain/desk/secrets.ts";
import { defaultGroupOf, defaultQueueOf } from "../../domain/ticket/policy.ts";
import type { EnrichmentResult, EnrichmentSender, Heard } from "../../integrations/enrichment-call.ts";
import { askEnrichment } from "../../integrations/enrichment.ts";
import { askSkills, type SkillsResult } from "../../integrations/skill-service.ts";
import { sendWebhook, type WebhookOutcome, type WebhookSender } from "../../integrations/webhook.ts";
import { realRandom } from "../../real-clock.ts";
import { project, type ProjectionBatch } from "../../record/projection.ts";
import { queueSuccessors } from "../../record/successors.ts";
import { botApi } from "../../telegram/api.ts";
import { systemClock, type Clock } from "../commit/clock.ts";
import type { PeerCall } from "../tables/peer-message.ts";
import type { OutsideCall } from "./work-handler.ts";

/** What the object needs of the outside world. A local desk has a clock of its own; everything else is the same. */
export interface Outside {
  clock: Clock;
  /** Makes a call, one try, and says what came of it. Never throws. */
  call(call: OutsideCall): Promise<Outcome>;
  project(batch: ProjectionBatch): Promise<void>;
  /** From 0 up to 1, exclusive; `of` names what it is drawn for, so that a local desk can draw the same again. */
  random(of: string): number;
}

export function outsideOf(env: Env): Outside {
  const bot = botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT);
  const sender: WebhookSender = {
    rootSecret: signingRoot(env),
    allowLoopback: env.ALLOW_LOOPBACK === "true",
  };
  const asker: EnrichmentSender = { ...sender, hubspotToken: env.HUBSPOT_TOKEN };
  return {
    clock: systemClock,
    call: async (call) => {
      if ("webhook" in call) return outcomeOf(await sendWebhook(call, sender));
      // What it answers, or why it does not, is for the ticket to hear: the question is settled either way.
      if ("enrichment" in call) return heard(call, await askEnrichment(call, asker));
      if ("skills" in call) return heard(call, await askSkills(call, asker));
      if ("peer" in call) return tell(call, env);
      if ("channel" in call) return asOfTelegram(await makeBy(call, env));
      return bot(call);
    },
    project: (batch) => project(env.DB, batch),
    random: realRandom,
  };
}

/** The numbers of messages stand where an answer of Telegram's has them. */
function asOfTelegram(made: Made): Outcome {
  if (made.kind !== "done") return made;
  return { kind: "done", result: made.messages.map((message_id) => ({ message_id })) };
}

function heard({ source }: { source: number }, result: EnrichmentResult | SkillsResult): Outcome {
  return { kind: "done", result: { ...result, source } satisfies Heard<typeof result> };
}

/** Says something to another group's object, which does it once, however often it is said. */
async function tell({ peer, from, key, message, bot, versioned }: PeerCall, env: Env): Promise<Outcome> {
  try {
    const stub = env.TOPIC_GROUP.getByName(peer);
    const { version } = versioned;
    let answer = await stub.fromPeer(from, key, message, version, bot);
    if (answer === "config_needed") {
      const { config } = versioned;
      if (config.groups.some(({ id }) => id === peer))
        await stub.configure(peer, storedVersion(versioned), await queueSuccessors(env.DB));
      else {
        // It is not in the configuration any more: what it has, and what comes for it, goes to another group.
        const to = defaultGroupOf(config);
        const retired = await stub.retire({ version, to, queue: defaultQueueOf(config, to) });
        if (retired === "unknown") return { kind: "refused", code: "permanent", description: "group_gone" };
      }
      answer = await stub.fromPeer(from, key, message, version, bot);
    }
    return answer === "done" ? { kind: "done", result: null } : { kind: "retry", code: "config_needed" };
  } catch {
    return { kind: "retry", code: "peer_unreachable" };
  }
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
