import * as z from "zod";
import { WEBHOOK_TIMEOUT_MS } from "../domain/limits.ts";
import { METRICS } from "../domain/metric.ts";
import { PRIORITIES } from "../domain/priority.ts";
import { TICKET_EVENTS } from "../domain/ticket/events.ts";
import { TICKET_STATUSES } from "../domain/ticket/status.ts";
import { MESSAGE_EVENTS } from "../domain/ticket/webhook-event.ts";
import { Instant } from "../http/api/shared.ts";
import { By, Due } from "../http/api/ticket-json.ts";
import type { Schema } from "../http/shown.ts";
import type { ShownSchemas } from "./json-schemas.ts";

/* What endpoints of the configuration are sent, for the contract: one body for each kind of event. */

const WEBHOOK_SECONDS = WEBHOOK_TIMEOUT_MS / 1_000;

const Ticket = z
  .object({
    id: z.string().meta({ example: "main:1042" }),
    ref: z.string().meta({ example: "SUP-1042" }),
    group: z.string(),
    status: z.enum(TICKET_STATUSES),
    priority: z.enum(PRIORITIES),
    queue: z.string(),
    tier: z.string().nullable(),
    assignee: z.object({ id: z.int(), name: z.string() }).nullable(),
    customer: z.object({ id: z.int() }),
    due: Due,
    subject: z.string().optional().meta({ description: "With `includeText` and `textInWebhooks` only" }),
  })
  .meta({ id: "WebhookTicket", description: "How the ticket stands after what happened" });

/** A body of Standard Webhooks, with what stands in it. */
function told<Type extends z.ZodType, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({
    type,
    timestamp: Instant.meta({ description: "When it happened" }),
    data,
  });
}

const TicketTold = told(
  z.enum(TICKET_EVENTS),
  z.object({
    ticket: Ticket,
    by: By,
    change: z
      .record(z.string(), z.unknown())
      .meta({ description: "What it changed", example: { from: "open", to: "resolved" } }),
    note: z.string().optional().meta({ description: "With `includeText` and `textInWebhooks` only" }),
  }),
).meta({ id: "WebhookOfTicket" });

const EscalationTold = told(
  z.literal("ticket.escalated"),
  z.object({
    ticket: Ticket,
    escalation: z.object({
      policy: z.string(),
      step: z.int().meta({ description: "Counts from 0" }),
      metric: z.enum(METRICS),
      instance: z.int(),
      moment: z.enum(["warning", "breach", "overdue"]),
      offsetMs: z.int(),
      clock: z.enum(["business", "wall"]),
      dueAt: Instant.meta({ description: "Until when the promise had to be kept" }),
      late: z.boolean().meta({ description: "The desk noted it late" }),
    }),
  }),
).meta({ id: "WebhookOfEscalation" });

const MessageTold = told(
  z.enum(MESSAGE_EVENTS),
  z.object({
    ticket: Ticket,
    message: z.object({
      from: z.enum(["customer", "agent", "program"]),
      writer: z.union([z.int(), z.string()]).meta({ description: "A Telegram id, or a key's name" }),
      messageId: z.int().nullable().meta({ description: "Null: a program wrote it" }),
      kind: z.string().meta({ example: "text" }),
      album: z.string().nullable(),
      sentAt: Instant,
      text: z
        .string()
        .nullable()
        .optional()
        .meta({ description: "With `includeText` and `textInWebhooks` only; null: there is none" }),
    }),
  }),
).meta({ id: "WebhookOfMessage" });

const DepthTold = told(
  z.enum(["queue.depth_exceeded", "queue.depth_recovered"]),
  z.object({
    group: z.string(),
    queue: z.string(),
    unassigned: z.int().meta({ description: "Tickets without an assignee" }),
    limit: z.int(),
  }),
).meta({ id: "WebhookOfQueueDepth" });

const PingTold = told(
  z.literal("ping"),
  z.object({ webhook: z.string().meta({ description: "The endpoint's id", example: "queue-manager" }) }),
).meta({ id: "WebhookPing" });

const HEADERS = z.object({
  "webhook-id": z.string().meta({
    description: "The same over all tries: a receiver tells a repetition by it",
    example: "msg_main_7",
  }),
  "webhook-timestamp": z.string().meta({ description: "Of this try, in s since 1970" }),
  "webhook-signature": z.string().meta({
    description: "Of id, timestamp and body, `v1,…`; two with a space between while a secret is replaced",
  }),
});

const SENT = {
  ticketEvent: ["Something happened to a ticket", TicketTold],
  escalation: ["A step of an escalation policy calls the endpoint", EscalationTold],
  messageEvent: ["A message was passed on, or a program sent one", MessageTold],
  queueDepth: ["Too many tickets of a queue wait for an agent, or no longer", DepthTold],
  ping: ["A test delivery, sent by `POST /webhooks/{id}/ping`", PingTold],
} as const;

/** What the desk sends to endpoints, for the contract. */
export function webhookPayloads(
  schemas: ShownSchemas,
  parametersOf: (headers: z.ZodObject) => object[],
): Record<string, Schema> {
  const sent = Object.entries(SENT).map(([name, [summary, schema]]) => {
    const post = {
      operationId: `receive${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      tags: ["webhooks"],
      // By its signature a receiver knows the desk; it asks for no key of the desk's.
      security: [],
      summary,
      description: "As Standard Webhooks 1.0 has it. What happens to one ticket comes in order.",
      parameters: parametersOf(HEADERS),
      requestBody: { required: true, content: { "application/json": { schema: schemas.of(schema) } } },
      responses: {
        "2XX": { description: "It is taken" },
        410: { description: "The endpoint is gone: it is disabled until it is enabled again" },
        default: {
          description: `Anything else, or nothing within ${WEBHOOK_SECONDS} s: it is sent again, for three days`,
        },
      },
    };
    return [name, { post }] as const;
  });
  return Object.fromEntries(sent);
}
