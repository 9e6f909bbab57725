import { sql } from "drizzle-orm";
import {
  customType,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { ContactFacts, UnreachableReason } from "../../domain/contact/contact.ts";
import type { ErasedHere } from "../../domain/contact/erasure.ts";
import type { TicketEvent } from "../../domain/ticket/event.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { laneOfRow, storedLane, type Conversation, type Lane } from "./lane.ts";
import type { OutboxWork } from "./outbox-work.ts";
import type { KnownProfile, TopicView, WaitingContent, RateState } from "./shapes.ts";

/*
 * The object's own SQLite. Instants are milliseconds since 1970. Every index costs a row write for each row that it
 * holds, so what is listed rarely has none, and what waits is indexed only while it waits.
 */

const lane = customType<{ data: Lane; driverData: string }>({
  dataType: () => "text",
  toDriver: storedLane,
  fromDriver: laneOfRow,
});

/** Null is kept as null: Drizzle's own column of JSON makes a text of one that a prepared statement is given. */
const json = customType<{ data: unknown; driverData: string | null }>({
  dataType: () => "text",
  toDriver: (value) => (value === null ? null : JSON.stringify(value)),
  fromDriver: (value) => JSON.parse(value!),
});

/** Small facts: configuration and its version, the group's id, the next ticket number, the bot's icons … */
export const facts = sqliteTable("facts", {
  key: text().primaryKey(),
  value: json().notNull(),
});

/** Customers whose home this group is. */
export const customers = sqliteTable(
  "customers",
  {
    id: integer().$type<ContactId>().primaryKey(),
    contact: json().$type<ContactFacts>().notNull(),
    /** Number of the ticket last spoken in. */
    current: integer(),
    wantsNew: integer("wants_new", { mode: "boolean" }).notNull(),
    payload: text(),
    /** The group whose object owns their private chat; null: this one. */
    home: text(),
    /** What another system last said of them, and when. */
    profile: json().$type<KnownProfile>(),
    unreachable: text().$type<UnreachableReason>(),
    firstSeenAt: integer("first_seen_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    version: integer().notNull(),
    /** The version that the record has. */
    recorded: integer().notNull(),
  },
  (table) => [
    index("customers_unrecorded")
      .on(table.id)
      .where(sql`recorded < version`),
  ],
);

/** Tickets, live and closed. `state` is the fold of the ticket's events. */
export const tickets = sqliteTable(
  "tickets",
  {
    number: integer().primaryKey(),
    customer: integer().$type<ContactId>().notNull(),
    state: json().$type<Ticket>().notNull(),
    /** What the topic shows of it, as far as Telegram has confirmed. */
    view: json().$type<TopicView>().notNull(),
    /** When the topic must be brought up to date; null while it is. */
    viewDueAt: integer("view_due_at"),
    /** The customer's confirmation, once it is sent. */
    receiptId: integer("receipt_id"),
    /** The next thing that time alone does to the ticket. */
    dueAt: integer("due_at"),
    /** False once it is closed. */
    active: integer({ mode: "boolean" }).notNull(),
    /** The ticket's id, where it came from another group; null for this group's own. */
    foreignId: text("foreign_id"),
    queue: text().notNull().default(""),
    /** The assignee; null without one, or if there is no work left: the ticket is resolved or closed. */
    busy: integer(),
    /** Whether it waits for an agent. */
    unassigned: integer({ mode: "boolean" }).notNull().default(false),
    version: integer().notNull(),
    /** The version that the record has. */
    recorded: integer().notNull(),
  },
  (table) => [
    index("tickets_customer").on(table.customer, table.number),
    index("tickets_view_due")
      .on(table.viewDueAt)
      .where(sql`view_due_at IS NOT NULL`),
    index("tickets_due")
      .on(table.dueAt)
      .where(sql`due_at IS NOT NULL`),
    index("tickets_unrecorded")
      .on(table.number)
      .where(sql`recorded < version`),
    index("tickets_active")
      .on(table.number)
      .where(sql`active = 1`),
    uniqueIndex("tickets_foreign")
      .on(table.foreignId)
      .where(sql`foreign_id IS NOT NULL`),
    index("tickets_busy")
      .on(table.busy)
      .where(sql`busy IS NOT NULL`),
    index("tickets_unassigned")
      .on(table.queue, table.number)
      .where(sql`unassigned = 1`),
  ],
);

/** What happened to a ticket, in order; `n` counts from 1 and equals the ticket's version after it. */
export const events = sqliteTable(
  "events",
  {
    ticket: integer().notNull(),
    n: integer().notNull(),
    event: json().$type<TicketEvent>().notNull(),
    /** When the desk noted it, where that is later than it happened: what time does is stamped when it was due. */
    notedAt: integer("noted_at"),
  },
  (table) => [primaryKey({ columns: [table.ticket, table.n] })],
);

/** Every topic that ever was a ticket's: a recreated ticket has several. */
export const topics = sqliteTable(
  "topics",
  {
    id: integer().primaryKey(),
    ticket: integer().notNull(),
  },
  (table) => [index("topics_ticket").on(table.ticket)],
);

/**
 * Relayed messages: one row is first the accepted message, then the delivery that waits, then the link between the
 * original and its copy. `chat` is 0 for the staff group, otherwise the customer who wrote it.
 */
export const messages = sqliteTable(
  "messages",
  {
    chat: integer().$type<Conversation>().notNull(),
    messageId: integer("message_id").notNull(),
    /** The order of acceptance in this object, shared with `outbox.seq`. */
    seq: integer().notNull(),
    ticket: integer().notNull(),
    /** Where the copy goes: `staff`, or to the customer. */
    lane: lane().notNull(),
    state: text({ enum: ["waiting", "done", "uncertain", "parked", "refused", "dropped", "held"] }).notNull(),
    album: text(),
    replyTo: integer("reply_to"),
    /** Who wrote it: a Telegram user id. */
    writer: integer().notNull(),
    sentAt: integer("sent_at").notNull(),
    acceptedAt: integer("accepted_at").notNull(),
    /** What had to be kept until delivery; null otherwise, and always after it. */
    content: json().$type<WaitingContent>(),
    /**
     * Its mark (`telegram/mark.ts`), to tell an edit that changes something; of earlier releases `file_unique_id`. Of what came
     * by another channel: what that calls it.
     */
    file: text(),
    /** The topic of the customer's private chat in which it was written. */
    thread: integer(),
    notBefore: integer("not_before"),
    attempts: integer().notNull(),
    /**
     * Set before a call whose repetition would be wrong: found after a crash, its outcome is unknown. Of a message that is
     * done: when the call ended that made its copy.
     */
    attemptedAt: integer("attempted_at"),
    copyId: integer("copy_id"),
    code: text(),
    updateId: integer("update_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.chat, table.messageId] }),
    index("messages_waiting")
      .on(table.lane, table.ticket, table.seq)
      .where(sql`state = 'waiting'`),
    index("messages_copy")
      .on(table.lane, table.copyId)
      .where(sql`copy_id IS NOT NULL`),
    index("messages_parked")
      .on(table.seq)
      .where(sql`state IN ('parked', 'uncertain')`),
    // Answers that were refused or dropped: with this every message of a person is found by an index. It costs a
    // delivered message nothing.
    index("messages_lone")
      .on(table.lane, table.ticket)
      .where(sql`copy_id IS NULL AND state <> 'waiting' AND chat <= 0`),
  ],
);

/** Everything else that leaves the object: deleted once it has. */
export const outbox = sqliteTable(
  "outbox",
  {
    seq: integer().primaryKey(),
    lane: lane().notNull(),
    /** 0 where it concerns no ticket. */
    ticket: integer().notNull(),
    kind: text().$type<OutboxWork["kind"]>().notNull(),
    /** Of several with the same key only the latest is kept. */
    key: text(),
    payload: json().$type<OutboxWork>().notNull(),
    state: text({ enum: ["waiting", "uncertain", "parked"] }).notNull(),
    acceptedAt: integer("accepted_at").notNull(),
    notBefore: integer("not_before"),
    attempts: integer().notNull(),
    attemptedAt: integer("attempted_at"),
    code: text(),
  },
  (table) => [
    // What waits is found by its numbers, which the object remembers (`waits.ts`).
    index("outbox_parked")
      .on(table.acceptedAt)
      .where(sql`state IN ('parked', 'uncertain')`),
  ],
);

/** Settled causes that left no other row, kept for `CAUSE_KEPT_MS`: `tg:<update_id>`, `api:…`. */
export const inbox = sqliteTable("inbox", {
  key: text().primaryKey(),
  at: integer().notNull(),
  answer: json(),
});

/**
 * Updates that left no other row by which they are found, until reconciliation has looked at them, or for
 * `CAUSE_KEPT_MS`.
 */
export const seenUpdates = sqliteTable("seen_updates", {
  id: integer().primaryKey(),
  at: integer().notNull(),
});

/** Updates that our own code could not apply, without their texts. */
export const setAside = sqliteTable("set_aside", {
  key: text().primaryKey(),
  at: integer().notNull(),
  attempts: integer().notNull(),
  error: text().notNull(),
  update: json().notNull(),
  /** Set once it is given up and its sender was answered 200. */
  parked: integer({ mode: "boolean" }).notNull(),
});

/** Things that are said once: to whom, and what. */
export const told = sqliteTable("told", {
  key: text().primaryKey(),
  at: integer().notNull(),
});

/** What a lane must remember over a restart: how fast it may go, and until when it must not. */
export const lanes = sqliteTable("lanes", {
  lane: lane().primaryKey(),
  state: json().$type<RateState>().notNull(),
});

/** What agents said of themselves, and what the desk remembers of them to hand out work. */
export const agents = sqliteTable("agents", {
  /** Telegram user id. */
  id: integer().primaryKey(),
  availability: text({ enum: ["online", "away", "offline"] }).notNull(),
  /** Until when they are away; null: not said. */
  until: integer(),
  /** When they were last given a ticket. */
  lastAssignedAt: integer("last_assigned_at"),
  /** Tiers of which they had a ticket. */
  tiers: json().$type<string[]>().notNull(),
  /** Of an agent whose home is another group: the tickets that they have, by its last word. */
  openElsewhere: integer("open_elsewhere").notNull().default(0),
});

/**
 * Slots of agents who serve several groups. At the agent's home: those that other groups' tickets take. Elsewhere: those
 * that were asked for.
 */
export const slots = sqliteTable(
  "slots",
  {
    agent: integer().notNull(),
    ticketId: text("ticket_id").notNull(),
    /** Whose ticket it is. */
    group: text().notNull(),
    /** Since when a ticket of this group waits for its slot at the agent's home; null for a slot that is taken. */
    askedAt: integer("asked_at"),
  },
  (table) => [primaryKey({ columns: [table.agent, table.ticketId, table.group] })],
);

/** What endpoints of the configuration have taken; what they have not is in the outbox. */
export const webhookLog = sqliteTable(
  "hook_log",
  {
    webhook: text().notNull(),
    /** The delivery's number in the outbox. */
    seq: integer().notNull(),
    type: text().notNull(),
    ticket: integer().notNull(),
    at: integer().notNull(),
    deliveredAt: integer("delivered_at").notNull(),
    /** Tries in all. */
    attempts: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.webhook, table.seq] })],
);

/** People seen in the staff group, to find `@name`. */
export const people = sqliteTable("people", {
  id: integer().primaryKey(),
  username: text(),
});

/** Customers whose messages are not passed on, whether they have written here or not. */
export const blocked = sqliteTable("blocked", {
  customer: integer().$type<ContactId>().primaryKey(),
  since: integer().notNull(),
});

/** What an erasure has removed here so far, by its id; forgotten once its receipt is written. */
export const erasures = sqliteTable("erasures", {
  id: text().primaryKey(),
  state: json().$type<ErasedHere>().notNull(),
});
