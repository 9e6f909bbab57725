import { and, eq, lt, or, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { CAUSE_KEPT_MS } from "../../domain/limits.ts";
import type { Database } from "./database.ts";
import type { Forgets, TicketToForget } from "./forgets.ts";
import { told } from "./schema.ts";
import { given, givenRow, statement } from "./statement.ts";

/** After half a year a hint may be given again: its reader has forgotten it by then. */
const ONCE_KEPT_MS = 180 * 24 * 3_600_000;

/** What a part of a key names. Telegram's numbers of messages, topics and albums identify no person. */
type Part = "number" | "ticketId" | "person" | "group" | "instant" | "thing";

/** Every key of `told` by its first word, with what the parts after it name: `collision:<number>:<person>`. */
const KEYS = {
  /** An agent answered in a colleague's ticket. */
  collision: ["number", "person"],
  /** Who is no agent wrote in a topic. */
  outsider: ["person", "thing"],
  /** A message to the bot from a person whom it does not serve. */
  stranger: ["person"],
  blocked: ["person"],
  /** No agent has a ticket's skills; no agent takes it; it has gone to the pool. */
  unmet: ["number"],
  nobody: ["number", "instant"],
  pool: ["ticketId"],
  /** A customer's home was told of a ticket. */
  home: ["ticketId", "group"],
  /** An agent wrote in a topic of a time before the numbers began anew. */
  former: ["person", "thing"],
  /** A person did something in the topic that a ticket has left. */
  touched: ["number"],
  /** Ticks of a checklist, and a place that moves, in a private chat (or 0, the staff group). */
  ticked: ["person", "thing"],
  still: ["person", "thing"],
  command: ["person", "thing"],
  "internal-album": ["thing"],
  "unsent-album": ["thing"],
  "sent-album": ["thing"],
  misunderstood: ["thing"],
  overtaken: ["thing"],
} as const satisfies Record<string, readonly Part[]>;

declare const known: unique symbol;
/** Made by `onceKey` only: for an unknown key it would be unclear with which person or ticket it has to be erased. */
export type OnceKey = string & { readonly [known]: true };

type Named<Parts extends readonly Part[]> = { [P in keyof Parts]: string | number | null };

export function onceKey<K extends keyof typeof KEYS>(kind: K, ...parts: Named<(typeof KEYS)[K]>): OnceKey {
  return [kind, ...parts.map(String)].join(":") as OnceKey;
}

/** The patterns of all keys that name something. */
function patternsOf(part: Part, name: string | number): string[] {
  return Object.entries<readonly Part[]>(KEYS).flatMap(([kind, parts]) => {
    const at = parts.indexOf(part);
    return at < 0 ? [] : [[kind, ...parts.map((_, index) => (index === at ? name : "*"))].join(":")];
  });
}

const IS_OF_ALBUM = sql`${told.key} GLOB '*-album:*'`;
const IS_FOR_EVER = sql`${told.key} GLOB 'stranger:*' OR ${told.key} GLOB 'blocked:*'`;

/** What is said once: to whom, and what. */
export class Once implements Forgets {
  readonly #db: Database;
  readonly #add = statement(() =>
    this.#db.insert(told).values(givenRow(told)).onConflictDoNothing().returning().prepare(),
  );
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(told)
      .where(eq(told.key, given("key")))
      .prepare(),
  );
  readonly #delete = statement(() =>
    this.#db
      .delete(told)
      .where(eq(told.key, given("key")))
      .prepare(),
  );

  readonly #purge = statement(() =>
    this.#db
      .delete(told)
      .where(
        or(
          and(IS_OF_ALBUM, lt(told.at, given("albumsBefore"))),
          and(sql`NOT (${IS_FOR_EVER})`, lt(told.at, given("before"))),
        ),
      )
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
  }

  /** Whether this is the first time; remembers the key. */
  firstTime(key: OnceKey, at: number): boolean {
    return this.#add().all({ key, at }).length > 0;
  }

  has(key: OnceKey): boolean {
    return this.#get().get({ key }) !== undefined;
  }

  forget(key: OnceKey): void {
    this.#delete().run({ key });
  }

  /** What is so old that it may be said again, or that nothing can come of it any more. */
  purge(now: number): void {
    this.#purge().run({ albumsBefore: now - CAUSE_KEPT_MS, before: now - ONCE_KEPT_MS });
  }

  forgetTickets(tickets: readonly TicketToForget[]): number {
    return this.#forgetLike(
      tickets.flatMap(({ number, id }) => [...patternsOf("number", number), ...patternsOf("ticketId", id)]),
    );
  }

  forgetPerson(id: ContactId): number {
    return this.#forgetLike(patternsOf("person", id));
  }

  #forgetLike(patterns: readonly string[]): number {
    return patterns.reduce(
      (sum, pattern) =>
        sum +
        this.#db
          .delete(told)
          .where(sql`${told.key} GLOB ${pattern}`)
          .returning({ n: told.key })
          .all().length,
      0,
    );
  }
}
