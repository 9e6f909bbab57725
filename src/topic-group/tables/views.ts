import { and, asc, eq, gt, isNotNull, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { tickets } from "./schema.ts";
import type { TopicView } from "./shapes.ts";
import type { TicketRow, Tickets } from "./tickets.ts";

/** What topics show of their tickets, and when they are to be brought up to date. */
export class Views {
  readonly #db: Database;
  readonly #tickets: Tickets;

  constructor(db: Database, of: Tickets) {
    this.#db = db;
    this.#tickets = of;
  }

  save(number: number, view: TopicView, viewDueAt: number | null): void {
    this.#db.update(tickets).set({ view, viewDueAt }).where(eq(tickets.number, number)).run();
  }

  dueSoon(number: number, at: number): void {
    this.#db.update(tickets).set({ viewDueAt: at }).where(eq(tickets.number, number)).run();
  }

  /** Brings every topic of an open ticket up to date; tickets that are held back have none yet. */
  allDue(at: number): void {
    this.#db
      .update(tickets)
      .set({ viewDueAt: at })
      .where(sql`active = 1 AND json_extract(state, '$.heldUntil') IS NULL`)
      .run();
  }

  /** Tickets whose view is due, longest first. */
  due(now: number, limit: number): TicketRow[] {
    return this.#db
      .select()
      .from(tickets)
      .where(and(isNotNull(tickets.viewDueAt), lte(tickets.viewDueAt, now)))
      .orderBy(asc(tickets.viewDueAt))
      .limit(limit)
      .all()
      .map((row) => this.#tickets.rowOf(row));
  }

  /** When the next view falls due that is not due yet. */
  nextDueAt(now: number): number | null {
    const next = this.#db
      .select({ at: sql<number | null>`min(view_due_at)` })
      .from(tickets)
      .where(and(isNotNull(tickets.viewDueAt), gt(tickets.viewDueAt, now)))
      .get();
    return next?.at ?? null;
  }

  /** The cards of open tickets cannot be edited any more. */
  forgetCards(): void {
    this.#db
      .update(tickets)
      .set({ view: sql`json_set(${tickets.view}, '$.cardId', NULL, '$.card', NULL)` })
      .where(sql`active = 1`)
      .run();
  }
}
