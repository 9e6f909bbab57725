import { and, asc, gt, isNotNull, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { tickets } from "./schema.ts";
import type { TopicView } from "./shapes.ts";
import { given, statement } from "./statement.ts";
import type { TicketRow, Tickets } from "./tickets.ts";

/** What topics show of their tickets, and when they are to be brought up to date. */
export class Views {
  readonly #db: Database;
  readonly #tickets: Tickets;
  readonly #due = statement(() =>
    this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(and(isNotNull(tickets.viewDueAt), lte(tickets.viewDueAt, given("now"))))
      .orderBy(asc(tickets.viewDueAt))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #nextDueAt = statement(() =>
    this.#db
      .select({ at: sql<number | null>`min(view_due_at)` })
      .from(tickets)
      .where(and(isNotNull(tickets.viewDueAt), gt(tickets.viewDueAt, given("now"))))
      .prepare(),
  );

  constructor(db: Database, of: Tickets) {
    this.#db = db;
    this.#tickets = of;
  }

  save(number: number, view: TopicView, viewDueAt: number | null): void {
    // An index is written only when its column stands in the statement.
    const stays = this.#tickets.get(number)?.viewDueAt === viewDueAt;
    this.#tickets.change(number, stays ? { view } : { view, viewDueAt });
  }

  dueSoon(number: number, at: number): void {
    this.#tickets.change(number, { viewDueAt: at });
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
    const first = this.#tickets.firstViewDue.at;
    return first === null || first > now ? [] : this.#tickets.of(this.#due().all({ now, limit }));
  }

  /** When the next view falls due that is not due yet. */
  nextDueAt(now: number): number | null {
    const first = this.#tickets.firstViewDue.at;
    return first === null || first > now ? first : (this.#nextDueAt().get({ now })?.at ?? null);
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
