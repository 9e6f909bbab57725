import { waitUntil } from "cloudflare:workers";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { BusinessCalendar, REACH_MAX_MS } from "../../domain/calendar/calendar.ts";
import type { Pause } from "../../domain/calendar/pauses.ts";
import { calendarProblems } from "../../domain/config-check/calendars.ts";
import { CalendarDocument } from "../../domain/config/config.ts";
import { quoted } from "../../domain/config/places.ts";
import { schemaProblems, type SchemaProblem } from "../../domain/config/schema-problems.ts";
import { Duration, ms } from "../../domain/duration.ts";
import { segmentsFrom } from "../../domain/ticket/sla-story.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { asWritten, formerly, renamed } from "../former-names.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instant, instantOrNull, When, WhenOrNull } from "./shared.ts";
import { Segments, Truncated, segmentJson } from "./sla-segments.ts";

/** Explains business time: when, how much, and whether it is open. */
export const businessTimeApi = new Operations();

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

businessTimeApi.add(
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
