import { and, asc, isNotNull, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { tickets } from "./schema.ts";
import { given, statement } from "./statement.ts";
import type { TicketRow, Tickets } from "./tickets.ts";

/** When time alone does something to tickets next. */
export class Clocks {
  readonly #db: Database;
  readonly #tickets: Tickets;
  readonly #due = statement(() =>
    this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(and(isNotNull(tickets.dueAt), lte(tickets.dueAt, given("now"))))
      .orderBy(asc(tickets.dueAt))
      .limit(given("limit"))
      .prepare(),
  );
  constructor(db: Database, of: Tickets) {
    this.#db = db;
    this.#tickets = of;
  }

  /** The ticket's due instant changes: the record must be told. */
  save(row: TicketRow, dueAt: number | null): void {
    const { number, version } = row.ticket;
    this.#tickets.change(number, { dueAt, recorded: Math.min(row.recorded, version - 1) });
  }

  /** The clock looks at a ticket again at `until`; the record is not told, because nothing about it has changed. */
  putOff(number: number, until: number): void {
    this.#tickets.change(number, { dueAt: until });
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
    const first = this.#tickets.firstDue.at;
    return first === null || first > now ? [] : this.#tickets.of(this.#due().all({ now, limit }));
  }

  firstDueAt(): number | null {
    return this.#tickets.firstDue.at;
  }
}
