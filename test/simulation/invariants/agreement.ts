import type { Desk } from "../runtime/desk.ts";
import type { Telegram } from "../runtime/telegram.ts";

/** Looks into the objects and the record, once everything has come to rest. */
export class Agreement {
  readonly #desk: Desk;
  readonly #telegram: Telegram;

  readonly #groups: readonly { id: string; chatId: number }[];

  constructor(desk: Desk, telegram: Telegram, groups: readonly { id: string; chatId: number }[]) {
    this.#desk = desk;
    this.#telegram = telegram;
    this.#groups = groups;
  }

  /** What still waits: updates at Telegram, deliveries and what the record lacks in each group. */
  waiting(): string[] {
    const found: string[] = [];
    const updates = this.#telegram.world.state.updates.count;
    if (updates > 0) found.push(`${updates} updates at Telegram`);
    for (const { name, sqlite } of this.#desk.groups.hosts.values()) {
      const ask = (what: string, sql: string): void => {
        for (const row of sqlite.rows(sql, []).rows) found.push(`${name}: ${what} ${row.join(" × ")}`);
      };
      ask("messages", "SELECT lane, count(*) FROM messages WHERE state = 'waiting' GROUP BY lane");
      ask(
        "deliveries",
        "SELECT lane || ' ' || kind || ' ' || coalesce(max(code), '') || ' ' || max(key) || ' ' || coalesce(max(payload), '') , count(*) FROM outbox WHERE state = 'waiting' GROUP BY lane, kind",
      );
      ask(
        "tickets",
        "SELECT 'unrecorded', count(*) FROM tickets WHERE recorded < version HAVING count(*) > 0",
      );
      ask("views", "SELECT 'due', count(*) FROM tickets WHERE view_due_at IS NOT NULL HAVING count(*) > 0");
    }
    return found;
  }

  /** The messages of a delivery: one, or those of an album. */
  carriedBy(group: string, seq: number): { chat: number; message: number }[] {
    const { sqlite } = this.#desk.groups.host(group);
    const staffChat = this.#chatOf(group);
    const { rows } = sqlite.rows(
      `SELECT other.chat, other.message_id & 0xffffffff FROM messages AS one JOIN messages AS other
       ON other.seq = one.seq OR (other.album = one.album AND other.chat = one.chat) WHERE one.seq = ?`,
      [seq],
    );
    return rows.map(([chat, message]) => ({ chat: Number(chat) || staffChat, message: Number(message) }));
  }

  /** Notes that stand in a ticket more than once: each was written once. */
  appliedTwice(): string[] {
    const { rows } = this.#desk.d1.sqlite.rows(
      `SELECT ticket_id, count(*), note FROM ticket_events WHERE note LIKE '%[m%' GROUP BY ticket_id, note
       HAVING count(*) > 1`,
      [],
    );
    return rows.map((row) => `a note is in a ticket several times: ${row.join(", ")}`);
  }

  /** What is left of customers who were erased, a while ago. */
  left(gone: Iterable<number>): string[] {
    const found: string[] = [];
    for (const id of gone) {
      const look = (where: string, sqlite: Desk["d1"]["sqlite"], sql: string): void => {
        const left = Number(sqlite.rows(sql, [id]).rows[0][0]);
        if (left > 0) found.push(`${left} rows of the erased customer ${id} in ${where}`);
      };
      look(
        "the record's contacts",
        this.#desk.d1.sqlite,
        "SELECT count(*) FROM contacts WHERE telegram_id = ?",
      );
      for (const { name, sqlite } of this.#desk.groups.hosts.values()) {
        look(`customers of ${name}`, sqlite, "SELECT count(*) FROM customers WHERE id = ?");
        look(`messages of ${name}`, sqlite, "SELECT count(*) FROM messages WHERE chat = ?");
      }
    }
    return found;
  }

  #chatOf(group: string): number {
    return this.#groups.find(({ id }) => id === group)?.chatId ?? 0;
  }

  /** Where the record has something else than the group's object. */
  differences(): string[] {
    const found: string[] = [];
    const { sqlite: record } = this.#desk.d1;
    for (const { name, sqlite } of this.#desk.groups.hosts.values()) {
      const recorded = new Map(
        record
          .rows("SELECT id, version, status FROM tickets WHERE group_id = ?", [name])
          .rows.map(([id, ...state]) => [id, state.join(" ")]),
      );
      const own = sqlite.rows(
        "SELECT state ->> '$.id', version, state ->> '$.status' FROM tickets WHERE state ->> '$.movedTo' IS NULL",
        [],
      ).rows;
      for (const [id, ...state] of own) {
        const [is, told] = [state.join(" "), recorded.get(id)];
        if (told !== is) found.push(`ticket ${String(id)} in ${name} is ${is}, the record has ${told}`);
      }
    }
    return found;
  }
}
