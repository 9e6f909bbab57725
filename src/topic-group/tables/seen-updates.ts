import { and, desc, eq, gt, gte, isNotNull, lt, sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { Hole, SeenUpdate, SeenSince } from "../../domain/desk/update-ledger.ts";
import { CAUSE_KEPT_MS } from "../../domain/limits.ts";
import { baseOfEpoch } from "../../domain/message-number.ts";
import { isAmong } from "./among.ts";
import type { Database } from "./database.ts";
import type { TicketToForget } from "./forgets.ts";
import { STAFF, STAFF_CHAT } from "./lane.ts";
import { Value } from "./memory.ts";
import { messagesOf } from "./messages-of.ts";
import { inbox, messages, seenUpdates } from "./schema.ts";
import { given, givenRow, statement } from "./statement.ts";

/** Updates that one look tells, a kind of row; numbers that are looked up one by one. */
const TOLD_MAX = 20_000;
const LOOKED_UP_MAX = 10_000;

/** So many numbers before they get a digit more, all keys are read. */
const MORE_DIGITS_WITHIN = 100_000;

interface LookSince {
  after: number;
  since: number;
  mark: number | null;
  epoch: number;
}

const UPDATE = { id: messages.updateId, at: messages.acceptedAt };

/**
 * Which of Telegram's updates this object has taken, for reconciliation, which looks for missing numbers. Usually
 * nothing is written for it: a relayed message and a settled cause have rows and indexes of their own. Only an update
 * that leaves neither is noted here.
 */
export class SeenUpdates {
  readonly #db: Database;
  readonly #hasAny: Value<boolean>;
  readonly #note = statement(() =>
    this.#db.insert(seenUpdates).values(givenRow(seenUpdates)).onConflictDoNothing().prepare(),
  );
  readonly #purge = statement(() =>
    this.#db
      .delete(seenUpdates)
      .where(lt(seenUpdates.at, given("before")))
      .prepare(),
  );
  readonly #any = statement(() =>
    this.#db.select({ at: seenUpdates.at }).from(seenUpdates).limit(1).prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
    this.#hasAny = db.memory.of("seen_updates", new Value(() => this.#any().get() !== undefined));
  }

  /** One that has left no row, or none that `since` would find. */
  note(id: number, at: number): void {
    if (id <= 0) return;
    this.#db.memory.knowing("seen_updates", () => this.#note().run({ id, at }));
    this.#hasAny.set(true);
  }

  /** Updates are numbered anew. */
  forget(): void {
    this.#db.delete(seenUpdates).run();
  }

  /** The messages of a ticket are about to be removed: that they came stays known. */
  noteOfTicket({ number, customer, route }: TicketToForget, now: number): void {
    for (const which of messagesOf(customer, route === undefined ? [] : [route], number))
      this.#noteOf(which, now);
  }

  /** Likewise for a person's messages, and for those to them, that are about no ticket any more. */
  noteOfPerson(id: ContactId, now: number): void {
    for (const which of messagesOf(id, [])) this.#noteOf(which, now);
  }

  /**
   * What came with a higher number than `after`, or since an instant into a place behind the `mark` of the last look:
   * the highest number of a message in the staff group, be it an original or a copy. A mark of null: tells the mark only.
   * `epoch`: of the chat that the group has now.
   */
  since({ after, since, mark, epoch }: LookSince): SeenSince {
    const [base, next] = [baseOfEpoch(epoch), baseOfEpoch(epoch + 1)];
    const now = Math.max(base, this.#lastCopy(next), this.#lastOriginal(next));
    if (mark === null) return { seen: [], mark: now };
    const from = mark > base && mark < next ? mark : base;
    const isNew = gte(messages.acceptedAt, since);
    // Reconciliation has seen what came long before.
    this.purge(since);
    const relayed = [
      ...this.#relayed(
        and(eq(messages.lane, STAFF), isNotNull(messages.copyId), gt(messages.copyId, from), isNew),
      ),
      ...this.#relayed(and(eq(messages.chat, STAFF_CHAT), gt(messages.messageId, from), isNew)),
      ...this.#relayed(sql`${messages.state} = 'waiting'`),
      ...this.#relayed(sql`${messages.state} IN ('parked', 'uncertain')`),
    ];
    const noted = this.#db.select().from(seenUpdates).where(gte(seenUpdates.at, since)).limit(TOLD_MAX).all();
    const seen = [...relayed, ...this.#settledAfter(after), ...noted].filter(
      ({ id, at }) => id > 0 && at >= since,
    );
    return { seen, mark: now };
  }

  /** Those of some numbers that this object has taken. Messages are looked through one by one. */
  among(holes: readonly Pick<Hole, "from" | "to">[]): SeenUpdate[] {
    const ids: number[] = [];
    for (const { from, to } of holes) {
      for (let id = from; id <= to && ids.length < LOOKED_UP_MAX; id += 1) ids.push(id);
    }
    if (ids.length === 0) return [];
    const keys = ids.map((id) => `tg:${id}`);
    return [
      ...this.#settled(isAmong(inbox.key, keys)),
      ...this.#db.select().from(seenUpdates).where(isAmong(seenUpdates.id, ids)).all(),
      ...this.#db.select(UPDATE).from(messages).where(isAmong(messages.updateId, ids)).all(),
    ];
  }

  hasAny(): boolean {
    return this.#hasAny.get();
  }

  purge(before: number): void {
    this.#purge().run({ before });
  }

  #noteOf(which: SQL | undefined, now: number): void {
    this.#db
      .insert(seenUpdates)
      .select(
        this.#db
          .select(UPDATE)
          .from(messages)
          .where(and(which, sql`${messages.updateId} > 0`, gte(messages.acceptedAt, now - CAUSE_KEPT_MS))),
      )
      .onConflictDoNothing()
      .run();
  }

  #relayed(where: SQL | undefined): SeenUpdate[] {
    return this.#db.select(UPDATE).from(messages).where(where).limit(TOLD_MAX).all();
  }

  /** Keys are texts: those with as many digits are in the order of their numbers, those with more come apart. */
  #settledAfter(after: number): SeenUpdate[] {
    const digits = String(after).length;
    const all = and(gte(inbox.key, "tg:"), lt(inbox.key, "tg;"));
    const sameLength = and(gt(inbox.key, `tg:${after}`), lt(inbox.key, `tg:${"9".repeat(digits)}:`));
    const isNearLonger = after + MORE_DIGITS_WITHIN >= 10 ** digits;
    return this.#settled(isNearLonger ? all : sameLength).filter(({ id }) => id > after);
  }

  #settled(where: SQL | undefined): SeenUpdate[] {
    const rows = this.#db
      .select({ key: inbox.key, at: inbox.at })
      .from(inbox)
      .where(where)
      .limit(TOLD_MAX)
      .all();
    return rows.map(({ key, at }) => ({ id: Number(key.slice("tg:".length)), at }));
  }

  #lastCopy(below: number): number {
    const last = this.#db
      .select({ id: messages.copyId })
      .from(messages)
      .where(and(eq(messages.lane, STAFF), isNotNull(messages.copyId), lt(messages.copyId, below)))
      .orderBy(desc(messages.copyId))
      .limit(1)
      .get();
    return last?.id ?? 0;
  }

  #lastOriginal(below: number): number {
    const last = this.#db
      .select({ id: messages.messageId })
      .from(messages)
      .where(and(eq(messages.chat, STAFF_CHAT), lt(messages.messageId, below)))
      .orderBy(desc(messages.messageId))
      .limit(1)
      .get();
    return last?.id ?? 0;
  }
}
