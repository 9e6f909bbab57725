import { getTableColumns, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Promised } from "../domain/sla/promised.ts";
import { isAmong } from "./among.ts";
import { SCANNED_EVENTS_MAX } from "./limits.ts";
import type { TicketEventRow } from "./queries.ts";
import { reach } from "./reach.ts";
import { ticketEvents, tickets } from "./schema.ts";

/** Of the feed: one of the types, where there are any, and in the group that had the ticket then. */
export interface FeedFilter {
  types: readonly string[];
  group?: string | undefined;
}

/** A place in the feed: the last event that was read, and which one it was. */
export interface FeedPlace {
  seq: number;
  ticketId: string;
  n: number;
}

/** Before everything. */
export const FEED_BEGIN: FeedPlace = { seq: 0, ticketId: "", n: 0 };

interface FeedEvent {
  event: TicketEventRow;
  /** Null where the record knows no such ticket. */
  ref: string | null;
  /** What is promised of the ticket now and still to be kept. */
  promises: Promised[];
  group: string;
  place: FeedPlace;
}

export interface FeedPage {
  events: FeedEvent[];
  /** Up to where it was read; events may follow that the filter leaves out. */
  next: FeedPlace;
  /** Whether there is anything behind that now. */
  more: boolean;
}

/**
 * Events of all tickets, in the order in which the record was told, behind a place. An event never enters the feed
 * before a place that was read already, and one that is told again does not enter again. `lost`: the place is no longer
 * in the feed, because the record was restored to an earlier state or made anew.
 */
export async function readFeed(
  d1: D1Database,
  { types, group }: FeedFilter,
  { after, limit }: { after: FeedPlace; limit: number },
): Promise<FeedPage | "lost"> {
  const db = drizzle(d1);
  const isFiltered = types.length > 0 || group !== undefined;
  const scan = sql`SELECT seq, ticket_id, n, type, group_id FROM event_feed WHERE seq > ${after.seq}
    ORDER BY seq LIMIT ${isFiltered ? SCANNED_EVENTS_MAX : limit}`;
  const checked = [
    ...(types.length === 0 ? [] : [isAmong(sql`feed.type`, types)]),
    ...(group === undefined ? [] : [sql`feed.group_id = ${group}`]),
  ];
  const where = checked.length === 0 ? sql`` : sql`WHERE ${sql.join(checked, sql` AND `)}`;
  // One transaction: what is read, up to where, and how far the feed goes belong together.
  const [stood, found, ends, newest] = await reach(() =>
    db.batch([
      db
        .select(PLACE)
        .from(sql`event_feed`)
        .where(sql`seq = ${after.seq}`),
      db
        .select({
          ...EVENT,
          ref: sql<string | null>`ref`,
          promises: sql`promises`.mapWith(tickets.promises) as SQL<Promised[] | null>,
          group: sql<string>`feed_group`,
          seq: sql<number>`seq`,
        })
        .from(
          sql`(SELECT event.*, feed.seq, feed.group_id AS feed_group, tickets.ref, tickets.promises
            FROM (${scan}) AS feed
            CROSS JOIN ticket_events AS event ON event.ticket_id = feed.ticket_id AND event.n = feed.n
            LEFT JOIN tickets ON tickets.id = feed.ticket_id
            ${where} LIMIT ${limit})`,
        ),
      db
        .select(PLACE)
        .from(sql`(${scan})`)
        .orderBy(sql`seq DESC`)
        .limit(1),
      db
        .select(PLACE)
        .from(sql`event_feed`)
        .orderBy(sql`seq DESC`)
        .limit(1),
    ]),
  );
  const last = newest[0] ?? FEED_BEGIN;
  if (after.seq > last.seq || isAnother(stood[0], after)) return "lost";
  const events = found.map(({ ref, promises, group: feedGroup, seq, ...event }) => ({
    event,
    ref,
    promises: promises ?? [],
    group: feedGroup,
    place: { seq, ticketId: event.ticketId, n: event.n },
  }));
  const full = events.length === limit ? events.at(-1)?.place : undefined;
  const next = full ?? ends[0] ?? after;
  return { events, next, more: last.seq > next.seq };
}

const PLACE = { seq: sql<number>`seq`, ticketId: sql<string>`ticket_id`, n: sql<number>`n` };

const EVENT = Object.fromEntries(
  Object.entries(getTableColumns(ticketEvents)).map(([key, column]) => [
    key,
    sql`${sql.identifier(column.name)}`.mapWith(column),
  ]),
) as { [Key in keyof TicketEventRow]: SQL<TicketEventRow[Key]> };

/** A missing row was read before it was forgotten; a row of another event was written after the record was restored. */
function isAnother(stood: FeedPlace | undefined, { ticketId, n }: FeedPlace): boolean {
  return stood !== undefined && (stood.ticketId !== ticketId || stood.n !== n);
}
