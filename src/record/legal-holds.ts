import { and, eq, inArray, or, sql } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { AuditEntry, Doer } from "../domain/audit.ts";
import { auditOfChange, doneBy } from "./audit-entries.ts";
import { reach } from "./reach.ts";
import { legalHolds, tickets } from "./schema.ts";

/** A hold; `since` in ms since 1970. */
export type HoldRow = typeof legalHolds.$inferSelect;
export type Held = Pick<HoldRow, "kind" | "id">;
/** Since when, and what: where a hold stands in the list. */
export type HoldPlace = [since: number, kind: HoldRow["kind"], id: string];

/** What must not be erased or forgotten. Everything throws `RecordUnreachable` when D1 does not answer. */
export class LegalHolds {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  async list(): Promise<HoldRow[]> {
    return reach(() => this.#db.select().from(legalHolds));
  }

  /** Longest first, those after a place. */
  async page(after: HoldPlace | null, limit: number): Promise<HoldRow[]> {
    const { since, kind, id } = legalHolds;
    const place = sql`(${since}, ${kind}, ${id})`;
    return reach(() =>
      this.#db
        .select()
        .from(legalHolds)
        .where(after === null ? undefined : sql`${place} > (${after[0]}, ${after[1]}, ${after[2]})`)
        .orderBy(since, kind, id)
        .limit(limit),
    );
  }

  async find({ kind, id }: Held): Promise<HoldRow | null> {
    const row = await reach(() =>
      this.#db
        .select()
        .from(legalHolds)
        .where(and(eq(legalHolds.kind, kind), eq(legalHolds.id, id)))
        .get(),
    );
    return row ?? null;
  }

  /** One that is set already stays as it is. */
  async set(held: Held, reason: string, doer: Doer, at: number): Promise<void> {
    const insert = this.#db
      .insert(legalHolds)
      .values({ ...held, since: at, by: doer.name, reason })
      .onConflictDoNothing();
    const entry = { at, ...doneBy(doer), action: "hold.set", target: held } satisfies AuditEntry;
    await reach(() => this.#db.batch([insert, auditOfChange(this.#db, entry)]));
  }

  async lift(held: Held, doer: Doer, at: number): Promise<void> {
    const remove = this.#db
      .delete(legalHolds)
      .where(and(eq(legalHolds.kind, held.kind), eq(legalHolds.id, held.id)));
    const entry = { at, ...doneBy(doer), action: "hold.lifted", target: held } satisfies AuditEntry;
    await reach(() => this.#db.batch([remove, auditOfChange(this.#db, entry)]));
  }

  /** The holds on these contacts, or on a ticket of theirs. */
  async over(contacts: readonly number[]): Promise<HoldRow[]> {
    const theirs = this.#db
      .select({ id: tickets.id })
      .from(tickets)
      .where(inArray(tickets.customerId, [...contacts]));
    return reach(() =>
      this.#db
        .select()
        .from(legalHolds)
        .where(
          or(
            and(eq(legalHolds.kind, "contact"), inArray(legalHolds.id, contacts.map(String))),
            and(eq(legalHolds.kind, "ticket"), inArray(legalHolds.id, theirs)),
          ),
        ),
    );
  }

  /** Ids of everything that a hold keeps: contacts, tickets, and the tickets of contacts. */
  async everything(): Promise<{ contacts: string[]; tickets: string[] }> {
    const rows = await this.list();
    const contacts = rows.filter(({ kind }) => kind === "contact").map(({ id }) => id);
    return { contacts, tickets: rows.filter(({ kind }) => kind === "ticket").map(({ id }) => id) };
  }
}

/** The condition that a ticket of the record is held by nobody. */
export const isHeldByNobody = sql`NOT EXISTS (SELECT 1 FROM legal_holds AS held WHERE
  (held.kind = 'ticket' AND held.id = ${tickets.id})
  OR (held.kind = 'contact' AND held.id = CAST(${tickets.customerId} AS TEXT)))`;
