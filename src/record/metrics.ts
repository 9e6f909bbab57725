import { sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import { TimeZone } from "../domain/calendar/zone.ts";
import { METRICS, type Metric } from "../domain/metric.ts";
import { TICKET_STATUSES, type TicketStatus } from "../domain/ticket/status.ts";
import { METRICS_EVENTS_MAX, METRICS_GROUPS_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { COUNTED_EVENTS } from "./schema.ts";

/** By what figures are told apart: what the ticket has now, who acted, or the day in a zone. */
export const GROUPINGS = ["day", "group", "queue", "tier", "agent"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What is counted: instants in ms since 1970, `until` not included. */
export interface MetricsFilter {
  /** The IANA zone whose days are meant. */
  timeZone: string;
  since: number;
  until: number;
  group?: string | undefined;
  queue?: string | undefined;
  tier?: string | undefined;
  agent?: number | undefined;
}

/** Exact nearest-rank percentiles, in ms; null where there is nothing to rank. */
interface Spread {
  count: number;
  medianMs: number | null;
  p90Ms: number | null;
}

export interface Figures {
  opened: number;
  answers: number;
  resolved: number;
  closed: number;
  reopened: number;
  /** Promises that ended in the period, and those that were broken in it, kept later or not. */
  kept: Record<Metric, number>;
  missed: Record<Metric, number>;
  breaches: Record<Metric, number>;
  escalations: { actions: number; byHand: number };
  times: Record<Metric, { wall: Spread; business: Spread }>;
  /** Tickets that are not closed, as they stand now; null by day. */
  backlog: Record<Exclude<TicketStatus, "closed">, number> | null;
}

export interface Metrics {
  total: Figures;
  /** Most opened first; `key` null: tickets without one. */
  groups: { key: string | null; figures: Figures }[];
  /** Groups beyond `METRICS_GROUPS_MAX`. */
  groupsOmitted: number;
  /** When the record was last told of one of these tickets; null if there is none. */
  recordedAt: number | null;
}

interface Keyed {
  key: string | null;
}
type Volumes = Keyed & {
  opened: number;
  answers: number;
  resolved: number;
  closed: number;
  reopened: number;
  recorded_at: number;
} & Record<`breach_${Metric}`, number>;
type Verdicts = Keyed & { metric: Metric; kept: number; missed: number };
type Times = Keyed & {
  metric: Metric;
  walls: number;
  wall_median: number | null;
  wall_p90: number | null;
  businesses: number;
  business_median: number | null;
  business_p90: number | null;
};
type Escalated = Keyed & { actions: number; by_hand: number };
type Rows = [Volumes[], Verdicts[], Times[], Escalated[], Standing[] | null];
type Standing = Keyed & { status: Exclude<TicketStatus, "closed">; count: number; recorded_at: number };

/**
 * Figures of a period, from the events of all tickets; `too_many` where it has more than `METRICS_EVENTS_MAX` that
 * count. Everything is read in one transaction of D1.
 */
export async function metricsOf(
  d1: D1Database,
  filter: MetricsFilter,
  grouping: Grouping | null,
): Promise<Metrics | "too_many"> {
  const [few] = await ask(d1, [
    sql`SELECT count(*) AS n FROM (SELECT 1 FROM ticket_events INDEXED BY ticket_events_counted
      WHERE ${sql.raw(COUNTED_EVENTS)} AND at >= ${filter.since} AND at < ${filter.until}
      LIMIT ${METRICS_EVENTS_MAX + 1})`,
  ]);
  if ((few as [{ n: number }])[0].n > METRICS_EVENTS_MAX) return "too_many";

  const questions = [volumes, verdicts, times, escalated, standing].map((one) => one(filter, grouping));
  // Counts add up, ranks do not.
  const overall = grouping === null ? [] : [times(filter, null)];
  const answers = await ask(d1, [...questions, ...overall]);
  const rows = answers.slice(0, 5) as Rows;
  const inAll = answers.slice(5) as [Times[]?];
  const total = inTotal(rows, inAll[0] ?? rows[2]);
  if (grouping === "day") rows[4] = null;
  const groups = grouping === null ? [] : [...figuresOf(rows)];
  const listed = groups
    .map(([key, figures]) => ({ key: key === "" ? null : key, figures }))
    .sort((a, b) =>
      grouping === "day"
        ? compare(a.key, b.key)
        : b.figures.opened - a.figures.opened ||
          b.figures.answers - a.figures.answers ||
          compare(a.key, b.key),
    );
  const recorded = [...total[0], ...(total[4] ?? [])].map(({ recorded_at }) => recorded_at);
  return {
    total: figuresOf(total).get("") ?? nothing(),
    groups: listed.slice(0, METRICS_GROUPS_MAX),
    groupsOmitted: Math.max(0, listed.length - METRICS_GROUPS_MAX),
    recordedAt: recorded.length === 0 ? null : Math.max(...recorded),
  };
}

const dialect = new SQLiteSyncDialect();

/** The rows of each question, all from one transaction. drizzle's own batch takes no raw SQL that has parameters. */
async function ask(d1: D1Database, questions: readonly SQL[]): Promise<unknown[][]> {
  const statements = questions.map((question) => {
    const { sql: text, params } = dialect.sqlToQuery(question);
    return d1.prepare(text).bind(...params);
  });
  return (await reach(() => d1.batch(statements))).map(({ results }) => results);
}

function compare(a: string | null, b: string | null): number {
  return (a ?? "") < (b ?? "") ? -1 : 1;
}

/** The agent who acted; for everything else the assignee. */
const WHO = sql.raw(
  "CASE WHEN e.type IN ('ticket_answered', 'ticket_resolved', 'ticket_closed') AND e.actor_kind = 'agent' THEN CAST(e.actor_id AS INTEGER) ELSE t.assignee_id END",
);

function keyOf(by: Grouping | null, who: SQL, filter: MetricsFilter): SQL {
  switch (by) {
    case null:
      return sql`NULL`;
    case "day":
      return sql`strftime('%Y-%m-%d', (e.at + ${offsetIn(filter)}) / 1000, 'unixepoch')`;
    case "group":
      return sql`t.group_id`;
    case "queue":
      return sql`t.queue`;
    case "tier":
      return sql`t.tier`;
    case "agent":
      return sql`CAST(${who} AS TEXT)`;
    default:
      return by satisfies never;
  }
}

/** D1 knows no zones: how far the wall is ahead at `e.at`, by the changes of the clock within the period. */
function offsetIn({ timeZone, since, until }: MetricsFilter): SQL {
  const [first, ...changes] = TimeZone.of(timeZone).offsetsBetween(since, until);
  const later = changes
    .toReversed()
    .map((change) => `WHEN e.at >= ${change.since} THEN ${change.offsetMs}`)
    .join(" ");
  return sql.raw(later === "" ? String(first!.offsetMs) : `CASE ${later} ELSE ${first!.offsetMs} END`);
}

function among({ group, queue, tier, agent }: MetricsFilter, who: SQL): SQL {
  return sql.join([
    group === undefined ? sql`` : sql` AND t.group_id = ${group}`,
    queue === undefined ? sql`` : sql` AND t.queue = ${queue}`,
    tier === undefined ? sql`` : sql` AND t.tier = ${tier}`,
    agent === undefined ? sql`` : sql` AND ${who} = ${agent}`,
  ]);
}

/** The events that count, each with its ticket as it is now. */
function counted(filter: MetricsFilter, by: Grouping | null): SQL {
  return sql`SELECT ${keyOf(by, WHO, filter)} AS key, e.ticket_id, e.type, e.at, e.from_status, e.data, t.opened_at, t.recorded_at
    FROM ticket_events AS e INDEXED BY ticket_events_counted CROSS JOIN tickets AS t ON t.id = e.ticket_id
    WHERE e.${sql.raw(COUNTED_EVENTS)} AND e.at >= ${filter.since} AND e.at < ${filter.until}${among(filter, WHO)}`;
}

function volumes(filter: MetricsFilter, by: Grouping | null): SQL {
  const breaches = METRICS.map((metric) =>
    sql.raw(
      `sum(e.type = 'sla_breached' AND e.data ->> '$.metric' = '${metric}' AND NOT ${KEPT_AFTER_ALL}) AS breach_${metric}`,
    ),
  );
  return sql`SELECT key, sum(type = 'ticket_opened') AS opened, sum(type = 'ticket_answered') AS answers,
      sum(type = 'ticket_resolved') AS resolved, sum(type = 'ticket_closed') AS closed,
      sum(type = 'ticket_reopened') AS reopened, ${sql.join(breaches, sql`, `)}, max(recorded_at) AS recorded_at
    FROM (${counted(filter, by)}) AS e GROUP BY key`;
}

/** Of a breach `e`: whether an answer that was said in time was brought after it. */
const KEPT_AFTER_ALL = `EXISTS (
  SELECT 1 FROM ticket_events AS a, json_each(a.data, '$.clocks') AS c
  WHERE a.ticket_id = e.ticket_id AND a.type = 'ticket_answered' AND a.data ->> '$.saidAt' IS NOT NULL
    AND c.value ->> '$.met' AND c.value ->> '$.metric' = e.data ->> '$.metric'
    AND c.value ->> '$.instance' = e.data ->> '$.instance')`;

function verdicts(filter: MetricsFilter, by: Grouping | null): SQL {
  // A promise to answer is kept by an answer: ending a ticket without one keeps it no more than it breaks it.
  return sql`SELECT e.key, c.value ->> '$.metric' AS metric,
      sum(c.value ->> '$.met' AND (e.type = 'ticket_answered' OR c.value ->> '$.metric' = 'resolution')) AS kept,
      sum(NOT (c.value ->> '$.met')) AS missed
    FROM (${counted(filter, by)}) AS e, json_each(e.data, '$.clocks') AS c GROUP BY 1, 2`;
}

/**
 * How long answers and resolutions took. By the clock on the wall they need no promise: a first response counts from
 * opening, as a resolution does. Later responses, and all business time, are told by the clocks that they ended.
 */
function times(filter: MetricsFilter, by: Grouping | null): SQL {
  const rank = sql.raw("OVER (PARTITION BY key, metric ORDER BY");
  // Nearest rank: of n values the median is the ceil(n / 2)-th, the 90th percentile the ceil(0.9 n)-th.
  return sql`WITH e AS MATERIALIZED (${counted(filter, by)}),
    took AS (
      SELECT key, 'firstResponse' AS metric, coalesce(data ->> '$.saidAt', at) - opened_at AS wall, ${business("firstResponse")} AS business
        FROM e WHERE type = 'ticket_answered' AND data ->> '$.first'
      UNION ALL
      SELECT e.key, 'nextResponse', coalesce(e.data ->> '$.saidAt', e.at) - (c.value ->> '$.startedAt'), c.value ->> '$.elapsedMs'
        FROM e, json_each(e.data, '$.clocks') AS c
        WHERE e.type = 'ticket_answered' AND c.value ->> '$.metric' = 'nextResponse'
      UNION ALL
      SELECT key, 'resolution', at - opened_at, ${business("resolution")}
        FROM e WHERE type = 'ticket_resolved' OR (type = 'ticket_closed' AND from_status <> 'resolved')
    ),
    ranked AS (
      SELECT key, metric, wall, business, row_number() ${rank} wall) AS wall_rank,
        row_number() ${rank} business IS NULL, business) AS business_rank,
        count(*) OVER (PARTITION BY key, metric) AS walls, count(business) OVER (PARTITION BY key, metric) AS businesses
      FROM took
    )
    SELECT key, metric, walls, businesses,
      max(wall) FILTER (WHERE wall_rank = (walls + 1) / 2) AS wall_median,
      max(wall) FILTER (WHERE wall_rank = (9 * walls + 9) / 10) AS wall_p90,
      max(business) FILTER (WHERE business_rank = (businesses + 1) / 2) AS business_median,
      max(business) FILTER (WHERE business_rank = (9 * businesses + 9) / 10) AS business_p90
    FROM ranked GROUP BY key, metric`;
}

/** Of an event `e`: the business time of the clock that it ended. */
function business(metric: Metric): SQL {
  return sql.raw(
    `(SELECT c.value ->> '$.elapsedMs' FROM json_each(e.data, '$.clocks') AS c WHERE c.value ->> '$.metric' = '${metric}')`,
  );
}

function escalated(filter: MetricsFilter, by: Grouping | null): SQL {
  const who = sql.raw("t.assignee_id");
  return sql`SELECT ${keyOf(by, who, filter)} AS key, sum(e.type = 'escalation_taken') AS actions,
      sum(e.type = 'ticket_escalated' AND e.actor_kind <> 'system') AS by_hand
    FROM ticket_events AS e INDEXED BY ticket_events_escalations CROSS JOIN tickets AS t ON t.id = e.ticket_id
    WHERE e.type IN ('escalation_taken', 'ticket_escalated') AND e.at >= ${filter.since} AND e.at < ${filter.until}
      ${among(filter, who)} GROUP BY 1`;
}

function standing(filter: MetricsFilter, by: Grouping | null): SQL {
  const who = sql.raw("t.assignee_id");
  return sql`SELECT ${by === "day" ? sql`NULL` : keyOf(by, who, filter)} AS key, t.status, count(*) AS count,
      max(t.recorded_at) AS recorded_at
    FROM tickets AS t WHERE t.closed = 0${among(filter, who)} GROUP BY 1, 2`;
}

/** The same rows as if nothing had been told apart, with the times of all. */
function inTotal([ofVolumes, ofVerdicts, , ofEscalated, ofStanding]: Rows, ofTimes: Times[]): Rows {
  return [
    ofAll(ofVolumes),
    ofAll(ofVerdicts),
    ofTimes,
    ofAll(ofEscalated),
    ofStanding === null ? null : ofAll(ofStanding),
  ];
}

function ofAll<Row extends Keyed>(rows: Row[]): Row[] {
  return rows.map((row) => ({ ...row, key: null }));
}

/** By key, `""` for none; rows of one key add up. */
function figuresOf([ofVolumes, ofVerdicts, ofTimes, ofEscalated, ofStanding]: Rows): Map<string, Figures> {
  const found = new Map<string, Figures>();
  const at = ({ key }: Keyed): Figures => {
    const known = found.get(key ?? "");
    if (known !== undefined) return known;
    const fresh = nothing();
    if (ofStanding === null) fresh.backlog = null;
    found.set(key ?? "", fresh);
    return fresh;
  };
  for (const row of ofVolumes) {
    const figures = at(row);
    for (const volume of VOLUMES) figures[volume] += row[volume];
    for (const metric of METRICS) figures.breaches[metric] += row[`breach_${metric}`];
  }
  for (const row of ofVerdicts) {
    at(row).kept[row.metric] += row.kept;
    at(row).missed[row.metric] += row.missed;
  }
  for (const row of ofTimes) {
    at(row).times[row.metric] = {
      wall: { count: row.walls, medianMs: row.wall_median, p90Ms: row.wall_p90 },
      business: { count: row.businesses, medianMs: row.business_median, p90Ms: row.business_p90 },
    };
  }
  for (const row of ofEscalated) {
    const { escalations } = at(row);
    escalations.actions += row.actions;
    escalations.byHand += row.by_hand;
  }
  for (const row of ofStanding ?? []) at(row).backlog![row.status] += row.count;
  return found;
}

const VOLUMES = ["opened", "answers", "resolved", "closed", "reopened"] as const;
const NONE: Spread = { count: 0, medianMs: null, p90Ms: null };
const zeros = (): Record<Metric, number> => ({ firstResponse: 0, nextResponse: 0, resolution: 0 });

function nothing(): Figures {
  return {
    opened: 0,
    answers: 0,
    resolved: 0,
    closed: 0,
    reopened: 0,
    kept: zeros(),
    missed: zeros(),
    breaches: zeros(),
    escalations: { actions: 0, byHand: 0 },
    times: {
      firstResponse: { wall: NONE, business: NONE },
      nextResponse: { wall: NONE, business: NONE },
      resolution: { wall: NONE, business: NONE },
    },
    backlog: { open: 0, in_progress: 0, escalated: 0, waiting: 0, resolved: 0 },
  };
}

/** Counts of tickets that are not closed, by standing, for callers that look often: one index is read, no events. */
export async function ticketsByStanding(
  d1: D1Database,
): Promise<{ group: string; queue: string; status: TicketStatus; count: number }[]> {
  const db = drizzle(d1);
  return reach(() =>
    db.all<{ group: string; queue: string; status: TicketStatus; count: number }>(
      sql`SELECT group_id AS "group", queue, status, count(*) AS count FROM tickets WHERE closed = 0
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    ),
  );
}

/** Every status that a ticket in hand may have. */
export const STANDING_STATUSES = TICKET_STATUSES.filter((status) => status !== "closed");
