import { and, asc, desc, eq, gt, gte, isNotNull, lte, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact, chatRoute, type Route } from "../../domain/contact/route.ts";
import type { Database } from "./database.ts";
import { STAFF, STAFF_CHAT, isOfCustomer, laneTo, storedLane, type Conversation, type Lane } from "./lane.ts";
import { messages, seenUpdates } from "./schema.ts";
import type { NewMessage, OriginalKey, WaitingContent } from "./shapes.ts";

export type MessageRow = typeof messages.$inferSelect;

/**
 * The lane that leads to where a message was written: its copies' counterparts live there. Of a customer of another channel
 * than Telegram `route` says where that is; null: it is not known.
 */
export function laneOfChat(chat: Conversation, route: () => Route | undefined): Lane | null {
  if (chat === STAFF_CHAT) return STAFF;
  const to = isOfCustomer(chat) ? (chatOfContact(chat) ?? route()) : chatRoute(chat);
  return to === undefined ? null : laneTo(to);
}

const NEWEST_COPIES_MAX = 5_000;
/** What is kept of a forwarded message: whose words they were Telegram tells again when it is forwarded once more. */
const FORWARDED = JSON.stringify({ forwarded: "" } satisfies WaitingContent);
/** More than Telegram lets a bot send to one group in a minute. */
const COPIES_OF_A_MINUTE_MAX = 40;
/** Messages of a customer that are looked through for the last one about a ticket. */
const THREAD_LOOKED_AT = 200;
/** An album has ten items; others may write between them. */
const ALBUM_IDS_APART = 100;

/** The relayed messages: what waits to be copied, and the links between originals and copies afterwards. */
export class Messages {
  readonly #db: Database;
  readonly #byOriginal;
  readonly #byCopy;
  readonly #insert;
  readonly #done;
  readonly #waiting;
  readonly #countWaitingIn;

  constructor(db: Database) {
    this.#db = db;
    this.#byOriginal = db
      .select()
      .from(messages)
      .where(
        and(eq(messages.chat, sql.placeholder("chat")), eq(messages.messageId, sql.placeholder("messageId"))),
      )
      .prepare();
    this.#byCopy = db
      .select()
      .from(messages)
      .where(and(eq(messages.lane, sql.placeholder("lane")), eq(messages.copyId, sql.placeholder("copyId"))))
      .orderBy(asc(messages.seq))
      .limit(1)
      .prepare();
    this.#insert = db
      .insert(messages)
      .values({
        chat: sql.placeholder("chat"),
        messageId: sql.placeholder("messageId"),
        seq: sql.placeholder("seq"),
        ticket: sql.placeholder("ticket"),
        lane: sql.placeholder("lane"),
        state: "waiting",
        album: sql.placeholder("album"),
        replyTo: sql.placeholder("replyTo"),
        writer: sql.placeholder("writer"),
        sentAt: sql.placeholder("sentAt"),
        acceptedAt: sql.placeholder("acceptedAt"),
        content: sql.placeholder("content"),
        file: sql.placeholder("file"),
        thread: sql.placeholder("thread"),
        notBefore: sql.placeholder("notBefore"),
        attempts: 0,
        updateId: sql.placeholder("updateId"),
      })
      .prepare();
    this.#done = db
      .update(messages)
      .set({
        state: "done",
        copyId: sql`${sql.placeholder("copyId")}`,
        content: sql`CASE WHEN ${messages.content} ->> '$.forwarded' IS NOT NULL THEN ${FORWARDED} END`,
        attemptedAt: sql`${sql.placeholder("copiedAt")}`,
        code: null,
      })
      .where(
        and(eq(messages.chat, sql.placeholder("chat")), eq(messages.messageId, sql.placeholder("messageId"))),
      )
      .prepare();
    this.#waiting = db
      .select()
      .from(messages)
      .where(
        and(
          sql`${messages.state} = 'waiting'`,
          eq(messages.lane, sql.placeholder("lane")),
          eq(messages.ticket, sql.placeholder("ticket")),
          gte(messages.seq, sql.placeholder("seq")),
        ),
      )
      .orderBy(asc(messages.seq))
      .limit(sql.placeholder("limit"))
      .prepare();
    this.#countWaitingIn = db
      .select({ count: sql<number>`count(*)` })
      .from(
        db
          .select({ seq: messages.seq })
          .from(messages)
          .where(and(sql`${messages.state} = 'waiting'`, eq(messages.lane, sql.placeholder("lane"))))
          .limit(sql.placeholder("limit"))
          .as("counted"),
      )
      .prepare();
  }

  byOriginal(key: OriginalKey): MessageRow | undefined {
    return this.#byOriginal.get({ chat: key.chat, messageId: key.messageId });
  }

  /** The message whose copy this is, or was before it was copied once more; of several joined into one copy, the first. */
  byCopy(lane: Lane, copyId: number): MessageRow | undefined {
    const row = this.#byCopy.get({ lane: storedLane(lane), copyId });
    const isFormer = row !== undefined && row.messageId < 0 && row.replyTo !== null;
    return isFormer ? this.byOriginal({ chat: row.chat, messageId: row.replyTo! }) : row;
  }

  /** The messages that one copy holds, in their order. */
  byCopyAll(lane: Lane, copyId: number): MessageRow[] {
    return this.#db
      .select()
      .from(messages)
      .where(and(eq(messages.lane, lane), eq(messages.copyId, copyId)))
      .orderBy(asc(messages.seq))
      .all();
  }

  /**
   * The relayed message that a message of `chat` belongs to, be it the original or the copy. `route`: where its customer is
   * reached, if they came by another channel than Telegram.
   */
  find(
    chat: Conversation,
    messageId: number,
    route: () => Route | undefined = () => undefined,
  ): { row: MessageRow; is: "original" | "copy" } | undefined {
    const original = this.byOriginal({ chat, messageId });
    if (original !== undefined) return { row: original, is: "original" };
    const lane = laneOfChat(chat, route);
    const copied = lane === null ? undefined : this.byCopy(lane, messageId);
    return copied === undefined ? undefined : { row: copied, is: "copy" };
  }

  /** Whether its copy holds other messages too. */
  sharesCopy(row: MessageRow): boolean {
    if (row.copyId === null || row.album !== null) return false;
    const { lane, copyId } = row;
    const sharing = this.#db
      .select({ seq: messages.seq })
      .from(messages)
      .where(and(eq(messages.lane, lane), eq(messages.copyId, copyId)))
      .limit(2)
      .all();
    return sharing.length > 1;
  }

  add(message: NewMessage): void {
    this.#insert.run({ ...message, thread: message.thread ?? null });
  }

  /**
   * The message has another copy from now on. What is said about the former one still finds it, by a row under a number
   * that Telegram gives to no message; `seq` is its own.
   */
  copiedAnew(row: MessageRow, copyId: number, seq: number): void {
    const { chat, messageId, lane, ticket, copyId: former, writer, sentAt, acceptedAt } = row;
    if (former !== null && former !== copyId && !this.sharesCopy(row)) {
      const key = { chat, messageId: -seq };
      this.add({
        ...key,
        seq,
        ticket,
        lane,
        writer,
        sentAt,
        acceptedAt,
        replyTo: messageId,
        album: null,
        content: null,
        file: null,
        notBefore: null,
        updateId: 0,
      });
      this.done(key, former);
    }
    this.update(row, { copyId, album: null });
  }

  /** The topic of their private chat in which a customer wrote last, about a ticket or (0) about any. */
  threadOf(customer: ContactId, ticket: number): number | null {
    const newest = this.#db
      .select({ thread: messages.thread, ticket: messages.ticket, messageId: messages.messageId })
      .from(messages)
      .where(and(eq(messages.chat, customer), gt(messages.messageId, 0)))
      .orderBy(desc(messages.messageId))
      .limit(THREAD_LOOKED_AT)
      .as("newest");
    const row = this.#db
      .select({ thread: newest.thread })
      .from(newest)
      .where(ticket === 0 ? undefined : eq(newest.ticket, ticket))
      .orderBy(desc(newest.messageId))
      .limit(1)
      .get();
    return row?.thread ?? null;
  }

  /** What its channel calls the latest message of a customer about a ticket; null: nothing. */
  latestName(customer: ContactId, ticket: number): string | null {
    const row = this.#db
      .select({ name: messages.file })
      .from(messages)
      .where(and(eq(messages.chat, customer), gt(messages.messageId, 0), eq(messages.ticket, ticket)))
      .orderBy(desc(messages.messageId))
      .limit(1)
      .get();
    return row?.name ?? null;
  }

  /** A customer's private chat has such topics no longer. Answers whether any was known. */
  forgetThreads(customer: ContactId): boolean {
    return (
      this.#db
        .update(messages)
        .set({ thread: null })
        .where(and(eq(messages.chat, customer), isNotNull(messages.thread)))
        .returning({ seq: messages.seq })
        .all().length > 0
    );
  }

  /**
   * Whether a message that another group passes on is still to be copied into a ticket's topic (null: it has none). What
   * was copied there before stays as it is, and so does what was given up, refused or taken back.
   */
  isMissing(key: OriginalKey, topicId: number | null): boolean {
    const row = this.byOriginal(key);
    if (row === undefined) return true;
    if (row.state !== "done") return false;
    if (topicId === null) return true;
    // A topic is numbered by its first message: what is older stands in a former one.
    return row.copyId === null ? row.lane !== STAFF : row.copyId < topicId;
  }

  /** Accepts a message that may have been here before. */
  takeBack(message: NewMessage): void {
    const { chat: _chat, messageId: _messageId, ...again } = message;
    this.#db
      .insert(messages)
      .values({ ...message, state: "waiting", attempts: 0 })
      .onConflictDoUpdate({
        target: [messages.chat, messages.messageId],
        set: { ...again, state: "waiting", copyId: null, attempts: 0, attemptedAt: null, code: null },
      })
      .run();
  }

  /** Telegram has it: the row is the link between the two from now on. `copiedAt`: when a call made the copy, if one did. */
  done(key: OriginalKey, copyId: number | null, copiedAt: number | null = null): void {
    this.#done.run({ chat: key.chat, messageId: key.messageId, copyId, copiedAt });
    if (copyId === null) this.#noteUpdate(key);
  }

  update(key: OriginalKey, change: Partial<MessageRow>): void {
    this.#db
      .update(messages)
      .set(change)
      .where(and(eq(messages.chat, key.chat), eq(messages.messageId, key.messageId)))
      .run();
    if (change.state === "refused" || change.state === "dropped") this.#noteUpdate(key);
  }

  /** A customer's message that neither waits nor has a copy is in no index: its update's number is kept apart. */
  #noteUpdate({ chat, messageId }: OriginalKey): void {
    if (chat === STAFF_CHAT) return;
    this.#db
      .insert(seenUpdates)
      .select(
        this.#db
          .select({ id: messages.updateId, at: messages.acceptedAt })
          .from(messages)
          .where(and(eq(messages.chat, chat), eq(messages.messageId, messageId), gt(messages.updateId, 0))),
      )
      .onConflictDoNothing()
      .run();
  }

  /** The rows of one ticket that wait in a lane, from `seq` on. */
  waiting(lane: Lane, ticket: number, seq: number, limit: number): MessageRow[] {
    return this.#waiting.all({ lane: storedLane(lane), ticket, seq, limit });
  }

  /** The album's items that still wait. */
  waitingAlbum(lane: Lane, ticket: number, album: string): MessageRow[] {
    return this.#db
      .select()
      .from(messages)
      .where(
        and(
          sql`${messages.state} = 'waiting'`,
          eq(messages.lane, lane),
          eq(messages.ticket, ticket),
          eq(messages.album, album),
        ),
      )
      .orderBy(asc(messages.seq))
      .all();
  }

  /** The known items of an album, in every state. Telegram numbers them one after the other. */
  albumOf({ chat, messageId, album }: OriginalKey & { album: string }): MessageRow[] {
    return this.#db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.chat, chat),
          gte(messages.messageId, messageId - ALBUM_IDS_APART),
          lte(messages.messageId, messageId + ALBUM_IDS_APART),
          eq(messages.album, album),
        ),
      )
      .orderBy(asc(messages.messageId))
      .all();
  }

  /** Attempts that a crash interrupted in lanes where repeating would be wrong. */
  interrupted(): MessageRow[] {
    return this.#db
      .select()
      .from(messages)
      .where(and(sql`${messages.state} = 'waiting'`, sql`${messages.attemptedAt} IS NOT NULL`))
      .orderBy(asc(messages.seq))
      .all();
  }

  /** How many copies were made in the staff group, as far as the newest go, of what came since an instant. */
  countCopiedSince(since: number): number {
    const newest = this.#db
      .select({ acceptedAt: messages.acceptedAt })
      .from(messages)
      .where(and(eq(messages.lane, STAFF), sql`${messages.copyId} IS NOT NULL`))
      .orderBy(desc(messages.copyId))
      .limit(NEWEST_COPIES_MAX)
      .as("newest");
    const row = this.#db
      .select({ count: sql<number>`count(*)` })
      .from(newest)
      .where(gte(newest.acceptedAt, since))
      .get();
    return row?.count ?? 0;
  }

  /** When the newest copies in the staff group were made, as far as that was since an instant; one made of several counts once. */
  copiedSince(since: number): number[] {
    return this.#db
      .select({ at: sql<number | null>`max(${messages.attemptedAt})` })
      .from(messages)
      .where(and(eq(messages.lane, STAFF), sql`${messages.copyId} IS NOT NULL`))
      .groupBy(messages.copyId)
      .orderBy(desc(messages.copyId))
      .limit(COPIES_OF_A_MINUTE_MAX)
      .all()
      .flatMap(({ at }) => (at !== null && at > since ? [at] : []));
  }

  countWaiting(): number {
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(messages)
        .where(sql`${messages.state} = 'waiting'`)
        .get()?.count ?? 0
    );
  }

  /** How many wait in a lane; counting stops at `limit`. */
  countWaitingIn(lane: Lane, limit: number): number {
    return this.#countWaitingIn.get({ lane: storedLane(lane), limit })?.count ?? 0;
  }
}
