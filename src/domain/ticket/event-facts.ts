import type { TicketEvent, TicketEventType } from "./event.ts";

/** What endpoints know events of tickets as. */
export const TICKET_EVENTS = [
  "ticket.opened",
  "ticket.assigned",
  "ticket.unassigned",
  "ticket.customer_replied",
  "ticket.answered",
  "ticket.transferred",
  "ticket.escalated",
  "ticket.resolved",
  "ticket.closed",
  "ticket.reopened",
  "ticket.priority_changed",
  "ticket.tags_changed",
  "ticket.fields_changed",
  "ticket.noted",
  "ticket.enriched",
  "sla.warned",
  "sla.breached",
  "customer.unreachable",
  "customer.reachable",
  "delivery.failed",
] as const;

type EventOf<T extends TicketEventType> = Extract<TicketEvent, { type: T }>;

/**
 * What may be done with a fact of an event.
 *
 * - `told`: endpoints are told it, like the API's readers: a number, a name of the configuration, a code; nothing that
 *   anybody has written
 * - `kept`: the API alone tells it
 * - `instant`, `told instant`: the same of an instant in ms since 1970, which is written as ISO 8601 outside
 * - `words`: what people wrote of the ticket: endpoints get it with `includeText` only
 * - `{ instants }`: kept; an object, or a list of them, in which these are instants
 */
type Kind<V> =
  | "told"
  | "kept"
  | (V extends number | null ? "instant" | "told instant" : never)
  | (V extends string ? "words" : never)
  | (V extends readonly (infer Item)[] ? NestedInstants<Item> : V extends object ? NestedInstants<V> : never);
interface NestedInstants<Item> {
  instants: readonly (keyof Item & string)[];
}

/** What of a ticket an event can change, in the order in which the trail tells it. */
export const CHANGING = [
  "priority",
  "queue",
  "group",
  "tier",
  "fields",
  "assignee",
  "remindAt",
  "tags",
] as const;

/** A key of the event as it is stored, or what follows from it; `actor`: the id of who did it. */
type Side<E> = (keyof E & string) | ((event: Partial<E>, actor: string) => unknown);

interface Facts<E> {
  /** For readers of the API. */
  about: string;
  /** What endpoints know it as; null: it concerns nobody outside. */
  webhook: (typeof TICKET_EVENTS)[number] | null;
  /** The topic does not show it. */
  silent?: true;
  facts: { [K in Exclude<keyof E, "type" | "at" | "by" | "origin">]-?: Kind<Exclude<E[K], undefined>> };
  /** What it was before and what it is now; `was` is left out where there was nothing before. */
  changes: { [Fact in (typeof CHANGING)[number]]?: { was?: Side<E>; is: Side<E> } };
}

const TRANSITION = { from: "told", to: "told", note: "words" } as const;
const MOMENT_KEPT = {
  metric: "kept",
  instance: "kept",
  moment: "kept",
  offsetMs: "kept",
  clock: "kept",
  dueAt: "instant",
} as const;
const MOMENT = { ...MOMENT_KEPT, metric: "told", instance: "told", dueAt: "told instant" } as const;

/** Of an erased customer neither the field nor the option is known. */
function answer(field: string | undefined, option: string | null | undefined): unknown {
  return field === undefined || option === undefined ? undefined : { [field]: option };
}

/** All that is to be known of each type of event outside of the ticket itself. */
export const EVENT_FACTS = {
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
    changes: {
      priority: { is: "priority" },
      queue: { is: "queue" },
      group: { is: "group" },
      tier: { is: "tier" },
      fields: { is: "fields" },
    },
  },
  ticket_routed: {
    about: "The desk's rules gave it a queue, a priority, skills",
    webhook: "ticket.transferred",
    facts: {
      queue: "told",
      previousQueue: "told",
      priority: "told",
      previousPriority: "kept",
      requireSkills: "kept",
      rules: "kept",
      group: "told",
      previousGroup: "kept",
    },
    changes: {
      priority: { was: "previousPriority", is: "priority" },
      queue: { was: "previousQueue", is: "queue" },
      group: { was: "previousGroup", is: "group" },
    },
  },
  enrichment_answered: {
    about: "Another system said who the customer is",
    webhook: "ticket.enriched",
    facts: {
      profile: { instants: ["asOf"] },
      ignored: "kept",
      latencyMs: "kept",
      cached: "kept",
      stale: "kept",
    },
    changes: {},
  },
  enrichment_failed: {
    about: "It was asked and did not say",
    webhook: null,
    silent: true,
    facts: { code: "kept", why: "kept", latencyMs: "kept" },
    changes: {},
  },
  ticket_claimed: {
    about: "An agent took it",
    webhook: "ticket.assigned",
    facts: { ...TRANSITION, implicit: "kept" },
    changes: { assignee: { was: () => null, is: (_, actor) => Number(actor) } },
  },
  ticket_unclaimed: {
    about: "Nobody has it any more",
    webhook: "ticket.unassigned",
    facts: { ...TRANSITION, previousAssignee: "kept", agentName: "kept", why: "kept" },
    changes: { assignee: { was: "previousAssignee", is: () => null } },
  },
  ticket_assigned: {
    about: "The desk, an agent or a program gave it to an agent",
    webhook: "ticket.assigned",
    facts: {
      ...TRANSITION,
      assignee: "told",
      assigneeName: "kept",
      previousAssignee: "kept",
      routing: "kept",
    },
    changes: { assignee: { was: "previousAssignee", is: "assignee" } },
  },
  assignment_declined: {
    about: "Its agent does not want it",
    webhook: "ticket.unassigned",
    facts: { ...TRANSITION, agent: "kept", agentName: "kept" },
    changes: { assignee: { was: "agent", is: () => null } },
  },
  assignment_ignored: {
    about: "Its agent did not answer in time",
    webhook: "ticket.unassigned",
    facts: { ...TRANSITION, agent: "kept", agentName: "kept" },
    changes: { assignee: { was: "agent", is: () => null } },
  },
  ticket_transferred: {
    about: "Somebody put it into another queue",
    webhook: "ticket.transferred",
    facts: {
      ...TRANSITION,
      queueSet: "kept",
      queue: "told",
      previousQueue: "told",
      group: "told",
      previousGroup: "kept",
      previousAssignee: "kept",
    },
    changes: {
      queue: { was: "previousQueue", is: "queue" },
      group: { was: "previousGroup", is: "group" },
      // Nobody has it there yet.
      assignee: { was: "previousAssignee", is: ({ group }) => (group === undefined ? undefined : null) },
    },
  },
  ticket_arrived: {
    about: "It came from another group",
    webhook: null,
    facts: { group: "kept", number: "kept", topicId: "kept", home: "kept", cameFrom: "kept" },
    changes: { group: { was: "cameFrom", is: "group" } },
  },
  ticket_answered: {
    about: "The customer was answered",
    webhook: "ticket.answered",
    facts: { ...TRANSITION, first: "told", clocks: { instants: ["startedAt", "dueAt"] }, saidAt: "instant" },
    changes: {},
  },
  customer_replied: {
    about: "The customer wrote after an answer",
    webhook: "ticket.customer_replied",
    facts: { ...TRANSITION, saidAt: "instant" },
    changes: {},
  },
  ticket_escalated: {
    about: "It was escalated",
    webhook: "ticket.escalated",
    facts: { ...TRANSITION },
    changes: {},
  },
  ticket_resolved: {
    about: "It was resolved",
    webhook: "ticket.resolved",
    facts: { ...TRANSITION, clocks: { instants: ["startedAt", "dueAt"] } },
    changes: {},
  },
  ticket_closed: {
    about: "It was closed",
    webhook: "ticket.closed",
    facts: { ...TRANSITION, clocks: { instants: ["startedAt", "dueAt"] } },
    changes: {},
  },
  ticket_reopened: {
    about: "It goes on",
    webhook: "ticket.reopened",
    facts: { ...TRANSITION, saidAt: "instant" },
    changes: {},
  },
  priority_changed: {
    about: "It has another priority",
    webhook: "ticket.priority_changed",
    facts: { priority: "told", previous: "told" },
    changes: { priority: { was: "previous", is: "priority" } },
  },
  tags_changed: {
    about: "It has other tags",
    webhook: "ticket.tags_changed",
    facts: { added: "told", removed: "told" },
    changes: { tags: { was: "removed", is: "added" } },
  },
  field_answered: {
    about: "An intake field has an answer",
    webhook: "ticket.fields_changed",
    facts: { field: "told", option: "told", previousOption: "kept" },
    changes: {
      fields: {
        was: ({ field, previousOption }) => answer(field, previousOption),
        is: ({ field, option }) => answer(field, option),
      },
    },
  },
  intake_released: {
    about: "It waits no longer for intake answers",
    webhook: null,
    facts: { why: "kept" },
    changes: {},
  },
  note_added: {
    about: "Somebody wrote an internal note",
    webhook: "ticket.noted",
    silent: true,
    facts: { text: "words" },
    changes: {},
  },
  sla_warned: {
    about: "A promise is due soon",
    webhook: "sla.warned",
    facts: { ...MOMENT },
    changes: {},
  },
  sla_breached: {
    about: "A promise was not kept",
    webhook: "sla.breached",
    facts: { ...MOMENT },
    changes: {},
  },
  sla_overdue: {
    about: "Time has passed since then",
    webhook: null,
    facts: { ...MOMENT_KEPT },
    changes: {},
  },
  escalation_taken: {
    about: "An action of an escalation policy was taken",
    webhook: null,
    silent: true,
    facts: { ...MOMENT_KEPT, policy: "kept", step: "kept", action: "kept", result: "kept", agents: "kept" },
    changes: {},
  },
  escalation_notices_merged: {
    about: "Notices that a cooldown kept back were told",
    webhook: null,
    silent: true,
    facts: { notices: { instants: ["at", "dueAt"] } },
    changes: {},
  },
  reminder_set: {
    about: "Somebody wants to be reminded",
    webhook: null,
    silent: true,
    facts: {
      remindAt: "instant",
      previousRemindAt: "instant",
      agent: "kept",
      agentName: "kept",
      reason: "kept",
    },
    changes: { remindAt: { was: "previousRemindAt", is: "remindAt" } },
  },
  reminder_cleared: {
    about: "They do not any more",
    webhook: null,
    silent: true,
    facts: { agent: "kept", previousRemindAt: "instant" },
    changes: { remindAt: { was: "previousRemindAt", is: () => null } },
  },
  reminder_due: {
    about: "They were reminded",
    webhook: null,
    silent: true,
    facts: { agent: "kept", agentName: "kept", reason: "kept" },
    changes: {},
  },
  customer_unreachable: {
    about: "The customer cannot be written to",
    webhook: "customer.unreachable",
    facts: { reason: "told" },
    changes: {},
  },
  customer_reachable: {
    about: "They can be again",
    webhook: "customer.reachable",
    facts: {},
    changes: {},
  },
  topic_created: {
    about: "It has a topic",
    webhook: null,
    silent: true,
    facts: { topicId: "kept" },
    changes: {},
  },
  topic_lost: {
    about: "Somebody deleted its topic",
    webhook: null,
    facts: { topicId: "kept" },
    changes: {},
  },
  delivery_failed: {
    about: "A message did not arrive",
    webhook: "delivery.failed",
    silent: true,
    facts: { code: "told" },
    changes: {},
  },
  delivery_uncertain: {
    about: "Nobody knows whether a message arrived",
    webhook: null,
    silent: true,
    facts: {},
    changes: {},
  },
} satisfies { [T in TicketEventType]: Facts<EventOf<T>> };

export const EVENT_TYPES = Object.keys(EVENT_FACTS) as [TicketEventType, ...TicketEventType[]];

/** The same of a type that the compiler does not know. */
interface StoredFacts extends Omit<Facts<Record<string, unknown>>, "facts"> {
  facts: Readonly<
    Record<string, "told" | "kept" | "instant" | "told instant" | "words" | { instants: readonly string[] }>
  >;
}

/** What is known of events of a type; undefined for one that a later release has stored. */
export function factsOfEvent(type: string): StoredFacts | undefined {
  const all: Readonly<Record<string, unknown>> = EVENT_FACTS;
  return Object.hasOwn(all, type) ? (all[type] as StoredFacts) : undefined;
}
