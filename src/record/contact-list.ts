import { count, desc, eq, getTableColumns, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { TicketStatus } from "../domain/ticket/status.ts";
import { isAmong } from "./among.ts";
import { COUNTED_TICKETS_OF_CONTACT_MAX, SCANNED_CONTACTS_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { contacts, tickets } from "./schema.ts";
import { matchAll, rowid } from "./search-words.ts";

export type ContactRow = typeof contacts.$inferSelect;

/** Which contacts a list shows: all conditions hold. */
export interface ContactFilter {
  /** Words of name or username, or beginnings of them; a list of them stands in the order of the ids, highest first. */
  words?: readonly string[] | undefined;
  id?: ContactId | undefined;
  /** Their home. */
  group?: string | undefined;
  unreachable?: boolean | undefined;
}

/** The place of a contact: when they were first seen (0 in a search), and their id. */
export interface ContactPlace {
  firstSeenAt: number;
  id: ContactId;
}

/**
 * Contacts that match, who came last first, behind a place. A page looks at `SCANNED_CONTACTS_MAX` of them at most and
 * then says where to go on, so it may be short, or empty.
 */
export async function listContacts(
  d1: D1Database,
  filter: ContactFilter,
  { after, limit }: { after: ContactPlace | null; limit: number },
): Promise<{ rows: ContactRow[]; next: ContactPlace | null }> {
  const db = drizzle(d1);
  const match = matchAll(filter.words ?? []);
  const scan = match === null ? newest(filter, after) : matching(match, filter, after);
  const checked = [
    ...(filter.group === undefined ? [] : [sql`group_id = ${filter.group}`]),
    ...(filter.unreachable === undefined
      ? []
      : [sql`(unreachable IS NOT NULL) = ${Number(filter.unreachable)}`]),
  ];
  const found = db
    .select(COLUMNS)
    .from(scan)
    .where(checked.length === 0 ? undefined : sql.join(checked, sql` AND `))
    .limit(limit + 1);
  const place = ({ telegramId: id, firstSeenAt }: Pick<ContactRow, "telegramId" | "firstSeenAt">) => ({
    id,
    firstSeenAt: match === null ? firstSeenAt : 0,
  });
  const cut = (rows: ContactRow[]): { rows: ContactRow[]; next: ContactPlace | null } => {
    const shown = rows.slice(0, limit);
    return { rows: shown, next: rows.length > limit ? place(shown.at(-1)!) : null };
  };
  const first = await reach(() => found);
  if (first.length > limit || checked.length === 0) return cut(first);
  // What was found and as far as was looked belong together: both are asked anew, in one transaction.
  const [rows, [end]] = await reach(() =>
    db.batch([
      found,
      db
        .select({
          telegramId: sql<ContactId>`telegram_id`.as("last_id"),
          firstSeenAt: sql<number>`first_seen_at`.as("last_seen_at"),
          scanned: sql<number>`count(*) OVER ()`.as("scanned"),
        })
        .from(scan)
        .orderBy(match === null ? sql`first_seen_at, telegram_id` : sql`telegram_id`)
        .limit(1),
    ]),
  );
  if (rows.length > limit || end === undefined || end.scanned < SCANNED_CONTACTS_MAX) return cut(rows);
  return { rows, next: place(end) };
}

/** The columns of `contacts` by their bare names, as a subquery has them. */
const COLUMNS = Object.fromEntries(
  Object.entries(getTableColumns(contacts)).map(([key, column]) => [
    key,
    sql`${sql.identifier(column.name)}`.mapWith(column),
  ]),
) as { [Key in keyof ContactRow]: SQL<ContactRow[Key]> };

function newest({ id }: ContactFilter, after: ContactPlace | null): SQL {
  if (id !== undefined) {
    const beyond = after === null ? sql`` : sql`AND telegram_id < ${after.id}`;
    return sql`(SELECT * FROM contacts WHERE telegram_id = ${id} ${beyond})`;
  }
  const behind =
    after === null ? sql`` : sql`WHERE (first_seen_at, telegram_id) < (${after.firstSeenAt}, ${after.id})`;
  return sql`(SELECT * FROM contacts ${behind} ORDER BY first_seen_at DESC, telegram_id DESC
    LIMIT ${SCANNED_CONTACTS_MAX})`;
}

function matching(match: string, { id }: ContactFilter, after: ContactPlace | null): SQL {
  const behind = after === null ? sql`` : sql`AND rowid < ${rowid(after.id)}`;
  const one = id === undefined ? sql`` : sql`AND rowid = ${rowid(id)}`;
  return sql`(SELECT rowid AS found FROM contact_search WHERE contact_search MATCH ${match}
    ${behind} ${one} ORDER BY rowid DESC LIMIT ${SCANNED_CONTACTS_MAX})
    CROSS JOIN contacts ON contacts.telegram_id = found`;
}

/** What the record knows of a contact. */
export interface KnownContact {
  contact: ContactRow;
  /** Their tickets by status; of very many the newest `COUNTED_TICKETS_OF_CONTACT_MAX`. */
  counts: { status: TicketStatus; count: number }[];
  /** The newest tickets. */
  tickets: { ref: string; group: string; queue: string; status: TicketStatus; openedAt: number }[];
}

/** A contact with the newest tickets of that person, merged contacts included; null: the record does not know it. */
export async function knownContact(
  d1: D1Database,
  id: ContactId,
  { people, ticketsShown }: { people: readonly ContactId[]; ticketsShown: number },
): Promise<KnownContact | null> {
  const db = drizzle(d1);
  const areTheirs = people.length === 1 ? eq(tickets.customerId, id) : isAmong(tickets.customerId, people);
  const theirs = db
    .select({ status: tickets.status })
    .from(tickets)
    .where(areTheirs)
    .orderBy(desc(tickets.openedAt))
    .limit(COUNTED_TICKETS_OF_CONTACT_MAX)
    .as("theirs");
  const [[contact], counts, newestTickets] = await reach(() =>
    db.batch([
      db.select().from(contacts).where(eq(contacts.telegramId, id)),
      db.select({ status: theirs.status, count: count() }).from(theirs).groupBy(theirs.status),
      db
        .select({
          ref: tickets.ref,
          group: tickets.groupId,
          queue: tickets.queue,
          status: tickets.status,
          openedAt: tickets.openedAt,
        })
        .from(tickets)
        .where(areTheirs)
        .orderBy(desc(tickets.openedAt), desc(tickets.id))
        .limit(ticketsShown),
    ]),
  );
  return contact === undefined ? null : { contact, counts, tickets: newestTickets };
}
