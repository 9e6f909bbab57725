import { getTableColumns, sql, type SQL } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { SCANNED_TICKETS_MAX, SORTED_TICKETS_MAX } from "./limits.ts";
import type { TicketRow } from "./queries.ts";
import { reach } from "./reach.ts";
import { tickets } from "./schema.ts";
import {
  conditionsOf,
  isWholePart,
  ofCustomers,
  partsOf,
  type Condition,
  type TicketFilter,
} from "./ticket-filter.ts";
import {
  behind,
  columnOf,
  compare,
  inOrder,
  inReverse,
  isSparse,
  positionOf,
  rankInSql,
  sortingOf,
  type Sorting,
  type TicketOrder,
  type TicketPosition,
} from "./ticket-order.ts";

export interface TicketPage {
  rows: TicketRow[];
  /** Behind which place the list goes on, null where it ends. A page may be short, or empty, and yet go on. */
  next: TicketPosition | null;
}

/**
 * Tickets that match, in an order, behind a place. What a page reads does not grow with the desk: it begins with an
 * index that has the order, looks at `SCANNED_TICKETS_MAX` tickets in each of its parts, and then says where to go on.
 * By `due` and `nextChangeAt` only those are listed that have one.
 */
export async function listTickets(
  d1: D1Database,
  filter: TicketFilter,
  order: TicketOrder,
  page: { after: TicketPosition | null; limit: number },
): Promise<TicketPage> {
  const sorting = sortingOf(order);
  const list = new List(drizzle(d1), filter, sorting, page.limit);
  if (sorting.byPriority || sorting.column !== "openedAt") {
    const few = await list.few();
    if (few !== null) return list.sorted(few, page.after);
  }
  return list.scanned(page.after);
}

/** A stretch of an index: these conditions are read by it, the others are checked ticket by ticket. */
interface Part {
  read: SQL[];
  checked: SQL[];
}

interface TicketScan {
  rows: TicketRow[];
  /** As far as all parts were looked through; null: to their ends, or further than the page goes. */
  end: TicketPosition | null;
}

/** The last ticket of a scan, and how many it has. */
interface ScanEnd {
  value: number;
  id: string;
  scanned: number;
}

/** The conditions by which a small part of all tickets is found, the smallest first. */
const OWNERS = ["customer", "assignee", "queue", "group"] as const;
type Owner = (typeof OWNERS)[number];

class List {
  readonly #db: DrizzleD1Database;
  readonly #filter: TicketFilter;
  readonly #sorting: Sorting;
  readonly #limit: number;
  readonly #conditions: Condition[];
  /** What the index begins with; null: nothing but the order. */
  readonly #owner: Owner | null;

  constructor(db: DrizzleD1Database, filter: TicketFilter, sorting: Sorting, limit: number) {
    this.#db = db;
    this.#filter = filter;
    this.#sorting = sorting;
    this.#limit = limit;
    this.#conditions = conditionsOf(filter);
    this.#owner = OWNERS.find((owner) => filter[owner] !== undefined && filter[owner] !== "none") ?? null;
  }

  /** The conditions that find the tickets of an owner, if they are so few that they can be sorted; otherwise null. */
  async few(): Promise<SQL | null> {
    if (this.#owner === null) return null;
    const parts = this.#owner === "customer" ? [] : partsOf(this.#filter);
    const [only] = parts.length === 1 ? parts : [];
    const theirs = sql.join(
      [this.#of(this.#owner), ...(only === undefined ? [] : [sql`closed = ${Number(only)}`])],
      sql` AND `,
    );
    const [count] = await reach(() =>
      this.#db.all<{ count: number }>(
        sql`SELECT count(*) AS count FROM (SELECT 1 FROM tickets WHERE ${theirs} LIMIT ${SORTED_TICKETS_MAX + 1})`,
      ),
    );
    return (count?.count ?? 0) > SORTED_TICKETS_MAX ? null : theirs;
  }

  /** All of an owner's, put into the order. */
  async sorted(theirs: SQL, after: TicketPosition | null): Promise<TicketPage> {
    const owner = this.#owner;
    const checked = this.#conditions.filter(({ about }) => about !== owner);
    return sortedPage(this.#db, sql`SELECT * FROM tickets WHERE ${theirs}`, {
      checked,
      sorting: this.#sorting,
      after,
      limit: this.#limit,
    });
  }

  /** Rank by rank until the page is full: almost always the first one fills it; the others are asked together. */
  async scanned(after: TicketPosition | null): Promise<TicketPage> {
    const ranks = this.#ranks(after?.rank ?? 0);
    const rows: TicketRow[] = [];
    for (let asked = 0; asked < ranks.length;) {
      const some = ranks.slice(asked, asked === 0 ? 1 : undefined);
      asked += some.length;
      const from = (rank: number): TicketPosition | null => (rank === after?.rank ? after : null);
      const found = await Promise.all(
        some.map(({ rank, parts }) => this.#merged(parts, from(rank), this.#limit - rows.length, rank)),
      );
      for (const { rows: theirs, end } of found) {
        rows.push(...theirs);
        if (rows.length > this.#limit) return this.#cut(rows);
        if (end !== null) return { rows, next: end };
      }
    }
    return { rows, next: null };
  }

  /** Where priority counts, each that is wanted is a rank; otherwise there is one. */
  #ranks(first: number): { rank: number; parts: Part[] }[] {
    const priorities = this.#sorting.byPriority ? this.#sorting.ranks : [null];
    return priorities
      .map((priority, rank) => ({ rank, parts: rank < first ? [] : this.#parts(priority) }))
      .filter(({ parts }) => parts.length > 0);
  }

  #cut(rows: TicketRow[]): TicketPage {
    const shown = rows.slice(0, this.#limit);
    return { rows: shown, next: positionOf(this.#sorting, shown.at(-1)!) };
  }

  /** What several parts have, in order; a part may have one ticket more than `limit`. */
  async #merged(
    parts: Part[],
    after: TicketPosition | null,
    limit: number,
    rank: number,
  ): Promise<TicketScan> {
    const scans = parts.map((part) => this.#scan(part, after));
    const select = () =>
      scans.map((scan, index) => selectTickets(this.#db, sql`(${scan})`, parts[index]!.checked, limit + 1));
    const isShort = (page: TicketRow[], index: number): boolean =>
      parts[index]!.checked.length > 0 && page.length <= limit;
    let pages = await this.#batch(select());
    let ends: ScanEnd[][] = [];
    if (pages.some(isShort)) {
      // What was found and as far as was looked belong together: both are asked anew, in one transaction.
      const found = await this.#batch<unknown>([...select(), ...scans.map((scan) => this.#endOf(scan))]);
      pages = found.slice(0, scans.length) as TicketRow[][];
      ends = (found.slice(scans.length) as ScanEnd[][]).filter((_, index) => isShort(pages[index]!, index));
    }
    let end: TicketPosition | null = null;
    for (const [last] of ends) {
      if (last === undefined || last.scanned < SCANNED_TICKETS_MAX) continue;
      const position = { rank, value: last.value, id: last.id };
      if (end === null || compare(this.#sorting, position, end) < 0) end = position;
    }
    const place = (row: TicketRow): TicketPosition => ({ ...positionOf(this.#sorting, row), rank });
    const rows = pages
      .flat()
      .filter((row) => end === null || compare(this.#sorting, place(row), end) <= 0)
      .sort((a, b) => compare(this.#sorting, place(a), place(b)));
    return { rows, end };
  }

  /** The tickets that a page looks at, as an index has them. */
  #scan({ read }: Part, after: TicketPosition | null): SQL {
    const where = [...read, ...(after === null ? [] : [behind(this.#sorting, after)])];
    const filtered = where.length === 0 ? sql`` : sql`WHERE ${sql.join(where, sql` AND `)}`;
    return sql`SELECT * FROM tickets ${filtered} ORDER BY ${inOrder(this.#sorting)} LIMIT ${SCANNED_TICKETS_MAX}`;
  }

  #endOf(scan: SQL) {
    const column = columnOf(this.#sorting);
    return this.#db
      .select({
        value: sql<number>`${column}`.as("value"),
        id: sql<string>`id`.as("last_id"),
        scanned: sql<number>`count(*) OVER ()`.as("scanned"),
      })
      .from(sql`(${scan})`)
      .orderBy(inReverse(this.#sorting))
      .limit(1);
  }

  /** Into which stretches of an index the list falls. */
  #parts(priority: string | null): Part[] {
    const { column, byPriority } = this.#sorting;
    const read = this.#conditions.filter(({ about }) => isRange(about, column)).map((one) => one.sql);
    if (isSparse(this.#sorting)) read.push(sql`${columnOf(this.#sorting)} IS NOT NULL`);
    if (column !== "openedAt") return [{ read, checked: this.#checked([]) }];

    const closedParts = partsOf(this.#filter);
    if (byPriority) {
      const { priorities = [] } = this.#filter;
      if (priorities.length > 0 && !priorities.some((one) => one === priority)) return [];
      return closedParts.map((closed) => ({
        read: [sql`closed = ${Number(closed)}`, sql`priority = ${priority}`, ...read],
        checked: this.#checked(["priorities"], closed),
      }));
    }
    if (this.#owner === "customer") {
      const checked = this.#checked(["customer"]);
      return this.#filter.customer!.map((one) => ({ read: [ofCustomers([one]), ...read], checked }));
    }
    if (this.#owner !== null) {
      const owner = this.#owner;
      return closedParts.map((closed) => ({
        read: [this.#of(owner), sql`closed = ${Number(closed)}`, ...read],
        checked: this.#checked([owner], closed),
      }));
    }
    const { priorities = [] } = this.#filter;
    const wanted = priorities.length === 0 ? [null] : [...new Set(priorities)];
    return closedParts.flatMap((closed) =>
      wanted.map((one) => ({
        read: [sql`closed = ${Number(closed)}`, ...(one === null ? [] : [sql`priority = ${one}`]), ...read],
        checked: this.#checked(["priorities"], closed),
      })),
    );
  }

  /** What an index does not read is checked; statuses only where a part of the index has others. */
  #checked(done: readonly (keyof TicketFilter)[], closed?: boolean): SQL[] {
    const { column } = this.#sorting;
    return this.#conditions
      .filter(({ about }) => !done.includes(about) && !isRange(about, column))
      .filter(
        ({ about }) => about !== "statuses" || closed === undefined || !isWholePart(this.#filter, closed),
      )
      .map((one) => one.sql);
  }

  #of(owner: Owner): SQL {
    return this.#conditions.find(({ about }) => about === owner)!.sql;
  }

  async #batch<T>(queries: (PromiseLike<T> & object)[]): Promise<T[]> {
    if (queries.length === 0) return [];
    return reach(() => this.#db.batch(queries as never));
  }
}

/** Whether a condition is a stretch of the column that the list is in the order of. */
function isRange(about: keyof TicketFilter, column: Sorting["column"]): boolean {
  if (column === "openedAt") return about === "openedAfter" || about === "openedBefore";
  if (column === "changedAt") return about === "changedAfter" || about === "changedBefore";
  if (column === "promisedAt") return about === "dueAfter" || about === "dueBefore";
  return about === "nextChangeAfter" || about === "nextChangeBefore";
}

/** The columns of `tickets` by their bare names, as a subquery has them. */
export const COLUMNS = Object.fromEntries(
  Object.entries(getTableColumns(tickets)).map(([key, column]) => [
    key,
    sql`${sql.identifier(column.name)}`.mapWith(column),
  ]),
) as { [Key in keyof TicketRow]: SQL<TicketRow[Key]> };

/** Tickets out of a source, in its order, that pass every check. */
function selectTickets(db: DrizzleD1Database, source: SQL, checked: readonly SQL[], limit: number) {
  return db.select(COLUMNS).from(source).where(all(checked)).limit(limit);
}

export function all(checked: readonly SQL[]): SQL | undefined {
  return checked.length === 0 ? undefined : sql.join([...checked], sql` AND `);
}

/** A page of tickets of a source that is small enough to be read whole and put into an order. */
export async function sortedPage(
  db: DrizzleD1Database,
  source: SQL,
  page: { checked: readonly Condition[]; sorting: Sorting; after: TicketPosition | null; limit: number },
): Promise<TicketPage> {
  const { sorting, after, limit } = page;
  const checked = page.checked.map((one) => one.sql);
  if (isSparse(sorting)) checked.push(sql`${columnOf(sorting)} IS NOT NULL`);
  const rank = sorting.byPriority ? rankInSql(sorting) : null;
  if (after !== null) {
    const later = behind(sorting, after);
    checked.push(
      rank === null ? later : sql`(${rank} > ${after.rank} OR (${rank} = ${after.rank} AND ${later}))`,
    );
  }
  const rows = await reach(() =>
    db
      .select(COLUMNS)
      .from(sql`(${source})`)
      .where(all(checked))
      .orderBy(rank === null ? inOrder(sorting) : sql`${rank}, ${inOrder(sorting)}`)
      .limit(limit + 1),
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { rows: shown, next: last === undefined ? null : positionOf(sorting, last) };
}
