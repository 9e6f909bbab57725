import * as z from "zod";
import { forDocs } from "#for-docs";
import { METRICS } from "../../domain/metric.ts";
import type { TicketSla } from "../../domain/ticket/sla-story.ts";
import { eventData } from "../../domain/ticket/wire-json.ts";
import { askGroup, onSubject } from "../../groups/ask.ts";
import { sweepGroups } from "../../groups/sweep.ts";
import { log } from "../../log.ts";
import { ticketByRef } from "../../record/queries.ts";
import { pauseForPrograms, segmentForPrograms } from "../../texts/for-programs.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instant, instantOrNull, Ref } from "./shared.ts";
import { Segments, Truncated, segmentJson } from "./sla-segments.ts";

/** The clocks of tickets, and running what is due now. */
export const slaApi = new Operations();

const Moment = forDocs(() =>
  z.object({
    metric: z.enum(METRICS),
    instance: z.int(),
    moment: z.enum(["warning", "breach", "overdue"]),
    offsetSeconds: z.number().meta({ description: "How long before the due instant, or after the breach" }),
    clock: z.enum(["business", "wall"]),
    dueAt: Instant,
  }),
);
const TicketClocks = forDocs(() =>
  z
    .object({
      ref: z.string(),
      at: Instant.meta({ description: "The instant for which this holds" }),
      policy: z
        .object({
          id: z.string(),
          calendar: z.string(),
          timeZone: z.string(),
          escalation: z.string().nullable(),
        })
        .nullable()
        .meta({ description: "Null where the desk promises nothing" }),
      clocks: z.array(
        z.object({
          metric: z.enum(METRICS),
          instance: z.int().meta({ description: "Counts the metric's clocks of this ticket from 1" }),
          state: z.enum(["healthy", "at_risk", "breached", "met", "met_late"]),
          startedAt: Instant,
          targetSeconds: z.number(),
          dueAt: Instant.nullable().meta({ description: "Null while a pause holds it" }),
          endedAt: Instant.nullable(),
          elapsedSeconds: z.number(),
          pausedBecause: z.string().nullable(),
          segments: Segments,
          truncated: Truncated,
        }),
      ),
      escalations: z.object({
        past: z.array(
          z.object({
            n: z.int(),
            type: z.string(),
            at: Instant.meta({ description: "When it was due" }),
            notedAt: Instant.nullable().meta({
              description: "When the desk noted it, where that was later",
            }),
            data: z.record(z.string(), z.unknown()),
          }),
        ),
        planned: z.array(
          Moment.extend({
            at: Instant,
            step: z.int().nullable(),
            actions: z.array(z.record(z.string(), z.unknown())),
          }),
        ),
      }),
    })
    .meta({ id: "TicketSla" }),
);

slaApi.add(
  operation("GET /tickets/{ref}/sla", {
    ...forDocs(() => ({
      id: "getTicketSla",
      summary: "Gets every SLA clock of a ticket, with its state, segments and escalations",
      answer: [200, TicketClocks, "As the ticket's object computes it at this moment"],
      problems: ["ticket.not_found", "group.unreachable"],
    })),
    scopes: ["tickets:read"],
    params: z.object({ ref: Ref }),
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, { after: 0, limit: 1 });
    if (found === null) return problem(c, "ticket.not_found");
    const { groupId, id, ref } = found.ticket;
    const asked = await askGroup<TicketSla | null>(c.env, groupId, (stub) =>
      onSubject(stub.tickets(), (tickets) => tickets.sla(id)),
    );
    if ("unreachable" in asked) return problem(c, "group.unreachable");
    if (asked.answer === null) return problem(c, "ticket.not_found");
    return c.json(ticketSlaJson(ref, asked.answer), 200);
  },
);

slaApi.add(
  operation("POST /sla/sweep", {
    ...forDocs(() => ({
      id: "sweepSla",
      summary: "Runs what is due now, as Cron does each minute",
      answer: [
        200,
        z
          .object({
            at: Instant,
            groups: z.array(
              z.object({
                group: z.string(),
                tickets: z.int().meta({ description: "Tickets to which time did something" }),
                steps: z.int().meta({ description: "Events that this made" }),
              }),
            ),
            tickets: z.int(),
            steps: z.int(),
            unreachableGroups: z.array(z.string()),
          })
          .meta({ id: "SlaSweep" }),
        "What it did; what was done already is not done again",
      ],
    })),
    scopes: ["tickets:write"],
  }),
  async (c) => {
    const { at, groups, unreachableGroups } = await sweepGroups(c.env, c.get("now")());
    const sum = (what: "tickets" | "steps"): number => groups.reduce((all, group) => all + group[what], 0);
    log("info", "sla.swept", { steps: sum("steps"), unreachableGroups, by: c.get("principal").name });
    return c.json(
      { at: instant(at), groups, tickets: sum("tickets"), steps: sum("steps"), unreachableGroups },
      200,
    );
  },
);

function ticketSlaJson(
  ref: string,
  { at, policy, clocks, past, planned }: TicketSla,
): z.infer<typeof TicketClocks> {
  return {
    ref,
    at: instant(at),
    policy,
    clocks: clocks.map(({ targetMs, elapsedMs, startedAt, dueAt, endedAt, segments, ...clock }) => ({
      ...clock,
      pausedBecause: pauseForPrograms(clock.pausedBecause),
      startedAt: instant(startedAt),
      targetSeconds: targetMs / 1_000,
      dueAt: instantOrNull(dueAt),
      endedAt: instantOrNull(endedAt),
      elapsedSeconds: elapsedMs / 1_000,
      segments: segments.map(segmentForPrograms).map(segmentJson),
    })),
    escalations: {
      past: past.map(({ n, type, at: happenedAt, notedAt, ...data }) => ({
        n,
        type,
        at: instant(happenedAt),
        notedAt: instantOrNull(notedAt),
        data: eventData(type, data),
      })),
      planned: planned.map(({ offsetMs, dueAt, at: plannedAt, actions, ...moment }) => ({
        ...moment,
        offsetSeconds: offsetMs / 1_000,
        dueAt: instant(dueAt),
        at: instant(plannedAt),
        actions: [...actions],
      })),
    },
  };
}
