import type { ContactFacts } from "../contact/contact.ts";
import type { Priority } from "../priority.ts";
import type { Already, MadeSo, Refusal } from "./decision.ts";

/** A ticket that a program asks for. */
export interface TicketOrder {
  type: "open";
  customer: ContactFacts;
  /** The customer's words; null: there are none. */
  message: string | null;
  subject: string | null;
  /** Null: as the rules have it. */
  queue: string | null;
  /** The group where it shall be, and its queue for what the rules would send elsewhere; null: any. */
  within: { group: string; queue: string } | null;
  fields: Readonly<Record<string, string>>;
  tier: string | null;
  /** The customer is not told. */
  quiet: boolean;
}

/** What a program asks of a ticket; agents by Telegram id, instants in ms since 1970. */
export type TicketAct =
  /** `claim` leaves it with whoever has it, `assign` does not. */
  | { type: "claim" | "assign"; agent: number }
  | { type: "unclaim" }
  | { type: "reply" | "note"; text: string }
  | { type: "resolve" | "close" | "reopen" | "escalate"; note?: string }
  | { type: "transfer"; queue: string; note?: string }
  | { type: "priority"; priority: Priority }
  | { type: "tags"; add: string[]; remove: string[] }
  | { type: "fields"; fields: Readonly<Record<string, string>> }
  /** Reminds the agent; null takes the reminder back. */
  | { type: "snooze"; agent: number; until: number | null; reason?: string };

/**
 * What came of it.
 *
 * - `done`: committed, or so before (`already`); `confirmation`: what the customer may be told
 * - `refused`: nothing is changed, and why
 * - `elsewhere`: that group has the ticket now; `unknown`: there is none such here
 * - `config_needed`: the caller has a newer configuration and must hand it over first
 * - `full`: not taken, because too much waits already
 */
export type Executed<Row> =
  | {
      status: "done";
      ticket: Row;
      already: (Already & Partial<MadeSo>) | null;
      confirmation: string;
      /** Until when the first answer is promised, in ms since 1970; null: it is not, or it is given. */
      firstResponseDueAt: number | null;
    }
  | { status: "refused"; refused: Refusal | { code: "agent.unknown"; agent: number; known: number[] } }
  | { status: "elsewhere"; group: string }
  | { status: "unknown" | "config_needed" | "full" };
