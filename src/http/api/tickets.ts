import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { UNREACHABLE_REASONS } from "../../domain/contact.ts";
import { PAGE_SIZE_DEFAULT } from "../../domain/limits.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { TICKET_STATUSES } from "../../domain/status.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { listTickets, ticketByRef, type TicketEventRow, type TicketRow } from "../../record/queries.ts";
import { needs } from "../access.ts";
import type { Desk } from "../desk.ts";
import { ADMISSION, problem, problems } from "../problem.ts";
import { cursorOf, Instant, instant, instantOrNull, Limit, NextCursor, TelegramId } from "./shared.ts";

/** Tickets as the record has them: moments behind the groups, and `recordedAt` says how many. */
export const ticketsApi = new OpenAPIHono<Desk>();

const Status = z.enum(TICKET_STATUSES);
export const Ticket = z
  .object({
    id: z.string(),
    ref: z.string().openapi({ example: "SUP-1" }),
    group: z.string(),
    number: z.int(),
    status: Status,
    priority: z.enum(PRIORITIES),
    queue: z.string(),
    tier: z
      .string()
      .nullable()
      .openapi({ description: "What the customer is to the desk, where that is known" }),
    assignee: z.object({ id: z.int(), name: z.string() }).nullable(),
    customer: z.object({ id: z.int().openapi({ description: "Telegram user id" }) }),
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
    dueAt: Instant.nullable().openapi({ description: "When time alone changes it next" }),
    unreachable: z.enum(UNREACHABLE_REASONS).nullable(),
    payload: z
      .string()
      .nullable()
      .openapi({ description: "What stood in the link that the customer came by" }),
    followUpOf: z
      .string()
      .nullable()
      .openapi({ description: "Reference of the closed ticket that it follows" }),
    topicId: z.int().nullable(),
    reopenings: z.int(),
    version: z.int(),
    recordedAt: Instant.openapi({ description: "When the record was told this" }),
  })
  .openapi("Ticket");
const TicketEvent = z
  .object({
    n: z.int().openapi({ description: "Counts a ticket's events from 1" }),
    at: Instant,
    notedAt: Instant.nullable().openapi({
      description: "When the desk noted it, where that was later: what time does is stamped when it was due",
    }),
    type: z.string().openapi({ example: "ticket_claimed" }),
    by: z
      .object({
        kind: z.enum(["customer", "agent", "key", "system"]),
        id: z.int().optional(),
        name: z.string().optional(),
        rule: z.string().optional(),
      })
      .openapi({
        description: "Who: `id` of people, `name` of agents and API keys, `rule` of the desk itself",
      }),
    from: Status.nullable(),
    to: Status.nullable(),
    note: z.string().nullable(),
    data: z.record(z.string(), z.unknown()).openapi({ description: "What else an event of this type says" }),
  })
  .openapi("TicketEvent");

export const Ref = z.string().max(32).openapi({ description: "In upper or lower case", example: "SUP-1" });
const EventCursor = cursorOf(z.tuple([z.int().nonnegative()]));
const GroupOrQueue = z.string().min(1).max(64);

ticketsApi.openapi(
  createRoute({
    method: "get",
    path: "/tickets",
    operationId: "listTickets",
    ...needs("tickets:read"),
    summary: "Tickets, opened last first",
    request: {
      query: z.strictObject({
        status: z
          .preprocess(
            (given) =>
              given === undefined
                ? []
                : [given].flat().flatMap((some) => (typeof some === "string" ? some.split(",") : [some])),
            z.array(Status).max(20),
          )
          .openapi({
            type: "array",
            items: { type: "string", enum: [...TICKET_STATUSES] },
            description: "One or several, with commas between or repeated",
          }),
        group: GroupOrQueue.optional(),
        queue: GroupOrQueue.optional(),
        assignee: TelegramId.optional(),
        customer: TelegramId.optional(),
        limit: Limit,
        cursor: cursorOf(z.tuple([z.int(), z.string().max(64)])),
      }),
    },
    responses: {
      200: {
        description: "A page of tickets",
        content: {
          "application/json": { schema: z.object({ items: z.array(Ticket), nextCursor: NextCursor }) },
        },
      },
      ...problems(...ADMISSION, "request.invalid", "record.unreachable"),
    },
  }),
  async (c) => {
    const { status, limit, cursor, ...filter } = c.req.valid("query");
    const after = cursor === undefined ? null : { openedAt: cursor[0], id: cursor[1] };
    const rows = await listTickets(c.env.DB, { statuses: status, ...filter }, { after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const nextCursor =
      rows.length > limit && last !== undefined ? encodeCursor([last.openedAt, last.id]) : null;
    return c.json({ items: page.map(ticketJson), nextCursor }, 200);
  },
);

ticketsApi.openapi(
  createRoute({
    method: "get",
    path: "/tickets/{ref}",
    operationId: "getTicket",
    ...needs("tickets:read"),
    summary: "A ticket with its first events",
    request: { params: z.object({ ref: Ref }) },
    responses: {
      200: {
        description: "The ticket; `events.nextCursor` goes on under `/tickets/{ref}/events`",
        content: {
          "application/json": {
            schema: Ticket.extend({
              events: z.object({ items: z.array(TicketEvent), nextCursor: NextCursor }),
            }).openapi("TicketWithEvents"),
          },
        },
      },
      ...problems(...ADMISSION, "ticket.not_found", "request.invalid", "record.unreachable"),
    },
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, firstEvents(PAGE_SIZE_DEFAULT));
    if (found === null) return problem(c, "ticket.not_found");
    return c.json({ ...ticketJson(found.ticket), events: eventsJson(found.events, PAGE_SIZE_DEFAULT) }, 200);
  },
);

ticketsApi.openapi(
  createRoute({
    method: "get",
    path: "/tickets/{ref}/events",
    operationId: "listTicketEvents",
    ...needs("tickets:read"),
    summary: "What happened to a ticket, oldest first",
    request: {
      params: z.object({ ref: Ref }),
      query: z.strictObject({ limit: Limit, cursor: EventCursor }),
    },
    responses: {
      200: {
        description: "A page of events",
        content: {
          "application/json": { schema: z.object({ items: z.array(TicketEvent), nextCursor: NextCursor }) },
        },
      },
      ...problems(...ADMISSION, "ticket.not_found", "request.invalid", "record.unreachable"),
    },
  }),
  async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const page = { ...firstEvents(limit), after: cursor?.[0] ?? 0 };
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, page);
    if (found === null) return problem(c, "ticket.not_found");
    return c.json(eventsJson(found.events, limit), 200);
  },
);

/** One more than shown, to know whether there is another page. */
function firstEvents(limit: number): { after: number; limit: number } {
  return { after: 0, limit: limit + 1 };
}

function eventsJson(rows: TicketEventRow[], limit: number) {
  const items = rows.slice(0, limit).map((row) => ({
    n: row.n,
    at: instant(row.at),
    notedAt: instantOrNull(row.notedAt),
    type: row.type,
    by: row.actor,
    from: row.fromStatus,
    to: row.toStatus,
    note: row.note,
    data: row.data,
  }));
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor([last.n]) : null };
}

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
    customer: { id: row.customerId },
    subject: row.subject,
    tags: row.tags,
    fields: row.fields,
    openedAt: instant(row.openedAt),
    statusAt: instant(row.statusAt),
    awaitingSince: instantOrNull(row.awaitingSince),
    firstAnsweredAt: instantOrNull(row.firstAnsweredAt),
    resolvedAt: instantOrNull(row.resolvedAt),
    closedAt: instantOrNull(row.closedAt),
    dueAt: instantOrNull(row.dueAt),
    unreachable: row.unreachable,
    payload: row.payload,
    followUpOf: row.followUpOf,
    topicId: row.topicId,
    reopenings: row.reopenings,
    version: row.version,
    recordedAt: instant(row.recordedAt),
  };
}
