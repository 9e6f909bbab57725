import { and, asc, desc, eq, gt, gte, isNotNull, lte, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact, chatRoute, type Route } from "../../domain/contact/route.ts";
import type { Database } from "./database.ts";
import { STAFF, STAFF_CHAT, isOfCustomer, laneTo, storedLane, type Conversation, type Lane } from "./lane.ts";
import { Rows, Value } from "./memory.ts";
import { messages, seenUpdates } from "./schema.ts";
import type { NewMessage, OriginalKey, WaitingContent } from "./shapes.ts";
import { changing, given, givenRow, inserted, statement } from "./statement.ts";
import type { Waits } from "./waits.ts";

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
/** Rows that are remembered until they change: an update asks for the same one several times, and then the drain. */
const ROWS_KEPT_MAX = 200;
/** What is kept of a forwarded message: whose words they were Telegram tells again when it is forwarded once more. */
const FORWARDED = JSON.stringify({ forwarded: "" } satisfies WaitingContent);
/** More than a group is ever sent in a minute: with `desk.groupCalls` that is one each half second. */
const COPIES_OF_A_MINUTE_MAX = 140;
/** Messages of a customer that are looked through for the last one about a ticket. */
const THREAD_LOOKED_AT = 200;
/** An album has ten items; others may write between them. */
const ALBUM_IDS_APART = 100;

/** SQLite reads a negative limit as none. */
const UNLIMITED = -1;

/** What a message that is accepted again gets anew. */
const TAKEN_BACK = [
  "seq",
  "ticket",
  "lane",
  "state",
  "album",
  "replyTo",
  "writer",
  "sentAt",
  "acceptedAt",
  "content",
  "file",
  "notBefore",
  "attempts",
  "attemptedAt",
  "copyId",
  "code",
  "updateId",
] as const;

export const IS_PARKED = sql`${messages.state} IN ('parked', 'uncertain')`;
/** Earlier releases stored the JSON of null where nothing is kept. */
export const KEEPS_WORDS = and(IS_PARKED, sql`${messages.content} <> 'null'`);
const IS_ORIGINAL = and(eq(messages.chat, given("chat")), eq(messages.messageId, given("messageId")));
const IS_COPY = and(eq(messages.lane, given("lane")), eq(messages.copyId, given("copyId")));
const IS_WAITING = and(
  sql`${messages.state} = 'waiting'`,
  eq(messages.lane, given("lane")),
  eq(messages.ticket, given("ticket")),
);

function nameOf({ chat, messageId }: OriginalKey): string {
  return `${chat}:${messageId}`;
}

/** The row of a message that is accepted. */
function accepted(message: NewMessage): MessageRow {
  return {
    ...message,
    thread: message.thread ?? null,
    state: "waiting",
    attempts: 0,
    attemptedAt: null,
    copyId: null,
    code: null,
  };
}

/** The relayed messages: what waits to be copied, and the links between originals and copies afterwards. */
export class Messages {
  readonly #db: Database;
  readonly #waits: Waits;
  /** By original (`nameOf`); those that were accepted and have not changed since also by number. */
  readonly #rows: Rows<string, { row: MessageRow | undefined }>;
  readonly #fresh: Rows<number, MessageRow>;
  /** Since when the oldest one that was given up keeps what it says, in ms since 1970; null: none does. */
  readonly wordsSince: Value<number | null>;
  readonly #byOriginal = statement(() => this.#db.select().from(messages).where(IS_ORIGINAL).prepare());
  readonly #byCopy = statement(() =>
    this.#db
      .select()
      .from(messages)
      .where(IS_COPY)
      .orderBy(asc(messages.seq))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #add = statement(() => this.#db.insert(messages).values(givenRow(messages)).prepare());
  readonly #takeBack = statement(() =>
    this.#db
      .insert(messages)
      .values(givenRow(messages))
      .onConflictDoUpdate({
        target: [messages.chat, messages.messageId],
        set: {
          ...inserted(messages, ...TAKEN_BACK),
          // An earlier release has not passed it on.
          thread: sql`coalesce(excluded.thread, ${messages.thread})`,
        },
      })
      .prepare(),
  );
  readonly #done = statement(() =>
    this.#db
      .update(messages)
      .set({
        state: "done",
        copyId: sql`${given("copyId")}`,
        content: sql`CASE WHEN ${messages.content} ->> '$.forwarded' IS NOT NULL THEN ${FORWARDED} END`,
        attemptedAt: sql`${given("copiedAt")}`,
        code: null,
      })
      .where(IS_ORIGINAL)
      .prepare(),
  );
  readonly #change = changing(
    () => this.#db,
    messages,
    () => IS_ORIGINAL,
  );
  readonly #noteUpdate = statement(() =>
    this.#db
      .insert(seenUpdates)
      .select(
        this.#db
          .select({ id: messages.updateId, at: messages.acceptedAt })
          .from(messages)
          .where(and(IS_ORIGINAL, gt(messages.updateId, 0))),
      )
      .onConflictDoNothing()
      .prepare(),
  );
  readonly #waiting = statement(() =>
    this.#db
      .select()
      .from(messages)
      .where(and(IS_WAITING, gte(messages.seq, given("seq"))))
      .orderBy(asc(messages.seq))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #waitingAlbum = statement(() =>
    this.#db
      .select()
      .from(messages)
      .where(and(IS_WAITING, eq(messages.album, given("album"))))
      .orderBy(asc(messages.seq))
      .prepare(),
  );
  readonly #albumOf = statement(() =>
    this.#db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.chat, given("chat")),
          gte(messages.messageId, given("from")),
          lte(messages.messageId, given("to")),
          eq(messages.album, given("album")),
        ),
      )
      .orderBy(asc(messages.messageId))
      .prepare(),
  );
  readonly #latest = statement(() =>
    this.#db
      .select({ thread: messages.thread, ticket: messages.ticket })
      .from(messages)
      .where(and(eq(messages.chat, given("customer")), gt(messages.messageId, 0)))
      .orderBy(desc(messages.messageId))
      .limit(given("limit"))
      .prepare(),
  );
  readonly #latestName = statement(() =>
    this.#db
      .select({ name: messages.file })
      .from(messages)
      .where(
        and(
          eq(messages.chat, given("customer")),
          gt(messages.messageId, 0),
          eq(messages.ticket, given("ticket")),
        ),
      )
      .orderBy(desc(messages.messageId))
      .limit(1)
      .prepare(),
  );
  readonly #wordsSince = statement(() =>
    this.#db
      .select({ at: sql<number | null>`min(${messages.acceptedAt})` })
      .from(messages)
      .where(KEEPS_WORDS)
      .prepare(),
  );
  readonly #countWaiting = statement(() =>
    this.#db
      .select({ count: sql<number>`count(*)` })
      .from(messages)
      .where(sql`${messages.state} = 'waiting'`)
      .prepare(),
  );

  constructor(db: Database, waits: Waits) {
    this.#db = db;
    this.#waits = waits;
    this.#rows = db.memory.of("messages", new Rows(ROWS_KEPT_MAX));
    this.#fresh = db.memory.of("messages", new Rows(ROWS_KEPT_MAX));
    this.wordsSince = db.memory.of("messages", new Value(() => this.#wordsSince().get()?.at ?? null));
  }

  byOriginal(key: OriginalKey): MessageRow | undefined {
    const { chat, messageId } = key;
    const name = nameOf(key);
    const known =
      this.#rows.get(name) ?? this.#rows.keep(name, { row: this.#byOriginal().get({ chat, messageId }) });
    return known.row;
  }

  /** The message whose copy this is, or was before it was copied once more; of several joined into one copy, the first. */
  byCopy(lane: Lane, copyId: number): MessageRow | undefined {
    const row = this.#byCopy().get({ lane: storedLane(lane), copyId, limit: 1 });
    const isFormer = row !== undefined && row.messageId < 0 && row.replyTo !== null;
    return isFormer ? this.byOriginal({ chat: row.chat, messageId: row.replyTo! }) : row;
  }

  /** The messages that one copy holds, in their order. */
  byCopyAll(lane: Lane, copyId: number): MessageRow[] {
    return this.#byCopy().all({ lane: storedLane(lane), copyId, limit: UNLIMITED });
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
    return this.#byCopy().all({ lane: storedLane(lane), copyId, limit: 2 }).length > 1;
  }

  add(message: NewMessage): void {
    const row = accepted(message);
    this.#db.memory.knowing("messages", () => this.#add().run({ ...row }));
    const { seq, lane, ticket } = row;
    this.#rows.keep(nameOf(row), { row });
    this.#fresh.keep(seq, row);
    this.#waits.add({ seq, lane, ticket, kind: "message", key: null });
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
      this.done({ ...key, seq }, former);
    }
    this.update(row, { copyId, album: null });
  }

  /** The topic of their private chat in which a customer wrote last, about a ticket or (0) about any. */
  threadOf(customer: ContactId, ticket: number): number | null {
    const limit = ticket === 0 ? 1 : THREAD_LOOKED_AT;
    const newest = this.#latest().all({ customer, limit });
    const row = ticket === 0 ? newest[0] : newest.find((one) => one.ticket === ticket);
    return row?.thread ?? null;
  }

  /** What its channel calls the latest message of a customer about a ticket; null: nothing. */
  latestName(customer: ContactId, ticket: number): string | null {
    return this.#latestName().get({ customer, ticket })?.name ?? null;
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
    this.#takeBack().run(accepted(message));
  }

  /** Telegram has it: the row is the link between the two from now on. `copiedAt`: when a call made the copy, if one did. */
  done(key: OriginalKey & { seq?: number }, copyId: number | null, copiedAt: number | null = null): void {
    const values = { chat: key.chat, messageId: key.messageId, copyId, copiedAt };
    this.#db.memory.knowing("messages", () => this.#done().run(values));
    this.#changed(key);
    this.#waitsNoLonger(key);
    this.wordsSince.stays(null);
    if (copyId === null) this.#noteUpdateOf(key);
  }

  update(key: OriginalKey & { seq?: number }, change: Partial<MessageRow>): void {
    const { chat, messageId } = key;
    this.#db.memory.knowing("messages", () => this.#change({ chat, messageId }, change));
    this.#changed(key);
    const { state, lane, ticket, seq } = change;
    if (state === "waiting" || [lane, ticket, seq].some((one) => one !== undefined)) this.#waits.forget();
    else if (state !== undefined) this.#waitsNoLonger(key);
    if (change.state === "parked" || change.state === "uncertain") this.wordsSince.forget();
    else if (change.content == null) this.wordsSince.stays(null);
    else this.wordsSince.forget();
    if (change.state === "refused" || change.state === "dropped") this.#noteUpdateOf(key);
  }

  #changed(key: OriginalKey & { seq?: number }): void {
    this.#rows.drop(nameOf(key));
    if (key.seq === undefined) this.#fresh.forget();
    else this.#fresh.drop(key.seq);
  }

  /** The row may have another number by now than its key says. */
  #waitsNoLonger({ seq }: { seq?: number }): void {
    if (seq === undefined || !this.#waits.remove(seq)) this.#waits.forget();
  }

  /** A customer's message that neither waits nor has a copy is in no index: its update's number is kept apart. */
  #noteUpdateOf({ chat, messageId }: OriginalKey): void {
    if (chat !== STAFF_CHAT) this.#noteUpdate().run({ chat, messageId });
  }

  /** The rows of one ticket that wait in a lane, from `seq` on. */
  waiting(lane: Lane, ticket: number, seq: number, limit: number): MessageRow[] {
    const first = limit === 1 ? this.#fresh.get(seq) : undefined;
    if (first?.lane === lane && first.ticket === ticket) return [first];
    return this.#waiting().all({ lane: storedLane(lane), ticket, seq, limit });
  }

  /** The album's items that still wait. */
  waitingAlbum(lane: Lane, ticket: number, album: string): MessageRow[] {
    return this.#waitingAlbum().all({ lane: storedLane(lane), ticket, album });
  }

  /** The known items of an album, in every state. Telegram numbers them one after the other. */
  albumOf({ chat, messageId, album }: OriginalKey & { album: string }): MessageRow[] {
    return this.#albumOf().all({
      chat,
      from: messageId - ALBUM_IDS_APART,
      to: messageId + ALBUM_IDS_APART,
      album,
    });
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
    return this.#countWaiting().get()?.count ?? 0;
  }

  /** How many wait in a lane; counting stops at `limit`. */
  countWaitingIn(lane: Lane, limit: number): number {
    return this.#waits.countMessages(lane, limit);
  }
}
