import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { agents, slots } from "./schema.ts";

export type AgentRow = typeof agents.$inferSelect;

/** Nobody has said anything: whoever is on shift takes work. */
function newAgent(id: number): AgentRow {
  return { id, availability: "online", until: null, lastAssignedAt: null, tiers: [], openElsewhere: 0 };
}

/** What the object knows of its agents beyond the configuration. Few rows, kept in memory once they are read. */
export class Agents {
  readonly #db: Database;
  #rows: Map<number, AgentRow> | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  get(id: number): AgentRow {
    this.#rows ??= new Map(
      this.#db
        .select()
        .from(agents)
        .all()
        .map((row) => [row.id, row]),
    );
    return this.#rows.get(id) ?? newAgent(id);
  }

  save(row: AgentRow): void {
    const { id, ...rest } = row;
    this.#db.insert(agents).values(row).onConflictDoUpdate({ target: agents.id, set: rest }).run();
    this.#rows?.set(id, row);
  }

  /** How many slots of an agent other groups' tickets take. */
  slotsOf(agent: number): number {
    const found = this.#db
      .select({ count: sql<number>`count(*)` })
      .from(slots)
      .where(eq(slots.agent, agent))
      .get();
    return found?.count ?? 0;
  }

  hasSlot(agent: number, ticketId: string): boolean {
    const one = and(eq(slots.agent, agent), eq(slots.ticketId, ticketId));
    return this.#db.select().from(slots).where(one).get() !== undefined;
  }

  /** Whose slot a ticket waits for, or takes; null: nobody's. */
  slotFor(ticketId: string): number | null {
    return this.#db.select().from(slots).where(eq(slots.ticketId, ticketId)).get()?.agent ?? null;
  }

  takeSlot(agent: number, ticketId: string, group: string): void {
    this.#db.insert(slots).values({ agent, ticketId, group }).onConflictDoNothing().run();
  }

  /** Whether there was one. */
  freeSlot(agent: number, ticketId: string): boolean {
    const one = and(eq(slots.agent, agent), eq(slots.ticketId, ticketId));
    return this.#db.delete(slots).where(one).returning().all().length > 0;
  }

  /** What is in memory is not certain any more: a transaction was rolled back. */
  forget(): void {
    this.#rows = null;
  }

  remove(id: number): void {
    this.#db.delete(agents).where(eq(agents.id, id)).run();
    this.#rows?.delete(id);
  }
}
