import type { UnreachableReason } from "../contact/contact.ts";
import type { Origin } from "../desk/audit.ts";
import type { Priority } from "../priority.ts";
import type { Profile } from "../routing/profile.ts";
import type { Routed, RoutingReason } from "../routing/reason.ts";
import type { EscalationReceipt, HeldNotice, MomentOf } from "../sla/escalation-log.ts";
import type { Verdict } from "../sla/verdict.ts";
import type { GoneBecause } from "../team/agent.ts";
import type { Actor } from "./actor.ts";
import type { Note } from "./note.ts";
import type { TicketStatus } from "./status.ts";

/**
 * What every event says: when (milliseconds since 1970, UTC) and who. `origin`: from where a program called; it is for
 * the audit trail alone, and `unplaced` for everybody else.
 */
interface Happened {
  at: number;
  by: Actor;
  origin?: Origin;
}

/** An event that may change the status says from which to which; both are the same where it did not. */
interface Transition extends Happened {
  from: TicketStatus;
  to: TicketStatus;
  note?: Note;
}

/** Something that was brought late; `at` keeps the order, `saidAt` is what promises count by. */
interface Said {
  saidAt?: number;
}

/**
 * Everything that can happen to a ticket. The ticket is the fold of its events: see `evolve`. What was so before
 * (`previous…`) is told by the trail; where it may be missing, earlier releases have not stored it.
 */
export type TicketEvent =
  | (Happened & {
      type: "ticket_opened";
      to: "open";
      id: string;
      number: number;
      ref: string;
      group: string;
      customer: number;
      subject: string;
      queue: string;
      priority: Priority;
      /** Until when required intake fields hold the ticket back from the staff group. */
      heldUntil?: number;
      /** What stood behind `/start`, where the customer came by a link. */
      payload?: string;
      /** IETF language tag of the customer's app. */
      language?: string;
      /** The closed ticket that this one follows up, by its reference. */
      followUpOf?: string;
      /** What a program knew from the start. */
      fields?: Record<string, string>;
      tier?: string;
      /** The customer was not told. */
      quiet?: true;
      /** A program chose the queue. */
      queueSet?: true;
    })
  /** `implicit`: by answering it, not by asking for it. */
  | (Transition & { type: "ticket_claimed"; implicit?: true })
  /** `why`, `agentName`: the desk took it from somebody who is not there, or is no agent of the group any more. */
  | (Transition & {
      type: "ticket_unclaimed";
      previousAssignee?: number;
      agentName?: string;
      why?: GoneBecause;
    })
  /** `previousAssignee`: who had it; null: nobody. `routing`: why them, where the desk handed it out. */
  | (Transition & {
      type: "ticket_assigned";
      assignee: number;
      assigneeName: string;
      previousAssignee?: number | null;
      routing?: RoutingReason;
    })
  /** The assignee gives it on: they are not asked again. */
  | (Transition & { type: "assignment_declined"; agent: number; agentName: string })
  /** The assignee did not answer in the time that the queue gives: it goes on, and they are away. */
  | (Transition & { type: "assignment_ignored"; agent: number; agentName: string })
  /** What another system says of the customer; `latencyMs` 0 and `cached` where it had said so before. */
  | (Happened & {
      type: "enrichment_answered";
      profile: Profile;
      /** What it said that does not fit the desk. */
      ignored: string[];
      latencyMs: number;
      cached?: true;
      /** By its own account older than the configuration takes for good. */
      stale?: true;
    })
  | (Happened & { type: "enrichment_failed"; code: string; why: string; latencyMs: number })
  /**
   * By hand, or because its place is not in the configuration any more. `group`: the group of the queue, where it is
   * another one; nobody has it there yet. `queueSet`: left out, the queue counts as chosen.
   */
  | (Transition & {
      type: "ticket_transferred";
      queueSet?: boolean;
      queue: string;
      previousQueue: string;
      group?: string;
      previousGroup?: string;
      previousAssignee?: number | null;
    })
  /** It came from another group; `number` is what it is here, `topicId` the topic that it had here before, if any. */
  | (Happened & {
      type: "ticket_arrived";
      group: string;
      number: number;
      topicId: number | null;
      /** The group whose object owns the customer's private chat from now on, where that has changed. */
      home?: string;
      cameFrom: string;
    })
  /** The desk's rules gave it a place. */
  | (Happened & { type: "ticket_routed" } & Routed)
  /** `clocks`: what became of the SLA clocks that this ended, here and below. */
  | (Transition & { type: "ticket_answered"; first: boolean; clocks?: Verdict[] } & Said)
  | (Transition & { type: "customer_replied" } & Said)
  | (Transition & { type: "ticket_escalated"; note?: string })
  | (Transition & { type: "ticket_resolved"; clocks?: Verdict[] })
  | (Transition & { type: "ticket_closed"; clocks?: Verdict[] })
  | (Transition & { type: "ticket_reopened" } & Said)
  | (Happened & { type: "priority_changed"; priority: Priority; previous: Priority })
  | (Happened & { type: "tags_changed"; added: string[]; removed: string[] })
  | (Happened & { type: "field_answered"; field: string; option: string; previousOption?: string | null })
  | (Happened & { type: "intake_released"; why: "answered" | "waited" })
  | (Happened & { type: "note_added"; text: string })
  /** Stamped with the instant at which it was due, whenever the desk looked. */
  | (Happened & { type: "sla_warned" } & MomentOf)
  | (Happened & { type: "sla_breached" } & MomentOf)
  /** Time has passed since the breach, and nobody kept the promise. */
  | (Happened & { type: "sla_overdue" } & MomentOf)
  /** One action of an escalation step; a manual escalation is `ticket_escalated`. */
  | (Happened & { type: "escalation_taken" } & MomentOf & EscalationReceipt)
  /** What the cooldown held back was told in one go. */
  | (Happened & { type: "escalation_notices_merged"; notices: HeldNotice[] })
  | (Happened & {
      type: "reminder_set";
      remindAt: number;
      previousRemindAt?: number | null;
      agent: number;
      agentName: string;
      reason?: string;
    })
  | (Happened & { type: "reminder_cleared"; agent: number; previousRemindAt?: number })
  | (Happened & { type: "reminder_due"; agent: number; agentName: string; reason?: string })
  | (Happened & { type: "customer_unreachable"; reason: UnreachableReason })
  | (Happened & { type: "customer_reachable" })
  | (Happened & { type: "topic_created"; topicId: number })
  | (Happened & { type: "topic_lost"; topicId: number })
  | (Happened & { type: "delivery_failed"; code: string })
  | (Happened & { type: "delivery_uncertain" });

export type TicketEventType = TicketEvent["type"];

/** An event, or what the record keeps of one, without the place that its program called from. */
export function unplaced<T extends { origin?: unknown }>(said: T): T {
  const { origin: _, ...rest } = said;
  return rest as T;
}
