import type { Actor } from "./actor.ts";
import type { UnreachableReason } from "./contact.ts";

/** What a customer is told about a ticket of theirs. Codes and facts only: `telegram/text.ts` has the words. */
export type CustomerNotice =
  | { code: "ticket.resolved"; ref: string; autoCloseAfterMs: number }
  | { code: "ticket.closed"; ref: string; own: boolean; reopenWithinMs: number }
  | { code: "ticket.reopened"; ref: string };

/** What the staff reads in a ticket's topic. */
export type TopicNotice =
  | { code: "ticket.claimed"; by: Actor }
  | { code: "ticket.unclaimed"; by: Actor }
  | { code: "ticket.assigned"; by: Actor; assignee: { id: number; name: string } }
  | { code: "ticket.resolved"; by: Actor; note?: string }
  | { code: "ticket.closed"; by: Actor; note?: string }
  | { code: "ticket.reopened"; by: Actor; note?: string }
  | { code: "intake.waited" }
  | { code: "customer.unreachable"; reason: UnreachableReason }
  | { code: "customer.reachable" };

/**
 * What an event sets in motion beyond the ticket itself. The card, the topic's name and icon, and the record are no
 * effects: they are views of the ticket that the drain brings up to date, so the latest always wins.
 */
export type Effect =
  /** The customer's confirmation with the reference and the next intake question; posted once, then edited. */
  | { kind: "receipt" }
  | { kind: "customer_notice"; notice: CustomerNotice }
  | { kind: "topic_notice"; notice: TopicNotice };
