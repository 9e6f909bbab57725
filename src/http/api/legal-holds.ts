import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { retentionReport } from "../../groups/retention.ts";
import { ContactDetails } from "../../record/contact-details.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { LegalHolds, type Held, type HoldRow } from "../../record/legal-holds.ts";
import { HOLD_REASON_CHARS_MAX } from "../../record/limits.ts";
import { ticketByRef } from "../../record/queries.ts";
import { changes, needs } from "../access.ts";
import type { Desk } from "../desk.ts";
import { doerOf } from "../doer.ts";
import { ADMISSION, ADMISSION_TO_CHANGE, problem, problems } from "../problem.ts";
import {
  cursorOf,
  Idempotent,
  Instant,
  instant,
  instantOrNull,
  Limit,
  NextCursor,
  Ref,
  TelegramId,
} from "./shared.ts";

/** What must be kept, and how it goes with forgetting the rest. */
export const legalHoldsApi = new OpenAPIHono<Desk>();

const Hold = z
  .object({
    kind: z.enum(["contact", "ticket"]),
    id: z.string().openapi({ description: "A Telegram user id, or a ticket's id", example: "5550000001" }),
    since: Instant,
    by: z.string().openapi({ description: "Name of the key that set it", example: "legal" }),
    reason: z.string().openapi({ example: "Case 2026-118" }),
  })
  .openapi("LegalHold");
const Reason = z
  .strictObject({
    reason: z.string().trim().min(1).max(HOLD_REASON_CHARS_MAX).openapi({ example: "Case 2026-118" }),
  })
  .openapi("LegalHoldReason");
const BODY = {
  required: true,
  content: { "application/json": { schema: Reason, example: { reason: "Case 2026-118" } } },
} as const;
const SET = {
  description: "It is held; one that was held before stays as it was",
  content: { "application/json": { schema: Hold } },
} as const;
const LIFTED = { description: "Nothing holds it any more" } as const;
const TO_SET = [
  ...ADMISSION_TO_CHANGE,
  "request.malformed",
  "request.too_large",
  "request.not_json",
  "request.invalid",
] as const;
const Position = z.tuple([z.int(), z.enum(["contact", "ticket"]), z.string().max(128)]);
const Contact = z.object({ id: TelegramId });
const Ticket = z.object({ ref: Ref });

legalHoldsApi.openapi(
  createRoute({
    method: "get",
    path: "/legal-holds",
    operationId: "listLegalHolds",
    ...needs("contacts:read"),
    summary: "Lists legal holds, longest first",
    request: { query: z.strictObject({ limit: Limit, cursor: cursorOf(Position) }) },
    responses: {
      200: {
        description: "A page of holds",
        content: {
          "application/json": { schema: z.object({ items: z.array(Hold), nextCursor: NextCursor }) },
        },
      },
      ...problems(...ADMISSION, "request.invalid"),
    },
  }),
  async (c) => {
    const { limit, cursor = null } = c.req.valid("query");
    const found = await new LegalHolds(c.env.DB).page(cursor, limit + 1);
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    const nextCursor = last === undefined ? null : encodeCursor([last.since, last.kind, last.id]);
    return c.json({ items: items.map(holdJson), nextCursor }, 200);
  },
);

legalHoldsApi.openapi(
  createRoute({
    method: "put",
    path: "/contacts/{id}/legal-hold",
    operationId: "holdContact",
    ...changes("contacts:write"),
    summary: "Places a legal hold on a contact and all of their tickets",
    request: { params: Contact, headers: Idempotent, body: BODY },
    responses: { 200: SET, ...problems(...TO_SET, "contact.not_found") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    if (!(await new ContactDetails(c.env.DB).isKnown(id))) return problem(c, "contact.not_found");
    const held: Held = { kind: "contact", id: String(id) };
    const holds = new LegalHolds(c.env.DB);
    await holds.set(held, c.req.valid("json").reason, doerOf(c), c.get("now")());
    return c.json(holdJson((await holds.find(held))!), 200);
  },
);

legalHoldsApi.openapi(
  createRoute({
    method: "delete",
    path: "/contacts/{id}/legal-hold",
    operationId: "releaseContact",
    ...changes("contacts:write"),
    summary: "Lifts the legal hold on a contact",
    request: { params: Contact, headers: Idempotent },
    responses: { 204: LIFTED, ...problems(...ADMISSION_TO_CHANGE, "hold.not_found") },
  }),
  async (c) => {
    const held: Held = { kind: "contact", id: String(c.req.valid("param").id) };
    const holds = new LegalHolds(c.env.DB);
    if ((await holds.find(held)) === null) return problem(c, "hold.not_found");
    await holds.lift(held, doerOf(c), c.get("now")());
    return c.body(null, 204);
  },
);

legalHoldsApi.openapi(
  createRoute({
    method: "put",
    path: "/tickets/{ref}/legal-hold",
    operationId: "holdTicket",
    ...changes("contacts:write"),
    summary: "Places a legal hold on a ticket; its contact cannot be erased either",
    request: { params: Ticket, headers: Idempotent, body: BODY },
    responses: { 200: SET, ...problems(...TO_SET, "ticket.not_found") },
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, { after: 0, limit: 1 });
    if (found === null) return problem(c, "ticket.not_found");
    const held: Held = { kind: "ticket", id: found.ticket.id };
    const holds = new LegalHolds(c.env.DB);
    await holds.set(held, c.req.valid("json").reason, doerOf(c), c.get("now")());
    return c.json(holdJson((await holds.find(held))!), 200);
  },
);

legalHoldsApi.openapi(
  createRoute({
    method: "delete",
    path: "/tickets/{ref}/legal-hold",
    operationId: "releaseTicket",
    ...changes("contacts:write"),
    summary: "Lifts the legal hold on a ticket",
    request: { params: Ticket, headers: Idempotent },
    responses: {
      204: LIFTED,
      ...problems(...ADMISSION_TO_CHANGE, "ticket.not_found", "hold.not_found"),
    },
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, { after: 0, limit: 1 });
    if (found === null) return problem(c, "ticket.not_found");
    const held: Held = { kind: "ticket", id: found.ticket.id };
    const holds = new LegalHolds(c.env.DB);
    if ((await holds.find(held)) === null) return problem(c, "hold.not_found");
    await holds.lift(held, doerOf(c), c.get("now")());
    return c.body(null, 204);
  },
);

const Removed = z
  .object({
    tickets: z.int().openapi({ description: "In the record, with their events" }),
    events: z.int().openapi({ description: "In the record, of tickets that stay" }),
    audit: z.int(),
    webhookLogs: z.int(),
    enrichment: z.int(),
    objectTickets: z.int().openapi({ description: "In the groups' objects" }),
  })
  .openapi("RetentionRemoved");
const Retention = z
  .object({
    startedAt: Instant,
    endedAt: Instant.nullable().openapi({ description: "Null: it goes on, a few steps each minute" }),
    left: z.array(z.string()).openapi({ description: "What is looked through next", example: ["audit"] }),
    removed: Removed,
    unreachableGroups: z.array(z.string()),
  })
  .openapi("RetentionRun");

legalHoldsApi.openapi(
  createRoute({
    method: "get",
    path: "/retention",
    operationId: "getRetention",
    ...needs("audit:read"),
    summary: "Gets the last run of the retention",
    responses: {
      200: {
        description: "Null before the first run",
        content: { "application/json": { schema: z.object({ run: Retention.nullable() }) } },
      },
      ...problems(...ADMISSION),
    },
  }),
  async (c) => {
    const report = await retentionReport(c.env.DB);
    if (report === null) return c.json({ run: null }, 200);
    const { startedAt, endedAt, ...rest } = report;
    return c.json({ run: { ...rest, startedAt: instant(startedAt), endedAt: instantOrNull(endedAt) } }, 200);
  },
);

function holdJson({ since, ...hold }: HoldRow): z.infer<typeof Hold> {
  return { ...hold, since: instant(since) };
}
