import { CAUSE_KEPT_MS } from "../../../src/domain/limits.ts";
import type { Desk } from "../runtime/desk.ts";
import type { Sqlite } from "../runtime/sqlite.ts";
import type { Scene } from "../scene.ts";

/** What rows older than they are kept may stay: forgetting waits for another reason to be awake. */
const KEPT_MAX_MS = 2 * CAUSE_KEPT_MS;
const DAY_MS = 24 * 60 * 60_000;
/** Words are kept until they are delivered; of what was given up so that it can be sent again. */
const UNTIL_DELIVERED = new Set(["messages", "outbox"]);
/** The content of full-text indexes is words without their order. */
const INDEXES = /_search/;

/** What is stored once everything has come to rest: no more than has to be, and no words of customers. */
export class Stored {
  readonly #desk: Desk;
  readonly #scene: Scene;
  readonly #failed = new Set<string>();
  readonly #textColumns = new Map<string, { table: string; column: string }[]>();

  constructor(desk: Desk, scene: Scene) {
    this.#desk = desk;
    this.#scene = scene;
  }

  /** Rows of which only few may be left. */
  rows(now: number): string[] {
    const found: string[] = [];
    const none = (where: string, sqlite: Sqlite, what: string, sql: string, ...bound: unknown[]): void => {
      const [[n]] = sqlite.rows(sql, bound).rows;
      if (Number(n) > 0) found.push(`${where}: ${String(n)} ${what}`);
    };
    for (const { name, sqlite } of this.#desk.groups.hosts.values()) {
      const old = now - KEPT_MAX_MS;
      none(
        name,
        sqlite,
        "causes are older than they are kept",
        "SELECT count(*) FROM inbox WHERE at < ?",
        old,
      );
      none(name, sqlite, "updates seen long ago", "SELECT count(*) FROM seen_updates WHERE at < ?", old);
      none(name, sqlite, "updates are set aside", "SELECT count(*) FROM set_aside");
      none(
        name,
        sqlite,
        "contents of delivered messages",
        "SELECT count(*) FROM messages WHERE state = 'done' AND coalesce(content, 'null') NOT IN ('null', '{\"forwarded\":\"\"}')",
      );
      none(
        name,
        sqlite,
        "slots are asked for",
        "SELECT count(*) FROM slots WHERE asked_at < ?",
        now - 120_000,
      );
      none(
        name,
        sqlite,
        "outbox rows that wait for nothing",
        "SELECT count(*) FROM outbox WHERE state NOT IN ('waiting', 'parked', 'uncertain')",
      );
      none(
        name,
        sqlite,
        "lanes that are nobody's",
        "SELECT max(0, count(*) - ?) FROM lanes",
        this.#lanesMax(),
      );
    }
    const record = this.#desk.d1.sqlite;
    none(
      "record",
      record,
      "events without a place in the feed, or places without one",
      "SELECT abs((SELECT count(*) FROM ticket_events) - (SELECT count(*) FROM event_feed))",
    );
    none(
      "record",
      record,
      "tickets without a place in the index, or places without one",
      "SELECT abs((SELECT count(*) FROM tickets) - (SELECT count(*) FROM ticket_docs))",
    );
    none(
      "record",
      record,
      "kept answers are old",
      "SELECT count(*) FROM api_calls WHERE started_at < ?",
      now - KEPT_MAX_MS,
    );
    return found;
  }

  /** Telegram has answered to the copying of a message that it failed: such tries count. */
  failedToCopy({ from_chat_id: from, message_id: one, message_ids: several = [one] }: CopyParams): void {
    for (const message of several) this.#failed.add(copied(from, message));
  }

  /** Deliveries that were given up although nobody ever answered: that is waited for, for a day. */
  givenUp(now: number): string[] {
    return [...this.#desk.groups.hosts.values()].flatMap(({ name, sqlite }) =>
      sqlite
        .rows(
          `SELECT seq, attempts, chat, message_id & 0xffffffff FROM messages
           WHERE state = 'parked' AND code = 'no_answer' AND accepted_at > ?`,
          [now - DAY_MS],
        )
        .rows.filter(([, , chat, message]) => !this.#failed.has(copied(Number(chat), Number(message))))
        .map(([seq, attempts]) => `${name} gave up message ${String(seq)} after ${String(attempts)} tries`),
    );
  }

  /** Slots that an agent's home counts for other groups' tickets, against the tickets that there are. */
  slots(): string[] {
    const found: string[] = [];
    const { hosts } = this.#desk.groups;
    const filled = [...hosts.values()].flatMap(({ name, sqlite }) =>
      sqlite
        .rows(
          `SELECT state ->> '$.assignee.id', state ->> '$.id' FROM tickets
           WHERE busy IS NOT NULL AND state ->> '$.status' <> 'waiting' AND state ->> '$.movedTo' IS NULL`,
          [],
        )
        .rows.map(([agent, id]) => ({ group: name, agent: Number(agent), id: String(id) })),
    );
    for (const { telegramId: agent, groups } of this.#scene.config.agents ?? []) {
      const [home] = groups;
      const host = hosts.get(home);
      if (host === undefined) continue;
      const is = host.sqlite
        .rows("SELECT ticket_id FROM slots WHERE agent = ? AND asked_at IS NULL ORDER BY 1", [agent])
        .rows.map(([id]) => String(id))
        .join();
      const due = filled
        .filter((one) => one.agent === agent && one.group !== home)
        .map(({ id }) => id)
        .sort()
        .join();
      if (is !== due)
        found.push(`${home} counts the slots ${is || "none"} of agent ${agent}, who has ${due || "none"}`);
    }
    return found;
  }

  /** Words of people where none are kept: what they wrote carries its number, and that is looked for everywhere. */
  words(): string[] {
    const stores: [string, Sqlite][] = [["the record", this.#desk.d1.sqlite]];
    for (const { name, sqlite } of this.#desk.groups.hosts.values()) stores.push([name, sqlite]);
    return stores.flatMap(([where, sqlite]) =>
      this.#columnsOf(where, sqlite).flatMap(({ table, column }) => {
        const still = UNTIL_DELIVERED.has(table)
          ? "AND state NOT IN ('waiting', 'parked', 'uncertain', 'held')"
          : "";
        return sqlite
          .rows(`SELECT "${column}" FROM "${table}" WHERE "${column}" LIKE '%[m%.%]%' ${still}`, [])
          .rows.flatMap(([text]) => this.#wordsIn(String(text)))
          .map((number) => `words of message m${number} in ${table}.${column} of ${where}`);
      }),
    );
  }

  /** Notes, and what commands say, are kept on purpose. */
  #wordsIn(text: string): string[] {
    return [...text.matchAll(/\[m(\d+)\.\d+\]/g)]
      .map(([, number]) => number)
      .filter((number) => !this.#scene.ledger.internals.has(Number(number)));
  }

  #columnsOf(where: string, sqlite: Sqlite): { table: string; column: string }[] {
    let columns = this.#textColumns.get(where);
    if (columns === undefined) {
      columns = sqlite
        .rows(
          `SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
           WHERE m.type = 'table' AND c.type LIKE '%text%'`,
          [],
        )
        .rows.map(([table, column]) => ({ table: String(table), column: String(column) }))
        .filter(({ table }) => !INDEXES.test(table));
      this.#textColumns.set(where, columns);
    }
    return columns;
  }

  /** The group's, the bot's, those of people who were written to, of endpoints, systems and peers. */
  #lanesMax(): number {
    return this.#scene.lastCustomer + 100;
  }
}

/** What `copyMessage` and `copyMessages` are called with, as far as it says what is copied. */
export interface CopyParams {
  from_chat_id: number;
  message_id: number;
  message_ids?: number[];
}

/** Objects know a customer's chat by its number, and their own staff group's by none. */
function copied(chat: number, message: number): string {
  return `${Math.max(0, chat)}/${message}`;
}
