import { contactId } from "../../src/domain/contact/contact-id.ts";
const ROWS_AT_ONCE = 20_000;

export const MANY = {
  /** When the first of them was opened; one a second follows. */
  since: Date.UTC(2025, 0, 1),
  customer: (n: number) => contactId(6_000_000_000 + Math.floor(n / 10)),
  words: ["parcel", "order", "refund", "invoice", "login", "password", "address", "exchange"],
};

/** Gives tickets `from` to `to` an event each. */
export async function manyEvents(db: D1Database, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += ROWS_AT_ONCE) {
    await db
      .prepare(
        `INSERT INTO ticket_events (ticket_id, n, at, type, actor, actor_kind, actor_id, from_status, to_status, data)
         SELECT id, 1, opened_at, 'ticket_claimed', '{"kind":"agent","id":9001,"name":"Agent"}', 'agent', '9001',
           'open', 'in_progress', '{}' FROM tickets WHERE opened_at BETWEEN ?1 AND ?2 ORDER BY opened_at`,
      )
      .bind(MANY.since + first * 1_000, MANY.since + Math.min(first + ROWS_AT_ONCE - 1, to) * 1_000)
      .run();
  }
}

/**
 * Gives the first `tickets` of them four more events each that figures count: opened, answered and resolved with the
 * clocks that this ended, closed.
 */
export async function manyCounted(db: D1Database, tickets: number): Promise<void> {
  const clock = (metric: string): string =>
    `json_object('metric', '${metric}', 'instance', 1, 'startedAt', opened_at, 'targetMs', 3600000,
      'dueAt', opened_at + 3600000, 'met', json(iif(number % 7 = 0, 'false', 'true')), 'elapsedMs', number % 5000 * 1000)`;
  const clocks = (metric: string): string => `json_object('clocks', json_array(${clock(metric)}))`;
  for (const [n, type, data] of [
    [11, "ticket_opened", "'{}'"],
    [12, "ticket_answered", clocks("firstResponse")],
    [13, "ticket_resolved", clocks("resolution")],
    [14, "ticket_closed", "'{}'"],
  ] as const) {
    await db
      .prepare(
        `INSERT INTO ticket_events (ticket_id, n, at, type, actor, actor_kind, actor_id, from_status, to_status, data)
         SELECT id, ${n}, opened_at + ${n} * 1000, '${type}', '{"kind":"agent","id":9001,"name":"Agent"}', 'agent', '9001',
           'open', 'open', ${data} FROM tickets WHERE opened_at BETWEEN ?1 AND ?2`,
      )
      .bind(MANY.since + 1_000, MANY.since + tickets * 1_000)
      .run();
  }
}

/**
 * Puts tickets `from` to `to` into the record, of many groups, queues, agents and customers, as their objects would have
 * told them: one of twenty is open, and one of a thousand has any one tag.
 */
export async function manyTickets(db: D1Database, from: number, to: number): Promise<void> {
  const words = JSON.stringify(MANY.words);
  for (let first = from; first <= to; first += ROWS_AT_ONCE) {
    await db
      .prepare(
        `WITH RECURSIVE n(n) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
         INSERT INTO tickets (id, ref, group_id, number, status, priority, queue, tier, assignee_id, assignee_name,
           customer_id, subject, tags, fields, opened_at, status_at, closed, reopenings, changed_at, breached, due_at,
           promises, promised_at, version, recorded_at)
         SELECT 'many-' || (n % 20) || ':' || n, 'MANY-' || n, 'many-' || (n % 20), n,
           CASE WHEN n % 20 = 7 THEN 'open' ELSE 'closed' END,
           CASE n % 4 WHEN 0 THEN 'urgent' WHEN 1 THEN 'high' WHEN 2 THEN 'normal' ELSE 'low' END,
           'queue-' || (n % 7), CASE WHEN n % 3 = 0 THEN 'gold' END, 9000 + n % 50, 'Agent',
           6000000000 + n / 10,
           'My ' || json_extract(?4, '$[' || (n % 8) || ']') || ' of ' || json_extract(?4, '$[' || (n / 8 % 8) || ']') || ' w' || (n % 5000),
           '["tag-' || (n % 1000) || '"]', '{}', ?3 + n * 1000, ?3 + n * 1000, n % 20 <> 7, 0, ?3 + n * 1000 + n % 977,
           '[]', CASE WHEN n % 20 = 7 THEN ?3 + n * 1000 + 86400000 END, '[]',
           CASE WHEN n % 20 = 7 THEN ?3 + n * 1000 + 90000000 END, 1, ?3 + n * 1000 FROM n`,
      )
      .bind(first, Math.min(first + ROWS_AT_ONCE - 1, to), MANY.since, words)
      .run();
  }
}
