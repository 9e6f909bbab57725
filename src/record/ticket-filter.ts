import { sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { Priority } from "../domain/priority.ts";
import { isActive, TICKET_STATUSES, type TicketStatus } from "../domain/ticket/status.ts";
import { isAmong } from "./among.ts";

/** Which tickets a list shows: all conditions hold. Instants in ms since 1970; `after` includes it, `before` does not. */
export interface TicketFilter {
  /** One of them; empty: any. */
  statuses?: readonly TicketStatus[];
  /** One of them; empty: any. */
  priorities?: readonly Priority[];
  group?: string | undefined;
  queue?: string | undefined;
  tier?: string | undefined;
  assignee?: number | "none" | undefined;
  /** One of them: a person may have several contacts. */
  customer?: readonly ContactId[] | undefined;
  /** All of them. */
  tags?: readonly string[];
  /** Intake field → option: all of them. */
  fields?: readonly (readonly [field: string, option: string])[];
  payload?: string | undefined;
  /** A reference or an id: see `named`. */
  followUpOf?: string | undefined;
  unreachable?: boolean | undefined;
  breached?: boolean | undefined;
  openedAfter?: number | undefined;
  openedBefore?: number | undefined;
  changedAfter?: number | undefined;
  changedBefore?: number | undefined;
  /** By the deadline of the promise that is due first. */
  dueAfter?: number | undefined;
  dueBefore?: number | undefined;
  /** By the instant at which time alone changes the ticket. */
  nextChangeAfter?: number | undefined;
  nextChangeBefore?: number | undefined;
  /** Words that subject, tags and notes have or begin one with: all of them. */
  words?: readonly string[];
}

/** Columns of `tickets` that conditions are about. */
type Column = "opened_at" | "changed_at" | "promised_at" | "due_at";

/** A condition, and what it is about: an index reads it where the list begins with that. */
export interface Condition {
  about: keyof TicketFilter;
  sql: SQL;
}

/** Every condition of a filter but its words, by the bare names of the columns of `tickets`. */
export function conditionsOf(filter: TicketFilter): Condition[] {
  const { statuses = [], priorities = [], assignee } = filter;
  const one = (about: keyof TicketFilter, condition: SQL | null): Condition[] =>
    condition === null || filter[about] === undefined ? [] : [{ about, sql: condition }];
  return [
    ...one("customer", ofCustomers(filter.customer ?? [])),
    ...one("assignee", assignee === "none" ? sql`assignee_id IS NULL` : sql`assignee_id = ${assignee}`),
    ...one("queue", sql`queue = ${filter.queue}`),
    ...one("group", sql`group_id = ${filter.group}`),
    ...one("statuses", among("status", statuses)),
    ...one("priorities", among("priority", priorities)),
    ...one("tier", sql`tier = ${filter.tier}`),
    ...one("payload", sql`payload = ${filter.payload}`),
    ...one("followUpOf", follows(filter.followUpOf ?? "")),
    ...one("unreachable", sql`(unreachable IS NOT NULL) = ${Number(filter.unreachable)}`),
    ...one("breached", sql`(breached <> '[]') = ${Number(filter.breached)}`),
    ...one("openedAfter", from("opened_at", filter.openedAfter)),
    ...one("openedBefore", before("opened_at", filter.openedBefore)),
    ...one("changedAfter", from("changed_at", filter.changedAfter)),
    ...one("changedBefore", before("changed_at", filter.changedBefore)),
    ...one("dueAfter", from("promised_at", filter.dueAfter)),
    ...one("dueBefore", before("promised_at", filter.dueBefore)),
    ...one("nextChangeAfter", from("due_at", filter.nextChangeAfter)),
    ...one("nextChangeBefore", before("due_at", filter.nextChangeBefore)),
    ...one(
      "tags",
      all(filter.tags ?? [], (tag) => hasTag(sql`${tag}`), hasTag(sql`wanted.value`)),
    ),
    ...one(
      "fields",
      all(
        filter.fields ?? [],
        ([field, option]) => hasField(sql`${field}`, sql`${option}`),
        hasField(sql`wanted.value ->> 0`, sql`wanted.value ->> 1`),
      ),
    ),
  ];
}

/** Whether work in hand, closed tickets, or both can match. */
export function partsOf({ statuses = [] }: TicketFilter): boolean[] {
  if (statuses.length === 0) return [false, true];
  return [false, true].filter((closed) => statuses.some((status) => isActive({ status }) !== closed));
}

/** Whether the statuses are just what stands apart in the indexes: everything in hand, or everything closed. */
export function isWholePart({ statuses = [] }: TicketFilter, closed: boolean): boolean {
  if (statuses.length === 0) return true;
  const all = TICKET_STATUSES.filter((status) => isActive({ status }) !== closed);
  return all.every((status) => statuses.includes(status));
}

/** References are kept in upper case; a ticket's id leads to its reference. */
function follows(name: string): SQL {
  const ref = name.includes(":")
    ? sql`(SELECT of.ref FROM tickets AS of WHERE of.id = ${name.toLowerCase()})`
    : sql`${name.toUpperCase()}`;
  return sql`follow_up_of = ${ref}`;
}

function among(column: "status" | "priority", values: readonly string[]): SQL | null {
  if (values.length === 0) return null;
  return isAmong(sql.identifier(column), values);
}

/** All of these hold of a ticket. One is said as it is, because a list of them is a row more to read of each ticket. */
function all<T>(wanted: readonly T[], holds: (one: T) => SQL, holdsOfEach: SQL): SQL | null {
  const [one, ...others] = wanted;
  if (one === undefined) return null;
  if (others.length === 0) return holds(one);
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(wanted)}) AS wanted WHERE NOT ${holdsOfEach})`;
}

function hasTag(tag: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(tags) AS own WHERE own.value = ${tag})`;
}

function hasField(field: SQL, option: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(fields) AS own WHERE own.key = ${field} AND own.value = ${option})`;
}

/** The condition of one customer is what an index begins with. */
export function ofCustomers(customers: readonly ContactId[]): SQL {
  const [only, ...others] = customers;
  return others.length === 0 ? sql`customer_id = ${only}` : isAmong(sql`customer_id`, customers);
}

function from(column: Column, at: number | undefined): SQL {
  return sql`${sql.identifier(column)} >= ${at}`;
}

function before(column: Column, at: number | undefined): SQL {
  return sql`${sql.identifier(column)} < ${at}`;
}
