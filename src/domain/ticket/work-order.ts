import type { ContactFacts } from "../contact/contact.ts";
import type { AgentsAct, AssignmentAct } from "./commands/assignment.ts";
import type { FactAct } from "./commands/facts.ts";
import type { LifeAct } from "./commands/life.ts";
import type { OpeningAct } from "./commands/opening.ts";
import type { Already, MadeSo, Refusal } from "./decision.ts";

/** A ticket that a program asks for. */
export interface TicketOrder {
  type: "open";
  customer: ContactFacts;
  /** The customer's words; null: none. */
  message: string | null;
  subject: string | null;
  /** Null: as the rules have it. */
  queue: string | null;
  /** The group in which it must be, and its queue if the rules lead elsewhere; null: any. */
  within: { group: string; queue: string } | null;
  fields: Readonly<Record<string, string>>;
  tier: string | null;
  /** The customer is not told. */
  quiet: boolean;
}

/**
 * What agents ask of a ticket by commands and buttons, and programs through the API. A verb that is added does not compile
 * before its row says how it is asked for and what it is to the ticket.
 */
export type TicketAct = ProgramAct | AgentsAct;

/** What a program may ask. */
export type ProgramAct = OpeningAct | LifeAct | AssignmentAct | FactAct;

/**
 * Outcome.
 *
 * - `done`: committed now, or before (`already`); `confirmation`: what the customer may be told
 * - `refused`: nothing is changed, and why
 * - `elsewhere`: that group has the ticket now; `unknown`: no such ticket here
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
  | { status: "refused"; refused: Refusal }
  | { status: "elsewhere"; group: string }
  | { status: "unknown" | "config_needed" | "full" };
