import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { UnreachableReason } from "../domain/contact/contact.ts";
import type { ErasureCounts } from "../domain/contact/erasure.ts";
import type { AuditAction, AuditActor, AuditTarget } from "../domain/desk/audit.ts";
import type { Scope } from "../domain/desk/scope.ts";
import type { Metric } from "../domain/metric.ts";
import type { Priority } from "../domain/priority.ts";
import type { Promised } from "../domain/sla/promised.ts";
import type { Actor } from "../domain/ticket/actor.ts";
import type { TicketEventType } from "../domain/ticket/event.ts";
import type { TicketStatus } from "../domain/ticket/status.ts";

/*
 * The record in D1: what is listed, searched and reported on. Instants are milliseconds since 1970 (UTC), `null`
 * where it has not happened. Tickets, events and contacts are copies whose owner is a topic group's object;
 * `version` is the owner's count, `recorded_at` the instant at which the owner said so. Configuration and routes
 * are owned here.
 *
 * D1 bills every index entry as a row written, and an update that names an indexed column rewrites that index even
 * if the value stays. So each index has its reason beside it, none holds the ticket's status (it changes often;
 * `closed` changes once), and `projection.ts` names indexed columns only where one of them differs.
 *
 * `tickets` and `ticket_events` are WITHOUT ROWID, one row written less for each insert. drizzle-kit cannot say
 * that: it stands by hand in `migrations/record/0000_init.sql`, and a migration that rebuilds one of the two tables
 * must say it again.
 */

/** Tickets as their objects last told: one row a ticket. */
export const tickets = sqliteTable(
  "tickets",
  {
    /** `<group it was opened in>:<number>`. */
    id: text().primaryKey(),
    /** `SUP-1042`, always upper case. */
    ref: text().notNull(),
    groupId: text("group_id").notNull(),
    number: integer().notNull(),
    status: text().$type<TicketStatus>().notNull(),
    priority: text().$type<Priority>().notNull(),
    queue: text().notNull(),
    /** The customer's tier; null while unknown. */
    tier: text(),
    assigneeId: integer("assignee_id"),
    assigneeName: text("assignee_name"),
    /** 0 where they were erased. */
    customerId: integer("customer_id").$type<ContactId>().notNull(),
    subject: text().notNull(),
    tags: text({ mode: "json" }).$type<string[]>().notNull(),
    /** Intake field id → option id. */
    fields: text({ mode: "json" }).$type<Record<string, string>>().notNull(),
    openedAt: integer("opened_at").notNull(),
    /** Since when it has its present status. */
    statusAt: integer("status_at").notNull(),
    firstAnsweredAt: integer("first_answered_at"),
    awaitingSince: integer("awaiting_since"),
    resolvedAt: integer("resolved_at"),
    closedAt: integer("closed_at"),
    /** Whether `status` is `closed`, for the indexes. */
    closed: integer({ mode: "boolean" }).notNull(),
    unreachable: text().$type<UnreachableReason>(),
    payload: text(),
    followUpOf: text("follow_up_of"),
    topicId: integer("topic_id"),
    reopenings: integer().notNull(),
    /** When the last event happened to it. */
    changedAt: integer("changed_at").notNull().default(0),
    /** Metrics of which a promise is broken; of `nextResponse` only the present turn counts. */
    breached: text({ mode: "json" }).$type<Metric[]>().notNull().default([]),
    /** The next instant at which time alone changes the ticket; the API calls it `nextChangeAt`. */
    dueAt: integer("due_at"),
    /** What is promised and still to be kept, the first due in front; null: an earlier release told of the ticket. */
    promises: text({ mode: "json" }).$type<Promised[]>(),
    /** Until when the first of them has to be kept. */
    promisedAt: integer("promised_at"),
    version: integer().notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (table) => [
    // People and programs name tickets by reference.
    uniqueIndex("tickets_ref").on(table.ref),
    // Lists, newest first: the desk's, a group's, a queue's, an agent's. Work in hand is a small part of all tickets,
    // so a filter by status reads that part only. Every index of a WITHOUT ROWID table ends in `id`, which makes
    // the order total and the cursor stable.
    index("tickets_newest").on(table.closed, table.openedAt),
    index("tickets_group").on(table.groupId, table.closed, table.openedAt),
    index("tickets_queue").on(table.queue, table.closed, table.openedAt),
    index("tickets_assignee")
      .on(table.assigneeId, table.closed, table.openedAt)
      .where(sql`assignee_id IS NOT NULL`),
    // By urgency, the longest open first.
    index("tickets_priority").on(table.closed, table.priority, table.openedAt),
    // What has changed last; one row written more with each change.
    index("tickets_changed").on(table.changedAt),
    // A customer has few tickets, and both columns never change: written once.
    index("tickets_customer").on(table.customerId, table.openedAt),
    // Cron asks each minute which groups have something due: it reads what is due, not what is open.
    index("tickets_due")
      .on(table.dueAt, table.groupId)
      .where(sql`due_at IS NOT NULL`),
    // By deadline: only work in hand has one.
    index("tickets_promised")
      .on(table.promisedAt)
      .where(sql`promised_at IS NOT NULL`),
  ],
);

/** What figures of a period are counted from: the partial index stands for queries that say just this. */
export const COUNTED_EVENTS =
  "type IN ('ticket_opened', 'ticket_answered', 'ticket_resolved', 'ticket_closed', 'ticket_reopened', 'sla_breached')";

/** What happened to tickets. `n` counts from 1 and equals the ticket's version after it. Read ticket by ticket. */
export const ticketEvents = sqliteTable(
  "ticket_events",
  {
    ticketId: text("ticket_id").notNull(),
    n: integer().notNull(),
    at: integer().notNull(),
    /** When the desk noted it, where that is later than it happened; null otherwise. */
    notedAt: integer("noted_at"),
    type: text().$type<TicketEventType>().notNull(),
    actor: text({ mode: "json" }).$type<Actor>().notNull(),
    actorKind: text("actor_kind").$type<Actor["kind"]>().notNull(),
    /** A Telegram id, an API key's (what earlier releases told has its name), or the rule by which the desk acted. */
    actorId: text("actor_id").notNull(),
    fromStatus: text("from_status").$type<TicketStatus>(),
    toStatus: text("to_status").$type<TicketStatus>(),
    note: text(),
    /** What else the event says: its own keys, such as `priority` and `previous`; `origin` is for the audit trail alone. */
    data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.ticketId, table.n] }),
    // The audit trail goes through the events of all tickets, newest first: a row written for each event.
    index("ticket_events_at").on(table.at),
    // How well the system that knows the customers serves the desk is counted over all tickets.
    index("ticket_events_enrichment")
      .on(table.at)
      .where(sql`type IN ('enrichment_answered', 'enrichment_failed')`),
    // Figures of a period are counted over all tickets, from the few events of each that they need.
    index("ticket_events_counted").on(table.at).where(sql.raw(COUNTED_EVENTS)),
    // Escalations are few, and a supervisor looks through those of all tickets, newest first.
    index("ticket_events_escalations")
      .on(table.at)
      .where(sql`type IN ('escalation_taken', 'ticket_escalated')`),
  ],
);

/**
 * Gives each ticket the number by which the full text index knows it: `opened_at * 1024` and a count within that
 * millisecond, so that the index finds tickets in the order of their opening. Kept by triggers, as the index is: see
 * `search.ts`.
 *
 * @public
 */
export const ticketDocs = sqliteTable(
  "ticket_docs",
  {
    doc: integer().primaryKey(),
    ticketId: text("ticket_id").notNull(),
    /** Whether its notes have changed since it was indexed: many may at once, and it is indexed once. */
    stale: integer({ mode: "boolean" }).notNull().default(false),
  },
  (table) => [
    index("ticket_docs_stale")
      .on(table.doc)
      .where(sql`stale = 1`),
  ],
);

/**
 * The order in which the record was told of events: a trigger gives each new row of `ticket_events` the next number,
 * in the transaction that writes it. D1 writes one transaction after the other, so a reader at a number has missed
 * none before it. Rows outlive their events; retention of old ones must leave the newest.
 *
 * @public
 */
export const eventFeed = sqliteTable("event_feed", {
  seq: integer().primaryKey(),
  ticketId: text("ticket_id").notNull(),
  n: integer().notNull(),
  /** Of the event, to be filtered by. */
  type: text().$type<TicketEventType>().notNull(),
  /** The group that had the ticket when the record was told. */
  groupId: text("group_id").notNull(),
});

/** People who wrote to the desk. */
export const contacts = sqliteTable(
  "contacts",
  {
    telegramId: integer("telegram_id").$type<ContactId>().primaryKey(),
    name: text().notNull(),
    username: text(),
    language: text(),
    isPremium: integer("is_premium", { mode: "boolean" }).notNull(),
    unreachable: text().$type<UnreachableReason>(),
    /** The home group, whose object owns these facts. */
    groupId: text("group_id").notNull(),
    firstSeenAt: integer("first_seen_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    version: integer().notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (table) => [
    // The list, who came last first. Neither column changes: written once.
    index("contacts_newest").on(table.firstSeenAt),
  ],
);

/** Each customer's home group. Owned here: written at the door, before the object hears of the customer. */
export const customerRoutes = sqliteTable("customer_routes", {
  customerId: integer("customer_id").$type<ContactId>().primaryKey(),
  groupId: text("group_id").notNull(),
  createdAt: integer("created_at").notNull(),
  /** By the desk's default, by the link that the customer came through, or by a program that opened a ticket. */
  via: text().$type<"default" | "payload" | "api">().notNull(),
});

/** Every configuration that ever was in force; the highest version is. Owned here. */
export const configVersions = sqliteTable("config_versions", {
  version: integer().primaryKey(),
  /** JSON as it was put, without the defaults that the schema fills in. */
  document: text().notNull(),
  createdAt: integer("created_at").notNull(),
  createdBy: text("created_by").notNull(),
  note: text(),
  /** The version that a rollback brought back. */
  restoredFrom: integer("restored_from"),
});

/**
 * Keys of programs. Owned here. Only SHA-256 of a secret is stored: it is 256 random bits, so nothing slower is
 * needed. Read by id, which is a part of the key.
 */
export const apiKeys = sqliteTable("api_keys", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** SHA-256 of the secret, base64url. */
  hash: text().notNull(),
  /** The secret before the last rotation, and until when it is let in. */
  previousHash: text("previous_hash"),
  previousUntil: integer("previous_until"),
  scopes: text({ mode: "json" }).$type<Scope[]>().notNull(),
  /** Null: as many as any. */
  callsPerMinute: integer("calls_per_minute"),
  createdAt: integer("created_at").notNull(),
  createdBy: text("created_by").notNull(),
  expiresAt: integer("expires_at"),
  rotatedAt: integer("rotated_at"),
  revokedAt: integer("revoked_at"),
  revokedBy: text("revoked_by"),
  /** Some time before the last use: written at most once in `API_KEY_USED_EVERY_MS`. */
  lastUsedAt: integer("last_used_at"),
  /** The call that made the present secret, so that its repetition after a crash makes no second one. */
  cause: text(),
});

/**
 * Changing calls that came with an `Idempotency-Key`, for a day. A row without a status is one that still runs, or
 * whose Worker died: the lease tells. WITHOUT ROWID, as in `migrations/record/0003_api_keys.sql`.
 */
export const apiCalls = sqliteTable(
  "api_calls",
  {
    /** Who called: the id of a key, `admin`, or `oauth:` and a digest of who it is. */
    caller: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of all that makes it this request and no other. */
    request: text().notNull(),
    startedAt: integer("started_at").notNull(),
    leaseUntil: integer("lease_until").notNull(),
    status: integer(),
    /** Headers and body, sealed with a key that is not in D1; null where it was too long to keep. */
    answer: text(),
  },
  (table) => [
    primaryKey({ columns: [table.caller, table.key] }),
    // Cron forgets the oldest.
    index("api_calls_started").on(table.startedAt),
  ],
);

/**
 * Who changed what of the desk itself: configuration, keys, contacts, deliveries. What happened to tickets stands in
 * `ticket_events` and nowhere else. Owned here; a row is written in the same batch as what it tells.
 */
export const audit = sqliteTable(
  "audit",
  {
    id: integer().primaryKey(),
    at: integer().notNull(),
    actorKind: text("actor_kind").$type<AuditActor["kind"]>().notNull(),
    /** The id of a key, `admin`, `oauth:` and a digest, or the desk's own rule. */
    actorId: text("actor_id").notNull(),
    actorName: text("actor_name"),
    action: text().$type<AuditAction>().notNull(),
    targetKind: text("target_kind").$type<AuditTarget["kind"]>().notNull(),
    /** Of an erased contact its pseudonym. */
    targetId: text("target_id").notNull(),
    from: text("from_value", { mode: "json" }).$type<Record<string, unknown>>(),
    to: text("to_value", { mode: "json" }).$type<Record<string, unknown>>(),
    data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    /** The part of the caller's address that names a network, such as `203.0.113.0/24`. */
    network: text(),
    userAgent: text("user_agent"),
    /** The call that made it, so that its repetition after a crash makes no second row. */
    cause: text(),
  },
  (table) => [
    index("audit_at").on(table.at),
    index("audit_target").on(table.targetKind, table.targetId, table.at),
    uniqueIndex("audit_cause")
      .on(table.cause)
      .where(sql`cause IS NOT NULL`),
  ],
);

/** What the staff and programs say of contacts, beside what Telegram tells. Owned here; read by id. */
export const contactDetails = sqliteTable(
  "contact_details",
  {
    contactId: integer("contact_id").$type<ContactId>().primaryKey(),
    displayName: text("display_name"),
    email: text(),
    phone: text(),
    notes: text(),
    blockedAt: integer("blocked_at"),
    blockedBy: text("blocked_by"),
    /** The contact that is the same person, and is shown for both. */
    mergedInto: integer("merged_into").$type<ContactId>(),
    mergedAt: integer("merged_at"),
    mergedBy: text("merged_by"),
    updatedAt: integer("updated_at").notNull(),
    version: integer().notNull(),
  },
  (table) => [
    // The contacts merged into one.
    index("contact_details_merged")
      .on(table.mergedInto)
      .where(sql`merged_into IS NOT NULL`),
    // An order may name its contact by an address.
    index("contact_details_email")
      .on(sql`lower(email)`)
      .where(sql`email IS NOT NULL`),
  ],
);

/** Contacts and tickets that must not be erased or forgotten. Owned here. */
export const legalHolds = sqliteTable(
  "legal_holds",
  {
    kind: text().$type<"contact" | "ticket">().notNull(),
    /** A Telegram id, or a ticket's id. */
    id: text().notNull(),
    since: integer().notNull(),
    by: text().notNull(),
    reason: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.id] })],
);

/** Erasures of people, while they run and as receipts afterwards. Owned here. */
export const erasures = sqliteTable(
  "erasures",
  {
    id: text().primaryKey(),
    /** What stands for the person from now on. */
    pseudonym: text().notNull(),
    /** The Telegram ids that are erased; null once it is done. */
    contacts: text({ mode: "json" }).$type<ContactId[]>(),
    /** Their tickets, looked through again for what was told late; null once it is done. */
    tickets: text({ mode: "json" }).$type<string[]>(),
    state: text().$type<"running" | "done">().notNull(),
    requestedAt: integer("requested_at").notNull(),
    requestedBy: text("requested_by").notNull(),
    /** Nothing is done before; in ms since 1970. */
    nextAt: integer("next_at").notNull(),
    doneAt: integer("done_at"),
    /** How often everything was looked through to its end. */
    passes: integer().notNull(),
    removed: text({ mode: "json" }).$type<ErasureCounts>().notNull(),
  },
  (table) => [
    index("erasures_running")
      .on(table.nextAt)
      .where(sql`state = 'running'`),
    index("erasures_pseudonym").on(table.pseudonym),
  ],
);

/** Where work that Cron does in steps has got to, and what its last run did. Owned here. */
export const jobs = sqliteTable("jobs", {
  name: text().primaryKey(),
  state: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
});
