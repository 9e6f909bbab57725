import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Remembers } from "./memory.ts";
import { agents, slots } from "./schema.ts";
import { given, givenRow, inserted, statement } from "./statement.ts";

export type AgentRow = typeof agents.$inferSelect;

/** The agent has not set their availability: on shift they take work. */
function newAgent(id: number): AgentRow {
  return { id, availability: "online", until: null, lastAssignedAt: null, tiers: [], openElsewhere: 0 };
}

const IS_SLOT_OF = and(eq(slots.agent, given("agent")), eq(slots.group, given("group")));

/** What the object knows of its agents beyond the configuration. Few rows, kept in memory once they are read. */
export class Agents implements Remembers {
  readonly #db: Database;
  #rows: Map<number, AgentRow> | null = null;
  #slots: Map<number, number> | null = null;
  readonly #save = statement(() =>
    this.#db
      .insert(agents)
      .values(givenRow(agents))
      .onConflictDoUpdate({
        target: agents.id,
        set: inserted(agents, "availability", "until", "lastAssignedAt", "tiers", "openElsewhere"),
      })
      .prepare(),
  );
  readonly #countSlots = statement(() =>
    this.#db
      .select({ agent: slots.agent, count: sql<number>`count(*)` })
      .from(slots)
      .groupBy(slots.agent)
      .prepare(),
  );
  readonly #slotsOfGroup = statement(() =>
    this.#db
      .select()
      .from(slots)
      .where(eq(slots.group, given("group")))
      .prepare(),
  );
  readonly #takeSlot = statement(() =>
    this.#db.insert(slots).values(givenRow(slots)).onConflictDoNothing().prepare(),
  );
  readonly #freeSlot = statement(() =>
    this.#db
      .delete(slots)
      .where(and(IS_SLOT_OF, eq(slots.ticketId, given("ticketId"))))
      .returning()
      .prepare(),
  );
  readonly #freeSlots = statement(() => this.#db.delete(slots).where(IS_SLOT_OF).prepare());

  constructor(db: Database) {
    this.#db = db;
    db.memory.beside(this);
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
    this.#save().run({ ...row });
    this.#rows?.set(row.id, row);
  }

  /** How many slots of an agent other groups' tickets take. */
  slotsOf(agent: number): number {
    this.#slots ??= new Map(
      this.#countSlots()
        .all()
        .map(({ agent: id, count }) => [id, count]),
    );
    return this.#slots.get(agent) ?? 0;
  }

  /** Ticket of this group → whose slot it waits for, and since when, in ms since 1970. */
  wanted(own: string): ReadonlyMap<string, { agent: number; askedAt: number }> {
    const rows = this.#slotsOfGroup().all({ group: own });
    return new Map(rows.map(({ ticketId, agent, askedAt }) => [ticketId, { agent, askedAt: askedAt ?? 0 }]));
  }

  /** The tickets of this group that wait for a slot of an agent's. */
  asked(agent: number, own: string): { ticketId: string }[] {
    return this.#slotsOfGroup()
      .all({ group: own })
      .filter((slot) => slot.agent === agent);
  }

  takeSlot(slot: { agent: number; ticketId: string; group: string; askedAt?: number }): void {
    this.#slots = null;
    this.#takeSlot().run({ askedAt: null, ...slot });
  }

  /** Whether there was one. */
  freeSlot(agent: number, ticketId: string, group: string): boolean {
    this.#slots = null;
    return this.#freeSlot().all({ agent, ticketId, group }).length > 0;
  }

  /** All the slots of an agent that a group's tickets take. */
  slotsAre(agent: number, group: string, ticketIds: readonly string[]): void {
    this.#slots = null;
    this.#freeSlots().run({ agent, group });
    for (const ticketId of ticketIds) this.takeSlot({ agent, ticketId, group });
  }

  /** Their slots are another group's from now on. */
  forgetSlots(agent: number): void {
    this.#slots = null;
    this.#db.delete(slots).where(eq(slots.agent, agent)).run();
  }

  /** What is in memory is not certain any more: a transaction was rolled back. */
  forget(): void {
    this.#rows = null;
    this.#slots = null;
  }

  remove(id: number): void {
    this.#db.delete(agents).where(eq(agents.id, id)).run();
    this.#rows?.delete(id);
  }
}
