import type { Sqlite } from "../runtime/sqlite.ts";
import type { Telegram } from "../runtime/telegram.ts";
import type { StoredEvent } from "./promises.ts";

export interface TicketHistory {
  id: string;
  group: string;
  /** Its customer was erased, and what happened is not told any more. */
  isGone: boolean;
  events: StoredEvent[];
}

/** The tables of the objects and of the record. */
export interface Stores {
  groups: {
    hosts: ReadonlyMap<string, { name: string; sqlite: Tables }>;
    host(group: string): { sqlite: Tables };
  };
  d1: { sqlite: Tables };
}

export type Tables = Pick<Sqlite, "rows">;

/** So many numbers has each chat that a group has had. */
const EPOCH = 2 ** 32;

/** Looks into the objects and the record, once everything has come to rest. */
export class Agreement {
  readonly #desk: Stores;
  readonly #telegram: Telegram;

  /** How far each ticket's events are read, and whose it is. */
  readonly #read = new Map<string, { version: number; customer: number; group: string }>();

  constructor(desk: Stores, telegram: Telegram) {
    this.#desk = desk;
    this.#telegram = telegram;
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

  /** What happened to tickets since the last time, by where they are now; `n` of each ticket's last event is kept. */
  happened(gone: ReadonlySet<number>): TicketHistory[] {
    const found: TicketHistory[] = [];
    const there = new Set<string>();
    for (const { name, sqlite } of this.#desk.groups.hosts.values()) {
      const { rows } = sqlite.rows(
        "SELECT number, state ->> '$.id', version, customer FROM tickets WHERE state ->> '$.movedTo' IS NULL",
        [],
      );
      for (const [number, id, version, customer] of rows as [number, string, number, number][]) {
        there.add(id);
        const isGone = customer === 0 || gone.has(customer);
        const read = this.#read.get(id)?.version ?? 0;
        if (version === read && !isGone) continue;
        const events = sqlite.rows("SELECT event FROM events WHERE ticket = ? AND n > ? ORDER BY n", [
          number,
          read,
        ]);
        this.#read.set(id, { version, customer, group: name });
        found.push({
          id,
          group: name,
          isGone,
          events: isGone ? [] : events.rows.map(([event]) => JSON.parse(String(event)) as StoredEvent),
        });
      }
    }
    for (const [id, { customer, group }] of this.#read) {
      if (there.has(id) || (customer !== 0 && !gone.has(customer))) continue;
      this.#read.delete(id);
      found.push({ id, group, isGone: true, events: [] });
    }
    return found;
  }

  /** Tickets that no group has any more, and of which nobody asked that they be erased. */
  vanished(): string[] {
    const there = new Set<unknown>();
    for (const { sqlite } of this.#desk.groups.hosts.values())
      for (const [id] of sqlite.rows("SELECT state ->> '$.id' FROM tickets", []).rows) there.add(id);
    return [...this.#read].flatMap(([id, { group }]) =>
      there.has(id) ? [] : [`ticket ${id}, which was in ${group}, is nowhere any more`],
    );
  }

  /** The messages of a delivery: one, or those of an album. */
  carriedBy(group: string, seq: number): { chat: number; message: number }[] {
    const { rows } = this.#desk.groups.host(group).sqlite.rows(
      `SELECT other.chat, other.message_id FROM messages AS one JOIN messages AS other
       ON other.seq = one.seq OR (other.album = one.album AND other.chat = one.chat) WHERE one.seq = ?`,
      [seq],
    );
    return rows.map(([chat, number]) => {
      const written = this.numbered(group, Number(number));
      return { ...written, chat: Number(chat) || written.chat };
    });
  }

  /** A message's number says in which of its chats the group had it. */
  numbered(group: string, number: number): { chat: number; message: number } {
    const { sqlite } = this.#desk.groups.host(group);
    const [[numbering] = []] = sqlite.rows("SELECT value FROM facts WHERE key = 'numbering'", []).rows;
    const { chats } = JSON.parse((numbering as string | undefined) ?? '{"chats":[]}') as {
      chats: (number | null)[];
    };
    const epoch = Math.floor(number / EPOCH);
    return { chat: chats[epoch] ?? 0, message: number - epoch * EPOCH };
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
      const look = (where: string, sqlite: Tables, sql: string): void => {
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

  /** Whether every group goes by the same configuration: a group hears of a new one with its next update at the latest. */
  get isConfigured(): boolean {
    const versions = [...this.#desk.groups.hosts.values()].map(
      ({ sqlite }) =>
        sqlite.rows("SELECT value ->> '$.version' FROM facts WHERE key = 'config'", []).rows[0]?.[0],
    );
    return new Set(versions).size === 1;
  }

  /** Who was to be kept, and is gone. */
  missing(held: Iterable<number>): string[] {
    const { sqlite } = this.#desk.d1;
    return [...held].flatMap((id) => {
      const [[n]] = sqlite.rows("SELECT count(*) FROM contacts WHERE telegram_id = ?", [id]).rows;
      return Number(n) > 0 ? [] : [`customer ${id} is gone from the record, and was to be kept`];
    });
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
