import type { ContactId } from "../contact/contact-id.ts";
import type { UnreachableReason } from "../contact/contact.ts";
import type { Route } from "../contact/route.ts";
import type { Profile } from "../routing/profile.ts";
import type { TicketTimes } from "../sla/clocks.ts";
import type { EscalationLog } from "../sla/escalation-log.ts";
import type { SkillLevels } from "../team/skills.ts";
import type { Actor } from "./actor.ts";
import type { Note } from "./note.ts";
import type { TicketStatus } from "./status.ts";
import type { Subject } from "./subject.ts";

/** What an agent asked to be reminded of; `at` in ms since 1970. */
interface Reminder {
  agent: number;
  name: string;
  at: number;
  reason?: string;
}

/**
 * The shape of a stored ticket. Count it up with every change of the shape: a ticket stored in another shape is folded
 * from its events anew.
 */
export const TICKET_SHAPE = 8;

/** A ticket as it is now. Instants are milliseconds since 1970 (UTC), `null` where it has not happened. */
export interface Ticket extends TicketTimes {
  /** `<group it was opened in>:<number>`; never changes. */
  id: string;
  number: number;
  /** What people call it: `SUP-1042`. */
  ref: string;
  /** The group that has it. */
  group: string;
  /** The group whose object owns the customer's private chat. */
  home: string;
  /** The group that it went to from here; null where it is. */
  movedTo: string | null;
  customer: ContactId;
  /** Where the customer is reached; left out where that is the chat by which Telegram numbers them. */
  route?: Route;
  status: TicketStatus;
  subject: Subject;
  assignee: { id: number; name: string } | null;
  /** When the desk handed it to them, until they do something about it; null where it came to them by hand. */
  handedAt: number | null;
  /** Since when it waits for an agent, or waited. */
  waitingSince: number;
  /** Who gave it on, and is not asked again. */
  declined: number[];
  /** The profile from another system and when it came; null: none yet. */
  profile: (Profile & { receivedAt: number }) | null;
  /** An agent or a program chose its queue: no rule changes it any more. */
  queueSet: boolean;
  /** What the rules require of its assignee beyond the queue. */
  requireSkills: SkillLevels;
  /** An agent or a program set the priority: no rule changes it any more. */
  prioritySet: boolean;
  tags: string[];
  /** Answers to the intake fields: field id → option id. */
  fields: Record<string, string>;
  /** The owed answer when the desk ended the ticket without one: reopening owes it again. */
  owedSince: number | null;
  firstAnsweredAt: number | null;
  /** Who brought the ticket into its present status, when and with which note. */
  statusBy: { by: Actor; at: number; note?: Note };
  heldUntil: number | null;
  unreachable: UnreachableReason | null;
  payload: string | null;
  /** IETF language tag of the customer's app when they wrote it. */
  language: string | null;
  followUpOf: string | null;
  topicId: number | null;
  /** How many topics of it were deleted by hand. */
  topicsLost: number;
  reopenings: number;
  escalation: EscalationLog;
  /** One for each agent who asked. */
  reminders: Reminder[];
  /** When the last event happened. */
  changedAt: number;
  /** How many events made it what it is. */
  version: number;
  shape: typeof TICKET_SHAPE;
}

/** A ticket as programs and the record are told of it. */
export type TicketForPrograms = Ticket & { subject: string };
