import { sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { AuditEntry, ApiCaller } from "../domain/desk/audit.ts";
import { reach } from "./reach.ts";
import { rowWhere } from "./row-where.ts";
import { audit } from "./schema.ts";

type Statement = BatchItem<"sqlite">;

/**
 * The statement that records what the statement before it in the same batch changed, and nothing if that changed
 * nothing. So a change always has its entry, and an entry its change.
 */
export function auditOfChange(db: DrizzleD1Database, entry: AuditEntry): Statement {
  return insert(db, entry, sql`changes() > 0`);
}

/** The same without a condition, for what happens outside of D1. */
export function auditOf(db: DrizzleD1Database, entry: AuditEntry): Statement {
  return insert(db, entry, sql`true`);
}

function insert(db: DrizzleD1Database, entry: AuditEntry, condition: SQL): Statement {
  const { at, by, action, target, from, to, data = {}, origin, cause } = entry;
  const row = {
    at,
    actorKind: by.kind,
    actorId: by.id,
    actorName: by.kind === "key" ? by.name : null,
    action,
    targetKind: target.kind,
    targetId: target.id,
    from,
    to,
    data,
    ...origin,
    cause,
  };
  return db
    .insert(audit)
    .select(rowWhere(audit, row, condition))
    .onConflictDoNothing();
}

/** Columns that all entries of a caller share. */
export function doneBy({ id, name, origin, cause }: ApiCaller): Pick<AuditEntry, "by" | "origin" | "cause"> {
  return { by: { kind: "key", id, name }, origin, cause };
}

/**
 * Notes what is about to happen outside of D1, so that nothing happens there without an entry. Answers how to take it
 * back where it did not happen after all.
 */
export async function recordAudit(d1: D1Database, entry: AuditEntry): Promise<() => Promise<void>> {
  const db = drizzle(d1);
  const [noted] = await reach(() => db.batch([auditOf(db, entry)]));
  // A run that takes over from a dead one finds the entry there, and that one may have done it.
  const isOurs = (noted as D1Result).meta.changes > 0;
  return async () => {
    if (!isOurs || entry.cause === undefined) return;
    await reach(() => db.delete(audit).where(sql`${audit.cause} = ${entry.cause}`));
  };
}
