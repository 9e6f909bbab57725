import { and, desc, eq, gte, lt, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AuditKind, AuditTarget, Origin } from "../domain/desk/audit.ts";
import { ticketChange } from "../domain/ticket/change.ts";
import { reach } from "./reach.ts";
import { audit, ticketEvents, tickets } from "./schema.ts";

/** Several conditions all hold. Instants in ms since 1970; `since` is included, `until` is not. */
export interface TrailFilter {
  kind?: AuditKind | undefined;
  /** `config.stored`, or the type of a ticket's event. */
  action?: string | undefined;
  /** An id or a name, as it stands in the trail. */
  actor?: string | undefined;
  targetKind?: AuditTarget["kind"] | undefined;
  /** Of tickets the reference or the id. */
  target?: string | undefined;
  since?: number | undefined;
  until?: number | undefined;
}

/** One entry of the trail; `at` in ms since 1970. */
export interface TrailEntry {
  id: string;
  at: number;
  action: string;
  /** `id` null: the customer was erased. */
  by: { kind: "customer" | "agent" | "key" | "system"; id: string | null; name: string | null };
  target: { kind: AuditTarget["kind"]; id: string; ref: string | null };
  from: Record<string, unknown> | null;
  to: Record<string, unknown> | null;
  data: Record<string, unknown>;
  network: string | null;
  userAgent: string | null;
}

/** The place after an entry in the order of the trail: newest first, of one instant tickets' events first. */
export type TrailPosition =
  | [at: number, source: "desk", id: number]
  | [at: number, ticketId: string, n: number];

interface Found {
  position: TrailPosition;
  entry: TrailEntry;
}

/**
 * Entries that match, newest first, at most `limit`, behind `after`: what was done to the desk, and what happened to
 * tickets. Each part is read in its own order, then the two are merged.
 */
export async function auditTrail(
  d1: D1Database,
  filter: TrailFilter,
  page: { after: TrailPosition | null; limit: number },
): Promise<Found[]> {
  const [desk, tickets] = await Promise.all([
    ofDesk(filter) ? deskEntries(d1, filter, page) : [],
    ofTickets(filter) ? ticketEntries(d1, filter, page) : [],
  ]);
  return [...tickets, ...desk].sort(newestFirst).slice(0, page.limit);
}

function newestFirst(a: Found, b: Found): number {
  // The sort is stable, and each part is in order already; tickets' events stand first.
  return b.entry.at - a.entry.at;
}

function ofDesk({ kind, action }: TrailFilter): boolean {
  return kind === undefined ? action === undefined || action.includes(".") : kind !== "ticket";
}

function ofTickets({ kind, action, targetKind }: TrailFilter): boolean {
  if (kind !== undefined && kind !== "ticket") return false;
  if (targetKind !== undefined && targetKind !== "ticket") return false;
  return action === undefined || !action.includes(".");
}

async function deskEntries(
  d1: D1Database,
  filter: TrailFilter,
  page: { after: TrailPosition | null; limit: number },
): Promise<Found[]> {
  const rows = await reach(() =>
    drizzle(d1)
      .select({ entry: audit, ref: tickets.ref })
      .from(audit)
      .leftJoin(tickets, and(eq(audit.targetKind, "ticket"), eq(tickets.id, audit.targetId)))
      .where(
        and(
          // "/" follows ".": every action of the kind.
          given(
            filter.kind,
            (kind) => sql`${audit.action} > ${`${kind}.`} AND ${audit.action} < ${`${kind}/`}`,
          ),
          given(filter.action, (action) => sql`+${audit.action} = ${action}`),
          given(filter.actor, (actor) => sql`(${audit.actorId} = ${actor} OR ${audit.actorName} = ${actor})`),
          given(filter.targetKind, (kind) => eq(audit.targetKind, kind)),
          given(filter.target, aimedAt),
          given(filter.since, (at) => gte(audit.at, at)),
          given(filter.until, (at) => lt(audit.at, at)),
          given(page.after ?? undefined, ([at, source, id]) =>
            source === "desk" ? sql`(${audit.at}, ${audit.id}) < (${at}, ${id})` : sql`${audit.at} <= ${at}`,
          ),
        ),
      )
      .orderBy(desc(audit.at), desc(audit.id))
      .limit(page.limit),
  );
  return rows.map(
    ({
      entry: { id, at, actorKind, actorId, actorName, action, targetKind, targetId, from, to, ...row },
      ref,
    }) => ({
      position: [at, "desk", id],
      entry: {
        id: `desk:${id}`,
        at,
        action,
        by: { kind: actorKind, id: actorId, name: actorName },
        target: { kind: targetKind, id: targetId, ref },
        from,
        to,
        data: row.data,
        network: row.network,
        userAgent: row.userAgent,
      },
    }),
  );
}

async function ticketEntries(
  d1: D1Database,
  filter: TrailFilter,
  page: { after: TrailPosition | null; limit: number },
): Promise<Found[]> {
  const db = drizzle(d1);
  const rows = await reach(() =>
    db
      .select({ event: ticketEvents, ref: tickets.ref })
      .from(ticketEvents)
      .leftJoin(tickets, eq(tickets.id, ticketEvents.ticketId))
      .where(
        and(
          // The unary `+` keeps SQLite from the indexes of other lists: this one goes by instants.
          given(filter.action, (action) => sql`+${ticketEvents.type} = ${action}`),
          given(
            filter.actor,
            (actor) =>
              sql`(${ticketEvents.actorId} = ${actor} OR ${ticketEvents.actor} ->> '$.name' = ${actor})`,
          ),
          given(filter.target, named),
          given(filter.since, (at) => gte(ticketEvents.at, at)),
          given(filter.until, (at) => lt(ticketEvents.at, at)),
          given(page.after ?? undefined, ([at, source, n]) =>
            source === "desk"
              ? lt(ticketEvents.at, at)
              : sql`(${ticketEvents.at}, ${ticketEvents.ticketId}, ${ticketEvents.n}) < (${at}, ${source}, ${n})`,
          ),
        ),
      )
      .orderBy(desc(ticketEvents.at), desc(ticketEvents.ticketId), desc(ticketEvents.n))
      .limit(page.limit),
  );
  return rows.map(({ event, ref }) => ({
    position: [event.at, event.ticketId, event.n],
    entry: {
      id: `${event.ticketId}:${event.n}`,
      at: event.at,
      action: event.type,
      by: {
        kind: event.actorKind,
        id: event.actorKind === "customer" && event.actorId === "0" ? null : event.actorId,
        name: "name" in event.actor ? event.actor.name : null,
      },
      target: { kind: "ticket", id: event.ticketId, ref },
      ...ticketChange(event),
      // What people wrote is read with the ticket.
      data: event.note === null ? {} : { hasNote: true },
      ...originOf(event.data),
    },
  }));
}

function originOf(data: Record<string, unknown>): Origin {
  return (data as { origin?: Origin }).origin ?? { network: null, userAgent: null };
}

/** The events of a ticket, by its reference or its id. */
function named(target: string): SQL {
  return sql`${ticketEvents.ticketId} IN (${target.toLowerCase()}, ${idOf(target)})`;
}

/** What was done to something by its id, or to a ticket by its reference. */
function aimedAt(target: string): SQL {
  return sql`(${audit.targetId} = ${target} OR (${audit.targetKind} = 'ticket' AND ${audit.targetId} = ${idOf(target)}))`;
}

function idOf(ref: string): SQL {
  return sql`(SELECT one.id FROM tickets AS one WHERE one.ref = ${ref.toUpperCase()})`;
}

function given<T>(value: T | undefined, condition: (value: T) => SQL): SQL | undefined {
  return value === undefined ? undefined : condition(value);
}
