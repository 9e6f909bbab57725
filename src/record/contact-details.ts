import { and, eq, isNotNull, sql, type SQL } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { AuditEntry, ApiCaller } from "../domain/desk/audit.ts";
import { auditOfChange, doneBy } from "./audit-entries.ts";
import { reach } from "./reach.ts";
import { rowWhere } from "./row-where.ts";
import { audit, contactDetails, contacts, customerRoutes } from "./schema.ts";

/** What the staff says of a contact; instants in ms since 1970. */
export type DetailsRow = typeof contactDetails.$inferSelect;

/** Fields that may change: null removes a value, an absent key leaves it. */
export interface DetailsChange {
  displayName?: string | null | undefined;
  email?: string | null | undefined;
  phone?: string | null | undefined;
  notes?: string | null | undefined;
}

const NO_DETAILS = {
  displayName: null,
  email: null,
  phone: null,
  notes: null,
  blockedAt: null,
  blockedBy: null,
  mergedInto: null,
  mergedAt: null,
  mergedBy: null,
};

/** What the desk's staff and programs say of contacts. Everything throws `RecordUnreachable` when D1 does not answer. */
export class ContactDetails {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  /** Null if the staff has noted nothing. */
  async find(id: ContactId): Promise<DetailsRow | null> {
    const row = await reach(() =>
      this.#db.select().from(contactDetails).where(eq(contactDetails.contactId, id)).get(),
    );
    return row ?? null;
  }

  /** Blocked customers of a home group, and since when. */
  async blockedAt(group: string): Promise<{ customer: ContactId; since: number }[]> {
    return reach(() =>
      this.#db
        .select({ customer: contactDetails.contactId, since: sql<number>`${contactDetails.blockedAt}` })
        .from(contactDetails)
        .innerJoin(customerRoutes, eq(customerRoutes.customerId, contactDetails.contactId))
        .where(and(isNotNull(contactDetails.blockedAt), eq(customerRoutes.groupId, group))),
    );
  }

  /** Whether the desk knows a contact by this id. */
  async isKnown(id: ContactId): Promise<boolean> {
    const [contact, route, details] = await reach(() =>
      this.#db.batch([
        this.#db.select({ id: contacts.telegramId }).from(contacts).where(eq(contacts.telegramId, id)),
        this.#db
          .select({ id: customerRoutes.customerId })
          .from(customerRoutes)
          .where(eq(customerRoutes.customerId, id)),
        this.#db
          .select({ id: contactDetails.contactId })
          .from(contactDetails)
          .where(eq(contactDetails.contactId, id)),
      ]),
    );
    return contact.length + route.length + details.length > 0;
  }

  /** What stands there already is not written again. */
  async update(id: ContactId, change: DetailsChange, caller: ApiCaller, at: number): Promise<void> {
    const said = (["displayName", "email", "phone", "notes"] as const).flatMap((field) => {
      const value = change[field];
      return value === undefined ? [] : [{ field, value }];
    });
    if (said.length === 0) return;
    const fields = said.map(({ field }) => field);
    const entry = { ...entryOf("contact.updated", id, at, caller), data: { fields } };
    const set = Object.fromEntries(said.map(({ field, value }) => [field, value]));
    const differs = said.map(({ field, value }) => sql`${contactDetails[field]} IS NOT ${value}`);
    const isNew = sql`EXISTS (SELECT 1 FROM (SELECT 1) LEFT JOIN ${contactDetails}
      ON ${contactDetails.contactId} = ${id} WHERE ${sql.join(differs, sql` OR `)})`;
    await this.#save(id, set, entry, at, isNew);
  }

  /** A contact that is blocked already keeps its date. */
  async block(id: ContactId, caller: ApiCaller, at: number): Promise<void> {
    const set = { blockedAt: at, blockedBy: caller.name };
    const isFree = sql`NOT ${stands(id, sql`${contactDetails.blockedAt} IS NOT NULL`)}`;
    await this.#save(id, set, entryOf("contact.blocked", id, at, caller), at, isFree);
  }

  async unblock(id: ContactId, caller: ApiCaller, at: number): Promise<void> {
    const set = { blockedAt: null, blockedBy: null };
    const entry = entryOf("contact.unblocked", id, at, caller);
    await this.#save(id, set, entry, at, stands(id, sql`${contactDetails.blockedAt} IS NOT NULL`));
  }

  /** The ids of all contacts merged with this one, itself included, whichever of them is shown. */
  async together(id: ContactId): Promise<ContactId[]> {
    const mine = sql<ContactId>`coalesce((SELECT ${contactDetails.mergedInto} FROM ${contactDetails}
      WHERE ${contactDetails.contactId} = ${id}), ${id})`;
    const rows = await reach(() =>
      this.#db.all<{ id: ContactId }>(sql`
        SELECT ${mine} AS id
        UNION SELECT ${contactDetails.contactId} FROM ${contactDetails} WHERE ${contactDetails.mergedInto} = ${mine}`),
    );
    const ids = rows.map((row) => row.id);
    return ids.includes(id) ? ids : [...ids, id];
  }

  /** Shows a contact as another one. Answers why not where that would make a chain or a circle. */
  async merge(
    id: ContactId,
    into: ContactId,
    caller: ApiCaller,
    at: number,
  ): Promise<"merged" | "is_merged" | "has_merged"> {
    const entry = { ...entryOf("contact.merged", id, at, caller), to: { contact: String(into) } };
    // Looked at where it is written: of two merges at once the second one sees the first.
    const apart = sql`NOT EXISTS (SELECT 1 FROM ${contactDetails} WHERE ${contactDetails.mergedInto} = ${id}
      OR (${contactDetails.contactId} IN (${id}, ${into}) AND ${contactDetails.mergedInto} IS NOT NULL))`;
    await this.#save(id, { mergedInto: into, mergedAt: at, mergedBy: caller.name }, entry, at, apart);
    const [mine, theirs, of] = await Promise.all([this.find(id), this.find(into), this.together(id)]);
    if (mine?.mergedInto === into) return "merged";
    if (mine?.mergedInto != null || theirs?.mergedInto != null) return "is_merged";
    return of.length > 1 ? "has_merged" : "merged";
  }

  async unmerge(id: ContactId, caller: ApiCaller, at: number): Promise<void> {
    const was = await this.find(id);
    if (was === null || was.mergedInto === null) return;
    const entry = {
      ...entryOf("contact.unmerged", id, at, caller),
      from: { contact: String(was.mergedInto) },
    };
    const set = { mergedInto: null, mergedAt: null, mergedBy: null };
    const isThere = stands(id, sql`${contactDetails.mergedInto} = ${was.mergedInto}`);
    await this.#save(id, set, entry, at, isThere);
  }

  /**
   * Writes what changes, where the condition holds then, and with it who changed it. A run that takes over from one that
   * has its entry already changes nothing: what others did since stays.
   */
  async #save(
    id: ContactId,
    set: Partial<DetailsRow>,
    entry: AuditEntry,
    at: number,
    where: SQL,
  ): Promise<void> {
    const first = { contactId: id, ...NO_DETAILS, ...set, updatedAt: at, version: 1 };
    const isDone = sql`EXISTS (SELECT 1 FROM ${audit} WHERE ${audit.cause} = ${entry.cause ?? null})`;
    const upsert = this.#db
      .insert(contactDetails)
      .select(rowWhere(contactDetails, first, sql`${where} AND NOT ${isDone}`))
      .onConflictDoUpdate({
        target: contactDetails.contactId,
        set: { ...set, updatedAt: at, version: sql`${contactDetails.version} + 1` },
      });
    await reach(() => this.#db.batch([upsert, auditOfChange(this.#db, entry)]));
  }
}

/** Whether something stands at a contact. */
function stands(id: ContactId, what: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${contactDetails} WHERE ${contactDetails.contactId} = ${id} AND ${what})`;
}

function entryOf(action: AuditEntry["action"], id: ContactId, at: number, caller: ApiCaller): AuditEntry {
  return { at, ...doneBy(caller), action, target: { kind: "contact", id: String(id) } };
}
