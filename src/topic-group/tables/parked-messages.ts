import { and, asc, eq, isNotNull, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { MessageRow } from "./messages.ts";
import { messages } from "./schema.ts";

/** Relayed messages that were given up (`parked`), or whose outcome is unknown (`uncertain`). */
export class ParkedMessages {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The one with this number, and with it the other items of its album. */
  together(seq: number): MessageRow[] {
    const isParked = sql`${messages.state} IN ('parked', 'uncertain')`;
    const row = this.#db
      .select()
      .from(messages)
      .where(and(isParked, eq(messages.seq, seq)))
      .get();
    if (row === undefined || row.album === null) return row === undefined ? [] : [row];
    const { lane, ticket, album } = row;
    return this.#db
      .select()
      .from(messages)
      .where(and(isParked, eq(messages.lane, lane), eq(messages.ticket, ticket), eq(messages.album, album)))
      .orderBy(asc(messages.seq))
      .all();
  }

  after(afterSeq: number, limit: number): MessageRow[] {
    return this.#db
      .select()
      .from(messages)
      .where(and(sql`${messages.state} IN ('parked', 'uncertain')`, sql`${messages.seq} > ${afterSeq}`))
      .orderBy(asc(messages.seq))
      .limit(limit)
      .all();
  }

  /** Since when the oldest one keeps what it says, in ms since 1970; null: none does. */
  wordsSince(): number | null {
    const row = this.#db
      .select({ at: sql<number | null>`min(${messages.acceptedAt})` })
      .from(messages)
      .where(and(sql`${messages.state} IN ('parked', 'uncertain')`, isNotNull(messages.content)))
      .get();
    return row?.at ?? null;
  }

  /** Those that keep it since an instant or longer. */
  wordsUntil(until: number, limit: number): { seq: number }[] {
    return this.#db
      .select({ seq: messages.seq })
      .from(messages)
      .where(
        and(
          sql`${messages.state} IN ('parked', 'uncertain')`,
          isNotNull(messages.content),
          lte(messages.acceptedAt, until),
        ),
      )
      .orderBy(asc(messages.seq))
      .limit(limit)
      .all();
  }

  count(): number {
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(messages)
        .where(sql`${messages.state} IN ('parked', 'uncertain')`)
        .get()?.count ?? 0
    );
  }
}
