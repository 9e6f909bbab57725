import type { Finding } from "../desk/reconciliation.ts";
import type { UnmetIn } from "../routing/unmet.ts";
import type { AssignmentAgentNotice, AssignmentTopicNotice } from "./events/assignment.ts";
import type { DeliveryTopicNotice } from "./events/delivery.ts";
import type { FactTopicNotice } from "./events/facts.ts";
import type { LifeAgentNotice, LifeCustomerNotice, LifeTopicNotice } from "./events/life.ts";
import type { ReminderAgentNotice } from "./events/reminders.ts";
import type { NotifiesAgent, NotifiesCustomer, NotifiesTopic } from "./events/row.ts";
import type { CallsWebhook, SlaNotice } from "./events/sla.ts";

/** What a customer is told about a ticket of theirs. Codes and facts only: `texts/` has the words. */
export type CustomerNotice = LifeCustomerNotice;

/** What the staff reads in a ticket's topic. */
export type TopicNotice =
  | AssignmentTopicNotice
  | LifeTopicNotice
  | FactTopicNotice
  | SlaNotice
  | DeliveryTopicNotice;

/** What an agent is told in private, or by a mention in the topic if they never started the bot. */
export type AgentNotice =
  | AssignmentAgentNotice
  | LifeAgentNotice
  | ReminderAgentNotice
  | SlaNotice
  | { code: "nobody_takes_it"; queue: string }
  /** What a look at everything has found, a line each. */
  | ({ code: "reconciliation" } & Found)
  /** Messages of the staff group, or of private chats, have other numbers from now on. */
  | { code: "numbers_begun_anew"; where: "staff" | "private" }
  /** The endpoint answered 410. */
  | { code: "webhook_disabled"; webhook: string }
  /** It requires skills that no agent could ever have; null: the requirement is never dropped. */
  | ({ code: "skills_unmet" } & SkillsUnmet)
  | {
      code: "queue.depth_exceeded" | "queue.depth_recovered";
      queue: string;
      unassigned: number;
      limit: number;
    };

/** By the clock of this zone; an earlier release has stored it in words. */
export type Found = { findings: Finding[]; timeZone: string } | { lines: string[] };

/** Skills that no agent of the group has; an earlier release has stored it in words. */
export type SkillsUnmet = { queue: string; overrideAfterMs: number | null } & (
  | { unmet: UnmetIn }
  | { why: string[] }
);

/**
 * What an event sets in motion beyond the ticket itself. The card, the topic's name and icon, and the record are no
 * effects: they are views of the ticket that the drain brings up to date, so the latest always wins.
 */
export type Effect =
  /** The customer's confirmation with the reference and the next intake question; posted once, then edited. */
  | { kind: "receipt" }
  | NotifiesCustomer<CustomerNotice>
  | NotifiesTopic<TopicNotice>
  | NotifiesAgent<AgentNotice>
  /** It goes to another group. */
  | { kind: "move" }
  /** Another system is asked what it knows of the customer. */
  | { kind: "enrichment" }
  | CallsWebhook;
