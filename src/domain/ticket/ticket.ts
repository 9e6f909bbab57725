import type { UnreachableReason } from "../contact/contact.ts";
import { TICKET_PHASES_MAX } from "../limits.ts";
import type { Profile } from "../routing/profile.ts";
import type { Phase, TicketTimes } from "../sla/clocks.ts";
import {
  clockKey,
  gravestOf,
  heldNotice,
  isNotice,
  momentKey,
  NEW_ESCALATION_LOG,
  type EscalationLog,
} from "../sla/escalation-log.ts";
import type { Verdict } from "../sla/verdict.ts";
import type { SkillLevels } from "../team/skills.ts";
import type { Actor } from "./actor.ts";
import type { TicketEvent } from "./event.ts";
import type { Note } from "./note.ts";
import type { TicketStatus } from "./status.ts";

/** What an agent asked to be reminded of; `at` in ms since 1970. */
interface Reminder {
  agent: number;
  name: string;
  at: number;
  reason?: string;
}

/**
 * The shape of a stored ticket. Whoever changes it counts it up: a ticket stored in another shape is folded from its
 * events anew.
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
  customer: number;
  status: TicketStatus;
  subject: string;
  assignee: { id: number; name: string } | null;
  /** When the desk handed it to them, until they do something about it; null where it came to them by hand. */
  handedAt: number | null;
  /** Since when it waits for somebody to take it, or waited. */
  waitingSince: number;
  /** Who gave it on, and is not asked again. */
  declined: number[];
  /** What another system says of the customer, and when it said so; null while it has said nothing. */
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
  /** What it was when the desk ended the ticket without an answer: whoever reopens it owes that answer again. */
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

/** The ticket after one more event; `null` is the ticket before `ticket_opened`. */
export function evolve(ticket: Ticket | null, event: TicketEvent): Ticket {
  if (event.type === "ticket_opened") return opened(event);
  if (ticket === null) throw new TypeError(`${event.type} without a ticket`);
  const next: Ticket = { ...ticket, version: ticket.version + 1, changedAt: event.at };
  if ("from" in event) {
    next.status = event.to;
    if (event.from !== event.to) next.statusBy = statusBy(event);
    next.phases = withPhase(ticket.phases, event.to, event.at);
  }
  switch (event.type) {
    case "ticket_claimed":
      if (event.by.kind === "agent") next.assignee = { id: event.by.id, name: event.by.name };
      next.handedAt = null;
      next.claimedAt ??= event.at;
      return next;
    case "ticket_unclaimed":
      return unassigned(next, event.at);
    case "assignment_declined":
    case "assignment_ignored":
      return { ...unassigned(next, event.at), declined: [...ticket.declined, event.agent] };
    case "enrichment_answered":
      next.profile = { ...event.profile, receivedAt: event.at };
      next.tier = event.profile.tier ?? next.tier;
      return next;
    case "enrichment_failed":
      return next;
    case "ticket_transferred":
      next.queue = event.queue;
      next.queueSet = event.queueSet ?? true;
      next.waitingSince = event.at;
      // Who did not want it is asked again only because a person sends it where they are.
      if (event.by.kind !== "system") next.declined = [];
      return event.group === undefined ? next : gone(next, event.group);
    case "ticket_arrived":
      // The topic of the group that it came from is not a topic here, though its number may be.
      return {
        ...next,
        number: event.number,
        group: event.group,
        home: event.home ?? ticket.home,
        topicId: event.topicId,
        movedTo: null,
      };
    case "ticket_routed":
      next.queue = event.queue;
      next.requireSkills = event.requireSkills;
      next.priority = event.priority ?? next.priority;
      if (next.priority !== ticket.priority) delete next.raisedFrom;
      // In another queue the wait begins anew, and so does what it lets go of.
      if (event.queue !== event.previousQueue) next.waitingSince = event.at;
      return event.group === undefined ? next : gone(next, event.group);
    case "ticket_assigned":
      next.assignee = { id: event.assignee, name: event.assigneeName };
      next.handedAt = event.routing === undefined ? null : event.at;
      next.claimedAt ??= event.at;
      return next;
    case "ticket_answered":
      next.handedAt = null;
      next.awaitingSince = null;
      next.owedSince = null;
      next.firstAnsweredAt ??= event.saidAt ?? event.at;
      next.firstResponseEndedAt ??= event.saidAt ?? event.at;
      return event.saidAt === undefined ? next : withoutBreaches(next, event.clocks ?? []);
    case "customer_replied":
      return withTurn(next, event.saidAt ?? event.at);
    case "ticket_escalated":
      return next;
    case "ticket_resolved":
      next.handedAt = null;
      next.resolvedAt = event.at;
      next.owedSince = ticket.awaitingSince;
      next.awaitingSince = null;
      next.firstResponseEndedAt ??= event.at;
      return next;
    case "ticket_closed":
      next.handedAt = null;
      next.closedAt = event.at;
      next.owedSince = event.by.kind === "customer" ? null : (ticket.awaitingSince ?? ticket.owedSince);
      next.awaitingSince = null;
      next.firstResponseEndedAt ??= event.at;
      next.heldUntil = null;
      next.reminders = [];
      return next;
    case "ticket_reopened":
      next.resolvedAt = null;
      next.closedAt = null;
      next.reopenings += 1;
      next.owedSince = null;
      if (next.assignee === null) next.waitingSince = event.at;
      return event.by.kind === "customer"
        ? withTurn(next, event.saidAt ?? event.at)
        : withDebt(next, ticket.owedSince);
    case "priority_changed":
      next.priority = event.priority;
      if (event.by.kind === "system" && event.by.rule === "escalation")
        next.raisedFrom = [...(ticket.raisedFrom ?? []), { at: event.at, priority: event.previous }];
      else delete next.raisedFrom;
      next.prioritySet ||= event.by.kind === "agent" || event.by.kind === "key";
      return next;
    case "tags_changed":
      next.tags = [...ticket.tags.filter((tag) => !event.removed.includes(tag)), ...event.added];
      return next;
    case "field_answered":
      next.fields = { ...ticket.fields, [event.field]: event.option };
      return next;
    case "intake_released":
      next.heldUntil = null;
      return next;
    case "customer_unreachable":
      next.unreachable = event.reason;
      return next;
    case "customer_reachable":
      next.unreachable = null;
      return next;
    case "topic_created":
      next.topicId = event.topicId;
      return next;
    case "topic_lost":
      next.topicId = null;
      next.topicsLost += 1;
      return next;
    case "sla_warned":
    case "sla_breached":
    case "sla_overdue":
      next.escalation = {
        ...ticket.escalation,
        happened: { ...ticket.escalation.happened, [momentKey(event)]: event.at },
      };
      return next;
    case "escalation_taken": {
      const held = heldNotice(event);
      next.escalation = {
        ...ticket.escalation,
        ...(isNotice(event) ? { noticeAt: event.at, noticeOf: event.moment } : {}),
        held: held === null ? ticket.escalation.held : [...ticket.escalation.held, held],
      };
      return next;
    }
    case "escalation_notices_merged":
      next.escalation = {
        ...ticket.escalation,
        noticeAt: event.at,
        noticeOf: gravestOf(event.notices),
        held: [],
      };
      return next;
    case "reminder_set": {
      const { agent, agentName: name, remindAt: at, reason } = event;
      const reminder: Reminder = { agent, name, at, ...(reason === undefined ? {} : { reason }) };
      next.reminders = [...withoutReminder(ticket, agent), reminder];
      return next;
    }
    case "reminder_cleared":
    case "reminder_due":
      next.reminders = withoutReminder(ticket, event.agent);
      return next;
    case "note_added":
    case "delivery_failed":
    case "delivery_uncertain":
      return next;
    default:
      return event satisfies never;
  }
}

/** It is another group's now: nobody here has it, and its topic is no more than a memory. */
function gone(ticket: Ticket, group: string): Ticket {
  return { ...ticket, assignee: null, handedAt: null, group, movedTo: group, reminders: [] };
}

function unassigned(ticket: Ticket, at: number): Ticket {
  return { ...ticket, assignee: null, handedAt: null, waitingSince: at };
}

/** The customer has the floor: a new turn, unless an earlier message is still unanswered. */
function withTurn(ticket: Ticket, at: number): Ticket {
  if (ticket.awaitingSince !== null) return ticket;
  if (ticket.firstResponseEndedAt === null) return { ...ticket, awaitingSince: at };
  const { happened } = ticket.escalation;
  // Each turn is a clock of its own: what happened to the former is history.
  const former = clockKey("nextResponse", ticket.turns);
  const still = Object.entries(happened).filter(([key]) => !key.startsWith(former));
  return {
    ...ticket,
    awaitingSince: at,
    turns: ticket.turns + 1,
    escalation: { ...ticket.escalation, happened: Object.fromEntries(still) },
  };
}

/** What was taken for broken because an answer that was said in time had not been brought yet. */
function withoutBreaches(ticket: Ticket, clocks: readonly Verdict[]): Ticket {
  const kept = clocks.filter(({ met }) => met).map(({ metric, instance }) => clockKey(metric, instance));
  const happened = Object.entries(ticket.escalation.happened).filter(
    ([key]) => !kept.some((of) => key.startsWith(of) && !key.startsWith(`${of}warning`)),
  );
  return { ...ticket, escalation: { ...ticket.escalation, happened: Object.fromEntries(happened) } };
}

/** An answer that is owed again is waited for as if the ticket had never been over. */
function withDebt(ticket: Ticket, owedSince: number | null): Ticket {
  if (owedSince === null) return ticket;
  // Without a turn since, it is the first answer that is owed.
  const firstResponseEndedAt = ticket.turns === 0 ? null : ticket.firstResponseEndedAt;
  return { ...ticket, awaitingSince: owedSince, firstResponseEndedAt };
}

/** Of very long histories the oldest waits are forgotten, and count as the desk's time. */
function withPhase(phases: Phase[], status: TicketStatus, at: number): Phase[] {
  const is = phaseOf(status);
  if (phases.at(-1)?.is === is) return phases;
  const kept = phases.length < TICKET_PHASES_MAX ? phases : [phases[0]!, ...phases.slice(3)];
  return [...kept, { at, is }];
}

function phaseOf(status: TicketStatus): Phase["is"] {
  if (status === "resolved" || status === "closed") return "over";
  return status === "waiting" ? "waiting" : "active";
}

function withoutReminder({ reminders }: Ticket, agent: number): Reminder[] {
  return reminders.filter((reminder) => reminder.agent !== agent);
}

function statusBy(event: { by: Actor; at: number; note?: Note }): Ticket["statusBy"] {
  return { by: event.by, at: event.at, ...(event.note === undefined ? {} : { note: event.note }) };
}

function opened(event: Extract<TicketEvent, { type: "ticket_opened" }>): Ticket {
  return {
    id: event.id,
    number: event.number,
    ref: event.ref,
    group: event.group,
    home: event.group,
    movedTo: null,
    customer: event.customer,
    status: "open",
    subject: event.subject,
    priority: event.priority,
    queue: event.queue,
    tier: event.tier ?? null,
    assignee: null,
    handedAt: null,
    waitingSince: event.at,
    declined: [],
    profile: null,
    queueSet: event.queueSet ?? false,
    requireSkills: {},
    prioritySet: false,
    tags: [],
    fields: event.fields ?? {},
    openedAt: event.at,
    claimedAt: null,
    awaitingSince: event.at,
    owedSince: null,
    firstAnsweredAt: null,
    firstResponseEndedAt: null,
    turns: 0,
    resolvedAt: null,
    closedAt: null,
    statusBy: { by: event.by, at: event.at },
    heldUntil: event.heldUntil ?? null,
    unreachable: null,
    payload: event.payload ?? null,
    language: event.language ?? null,
    followUpOf: event.followUpOf ?? null,
    topicId: null,
    topicsLost: 0,
    reopenings: 0,
    phases: [{ at: event.at, is: "active" }],
    escalation: NEW_ESCALATION_LOG,
    reminders: [],
    changedAt: event.at,
    version: 1,
    shape: TICKET_SHAPE,
  };
}
