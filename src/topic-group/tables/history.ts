import { and, asc, desc, eq, gt, lt, sql } from "drizzle-orm";
import { NO_PROFILE } from "../../domain/routing/profile.ts";
import type { TicketEvent } from "../../domain/ticket/event.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { isAmong } from "./among.ts";
import type { Database } from "./database.ts";
import { numbersOf, type Forgets, type TicketToForget } from "./forgets.ts";
import { events } from "./schema.ts";
import { given, givenRow, statement } from "./statement.ts";

/** How many events of a ticket are read at once to find one of the newest. */
const EVENTS_LOOKED_AT = 50;

/** The nth event of a ticket; `notedAt` where the desk noted it later than it happened, in ms since 1970. */
export interface Happened {
  n: number;
  event: TicketEvent;
  notedAt: number | null;
}

/** What happened to tickets. */
export class History implements Forgets {
  readonly #db: Database;
  readonly #append = statement(() => this.#db.insert(events).values(givenRow(events)).prepare());
  readonly #add = statement(() =>
    this.#db.insert(events).values(givenRow(events)).onConflictDoNothing().prepare(),
  );
  readonly #after = statement(() =>
    this.#db
      .select({ n: events.n, event: events.event, notedAt: events.notedAt })
      .from(events)
      .where(and(eq(events.ticket, given("ticket")), gt(events.n, given("n"))))
      .orderBy(asc(events.n))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #before = statement(() =>
    this.#db
      .select({ n: events.n, event: events.event })
      .from(events)
      .where(and(eq(events.ticket, given("ticket")), lt(events.n, given("n"))))
      .orderBy(desc(events.n))
      .limit(EVENTS_LOOKED_AT)
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
  }

  append(ticket: Ticket, appended: readonly TicketEvent[], now: number): void {
    const first = ticket.version - appended.length + 1;
    for (const [index, event] of appended.entries()) {
      const notedAt = event.at === now ? null : now;
      this.#append().run({ ticket: ticket.number, n: first + index, event, notedAt });
    }
  }

  /** Events that happened elsewhere, whichever of them are not here yet. */
  add(ticket: number, history: readonly Happened[]): void {
    for (const { n, event, notedAt } of history) {
      this.#add().run({ ticket, n, event, notedAt });
    }
  }

  after(number: number, n: number, limit: number): Happened[] {
    return this.#after().all({ ticket: number, n, limit });
  }

  /** The newest event of a ticket that is wanted; read a part at a time, because it is seldom far back. */
  newest(number: number, isWanted: (event: TicketEvent) => boolean): TicketEvent | undefined {
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const rows = this.#before().all({ ticket: number, n: before });
      const found = rows.find(({ event }) => isWanted(event));
      if (found !== undefined || rows.length < EVENTS_LOOKED_AT) return found?.event;
      before = rows.at(-1)!.n;
    }
  }

  forgetTickets(tickets: readonly TicketToForget[]): number {
    return this.#db
      .delete(events)
      .where(isAmong(events.ticket, numbersOf(tickets)))
      .returning({ n: events.n })
      .all().length;
  }

  /** Clears what another system said of tickets. */
  forgetProfiles(numbers: readonly number[]): void {
    this.#db
      .update(events)
      .set({
        event: sql`json_set(${events.event}, '$.profile', json(${JSON.stringify(NO_PROFILE)}), '$.ignored', json('[]'))`,
      })
      .where(and(isAmong(events.ticket, numbers), sql`${events.event} ->> '$.type' = 'enrichment_answered'`))
      .run();
  }
}
