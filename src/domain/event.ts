import type { Actor } from "./actor.ts";
import type { UnreachableReason } from "./contact.ts";
import type { Priority } from "./priority.ts";
import type { TicketStatus } from "./status.ts";

/** What every event says: when (milliseconds since 1970, UTC) and who. */
interface Happened {
  at: number;
  by: Actor;
}

/** An event that may change the status says from which to which; both are the same where it did not. */
interface Transition extends Happened {
  from: TicketStatus;
  to: TicketStatus;
  note?: string;
}

/** Everything that can happen to a ticket. The ticket is the fold of its events: see `evolve`. */
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
      /** The closed ticket that this one follows up, by its reference. */
      followUpOf?: string;
    })
  /** `implicit`: by answering it, not by asking for it. */
  | (Transition & { type: "ticket_claimed"; implicit?: true })
  | (Transition & { type: "ticket_unclaimed" })
  | (Transition & { type: "ticket_assigned"; assignee: number; assigneeName: string })
  | (Transition & { type: "ticket_answered"; first: boolean })
  | (Transition & { type: "customer_replied" })
  | (Transition & { type: "ticket_resolved" })
  | (Transition & { type: "ticket_closed" })
  | (Transition & { type: "ticket_reopened" })
  | (Happened & { type: "priority_changed"; priority: Priority; previous: Priority })
  | (Happened & { type: "tags_changed"; added: string[]; removed: string[] })
  | (Happened & { type: "field_answered"; field: string; option: string })
  | (Happened & { type: "intake_released"; why: "answered" | "waited" })
  | (Happened & { type: "note_added"; text: string })
  | (Happened & { type: "customer_unreachable"; reason: UnreachableReason })
  | (Happened & { type: "customer_reachable" })
  | (Happened & { type: "topic_created"; topicId: number })
  | (Happened & { type: "topic_lost"; topicId: number })
  | (Happened & { type: "delivery_failed"; code: string })
  | (Happened & { type: "delivery_uncertain" });

export type TicketEventType = TicketEvent["type"];
