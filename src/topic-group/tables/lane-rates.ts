import { eq, lt, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact, type Route } from "../../domain/contact/route.ts";
import type { Database } from "./database.ts";
import type { Forgets, TicketToForget } from "./forgets.ts";
import { laneTo, storedLane, type Lane } from "./lane.ts";
import { Rows } from "./memory.ts";
import { lanes } from "./schema.ts";
import type { RateState } from "./shapes.ts";
import { given, givenRow, inserted, statement } from "./statement.ts";

/** A rate is as if it had never been used this long after its last 429 or call. */
const RATE_KEPT_MS = 3_600_000;
const LANES_KEPT_MAX = 500;

/** How fast lanes may go, and until when they must not. */
export class LaneRates implements Forgets {
  readonly #db: Database;
  readonly #rates: Rows<Lane, { state: RateState | undefined }>;
  readonly #get = statement(() =>
    this.#db
      .select()
      .from(lanes)
      .where(eq(lanes.lane, given("lane")))
      .prepare(),
  );
  readonly #save = statement(() =>
    this.#db
      .insert(lanes)
      .values(givenRow(lanes))
      .onConflictDoUpdate({ target: lanes.lane, set: inserted(lanes, "state") })
      .prepare(),
  );

  readonly #purge = statement(() =>
    this.#db
      .delete(lanes)
      .where(
        lt(
          sql`max(${lanes.state} ->> '$.recoversAt', coalesce(${lanes.state} ->> '$.taken[#-1]', 0))`,
          given("before"),
        ),
      )
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
    this.#rates = db.memory.of("lanes", new Rows(LANES_KEPT_MAX));
  }

  get(lane: Lane): RateState | undefined {
    const known =
      this.#rates.get(lane) ??
      this.#rates.keep(lane, { state: this.#get().get({ lane: storedLane(lane) })?.state });
    return known.state;
  }

  save(lane: Lane, state: RateState): void {
    this.#db.memory.knowing("lanes", () => this.#save().run({ lane, state }));
    this.#rates.keep(lane, { state });
  }

  forget(lane: Lane): void {
    this.#db.delete(lanes).where(eq(lanes.lane, lane)).run();
  }

  /** What Telegram lets a bot do, it lets each bot do. */
  forgetTelegrams(): void {
    this.#db
      .delete(lanes)
      .where(sql`${lanes.lane} IN ('staff', 'bot') OR ${lanes.lane} GLOB 'chat:*'`)
      .run();
  }

  /** A rate that has recovered is as good as none. */
  purge(now: number): void {
    this.#purge().run({ before: now - RATE_KEPT_MS });
  }

  /** Addresses of other channels than Telegram are known by the tickets alone. */
  forgetTickets(tickets: readonly TicketToForget[]): number {
    const routes = tickets.flatMap(({ route }) => route ?? []);
    return routes.reduce((sum, route) => sum + this.#forgetRoute(route), 0);
  }

  forgetPerson(id: ContactId): number {
    const chat = chatOfContact(id);
    return chat === null ? 0 : this.#forgetRoute(chat);
  }

  #forgetRoute(route: Route): number {
    return this.#db
      .delete(lanes)
      .where(eq(lanes.lane, laneTo(route)))
      .returning({ n: lanes.lane })
      .all().length;
  }
}
