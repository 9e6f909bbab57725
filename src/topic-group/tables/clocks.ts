import { and, asc, eq, isNotNull, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { tickets } from "./schema.ts";
import type { TicketRow, Tickets } from "./tickets.ts";

/** When time alone does something to tickets next. */
export class Clocks {
  readonly #db: Database;
  readonly #tickets: Tickets;

  constructor(db: Database, of: Tickets) {
    this.#db = db;
    this.#tickets = of;
  }

  /** The ticket's due instant changes: the record must be told. */
  save(row: TicketRow, dueAt: number | null): void {
    const { number, version } = row.ticket;
    this.#db
      .update(tickets)
      .set({ dueAt, recorded: Math.min(row.recorded, version - 1) })
      .where(eq(tickets.number, number))
      .run();
  }

  /** The clock looks at a ticket again at `until`; the record is not told, because nothing about it has changed. */
  putOff(number: number, until: number): void {
    this.#db.update(tickets).set({ dueAt: until }).where(eq(tickets.number, number)).run();
  }

  /** The rules have changed: time has to look at every open ticket. */
  allDueAt(at: number): void {
    this.#db
      .update(tickets)
      .set({ dueAt: at })
      .where(sql`active = 1`)
      .run();
  }

  due(now: number, limit: number): TicketRow[] {
    return this.#db
      .select()
      .from(tickets)
      .where(and(isNotNull(tickets.dueAt), lte(tickets.dueAt, now)))
      .orderBy(asc(tickets.dueAt))
      .limit(limit)
      .all()
      .map((row) => this.#tickets.rowOf(row));
  }

  firstDueAt(): number | null {
    const first = this.#db
      .select({ at: sql<number | null>`min(due_at)` })
      .from(tickets)
      .where(isNotNull(tickets.dueAt))
      .get();
    return first?.at ?? null;
  }
}
