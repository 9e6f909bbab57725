import type { ContactId } from "../../contact/contact-id.ts";
import type { Route } from "../../contact/route.ts";
import type { Priority } from "../../priority.ts";
import { NEW_ESCALATION_LOG } from "../../sla/escalation-log.ts";
import type { Subject } from "../subject.ts";
import { TICKET_SHAPE, type Ticket } from "../ticket.ts";
import type { EventRows, Happened } from "./row.ts";

/** A ticket begins. */
export type OpeningEvent = Happened & {
  type: "ticket_opened";
  to: "open";
  id: string;
  number: number;
  ref: string;
  group: string;
  customer: ContactId;
  /** See `Ticket`. */
  route?: Route;
  subject: Subject;
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
};

type OpeningEffect = { kind: "receipt" } | { kind: "enrichment" };

export const OPENING_EVENTS = {
  ticket_opened: {
    about: "A customer or a program has opened it",
    webhook: "ticket.opened",
    facts: {
      to: "told",
      id: "kept",
      number: "kept",
      ref: "kept",
      group: "told",
      customer: "kept",
      route: "kept",
      subject: "kept",
      queue: "told",
      priority: "told",
      heldUntil: "instant",
      payload: "kept",
      language: "kept",
      followUpOf: "kept",
      fields: "kept",
      tier: "kept",
      quiet: "kept",
      queueSet: "kept",
    },
    outlives: ["queue", "group", "priority", "heldUntil"],
    changes: {
      priority: { is: "priority" },
      queue: { is: "queue" },
      group: { is: "group" },
      tier: { is: "tier" },
      fields: { is: "fields" },
    },
    // There is no ticket before it: `evolve` begins with `opened`.
    evolve: null,
    react: ({ quiet }) =>
      quiet === true ? [{ kind: "enrichment" }] : [{ kind: "receipt" }, { kind: "enrichment" }],
  },
} satisfies EventRows<OpeningEvent, OpeningEffect>;

export function opened(event: OpeningEvent): Ticket {
  return {
    id: event.id,
    number: event.number,
    ref: event.ref,
    group: event.group,
    home: event.group,
    movedTo: null,
    customer: event.customer,
    ...(event.route === undefined ? {} : { route: event.route }),
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
