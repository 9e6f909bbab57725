import { getTableColumns, getTableName } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ContactFacts, UnreachableReason } from "../domain/contact/contact.ts";
import { plainNumber } from "../domain/message-number.ts";
import { brokenPromises } from "../domain/sla/escalation-log.ts";
import type { Promised } from "../domain/sla/promised.ts";
import type { Actor } from "../domain/ticket/actor.ts";
import type { TicketEvent } from "../domain/ticket/event.ts";
import { isActive } from "../domain/ticket/status.ts";
import type { Ticket, TicketForPrograms } from "../domain/ticket/ticket.ts";
import { contacts, ticketEvents, tickets } from "./schema.ts";
import { INDEXING } from "./search-index.ts";

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
  const writes = [
    ...written(d1, TICKETS, ticketRows(batch)),
    ...written(d1, EVENTS, batch.events.map(eventRow)),
    ...written(d1, CONTACTS, contactRows(batch)),
    // Notes change the full text index, once for all of them.
    ...(batch.events.some(({ event }) => hasNote(event)) ? INDEXING.map((sql) => d1.prepare(sql)) : []),
  ];
  if (writes.length > 0) await d1.batch(writes);
}

type TicketRow = typeof tickets.$inferInsert;
/** A ticket as the record has it. */
export type RecordedRow = typeof tickets.$inferSelect;

/**
 * What is written of one table: statements that never change, each of which takes all rows as one parameter, a list of lists in
 * JSON. Building them anew for each batch took half of the object's CPU time after a command.
 */
interface Writing {
  columns: [key: string, column: SQLiteColumn][];
  statements: string[];
}

/** `told`: the rows of the parameter under the names of the table's columns. */
function writing(
  table: SQLiteTable,
  statements: (of: { name: string; columns: string; told: string }) => string[],
): Writing {
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table));
  const values = columns.map(([, { name }], index) => `value ->> ${index} AS ${name}`).join(", ");
  const name = getTableName(table);
  const names = columns.map(([, column]) => column.name).join(", ");
  return {
    columns,
    statements: statements({ name, columns: names, told: `SELECT ${values} FROM json_each(?)` }),
  };
}

function written(d1: D1Database, { columns, statements }: Writing, rows: object[]): D1PreparedStatement[] {
  if (rows.length === 0) return [];
  const told = JSON.stringify(
    rows.map((row) => columns.map((one) => driven(one, row as Record<string, unknown>))),
  );
  return statements.map((sql) => d1.prepare(sql).bind(told));
}

/** As the column stores it: JSON as its text, so that it comes out of the parameter's JSON as it is. */
function driven([key, column]: [string, SQLiteColumn], row: Record<string, unknown>): unknown {
  const value = row[key] ?? null;
  return value === null ? null : column.mapToDriverValue(value);
}

/** Sets columns to what was told. */
function setting(columns: readonly string[]): string {
  return columns.map((name) => `${name} = told.${name}`).join(", ");
}

function same(columns: readonly string[]): string {
  const [mine, theirs] = ["tickets", "told"].map((of) => columns.map((name) => `${of}.${name}`).join(", "));
  return `(${mine}) IS (${theirs})`;
}

/** They never change. */
const FIXED = ["id", "ref", "number", "customer_id", "opened_at"];
/** A statement that names these rewrites their indexes, even unchanged, and `closed` stands in five of them. */
const ASSIGNEE = ["assignee_id"];
const PLACE = ["group_id", "queue", "closed", "priority"];
const TIMES = ["due_at", "promised_at"];

/**
 * A ticket that is known is brought up to date by the first of these that may, which names no more indexed columns than it has
 * to: a write of its row once, however much is new. After it the ticket is not newer any more, and the others leave it alone.
 */
const TICKETS = writing(tickets, ({ columns, told }) => {
  const rest = columns
    .split(", ")
    .filter((name) => ![...FIXED, ...PLACE, ...ASSIGNEE, ...TIMES].includes(name));
  const update = (set: readonly string[], unless: readonly string[]): string =>
    `UPDATE tickets SET ${setting([...rest, ...set])} FROM (${told}) AS told WHERE tickets.id = told.id
      AND (tickets.version, tickets.recorded_at) < (told.version, told.recorded_at)${
        unless.length === 0 ? "" : ` AND ${same(unless)}`
      }`;
  return [
    update([], [...PLACE, ...ASSIGNEE, ...TIMES]),
    update(TIMES, [...PLACE, ...ASSIGNEE]),
    update(ASSIGNEE, [...PLACE, ...TIMES]),
    update([...ASSIGNEE, ...TIMES], PLACE),
    update([...PLACE, ...ASSIGNEE, ...TIMES], []),
    // Two tickets with one reference cannot be prevented from here. The first keeps it: an error would hold up
    // everything that the group has to record. `ConfigStore.check` finds the prefix that could lead to it.
    `INSERT INTO tickets (${columns}) ${told} WHERE true ON CONFLICT DO NOTHING`,
  ];
});

const EVENTS = writing(ticketEvents, ({ columns, told }) => [
  `INSERT INTO ticket_events (${columns}) ${told} WHERE true ON CONFLICT DO NOTHING`,
]);

/** By instants first: when a customer gets another home, the new owner counts versions from 1 again. */
const CONTACTS = writing(contacts, ({ columns, told }) => {
  // When they first came does not change, and is listed by.
  const set = columns.split(", ").filter((name) => name !== "telegram_id" && name !== "first_seen_at");
  return [
    `INSERT INTO contacts (${columns}) ${told} WHERE true
      ON CONFLICT (telegram_id) DO UPDATE SET ${set.map((name) => `${name} = excluded.${name}`).join(", ")}
      WHERE (excluded.updated_at, excluded.version, excluded.recorded_at)
        > (contacts.updated_at, contacts.version, contacts.recorded_at)`,
  ];
});

function ticketRows(batch: ProjectionBatch): TicketRow[] {
  const newest = new Map<string, TicketRow>();
  for (const { ticket, dueAt, promises = [] } of batch.tickets) {
    if ((newest.get(ticket.id)?.version ?? 0) <= ticket.version)
      newest.set(ticket.id, recordedRow(ticket, { dueAt, promises }, batch.at));
  }
  return [...newest.values()];
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

function contactRows({ group, at, contacts: told }: ProjectionBatch): (typeof contacts.$inferInsert)[] {
  return told.map(({ facts, unreachable, firstSeenAt, updatedAt, version }) => ({
    telegramId: facts.id,
    name: facts.name,
    username: facts.username,
    language: facts.language,
    isPremium: facts.isPremium,
    unreachable,
    groupId: group,
    firstSeenAt,
    updatedAt,
    version,
    recordedAt: at,
  }));
}
