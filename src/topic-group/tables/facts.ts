import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { Rows } from "./memory.ts";
import { facts } from "./schema.ts";
import { given, givenRow, inserted, statement } from "./statement.ts";

/** The keys of the object's small facts; `schema.ts` keeps them in `facts`. */
export const FACTS = {
  /** This group's id. */
  group: "group",
  /** The configuration in force, with its version. */
  config: "config",
  /** The highest sequence number promised so far. */
  sequence: "sequence",
  /** Topic icons by emoji, as Telegram offers them. */
  icons: "icons",
  botUsername: "bot_username",
  /** Which chats the group has had and which bots the desk: `Numbering`. */
  numbering: "numbering",
  /** What keeps the staff group's lane from working. */
  trouble: "trouble",
  /** Lanes that cannot work for long: `Stall` by lane. */
  stalls: "stalls",
  /** The shape in which the tickets in hand are stored. */
  ticketShape: "ticket_shape",
  /** The configuration has this group no more: who takes over everything that is here (`Retired`). */
  retired: "retired",
  /** The version of the configuration for which every ticket was given a place. */
  placedFor: "placed_for",
  /** Whether tickets whose customer is to answer fill slots, as the homes of agents were told. */
  countsWaiting: "counts_waiting",
  /** What was told about a queue's depth. */
  depth: (queue: string) => `depth:${queue}`,
  /** Whether the system that knows the customers is asked at all: `Breaker`. */
  breaker: "breaker:enrichment",
  /** What an outside system says that agents can do: `SkillTable`; and whether it is asked at all: `Breaker`. */
  skills: "skills",
  skillsBreaker: "breaker:skills",
  /** Why an endpoint is left alone: `WebhookStatus`. */
  webhook: (webhook: string) => `hook:${webhook}`,
  /** The highest number of a ticket that is forgotten: none is given twice. */
  lastForgotten: "last_forgotten",
  /** When the staff group was last seen with topics, in ms since 1970. */
  forumSeenAt: "forum_seen_at",
  /** Which tickets were probed, and what was found gone: `Probing`. */
  probing: "probing",
  /** What did not match the bot's own service messages, until reconciliation asks. */
  echoes: "echoes",
  /** What was answered of all this, and has not been heard for certain: `UnackedFindings`. */
  unheard: "unheard",
  /** How far the record is told everything again: `Retelling`, unrecorded.ts. */
  retelling: "retelling",
  /** When settled causes were last purged, in ms since 1970. */
  purgedAt: "purged_at",
} as const;

const FACTS_KEPT_MAX = 500;

/** The object's small facts. */
export class Facts {
  readonly #db: Database;
  readonly #facts: Rows<string, { value: unknown }>;
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(facts)
      .where(eq(facts.key, given("key")))
      .prepare(),
  );
  readonly #set = statement(() =>
    this.#db
      .insert(facts)
      .values(givenRow(facts))
      .onConflictDoUpdate({ target: facts.key, set: inserted(facts, "value") })
      .prepare(),
  );
  readonly #delete = statement(() =>
    this.#db
      .delete(facts)
      .where(eq(facts.key, given("key")))
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
    this.#facts = db.memory.of("facts", new Rows(FACTS_KEPT_MAX));
  }

  get(key: string): unknown {
    return (this.#facts.get(key) ?? this.#facts.keep(key, { value: this.#get().get({ key })?.value })).value;
  }

  set(key: string, value: unknown): void {
    this.#db.memory.knowing("facts", () => this.#set().run({ key, value }));
    // As it would be read.
    this.#facts.keep(key, { value: JSON.parse(JSON.stringify(value)) });
  }

  delete(key: string): void {
    this.#db.memory.knowing("facts", () => this.#delete().run({ key }));
    this.#facts.keep(key, { value: undefined });
  }
}
