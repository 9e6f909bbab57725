import { and, desc, eq, gte, lt, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { named } from "./queries.ts";
import { reach } from "./reach.ts";
import { ticketEvents, tickets } from "./schema.ts";

/** What an escalation did: the key of its action, or `manual` where an agent escalated. */
export const ESCALATION_ACTS = [
  "notify",
  "note",
  "reassign",
  "priority",
  "status",
  "webhook",
  "manual",
] as const;
type EscalationAct = (typeof ESCALATION_ACTS)[number];

/** Several conditions all hold. Instants in ms since 1970; `since` is included, `until` is not. */
export interface EscalationFilter {
  group?: string | undefined;
  queue?: string | undefined;
  /** A reference or an id: see `named`. */
  ticket?: string | undefined;
  /** Whose ticket it is now. */
  assignee?: number | undefined;
  /** The people who were notified, or the new assignee. */
  agent?: number | undefined;
  metric?: string | undefined;
  policy?: string | undefined;
  act?: EscalationAct | undefined;
  result?: string | undefined;
  since?: number | undefined;
  until?: number | undefined;
}

/** The place after an escalation in the order of the list: newest first. */
export type EscalationPosition = [at: number, ticketId: string, n: number];

export type EscalationRow = Awaited<ReturnType<typeof listEscalations>>[number];

/** Escalations of all tickets that match, newest first, at most `limit`, behind `after`. */
export function listEscalations(
  d1: D1Database,
  filter: EscalationFilter,
  page: { after: EscalationPosition | null; limit: number },
) {
  return reach(() =>
    drizzle(d1)
      .select({
        event: ticketEvents,
        ticket: {
          ref: tickets.ref,
          group: tickets.groupId,
          queue: tickets.queue,
          status: tickets.status,
          priority: tickets.priority,
          assigneeId: tickets.assigneeId,
          assigneeName: tickets.assigneeName,
        },
      })
      .from(ticketEvents)
      .innerJoin(tickets, eq(tickets.id, ticketEvents.ticketId))
      .where(and(isEscalation, ...conditions(filter), behind(page.after)))
      .orderBy(desc(ticketEvents.at), desc(ticketEvents.ticketId), desc(ticketEvents.n))
      .limit(page.limit),
  );
}

/**
 * First, word for word, the condition of the index. What a ladder does to the status is listed as its action already.
 */
const isEscalation = sql`${sql.identifier("ticket_events")}.type IN ('escalation_taken', 'ticket_escalated')
  AND NOT (${ticketEvents.type} = 'ticket_escalated' AND ${ticketEvents.actorKind} = 'system')`;

/** The unary `+` keeps SQLite, which has no statistics here, from beginning with the tickets of a group. */
function conditions(filter: EscalationFilter): (SQL | undefined)[] {
  return [
    given(filter.group, (group) => sql`+${tickets.groupId} = ${group}`),
    given(filter.queue, (queue) => sql`+${tickets.queue} = ${queue}`),
    given(filter.assignee, (id) => sql`+${tickets.assigneeId} = ${id}`),
    given(filter.ticket, named),
    given(filter.since, (at) => gte(ticketEvents.at, at)),
    given(filter.until, (at) => lt(ticketEvents.at, at)),
    given(filter.metric, (metric) => sql`${ticketEvents.data} ->> '$.metric' = ${metric}`),
    given(filter.policy, (policy) => sql`${ticketEvents.data} ->> '$.policy' = ${policy}`),
    // What people do by hand is done.
    given(filter.result, (result) => sql`coalesce(${ticketEvents.data} ->> '$.result', 'done') = ${result}`),
    given(
      filter.agent,
      (id) => sql`EXISTS (
      SELECT 1 FROM json_each(${ticketEvents.data}, '$.agents') AS told WHERE told.value ->> '$.id' = ${id})`,
    ),
    given(filter.act, (act) =>
      act === "manual"
        ? sql`${ticketEvents.type} = 'ticket_escalated'`
        : sql`json_type(${ticketEvents.data}, ${`$.action.${act}`}) IS NOT NULL`,
    ),
  ];
}

function given<T>(value: T | undefined, condition: (value: T) => SQL): SQL | undefined {
  return value === undefined ? undefined : condition(value);
}

function behind(position: EscalationPosition | null): SQL | undefined {
  if (position === null) return undefined;
  const [at, ticketId, n] = position;
  return sql`(${ticketEvents.at}, ${ticketEvents.ticketId}, ${ticketEvents.n}) < (${at}, ${ticketId}, ${n})`;
}
