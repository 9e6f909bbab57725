import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { Loads } from "../../domain/team/roster.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Database } from "./database.ts";
import type { Remembers } from "./memory.ts";
import { tickets } from "./schema.ts";
import { slotFilledBy } from "./ticket-place.ts";

/** Which slots of agents this group's tickets fill. */
export class FilledSlots implements Remembers {
  readonly #db: Database;
  /** Counted when first asked for, then kept up to date; null before that. */
  #loads: Map<number, number> | null = null;
  /** Whether `#loads` counts tickets whose customer is to answer. */
  #countsWaiting = false;

  constructor(db: Database) {
    this.#db = db;
    db.memory.beside(this);
  }

  /** How many slots of each agent this group's tickets fill, by agent id. */
  byAgent(countsWaiting: boolean): Loads {
    if (this.#countsWaiting !== countsWaiting) this.#loads = null;
    this.#countsWaiting = countsWaiting;
    if (this.#loads === null) {
      const rows = this.#db
        .select({ agent: tickets.busy, count: sql<number>`count(*)` })
        .from(tickets)
        .where(and(isNotNull(tickets.busy), fillsSlot(countsWaiting)))
        .groupBy(tickets.busy)
        .all();
      this.#loads = new Map(rows.map(({ agent, count }) => [agent!, count]));
    }
    return this.#loads;
  }

  /** What was counted is not certain any more: a transaction was rolled back. */
  forget(): void {
    this.#loads = null;
  }

  /** A ticket has changed from what it was. */
  moved(before: Ticket, after: Ticket): void {
    const from = slotFilledBy(before, this.#countsWaiting);
    const to = slotFilledBy(after, this.#countsWaiting);
    const loads = this.#loads;
    if (loads === null || from === to) return;
    if (from !== null) loads.set(from, (loads.get(from) ?? 1) - 1);
    if (to !== null) loads.set(to, (loads.get(to) ?? 0) + 1);
  }

  /** The ids of the tickets that fill an agent's slots. */
  ofAgent(agent: number, countsWaiting: boolean): string[] {
    const rows = this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(and(eq(tickets.busy, agent), fillsSlot(countsWaiting)))
      .all();
    return rows.map(({ state }) => state.id);
  }
}

function fillsSlot(countsWaiting: boolean) {
  return countsWaiting ? undefined : sql`json_extract(state, '$.status') <> 'waiting'`;
}
