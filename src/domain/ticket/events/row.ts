import type { Origin } from "../../desk/audit.ts";
import type { Actor } from "../actor.ts";
import type { Note } from "../note.ts";
import type { Policy } from "../policy.ts";
import type { TicketStatus } from "../status.ts";
import type { Ticket } from "../ticket.ts";

/**
 * Facts of every event: when (milliseconds since 1970, UTC) and who. `origin`: from where a program called; for the
 * audit trail alone, and left out by `withoutOrigin` elsewhere.
 */
export interface Happened {
  at: number;
  by: Actor;
  origin?: Origin;
}

/** An event that may change the status says from which to which; both are the same where it did not. */
export interface Transition extends Happened {
  from: TicketStatus;
  to: TicketStatus;
  note?: Note;
}

/** Something that was brought late; `at` keeps the order, `saidAt` is what promises count by. */
export interface Said {
  saidAt?: number;
}

/**
 * Use of an event's fact.
 *
 * - `told`: webhooks and readers of the API get it: a number, a name of the configuration, a code; no text that a
 *   person
 *   wrote
 * - `kept`: readers of the API only
 * - `instant`, `told_instant`: the same for an instant in ms since 1970, which is written as ISO 8601 outside
 * - `words`: text that people wrote of the ticket: webhooks get it with `includeText` only
 * - `{ instants }`: kept; an object, or a list of them, in which these are instants
 */
type Kind<V> =
  | "told"
  | "kept"
  | (V extends number | null ? "instant" | "told_instant" : never)
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

type FactOf<E> = Exclude<keyof E, keyof Happened | "type">;

/** What is known of a type of event outside of the ticket itself. */
export interface EventFacts<E> {
  /** For readers of the API. */
  about: string;
  /** The event's name for webhooks; null: webhooks are not told of it. */
  webhook: `${string}.${string}` | null;
  /** The topic does not show it. */
  silent?: true;
  facts: { [K in FactOf<E>]-?: Kind<Exclude<E[K], undefined>> };
  /**
   * What stays in the record when its customer is erased, because it tells of the desk's work; everything else goes. Who
   * acted and the status stay in any case, what people wrote never does.
   */
  outlives: readonly Exclude<FactOf<E>, "from" | "to" | "note" | "text">[];
  /** What it was before and what it is now; `was` is left out where there was nothing before. */
  changes: { [Fact in (typeof CHANGING)[number]]?: { was?: Side<E>; is: Side<E> } };
}

/** All that there is to say of a type of event. `Told`: what it may set in motion. */
export interface EventRow<E, Told> extends EventFacts<E> {
  /**
   * Writes into `draft`, a copy of the ticket with its new version and status, what else it changes; `before` is the ticket
   * before it. Null: nothing else.
   */
  evolve: ((draft: Ticket, event: E, before: Ticket) => void) | null;
  /** Effects of the event; `ticket` is the ticket after it, `now` when the desk notes it. Null: it has none. */
  react: ((event: E, ticket: Ticket, policy: Policy, now: number) => Told[]) | null;
}

/** A row for each of some types of events. */
export type EventRows<E extends { type: string }, Told> = {
  [T in E["type"]]: EventRow<Extract<E, { type: T }>, Told>;
};

/** What events of some types tell in a topic, … */
export interface NotifiesTopic<Notice> {
  kind: "topic_notice";
  notice: Notice;
}
/** … to the customer, … */
export interface NotifiesCustomer<Notice> {
  kind: "customer_notice";
  notice: Notice;
}
/** … or to an agent. */
export interface NotifiesAgent<Notice> {
  kind: "agent_notice";
  agent: { id: number; name: string };
  notice: Notice;
}

export function notifyTopic<const Notice>(notice: Notice): NotifiesTopic<Notice> {
  return { kind: "topic_notice", notice };
}

export function notifyCustomer<const Notice>(notice: Notice): NotifiesCustomer<Notice> {
  return { kind: "customer_notice", notice };
}

export function notifyAgent<const Notice>(
  agent: { id: number; name: string },
  notice: Notice,
): NotifiesAgent<Notice> {
  return { kind: "agent_notice", agent, notice };
}

/** The kinds of facts of every transition. */
export const TRANSITION = { from: "told", to: "told", note: "words" } as const;

export function noteOf<N>(event: { note?: N }): { note?: N } {
  return event.note === undefined ? {} : { note: event.note };
}

/** The ticket goes to another group: it has no assignee here, and its topic here is history. */
export function leave(draft: Ticket, group: string): void {
  draft.assignee = null;
  draft.handedAt = null;
  draft.group = group;
  draft.movedTo = group;
  draft.reminders = [];
}
