import { and, asc, desc, eq, lte, sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { NOBODY, type ContactId } from "../domain/contact/contact-id.ts";
import { NOTHING_ERASED, type ErasureCounts } from "../domain/contact/erasure.ts";
import type { AuditEntry, ApiCaller } from "../domain/desk/audit.ts";
import { EVENT_TYPES, EVENTS } from "../domain/ticket/events.ts";
import { isAmong } from "./among.ts";
import { auditOf, doneBy } from "./audit-entries.ts";
import { ERASED_TICKETS_AT_ONCE_MAX, ERASURES_AT_ONCE_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import {
  audit,
  contactDetails,
  contacts,
  customerRoutes,
  erasures,
  ticketEvents,
  tickets,
} from "./schema.ts";

/** An erasure as it stands; instants in ms since 1970. */
export type ErasureRow = typeof erasures.$inferSelect;

/**
 * Keys of events that tell of the desk's work and not of its customer, by type. `origin`, from where a program
 * called, stays for all of these types. Every other key is erased, and every key of a type that only a later release knows.
 */
const OUTLIVES = JSON.stringify(
  Object.fromEntries(EVENT_TYPES.map((type) => [type, [...EVENTS[type].outlives, "origin"]])),
);

/** Whether a part of an event's data stays. The table is named: `json_each` has a `type` as well. */
const stays = sql`part.key IN (SELECT one.value FROM json_each(${OUTLIVES}, '$.' || ticket_events.type) AS one)`;

/** Whether an event still says something of its customer. */
const isUncleared = sql`(${ticketEvents.note} IS NOT NULL
  OR (${ticketEvents.actorKind} = 'customer' AND ${ticketEvents.actorId} <> '0')
  OR EXISTS (SELECT 1 FROM json_each(${ticketEvents.data}) AS part WHERE NOT (${stays})))`;

/** … and a ticket. */
const isUnclearedTicket = sql`(NOT ${tickets.closed} OR ${tickets.subject} <> '' OR ${tickets.tags} <> '[]' OR ${tickets.fields} <> '{}'
  OR coalesce(${tickets.tier}, ${tickets.payload}, ${tickets.unreachable}, ${tickets.topicId}, ${tickets.awaitingSince},
    ${tickets.dueAt}, ${tickets.promisedAt}) IS NOT NULL)`;

/** Erasures and what they remove from the record. Everything throws `RecordUnreachable` when D1 does not answer. */
export class Erasures {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  /** Whether an erasure is running. */
  async areRunning(): Promise<boolean> {
    const row = await reach(() =>
      this.#db.select({ id: erasures.id }).from(erasures).where(eq(erasures.state, "running")).limit(1).get(),
    );
    return row !== undefined;
  }

  async find(id: string): Promise<ErasureRow | null> {
    const row = await reach(() => this.#db.select().from(erasures).where(eq(erasures.id, id)).get());
    return row ?? null;
  }

  /** The last erasure of a person, by their pseudonym. */
  async lastOf(pseudonym: string): Promise<ErasureRow | null> {
    const row = await reach(() =>
      this.#db
        .select()
        .from(erasures)
        .where(eq(erasures.pseudonym, pseudonym))
        .orderBy(desc(erasures.requestedAt))
        .limit(1)
        .get(),
    );
    return row ?? null;
  }

  /** Those that have something to do now, longest first. */
  async due(now: number): Promise<ErasureRow[]> {
    return reach(() =>
      this.#db
        .select()
        .from(erasures)
        .where(and(eq(erasures.state, "running"), lte(erasures.nextAt, now)))
        .orderBy(asc(erasures.nextAt))
        .limit(ERASURES_AT_ONCE_MAX),
    );
  }

  /** From here on the erasure runs to its end, even if its caller goes away. */
  async begin(
    { id, pseudonym, people }: { id: string; pseudonym: string; people: ContactId[] },
    caller: ApiCaller,
    at: number,
  ): Promise<ErasureRow> {
    const row: ErasureRow = {
      id,
      pseudonym,
      contacts: people,
      tickets: [],
      state: "running",
      requestedAt: at,
      requestedBy: caller.name,
      nextAt: at,
      doneAt: null,
      passes: 0,
      removed: NOTHING_ERASED,
    };
    const entry = {
      at,
      ...doneBy(caller),
      action: "contact.erasure_requested",
      target: { kind: "contact", id: pseudonym },
      data: { erasure: id },
    } satisfies AuditEntry;
    await reach(() =>
      this.#db.batch([this.#db.insert(erasures).values(row).onConflictDoNothing(), auditOf(this.#db, entry)]),
    );
    return (await this.find(id)) ?? row;
  }

  async save(
    id: string,
    change: Pick<ErasureRow, "nextAt" | "passes"> & { removed: Outside },
  ): Promise<void> {
    const { removed, ...rest } = change;
    await reach(() =>
      this.#db
        .update(erasures)
        .set({ ...rest, removed: withOutside(removed) })
        .where(isRunning(id)),
    );
  }

  /** Nothing is left: the receipt is written, once, and the person it was about is forgotten. */
  async end(row: ErasureRow, removed: Outside, at: number): Promise<void> {
    const entry = {
      at,
      by: { kind: "system", id: "erasure" },
      action: "contact.erased",
      target: { kind: "contact", id: row.pseudonym },
      data: { erasure: row.id },
      cause: `erasure:${row.id}`,
    } satisfies AuditEntry;
    await reach(() =>
      this.#db.batch([
        this.#db
          .update(erasures)
          .set({ state: "done", contacts: null, tickets: null, doneAt: at, removed: withOutside(removed) })
          .where(isRunning(row.id)),
        auditOf(this.#db, entry),
      ]),
    );
  }

  /** What an erasure of these people would remove from the record. */
  async preview(people: readonly ContactId[]): Promise<ErasureCounts["record"]> {
    const theirs = this.#db
      .select({ id: tickets.id })
      .from(tickets)
      .where(isAmong(tickets.customerId, people));
    const count = (table: SQLiteTable, where: SQL) =>
      this.#db
        .select({ n: sql<number>`count(*)` })
        .from(table)
        .where(where);
    const found = await reach(() =>
      this.#db.batch([
        count(contacts, isAmong(contacts.telegramId, people)),
        count(contactDetails, isAmong(contactDetails.contactId, people)),
        count(customerRoutes, isAmong(customerRoutes.customerId, people)),
        count(tickets, isAmong(tickets.customerId, people)),
        count(ticketEvents, sql`${ticketEvents.ticketId} IN ${theirs}`),
        count(audit, namesAnyOf(people)),
      ]),
    );
    const [inContacts, details, homes, inTickets, events, inAudit] = found.map((rows) => rows[0]?.n ?? 0);
    return {
      contacts: inContacts!,
      details: details!,
      homes: homes!,
      tickets: inTickets!,
      events: events!,
      audit: inAudit!,
    };
  }

  /**
   * Removes what the record has of people, some tickets at a time, and counts it in the same batch. A ticket keeps its
   * number, dates, queue and agents; its customer and all texts go.
   */
  async erase(
    id: string,
    people: readonly { contact: ContactId; pseudonym: string }[],
    now: number,
  ): Promise<{ more: boolean; found: boolean }> {
    const ids = people.map(({ contact }) => contact);
    const rows = await reach(() =>
      this.#db
        .select({ id: tickets.id })
        .from(tickets)
        .where(isAmong(tickets.customerId, ids))
        .limit(ERASED_TICKETS_AT_ONCE_MAX),
    );
    const some = rows.map((row) => row.id);
    if (some.length > 0) {
      // Another run may be at work on the same tickets: what is left is cleared, and counted, once.
      const theirs = and(isAmong(tickets.id, some), isAmong(tickets.customerId, ids))!;
      const scrubbed = this.#db.select({ id: tickets.id }).from(tickets).where(theirs);
      const theirEvents = sql`${ticketEvents.ticketId} IN ${scrubbed}`;
      const all = sql`(SELECT json_group_array(one.value) FROM (
        SELECT value FROM json_each(${erasures.tickets}) UNION SELECT value FROM json_each(${JSON.stringify(some)})) AS one)`;
      await this.#batch([
        this.#db.update(erasures).set({ tickets: all }).where(eq(erasures.id, id)),
        ...this.#counted(id, "events", this.#scrubEvents(theirEvents)),
        ...this.#counted(id, "tickets", this.#scrubTickets(theirs, now)),
      ]);
      return { more: true, found: true };
    }
    // What an object told while it was looked through came in after its ticket was cleared.
    const cleared = sql`(SELECT value FROM erasures AS this, json_each(this.tickets) WHERE this.id = ${id})`;
    const lateEvents = sql`${ticketEvents.ticketId} IN ${cleared} AND ${isUncleared}`;
    const lateTickets = sql`${tickets.id} IN ${cleared} AND ${isUnclearedTicket}`;
    const results = await this.#batch([
      ...this.#counted(id, "contacts", this.#deleteOf(contacts, contacts.telegramId, ids)),
      ...this.#counted(id, "details", this.#deleteOf(contactDetails, contactDetails.contactId, ids)),
      ...this.#counted(id, "homes", this.#deleteOf(customerRoutes, customerRoutes.customerId, ids)),
      ...this.#counted(id, "events", this.#scrubEvents(lateEvents)),
      ...this.#counted(id, "tickets", this.#scrubTickets(lateTickets, now)),
      ...people.flatMap((person) => this.#counted(id, "audit", this.#pseudonymise(person))),
      // Contacts merged with them since were not part of the request: they stay, unmerged.
      this.#db
        .update(contactDetails)
        .set({ mergedInto: null, mergedAt: null, mergedBy: null })
        .where(isAmong(contactDetails.mergedInto, ids)),
    ]);
    // Every second statement counts: its changes say how many rows there were.
    const found = results.some((result, index) => index % 2 === 0 && changesOf(result) > 0);
    return { more: false, found };
  }

  async #batch(statements: BatchItem<"sqlite">[]): Promise<unknown[]> {
    const [first, ...others] = statements;
    return reach(() => this.#db.batch([first!, ...others]));
  }

  /** A statement, and the one that adds what it changed to the erasure's counts. */
  #counted(
    id: string,
    what: keyof ErasureCounts["record"],
    statement: BatchItem<"sqlite">,
  ): BatchItem<"sqlite">[] {
    const path = sql.raw(`'$.record.${what}'`);
    const sum = sql`json_set(${erasures.removed}, ${path}, json_extract(${erasures.removed}, ${path}) + changes())`;
    return [statement, this.#db.update(erasures).set({ removed: sum }).where(eq(erasures.id, id))];
  }

  #scrubEvents(where: SQL): BatchItem<"sqlite"> {
    const isCustomer = sql`${ticketEvents.actorKind} = 'customer'`;
    return this.#db
      .update(ticketEvents)
      .set({
        note: null,
        actor: sql`CASE WHEN ${isCustomer} THEN '{"kind":"customer","id":0}' ELSE ${ticketEvents.actor} END`,
        actorId: sql`CASE WHEN ${isCustomer} THEN '0' ELSE ${ticketEvents.actorId} END`,
        data: sql`(SELECT json_group_object(part.key, ${ticketEvents.data} -> part.fullkey)
          FROM json_each(${ticketEvents.data}) AS part WHERE ${stays})`,
      })
      .where(where);
  }

  #scrubTickets(where: SQL, now: number): BatchItem<"sqlite"> {
    return this.#db
      .update(tickets)
      .set({
        customerId: NOBODY,
        subject: "",
        tags: [],
        fields: {},
        tier: null,
        payload: null,
        unreachable: null,
        topicId: null,
        awaitingSince: null,
        dueAt: null,
        promises: [],
        promisedAt: null,
        status: "closed",
        closed: true,
        closedAt: sql`coalesce(${tickets.closedAt}, ${now})`,
      })
      .where(where);
  }

  #deleteOf(table: SQLiteTable, column: SQLiteColumn, ids: readonly number[]): BatchItem<"sqlite"> {
    return this.#db.delete(table).where(isAmong(column, ids));
  }

  #pseudonymise({ contact, pseudonym }: { contact: ContactId; pseudonym: string }): BatchItem<"sqlite"> {
    const replaced = (column: SQLiteColumn): SQL =>
      sql`replace(${column}, ${`"${contact}"`}, ${`"${pseudonym}"`})`;
    return this.#db
      .update(audit)
      .set({
        targetId: sql`CASE WHEN ${audit.targetId} = ${String(contact)} THEN ${pseudonym} ELSE ${audit.targetId} END`,
        from: replaced(audit.from),
        to: replaced(audit.to),
        data: replaced(audit.data),
      })
      .where(namesAnyOf([contact]));
  }
}

/** An erasure that is not over: a slower run must not write its receipt again. */
function isRunning(id: string): SQL {
  return and(eq(erasures.id, id), eq(erasures.state, "running"))!;
}

/** Entries about people, or that name them beside others. */
function namesAnyOf(people: readonly ContactId[]): SQL {
  const all = sql`coalesce(${audit.from}, '') || coalesce(${audit.to}, '') || ${audit.data}`;
  return sql`(${audit.targetKind} = 'contact' AND EXISTS (
    SELECT 1 FROM json_each(${JSON.stringify(people.map(String))}) AS person
    WHERE ${audit.targetId} = person.value OR instr(${all}, '"' || person.value || '"') > 0))`;
}

/** What was removed elsewhere than in the record, as the objects tell it. */
export type Outside = Pick<ErasureCounts, "objects" | "topics">;

function withOutside({ objects, topics }: Outside): SQL {
  return sql`json_set(${erasures.removed}, '$.objects', json(${JSON.stringify(objects)}),
    '$.topics', json(${JSON.stringify(topics)}))`;
}

function changesOf(result: unknown): number {
  return (result as { meta?: { changes?: number } }).meta?.changes ?? 0;
}
