import { and, asc, eq, gte, lt, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { RecordedTicket } from "../domain/rehearsal/recorded-ticket.ts";
import type { Profile } from "../domain/routing/profile.ts";
import { reach } from "./reach.ts";
import { contacts, ticketEvents, tickets } from "./schema.ts";

/** Tickets that one query reads. */
const PAGE_ROWS = 1_000;

/** Which tickets; instants in ms since 1970, `from` included, `to` not. */
export interface Period {
  from: number;
  to: number;
  group?: string | undefined;
}

/**
 * The tickets that were opened in a period, in their order, at most `limit`. What the customer's app speaks is told as
 * their contact has it now, what another system said as it said it last.
 */
export async function recordedTickets(
  d1: D1Database,
  period: Period,
  limit: number,
): Promise<RecordedTicket[]> {
  const found: Found[] = [];
  // Work in hand and closed tickets stand apart in the indexes.
  for (const closed of [false, true]) {
    let after: Position | null = null;
    for (let left = limit; left > 0;) {
      const page: Found[] = await readPage(d1, period, closed, after, Math.min(PAGE_ROWS, left));
      found.push(...page);
      left = page.length < PAGE_ROWS ? 0 : left - page.length;
      const last = page.at(-1);
      if (last !== undefined) after = [last.ticket.openedAt, last.id];
    }
  }
  return found
    .sort((a, b) => a.ticket.openedAt - b.ticket.openedAt || a.number - b.number || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ ticket }) => ticket);
}

interface Found {
  id: string;
  number: number;
  ticket: RecordedTicket;
}

type Position = [openedAt: number, id: string];

async function readPage(
  d1: D1Database,
  { from, to, group }: Period,
  closed: boolean,
  after: Position | null,
  limit: number,
): Promise<Found[]> {
  const db = drizzle(d1);
  const where = and(
    eq(tickets.closed, closed),
    group === undefined ? undefined : eq(tickets.groupId, group),
    gte(tickets.openedAt, from),
    lt(tickets.openedAt, to),
    after === null ? undefined : behind(after),
  );
  const page = db
    .select({ id: tickets.id, openedAt: tickets.openedAt })
    .from(tickets)
    .where(where)
    .orderBy(asc(tickets.openedAt), asc(tickets.id))
    .limit(limit)
    .as("page");
  const [rows, said] = await reach(() =>
    db.batch([
      db
        .select({
          id: tickets.id,
          ref: tickets.ref,
          group: tickets.groupId,
          number: tickets.number,
          customer: tickets.customerId,
          tier: tickets.tier,
          fields: tickets.fields,
          payload: tickets.payload,
          assignee: tickets.assigneeId,
          openedAt: tickets.openedAt,
          firstAnsweredAt: tickets.firstAnsweredAt,
          resolvedAt: tickets.resolvedAt,
          closedAt: tickets.closedAt,
          language: contacts.language,
        })
        .from(tickets)
        .leftJoin(contacts, eq(contacts.telegramId, tickets.customerId))
        .where(where)
        .orderBy(asc(tickets.openedAt), asc(tickets.id))
        .limit(limit),
      // The unary `+` keeps SQLite, which has no statistics here, from beginning with every answer that ever came.
      db
        .select({
          id: ticketEvents.ticketId,
          at: ticketEvents.at,
          data: ticketEvents.data,
          type: ticketEvents.type,
          to: ticketEvents.toStatus,
        })
        .from(page)
        .innerJoin(ticketEvents, eq(ticketEvents.ticketId, page.id))
        .where(
          sql`+${ticketEvents.type} = 'enrichment_answered'
            OR ('waiting' IN (${ticketEvents.fromStatus}, ${ticketEvents.toStatus})
              AND ${ticketEvents.fromStatus} <> ${ticketEvents.toStatus})`,
        )
        .orderBy(asc(ticketEvents.ticketId), asc(ticketEvents.n)),
    ]),
  );
  const profiles = new Map(
    said.flatMap(({ id, type, data }) =>
      type === "enrichment_answered" ? [[id, data["profile"] as Profile]] : [],
    ),
  );
  const waits = new Map<string, { from: number; to: number | null }[]>();
  for (const { id, at, type, to } of said) {
    if (type === "enrichment_answered") continue;
    const all = waits.get(id) ?? [];
    waits.set(id, all);
    const last = all.at(-1);
    if (to === "waiting") all.push({ from: at, to: null });
    else if (last !== undefined) last.to = at;
  }
  return rows.map(({ id, number, fields, tier, language, payload, resolvedAt, closedAt, ...rest }) => ({
    id,
    number,
    ticket: {
      ...rest,
      facts: {
        tier,
        segment: null,
        category: fields["category"] ?? null,
        urgency: fields["urgency"] ?? null,
        language,
        payload,
        attributes: {},
      },
      profile: profiles.get(id) ?? null,
      waits: waits.get(id) ?? [],
      endedAt: resolvedAt ?? closedAt,
    },
  }));
}

function behind([openedAt, id]: Position): SQL {
  return sql`(${tickets.openedAt}, ${tickets.id}) > (${openedAt}, ${id})`;
}
