import { getTableColumns, sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ContactFacts, UnreachableReason } from "../domain/contact/contact.ts";
import { D1_PARAMETERS_MAX } from "../domain/limits.ts";
import { plainNumber } from "../domain/message-number.ts";
import { brokenPromises } from "../domain/sla/escalation-log.ts";
import type { Promised } from "../domain/sla/promised.ts";
import type { Actor } from "../domain/ticket/actor.ts";
import type { TicketEvent } from "../domain/ticket/event.ts";
import { isActive } from "../domain/ticket/status.ts";
import type { Ticket, TicketForPrograms } from "../domain/ticket/ticket.ts";
import { contacts, ticketEvents, tickets } from "./schema.ts";
import { indexing } from "./search-index.ts";

/** What a group's object tells the record at one instant. Every part may be empty. */
export interface ProjectionBatch {
  /** The group whose object speaks. */
  group: string;
  /** When it speaks, in ms since 1970; becomes `recorded_at`. */
  at: number;
  /** `promises` as `promisesOf` has them, none unless said otherwise. */
  tickets: { ticket: TicketForPrograms; dueAt: number | null; promises?: Promised[] }[];
  /** `n` counts a ticket's events from 1. */
  events: { ticketId: string; n: number; event: TicketEvent; notedAt: number | null }[];
  contacts: {
    facts: ContactFacts;
    unreachable: UnreachableReason | null;
    firstSeenAt: number;
    updatedAt: number;
    version: number;
  }[];
}

/**
 * Writes a batch into the record, all of it or nothing. The record accepts only newer facts: a ticket with a higher
 * version, or the same version said at a later instant (so that `reproject` mends rows and a new due date arrives);
 * events only once. So delivering again, late or in any order leaves the record as the newest facts have it.
 */
export async function project(d1: D1Database, batch: ProjectionBatch): Promise<void> {
  const db = drizzle(d1);
  const statements = [
    ...ticketStatements(db, batch),
    ...eventStatements(db, batch),
    ...contactStatements(db, batch),
    // Notes change the full text index, once for all of them.
    ...(batch.events.some(({ event }) => hasNote(event)) ? indexing(db) : []),
  ];
  const [first, ...others] = statements;
  if (first !== undefined) await db.batch([first, ...others]);
}

type TicketRow = typeof tickets.$inferInsert;
/** A ticket as the record has it. */
export type RecordedRow = typeof tickets.$inferSelect;

/**
 * A statement that names these rewrites their indexes, even unchanged: they are set apart, those that change with every
 * turn from those that seldom do, and only where they differ.
 */
const PLACES = [
  ["groupId", "queue", "assigneeId", "closed"],
  ["dueAt", "promisedAt"],
] as const;
const FIXED = ["id", "ref", "number", "customerId", "openedAt"] as const;

const ticketIsNewer = sql`(excluded.version, excluded.recorded_at) > (${tickets.version}, ${tickets.recordedAt})`;

function ticketStatements(db: DrizzleD1Database, batch: ProjectionBatch): BatchItem<"sqlite">[] {
  const newest = new Map<string, TicketRow>();
  for (const { ticket, dueAt, promises = [] } of batch.tickets) {
    if ((newest.get(ticket.id)?.version ?? 0) <= ticket.version)
      newest.set(ticket.id, recordedRow(ticket, { dueAt, promises }, batch.at));
  }
  const rows = [...newest.values()];
  const set = excluded(tickets, [...PLACES.flat(), ...FIXED]);
  return [
    ...PLACES.flatMap((place) => moves(db, rows, place)),
    ...chunks(columnsOf(tickets), rows).map((chunk) =>
      db
        .insert(tickets)
        .values(chunk)
        .onConflictDoUpdate({ target: tickets.id, set, setWhere: ticketIsNewer })
        // Two tickets with one reference cannot be prevented from here. The first keeps it: an error would hold up
        // everything that the group has to record. `ConfigStore.check` finds the prefix that could lead to it.
        .onConflictDoNothing({ target: tickets.ref }),
    ),
  ];
}

/** Gives tickets their new place in the lists where they have one; runs before the upsert, which tells their version. */
function moves(
  db: DrizzleD1Database,
  rows: readonly TicketRow[],
  place: (typeof PLACES)[number],
): BatchItem<"sqlite">[] {
  const keys = ["id", "version", "recordedAt", ...place] as const;
  const named = keys.map((key, index) => {
    return sql`${sql.identifier(`column${index + 1}`)} AS ${sql.identifier(tickets[key].name)}`;
  });
  const told = (key: (typeof keys)[number]): SQL => sql`told.${sql.identifier(tickets[key].name)}`;
  return chunks(keys.length, rows).map((chunk) => {
    const values = chunk.map((row) => sql`(${list(keys.map((key) => sql`${bound(row[key])}`))})`);
    return db
      .update(tickets)
      .set(Object.fromEntries(place.map((key) => [key, told(key)])))
      .from(sql`(SELECT ${list(named)} FROM (VALUES ${list(values)})) AS told`)
      .where(
        sql`${tickets.id} = told.id
          AND (${tickets.version}, ${tickets.recordedAt}) < (told.version, told.recorded_at)
          AND (${list(place.map((key) => sql`${tickets[key]}`))}) IS NOT (${list(place.map(told))})`,
      );
  });
}

function list(parts: SQL[]): SQL {
  return sql.join(parts, sql`, `);
}

function bound(value: string | number | boolean | null | undefined): string | number | null {
  return typeof value === "boolean" ? Number(value) : (value ?? null);
}

/** The row that stands for a ticket; instants in ms since 1970. */
export function recordedRow(
  ticket: TicketForPrograms,
  { dueAt, promises }: { dueAt: number | null; promises: Promised[] },
  recordedAt: number,
): RecordedRow {
  return {
    id: ticket.id,
    ref: ticket.ref,
    groupId: ticket.group,
    // The number of the ticket's reference; other groups may know it by another number.
    number: Number(ticket.id.split(":")[1]),
    status: ticket.status,
    priority: ticket.priority,
    queue: ticket.queue,
    tier: ticket.tier,
    assigneeId: ticket.assignee?.id ?? null,
    assigneeName: ticket.assignee?.name ?? null,
    customerId: ticket.customer,
    subject: ticket.subject,
    tags: ticket.tags,
    fields: ticket.fields,
    openedAt: ticket.openedAt,
    statusAt: ticket.statusBy.at,
    firstAnsweredAt: ticket.firstAnsweredAt,
    awaitingSince: ticket.awaitingSince,
    resolvedAt: ticket.resolvedAt,
    closedAt: ticket.closedAt,
    closed: !isActive(ticket),
    unreachable: ticket.unreachable,
    payload: ticket.payload,
    followUpOf: ticket.followUpOf,
    topicId: ticket.topicId === null ? null : plainNumber(ticket.topicId),
    reopenings: ticket.reopenings,
    changedAt: ticket.changedAt,
    breached: brokenPromises(ticket),
    dueAt,
    promises,
    promisedAt: promises[0]?.at ?? null,
    version: ticket.version,
    recordedAt,
  };
}

function eventStatements(db: DrizzleD1Database, batch: ProjectionBatch): BatchItem<"sqlite">[] {
  const rows = batch.events.map(eventRow);
  return chunks(columnsOf(ticketEvents), rows).map((chunk) =>
    db.insert(ticketEvents).values(chunk).onConflictDoNothing(),
  );
}

function eventRow({
  ticketId,
  n,
  event,
  notedAt,
}: ProjectionBatch["events"][number]): typeof ticketEvents.$inferInsert {
  const { at, type, by, from, to, note, text, ...data } = event as TicketEvent & {
    from?: Ticket["status"];
    to?: Ticket["status"];
    note?: string;
    text?: string;
  };
  return {
    ticketId,
    n,
    at,
    notedAt,
    type,
    actor: by,
    actorKind: by.kind,
    actorId: actorId(by),
    fromStatus: from ?? null,
    toStatus: to ?? null,
    // What people wrote about the ticket stands in one column, so that there is one to erase.
    note: note ?? text ?? null,
    data: plainTopic(data),
  };
}

/** Topics as Telegram numbers them. */
function plainTopic(data: Record<string, unknown>): Record<string, unknown> {
  const { topicId } = data;
  return typeof topicId === "number" ? { ...data, topicId: plainNumber(topicId) } : data;
}

function hasNote(event: TicketEvent): boolean {
  return "note" in event || "text" in event;
}

function actorId(actor: Actor): string {
  switch (actor.kind) {
    case "customer":
    case "agent":
      return String(actor.id);
    case "key":
      return actor.id ?? actor.name;
    case "system":
      return actor.rule;
    default:
      return actor satisfies never;
  }
}

/** By instants first: when a customer gets another home, the new owner counts versions from 1 again. */
const contactIsNewer = sql`(excluded.updated_at, excluded.version, excluded.recorded_at)
  > (${contacts.updatedAt}, ${contacts.version}, ${contacts.recordedAt})`;

function contactStatements(db: DrizzleD1Database, batch: ProjectionBatch): BatchItem<"sqlite">[] {
  const rows = batch.contacts.map(({ facts, ...contact }) => ({
    telegramId: facts.id,
    name: facts.name,
    username: facts.username,
    language: facts.language,
    isPremium: facts.isPremium,
    unreachable: contact.unreachable,
    groupId: batch.group,
    firstSeenAt: contact.firstSeenAt,
    updatedAt: contact.updatedAt,
    version: contact.version,
    recordedAt: batch.at,
  }));
  // When they first came does not change, and is listed by.
  const set = excluded(contacts, ["telegramId", "firstSeenAt"]);
  return chunks(columnsOf(contacts), rows).map((chunk) =>
    db
      .insert(contacts)
      .values(chunk)
      .onConflictDoUpdate({ target: contacts.telegramId, set, setWhere: contactIsNewer }),
  );
}

/** `SET column = excluded.column` for every column but some. */
function excluded(table: SQLiteTable, but: readonly string[]): Record<string, SQL> {
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table));
  return Object.fromEntries(
    columns
      .filter(([key]) => !but.includes(key))
      .map(([key, column]) => [key, sql`excluded.${sql.identifier(column.name)}`]),
  );
}

/** Rows in pieces that bind no more parameters than D1 takes in one statement. */
function chunks<Row>(parametersPerRow: number, rows: readonly Row[]): Row[][] {
  const size = Math.floor(D1_PARAMETERS_MAX / parametersPerRow);
  const pieces: Row[][] = [];
  for (let start = 0; start < rows.length; start += size) pieces.push(rows.slice(start, start + size));
  return pieces;
}

function columnsOf(table: SQLiteTable): number {
  return Object.keys(getTableColumns(table)).length;
}
