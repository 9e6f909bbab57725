import { and, asc, desc, eq, lt, or, sql, type SQL } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ErasedHere, ErasureCounts } from "../../domain/contact/erasure.ts";
import { NO_PROFILE } from "../../domain/routing/profile.ts";
import { isAmong } from "./among.ts";
import type { Database } from "./database.ts";
import { chatLane } from "./lane.ts";
import { messagesOf } from "./messages-of.ts";
import {
  blocked,
  customers,
  erasures,
  events,
  hookLog,
  lanes,
  messages,
  outbox,
  setAside,
  tickets,
  told,
  topics,
} from "./schema.ts";

type Counts = ErasureCounts["objects"];

/** What somebody who is blocked was told once. */
export function blockedKey(customer: number): string {
  return `blocked:${customer}`;
}

/** Who is kept out, and what is forgotten. Every method belongs into the transaction of its caller. */
export class Privacy {
  readonly #db: Database;
  readonly #blocked;

  constructor(db: Database) {
    this.#db = db;
    this.#blocked = db
      .select({ since: blocked.since })
      .from(blocked)
      .where(eq(blocked.customer, sql.placeholder("customer")))
      .prepare();
  }

  isBlocked(customer: number): boolean {
    return this.#blocked.get({ customer }) !== undefined;
  }

  block(customer: number, since: number): void {
    this.#db.insert(blocked).values({ customer, since }).onConflictDoNothing().run();
  }

  unblock(customer: number): void {
    this.#db.delete(blocked).where(eq(blocked.customer, customer)).run();
    this.#db
      .delete(told)
      .where(eq(told.key, blockedKey(customer)))
      .run();
  }

  // Erasures

  erasure(id: string): ErasedHere | undefined {
    return this.#db.select().from(erasures).where(eq(erasures.id, id)).get()?.state;
  }

  saveErasure(id: string, state: ErasedHere): void {
    this.#db
      .insert(erasures)
      .values({ id, state })
      .onConflictDoUpdate({ target: erasures.id, set: { state } })
      .run();
  }

  endErasure(id: string): void {
    this.#db.delete(erasures).where(eq(erasures.id, id)).run();
  }

  numbersOf(customer: number, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(eq(tickets.customer, customer))
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  topicsOf(number: number): number[] {
    const rows = this.#db.select({ id: topics.id }).from(topics).where(eq(topics.ticket, number)).all();
    return rows.map(({ id }) => id);
  }

  /** Removes tickets with everything that is kept of them. */
  forgetTickets(
    numbers: readonly number[],
  ): Pick<Counts, "tickets" | "events" | "messages" | "deliveries" | "other"> {
    const theirs = this.#db
      .select({ number: tickets.number, customer: tickets.customer })
      .from(tickets)
      .where(isAmong(tickets.number, numbers))
      .all();
    let ofMessages = 0;
    let ofTold = 0;
    for (const { number, customer } of theirs) {
      ofMessages += this.#forgetMessages(messagesOf(customer, number));
      ofTold += this.#forgetTold(eq(told.key, `unmet:${number}`));
      ofTold += this.#forgetTold(sql`${told.key} GLOB ${`nobody:${number}:*`}`);
    }
    return {
      events: count(
        this.#db.delete(events).where(isAmong(events.ticket, numbers)).returning({ n: events.n }).all(),
      ),
      messages: ofMessages,
      deliveries:
        count(
          this.#db.delete(outbox).where(isAmong(outbox.ticket, numbers)).returning({ n: outbox.seq }).all(),
        ) +
        count(
          this.#db
            .delete(hookLog)
            .where(isAmong(hookLog.ticket, numbers))
            .returning({ n: hookLog.seq })
            .all(),
        ),
      other:
        ofTold +
        count(
          this.#db.delete(topics).where(isAmong(topics.ticket, numbers)).returning({ n: topics.id }).all(),
        ),
      tickets: count(
        this.#db
          .delete(tickets)
          .where(isAmong(tickets.number, numbers))
          .returning({ n: tickets.number })
          .all(),
      ),
    };
  }

  #forgetMessages(conditions: readonly SQL[]): number {
    return sumOf(conditions, (which) =>
      count(this.#db.delete(messages).where(which).returning({ n: messages.seq }).all()),
    );
  }

  #forgetTold(which: SQL | undefined): number {
    return count(this.#db.delete(told).where(which).returning({ n: told.key }).all());
  }

  /** Removes what is kept of a person beside their tickets. */
  forgetPerson(id: number): Pick<Counts, "customers" | "messages" | "deliveries" | "other"> {
    const lane = chatLane(id);
    return {
      messages: this.#forgetMessages(messagesOf(id)),
      deliveries: count(
        this.#db
          .delete(outbox)
          .where(namesAnyOf([id]))
          .returning({ n: outbox.seq })
          .all(),
      ),
      other:
        this.#forgetTold(isAmong(told.key, [blockedKey(id), `stranger:${id}`])) +
        this.#forgetTold(sql`${told.key} GLOB ${`outsider:${id}:*`}`) +
        this.#forgetTold(sql`${told.key} GLOB ${`command:${id}:*`}`) +
        this.#forgetTold(sql`${told.key} GLOB ${`ticked:${id}:*`}`) +
        this.#forgetTold(sql`${told.key} GLOB ${`former:${id}:*`}`) +
        count(this.#db.delete(lanes).where(eq(lanes.lane, lane)).returning({ n: lanes.lane }).all()) +
        count(
          this.#db.delete(blocked).where(eq(blocked.customer, id)).returning({ n: blocked.customer }).all(),
        ) +
        count(this.#db.delete(setAside).where(isSetAsideOf(id)).returning({ n: setAside.key }).all()),
      customers: count(
        this.#db.delete(customers).where(eq(customers.id, id)).returning({ n: customers.id }).all(),
      ),
    };
  }

  /**
   * How much an erasure of people would remove here: it reads rows and lists none, but for the first references. Null:
   * nothing is here.
   */
  erasable(people: readonly number[], refsMax: number): Erasable | null {
    const theirs = isAmong(tickets.customer, people);
    const numbers = this.#db.select({ number: tickets.number }).from(tickets).where(theirs);
    const [all] = this.#db
      .select({
        tickets: sql<number>`count(*)`,
        activeTickets: sql<number>`count(*) FILTER (WHERE ${tickets.active} = 1
          AND ${tickets.state} ->> '$.movedTo' IS NULL)`,
      })
      .from(tickets)
      .where(theirs)
      .all();
    const refs = this.#db
      .select({ ref: sql<string>`${tickets.state} ->> '$.ref'` })
      .from(tickets)
      .where(theirs)
      .orderBy(asc(tickets.number))
      .limit(refsMax)
      .all();
    const counts = {
      topics: this.#count(topics, sql`${topics.ticket} IN ${numbers}`),
      messages: sumOf(people, (id) => this.countMessages(id)),
      deliveries:
        this.#count(outbox, or(sql`${outbox.ticket} IN ${numbers}`, namesAnyOf(people))) +
        this.#count(hookLog, sql`${hookLog.ticket} IN ${numbers}`),
    };
    const known =
      this.#count(customers, isAmong(customers.id, people)) +
      this.#count(blocked, isAmong(blocked.customer, people));
    const found = [known, all!.tickets, ...Object.values(counts)].some((n) => n > 0);
    return found ? { ...all!, ...counts, refs: refs.map(({ ref }) => ref) } : null;
  }

  #count(table: SQLiteTable, where: SQL | undefined): number {
    const row = this.#db
      .select({ n: sql<number>`count(*)` })
      .from(table)
      .where(where)
      .get();
    return row?.n ?? 0;
  }

  // What is known of one person

  /** Some of their tickets: first those of which the record does not have all, then the newest. */
  ticketsOf(id: number, limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(eq(tickets.customer, id))
      .orderBy(sql`${tickets.recorded} >= ${tickets.version}`, desc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** What waits to leave, or was given up, of theirs, to them and about them; all that an erasure would remove. */
  waitingOf(id: number): Waiting[] {
    const relays = messagesOf(id)
      .flatMap((which) =>
        this.#db
          .select({
            seq: messages.seq,
            acceptedAt: messages.acceptedAt,
            state: messages.state,
            says: messages.content,
          })
          .from(messages)
          .where(and(which, sql`${messages.state} IN ('waiting', 'parked', 'uncertain')`))
          .all(),
      )
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq: _seq, ...relay }) => relay);
    const works = this.#db
      .select({
        kind: outbox.kind,
        acceptedAt: outbox.acceptedAt,
        state: outbox.state,
        says: outbox.payload,
      })
      .from(outbox)
      .where(or(sql`${outbox.ticket} IN ${this.#numbersOf(id)}`, namesAnyOf([id])))
      .orderBy(asc(outbox.seq))
      .all();
    return [...relays.map((relay) => ({ kind: "relay", ...relay })), ...works];
  }

  /** What endpoints have taken about their tickets. */
  deliveredAbout(id: number): Delivered[] {
    const { webhook, type, at, deliveredAt } = hookLog;
    return this.#db
      .select({ webhook, type, at, deliveredAt })
      .from(hookLog)
      .where(sql`${hookLog.ticket} IN ${this.#numbersOf(id)}`)
      .orderBy(asc(hookLog.seq))
      .all();
  }

  /** Updates that name them and could not be applied. */
  setAsideOf(id: number): { at: number; update: unknown }[] {
    return this.#db
      .select({ at: setAside.at, update: setAside.update })
      .from(setAside)
      .where(isSetAsideOf(id))
      .all();
  }

  #numbersOf(id: number) {
    return this.#db.select({ number: tickets.number }).from(tickets).where(eq(tickets.customer, id));
  }

  blockedSince(id: number): number | null {
    return this.#blocked.get({ customer: id })?.since ?? null;
  }

  /** How many messages are linked with this person's chat, theirs and those to them. */
  countMessages(id: number): number {
    return sumOf(messagesOf(id), (which) => this.#count(messages, which));
  }

  /** Links of messages, those of the person or those to them, by the number in their chat. */
  links(id: number, by: "customer" | "staff", after: number, limit: number): MessageLink[] {
    const inChat = by === "customer" ? messages.messageId : messages.copyId;
    const inGroup = by === "customer" ? messages.copyId : messages.messageId;
    return this.#db
      .select({
        messageId: sql<number>`${inChat}`,
        copyId: inGroup,
        ticket: messages.ticket,
        sentAt: messages.sentAt,
        state: messages.state,
      })
      .from(messages)
      .where(
        by === "customer"
          ? and(eq(messages.chat, id), sql`${messages.messageId} > ${after}`)
          : and(
              eq(messages.lane, chatLane(id)),
              sql`${messages.copyId} IS NOT NULL`,
              sql`${messages.copyId} > ${after}`,
            ),
      )
      .orderBy(asc(inChat))
      .limit(limit)
      .all();
  }

  // What is forgotten with time

  /** Closed tickets that ended before an instant, but for some, lowest number first. */
  closedBefore(before: number, kept: readonly string[], limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        and(
          eq(tickets.active, false),
          // What the record has not been told yet stays until it has.
          sql`${tickets.recorded} >= ${tickets.version}`,
          // One that another group has is closed when that group says so.
          sql`${tickets.state} ->> '$.status' = 'closed' AND ${tickets.state} ->> '$.closedAt' < ${before}`,
          isKeptByNobody(kept),
        ),
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** Removes deliveries to endpoints that were given up before an instant. */
  forgetParkedWebhooks(before: number, limit: number): number {
    const old = this.#db
      .select({ seq: outbox.seq })
      .from(outbox)
      .where(and(eq(outbox.kind, "webhook"), eq(outbox.state, "parked"), lt(outbox.acceptedAt, before)))
      .limit(limit);
    return count(
      this.#db
        .delete(outbox)
        .where(sql`${outbox.seq} IN ${old}`)
        .returning({ n: outbox.seq })
        .all(),
    );
  }

  /** Removes what another system said of customers before an instant, but for some. */
  forgetProfiles(before: number, kept: readonly string[], limit: number): number {
    const old = this.#db
      .select({ id: customers.id })
      .from(customers)
      .where(
        and(
          sql`${customers.profile} ->> '$.receivedAt' < ${before}`,
          sql`CAST(${customers.id} AS TEXT) NOT IN (SELECT value FROM json_each(${JSON.stringify(kept)}))`,
        ),
      )
      .limit(limit);
    return count(
      this.#db
        .update(customers)
        .set({ profile: null })
        .where(sql`${customers.id} IN ${old}`)
        .returning({ n: customers.id })
        .all(),
    );
  }

  /** Closed tickets that still have what another system said before an instant, but for some, lowest number first. */
  closedWithProfile(before: number, kept: readonly string[], limit: number): number[] {
    const rows = this.#db
      .select({ number: tickets.number })
      .from(tickets)
      .where(
        and(
          eq(tickets.active, false),
          sql`${tickets.recorded} >= ${tickets.version}`,
          sql`${tickets.state} ->> '$.profile.receivedAt' < ${before}`,
          isKeptByNobody(kept),
        ),
      )
      .orderBy(asc(tickets.number))
      .limit(limit)
      .all();
    return rows.map(({ number }) => number);
  }

  /** Clears what another system said of tickets, from them and from what happened to them. */
  forgetWhatWasSaid(numbers: readonly number[]): void {
    this.#db
      .update(tickets)
      .set({ state: sql`json_set(${tickets.state}, '$.profile', NULL)` })
      .where(isAmong(tickets.number, numbers))
      .run();
    this.#db
      .update(events)
      .set({
        event: sql`json_set(${events.event}, '$.profile', json(${JSON.stringify(NO_PROFILE)}), '$.ignored', json('[]'))`,
      })
      .where(and(isAmong(events.ticket, numbers), sql`${events.event} ->> '$.type' = 'enrichment_answered'`))
      .run();
  }
}

/** What waits to be told to people, or to another group about them. */
function namesAnyOf(people: readonly number[]): SQL {
  const named = ["contact.id", "customer", "ticket.customer"].map((path) =>
    isAmong(sql`(${outbox.payload} ->> ${sql.raw(`'$.message.${path}'`)})`, people),
  );
  // What agents are told in private is theirs, even if they were once customers.
  return sql`((${isAmong(outbox.lane, people.map(chatLane))} AND ${outbox.kind} <> 'agent_notice')
    OR (${outbox.kind} = 'peer' AND ${or(...named)}))`;
}

function sumOf<T>(values: readonly T[], number: (value: T) => number): number {
  return values.reduce((sum, value) => sum + number(value), 0);
}

/** Updates in which somebody's id stands anywhere. */
function isSetAsideOf(id: number): SQL {
  return sql`EXISTS (SELECT 1 FROM json_tree(${setAside.update}) AS part WHERE part.atom = ${id})`;
}

/** Whether a ticket is among none of these ids, nor its customer. */
function isKeptByNobody(kept: readonly string[]): SQL {
  const ids = JSON.stringify(kept);
  return sql`${tickets.state} ->> '$.id' NOT IN (SELECT value FROM json_each(${ids}))
    AND CAST(${tickets.customer} AS TEXT) NOT IN (SELECT value FROM json_each(${ids}))`;
}

/** What has not left: with its words, which are kept until it has. `acceptedAt` in ms since 1970. */
export interface Waiting {
  kind: string;
  acceptedAt: number;
  state: string;
  says: unknown;
}

/** What an endpoint has taken; instants in ms since 1970. */
export interface Delivered {
  webhook: string;
  type: string;
  at: number;
  deliveredAt: number;
}

/** Which message of a chat is which one in the group; `ticket` by the number it has here, `sentAt` in ms since 1970. */
export interface MessageLink {
  messageId: number;
  copyId: number | null;
  ticket: number;
  sentAt: number;
  state: string;
}

/** How much of people is here. */
export interface Erasable {
  tickets: number;
  /** Of the first tickets. */
  refs: string[];
  activeTickets: number;
  topics: number;
  messages: number;
  /** What waits, what was given up, and what the log of deliveries to endpoints has. */
  deliveries: number;
}

function count(rows: readonly unknown[]): number {
  return rows.length;
}
