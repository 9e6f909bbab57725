import { waitUntil } from "cloudflare:workers";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { BusinessCalendar, REACH_MAX_MS } from "../../domain/calendar/calendar.ts";
import type { Pause } from "../../domain/calendar/pauses.ts";
import type { Segment } from "../../domain/calendar/segments.ts";
import { calendarProblems } from "../../domain/config-check/calendars.ts";
import { CalendarDocument } from "../../domain/config/config.ts";
import { quoted } from "../../domain/config/places.ts";
import { schemaProblems, type SchemaProblem } from "../../domain/config/schema-problems.ts";
import { Duration, ms } from "../../domain/duration.ts";
import { METRICS } from "../../domain/metric.ts";
import { segmentsFrom, type TicketSla } from "../../domain/ticket/sla-story.ts";
import { askGroup, onSubject } from "../../groups/ask.ts";
import { sweepGroups } from "../../groups/sweep.ts";
import { log } from "../../log.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { ticketByRef } from "../../record/queries.ts";
import { pauseForPrograms, segmentForPrograms } from "../../texts/for-programs.ts";
import { asWritten, formerly, renamed } from "../former-names.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { eventData } from "../wire-json.ts";
import { Instant, instant, instantOrNull, Ref, When, WhenOrNull } from "./shared.ts";

/** Explains a clock, and runs due work now. */
export const slaApi = new Operations();

const PAUSES_MAX = 1_000;
const SECONDS_MAX = REACH_MAX_MS / 1_000;

const Seconds = z
  .number({ error: `must be a number of seconds from 0 to ${SECONDS_MAX}` })
  .refine((seconds) => seconds >= 0 && seconds <= SECONDS_MAX, {
    error: `must be a number of seconds from 0 to ${SECONDS_MAX}`,
  })
  .transform((seconds) => Math.round(seconds * 1_000));
const Amount = z
  .union([Duration.transform(ms), Seconds])
  .meta(forDocs({ description: "A duration such as `8h`, or seconds as a number", example: "8h" }));
const Calendar = z
  .union([z.string(), CalendarDocument.extend({ id: z.string().max(64).default("inline") })])
  .meta(
    forDocs({
      description: "An id of the configuration, or a calendar as it stands there",
      example: "office",
    }),
  );
const Pauses = z
  .array(
    z.strictObject({ from: When, to: WhenOrNull }).refine(({ from, to }) => to === null || to >= from, {
      path: ["to"],
      error: "must not lie before `from`",
    }),
  )
  .max(PAUSES_MAX)
  .default([])
  .meta(forDocs({ description: "Times in which the clock stands still; `to` null: it still does" }));
const ClockKind = z.enum(["business", "wall"]).default("business");

/** The forms of a question, each by the key that no other has. */
const FORMS = {
  add: z.strictObject({ calendar: Calendar, since: When, add: Amount, pauses: Pauses }),
  until: z.strictObject({ calendar: Calendar, since: When, until: When, pauses: Pauses }),
  before: z.strictObject({ calendar: Calendar, due: When, before: Amount, clock: ClockKind, pauses: Pauses }),
  at: z.strictObject({ calendar: Calendar, at: When }),
};
/** As periods are called everywhere else. */
const FORMER_NAMES = { start: "since", end: "until" };
const Question = formerly(
  FORMER_NAMES,
  z.union([FORMS.add, FORMS.until, FORMS.before, FORMS.at]).meta(forDocs({ id: "SlaQuestion" })),
);
const QUESTIONS = {
  due: {
    summary: "When it is due",
    value: { calendar: "office", since: "2026-11-20T16:30:00+01:00", add: "8h" },
  },
  elapsed: {
    summary: "How much time passes",
    value: { calendar: "office", since: "2026-11-20T08:00:00Z", until: "2026-11-23T10:00:00Z" },
  },
  before: {
    summary: "When so much is left",
    value: { calendar: "office", due: "2026-11-23T10:00:00Z", before: "30m" },
  },
  open: {
    summary: "Whether it is open, by a calendar that is not in the configuration",
    value: {
      calendar: { timeZone: "Asia/Tokyo", weekly: { mon: ["09:00-18:00"] } },
      at: "2026-11-23T01:00:00Z",
    },
  },
};
const FORMS_IN_WORDS =
  "must have one of the four forms { calendar, since, add, pauses? } for when it is due, " +
  "{ calendar, since, until, pauses? } for how much time passes, { calendar, due, before, clock?, pauses? } for when " +
  "so much is left, { calendar, at } for whether it is open";

const SegmentJson = forDocs(() =>
  z
    .object({
      from: Instant,
      to: Instant.nullable().meta({ description: "Null for a pause that still lasts" }),
      kind: z.enum(["counted", "closed", "paused", "holiday"]),
      reason: z.string().meta({ example: "mon 09:00-12:30" }),
    })
    .meta({ id: "SlaSegment" }),
);
const Segments = forDocs(() => z.array(SegmentJson));
const Truncated = forDocs(() =>
  z.boolean().meta({ description: "Whether there are more segments than are shown" }),
);

const Answer = forDocs(() =>
  z
    .union([
      z.object({
        due: Instant.nullable().meta({ description: "Null while an open pause holds it" }),
        segments: Segments,
        truncated: Truncated,
      }),
      z.object({ elapsedSeconds: z.number(), segments: Segments, truncated: Truncated }),
      z.object({ at: Instant }),
      z.object({ open: z.boolean(), opens: Instant.nullable(), closes: Instant.nullable() }),
    ])
    .meta({ id: "SlaAnswer" }),
);

slaApi.add(
  operation("POST /sla/explain", {
    ...forDocs(() => ({
      id: "explainSla",
      summary: "Explains business time: when, how much, how long before, and open or not",
      examples: QUESTIONS,
      answer: [200, Answer, "The answer to the question's form"],
      problems: ["sla.out_of_reach", "config.missing"],
    })),
    scopes: ["config:read"],
    isReading: true,
    body: Question,
    mistakes: formProblems,
  }),
  async (c) => {
    const question = c.req.valid("json");
    const found = await calendarOf(question.calendar, c.env);
    if ("missing" in found) return problem(c, "config.missing");
    if ("problems" in found) return problem(c, "request.invalid", { problems: found.problems });
    const { calendar } = found;
    if ("add" in question) {
      const { since, add, pauses } = question;
      const due = calendar.due(since, add, pauses);
      if (due.kind === "unreachable")
        return problem(c, "sla.out_of_reach", { detail: whyOutOfReach(calendar) });
      const end = due.kind === "at" ? due.at : null;
      return c.json({ due: instantOrNull(end), ...segmentsJson(calendar, since, end, pauses) }, 200);
    }
    if ("until" in question) {
      const { since, until, pauses } = question;
      if (Math.abs(until - since) > 2 * REACH_MAX_MS) {
        const wrong = [{ pointer: "/until", message: "must lie within ten years of where it begins" }];
        return problem(c, "request.invalid", {
          problems: asWritten(FORMER_NAMES, await c.req.json(), wrong),
        });
      }
      const elapsed = calendar.elapsed(since, until, pauses);
      return c.json(
        { elapsedSeconds: elapsed / 1_000, ...segmentsJson(calendar, since, until, pauses) },
        200,
      );
    }
    if ("before" in question) {
      const { due, before, clock, pauses } = question;
      const at = clock === "wall" ? due - before : calendar.before(due, before, pauses);
      if (at === null) return problem(c, "sla.out_of_reach", { detail: whyOutOfReach(calendar) });
      return c.json({ at: instant(at) }, 200);
    }
    const { open, opens, closes } = calendar.openingAt(question.at);
    return c.json({ open, opens: instantOrNull(opens), closes: instantOrNull(closes) }, 200);
  },
);

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

/** What is wrong with a question, by the form that it means; without one, or with two, which forms there are. */
function formProblems(asked: unknown): SchemaProblem[] {
  const body = renamed(FORMER_NAMES, asked);
  const forms = (Object.keys(FORMS) as (keyof typeof FORMS)[]).filter(
    (key) => typeof body === "object" && body !== null && Object.hasOwn(body, key),
  );
  const [form] = forms;
  if (form === undefined) return [{ pointer: "", message: FORMS_IN_WORDS }];
  if (forms.length > 1) {
    const mixed = forms.map((key) => `"${key}"`).join(" and ");
    return [{ pointer: "", message: `${FORMS_IN_WORDS}; ${mixed} do not stand in one` }];
  }
  const wrong = schemaProblems(FORMS[form].safeParse(body).error?.issues ?? [], body);
  return asWritten(FORMER_NAMES, asked, wrong);
}

type Found = { calendar: BusinessCalendar } | { problems: SchemaProblem[] } | { missing: true };

async function calendarOf(asked: z.infer<typeof Calendar>, env: Env): Promise<Found> {
  if (typeof asked !== "string") {
    const found = calendarProblems({ calendar: asked }, "calendar");
    return found.length > 0 ? { problems: found } : { calendar: BusinessCalendar.of(asked) };
  }
  const versioned = await configCacheOf(env.DB).get(waitUntil);
  if (versioned === null) return { missing: true };
  const { calendars } = versioned.config;
  const calendar = calendars.find(({ id }) => id === asked);
  if (calendar !== undefined) return { calendar: BusinessCalendar.of(calendar) };
  const known = calendars.map(({ id }) => id).join(", ") || "none";
  return {
    problems: [{ pointer: "/calendar", message: `there is no calendar ${quoted(asked)}; known: ${known}` }],
  };
}

function whyOutOfReach(calendar: BusinessCalendar): string {
  return calendar.hours.hasHours
    ? "The calendar is not open long enough within five years."
    : "The calendar is never open.";
}

function segmentsJson(
  calendar: BusinessCalendar,
  start: number,
  end: number | null,
  pauses: readonly Pause[],
) {
  const { segments, truncated } = segmentsFrom(calendar, start, end, pauses);
  return { segments: segments.map(segmentJson), truncated };
}

function segmentJson({ from, to, kind, reason }: Segment): z.infer<typeof SegmentJson> {
  return { from: instant(from), to: instantOrNull(to), kind, reason };
}

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
