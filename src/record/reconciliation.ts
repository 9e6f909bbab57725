import { and, eq, inArray, ne, sql } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { Census, ReconciliationRun } from "../domain/reconciliation.ts";
import type { UpdateLedger } from "../domain/update-ledger.ts";
import { RECONCILIATION_RUNS_KEPT } from "./limits.ts";
import { reach } from "./reach.ts";
import { jobs, tickets } from "./schema.ts";

const RUNS = "reconciliation";
const WEBHOOK = "webhook";
const LEDGER = "updates";
const DRAIN = "drain";
const COMPARED = "compared";

/** What was looked at, and where updates came last. Everything throws `RecordUnreachable` when D1 does not answer. */
export class Reconciliation {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  /** The last runs, newest first. */
  async runs(): Promise<ReconciliationRun[]> {
    const state = await this.#state(RUNS);
    return (state?.["runs"] as ReconciliationRun[] | undefined) ?? [];
  }

  async add(run: ReconciliationRun): Promise<void> {
    await this.#save(RUNS, { runs: [run, ...(await this.runs())].slice(0, RECONCILIATION_RUNS_KEPT) });
  }

  /** Where Telegram's updates came last; null: none has come yet. */
  async webhookUrl(): Promise<string | null> {
    return ((await this.#state(WEBHOOK))?.["url"] as string | undefined) ?? null;
  }

  /** Updates come there; almost always that is known, and nothing is written. */
  async noteWebhookUrl(url: string): Promise<void> {
    if ((await this.webhookUrl()) !== url) await this.#save(WEBHOOK, { url });
  }

  /** How far the numbers of updates were looked through; null: not yet. */
  async ledger(): Promise<UpdateLedger | null> {
    return ((await this.#state(LEDGER)) as UpdateLedger | null) ?? null;
  }

  async saveLedger(ledger: UpdateLedger): Promise<void> {
    await this.#save(LEDGER, { ...ledger });
  }

  async isDraining(now: number): Promise<boolean> {
    return Number((await this.#state(DRAIN))?.["until"] ?? 0) > now;
  }

  /** Takes the drain for oneself, until an instant in ms since 1970. Answers whether nobody else has it. */
  async beginDrain(now: number, until: number): Promise<boolean> {
    const state = { until };
    const result = await reach(() =>
      this.#db
        .insert(jobs)
        .values({ name: DRAIN, state })
        .onConflictDoUpdate({
          target: jobs.name,
          set: { state },
          setWhere: sql`${jobs.state} ->> '$.until' <= ${now}`,
        })
        .run(),
    );
    return result.meta.changes > 0;
  }

  async endDrain(): Promise<void> {
    await this.#save(DRAIN, { until: 0 });
  }

  /** The tickets of a group that are in hand, but for those of people who were erased. */
  async census(group: string): Promise<Census> {
    const row = await reach(() =>
      this.#db
        .select({ tickets: sql<number>`count(*)`, versions: sql<number>`coalesce(sum(version), 0)` })
        .from(tickets)
        .where(and(eq(tickets.groupId, group), eq(tickets.closed, false), ne(tickets.customerId, 0)))
        .get(),
    );
    return row ?? { tickets: 0, versions: 0 };
  }

  /** Of some tickets the versions that the record has, by id. */
  async versionsOf(ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await reach(() =>
      this.#db
        .select({ id: tickets.id, version: tickets.version })
        .from(tickets)
        .where(inArray(tickets.id, sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`)),
    );
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** Up to which number a group's tickets were compared. */
  async comparedUpTo(group: string): Promise<number> {
    return Number((await this.#state(COMPARED))?.[group] ?? 0);
  }

  async saveCompared(upTo: Readonly<Record<string, number>>): Promise<void> {
    await this.#save(COMPARED, { ...upTo });
  }

  async #state(name: string): Promise<Record<string, unknown> | null> {
    const row = await reach(() => this.#db.select().from(jobs).where(eq(jobs.name, name)).get());
    return row?.state ?? null;
  }

  async #save(name: string, state: Record<string, unknown>): Promise<void> {
    await reach(() =>
      this.#db.insert(jobs).values({ name, state }).onConflictDoUpdate({ target: jobs.name, set: { state } }),
    );
  }
}
