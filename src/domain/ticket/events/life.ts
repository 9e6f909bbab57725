import { clockKey } from "../../sla/escalation-log.ts";
import type { Verdict } from "../../sla/verdict.ts";
import type { Actor } from "../actor.ts";
import type { Note } from "../note.ts";
import type { Ticket } from "../ticket.ts";
import {
  noteOf,
  notifyAgent,
  notifyCustomer,
  notifyTopic,
  TRANSITION,
  type EventRows,
  type Said,
  type NotifiesAgent,
  type NotifiesCustomer,
  type NotifiesTopic,
  type Transition,
} from "./row.ts";

/** Whose turn it is, and whether it goes on. `clocks`: what became of the SLA clocks that an event ended. */
export type LifeEvent =
  | (Transition & { type: "ticket_answered"; first: boolean; clocks?: Verdict[] } & Said)
  | (Transition & { type: "customer_replied" } & Said)
  | (Transition & { type: "ticket_escalated"; note?: string })
  | (Transition & { type: "ticket_resolved"; clocks?: Verdict[] })
  | (Transition & { type: "ticket_closed"; clocks?: Verdict[] })
  | (Transition & { type: "ticket_reopened" } & Said);

export type LifeTopicNotice =
  | { code: "ticket.escalated"; by: Actor; note?: Note }
  | { code: "ticket.resolved"; by: Actor; note?: Note }
  | { code: "ticket.closed"; by: Actor; note?: Note }
  | { code: "ticket.reopened"; by: Actor; note?: Note };

export type LifeCustomerNotice =
  | { code: "ticket.resolved"; ref: string; autoCloseAfterMs: number }
  | { code: "ticket.closed"; ref: string; own: boolean; reopenWithinMs: number }
  | { code: "ticket.reopened"; ref: string };

export type LifeAgentNotice = { code: "ticket.escalated"; by: Actor; note?: Note };

type LifeEffect =
  | NotifiesTopic<LifeTopicNotice>
  | NotifiesCustomer<LifeCustomerNotice>
  | NotifiesAgent<LifeAgentNotice>;

const CLOCKS = { instants: ["startedAt", "dueAt"] } as const;

export const LIFE_EVENTS = {
  ticket_answered: {
    about: "The customer was answered",
    webhook: "ticket.answered",
    facts: { ...TRANSITION, first: "told", clocks: CLOCKS, saidAt: "instant" },
    outlives: ["first", "clocks"],
    changes: {},
    evolve(draft, { at, saidAt, clocks = [] }) {
      draft.handedAt = null;
      draft.awaitingSince = null;
      draft.owedSince = null;
      draft.firstAnsweredAt ??= saidAt ?? at;
      draft.firstResponseEndedAt ??= saidAt ?? at;
      if (saidAt !== undefined) forgetBreaches(draft, clocks);
    },
    react: null,
  },
  customer_replied: {
    about: "The customer wrote after an answer",
    webhook: "ticket.customer_replied",
    facts: { ...TRANSITION, saidAt: "instant" },
    outlives: [],
    changes: {},
    evolve: (draft, { at, saidAt }) => beginTurn(draft, saidAt ?? at),
    react: null,
  },
  ticket_escalated: {
    about: "It was escalated",
    webhook: "ticket.escalated",
    facts: { ...TRANSITION },
    outlives: [],
    changes: {},
    evolve: null,
    react(event, _, { roster }) {
      // A ladder names its own receivers.
      if (event.by.kind === "system") return [];
      const said = { code: "ticket.escalated", by: event.by, ...noteOf(event) } as const;
      return [notifyTopic(said), ...roster.leads.map((lead) => notifyAgent(lead, said))];
    },
  },
  ticket_resolved: {
    about: "It was resolved",
    webhook: "ticket.resolved",
    facts: { ...TRANSITION, clocks: CLOCKS },
    outlives: ["clocks"],
    changes: {},
    evolve(draft, { at }, before) {
      draft.handedAt = null;
      draft.resolvedAt = at;
      draft.owedSince = before.awaitingSince;
      draft.awaitingSince = null;
      draft.firstResponseEndedAt ??= at;
    },
    react: (event, { ref }, { autoCloseResolvedAfterMs: autoCloseAfterMs }) => [
      notifyTopic({ code: "ticket.resolved", by: event.by, ...noteOf(event) }),
      notifyCustomer({ code: "ticket.resolved", ref, autoCloseAfterMs }),
    ],
  },
  ticket_closed: {
    about: "It was closed",
    webhook: "ticket.closed",
    facts: { ...TRANSITION, clocks: CLOCKS },
    outlives: ["clocks"],
    changes: {},
    evolve(draft, { at, by }, before) {
      draft.handedAt = null;
      draft.closedAt = at;
      draft.owedSince = by.kind === "customer" ? null : (before.awaitingSince ?? before.owedSince);
      draft.awaitingSince = null;
      draft.firstResponseEndedAt ??= at;
      draft.heldUntil = null;
      draft.reminders = [];
    },
    react: (event, { ref }, { reopenWithinMs }) => [
      notifyTopic({ code: "ticket.closed", by: event.by, ...noteOf(event) }),
      notifyCustomer({ code: "ticket.closed", ref, own: event.by.kind === "customer", reopenWithinMs }),
    ],
  },
  ticket_reopened: {
    about: "It goes on",
    webhook: "ticket.reopened",
    facts: { ...TRANSITION, saidAt: "instant" },
    outlives: [],
    changes: {},
    evolve(draft, { at, saidAt, by }, before) {
      draft.resolvedAt = null;
      draft.closedAt = null;
      draft.reopenings += 1;
      draft.owedSince = null;
      if (draft.assignee === null) draft.waitingSince = at;
      if (by.kind === "customer") beginTurn(draft, saidAt ?? at);
      else oweAgain(draft, before.owedSince);
    },
    react(event, { ref }) {
      const told = notifyTopic({ code: "ticket.reopened", by: event.by, ...noteOf(event) });
      const byCustomer = event.by.kind === "customer" && event.from === "closed";
      return byCustomer ? [told, notifyCustomer({ code: "ticket.reopened", ref })] : [told];
    },
  },
} satisfies EventRows<LifeEvent, LifeEffect>;

/** The customer has the floor: a new turn, unless an earlier message is still unanswered. */
function beginTurn(draft: Ticket, at: number): void {
  if (draft.awaitingSince !== null) return;
  draft.awaitingSince = at;
  if (draft.firstResponseEndedAt === null) return;
  // Each turn is a clock of its own: what happened to the former is history.
  const former = clockKey("nextResponse", draft.turns);
  keepHappened(draft, (key) => !key.startsWith(former));
  draft.turns += 1;
}

/** What was taken for broken because an answer that was said in time had not been brought yet. */
function forgetBreaches(draft: Ticket, clocks: readonly Verdict[]): void {
  const met = clocks.filter((clock) => clock.met).map(({ metric, instance }) => clockKey(metric, instance));
  keepHappened(draft, (key) => !met.some((of) => key.startsWith(of) && !key.startsWith(`${of}warning`)));
}

function keepHappened(draft: Ticket, isKept: (key: string) => boolean): void {
  const { happened } = draft.escalation;
  const kept = Object.entries(happened).filter(([key]) => isKept(key));
  draft.escalation = { ...draft.escalation, happened: Object.fromEntries(kept) };
}

/** An answer that is owed again is waited for as if the ticket had never been over. */
function oweAgain(draft: Ticket, owedSince: number | null): void {
  if (owedSince === null) return;
  draft.awaitingSince = owedSince;
  // Without a turn since, it is the first answer that is owed.
  if (draft.turns === 0) draft.firstResponseEndedAt = null;
}
