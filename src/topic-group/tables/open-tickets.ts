import { and, asc, eq, gt, sql } from "drizzle-orm";
import { TICKET_SHAPE, type Ticket } from "../../domain/ticket/ticket.ts";
import type { Database } from "./database.ts";
import { FACTS, type Facts } from "./facts.ts";
import { tickets } from "./schema.ts";
import { given, statement } from "./statement.ts";
import type { Tickets } from "./tickets.ts";

/** The tickets in hand here, without those that another group has. */
export class OpenTickets {
  readonly #db: Database;
  readonly #facts: Facts;
  readonly #tickets: Tickets;
  readonly #list = statement(() =>
    this.#db
      .select({ state: tickets.state })
      .from(tickets)
      .where(sql`active = 1`)
      .orderBy(asc(tickets.number))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #unassigned = statement(() =>
    this.#db
      .select({ one: sql`1` })
      .from(tickets)
      .where(and(sql`unassigned = 1`, eq(tickets.queue, given("queue"))))
      .limit(given("limit"))
      .prepare(),
  );

  constructor(db: Database, facts: Facts, of: Tickets) {
    this.#db = db;
    this.#facts = facts;
    this.#tickets = of;
  }

  /** Brings them into the shape of this release, once; the others follow when they are needed. */
  refold(): void {
    if (this.#facts.get(FACTS.ticketShape) === TICKET_SHAPE) return;
    for (const number of this.numbers()) this.#tickets.get(number);
    this.#facts.set(FACTS.ticketShape, TICKET_SHAPE);
  }

  list(limit: number): Ticket[] {
    return this.#list()
      .all({ limit })
      .map(({ state }) => state);
  }

  numbers(): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(sql`active = 1`)
      .orderBy(asc(tickets.number))
      .all();
    return rows.map(({ number }) => number);
  }

  /** Those with a topic, by number, after a number. */
  withTopicAfter(number: number, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        and(sql`active = 1`, gt(tickets.number, number), sql`json_extract(state, '$.topicId') IS NOT NULL`),
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map((row) => row.number);
  }

  /** Counted by agent and queue. */
  byAgentAndQueue(): { agent: number | null; queue: string; tickets: number; promises: number }[] {
    return this.#db
      .select({
        agent: tickets.busy,
        queue: tickets.queue,
        tickets: sql<number>`count(*)`,
        promises: sql<number>`count(${tickets.dueAt})`,
      })
      .from(tickets)
      .where(sql`active = 1`)
      .groupBy(tickets.busy, tickets.queue)
      .all();
  }

  /** How many tickets of a queue have no assignee; counts no further than `limit`. */
  countUnassigned(queue: string, limit: number): number {
    return this.#unassigned().all({ queue, limit }).length;
  }

  /** Those whose agent or queue is none of these, by number, after a number. */
  misplaced(
    { agents, queues }: { agents: readonly number[]; queues: readonly string[] },
    after: number,
    limit: number,
  ): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        sql`active = 1 AND ${tickets.number} > ${after} AND (
          ${tickets.queue} NOT ${isOneOf(queues)}
          OR (busy IS NOT NULL AND busy NOT ${isOneOf(agents)})
          OR EXISTS (SELECT 1 FROM json_each(state, '$.reminders') AS reminder
            WHERE json_extract(reminder.value, '$.agent') NOT ${isOneOf(agents)}))`,
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }
}

function isOneOf(all: readonly (number | string)[]) {
  return sql`IN (SELECT value FROM json_each(${JSON.stringify(all)}))`;
}
