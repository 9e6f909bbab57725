import * as z from "zod";
import { forDocs } from "#for-docs";
import { retentionReport } from "../../groups/retention.ts";
import { ContactDetails } from "../../record/contact-details.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { LegalHolds, type Held, type HoldRow } from "../../record/legal-holds.ts";
import { HOLD_REASON_CHARS_MAX } from "../../record/limits.ts";
import { ticketByRef } from "../../record/queries.ts";
import { callerOf } from "../caller.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { cursorOf, Instant, instant, instantOrNull, Limit, Ref, ContactNumber, pageOf } from "./shared.ts";

/** What must be kept, and how it goes with forgetting the rest. */
export const legalHoldsApi = new Operations();

const Hold = forDocs(() =>
  z
    .object({
      kind: z.enum(["contact", "ticket"]),
      id: z.string().meta({ description: "A Telegram user id, or a ticket's id", example: "5550000001" }),
      since: Instant,
      by: z.string().meta({ description: "Name of the key that set it", example: "legal" }),
      reason: z.string().meta({ example: "Case 2026-118" }),
    })
    .meta({ id: "LegalHold" }),
);
const Reason = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(HOLD_REASON_CHARS_MAX)
      .meta(forDocs({ example: "Case 2026-118" })),
  })
  .meta(forDocs({ id: "LegalHoldReason" }));
const Position = z.tuple([z.int(), z.enum(["contact", "ticket"]), z.string().max(128)]);
const Contact = z.object({ id: ContactNumber });
const Ticket = z.object({ ref: Ref });

legalHoldsApi.add(
  operation("GET /legal-holds", {
    ...forDocs(() => ({
      id: "listLegalHolds",
      summary: "Lists legal holds, longest first",
      answer: [200, pageOf(Hold), "A page of holds"],
    })),
    scopes: ["contacts:read"],
    query: z.strictObject({ limit: Limit, cursor: cursorOf(Position) }),
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

legalHoldsApi.add(
  operation("PUT /contacts/{id}/legal-hold", {
    ...forDocs(() => ({
      id: "holdContact",
      summary: "Places a legal hold on a contact and all of their tickets",
      example: { reason: "Case 2026-118" },
      answer: [200, Hold, "It is held; one that was held before stays as it was"],
      problems: ["contact.not_found"],
    })),
    scopes: ["contacts:write"],
    params: Contact,
    body: Reason,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    if (!(await new ContactDetails(c.env.DB).isKnown(id))) return problem(c, "contact.not_found");
    const held: Held = { kind: "contact", id: String(id) };
    const holds = new LegalHolds(c.env.DB);
    await holds.set(held, c.req.valid("json").reason, callerOf(c), c.get("now")());
    return c.json(holdJson((await holds.find(held))!), 200);
  },
);

legalHoldsApi.add(
  operation("DELETE /contacts/{id}/legal-hold", {
    ...forDocs(() => ({
      id: "releaseContact",
      summary: "Lifts the legal hold on a contact",
      answer: [204, null, "Nothing holds it any more"],
      problems: ["hold.not_found"],
    })),
    scopes: ["contacts:write"],
    params: Contact,
  }),
  async (c) => {
    const held: Held = { kind: "contact", id: String(c.req.valid("param").id) };
    const holds = new LegalHolds(c.env.DB);
    if ((await holds.find(held)) === null) return problem(c, "hold.not_found");
    await holds.lift(held, callerOf(c), c.get("now")());
    return c.body(null, 204);
  },
);

legalHoldsApi.add(
  operation("PUT /tickets/{ref}/legal-hold", {
    ...forDocs(() => ({
      id: "holdTicket",
      summary: "Places a legal hold on a ticket; its contact cannot be erased either",
      example: { reason: "Case 2026-118" },
      answer: [200, Hold, "It is held; one that was held before stays as it was"],
      problems: ["ticket.not_found"],
    })),
    scopes: ["contacts:write"],
    params: Ticket,
    body: Reason,
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, { after: 0, limit: 1 });
    if (found === null) return problem(c, "ticket.not_found");
    const held: Held = { kind: "ticket", id: found.ticket.id };
    const holds = new LegalHolds(c.env.DB);
    await holds.set(held, c.req.valid("json").reason, callerOf(c), c.get("now")());
    return c.json(holdJson((await holds.find(held))!), 200);
  },
);

legalHoldsApi.add(
  operation("DELETE /tickets/{ref}/legal-hold", {
    ...forDocs(() => ({
      id: "releaseTicket",
      summary: "Lifts the legal hold on a ticket",
      answer: [204, null, "Nothing holds it any more"],
      problems: ["ticket.not_found", "hold.not_found"],
    })),
    scopes: ["contacts:write"],
    params: Ticket,
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, { after: 0, limit: 1 });
    if (found === null) return problem(c, "ticket.not_found");
    const held: Held = { kind: "ticket", id: found.ticket.id };
    const holds = new LegalHolds(c.env.DB);
    if ((await holds.find(held)) === null) return problem(c, "hold.not_found");
    await holds.lift(held, callerOf(c), c.get("now")());
    return c.body(null, 204);
  },
);

const Removed = forDocs(() =>
  z
    .object({
      tickets: z.int().meta({ description: "In the record, with their events" }),
      events: z.int().meta({ description: "In the record, of tickets that stay" }),
      audit: z.int(),
      webhookLogs: z.int(),
      enrichment: z.int(),
      objectTickets: z.int().meta({ description: "In the groups' objects" }),
    })
    .meta({ id: "RetentionRemoved" }),
);
const Retention = forDocs(() =>
  z
    .object({
      startedAt: Instant,
      endedAt: Instant.nullable().meta({ description: "Null: it goes on, a few steps each minute" }),
      left: z.array(z.string()).meta({ description: "What is looked through next", example: ["audit"] }),
      removed: Removed,
      unreachableGroups: z.array(z.string()),
    })
    .meta({ id: "RetentionRun" }),
);

legalHoldsApi.add(
  operation("GET /retention", {
    ...forDocs(() => ({
      id: "getRetention",
      summary: "Gets the last run of the retention",
      answer: [200, z.object({ run: Retention.nullable() }), "Null before the first run"],
    })),
    scopes: ["audit:read"],
  }),
  async (c) => {
    const report = await retentionReport(c.env.DB);
    if (report === null) return c.json({ run: null }, 200);
    const { startedAt, endedAt, after: _, ...rest } = report;
    return c.json({ run: { ...rest, startedAt: instant(startedAt), endedAt: instantOrNull(endedAt) } }, 200);
  },
);

function holdJson({ since, ...hold }: HoldRow): z.infer<typeof Hold> {
  return { ...hold, since: instant(since) };
}
