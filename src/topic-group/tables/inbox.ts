import { type SQL, and, desc, eq, gte, lt, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { CAUSE_ATTEMPTS_MAX, CAUSE_KEPT_MS } from "../../domain/limits.ts";
import type { Database } from "./database.ts";
import type { Forgets } from "./forgets.ts";
import { Value } from "./memory.ts";
import { inbox, setAside } from "./schema.ts";
import { given, givenRow, statement } from "./statement.ts";

/**
 * Which causes are settled. A relayed message is its own evidence (its row in `messages`); every other cause leaves
 * a row here, in the same transaction as what it did.
 */
export class Inbox implements Forgets {
  readonly #db: Database;
  readonly #hasAny: Value<boolean>;
  readonly #known = statement(() =>
    this.#db
      .select()
      .from(inbox)
      .where(eq(inbox.key, given("key")))
      .prepare(),
  );
  readonly #settle = statement(() => this.#db.insert(inbox).values(givenRow(inbox)).prepare());
  readonly #purge = statement(() =>
    this.#db
      .delete(inbox)
      .where(lt(inbox.at, given("before")))
      .prepare(),
  );
  readonly #purgeTried = statement(() =>
    this.#db
      .delete(setAside)
      .where(and(eq(setAside.parked, false), lt(setAside.at, given("before"))))
      .prepare(),
  );
  readonly #any = statement(() => this.#db.select({ at: inbox.at }).from(inbox).limit(1).prepare());

  constructor(db: Database) {
    this.#db = db;
    this.#hasAny = db.memory.of("inbox", new Value(() => this.#any().get() !== undefined));
  }

  /** What the settled cause answered, `undefined` if it is new. */
  known(key: string): { answer: unknown } | undefined {
    return this.#known().get({ key });
  }

  settle(key: string, at: number, answer: unknown = null): void {
    this.#db.memory.knowing("inbox", () => this.#settle().run({ key, at, answer }));
    this.#hasAny.set(true);
  }

  /** What programs' calls did to a ticket, by its number here: the newest ones. */
  settledOf(number: number, limit: number): (typeof inbox.$inferSelect)[] {
    return this.#db
      .select()
      .from(inbox)
      .where(
        and(
          gte(inbox.key, "api:"),
          // ";" follows ":": the whole stretch of the key.
          lt(inbox.key, "api;"),
          sql`${inbox.answer} ->> '$.number' = ${number}`,
        ),
      )
      .orderBy(desc(inbox.at))
      .limit(limit)
      .all();
  }

  /**
   * Notes that our own code failed on a cause. After `CAUSE_ATTEMPTS_MAX` tries it is set aside for good, so that
   * it blocks its chat no longer: Telegram would send it again and again for a day.
   */
  failed(key: string, at: number, error: string, update: unknown): "try_again" | "set_aside" {
    const before = this.#db.select().from(setAside).where(eq(setAside.key, key)).get();
    const attempts = (before?.attempts ?? 0) + 1;
    const parked = attempts >= CAUSE_ATTEMPTS_MAX;
    const row = { key, at, attempts, error, update: withoutTexts(update), parked };
    this.#db.insert(setAside).values(row).onConflictDoUpdate({ target: setAside.key, set: row }).run();
    if (parked) this.#db.insert(inbox).values({ key, at, answer: null }).onConflictDoNothing().run();
    return parked ? "set_aside" : "try_again";
  }

  /** Sets a cause aside that our code cannot read: trying again would come to the same. */
  setAside(key: string, at: number, error: string, update: unknown): void {
    const row = { key, at, attempts: 1, error, update: withoutTexts(update), parked: true };
    this.#db.insert(setAside).values(row).onConflictDoNothing().run();
    this.#db.insert(inbox).values({ key, at, answer: null }).onConflictDoNothing().run();
  }

  /** Updates are numbered anew: one with a number that has been is another one. */
  forgetUpdates(bot: number): void {
    this.#db
      .delete(inbox)
      .where(and(gte(inbox.key, "tg:"), lt(inbox.key, "tg;")))
      .run();
    // What was given up stays to be looked at.
    this.#db
      .update(setAside)
      .set({ key: sql`'bot ' || ${bot} || ' ' || ${setAside.at} || ' ' || ${setAside.key}` })
      .where(and(gte(setAside.key, "tg:"), lt(setAside.key, "tg;")))
      .run();
  }

  countSetAside(): number {
    return (
      this.#db
        .select({ count: sql<number>`count(*)` })
        .from(setAside)
        .where(eq(setAside.parked, true))
        .get()?.count ?? 0
    );
  }

  hasAny(): boolean {
    return this.#hasAny.get();
  }

  /** Forgets causes too old to be sent again. */
  purge(now: number): void {
    const before = now - CAUSE_KEPT_MS;
    this.#purge().run({ before });
    this.#purgeTried().run({ before });
  }

  /** Updates that name them and could not be applied. */
  setAsideOf(id: ContactId): { at: number; update: unknown }[] {
    return this.#db
      .select({ at: setAside.at, update: setAside.update })
      .from(setAside)
      .where(isSetAsideOf(id))
      .all();
  }

  /** Updates that name a person and could not be applied. */
  forgetPerson(id: ContactId): number {
    return this.#db.delete(setAside).where(isSetAsideOf(id)).returning({ n: setAside.key }).all().length;
  }
}

/** Texts that are Telegram's, not people's. */
const KEPT_TEXTS = new Set(["type", "status", "mime_type", "language_code"]);
const PLACES = new Set(["latitude", "longitude"]);

const DEPTH_MAX = 32;

/**
 * The update with every text replaced by its length, but for what Telegram itself says, and without places: what it was
 * can be seen, what it said cannot.
 */
function withoutTexts(value: unknown, key = "", depth = 0): unknown {
  if (typeof value === "string") return KEPT_TEXTS.has(key) ? value : `(${value.length} characters)`;
  if (PLACES.has(key)) return "(a place)";
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEPTH_MAX) return "(deeper)";
  if (Array.isArray(value)) return value.map((part) => withoutTexts(part, key, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withoutTexts(part, name, depth + 1)]),
  );
}

/** Updates that hold a person's id anywhere. */
function isSetAsideOf(id: ContactId): SQL {
  return sql`EXISTS (SELECT 1 FROM json_tree(${setAside.update}) AS part WHERE part.atom = ${id})`;
}
