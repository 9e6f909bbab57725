import * as z from "zod";
import { forDocs } from "#for-docs";
import { ms } from "../../domain/duration.ts";
import { timeZoneOf } from "../../domain/ticket/policy.ts";
import { askGroups, gathered, groupIds } from "../../groups/ask.ts";
import { METRICS_EVENTS_MAX, METRICS_GROUPS_MAX, METRICS_PERIOD_MAX_MS } from "../../record/limits.ts";
import { GROUPINGS, metricsOf, type Figures as RecordedFigures } from "../../record/metrics.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instant, instantOrNull, TelegramId, Until, When } from "./shared.ts";

/** Figures of the desk over a period. */
export const metricsApi = new Operations();

const PERIOD_DEFAULT_MS = ms("7d");
const PERIOD_MAX_DAYS = METRICS_PERIOD_MAX_MS / ms("1d");

const Count = forDocs(() => z.int().min(0));
const Spread = forDocs(() =>
  z
    .object({
      count: Count.meta({ description: "Measured ones" }),
      medianMs: z.int().nullable(),
      p90Ms: z.int().nullable().meta({ description: "Nine of ten took this long at most" }),
    })
    .meta({
      id: "Spread",
      description: "Exact percentiles by nearest rank, in ms; null where nothing was measured",
    }),
);
const Took = forDocs(() =>
  z.object({
    wall: Spread.meta({ description: "All time that passed" }),
    business: Spread.meta({
      description: "Business time, pauses left out; only where a policy promises something",
    }),
  }),
);
const byMetric = forDocs(
  () =>
    <T extends z.ZodType>(one: T) =>
      z.object({ firstResponse: one, nextResponse: one, resolution: one }),
);

const Figures = forDocs(
  () =>
    z
      .object({
        opened: Count,
        answers: Count.meta({ description: "Answers that gave the customer the turn" }),
        resolved: Count,
        closed: Count,
        reopened: Count,
        kept: byMetric(Count).meta({ description: "Promises that ended in the period and were kept" }),
        missed: byMetric(Count).meta({ description: "Promises that ended in the period, too late" }),
        breaches: byMetric(Count).meta({
          description:
            "Promises whose due instant passed in the period unkept, whether they were kept later or not",
        }),
        escalations: z.object({
          actions: Count.meta({ description: "Actions of escalation policies" }),
          byHand: Count,
        }),
        times: byMetric(Took).meta({
          description:
            "First response and resolution count from opening by the wall; later responses from when the customer wrote, and only where they are promised",
        }),
        backlog: z
          .object({ open: Count, in_progress: Count, escalated: Count, waiting: Count, resolved: Count })
          .nullable()
          .meta({ description: "Tickets that are not closed, as they stand now; null by day" }),
      })
      .meta({ id: "Figures" }) satisfies z.ZodType<RecordedFigures>,
);

const Metrics = forDocs(() =>
  z
    .object({
      since: Instant,
      until: Instant,
      recordedAt: Instant.nullable().meta({
        description: "When the record was last told of one of these tickets; it lags by moments",
      }),
      total: Figures,
      groupBy: z.enum(GROUPINGS).nullable(),
      timeZone: z.string().meta({
        description:
          "Whose days `groupBy=day` tells apart: the desk's `timeZone`, otherwise its usual calendar's",
        example: "Europe/Berlin",
      }),
      groups: z
        .array(
          z.object({
            key: z.string().nullable().meta({
              description:
                "A queue, a tier, a group, an agent's Telegram id, a day in `timeZone`; null: none",
              example: "general",
            }),
            figures: Figures,
          }),
        )
        .meta({ description: `Most opened first, days in their order; ${METRICS_GROUPS_MAX} at most` }),
      groupsOmitted: Count,
      deliveries: z
        .object({
          waiting: Count,
          parked: Count.meta({ description: "Given up for now, or their outcome is unknown" }),
          setAside: Count.meta({ description: "Updates that our own code could not apply" }),
          unrecorded: Count.meta({ description: "Tickets whose newest state is missing here" }),
          unreachableGroups: z.array(z.string()),
        })
        .meta({
          description: "As the groups' objects have them now, of the group that is asked for or of all",
        }),
    })
    .meta({ id: "Metrics" }),
);

const name = z.string().min(1).max(64).optional();

metricsApi.add(
  operation("GET /metrics", {
    ...forDocs(() => ({
      id: "getMetrics",
      summary: "Gets volumes, backlog, response times, broken promises and escalations of a period",
      description: `By queue and tier a ticket counts where it is now. By agent, answers and resolutions count for the agent who gave them, everything else for the assignee. A period has ${PERIOD_MAX_DAYS} days at most and ${METRICS_EVENTS_MAX.toLocaleString("en")} events that count; Prometheus finds how the desk stands at \`/metrics\`.`,
      answer: [200, Metrics, "Counted from the record, as it is now"],
    })),
    scopes: ["metrics:read"],
    query: z.strictObject({
      since: When.optional().meta(forDocs({ description: "A week before `until` unless said otherwise" })),
      until: Until.meta(forDocs({ description: "Now unless said otherwise; not included" })),
      groupBy: z
        .enum(GROUPINGS)
        .optional()
        .meta(forDocs({ example: "queue" })),
      group: name.meta(forDocs({ example: "main" })),
      queue: name.meta(forDocs({ example: "general" })),
      tier: name.meta(forDocs({ example: "premium" })),
      agent: TelegramId.optional().meta(forDocs({ example: 9001 })),
    }),
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { groupBy = null, ...query } = c.req.valid("query");
    const until = query.until ?? c.get("now")();
    const since = query.since ?? until - PERIOD_DEFAULT_MS;
    const wrong = periodProblem(since, until);
    if (wrong !== null)
      return problem(c, "request.invalid", { problems: [{ pointer: "/query/since", message: wrong }] });
    const groups = groupIds(config).filter((id) => query.group === undefined || id === query.group);
    const timeZone = timeZoneOf(config);
    const [metrics, asked] = await Promise.all([
      metricsOf(c.env.DB, { ...query, since, until, timeZone }, groupBy),
      askGroups(c.env, groups, (stub) => stub.health()),
    ]);
    if (metrics === "too_many") {
      const message = `the period has more than ${METRICS_EVENTS_MAX} events: ask for a shorter one`;
      return problem(c, "request.invalid", { problems: [{ pointer: "/query/since", message }] });
    }
    const { answers: healths, unreachableGroups } = gathered(asked);
    const sum = (of: (health: (typeof healths)[number]) => number): number =>
      healths.reduce((all, health) => all + of(health), 0);
    return c.json(
      {
        since: instant(since),
        until: instant(until),
        groupBy,
        timeZone,
        ...metrics,
        recordedAt: instantOrNull(metrics.recordedAt),
        deliveries: {
          waiting: sum(({ waiting }) => waiting.reduce((all, { count }) => all + count, 0)),
          parked: sum(({ parked }) => parked),
          setAside: sum(({ setAside }) => setAside),
          unrecorded: sum(({ unrecorded }) => unrecorded),
          unreachableGroups,
        },
      },
      200,
    );
  },
);

function periodProblem(since: number, until: number): string | null {
  if (since >= until) return "must be before `until`";
  return until - since > METRICS_PERIOD_MAX_MS
    ? `must be ${PERIOD_MAX_DAYS} days before \`until\` at most`
    : null;
}
