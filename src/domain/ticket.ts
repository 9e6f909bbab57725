import type { Actor } from "./actor.ts";
import type { UnreachableReason } from "./contact.ts";
import type { TicketEvent } from "./event.ts";
import type { Priority } from "./priority.ts";
import type { TicketStatus } from "./status.ts";

/** A ticket as it is now. Instants are milliseconds since 1970 (UTC), `null` where it has not happened. */
export interface Ticket {
  /** `<group it was opened in>:<number>`; never changes. */
  id: string;
  number: number;
  /** What people call it: `SUP-1042`. */
  ref: string;
  group: string;
  customer: number;
  status: TicketStatus;
  subject: string;
  priority: Priority;
  queue: string;
  assignee: { id: number; name: string } | null;
  tags: string[];
  /** Answers to the intake fields: field id → option id. */
  fields: Record<string, string>;
  openedAt: number;
  /** The customer's first message that no agent has answered yet. */
  awaitingSince: number | null;
  firstAnsweredAt: number | null;
  resolvedAt: number | null;
  closedAt: number | null;
  /** Who brought the ticket into its present status, when and with which note. */
  statusBy: { by: Actor; at: number; note?: string };
  heldUntil: number | null;
  unreachable: UnreachableReason | null;
  payload: string | null;
  followUpOf: string | null;
  topicId: number | null;
  /** How many topics of it were deleted by hand. */
  topicsLost: number;
  reopenings: number;
  /** How many events made it what it is. */
  version: number;
}

/** The ticket after one more event; `null` is the ticket before `ticket_opened`. */
export function evolve(ticket: Ticket | null, event: TicketEvent): Ticket {
  if (event.type === "ticket_opened") return opened(event);
  if (ticket === null) throw new TypeError(`${event.type} without a ticket`);
  const next: Ticket = { ...ticket, version: ticket.version + 1 };
  if ("from" in event) {
    next.status = event.to;
    if (event.from !== event.to) next.statusBy = statusBy(event);
  }
  switch (event.type) {
    case "ticket_claimed":
      if (event.by.kind === "agent") next.assignee = { id: event.by.id, name: event.by.name };
      return next;
    case "ticket_unclaimed":
      next.assignee = null;
      return next;
    case "ticket_assigned":
      next.assignee = { id: event.assignee, name: event.assigneeName };
      return next;
    case "ticket_answered":
      next.awaitingSince = null;
      next.firstAnsweredAt ??= event.at;
      return next;
    case "customer_replied":
      next.awaitingSince ??= event.at;
      return next;
    case "ticket_resolved":
      next.resolvedAt = event.at;
      next.awaitingSince = null;
      return next;
    case "ticket_closed":
      next.closedAt = event.at;
      next.awaitingSince = null;
      next.heldUntil = null;
      return next;
    case "ticket_reopened":
      next.resolvedAt = null;
      next.closedAt = null;
      next.reopenings += 1;
      next.awaitingSince = event.by.kind === "customer" ? event.at : null;
      return next;
    case "priority_changed":
      next.priority = event.priority;
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
    case "note_added":
    case "delivery_failed":
    case "delivery_uncertain":
      return next;
    default:
      return event satisfies never;
  }
}

function statusBy(event: { by: Actor; at: number; note?: string }): Ticket["statusBy"] {
  return { by: event.by, at: event.at, ...(event.note === undefined ? {} : { note: event.note }) };
}

function opened(event: Extract<TicketEvent, { type: "ticket_opened" }>): Ticket {
  return {
    id: event.id,
    number: event.number,
    ref: event.ref,
    group: event.group,
    customer: event.customer,
    status: "open",
    subject: event.subject,
    priority: event.priority,
    queue: event.queue,
    assignee: null,
    tags: [],
    fields: {},
    openedAt: event.at,
    awaitingSince: event.at,
    firstAnsweredAt: null,
    resolvedAt: null,
    closedAt: null,
    statusBy: { by: event.by, at: event.at },
    heldUntil: event.heldUntil ?? null,
    unreachable: null,
    payload: event.payload ?? null,
    followUpOf: event.followUpOf ?? null,
    topicId: null,
    topicsLost: 0,
    reopenings: 0,
    version: 1,
  };
}
