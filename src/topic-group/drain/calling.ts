import type { Outcome } from "../../domain/desk/outcome.ts";
import type { Rules } from "../rules/rules.ts";
import { isRouteLane } from "../tables/lane.ts";
import { addressed, numberedOutcome } from "./addressing.ts";
import { nameOf, type Job } from "./job.ts";
import type { DrainPorts } from "./ports.ts";
import { handlerOf, type Deliveries, type DeliveryContext, type OutsideCall } from "./work-handler.ts";

/* A job's call: which it is, whether it may be made twice, and making it. */

export function deliveryContext(ports: DrainPorts, rules: Rules): DeliveryContext {
  return { ...ports.tables, now: ports.now(), rules };
}

/** Null: there is nothing to call, or our own code fails on it. */
export function callOf(job: Job, ports: DrainPorts, context: DeliveryContext): OutsideCall | null {
  const { relay, works } = ports.deliveries;
  try {
    if (job.kind === "view") return job.step.call;
    return job.kind === "relay" ? relay.call(job, context) : handlerOf(works, job.row).call(job.row, context);
  } catch (error) {
    ports.report(`preparing ${nameOf(job)}`, error);
    return null;
  }
}

/** Whether a repetition would be worse than a loss: what a customer might read twice is never sent again by itself. */
export function mustNotRepeat(job: Job, { works }: Deliveries, context: DeliveryContext): boolean {
  if (job.kind === "view") return false;
  if (job.kind === "relay") return isRouteLane(job.rows[0]!.lane);
  return !handlerOf(works, job.row).repeatable(job.row, context);
}

/** Makes the call with Telegram's numbers, and answers with the object's. */
export async function makeCall(
  call: OutsideCall,
  job: Job,
  ports: DrainPorts,
  { epochs }: Rules,
): Promise<Outcome> {
  if (!("method" in call)) return ports.outside.call(call);
  const toTelegram = addressed(call, epochs);
  if ("kind" in toTelegram) return toTelegram;
  const outcome = numberedOutcome(await ports.outside.call(toTelegram.call), toTelegram.epoch);
  const chat = toTelegram.call.params["chat_id"];
  const isFormer = chat !== ports.rules()?.group.chatId && call.params["chat_id"] === epochs.chat;
  return isFormer ? inFormerChat(job, outcome, ports.deliveries) : outcome;
}

/**
 * What a former chat refuses says nothing about the group. What belongs into a ticket's topic and was under way when the
 * group got another chat is done again there, where people read it.
 */
function inFormerChat(job: Job, outcome: Outcome, { works }: Deliveries): Outcome {
  if (outcome.kind === "refused" && outcome.code === "fatal") return outcome;
  const means =
    job.kind === "work" ? (handlerOf(works, job.row).inFormerChat ?? "target_gone") : "target_gone";
  const isAgain = job.kind === "relay" || means === "again";
  if (isAgain && (outcome.kind === "done" || outcome.kind === "refused"))
    return { kind: "retry", code: "former_chat" };
  if (outcome.kind !== "refused") return outcome;
  const code = means === "again" ? "target_gone" : means;
  return { kind: "refused", code, description: "in a former chat" };
}
