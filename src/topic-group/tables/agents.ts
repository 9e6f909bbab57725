import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { agents } from "./schema.ts";

export type AgentRow = typeof agents.$inferSelect;

/** Nobody has said anything: whoever is on shift takes work. */
function newAgent(id: number): AgentRow {
  return { id, availability: "online", until: null, lastAssignedAt: null, tiers: [] };
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

  /** What is in memory is not certain any more: a transaction was rolled back. */
  forget(): void {
    this.#rows = null;
  }

  remove(id: number): void {
    this.#db.delete(agents).where(eq(agents.id, id)).run();
    this.#rows?.delete(id);
  }
}
