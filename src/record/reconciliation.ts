import { and, eq, gt, isNull, ne, sql, type SQL } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { NOBODY } from "../domain/contact/contact-id.ts";
import { webhookOf, type KnownPlaces, type PlaceSince } from "../domain/desk/address.ts";
import type { ApiCaller } from "../domain/desk/audit.ts";
import type { Census, Finding, ReconciliationRun } from "../domain/desk/reconciliation.ts";
import type { UpdateLedger } from "../domain/desk/update-ledger.ts";
import { isAmong } from "./among.ts";
import { auditOf, doneBy } from "./audit-entries.ts";
import { RECONCILIATION_RUNS_KEPT } from "./limits.ts";
import { reach } from "./reach.ts";
import { audit, jobs, tickets } from "./schema.ts";

const RUNS = "reconciliation";
const ADDRESS = "address";
const WEBHOOK = "webhook";
const WEBHOOK_FAILED = "webhook_failed";
const WEBHOOK_SET = "webhook_set";
const SIGNING_ROOT = "signing_root";
const LEDGER = "updates";
const COMPARED = "compared";

/** The ledger of updates, with where each group's object goes on telling: `SeenSince`. */
export type KeptLedger = UpdateLedger & { marks: Record<string, number> };

/** A group's open tickets, but for those of people who were erased. */
function inHandOf(group: string): SQL | undefined {
  return and(eq(tickets.groupId, group), eq(tickets.closed, false), ne(tickets.customerId, NOBODY));
}

/** What was looked at, and where updates came last. Everything throws `RecordUnreachable` when D1 does not answer. */
export class Reconciliation {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  /** The last runs, newest first. */
  async runs(): Promise<ReconciliationRun[]> {
    return (await this.kept()).runs;
  }

  /** The last runs, newest first, and what the leads should have heard of and have not. */
  async kept(): Promise<{ runs: ReconciliationRun[]; untold: Finding[] }> {
    const { runs = [], untold = [] } = ((await this.#state(RUNS)) ?? {}) as {
      runs?: ReconciliationRun[];
      untold?: Finding[];
    };
    return { runs, untold };
  }

  /**
   * Keeps a run, together with how far the numbers of updates were looked through: what is missing is named by a run that
   * is kept, or by the next one. `untold` until `told`.
   */
  async add(run: ReconciliationRun, ledger: KeptLedger | null, untold: readonly Finding[]): Promise<void> {
    const runs = [run, ...(await this.runs())].slice(0, RECONCILIATION_RUNS_KEPT);
    const rows = [this.#saved(RUNS, { runs, untold })];
    if (ledger !== null) rows.push(this.#saved(LEDGER, { ...ledger }));
    const [first, ...more] = rows;
    await reach(() => this.#db.batch([first!, ...more]));
  }

  /** The leads have heard of it. */
  async told(): Promise<void> {
    await this.#save(RUNS, { runs: await this.runs(), untold: [] });
  }

  /** Takes the lease of a look or a drain until an instant in ms since 1970. Returns whether it was free. */
  async begin(what: "look" | "drain", now: number, until: number): Promise<boolean> {
    const state = { until };
    const result = await reach(() =>
      this.#db
        .insert(jobs)
        .values({ name: what, state })
        .onConflictDoUpdate({
          target: jobs.name,
          set: { state },
          setWhere: sql`${jobs.state} ->> '$.until' <= ${now}`,
        })
        .run(),
    );
    return result.meta.changes > 0;
  }

  async end(what: "look" | "drain"): Promise<void> {
    await this.#save(what, { until: 0 });
  }

  /** State of the drain: under way, or over without its end being recorded. */
  async drain(now: number): Promise<"none" | "running" | "died"> {
    const until = Number((await this.#state("drain"))?.["until"] ?? 0);
    return until > now ? "running" : until > 0 ? "died" : "none";
  }

  /** The desk's own address, `https://desk.example.com`, and since when it is this one; null: not set yet. */
  async address(): Promise<PlaceSince | null> {
    return placeOf(await this.#state(ADDRESS));
  }

  /** Answers what takes it back, for where Telegram refuses the address. */
  async setAddress(url: string, by: ApiCaller, at: number): Promise<() => Promise<void>> {
    const before = await this.address();
    const entry = {
      at,
      ...doneBy(by),
      action: "desk.address_set",
      target: { kind: "desk", id: "address" },
    } as const;
    const noted = auditOf(this.#db, {
      ...entry,
      from: before === null ? null : { url: before.url },
      to: { url },
    });
    await reach(() => this.#db.batch([noted, this.#saved(ADDRESS, { url, at })]));
    return async () => {
      const back =
        before === null
          ? this.#db.delete(jobs).where(eq(jobs.name, ADDRESS))
          : this.#saved(ADDRESS, { ...before });
      await reach(() =>
        this.#db.batch([back, this.#db.delete(audit).where(eq(audit.cause, by.cause ?? ""))]),
      );
    };
  }

  /** What is known of where updates should come, and do. */
  async places(): Promise<KnownPlaces> {
    const names = [ADDRESS, WEBHOOK, WEBHOOK_FAILED];
    const rows = await reach(() => this.#db.select().from(jobs).where(isAmong(jobs.name, names)).all());
    const [address, seen, failed] = names.map((name) =>
      placeOf(rows.find((row) => row.name === name)?.state ?? null),
    );
    return {
      kept: address === null ? null : { url: webhookOf(address!.url), at: address!.at },
      seen: seen!,
      failed: failed!,
    };
  }

  /** Where Telegram's updates came last, and since when they come there; null: none has come yet. */
  async webhookSeen(): Promise<PlaceSince | null> {
    return placeOf(await this.#state(WEBHOOK));
  }

  /**
   * Updates come there; almost always that is known, and nothing is written. Once more after the address was set: what
   * came before says nothing of it.
   */
  async noteWebhookUrl(url: string, at = 0): Promise<void> {
    const { kept, seen } = await this.places();
    const isKnown = seen?.url === url && (kept === null || kept.url === url || seen.at > kept.at);
    if (!isKnown) await this.#save(WEBHOOK, { url, at });
  }

  /** Telegram could not deliver there. */
  async noteWebhookFailed(failed: PlaceSince): Promise<void> {
    await this.#save(WEBHOOK_FAILED, { ...failed });
  }

  /** When the desk last set the webhook, and whether because Telegram presented another secret; null: not yet. */
  async webhookSet(): Promise<{ at: number; forSecret: boolean } | null> {
    const state = await this.#state(WEBHOOK_SET);
    return state === null ? null : { at: Number(state["at"]), forSecret: state["forSecret"] === true };
  }

  async noteWebhookSet(at: number, forSecret: boolean): Promise<void> {
    await this.#save(WEBHOOK_SET, { at, forSecret });
  }

  /** Mark that recognises the root of signatures without revealing it; null: not noted yet. */
  async rootMark(): Promise<string | null> {
    return ((await this.#state(SIGNING_ROOT))?.["mark"] as string | undefined) ?? null;
  }

  async saveRootMark(mark: string): Promise<void> {
    await this.#save(SIGNING_ROOT, { mark });
  }

  /** How far the numbers of updates were looked through; null: not yet. */
  async ledger(): Promise<KeptLedger | null> {
    return ((await this.#state(LEDGER)) as KeptLedger | null) ?? null;
  }

  /**
   * The tickets of a group that are in hand, but for those of people who were erased, and how many of them an earlier
   * release told of, which knew no promises.
   */
  async census(group: string): Promise<Census & { unpromised: number }> {
    const row = await reach(() =>
      this.#db
        .select({
          tickets: sql<number>`count(*)`,
          versions: sql<number>`coalesce(sum(version), 0)`,
          unpromised: sql<number>`coalesce(sum(promises IS NULL), 0)`,
        })
        .from(tickets)
        .where(inHandOf(group))
        .get(),
    );
    return row ?? { tickets: 0, versions: 0, unpromised: 0 };
  }

  /** Some of those that an earlier release told of, by id. */
  async unpromisedIds(group: string, limit: number): Promise<string[]> {
    const rows = await reach(() =>
      this.#db
        .select({ id: tickets.id })
        .from(tickets)
        .where(and(inHandOf(group), isNull(tickets.promises)))
        .limit(limit),
    );
    return rows.map(({ id }) => id);
  }

  /** Groups other than these that have open tickets by the record's word, and how many. */
  async leftOver(groups: readonly string[]): Promise<{ group: string; tickets: number }[]> {
    return reach(() =>
      this.#db
        .select({ group: tickets.groupId, tickets: sql<number>`count(*)` })
        .from(tickets)
        .where(
          sql`${tickets.closed} = 0 AND ${tickets.customerId} <> 0
            AND ${tickets.groupId} NOT IN (SELECT value FROM json_each(${JSON.stringify(groups)}))`,
        )
        .groupBy(tickets.groupId),
    );
  }

  /** Of some tickets the versions that the record has, by id. */
  async versionsOf(ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await reach(() =>
      this.#db
        .select({ id: tickets.id, version: tickets.version })
        .from(tickets)
        .where(isAmong(tickets.id, ids)),
    );
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** Like `versionsOf`, of open tickets only. */
  async openVersionsOf(ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await reach(() =>
      this.#db
        .select({ id: tickets.id, version: tickets.version })
        .from(tickets)
        .where(and(isAmong(tickets.id, ids), eq(tickets.closed, false))),
    );
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** Ids of a group's open tickets, in their order, behind an id; people who were erased have none. */
  async openIdsAfter(group: string, after: string, limit: number): Promise<string[]> {
    const rows = await reach(() =>
      this.#db
        .select({ id: tickets.id })
        .from(tickets)
        .where(
          and(
            eq(tickets.groupId, group),
            eq(tickets.closed, false),
            ne(tickets.customerId, NOBODY),
            gt(tickets.id, after),
          ),
        )
        .orderBy(tickets.id)
        .limit(limit),
    );
    return rows.map(({ id }) => id);
  }

  /** Up to which number the tickets of each group were compared; a group that is not in it: none. */
  async comparedUpTo(): Promise<Record<string, number>> {
    return ((await this.#state(COMPARED)) ?? {}) as Record<string, number>;
  }

  async saveCompared(upTo: Readonly<Record<string, number>>): Promise<void> {
    await this.#save(COMPARED, { ...upTo });
  }

  async #state(name: string): Promise<Record<string, unknown> | null> {
    const row = await reach(() => this.#db.select().from(jobs).where(eq(jobs.name, name)).get());
    return row?.state ?? null;
  }

  async #save(name: string, state: Record<string, unknown>): Promise<void> {
    await reach(() => this.#saved(name, state));
  }

  #saved(name: string, state: Record<string, unknown>) {
    return this.#db
      .insert(jobs)
      .values({ name, state })
      .onConflictDoUpdate({ target: jobs.name, set: { state } });
  }
}

function placeOf(state: Record<string, unknown> | null): PlaceSince | null {
  return typeof state?.["url"] === "string" ? { url: state["url"], at: Number(state["at"] ?? 0) } : null;
}
