import * as z from "zod";
import { forDocs } from "#for-docs";
import { METRICS } from "../../domain/metric.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { ESCALATION_ACTS, listEscalations, type EscalationRow } from "../../record/escalations.ts";
import { operation, Operations } from "../route.ts";
import {
  cursorOf,
  Instant,
  instant,
  instantOrNull,
  Limit,
  TelegramId,
  Until,
  When,
  pageOf,
} from "./shared.ts";

/** What was done because a promise was at risk or broken, for a supervisor to review. */
export const escalationsApi = new Operations();

const Person = forDocs(() => z.object({ id: z.int(), name: z.string() }));
const Escalation = forDocs(() =>
  z
    .object({
      ticket: z.object({
        ref: z.string(),
        group: z.string(),
        queue: z.string(),
        status: z.string(),
        priority: z.string(),
        assignee: Person.nullable(),
      }),
      n: z.int().meta({ description: "The ticket's event" }),
      at: Instant.meta({ description: "When it was due" }),
      notedAt: Instant.nullable().meta({ description: "When the desk did it, where that was later" }),
      by: z
        .object({
          kind: z.string(),
          id: z.union([z.int(), z.string()]).optional(),
          name: z.string().optional(),
          rule: z.string().optional(),
        })
        .meta({ description: "The desk's rule, or the agent or key who escalated" }),
      act: z.enum(ESCALATION_ACTS),
      action: z
        .record(z.string(), z.unknown())
        .nullable()
        .meta({ description: "As the policy has it; null for one by hand", example: { notify: "lead" } }),
      result: z.enum(["done", "held", "nobody", "unchanged"]).meta({
        description:
          "`held`: a notice that the cooldown keeps for the next one; `nobody`: no agent was there to take it or to be told; `unchanged`: the ticket was in that state already",
      }),
      agents: z.array(Person).meta({ description: "Who was told, or has the ticket now" }),
      policy: z.string().nullable(),
      step: z.int().nullable(),
      metric: z.enum(METRICS).nullable(),
      instance: z.int().nullable(),
      moment: z.enum(["warning", "breach", "overdue"]).nullable(),
      dueAt: Instant.nullable(),
      note: z.string().nullable(),
    })
    .meta({ id: "Escalation" }),
);

const Name = z.string().min(1).max(64);

escalationsApi.add(
  operation("GET /escalations", {
    ...forDocs(() => ({
      id: "listEscalations",
      summary: "Lists escalations of all tickets, newest first",
      answer: [200, pageOf(Escalation), "A page of escalations"],
    })),
    scopes: ["tickets:read"],
    query: z.strictObject({
      group: Name.optional().meta(forDocs({ example: "main" })),
      queue: Name.optional().meta(forDocs({ example: "general" })),
      ticket: z
        .string()
        .max(32)
        .optional()
        .meta(forDocs({ description: "A reference, or a ticket's `id`", example: "SUP-1" })),
      assignee: TelegramId.optional().meta(forDocs({ description: "Whose ticket it is now" })),
      agent: TelegramId.optional().meta(forDocs({ description: "Who was told, or got the ticket" })),
      metric: z.enum(METRICS).optional(),
      policy: Name.optional().meta(forDocs({ example: "ladder" })),
      act: z.enum(ESCALATION_ACTS).optional(),
      result: z.enum(["done", "held", "nobody", "unchanged"]).optional(),
      since: When.optional(),
      until: Until,
      limit: Limit,
      cursor: cursorOf(z.tuple([z.int(), z.string().max(64), z.int()])),
    }),
  }),
  async (c) => {
    const { limit, cursor, ...filter } = c.req.valid("query");
    const rows = await listEscalations(c.env.DB, filter, { after: cursor ?? null, limit: limit + 1 });
    const last = rows.length > limit ? rows[limit - 1]?.event : undefined;
    const nextCursor = last === undefined ? null : encodeCursor([last.at, last.ticketId, last.n]);
    return c.json({ items: rows.slice(0, limit).map(escalationJson), nextCursor }, 200);
  },
);

function escalationJson({ event, ticket }: EscalationRow): z.infer<typeof Escalation> {
  const { assigneeId, assigneeName, ...rest } = ticket;
  const said = event.data as Partial<{
    action: Record<string, unknown>;
    result: z.infer<typeof Escalation>["result"];
    agents: z.infer<typeof Person>[];
    policy: string;
    step: number;
    metric: (typeof METRICS)[number];
    instance: number;
    moment: z.infer<typeof Escalation>["moment"];
    dueAt: number;
  }>;
  return {
    ticket: { ...rest, assignee: assigneeId === null ? null : { id: assigneeId, name: assigneeName ?? "" } },
    n: event.n,
    at: instant(event.at),
    notedAt: instantOrNull(event.notedAt),
    by: event.actor,
    act: ESCALATION_ACTS.find((act) => act in (said.action ?? {})) ?? "manual",
    action: said.action ?? null,
    result: said.result ?? "done",
    agents: said.agents ?? [],
    policy: said.policy ?? null,
    step: said.step ?? null,
    metric: said.metric ?? null,
    instance: said.instance ?? null,
    moment: said.moment ?? null,
    dueAt: instantOrNull(said.dueAt ?? null),
    note: event.note,
  };
}
