import type { EnrichmentConfig } from "../domain/config/config.ts";
import { ENRICHMENT_ENDPOINT, signingSecret } from "../domain/desk/signing-secret.ts";
import { ms } from "../domain/duration.ts";
import { ENRICHMENT_ANSWER_BYTES_MAX } from "../domain/limits.ts";
import { profileOf } from "../domain/routing/profile.ts";
import {
  askForJson,
  failed,
  type EnrichmentCall,
  type EnrichmentQuestion,
  type EnrichmentResult,
  type EnrichmentSender,
  type GenericEnrichmentCall,
} from "./enrichment-call.ts";
import { askHubSpot, HUBSPOT_URL } from "./hubspot.ts";
import { signedHeaders } from "./signature.ts";

/** The call that a configuration asks for; the ticket's subject stays here unless it is to be shared. */
export function enrichmentCallOf(
  settings: EnrichmentConfig,
  question: Omit<EnrichmentQuestion, "timeoutMs">,
): EnrichmentCall {
  const { subject, ...ticket } = question.ticket;
  const shares = settings.shareSubject && subject !== undefined;
  const asked = {
    ...question,
    ticket: shares ? { ...ticket, subject } : ticket,
    timeoutMs: ms(settings.timeout),
  };
  return settings.adapter === "hubspot"
    ? { ...asked, enrichment: "hubspot", url: settings.url ?? HUBSPOT_URL, hubspot: settings.hubspot! }
    : { ...asked, enrichment: "generic", url: settings.url! };
}

/** Asks what another system knows of a ticket's customer, one try. Never throws. */
export async function askEnrichment(
  call: EnrichmentCall,
  sender: EnrichmentSender,
): Promise<EnrichmentResult> {
  return call.enrichment === "hubspot" ? askHubSpot(call, sender) : askGeneric(call, sender);
}

async function askGeneric(
  call: GenericEnrichmentCall,
  { rootSecret, allowLoopback }: EnrichmentSender,
): Promise<EnrichmentResult> {
  // No key can be made of an empty secret.
  if (rootSecret === "") return failed("no_secret", { why: "no_secret" }, 0);
  const body = JSON.stringify({
    type: "ticket.enrichment",
    timestamp: new Date(call.at).toISOString(),
    data: dataOf(call),
  });
  const secret = await signingSecret(rootSecret, ENRICHMENT_ENDPOINT);
  const answer = await askForJson(
    {
      url: call.url,
      headers: {
        accept: "application/json",
        ...(await signedHeaders([secret], call.id, body)),
      },
      body,
      timeoutMs: call.timeoutMs,
      answerBytesMax: ENRICHMENT_ANSWER_BYTES_MAX,
    },
    allowLoopback,
  );
  if (answer.kind === "failed") return answer;
  const { latencyMs } = answer;
  const read = profileOf(answer.value, call.at + latencyMs);
  if ("problems" in read) return failed("invalid", { why: "invalid", ...read }, latencyMs);
  return { kind: "answer", profile: read.profile, ignored: [], latencyMs };
}

/** Field by field: what else the desk may come to know of a ticket or a contact does not leave with it. */
function dataOf({ ticket, contact }: GenericEnrichmentCall): Record<string, unknown> {
  return {
    ticket: {
      ref: ticket.ref,
      group: ticket.group,
      queue: ticket.queue,
      priority: ticket.priority,
      category: ticket.category,
      urgency: ticket.urgency,
      payload: ticket.payload,
      language: ticket.language,
      openedAt: new Date(ticket.openedAt).toISOString(),
      subject: ticket.subject,
    },
    contact: {
      telegramId: contact.id,
      name: contact.name,
      username: contact.username,
      language: contact.language,
      isPremium: contact.isPremium,
    },
  };
}
