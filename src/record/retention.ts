import { and, eq, lt, sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { AuditEntry } from "../domain/desk/audit.ts";
import { NO_PROFILE } from "../domain/routing/profile.ts";
import { isAmong } from "./among.ts";
import { auditOf } from "./audit-entries.ts";
import { isHeldByNobody, isHeldPerson } from "./legal-holds.ts";
import { ERASED_TICKETS_AT_ONCE_MAX, ROWS_FORGOTTEN_AT_ONCE_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { audit, jobs, ticketEvents, tickets } from "./schema.ts";

const JOB = "retention";

/** One step: how many rows it removed, and whether there may be more. */
export interface RetentionStep {
  removed: number;
  more: boolean;
}

/** Forgets what is too old in the record, a step at a time. Everything throws `RecordUnreachable`. */
export class Retention {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  async state(): Promise<Record<string, unknown> | null> {
    const row = await reach(() => this.#db.select().from(jobs).where(eq(jobs.name, JOB)).get());
    return row?.state ?? null;
  }

  async save(state: Record<string, unknown>): Promise<void> {
    await reach(() =>
      this.#db
        .insert(jobs)
        .values({ name: JOB, state })
        .onConflictDoUpdate({ target: jobs.name, set: { state } }),
    );
  }

  async end(state: Record<string, unknown>, removed: Record<string, number>, at: number): Promise<void> {
    const entry = {
      at,
      by: { kind: "system", id: "retention" },
      action: "retention.ran",
      target: { kind: "desk", id: "retention" },
      data: { removed },
      cause: `retention:${String(state["startedAt"])}`,
    } satisfies AuditEntry;
    await reach(() =>
      this.#db.batch([
        this.#db.update(jobs).set({ state }).where(eq(jobs.name, JOB)),
        auditOf(this.#db, entry),
      ]),
    );
  }

  /** Closed tickets that ended before an instant, with their events. */
  async tickets(before: number): Promise<RetentionStep> {
    const some = await this.#closedBefore(before, sql`true`);
    if (some.length === 0) return { removed: 0, more: false };
    await reach(() =>
      this.#db.batch([
        this.#db.delete(ticketEvents).where(isAmong(ticketEvents.ticketId, some)),
        this.#db.delete(tickets).where(isAmong(tickets.id, some)),
      ]),
    );
    return { removed: some.length, more: some.length === ERASED_TICKETS_AT_ONCE_MAX };
  }

  /** The events of closed tickets that ended before an instant. */
  async events(before: number): Promise<RetentionStep> {
    const has = sql`EXISTS (SELECT 1 FROM ticket_events AS e WHERE e.ticket_id = ${tickets.id})`;
    const some = await this.#closedBefore(before, has);
    if (some.length === 0) return { removed: 0, more: false };
    const removed = await this.#changed(
      this.#db.delete(ticketEvents).where(isAmong(ticketEvents.ticketId, some)),
    );
    return { removed, more: some.length === ERASED_TICKETS_AT_ONCE_MAX };
  }

  /** Audit entries older than an instant; entries about held contacts stay. */
  async audit(before: number): Promise<RetentionStep> {
    const old = this.#db
      .select({ id: audit.id })
      .from(audit)
      .where(
        and(
          lt(audit.at, before),
          sql`NOT EXISTS (SELECT 1 FROM legal_holds AS held
            WHERE held.kind = ${audit.targetKind} AND held.id = ${audit.targetId})`,
          sql`NOT (${audit.targetKind} = 'contact' AND ${isHeldPerson(sql`CAST(${audit.targetId} AS INTEGER)`)})`,
        ),
      )
      .orderBy(audit.at)
      .limit(ROWS_FORGOTTEN_AT_ONCE_MAX);
    const removed = await this.#changed(this.#db.delete(audit).where(sql`${audit.id} IN ${old}`));
    return { removed, more: removed === ROWS_FORGOTTEN_AT_ONCE_MAX };
  }

  /** What other systems said of customers before an instant: that they were asked stays. */
  async enrichment(before: number): Promise<RetentionStep> {
    const old = sql`SELECT e.ticket_id, e.n FROM ticket_events AS e JOIN tickets ON tickets.id = e.ticket_id
      WHERE e.type IN ('enrichment_answered', 'enrichment_failed') AND e.type = 'enrichment_answered'
        AND e.at < ${before} AND e.data ->> '$.forgotten' IS NULL AND ${isHeldByNobody}
      ORDER BY e.at LIMIT ${ROWS_FORGOTTEN_AT_ONCE_MAX}`;
    const removed = await this.#changed(
      this.#db
        .update(ticketEvents)
        .set({
          data: sql`json_set(${ticketEvents.data}, '$.profile', json(${JSON.stringify(NO_PROFILE)}),
            '$.ignored', json('[]'), '$.forgotten', json('true'))`,
        })
        .where(sql`(${ticketEvents.ticketId}, ${ticketEvents.n}) IN (${old})`),
    );
    return { removed, more: removed === ROWS_FORGOTTEN_AT_ONCE_MAX };
  }

  /** How many rows a statement changes itself: D1's own count has what its triggers and the full text index did, too. */
  async #changed(statement: BatchItem<"sqlite">): Promise<number> {
    const counted = this.#db.select({ n: sql<number>`changes()` }).from(sql`(SELECT 1)`);
    const [, rows] = await reach(() => this.#db.batch([statement, counted]));
    return rows[0]?.n ?? 0;
  }

  async #closedBefore(before: number, also: SQL): Promise<string[]> {
    const rows = await reach(() =>
      this.#db
        .select({ id: tickets.id })
        .from(tickets)
        .where(
          and(
            eq(tickets.closed, true),
            // A ticket closed before was opened before: the index holds only the opening.
            lt(tickets.openedAt, before),
            lt(tickets.closedAt, before),
            also,
            isHeldByNobody,
          ),
        )
        .orderBy(tickets.openedAt)
        .limit(ERASED_TICKETS_AT_ONCE_MAX),
    );
    return rows.map(({ id }) => id);
  }
}
