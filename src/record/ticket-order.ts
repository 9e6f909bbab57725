import { sql, type SQL } from "drizzle-orm";
import { PRIORITIES, type Priority } from "../domain/priority.ts";
import type { TicketRow } from "./queries.ts";

/** By what tickets are listed; a leading `-` turns the order round: the latest, or the most urgent, first. */
export const TICKET_ORDERS = [
  "-openedAt",
  "openedAt",
  "-changedAt",
  "changedAt",
  "-due",
  "due",
  "-nextChangeAt",
  "nextChangeAt",
  "-priority",
  "priority",
] as const;
export type TicketOrder = (typeof TICKET_ORDERS)[number];

/**
 * The place of a ticket in an order: `rank` is the weight of its priority where that is the order, otherwise 0;
 * `value` is an instant; ties are in the order of their ids.
 */
export interface TicketPosition {
  rank: number;
  value: number;
  id: string;
}

type Column = "openedAt" | "changedAt" | "promisedAt" | "dueAt";

export interface Sorting {
  /** Whether priority counts first; those of one priority stand in the order of their opening. */
  byPriority: boolean;
  column: Column;
  /** Whether the column goes down. */
  down: boolean;
  /** Priorities in their order, where it counts. */
  ranks: readonly Priority[];
}

export function sortingOf(order: TicketOrder): Sorting {
  const down = order.startsWith("-");
  if (order === "priority" || order === "-priority")
    return { byPriority: true, column: "openedAt", down: false, ranks: down ? PRIORITIES : UPWARDS };
  return {
    byPriority: false,
    column: COLUMNS_BY[order.replace("-", "") as keyof typeof COLUMNS_BY],
    down,
    ranks: [],
  };
}

const COLUMNS_BY = {
  openedAt: "openedAt",
  changedAt: "changedAt",
  due: "promisedAt",
  nextChangeAt: "dueAt",
} as const satisfies Record<string, Column>;

/** Most tickets have no instant of these columns, and are not listed by them. */
export function isSparse({ column }: Sorting): boolean {
  return column === "promisedAt" || column === "dueAt";
}

const UPWARDS = PRIORITIES.toReversed();

const NAMES = {
  openedAt: "opened_at",
  changedAt: "changed_at",
  promisedAt: "promised_at",
  dueAt: "due_at",
} as const;

export function columnOf({ column }: Sorting): SQL {
  return sql`${sql.identifier(NAMES[column])}`;
}

/** `ORDER BY` of tickets of one rank. */
export function inOrder(sorting: Sorting): SQL {
  return sorting.down ? sql`${columnOf(sorting)} DESC, id DESC` : sql`${columnOf(sorting)}, id`;
}

export function inReverse(sorting: Sorting): SQL {
  return inOrder({ ...sorting, down: !sorting.down });
}

/** Of one rank, those behind a place. */
export function behind(sorting: Sorting, { value, id }: TicketPosition): SQL {
  const than = sorting.down ? sql`<` : sql`>`;
  return sql`(${columnOf(sorting)}, id) ${than} (${value}, ${id})`;
}

/** Where a priority stands among the ranks. */
function rankOf({ ranks }: Sorting, priority: Priority): number {
  return Math.max(ranks.indexOf(priority), 0);
}

/** The same in SQL. */
export function rankInSql({ ranks }: Sorting): SQL {
  const cases = ranks.map((priority, rank) => sql`WHEN ${priority} THEN ${rank}`);
  return sql`CASE priority ${sql.join(cases, sql` `)} END`;
}

export function positionOf(sorting: Sorting, row: TicketRow): TicketPosition {
  return { rank: rankOf(sorting, row.priority), value: row[sorting.column] ?? 0, id: row.id };
}

/** Below 0 where the first stands before the second. */
export function compare({ down }: Sorting, a: TicketPosition, b: TicketPosition): number {
  const sign = down ? -1 : 1;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.value !== b.value) return sign * (a.value - b.value);
  return a.id === b.id ? 0 : sign * (a.id < b.id ? -1 : 1);
}
