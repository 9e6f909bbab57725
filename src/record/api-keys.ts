import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { AuditAction, AuditEntry, ApiCaller } from "../domain/desk/audit.ts";
import type { Scope } from "../domain/desk/scope.ts";
import { auditOfChange, doneBy } from "./audit-entries.ts";
import { API_KEY_KEPT_MS, API_KEY_USED_EVERY_MS, API_KEYS_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { rowWhere } from "./row-where.ts";
import { apiKeys } from "./schema.ts";

/** A key as it is stored: without its secret. Instants in ms since 1970. */
export type ApiKeyRow = typeof apiKeys.$inferSelect;

export interface NewApiKey {
  id: string;
  name: string;
  hash: string;
  scopes: Scope[];
  callsPerMinute: number | null;
  expiresAt: number | null;
  at: number;
  /** Its cause is the call that asks. Asked again by the same call, it gets the new secret and stays one key. */
  caller: ApiCaller;
}

export interface Rotation {
  id: string;
  hash: string;
  /** Until when the secret before is let in. */
  overlapUntil: number;
  at: number;
  caller: ApiCaller;
}

/** The keys of programs in D1. Everything throws `RecordUnreachable` when D1 does not answer. */
export class ApiKeys {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  async find(id: string): Promise<ApiKeyRow | null> {
    const row = await reach(() => this.#db.select().from(apiKeys).where(eq(apiKeys.id, id)).get());
    return row ?? null;
  }

  /** Whether any key could make others. */
  async hasAdmin(now: number): Promise<boolean> {
    const row = await reach(() =>
      this.#db
        .select({ id: apiKeys.id })
        .from(apiKeys)
        .where(
          and(
            isNull(apiKeys.revokedAt),
            sql`(${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${now})`,
            sql`${apiKeys.scopes} LIKE '%"admin"%'`,
          ),
        )
        .limit(1)
        .get(),
    );
    return row !== undefined;
  }

  /** Made last first; `after` is the last one of the page before. */
  async list(page: { after: { createdAt: number; id: string } | null; limit: number }): Promise<ApiKeyRow[]> {
    const { after } = page;
    return reach(() =>
      this.#db
        .select()
        .from(apiKeys)
        .where(
          after === null
            ? undefined
            : sql`(${apiKeys.createdAt}, ${apiKeys.id}) < (${after.createdAt}, ${after.id})`,
        )
        .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
        .limit(page.limit),
    );
  }

  /** Null if there are `API_KEYS_MAX` already. */
  async create(key: NewApiKey): Promise<ApiKeyRow | null> {
    const { id, name, hash, scopes, callsPerMinute, expiresAt, at, caller } = key;
    const cause = caller.cause;
    const made = {
      id,
      name,
      hash,
      scopes,
      callsPerMinute,
      createdAt: at,
      createdBy: caller.name,
      expiresAt,
      cause,
    };
    const isRoom = sql`(SELECT count(*) FROM ${apiKeys}) < ${API_KEYS_MAX}`;
    const insert = this.#db
      .insert(apiKeys)
      .select(rowWhere(apiKeys, made, isRoom))
      .onConflictDoUpdate({
        target: apiKeys.id,
        set: { hash: sql`excluded.hash` },
        setWhere: sql`${apiKeys.cause} = excluded.cause`,
      })
      .returning({ id: apiKeys.id });
    const entry = {
      ...entryOf("key.created", id, at, caller),
      to: { name, scopes, callsPerMinute, expiresAt },
    };
    const [[row]] = await reach(() => this.#db.batch([insert, auditOfChange(this.#db, entry)]));
    return row === undefined ? null : this.find(id);
  }

  /**
   * Gives a key a new secret; the one before is let in until the overlap ends. Null if the key is unknown or revoked.
   * The same call asking again replaces the secret that it did not get to show, not the one in use.
   */
  async rotate({ id, hash, overlapUntil, at, caller }: Rotation): Promise<ApiKeyRow | null> {
    const { cause } = caller;
    const before = await this.find(id);
    const update = this.#db
      .update(apiKeys)
      .set({
        hash,
        previousHash: sql`CASE WHEN ${apiKeys.cause} = ${cause} THEN ${apiKeys.previousHash} ELSE ${apiKeys.hash} END`,
        previousUntil: overlapUntil,
        rotatedAt: at,
        cause,
      })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
      .returning();
    const entry = {
      ...entryOf("key.rotated", id, at, caller),
      from: { rotatedAt: before?.rotatedAt ?? null },
      to: { rotatedAt: at },
      data: { overlapUntil },
    };
    const [[row]] = await reach(() => this.#db.batch([update, auditOfChange(this.#db, entry)]));
    return row ?? null;
  }

  /** The key as it is afterwards; null if the key is unknown. A key that was revoked before stays as it was. */
  async revoke(id: string, caller: ApiCaller, at: number): Promise<ApiKeyRow | null> {
    const update = this.#db
      .update(apiKeys)
      .set({ revokedAt: at, revokedBy: caller.name })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
      .returning();
    const entry = {
      ...entryOf("key.revoked", id, at, caller),
      from: { revokedAt: null },
      to: { revokedAt: at },
    };
    const [[row]] = await reach(() => this.#db.batch([update, auditOfChange(this.#db, entry)]));
    return row ?? this.find(id);
  }

  /** Notes a use, unless one of the last hour is noted. */
  async used(id: string, at: number): Promise<void> {
    await reach(() =>
      this.#db
        .update(apiKeys)
        .set({ lastUsedAt: at })
        .where(
          and(
            eq(apiKeys.id, id),
            or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, at - API_KEY_USED_EVERY_MS)),
          ),
        ),
    );
  }

  /** Forgets keys that have been of no use for long. */
  async purge(now: number): Promise<void> {
    const before = now - API_KEY_KEPT_MS;
    await reach(() =>
      this.#db.delete(apiKeys).where(or(lt(apiKeys.revokedAt, before), lt(apiKeys.expiresAt, before))),
    );
  }
}

function entryOf(action: AuditAction, id: string, at: number, caller: ApiCaller): AuditEntry {
  return { at, ...doneBy(caller), action, target: { kind: "key", id } };
}
