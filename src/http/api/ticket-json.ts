import * as z from "zod";
import { forDocs } from "#for-docs";
import { NOBODY } from "../../domain/contact/contact-id.ts";
import { UNREACHABLE_REASONS } from "../../domain/contact/contact.ts";
import { METRICS } from "../../domain/metric.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { promiseState, PROMISE_STATES, type Promised as RecordedPromise } from "../../domain/sla/promised.ts";
import { withoutOrigin } from "../../domain/ticket/event.ts";
import { EVENTS } from "../../domain/ticket/events.ts";
import { TICKET_STATUSES } from "../../domain/ticket/status.ts";
import { eventData } from "../../domain/ticket/wire-json.ts";
import type { TicketEventRow, TicketRow } from "../../record/queries.ts";
import { Instant, instant, instantOrNull } from "./shared.ts";

const Status = forDocs(() => z.enum(TICKET_STATUSES));
const PROMISED = forDocs(() => ({
  metric: z.enum(METRICS),
  at: Instant.nullable().meta({
    description: "Until when it has to be kept; null: it is paused, or out of reach",
  }),
  state: z.enum(PROMISE_STATES).meta({
    description:
      "At the moment of the answer. `healthy`; `at_risk`: a warning is past; `breached`: the deadline is past, and it is not kept yet; `paused`: it waits, for the customer for example; `out_of_reach`: the calendar has not enough hours",
  }),
}));
const PROMISED_EXAMPLE = {
  metric: "firstResponse",
  at: "2026-11-20T12:00:00.000Z",
  state: "healthy",
} as const;
const Promised = forDocs(() => z.object(PROMISED).meta({ id: "Promised", example: PROMISED_EXAMPLE }));
export const Due = forDocs(() =>
  z.object(PROMISED).nullable().meta({
    id: "Due",
    description:
      "The promise to the customer that has to be kept first, a broken one that is still open included; null: no policy promises any, or all are kept or over",
    example: PROMISED_EXAMPLE,
  }),
);
export const Ticket = forDocs(() =>
  z
    .object({
      id: z.string().meta({ description: "Never changes", example: "main:1" }),
      ref: z.string().meta({ description: "What people call it; never changes", example: "SUP-1" }),
      group: z.string().meta({ description: "The group that has it now" }),
      number: z.int().meta({ description: "Its reference without the prefix" }),
      status: Status,
      priority: z.enum(PRIORITIES),
      queue: z.string(),
      tier: z
        .string()
        .nullable()
        .meta({ description: "What the customer is to the desk, where that is known" }),
      assignee: z.object({ id: z.int(), name: z.string() }).nullable(),
      customer: z
        .object({ id: z.int().meta({ description: "Telegram user id" }) })
        .nullable()
        .meta({ description: "Null once they were erased" }),
      erased: z.boolean().meta({
        description: "Whether its customer was erased: what is left are numbers, dates and who worked on it",
      }),
      subject: z.string(),
      tags: z.array(z.string()),
      fields: z.record(z.string(), z.string()).meta({ description: "Intake field → chosen option" }),
      openedAt: Instant,
      statusAt: Instant.meta({ description: "Since when it has its status" }),
      awaitingSince: Instant.nullable().meta({
        description: "The customer's first message without an answer",
      }),
      firstAnsweredAt: Instant.nullable(),
      resolvedAt: Instant.nullable(),
      closedAt: Instant.nullable(),
      changedAt: Instant.meta({ description: "When the last event happened to it" }),
      due: Due,
      promises: z.array(Promised).meta({
        description: "Everything that is promised and still to be kept, what is due first in front",
      }),
      dueAt: Instant.nullable().meta({
        deprecated: true,
        description:
          "The same as `due.at`, for one more release. Until now it was when time alone changes the ticket next, which is `nextChangeAt`",
      }),
      nextChangeAt: Instant.nullable().meta({
        description:
          "When time alone changes it next: a warning, a broken promise, a reminder, its closing by itself",
      }),
      breached: z.array(z.enum(METRICS)).meta({
        description:
          "Promises that are broken, kept late or not at all; of `nextResponse` only the present turn counts",
      }),
      unreachable: z.enum(UNREACHABLE_REASONS).nullable().meta({
        description:
          "Why the customer cannot be written to: they blocked the bot, deleted their account, or never started the bot; null: they can",
      }),
      payload: z
        .string()
        .nullable()
        .meta({ description: "What stood in the link that the customer came by" }),
      followUpOf: z
        .string()
        .nullable()
        .meta({ description: "Reference of the closed ticket that it follows" }),
      topicId: z.int().nullable().meta({ description: "Its topic in the group; null: it has none yet" }),
      reopenings: z.int(),
      version: z.int().meta({ description: "How many events it has" }),
      recordedAt: Instant.meta({ description: "When the record was told this" }),
    })
    .meta({ id: "Ticket" }),
);
/** Who did something, as events have it. */
export const By = forDocs(() =>
  z
    .object({
      kind: z.enum(["customer", "agent", "key", "system"]),
      id: z.union([z.int(), z.string()]).optional(),
      name: z.string().optional(),
      rule: z.string().optional(),
    })
    .meta({
      description:
        "Who: `id` of people (but of those who were erased) and API keys (which older events lack), `name` of agents and API keys, `rule` of the desk itself",
    }),
);
export const TicketEvent = forDocs(() =>
  z
    .object({
      n: z.int().meta({ description: "Counts a ticket's events from 1" }),
      at: Instant,
      notedAt: Instant.nullable().meta({
        description:
          "When the desk noted it, where that was later: what time does is stamped when it was due",
      }),
      type: z.string().meta({
        description: Object.entries(EVENTS)
          .map(([type, { about }]) => `- \`${type}\`: ${about}`)
          .join("\n"),
        example: "ticket_claimed",
      }),
      by: By,
      from: Status.nullable(),
      to: Status.nullable(),
      note: z.string().nullable(),
      data: z.record(z.string(), z.unknown()).meta({ description: "What else an event of this type says" }),
    })
    .meta({ id: "TicketEvent" }),
);

/** A promise as it stands at an instant. */
function promisedJson(promised: RecordedPromise, now: number): z.infer<typeof Promised> {
  const { metric, at } = promised;
  return { metric, at: instantOrNull(at), state: promiseState(promised, now) };
}

/** The first of some promises. */
export function dueJson([first]: readonly RecordedPromise[], now: number): z.infer<typeof Due> {
  return first === undefined ? null : promisedJson(first, now);
}

/** An erasure sets the customer's id to 0. */
function isErased({ customerId }: TicketRow): boolean {
  return customerId === NOBODY;
}

/** A ticket as the record has it. */
export function ticketJson(row: TicketRow, now: number): z.infer<typeof Ticket> {
  const promises = (row.promises ?? []).map((one) => promisedJson(one, now));
  const due = promises[0] ?? null;
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
    due,
    promises,
    dueAt: due?.at ?? null,
    nextChangeAt: instantOrNull(row.dueAt),
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
    data: eventData(row.type, withoutOrigin(row.data)),
  };
}
