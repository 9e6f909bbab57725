import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Priority } from "../domain/priority.ts";
import { COUNTED_TICKETS_MAX } from "./limits.ts";
import { reach } from "./reach.ts";

/** Tickets in hand of one queue, tier and priority. Instants in ms since 1970. */
export interface DepthRow {
  queue: string;
  tier: string | null;
  priority: Priority;
  /** Tickets that are open: not resolved, not closed. */
  depth: number;
  /** Of these, tickets without an assignee. */
  unassigned: number;
  /** When the oldest ticket without an assignee was opened. */
  oldestUnassignedAt: number | null;
  /** Since when the first customer waits for an answer. */
  oldestAwaitingSince: number | null;
  /** When the record last heard of any of them. */
  recordedAt: number;
}

/** How deep the queues are; `complete`: false where there are more tickets in hand than are counted. */
export async function queueDepths(d1: D1Database): Promise<{ rows: DepthRow[]; complete: boolean }> {
  const db = drizzle(d1);
  const inHand = sql`SELECT queue, tier, priority, status, assignee_id, opened_at, awaiting_since, recorded_at
    FROM tickets WHERE closed = 0 ORDER BY opened_at LIMIT ${COUNTED_TICKETS_MAX + 1}`;
  const rows = await reach(() =>
    db.all<DepthRow & { looked: number }>(sql`
      SELECT queue, tier, priority, count(*) AS looked,
        count(*) FILTER (WHERE status <> 'resolved') AS depth,
        count(*) FILTER (WHERE ${nobodys}) AS unassigned,
        min(opened_at) FILTER (WHERE ${nobodys}) AS oldestUnassignedAt,
        min(awaiting_since) FILTER (WHERE status <> 'resolved') AS oldestAwaitingSince,
        max(recorded_at) AS recordedAt
      FROM (${inHand}) GROUP BY queue, tier, priority`),
  );
  const looked = rows.reduce((sum, row) => sum + row.looked, 0);
  return { rows, complete: looked <= COUNTED_TICKETS_MAX };
}

const nobodys = sql`assignee_id IS NULL AND status IN ('open', 'escalated')`;
