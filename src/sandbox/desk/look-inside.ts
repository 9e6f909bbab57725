import type { TicketEvent } from "../../domain/ticket/event.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { laneOfRow } from "../../topic-group/tables/lane.ts";
import type { RateState } from "../../topic-group/tables/shapes.ts";
import type { GroupInside, Resting, SettledCause, TicketInside, UnderWay, Waiting } from "./inside.ts";

const WAITING_SHOWN = 60;
const INBOX_SHOWN = 12;
const TICKETS_SHOWN = 60;

/** Reads the object's tables; what it does with them is its own business. */
export function lookInside(
  sql: SqlStorage,
  now: number,
  wakeAt: number | null,
  underWay: readonly UnderWay[],
): GroupInside {
  const waiting = rows<Waiting>(
    sql,
    `SELECT * FROM (
       SELECT seq, lane, ticket, 'relay' AS kind, state, accepted_at AS acceptedAt, not_before AS notBefore,
         attempts, attempted_at AS attemptedAt, code
       FROM messages WHERE state IN ('waiting', 'parked', 'uncertain')
       UNION ALL
       SELECT seq, lane, ticket, kind, state, accepted_at, not_before, attempts, attempted_at, code FROM outbox)
     ORDER BY state = 'waiting' DESC, seq LIMIT ${WAITING_SHOWN}`,
  ).map((row) => ({ ...row, lane: laneOfRow(row.lane) }));
  const inState = (...states: string[]): number => {
    const among = states.map((state) => `'${state}'`).join(", ");
    return (
      number(sql, `SELECT count(*) AS n FROM messages WHERE state IN (${among})`) +
      number(sql, `SELECT count(*) AS n FROM outbox WHERE state IN (${among})`)
    );
  };
  const causes = rows<SettledCause>(
    sql,
    `SELECT key, at FROM (
       SELECT * FROM (SELECT key, at FROM inbox ORDER BY at DESC LIMIT ${INBOX_SHOWN})
       UNION ALL
       SELECT * FROM (SELECT 'tg:' || update_id AS key, accepted_at AS at FROM messages ORDER BY seq DESC LIMIT ${INBOX_SHOWN}))
     ORDER BY at DESC, key DESC LIMIT ${INBOX_SHOWN}`,
  );
  const setAside = rows<{ key: string; at: number; attempts: number; error: string; parked: number }>(
    sql,
    "SELECT key, at, attempts, error, parked FROM set_aside ORDER BY at DESC LIMIT 10",
  );
  return {
    group: (fact(sql, "group") as string | undefined) ?? "",
    at: now,
    wakeAt,
    underWay: [...underWay],
    waiting,
    waitingCount: inState("waiting"),
    asideCount: inState("parked", "uncertain"),
    resting: restingLanes(sql, now),
    inbox: causes,
    setAside: setAside.map((row) => ({ ...row, parked: row.parked === 1 })),
    viewsDue: rows(
      sql,
      "SELECT number AS ticket, view_due_at AS dueAt FROM tickets WHERE view_due_at IS NOT NULL ORDER BY view_due_at LIMIT 40",
    ),
    unrecorded:
      number(sql, "SELECT count(*) AS n FROM tickets WHERE recorded < version") +
      number(sql, "SELECT count(*) AS n FROM customers WHERE recorded < version"),
    trouble: (fact(sql, "trouble") as string | null | undefined) ?? null,
    tickets: rows<{ state: string }>(
      sql,
      `SELECT state FROM tickets ORDER BY number DESC LIMIT ${TICKETS_SHOWN}`,
    ).map(({ state }) => JSON.parse(state) as Ticket),
  };
}

export function lookIntoTicket(sql: SqlStorage, number: number): TicketInside | null {
  const [row] = rows<{ state: string }>(sql, "SELECT state FROM tickets WHERE number = ?", number);
  if (row === undefined) return null;
  const events = rows<{ n: number; event: string }>(
    sql,
    "SELECT n, event FROM events WHERE ticket = ? ORDER BY n",
    number,
  );
  return {
    ticket: JSON.parse(row.state) as Ticket,
    events: events.map(({ n, event }) => ({ n, event: JSON.parse(event) as TicketEvent })),
  };
}

function restingLanes(sql: SqlStorage, now: number): Resting[] {
  return rows<{ lane: string; state: string }>(sql, "SELECT lane, state FROM lanes")
    .map(({ lane, state }) => ({ lane: laneOfRow(lane), ...(JSON.parse(state) as RateState) }))
    .filter(({ blockedUntil }) => blockedUntil > now)
    .map(({ lane, blockedUntil, limit }) => ({ lane, until: blockedUntil, limit }));
}

function fact(sql: SqlStorage, key: string): unknown {
  const [row] = rows<{ value: string }>(sql, "SELECT value FROM facts WHERE key = ?", key);
  return row === undefined ? undefined : JSON.parse(row.value);
}

function number(sql: SqlStorage, query: string): number {
  return rows<{ n: number }>(sql, query)[0]?.n ?? 0;
}

function rows<T>(sql: SqlStorage, query: string, ...bindings: unknown[]): T[] {
  return sql.exec(query, ...bindings).toArray() as T[];
}
