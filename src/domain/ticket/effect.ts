import type { UnreachableReason } from "../contact/contact.ts";
import type { RoutingReason } from "../routing/reason.ts";
import type { MomentOf } from "../sla/escalation-log.ts";
import type { GoneBecause } from "../team/agent.ts";
import type { Actor } from "./actor.ts";
import type { Note } from "./note.ts";

/** What a customer is told about a ticket of theirs. Codes and facts only: `texts/` has the words. */
export type CustomerNotice =
  | { code: "ticket.resolved"; ref: string; autoCloseAfterMs: number }
  | { code: "ticket.closed"; ref: string; own: boolean; reopenWithinMs: number }
  | { code: "ticket.reopened"; ref: string };

/** What the staff reads in a ticket's topic. */
export type TopicNotice =
  | { code: "ticket.claimed"; by: Actor }
  | { code: "ticket.unclaimed"; by: Actor; gone?: { name: string | null; why: GoneBecause; queue: string } }
  | {
      code: "ticket.assigned";
      by: Actor;
      assignee: { id: number; name: string };
      note?: Note;
      /** Where the configuration shows it to the group. */
      routing?: RoutingReason;
    }
  | { code: "ticket.transferred"; by: Actor; queue: string; group?: string; note?: Note }
  | { code: "ticket.arrived"; from: string; url: string | null; by?: Actor; note?: Note }
  | { code: "assignment.declined" | "assignment.ignored"; agent: { id: number; name: string } }
  | { code: "ticket.escalated"; by: Actor; note?: Note }
  | { code: "sla"; lines: SlaLine[] }
  | { code: "ticket.resolved"; by: Actor; note?: Note }
  | { code: "ticket.closed"; by: Actor; note?: Note }
  | { code: "ticket.reopened"; by: Actor; note?: Note }
  | { code: "intake.waited" }
  | { code: "customer.unreachable"; reason: UnreachableReason }
  | { code: "customer.reachable" };

/** What an agent is told in private, or by a mention in the topic if they never started the bot. */
export type AgentNotice =
  | { code: "sla"; lines: SlaLine[] }
  /** The desk gave them the ticket. */
  | { code: "ticket.assigned_to_you"; note?: Note; routing?: RoutingReason }
  | { code: "assignment.ignored" }
  | { code: "nobody_takes_it"; queue: string }
  /** What a look at everything has found, a line each. */
  | { code: "reconciliation"; lines: string[] }
  /** Messages of the staff group, or of private chats, have other numbers from now on. */
  | { code: "numbers_begun_anew"; where: "staff" | "private" }
  /** An endpoint wants nothing more. */
  | { code: "webhook_disabled"; webhook: string }
  /** It requires what nobody could ever meet; null where that is never let go of. */
  | { code: "skills_unmet"; queue: string; why: string[]; overrideAfterMs: number | null }
  | { code: "ticket.escalated"; by: Actor; note?: Note }
  | { code: "reminder"; reason?: string }
  | {
      code: "queue.depth_exceeded" | "queue.depth_recovered";
      queue: string;
      unassigned: number;
      limit: number;
    };

/** What happened to a clock. */
export interface SlaLine extends MomentOf {
  /** The zone in which people read it; null in what an earlier release wrote without one. */
  timeZone: string | null;
  /** How long it still is until the due instant, where that is less than an hour; ms in full minutes. */
  soonMs?: number;
  /** The desk noted it late. */
  late: boolean;
  /** The promise was kept in the meantime, or the ticket is over. */
  kept: boolean;
  /** Who was not there: somebody to tell, or somebody free to take the ticket over. */
  nobody?: "to_tell" | "free";
}

/**
 * What an event sets in motion beyond the ticket itself. The card, the topic's name and icon, and the record are no
 * effects: they are views of the ticket that the drain brings up to date, so the latest always wins.
 */
export type Effect =
  /** The customer's confirmation with the reference and the next intake question; posted once, then edited. */
  | { kind: "receipt" }
  | { kind: "customer_notice"; notice: CustomerNotice }
  | { kind: "topic_notice"; notice: TopicNotice }
  | { kind: "agent_notice"; agent: { id: number; name: string }; notice: AgentNotice }
  /** It goes to another group. */
  | { kind: "move" }
  /** Another system is asked what it knows of the customer. */
  | { kind: "enrichment" }
  /** A call to an endpoint of the configuration. */
  | { kind: "webhook"; webhook: string; escalation: EscalationCall };

/** What an endpoint is told of a step. */
export interface EscalationCall extends MomentOf {
  policy: string;
  step: number;
  /** When the step was due, in ms since 1970. */
  at: number;
  /** The desk noted it late. */
  late: boolean;
}
