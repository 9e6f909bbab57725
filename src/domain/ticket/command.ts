import type { ContactId } from "../contact/contact-id.ts";
import type { UnreachableReason } from "../contact/contact.ts";
import type { Priority } from "../priority.ts";
import type { Profile } from "../routing/profile.ts";
import type { RoutingReason } from "../routing/reason.ts";
import type { TeamAt } from "../routing/taking-over.ts";
import type { GoneBecause } from "../team/agent.ts";
import type { Actor } from "./actor.ts";
import type { DeskNote } from "./note.ts";

/** An agent as the one who acts. */
export type AgentActor = Extract<Actor, { kind: "agent" }>;
/** An actor who may work on a ticket: an agent in Telegram, or a program through the API. */
export type Worker = Extract<Actor, { kind: "agent" | "key" }>;

/** What a new ticket is made of; the shell knows the number, the domain never counts by itself. */
interface Opening {
  number: number;
  customer: ContactId;
  subject: string;
  /** IETF language tag of the customer's app. */
  language: string | null;
  payload: string | null;
  followUpOf: string | null;
}

/** What a program knows about the ticket that it opens. */
interface Request extends Opening {
  /** The queue that was asked for; null: the rules decide. */
  queue: string | null;
  /** The group in which it must be, and its queue if the rules lead elsewhere; null: any. */
  within: { group: string; queue: string } | null;
  /** Intake field → option; `category` and `urgency` also if intake does not ask for them. */
  fields: Readonly<Record<string, string>>;
  tier: string | null;
  /** The customer is not told. */
  quiet: boolean;
}

/** What happened outside, or what is asked for. A command concerns one ticket. */
export type TicketCommand =
  /**
   * `saidAt`: when it was said, where the desk knows of something later that happened before it was brought; `broughtAt`,
   * when it came, where that was later. Here and below.
   */
  | {
      type: "customer_wrote";
      customer: ContactId;
      gratitude: boolean;
      opening: Opening;
      saidAt?: number;
      broughtAt?: number;
    }
  | { type: "ticket_requested"; by: Worker; opening: Request }
  | { type: "customer_answered_intake"; customer: ContactId; field: string; option: string }
  | { type: "customer_closed"; customer: ContactId }
  | { type: "customer_unreachable"; reason: UnreachableReason }
  | { type: "customer_reachable"; customer: ContactId }
  | { type: "agent_answered"; by: Worker; saidAt?: number; broughtAt?: number }
  | { type: "agent_claimed"; by: AgentActor }
  /** `lead`: they may take it from another agent. */
  | { type: "agent_unclaimed"; by: Worker; lead: boolean }
  /** `unlessTaken`: a present assignee keeps it. */
  | { type: "agent_assigned"; by: Worker; assignee: { id: number; name: string }; unlessTaken?: true }
  /** The desk hands it out. */
  | { type: "desk_assigned"; assignee: { id: number; name: string }; routing: RoutingReason }
  | { type: "agent_declined"; by: Worker }
  /** Its assignee is not there, or not an agent of this group any more. */
  | { type: "assignee_gone"; why: GoneBecause }
  /** An agent who asked to be reminded is not an agent of this group any more. */
  | { type: "reminders_gone"; agents: readonly number[] }
  /** Its queue, or its group, is not in the configuration any more: it goes to a queue of this group or of another. */
  | { type: "place_lost"; queue: string; group: string; note: DeskNote }
  /** Another system has answered, or told before, what it knows; `stale` by the configuration's measure. */
  | {
      type: "enrichment_answered";
      profile: Profile;
      ignored: string[];
      latencyMs: number;
      cached: boolean;
      stale: boolean;
    }
  | { type: "enrichment_failed"; code: string; why: string; latencyMs: number }
  /** It came from another group; `number` is what it is here, `topicId` the topic that it had here before, if any. */
  | {
      type: "ticket_arrived";
      group: string;
      number: number;
      topicId: number | null;
      from: string;
      home?: string;
    }
  | { type: "desk_transferred"; queue: string; note: DeskNote }
  | { type: "agent_transferred"; by: Worker; queue: string; note?: string }
  | { type: "agent_noted"; by: Worker; text: string }
  | { type: "agent_resolved"; by: Worker; note?: string }
  | { type: "agent_closed"; by: Worker; note?: string }
  | { type: "agent_reopened"; by: Worker; note?: string }
  | { type: "agent_escalated"; by: Worker; note?: string }
  /** Reminds `agent`; `remindAt` in ms since 1970, null takes the reminder back. */
  | {
      type: "agent_snoozed";
      by: Worker;
      agent: { id: number; name: string };
      remindAt: number | null;
      reason?: string;
    }
  | { type: "agent_set_fields"; by: Worker; fields: Readonly<Record<string, string>> }
  | { type: "agent_prioritised"; by: Worker; priority: Priority }
  | { type: "agent_tagged"; by: Worker; add: string[]; remove: string[] }
  | { type: "topic_created"; topicId: number }
  | { type: "topic_lost"; topicId: number }
  | { type: "delivery_failed"; code: string }
  | { type: "delivery_uncertain" }
  /** `team`: agents who may take tickets over. */
  | { type: "clock_struck"; team: TeamAt };

export type CommandOf<T extends TicketCommand["type"]> = Extract<TicketCommand, { type: T }>;

/** The note of a command, as its event has it. */
export function note<N>(command: { note?: N }): { note?: N } {
  return command.note === undefined ? {} : { note: command.note };
}
