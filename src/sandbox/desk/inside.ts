import type { TicketEvent } from "../../domain/ticket/event.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Lane } from "../../topic-group/tables/lane.ts";

/** One thing that waits to leave the object, or that gave up. Instants are milliseconds since 1970. */
export interface Waiting {
  seq: number;
  lane: Lane;
  ticket: number;
  /** `relay`, or the kind of the outbox row. */
  kind: string;
  state: string;
  acceptedAt: number;
  notBefore: number | null;
  attempts: number;
  attemptedAt: number | null;
  code: string | null;
}

/** A lane to which Telegram said 429. */
export interface Resting {
  lane: Lane;
  until: number;
  /** How many calls a window takes afterwards. */
  limit: number;
}

export interface SettledCause {
  key: string;
  at: number;
}

/** A call that has left the object and has no answer yet. */
export interface UnderWay {
  what: string;
  since: number;
}

/** What is inside a topic group's object at one instant: what the sandbox's drawer shows. */
export interface GroupInside {
  group: string;
  at: number;
  /** When the alarm rings, by the desk's clock. */
  wakeAt: number | null;
  underWay: UnderWay[];
  /** Outbox and relays, oldest first; what gave up is last. */
  waiting: Waiting[];
  /** How many wait in all; `waiting` shows the first of them. */
  waitingCount: number;
  /** Deliveries that wait no longer: parked, or uncertain until an agent decides. */
  asideCount: number;
  resting: Resting[];
  /** The latest causes, newest first. */
  inbox: SettledCause[];
  setAside: (SettledCause & { attempts: number; error: string; parked: boolean })[];
  /** Topics that do not show their ticket's newest state yet. */
  viewsDue: { ticket: number; dueAt: number }[];
  /** Tickets and customers whose newest state the record lacks. */
  unrecorded: number;
  trouble: string | null;
  /** Newest first. */
  tickets: Ticket[];
}

export interface TicketInside {
  ticket: Ticket;
  /** Oldest first. */
  events: { n: number; event: TicketEvent }[];
}
