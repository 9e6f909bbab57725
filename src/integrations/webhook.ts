import { signingSecret } from "../domain/desk/signing-secret.ts";
import { WEBHOOK_TIMEOUT_MS } from "../domain/limits.ts";
import { callOut, type OutgoingAnswer } from "./outgoing.ts";
import { signedHeaders } from "./signature.ts";

/** One message to an endpoint of the configuration, as Standard Webhooks 1.0 has it. */
export interface WebhookCall {
  webhook: string;
  url: string;
  /** The same over all tries, so that the receiver can tell a repetition. */
  id: string;
  /** `ticket.escalated` … */
  type: string;
  /** When it happened, in ms since 1970. */
  at: number;
  data: Record<string, unknown>;
  /** The secrets that sign: one, or two while it is being replaced. */
  generations: readonly number[];
}

/**
 * Outcome of one try.
 *
 * - `done`: a 2xx answer
 * - `later`: no answer, or one that need not last: a receiver says 404 or 401 while it is deployed
 * - `refused`: the endpoint answered 410 Gone, or its address must not be called
 */
export type WebhookOutcome =
  | { kind: "done" }
  | { kind: "later"; code: string; retryAfterMs: number | null }
  | { kind: "refused"; code: string };

export interface WebhookSender {
  /** The secret from which each endpoint's own is derived. */
  rootSecret: string;
  allowLoopback: boolean;
}

export async function sendWebhook(call: WebhookCall, sender: WebhookSender): Promise<WebhookOutcome> {
  const body = JSON.stringify({
    type: call.type,
    timestamp: new Date(call.at).toISOString(),
    data: call.data,
  });
  const secrets = await Promise.all(
    call.generations.map((one) => signingSecret(sender.rootSecret, call.webhook, one)),
  );
  const answer = await callOut(
    {
      url: call.url,
      headers: await signedHeaders(secrets, call.id, body),
      body,
      timeoutMs: WEBHOOK_TIMEOUT_MS,
      answerBytesMax: 0,
    },
    sender.allowLoopback,
  );
  return outcomeOf(answer);
}

function outcomeOf(answer: OutgoingAnswer): WebhookOutcome {
  if (answer.kind === "none") {
    return answer.code === "forbidden_address"
      ? { kind: "refused", code: answer.code }
      : { kind: "later", code: answer.code, retryAfterMs: null };
  }
  const { status, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: "done" };
  const code = `http_${status}`;
  return status === 410 ? { kind: "refused", code } : { kind: "later", code, retryAfterMs };
}
