import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { reach } from "./reach.ts";

/** What part of the answers to look at: instants in ms since 1970, `until` not included. */
export interface AuditFilter {
  since: number;
  until: number;
  group?: string | undefined;
}

export interface AuditSummary {
  /** Questions that went out, and those that were answered from what was known. */
  asked: number;
  cached: number;
  answered: number;
  /** By code, such as `timeout` or `http_503`; `breaker_open` are those that were not asked at all. */
  failed: { code: string; count: number }[];
  /** Answers whose data was older than the configuration takes for good. */
  stale: number;
  /** Answers that named their age, and how old that was on average, in ms. */
  dated: number;
  ageMs: number | null;
  /** Answers of which something did not fit the desk. */
  unfit: number;
  /** How long answers took, in ms. */
  latencyMs: { median: number | null; p95: number | null; max: number | null };
  /** Answered tickets whose queue or priority an agent, or a program of the desk's, changed afterwards. */
  corrected: number;
}

interface Counted {
  answered: number;
  cached: number;
  stale: number;
  dated: number;
  age: number | null;
  unfit: number;
  slowest: number | null;
  corrected: number;
}

/** How well the system that knows the customers serves the desk. */
export async function enrichmentAudit(d1: D1Database, filter: AuditFilter): Promise<AuditSummary> {
  const db = drizzle(d1);
  const { since, until, group } = filter;
  const inGroup =
    group === undefined ? sql`` : sql`AND ticket_id IN (SELECT id FROM tickets WHERE group_id = ${group})`;
  const among = sql`FROM ticket_events AS e WHERE type IN ('enrichment_answered', 'enrichment_failed')
    AND at >= ${since} AND at < ${until} ${inGroup}`;
  const fresh = sql`${among} AND type = 'enrichment_answered' AND data ->> '$.cached' IS NULL`;
  const [counted, failures] = await reach(() =>
    Promise.all([
      db.get<Counted>(sql`SELECT count(*) AS answered,
          coalesce(sum(data ->> '$.cached' IS NOT NULL), 0) AS cached,
          coalesce(sum(data ->> '$.stale' IS NOT NULL), 0) AS stale,
          count(data ->> '$.profile.asOf') AS dated,
          avg(at - (data ->> '$.profile.asOf')) AS age,
          coalesce(sum(json_array_length(data, '$.ignored') > 0), 0) AS unfit,
          max(data ->> '$.latencyMs') AS slowest,
          coalesce(sum(EXISTS (SELECT 1 FROM ticket_events AS later
            WHERE later.ticket_id = e.ticket_id AND later.n > e.n AND later.actor_kind IN ('agent', 'key')
              AND later.type IN ('ticket_transferred', 'priority_changed'))), 0) AS corrected
        ${among} AND type = 'enrichment_answered'`),
      db.all<{ code: string; count: number }>(sql`SELECT data ->> '$.code' AS code, count(*) AS count
        ${among} AND type = 'enrichment_failed' GROUP BY 1 ORDER BY 2 DESC, 1`),
    ]),
  );
  const { answered, cached, stale, dated, age, unfit, slowest, corrected } = counted;
  const measured = answered - cached;
  const latencyAt = (share: number): Promise<{ latency: number } | undefined> =>
    reach(() =>
      db.get<{ latency: number } | undefined>(sql`SELECT data ->> '$.latencyMs' AS latency ${fresh}
        ORDER BY 1 LIMIT 1 OFFSET ${Math.max(0, Math.ceil(measured * share) - 1)}`),
    );
  const [median, p95] = measured === 0 ? [] : await Promise.all([latencyAt(0.5), latencyAt(0.95)]);
  const refused = failures
    .filter(({ code }) => code !== "breaker_open")
    .reduce((sum, { count }) => sum + count, 0);
  return {
    asked: measured + refused,
    cached,
    answered,
    failed: failures,
    stale,
    dated,
    ageMs: age === null ? null : Math.round(age),
    unfit,
    latencyMs: {
      median: median?.latency ?? null,
      p95: p95?.latency ?? null,
      max: measured === 0 ? null : slowest,
    },
    corrected,
  };
}
