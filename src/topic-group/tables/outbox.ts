import { and, asc, eq, lte, not, or, sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact } from "../../domain/contact/route.ts";
import { isAmong } from "./among.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import { numbersOf, type Forgets, type TicketToForget } from "./forgets.ts";
import {
  isForOthers,
  isRouteLane,
  isWebhookLane,
  laneOfRow,
  laneTo,
  PEER_LANES,
  OTHER_ROUTES,
  storedLane,
  URGENT_KEYS,
  type Lane,
  type Stretch,
} from "./lane.ts";
import { Value } from "./memory.ts";
import type { OutboxWork, WorkKind } from "./outbox-work.ts";
import { outbox } from "./schema.ts";
import type { Waiting } from "./shapes.ts";
import { changing, given, givenRow, statement } from "./statement.ts";
import { ticketsOf } from "./tickets-of.ts";
import type { Head, Waits } from "./waits.ts";

export type { Head } from "./waits.ts";

const URGENT_LOOKED_AT = 20;

export type OutboxRow = typeof outbox.$inferSelect;

/** What is to be done, where, and for which ticket (0: for none). */
export interface NewWork {
  lane: Lane;
  ticket: number;
  work: OutboxWork;
  /** Of several waiting with the same key only the latest is kept, in the place of the first. */
  key?: string;
  notBefore?: number;
  /** It goes before everything else of its lane. */
  urgent?: boolean;
}

const IS_WAITING = sql`${outbox.state} = 'waiting'`;
const IS_GIVEN_UP = sql`${outbox.state} IN ('parked', 'uncertain')`;
/** Everything that waits to leave the object, but for views and the record, which are derived. */
export class Outbox implements Forgets {
  readonly #db: Database;
  readonly #sql: SqlStorage;
  readonly #waits: Waits;
  readonly #agentKinds: readonly WorkKind[];
  readonly #givenUpSince: Value<number | null>;
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(outbox)
      .where(eq(outbox.seq, given("seq")))
      .prepare(),
  );
  readonly #several = statement(() =>
    this.#db
      .select()
      .from(outbox)
      .where(sql`${outbox.seq} IN (SELECT value FROM json_each(${given("seqs")}))`)
      .prepare(),
  );
  readonly #add = statement(() => this.#db.insert(outbox).values(givenRow(outbox)).prepare());
  readonly #change = changing(
    () => this.#db,
    outbox,
    () => eq(outbox.seq, given("seq")),
  );
  readonly #remove = statement(() =>
    this.#db
      .delete(outbox)
      .where(eq(outbox.seq, given("seq")))
      .prepare(),
  );
  readonly #parkedSince = statement(() =>
    this.#db
      .select({ at: outbox.acceptedAt })
      .from(outbox)
      .where(IS_GIVEN_UP)
      .orderBy(asc(outbox.acceptedAt))
      .limit(1)
      .prepare(),
  );

  /** `agentKinds`: what is an agent's own, even where that agent was once a customer. */
  constructor(db: Database, sqlStorage: SqlStorage, waits: Waits, agentKinds: readonly WorkKind[]) {
    this.#db = db;
    this.#waits = waits;
    this.#sql = sqlStorage;
    this.#agentKinds = agentKinds;
    this.#givenUpSince = db.memory.of("outbox", new Value(() => this.#parkedSince().get()?.at ?? null));
  }

  add(seq: number, { lane, ticket, work, key, notBefore }: NewWork, acceptedAt: number): void {
    if (key !== undefined) {
      const waiting = this.#rows(this.#waits.ofKey(key)).find((row) => row.attemptedAt === null);
      if (waiting !== undefined) {
        this.update(waiting.seq, { payload: work, acceptedAt });
        return;
      }
    }
    const row: OutboxRow = {
      seq,
      lane,
      ticket,
      kind: work.kind,
      key: key ?? null,
      payload: work,
      state: "waiting",
      acceptedAt,
      notBefore: notBefore ?? null,
      attempts: 0,
      attemptedAt: null,
      code: null,
    };
    this.#db.memory.knowing("outbox", () => this.#add().run({ ...row }));
    this.#waits.add({ seq, lane, ticket, kind: "work", key: row.key });
  }

  /** What goes before everything else of a lane, in its order. */
  urgent(lane: Lane): OutboxRow[] {
    const { from, to } = URGENT_KEYS;
    const rows = this.#rows(this.#waits.ofKeysBetween(from, to));
    return rows.filter((row) => row.lane === lane).slice(0, URGENT_LOOKED_AT);
  }

  /** What waits for one ticket in a lane, in its order. */
  waiting(lane: Lane, ticket: number): OutboxRow[] {
    return this.#rows(this.#waits.works(lane, ticket));
  }

  /** Since when something with this key waits, null if nothing does. */
  waitingSince(key: string): number | null {
    const [first] = this.#waits.ofKey(key);
    return first === undefined ? null : this.get(first)!.acceptedAt;
  }

  /** What waits under keys of this kind, `kind:…`, and was accepted after `since`, in ms since 1970. */
  keyed(kind: string, since: number): { ticket: number; acceptedAt: number }[] {
    const rows = this.#rows(this.#waits.ofKeysBetween(`${kind}:`, `${kind};`));
    return rows.filter(({ acceptedAt }) => acceptedAt > since);
  }

  /** Which row with this key waits, null if none does. */
  seqOf(key: string): number | null {
    return this.#waits.ofKey(key)[0] ?? null;
  }

  get(seq: number): OutboxRow | undefined {
    return this.#get().get({ seq });
  }

  /** Rows that are known to be there, in the order of their numbers here. */
  #rows(seqs: readonly number[]): OutboxRow[] {
    if (seqs.length < 2) return seqs.map((seq) => this.get(seq)!);
    const rows = this.#several().all({ seqs: JSON.stringify(seqs) });
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    return seqs.map((seq) => bySeq.get(seq)!);
  }

  update(seq: number, change: Partial<OutboxRow>): void {
    this.#db.memory.knowing("outbox", () => this.#change({ seq }, change));
    if (change.state === "waiting" || change.lane !== undefined || change.ticket !== undefined)
      this.#waits.forget();
    else if (change.state !== undefined) this.#waits.remove(seq);
    else if (change.key !== undefined) this.#waits.rekey(seq, change.key);
    if (change.state === "parked" || change.state === "uncertain") this.#givenUpSince.forget();
    else this.#givenUpSince.stays(null);
  }

  /** It left, or is not worth sending any more. */
  remove(seq: number): void {
    this.#db.memory.knowing("outbox", () => this.#remove().run({ seq }));
    this.#waits.remove(seq);
    this.#givenUpSince.stays(null);
  }

  interrupted(): OutboxRow[] {
    return this.#db
      .select()
      .from(outbox)
      .where(and(IS_WAITING, sql`${outbox.attemptedAt} IS NOT NULL`))
      .orderBy(asc(outbox.seq))
      .all();
  }

  parked(afterSeq: number, limit: number): OutboxRow[] {
    return this.#db
      .select()
      .from(outbox)
      .where(and(IS_GIVEN_UP, sql`${outbox.seq} > ${afterSeq}`))
      .orderBy(asc(outbox.seq))
      .limit(limit)
      .all();
  }

  /** Since when the oldest parked or uncertain row is here; null: none. */
  parkedSince(): number | null {
    return this.#givenUpSince.get();
  }

  /** Those that are here since an instant or longer. */
  parkedUntil(until: number, limit: number): OutboxRow[] {
    return this.#db
      .select()
      .from(outbox)
      .where(and(IS_GIVEN_UP, lte(outbox.acceptedAt, until)))
      .orderBy(asc(outbox.acceptedAt))
      .limit(limit)
      .all();
  }

  countParked(): number {
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(outbox)
        .where(IS_GIVEN_UP)
        .get()?.count ?? 0
    );
  }

  /** What waits for Telegram, for other groups and for the desk itself. */
  countWaiting(): number {
    return this.#waits.countWorks((lane) => !isForOthers(lane));
  }

  /** Of it what goes to a person: agents' and programs' answers, and words of the desk. */
  countToPeople(): number {
    return this.#waits.countWorks(isRouteLane);
  }

  /** The oldest waiting message and other work of every ticket that has any in this lane. */
  heads(lane: Lane): Head[] {
    return this.#waits.heads(lane);
  }

  /** The lanes of endpoints in which something waits for a ticket. */
  webhookLanesOf(ticket: number): Lane[] {
    const lanes = this.#waits.lanes().filter(isWebhookLane);
    return lanes.filter((lane) => this.#waits.works(lane, ticket).length > 0);
  }

  /** The lanes in which tickets wait to be handed over to other groups. */
  lanesOfMoves(): Lane[] {
    return this.#db
      .selectDistinct({ lane: outbox.lane })
      .from(outbox)
      .where(and(IS_WAITING, isIn(PEER_LANES), sql`${outbox.payload} ->> '$.message.type' = 'ticket_moved'`))
      .all()
      .map(({ lane }) => lane);
  }

  /** The lanes in which something waits. */
  lanes(): Lane[] {
    return this.#waits.lanes();
  }

  /** How much waits in each lane and since when; for people who look, not for the drain. */
  backlog(): { lane: Lane; count: number; oldestAt: number }[] {
    return this.#sql
      .exec<{ lane: string; count: number; oldestAt: number }>(
        `SELECT lane, count(*) AS count, min(accepted_at) AS oldestAt FROM (
           SELECT lane, accepted_at FROM messages WHERE state = 'waiting'
           UNION ALL SELECT lane, accepted_at FROM outbox WHERE state = 'waiting')
         GROUP BY lane ORDER BY lane`,
      )
      .toArray()
      .map((row) => ({ ...row, lane: laneOfRow(row.lane) }));
  }

  /** What waits to leave, or was given up, to a person and about their tickets, in order. */
  waitingOf(id: ContactId): Waiting[] {
    return this.#db
      .select({ kind: outbox.kind, acceptedAt: outbox.acceptedAt, state: outbox.state, says: outbox.payload })
      .from(outbox)
      .where(this.#concerns([id]))
      .orderBy(asc(outbox.seq))
      .all();
  }

  countOf(people: readonly ContactId[]): number {
    return countRows(this.#db, outbox, this.#concerns(people));
  }

  forgetTickets(tickets: readonly TicketToForget[]): number {
    return this.#db
      .delete(outbox)
      .where(isAmong(outbox.ticket, numbersOf(tickets)))
      .returning({ n: outbox.seq })
      .all().length;
  }

  forgetPerson(id: ContactId): number {
    return this.#db
      .delete(outbox)
      .where(this.#namesAnyOf([id]))
      .returning({ n: outbox.seq })
      .all().length;
  }

  #concerns(people: readonly ContactId[]): SQL | undefined {
    return or(sql`${outbox.ticket} IN ${ticketsOf(people)}`, this.#namesAnyOf(people));
  }

  /** What waits to be told to people, or to another group about them. */
  #namesAnyOf(people: readonly ContactId[]): SQL | undefined {
    const chats = people.flatMap((one) => chatOfContact(one) ?? []);
    const lanes = chats.map((chat) => storedLane(laneTo(chat)));
    const named = ["contact.id", "customer", "ticket.customer"].map((path) =>
      isAmong(sql`(${outbox.payload} ->> ${sql.raw(`'$.message.${path}'`)})`, people),
    );
    return or(
      and(isAmong(outbox.lane, lanes), not(isAmong(outbox.kind, this.#agentKinds))),
      and(isIn(OTHER_ROUTES), isAmong(sql`(${outbox.payload} ->> '$.contact')`, people)),
      and(isIn(PEER_LANES), or(...named)),
    );
  }
}

function isIn({ from, to }: Stretch): SQL {
  return sql`(${outbox.lane} >= ${from} AND ${outbox.lane} < ${to})`;
}
