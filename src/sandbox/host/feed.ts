import type { GroupInside } from "../desk/inside.ts";
import type { CrmRecord, CrmState } from "../scenarios/crm.ts";

/** A scenario that plays, or how the last one ended. */
export interface Playing {
  scenario: string;
  state: "playing" | "done" | "failed";
  /** What was seen so far, in order; the last one is waited for while it plays. */
  steps: { what: string; seen: boolean }[];
  /** When it ended, in ms since 1970 by the sandbox's clock: what was written until then is part of it. */
  endedAt: number | null;
  why?: string;
}

/** A call that the desk made to an endpoint of its configuration. */
export interface ReceivedWebhook {
  /** The same over all tries. */
  id: string;
  webhook: string;
  /** When it came, in ms since 1970, by the machine's clock. */
  at: number;
  type: string;
  data: unknown;
  /** Whether its signature is the desk's. */
  signed: boolean;
}

/** A question of the desk, and what the CRM answered. */
export interface CrmExchange {
  /** Counted from 1. */
  n: number;
  /** The same over all tries. */
  id: string;
  /** When the desk asked, in ms since 1970, by its own clock. */
  at: number;
  question: {
    ticket: { ref: string; category: string | null };
    contact: { telegramId: number };
  };
  /** `gone`: the caller had stopped waiting; null: no answer yet. */
  status: number | "gone" | null;
  answer: unknown;
  tookMs: number | null;
}

/** How the CRM is, what it was told to say of customers (by their Telegram ids), and what it was asked of late. */
export interface CrmInside {
  state: CrmState;
  records: Readonly<Record<string, CrmRecord>>;
  /** Oldest first. */
  exchanges: readonly CrmExchange[];
}

/** What the page hears of the desk and of the sandbox itself, one JSON line each; the first ones say how things are. */
export type SandboxNews =
  | { type: "inside"; inside: GroupInside }
  | { type: "record"; down: boolean }
  | { type: "playing"; playing: Playing | null }
  /** What the desk's webhooks brought of late, oldest first. */
  | { type: "webhooks"; webhooks: readonly ReceivedWebhook[] }
  | { type: "crm"; crm: CrmInside }
  | { type: "moving"; to: number | null }
  /** Everything starts over: the desk is away for a moment. */
  | { type: "starting_over"; done: boolean };

/** What the page needs to know once. */
export interface SandboxFacts {
  desk: string;
  groups: { id: string; chatId: number }[];
  agents: { id: number; name: string; role: string; groups: string[] }[];
  scenarios: { id: string; title: string; shows: string }[];
  /** What the CRM can say that means something to the desk; null where the desk asks another one, or none. */
  crm: { tiers: string[]; staleAfterMs: number } | null;
}
