import type { HubSpotConfig } from "../domain/config/config.ts";
import type { ContactFacts } from "../domain/contact/contact.ts";
import type { Priority } from "../domain/priority.ts";
import type { NoAnswer } from "../domain/routing/no-answer.ts";
import type { Profile, Unfit } from "../domain/routing/profile.ts";
import { realNow } from "../real-clock.ts";
import { callOut, type OutgoingAnswer, type OutgoingCall } from "./outgoing.ts";

/** What another system is told of a ticket. Instants are ms since 1970. */
export interface EnrichmentTicket {
  ref: string;
  group: string;
  queue: string;
  priority: Priority;
  category: string | null;
  urgency: string | null;
  /** What stood behind `/start`. */
  payload: string | null;
  language: string | null;
  openedAt: number;
  /** The customer's own words: only where the configuration shares them. */
  subject?: string;
}

/** The customer it is asked about. Telegram tells no e-mail address; another channel may. */
export interface EnrichmentContact extends ContactFacts {
  email?: string | null;
}

/** What every question holds, for each kind of system. */
export interface EnrichmentQuestion {
  /** The same over all tries, so that the receiver can tell a repetition. */
  id: string;
  /** When it is asked, in ms since 1970. */
  at: number;
  timeoutMs: number;
  /** The version of the configuration since which this system is asked. */
  source: number;
  ticket: EnrichmentTicket;
  contact: EnrichmentContact;
}

export interface GenericEnrichmentCall extends EnrichmentQuestion {
  enrichment: "generic";
  url: string;
}

export interface HubSpotEnrichmentCall extends EnrichmentQuestion {
  enrichment: "hubspot";
  /** Without a path: `https://api.hubapi.com`. */
  url: string;
  hubspot: HubSpotConfig;
}

export type EnrichmentCall = GenericEnrichmentCall | HubSpotEnrichmentCall;

export interface EnrichmentSender {
  /** The secret from which the one that signs is derived. */
  rootSecret: string;
  /** HubSpot's; empty where the desk has none. */
  hubspotToken: string | undefined;
  allowLoopback: boolean;
}

export type EnrichmentFailureCode =
  | Extract<OutgoingAnswer, { kind: "none" }>["code"]
  | `http_${number}`
  | "not_json"
  | "invalid"
  | "no_secret";

export interface EnrichmentFailure {
  kind: "failed";
  code: EnrichmentFailureCode;
  /** Without anything of what was answered. */
  why: NoAnswer;
  latencyMs: number;
  /** Whether it may be another time. */
  passing: boolean;
  /** What the system itself asked to wait for. */
  retryAfterMs: number | null;
}

/** What came of a try. `ignored` names what was said, but is of no use. */
export type EnrichmentResult =
  | { kind: "answer"; profile: Profile; ignored: Unfit[]; latencyMs: number }
  | EnrichmentFailure;

/** What came of a try, with the `source` of its call: by then the configuration may name another system. */
export type Heard<T> = T & { source: number };

/** Makes a call and reads its answer as JSON; no content is an empty object. Never throws. */
export async function askForJson(
  call: OutgoingCall,
  allowLoopback: boolean,
): Promise<{ kind: "json"; value: unknown; latencyMs: number } | EnrichmentFailure> {
  const startedAt = realNow();
  const answer = await callOut(call, allowLoopback);
  const latencyMs = Math.max(0, realNow() - startedAt);
  if (answer.kind === "none") {
    const passing = answer.code !== "forbidden_address" && answer.code !== "too_large";
    return failed(answer.code, whyNone(answer.code, call), latencyMs, { passing });
  }
  const { status, body, retryAfterMs } = answer;
  if (status === 204) return { kind: "json", value: {}, latencyMs };
  if (status < 200 || status >= 300) {
    const passing = status >= 500 || status === 408 || status === 425 || status === 429;
    return failed(`http_${status}`, { why: "status", status }, latencyMs, { passing, retryAfterMs });
  }
  try {
    return { kind: "json", value: JSON.parse(body) as unknown, latencyMs };
  } catch {
    return failed("not_json", { why: "not_json" }, latencyMs);
  }
}

export function failed(
  code: EnrichmentFailureCode,
  why: NoAnswer,
  latencyMs: number,
  more: Partial<Pick<EnrichmentFailure, "passing" | "retryAfterMs">> = {},
): EnrichmentFailure {
  return { kind: "failed", code, why, latencyMs, passing: false, retryAfterMs: null, ...more };
}

function whyNone(
  code: Extract<OutgoingAnswer, { kind: "none" }>["code"],
  { timeoutMs, answerBytesMax: bytesMax }: OutgoingCall,
): NoAnswer {
  if (code === "timeout") return { why: code, timeoutMs };
  return code === "too_large" ? { why: code, bytesMax } : { why: code };
}
