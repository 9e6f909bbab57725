import { and, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { isAmong } from "./among.ts";
import type { Database } from "./database.ts";
import type { Remembers } from "./memory.ts";
import { tickets } from "./schema.ts";
import { isUnassigned } from "./ticket-place.ts";

/** A ticket that waits for an agent, as far as it matters for the choice of agent. */
export interface WaitingTicket {
  number: number;
  id: string;
  queue: string;
  customer: ContactId;
  tier: string | null;
  requireSkills: Ticket["requireSkills"];
  preferredAgent: number | null;
  declined: readonly number[];
  waitingSince: number;
  openedAt: number;
  /** Lower goes first. */
  rank: number;
  /** Of equally urgent ones the higher goes first: what another system says, otherwise what the tier weighs. */
  score: number;
}

/**
 * Tickets without an assignee, in the order in which they are handed out. Read from the tickets once, then kept up to
 * date, so that an arrival costs the same however many wait.
 */
export class Waiting implements Remembers {
  readonly #db: Database;
  /** Tickets whose wait without an assignee was looked at before: it is reported once. */
  readonly told = new Set<string>();
  #tickets: Map<number, WaitingTicket> | null = null;
  #ordered: WaitingTicket[] | null = null;

  constructor(db: Database) {
    this.#db = db;
    db.memory.beside(this);
  }

  note(ticket: Ticket, tiers: TierScores): void {
    if (this.#tickets === null) return;
    const was = this.#tickets.get(ticket.number);
    const now = isUnassigned(ticket) ? waitingOf(ticket, tiers) : undefined;
    if (was === undefined && now === undefined) return;
    if (now === undefined) this.#tickets.delete(ticket.number);
    else this.#tickets.set(ticket.number, now);
    this.#ordered = null;
  }

  /** Those of some queues, which stay the same until it is told to forget. */
  inOrder(queues: readonly string[], tiers: TierScores): readonly WaitingTicket[] {
    this.#tickets ??= this.#read(queues, tiers);
    this.#ordered ??= [...this.#tickets.values()].sort(inOrder);
    return this.#ordered;
  }

  /** One of them; undefined if it does not wait. */
  get(number: number, queues: readonly string[], tiers: TierScores): WaitingTicket | undefined {
    this.#tickets ??= this.#read(queues, tiers);
    return this.#tickets.get(number);
  }

  /** What is in memory is not certain any more: a transaction was rolled back. */
  forget(): void {
    this.#tickets = null;
    this.#ordered = null;
    this.told.clear();
  }

  #read(queues: readonly string[], tiers: TierScores): Map<number, WaitingTicket> {
    const rows = this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(and(sql`unassigned = 1`, isAmong(tickets.queue, queues)))
      .all();
    return new Map(rows.map(({ state }) => [state.number, waitingOf(state, tiers)]));
  }
}

/** More urgent ones first, then those with the higher score, then older ones: a newer equal never overtakes. */
export function inOrder(a: WaitingTicket, b: WaitingTicket): number {
  return a.rank - b.rank || b.score - a.score || a.openedAt - b.openedAt || a.number - b.number;
}

export type TierScores = Readonly<Record<string, { score: number }>>;

export function waitingOf(ticket: Ticket, tiers: TierScores): WaitingTicket {
  const {
    number,
    id,
    queue,
    customer,
    tier,
    requireSkills,
    declined,
    waitingSince,
    openedAt,
    priority,
    profile,
  } = ticket;
  return {
    number,
    id,
    queue,
    customer,
    tier,
    requireSkills,
    preferredAgent: profile?.preferredAgent ?? null,
    declined,
    waitingSince,
    openedAt,
    rank: PRIORITIES.indexOf(priority),
    score: profile?.priorityScore ?? tiers[tier ?? ""]?.score ?? 0,
  };
}
