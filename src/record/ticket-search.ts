import { sql, type SQL } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { SCANNED_TICKETS_MAX, SORTED_TICKETS_MAX } from "./limits.ts";
import type { TicketRow } from "./queries.ts";
import { reach } from "./reach.ts";
import { matchAll, matchTags, rowid } from "./search-words.ts";
import { conditionsOf, type Condition, type TicketFilter } from "./ticket-filter.ts";
import { all, COLUMNS, listTickets, sortedPage } from "./ticket-list.ts";
import { sortingOf, type TicketOrder, type TicketPosition } from "./ticket-order.ts";

/** `docs`: a place is a number of the full text index; otherwise it is a ticket's in the order that is asked for. */
export interface TicketPlace extends TicketPosition {
  docs?: boolean;
}

export interface FoundPage {
  rows: TicketRow[];
  next: TicketPlace | null;
}

/**
 * Tickets that match, in an order, behind a place. Where words or tags are looked for, the full text index finds them,
 * in the order of their opening; otherwise the list's own indexes do. `too_many`: so many have these words that they
 * can only be listed by `openedAt`; `other_place`: the place belongs to a list that was found in the other way.
 */
export async function findTickets(
  d1: D1Database,
  filter: TicketFilter,
  order: TicketOrder,
  page: { after: TicketPlace | null; limit: number },
): Promise<FoundPage | "too_many" | "other_place"> {
  const match = matchOf(filter);
  const byOpening = order === "openedAt" || order === "-openedAt";
  if ((page.after?.docs ?? false) !== (match !== null && byOpening) && page.after !== null)
    return "other_place";
  if (match === null) return listTickets(d1, filter, order, page);
  const db = drizzle(d1);
  const checked = conditionsOf(filter);
  if (byOpening) return inOpeningOrder(db, match, filter, checked, sortingOf(order).down, page);
  const matches = sql`SELECT rowid AS doc FROM ticket_search WHERE ticket_search MATCH ${match}
    ORDER BY rowid DESC LIMIT ${SORTED_TICKETS_MAX + 1}`;
  const [count] = await reach(() =>
    db.all<{ count: number }>(sql`SELECT count(*) AS count FROM (${matches})`),
  );
  if ((count?.count ?? 0) <= SORTED_TICKETS_MAX) {
    const sorting = sortingOf(order);
    return sortedPage(db, sql`SELECT tickets.* FROM ${ticketsOf(matches)}`, { checked, sorting, ...page });
  }
  // Tags that very many tickets have are met often enough by looking from ticket to ticket.
  return matchAll(filter.words ?? []) === null ? listTickets(d1, filter, order, page) : "too_many";
}

function matchOf({ words = [], tags = [], customer }: TicketFilter): string | null {
  const said = matchAll(words);
  // A customer has few tickets: their own index is shorter than a tag's.
  const tagged = said === null && customer !== undefined ? null : matchTags(tags);
  return said === null || tagged === null ? (said ?? tagged) : `${said} AND ${tagged}`;
}

/** Documents of the index with their tickets, in the order of the documents. */
function ticketsOf(docs: SQL): SQL {
  return sql`(${docs}) AS found
    CROSS JOIN ticket_docs ON ticket_docs.doc = found.doc
    CROSS JOIN tickets ON tickets.id = ticket_docs.ticket_id`;
}

async function inOpeningOrder(
  db: DrizzleD1Database,
  match: string,
  { openedAfter, openedBefore }: TicketFilter,
  conditions: readonly Condition[],
  down: boolean,
  { after, limit }: { after: TicketPlace | null; limit: number },
): Promise<FoundPage> {
  const direction = down ? sql`DESC` : sql`ASC`;
  // FTS5 goes straight to one bound on each side.
  const from = Math.max(firstDoc(openedAfter ?? 0), after === null || down ? 0 : after.value + 1);
  const to = Math.min(
    openedBefore === undefined ? Infinity : firstDoc(openedBefore),
    after === null || !down ? Infinity : after.value,
  );
  const bounds = [
    ...(from > 0 ? [sql`AND rowid >= ${rowid(from)}`] : []),
    ...(to < Infinity ? [sql`AND rowid < ${rowid(to)}`] : []),
  ];
  const scan = sql`SELECT rowid AS doc FROM ticket_search WHERE ticket_search MATCH ${match}
    ${sql.join(bounds, sql` `)} ORDER BY rowid ${direction} LIMIT ${SCANNED_TICKETS_MAX}`;
  const checked = conditions
    .filter(({ about }) => about !== "openedAfter" && about !== "openedBefore")
    .map((one) => one.sql);
  const found = db
    .select({ ...COLUMNS, doc: sql<number>`found.doc`.as("doc") })
    .from(ticketsOf(scan))
    .where(all(checked))
    .limit(limit + 1);
  const cut = (rows: Awaited<typeof found>): FoundPage => {
    const shown = rows.slice(0, limit);
    return { rows: shown, next: rows.length > limit ? place(shown.at(-1)!.doc) : null };
  };
  const first = await reach(() => found);
  if (first.length > limit || checked.length === 0) return cut(first);
  // What was found and as far as was looked belong together: both are asked anew, in one transaction.
  const [rows, [end]] = await reach(() =>
    db.batch([
      found,
      db
        .select({
          doc: sql<number>`doc`.as("last_doc"),
          scanned: sql<number>`count(*) OVER ()`.as("scanned"),
        })
        .from(sql`(${scan})`)
        .orderBy(down ? sql`doc ASC` : sql`doc DESC`)
        .limit(1),
    ]),
  );
  if (rows.length > limit || end === undefined || end.scanned < SCANNED_TICKETS_MAX) return cut(rows);
  return { rows, next: place(end.doc) };
}

function place(doc: number): TicketPlace {
  return { rank: 0, value: doc, id: "", docs: true };
}

/** Documents have their tickets' opening and a count within the millisecond; see `ticket_docs`. */
function firstDoc(openedAt: number): number {
  return openedAt * 1_024;
}
