import { z } from "@hono/zod-openapi";
import { UNREACHABLE_REASONS } from "../../domain/contact.ts";
import { EVENTS, unplaced } from "../../domain/event.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { METRICS } from "../../domain/sla/metric.ts";
import { TICKET_STATUSES } from "../../domain/status.ts";
import type { TicketEventRow, TicketRow } from "../../record/queries.ts";
import { written } from "../written.ts";
import { Instant, instant, instantOrNull } from "./shared.ts";

export const Status = z.enum(TICKET_STATUSES);
export const Ticket = z
  .object({
    id: z.string().openapi({ description: "Never changes", example: "main:1" }),
    ref: z.string().openapi({ description: "What people call it; never changes", example: "SUP-1" }),
    group: z.string().openapi({ description: "The group that has it now" }),
    number: z.int().openapi({ description: "Its reference without the prefix" }),
    status: Status,
    priority: z.enum(PRIORITIES),
    queue: z.string(),
    tier: z
      .string()
      .nullable()
      .openapi({ description: "What the customer is to the desk, where that is known" }),
    assignee: z.object({ id: z.int(), name: z.string() }).nullable(),
    customer: z
      .object({ id: z.int().openapi({ description: "Telegram user id" }) })
      .nullable()
      .openapi({ description: "Null once they were erased" }),
    erased: z.boolean().openapi({
      description: "Whether its customer was erased: what is left are numbers, dates and who worked on it",
    }),
    subject: z.string(),
    tags: z.array(z.string()),
    fields: z.record(z.string(), z.string()).openapi({ description: "Intake field → chosen option" }),
    openedAt: Instant,
    statusAt: Instant.openapi({ description: "Since when it has its status" }),
    awaitingSince: Instant.nullable().openapi({
      description: "The customer's first message without an answer",
    }),
    firstAnsweredAt: Instant.nullable(),
    resolvedAt: Instant.nullable(),
    closedAt: Instant.nullable(),
    changedAt: Instant.openapi({ description: "When the last event happened to it" }),
    dueAt: Instant.nullable().openapi({ description: "When time alone changes it next" }),
    breached: z.array(z.enum(METRICS)).openapi({
      description:
        "Promises that are broken, kept late or not at all; of `nextResponse` only the present turn counts",
    }),
    unreachable: z.enum(UNREACHABLE_REASONS).nullable().openapi({
      description:
        "Why the customer cannot be written to: they blocked the bot, deleted their account, or never started the bot; null: they can",
    }),
    payload: z
      .string()
      .nullable()
      .openapi({ description: "What stood in the link that the customer came by" }),
    followUpOf: z
      .string()
      .nullable()
      .openapi({ description: "Reference of the closed ticket that it follows" }),
    topicId: z.int().nullable().openapi({ description: "Its topic in the group; null: it has none yet" }),
    reopenings: z.int(),
    version: z.int().openapi({ description: "How many events it has" }),
    recordedAt: Instant.openapi({ description: "When the record was told this" }),
  })
  .openapi("Ticket");
/** Who did something, as events have it. */
export const By = z
  .object({
    kind: z.enum(["customer", "agent", "key", "system"]),
    id: z.union([z.int(), z.string()]).optional(),
    name: z.string().optional(),
    rule: z.string().optional(),
  })
  .openapi({
    description:
      "Who: `id` of people (but of those who were erased) and API keys (which older events lack), `name` of agents and API keys, `rule` of the desk itself",
  });
export const TicketEvent = z
  .object({
    n: z.int().openapi({ description: "Counts a ticket's events from 1" }),
    at: Instant,
    notedAt: Instant.nullable().openapi({
      description: "When the desk noted it, where that was later: what time does is stamped when it was due",
    }),
    type: z.string().openapi({
      description: Object.entries(EVENTS)
        .map(([type, words]) => `- \`${type}\`: ${words}`)
        .join("\n"),
      example: "ticket_claimed",
    }),
    by: By,
    from: Status.nullable(),
    to: Status.nullable(),
    note: z.string().nullable(),
    data: z.record(z.string(), z.unknown()).openapi({ description: "What else an event of this type says" }),
  })
  .openapi("TicketEvent");

/** What an erasure leaves has nobody's number. */
function isErased({ customerId }: TicketRow): boolean {
  return customerId === 0;
}

/** A ticket as the record has it. */
export function ticketJson(row: TicketRow): z.infer<typeof Ticket> {
  return {
    id: row.id,
    ref: row.ref,
    group: row.groupId,
    number: row.number,
    status: row.status,
    priority: row.priority,
    queue: row.queue,
    tier: row.tier,
    assignee: row.assigneeId === null ? null : { id: row.assigneeId, name: row.assigneeName ?? "" },
    customer: isErased(row) ? null : { id: row.customerId },
    erased: isErased(row),
    subject: row.subject,
    tags: row.tags,
    fields: row.fields,
    openedAt: instant(row.openedAt),
    statusAt: instant(row.statusAt),
    awaitingSince: instantOrNull(row.awaitingSince),
    firstAnsweredAt: instantOrNull(row.firstAnsweredAt),
    resolvedAt: instantOrNull(row.resolvedAt),
    closedAt: instantOrNull(row.closedAt),
    changedAt: instant(row.changedAt),
    dueAt: instantOrNull(row.dueAt),
    breached: row.breached,
    unreachable: row.unreachable,
    payload: row.payload,
    followUpOf: row.followUpOf,
    topicId: row.topicId,
    reopenings: row.reopenings,
    version: row.version,
    recordedAt: instant(row.recordedAt),
  };
}

/** What happened to a ticket, as the record has it. */
export function eventJson(row: TicketEventRow): z.infer<typeof TicketEvent> {
  return {
    n: row.n,
    at: instant(row.at),
    notedAt: instantOrNull(row.notedAt),
    type: row.type,
    by: row.actor.kind === "customer" && row.actor.id === 0 ? { kind: "customer" } : row.actor,
    from: row.fromStatus,
    to: row.toStatus,
    note: row.note,
    data: written(unplaced(row.data)),
  };
}
