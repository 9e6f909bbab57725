import { gte, inArray, lt, sql } from "drizzle-orm";
import { CAUSE_KEPT_MS, SEEN_KEPT_IN_MEMORY_MS } from "../../domain/limits.ts";
import type { Hole, SeenUpdate } from "../../domain/update-ledger.ts";
import type { Database } from "./database.ts";
import { inbox, messages, seenUpdates } from "./schema.ts";

/** Numbers that are looked up one by one, in answer to one question. */
const LOOKED_UP_MAX = 10_000;

/**
 * Which of Telegram's updates this object has taken, for whoever looks for numbers that are missing. They are written
 * some at a time, so that a message costs no row more; what a crash forgets stands in `inbox` and `messages`, and is
 * found there by `among`.
 */
export class SeenUpdates {
  readonly #db: Database;
  #fresh: SeenUpdate[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  /** One that has left a row of its own. */
  note(id: number, at: number): void {
    this.#fresh.push({ id, at });
  }

  /** One that has left none: nothing else would tell of it. */
  noteAlone(id: number, at: number): void {
    this.#write([{ id, at }]);
  }

  /** When what is in memory shall be written; null: there is nothing. */
  get dueAt(): number | null {
    return this.#fresh[0] === undefined ? null : this.#fresh[0].at + SEEN_KEPT_IN_MEMORY_MS;
  }

  flush(): void {
    if (this.#fresh.length > 0) this.#write(this.#fresh);
    this.#fresh = [];
  }

  /** What came since an instant. Whoever asks has seen what came before it, and it is forgotten. */
  since(since: number): SeenUpdate[] {
    this.#db.delete(seenUpdates).where(lt(seenUpdates.lastAt, since)).run();
    const written = this.#db.select().from(seenUpdates).where(gte(seenUpdates.lastAt, since)).all();
    return [...written.flatMap(({ updates }) => updates), ...this.#fresh].filter(({ at }) => at >= since);
  }

  /** Those of some numbers that this object has taken after all. */
  among(holes: readonly Pick<Hole, "from" | "to">[]): SeenUpdate[] {
    const ids: number[] = [];
    for (const { from, to } of holes) {
      for (let id = from; id <= to && ids.length < LOOKED_UP_MAX; id += 1) ids.push(id);
    }
    if (ids.length === 0) return [];
    const asked = new Set(ids);
    const keys = sql`(SELECT 'tg:' || value FROM json_each(${JSON.stringify(ids)}))`;
    const settled = this.#db.select().from(inbox).where(inArray(inbox.key, keys)).all();
    const relayed = this.#db
      .select({ id: messages.updateId, at: messages.acceptedAt })
      .from(messages)
      .where(sql`${messages.updateId} BETWEEN ${ids[0]} AND ${ids.at(-1)}`)
      .all();
    return [
      ...settled.map(({ key, at }) => ({ id: Number(key.slice("tg:".length)), at })),
      ...relayed.filter(({ id }) => asked.has(id)),
    ];
  }

  purge(now: number): void {
    this.#db
      .delete(seenUpdates)
      .where(lt(seenUpdates.lastAt, now - CAUSE_KEPT_MS))
      .run();
  }

  #write(updates: SeenUpdate[]): void {
    const first = updates[0]!.id;
    const lastAt = Math.max(...updates.map(({ at }) => at));
    this.#db.insert(seenUpdates).values({ first, lastAt, updates }).onConflictDoNothing().run();
  }
}
