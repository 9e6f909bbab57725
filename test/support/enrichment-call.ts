import { expect } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { NO_PROFILE } from "../../src/domain/routing/profile.ts";
import type {
  EnrichmentCall,
  EnrichmentContact,
  EnrichmentSender,
  EnrichmentTicket,
} from "../../src/integrations/enrichment-call.ts";
import { askEnrichment, enrichmentCallOf } from "../../src/integrations/enrichment.ts";
import { noAnswerWords, unfitWords } from "../../src/texts/en/systems.ts";
import { exampleDesk } from "./desks.ts";
import type { ScriptedAnswer } from "./endpoint-server.ts";
import { Endpoint } from "./endpoint.ts";

export const AT = Date.parse("2026-11-20T09:00:00Z");

export const SUBJECT = "My card was charged twice";

export const ticket: EnrichmentTicket = {
  ref: "SUP-7",
  group: "main",
  queue: "general",
  priority: "normal",
  category: "billing",
  urgency: null,
  payload: "shop",
  language: "de",
  openedAt: AT - 1_000,
  subject: SUBJECT,
};

export const ada: EnrichmentContact = {
  id: contactId(501),
  name: "Ada Ümlaut",
  username: "ada",
  language: "de",
  isPremium: true,
};

export const sender: EnrichmentSender = { rootSecret: "root", hubspotToken: "pat-1", allowLoopback: true };

export let endpoint: Endpoint;

export function openEndpoint(): void {
  endpoint = new Endpoint();
}

export type Settings = NonNullable<ConfigInput["routing"]["enrichment"]>;

/** The call that a desk configured so makes about Ada's ticket. */
export function call(settings: Settings = {}, contact = ada): EnrichmentCall {
  const desk = exampleDesk();
  desk.routing.enrichment = { url: endpoint.url, ...settings };
  const { config, problems } = checkConfig(desk);
  expect(problems).toEqual([]);
  return enrichmentCallOf(config!.routing.enrichment!, {
    id: "enr_7",
    at: AT,
    source: 1,
    ticket,
    contact,
  });
}

/** What came of it, as programs are told. */
export async function asked(of: EnrichmentCall, by: EnrichmentSender) {
  const result = await askEnrichment(of, by);
  return result.kind === "answer"
    ? { ...result, ignored: result.ignored.map(unfitWords) }
    : { ...result, why: noAnswerWords(result.why) };
}

export const ask = (settings?: Settings, contact?: EnrichmentContact) =>
  asked(call(settings, contact), sender);

export const said = (answer: unknown): ScriptedAnswer => ({ status: 200, body: JSON.stringify(answer) });

/** However long it took; that it did not take for ever is asserted where it matters. */
export const latencyMs = expect.any(Number) as number;

export const answer = (profile: object, ignored: string[] = []) => ({
  kind: "answer",
  profile: { ...NO_PROFILE, ...profile },
  ignored,
  latencyMs,
});
