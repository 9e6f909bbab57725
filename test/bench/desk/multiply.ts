/** Customers and topics of made-up tickets have ids from here on. */
const MADE_UP = 7_000_000_000;
/** Numbers of the staff group's messages that lie between one made-up ticket and the next. */
const MESSAGES_APART = 10_000;
/** They were written before anything that the bench looks at. */
const EARLIER_MS = 60 * 86_400_000;
const AT_ONCE = 5_000;

/**
 * Makes tickets out of those that came through the door, up to a number, with everything that stands around a ticket:
 * its customer, its topic, its history and its messages. Of `oneOpenOf` tickets one is still open, the others have long
 * been closed. Answers how many tickets there are then.
 */
export function multiplyTickets(sql: SqlStorage, until: number, oneOpenOf: number): number {
  const { door } = sql.exec<{ door: number }>("SELECT max(number) AS door FROM tickets").one();
  for (let last = door; last < until; last = Math.min(until, last + AT_ONCE))
    multiplySome(sql, { door, last, until: Math.min(until, last + AT_ONCE) }, oneOpenOf);
  return sql.exec<{ count: number }>("SELECT count(*) AS count FROM tickets").one().count;
}

/** `door`: how many came through the door. */
function multiplySome(
  sql: SqlStorage,
  { door, last, until }: { door: number; last: number; until: number },
  oneOpenOf: number,
): void {
  const closed = `n.n % ${oneOpenOf} <> 0`;
  const copies = (table: string, join: string, change: Record<string, string>): void => {
    const columns = sql.exec<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`).toArray();
    const names = columns.map(({ name }) => name);
    const values = names.map((name) => change[name] ?? `of."${name}"`);
    sql.exec(
      `WITH RECURSIVE n(n) AS (SELECT ${last + 1} UNION ALL SELECT n + 1 FROM n WHERE n < ${until})
       INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(", ")})
       SELECT ${values.join(", ")} FROM n JOIN ${table} AS of ON ${join}`,
    );
  };
  const original = `1 + n.n % ${door}`;
  const customer = `${MADE_UP} + n.n`;
  copies("customers", `of.id = (SELECT customer FROM tickets WHERE number = ${original})`, {
    id: customer,
    current: "n.n",
  });
  copies("topics", `of.id = (SELECT id FROM topics WHERE ticket = ${original})`, {
    id: customer,
    ticket: "n.n",
  });
  copies("events", `of.ticket = ${original}`, { ticket: "n.n" });
  const byStaff = (theirs: string, others: string): string => `iif(of.chat = 0, ${theirs}, ${others})`;
  const earlier = (column: string): string => `of.${column} - ${EARLIER_MS}`;
  copies("messages", `of.ticket = ${original}`, {
    chat: byStaff("0", customer),
    message_id: byStaff(`of.message_id + n.n * ${MESSAGES_APART}`, "of.message_id"),
    copy_id: byStaff("of.copy_id", `of.copy_id + n.n * ${MESSAGES_APART}`),
    lane: byStaff(`'chat:' || (${customer})`, "of.lane"),
    writer: byStaff("of.writer", customer),
    ticket: "n.n",
    sent_at: earlier("sent_at"),
    accepted_at: earlier("accepted_at"),
    attempted_at: earlier("attempted_at"),
    update_id: "0",
  });
  copies("tickets", `of.number = ${original}`, {
    number: "n.n",
    customer,
    due_at: `CASE WHEN ${closed} THEN NULL ELSE of.due_at END`,
    busy: `CASE WHEN ${closed} THEN NULL ELSE of.busy END`,
    unassigned: `CASE WHEN ${closed} THEN 0 ELSE of.unassigned END`,
    active: `CASE WHEN ${closed} THEN 0 ELSE 1 END`,
    state: `json_set(of.state, '$.number', n.n, '$.customer', ${customer}, '$.topicId', ${customer},
      '$.ref', 'MADE-' || n.n, '$.id', 'made:' || n.n,
      '$.status', CASE WHEN ${closed} THEN 'closed' ELSE 'open' END,
      '$.closedAt', CASE WHEN ${closed} THEN of.state ->> '$.openedAt' ELSE NULL END)`,
  });
}
