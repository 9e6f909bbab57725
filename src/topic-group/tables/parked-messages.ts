import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { storedLane } from "./lane.ts";
import { IS_PARKED, KEEPS_WORDS, type MessageRow, type Messages } from "./messages.ts";
import { messages } from "./schema.ts";
import { given, statement } from "./statement.ts";

/** Relayed messages that were given up (`parked`), or whose outcome is unknown (`uncertain`). */
export class ParkedMessages {
  readonly #db: Database;
  readonly #messages: Messages;
  readonly #bySeq = statement(() =>
    this.#db
      .select()
      .from(messages)
      .where(and(IS_PARKED, eq(messages.seq, given("seq"))))
      .prepare(),
  );
  readonly #album = statement(() =>
    this.#db
      .select()
      .from(messages)
      .where(
        and(
          IS_PARKED,
          eq(messages.lane, given("lane")),
          eq(messages.ticket, given("ticket")),
          eq(messages.album, given("album")),
        ),
      )
      .orderBy(asc(messages.seq))
      .prepare(),
  );

  constructor(db: Database, of: Messages) {
    this.#db = db;
    this.#messages = of;
  }

  /** The one with this number, and with it the other items of its album. */
  together(seq: number): MessageRow[] {
    const row = this.#bySeq().get({ seq });
    if (row === undefined || row.album === null) return row === undefined ? [] : [row];
    const { lane, ticket, album } = row;
    return this.#album().all({ lane: storedLane(lane), ticket, album });
  }

  after(afterSeq: number, limit: number): MessageRow[] {
    return this.#db
      .select()
      .from(messages)
      .where(and(IS_PARKED, sql`${messages.seq} > ${afterSeq}`))
      .orderBy(asc(messages.seq))
      .limit(limit)
      .all();
  }

  /** Since when the oldest one keeps what it says, in ms since 1970; null: none does. */
  wordsSince(): number | null {
    return this.#messages.wordsSince.get();
  }

  /** Those that keep it since an instant or longer. */
  wordsUntil(until: number, limit: number): { seq: number }[] {
    return this.#db
      .select({ seq: messages.seq })
      .from(messages)
      .where(and(KEEPS_WORDS, lte(messages.acceptedAt, until)))
      .orderBy(asc(messages.seq))
      .limit(limit)
      .all();
  }

  count(): number {
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(messages)
        .where(IS_PARKED)
        .get()?.count ?? 0
    );
  }
}
