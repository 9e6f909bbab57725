import { and, eq, isNotNull, or, sql, type SQL, type SQLWrapper } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { AuditEntry, ApiCaller } from "../domain/desk/audit.ts";
import { isAmong } from "./among.ts";
import { auditOfChange, doneBy } from "./audit-entries.ts";
import { reach } from "./reach.ts";
import { contactDetails, legalHolds, tickets } from "./schema.ts";

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
  async set(held: Held, reason: string, caller: ApiCaller, at: number): Promise<void> {
    const insert = this.#db
      .insert(legalHolds)
      .values({ ...held, since: at, by: caller.name, reason })
      .onConflictDoNothing();
    const entry = { at, ...doneBy(caller), action: "hold.set", target: held } satisfies AuditEntry;
    await reach(() => this.#db.batch([insert, auditOfChange(this.#db, entry)]));
  }

  async lift(held: Held, caller: ApiCaller, at: number): Promise<void> {
    const remove = this.#db
      .delete(legalHolds)
      .where(and(eq(legalHolds.kind, held.kind), eq(legalHolds.id, held.id)));
    const entry = { at, ...doneBy(caller), action: "hold.lifted", target: held } satisfies AuditEntry;
    await reach(() => this.#db.batch([remove, auditOfChange(this.#db, entry)]));
  }

  /** The holds on these contacts, or on a ticket of theirs. */
  async over(contacts: readonly ContactId[]): Promise<HoldRow[]> {
    const theirs = this.#db
      .select({ id: tickets.id })
      .from(tickets)
      .where(isAmong(tickets.customerId, contacts));
    return reach(() =>
      this.#db
        .select()
        .from(legalHolds)
        .where(
          or(
            and(eq(legalHolds.kind, "contact"), isAmong(legalHolds.id, contacts.map(String))),
            and(eq(legalHolds.kind, "ticket"), sql`${legalHolds.id} IN ${theirs}`),
          ),
        ),
    );
  }

  /** Ids of everything that a hold keeps: tickets, and contacts with all that are the same person. */
  async everything(): Promise<{ contacts: string[]; tickets: string[] }> {
    const [rows, others] = await reach(() =>
      this.#db.batch([
        this.#db.select().from(legalHolds),
        this.#db
          .select({ id: contactDetails.contactId, into: contactDetails.mergedInto })
          .from(contactDetails)
          .where(and(isNotNull(contactDetails.mergedInto), isHeldPerson(contactDetails.contactId))),
      ]),
    );
    const contacts = new Set(rows.filter(({ kind }) => kind === "contact").map(({ id }) => id));
    for (const { id, into } of others) contacts.add(String(id)).add(String(into));
    return {
      contacts: [...contacts],
      tickets: rows.filter(({ kind }) => kind === "ticket").map(({ id }) => id),
    };
  }
}

/** The condition that a hold keeps a contact, or one merged with it. */
export function isHeldPerson(contact: SQLWrapper): SQL {
  return sql`EXISTS (SELECT 1 FROM legal_holds AS kept WHERE kept.kind = 'contact'
    AND ${shownAs(sql`CAST(kept.id AS INTEGER)`)} = ${shownAs(contact)})`;
}

/** Chains of merges are refused, so one look tells. */
function shownAs(contact: SQLWrapper): SQL {
  return sql`coalesce((SELECT one.merged_into FROM contact_details AS one WHERE one.contact_id = ${contact}), ${contact})`;
}

/** The condition that no hold keeps a ticket of the record. */
export const isHeldByNobody = sql`(NOT ${isHeldPerson(tickets.customerId)}
  AND NOT EXISTS (SELECT 1 FROM legal_holds AS held WHERE held.kind = 'ticket' AND held.id = ${tickets.id}))`;
