import { and, eq, sql } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { API_CALL_KEPT_MS, API_CALL_LEASE_MS, API_CALLS_PURGED_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { apiCalls } from "./schema.ts";

/** A changing call: who makes it, under which key, what it asks (a digest), and when, in ms since 1970. */
export interface ApiCall {
  caller: string;
  key: string;
  request: string;
  at: number;
}

/** A call that may run. `startedAt` is when it first did: a run that takes over from a dead one keeps it. */
export interface Lease {
  caller: string;
  key: string;
  startedAt: number;
  leaseUntil: number;
}

/** What is known of a call: it may run; it runs elsewhere; the key was for another request; it was answered. */
export type Begun =
  | { kind: "run"; lease: Lease }
  | { kind: "running"; leaseUntil: number }
  | { kind: "other" }
  | { kind: "answered"; status: number; answer: string | null };

/** Changing calls with an `Idempotency-Key`, in D1. Everything throws `RecordUnreachable` when D1 does not answer. */
export class ApiCalls {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  /** Of many at once one statement lets exactly one run. A run whose lease is over may be taken over. */
  async begin({ caller, key, request, at }: ApiCall): Promise<Begun> {
    const leaseUntil = at + API_CALL_LEASE_MS;
    const forgotten = at - API_CALL_KEPT_MS;
    const row = await reach(() =>
      this.#db.get<{ startedAt: number } | undefined>(sql`
        INSERT INTO ${apiCalls} (caller, key, request, started_at, lease_until)
        VALUES (${caller}, ${key}, ${request}, ${at}, ${leaseUntil})
        ON CONFLICT (caller, key) DO UPDATE SET
          request = excluded.request,
          started_at = CASE WHEN started_at < ${forgotten} THEN excluded.started_at ELSE started_at END,
          lease_until = excluded.lease_until,
          status = NULL,
          answer = NULL
        WHERE started_at < ${forgotten}
          OR (status IS NULL AND lease_until <= ${at} AND request = excluded.request)
        RETURNING started_at AS startedAt`),
    );
    if (row !== undefined)
      return { kind: "run", lease: { caller, key, startedAt: row.startedAt, leaseUntil } };
    const known = await reach(() =>
      this.#db
        .select()
        .from(apiCalls)
        .where(and(eq(apiCalls.caller, caller), eq(apiCalls.key, key)))
        .get(),
    );
    // Purged between the two looks: as good as running, and free a moment later.
    if (known === undefined) return { kind: "running", leaseUntil: at };
    if (known.request !== request) return { kind: "other" };
    if (known.status === null) return { kind: "running", leaseUntil: known.leaseUntil };
    return { kind: "answered", status: known.status, answer: known.answer };
  }

  /** Keeps an answer, unless another run has taken over. */
  async finish(lease: Lease, status: number, answer: string | null): Promise<void> {
    await reach(() => this.#db.update(apiCalls).set({ status, answer }).where(held(lease)));
  }

  /** The call changed nothing: its key is free again. */
  async forget(lease: Lease): Promise<void> {
    await reach(() => this.#db.delete(apiCalls).where(held(lease)));
  }

  /** The call's outcome is unknown: it may run again at once, as the same call. */
  async release(lease: Lease): Promise<void> {
    await reach(() => this.#db.update(apiCalls).set({ leaseUntil: 0 }).where(held(lease)));
  }

  /** Forgets a number of calls that are older than a day, oldest first. Answers whether there may be more. */
  async purge(now: number): Promise<boolean> {
    const { meta } = await reach(() =>
      this.#db.run(sql`
        DELETE FROM ${apiCalls} WHERE (caller, key) IN (
          SELECT caller, key FROM ${apiCalls} WHERE started_at < ${now - API_CALL_KEPT_MS}
          ORDER BY started_at LIMIT ${API_CALLS_PURGED_MAX})`),
    );
    return meta.changes >= API_CALLS_PURGED_MAX;
  }
}

function held({ caller, key, leaseUntil }: Lease) {
  return and(eq(apiCalls.caller, caller), eq(apiCalls.key, key), eq(apiCalls.leaseUntil, leaseUntil));
}
