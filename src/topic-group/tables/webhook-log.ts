import { asc, and, desc, eq, lt, lte, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { WEBHOOK_LOG_ROWS_MAX } from "../../domain/limits.ts";
import { isAmong } from "./among.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import { numbersOf, type Forgets, type TicketToForget } from "./forgets.ts";
import { webhookLane } from "./lane.ts";
import type { OutboxRow } from "./outbox.ts";
import { webhookLog, outbox } from "./schema.ts";
import { given, givenRow, statement } from "./statement.ts";
import { ticketsOf } from "./tickets-of.ts";

/** A delivery to an endpoint. Instants in ms since 1970. */
export interface WebhookDelivery {
  seq: number;
  type: string;
  /** The ticket's number here; 0: it concerns none. */
  ticket: number;
  state: "delivered" | "waiting" | "dead";
  /** When it happened. */
  at: number;
  /** Tries so far. */
  attempts: number;
  /** Why the last try failed, such as `http_503`. */
  code: string | null;
  deliveredAt: number | null;
  nextTryAt: number | null;
}

/** Which of what was given up: what happened in a time, in ms since 1970, and where `seqs` is not null only these. */
export interface DeadLetters {
  seqs: readonly number[] | null;
  since: number;
  /** Not included. */
  until: number;
}

/** What an endpoint has taken; instants in ms since 1970. */
export interface Delivered {
  webhook: string;
  type: string;
  at: number;
  deliveredAt: number;
}

/** What goes to endpoints, and what has gone. */
export class WebhookLog implements Forgets {
  readonly #db: Database;
  readonly #add = statement(() =>
    this.#db.insert(webhookLog).values(givenRow(webhookLog)).onConflictDoNothing().prepare(),
  );

  readonly #purge = statement(() =>
    this.#db
      .delete(webhookLog)
      .where(lt(webhookLog.deliveredAt, given("before")))
      .prepare(),
  );
  readonly #newestBeyond = statement(() =>
    this.#db
      .select({ seq: webhookLog.seq })
      .from(webhookLog)
      .where(eq(webhookLog.webhook, given("webhook")))
      .orderBy(desc(webhookLog.seq))
      .limit(1)
      .offset(WEBHOOK_LOG_ROWS_MAX)
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
  }

  delivered({ seq, ticket, attempts, payload }: OutboxRow, at: number): void {
    if (payload.kind !== "webhook") return;
    const { webhook, type, at: happenedAt } = payload;
    const attempted = attempts + 1;
    this.#add().run({ webhook, seq, type, ticket, at: happenedAt, deliveredAt: at, attempts: attempted });
  }

  /** Newest first, those before a number. */
  list(
    webhook: string,
    { state, before, limit }: { state: WebhookDelivery["state"] | null; before: number; limit: number },
  ): WebhookDelivery[] {
    const gone =
      state === null || state === "delivered"
        ? this.#db
            .select()
            .from(webhookLog)
            .where(and(eq(webhookLog.webhook, webhook), lt(webhookLog.seq, before)))
            .orderBy(desc(webhookLog.seq))
            .limit(limit)
            .all()
        : [];
    const states = state === null ? ["waiting", "parked"] : state === "dead" ? ["parked"] : ["waiting"];
    const there =
      state === "delivered"
        ? []
        : this.#db
            .select()
            .from(outbox)
            .where(
              and(
                eq(outbox.lane, webhookLane(webhook)),
                eq(outbox.kind, "webhook"),
                lt(outbox.seq, before),
                sql`${outbox.state} IN (${sql.join(
                  states.map((one) => sql`${one}`),
                  sql`, `,
                )})`,
              ),
            )
            .orderBy(desc(outbox.seq))
            .limit(limit)
            .all();
    const deliveries = [
      ...gone.map((row): WebhookDelivery => ({ ...row, state: "delivered", code: null, nextTryAt: null })),
      ...there.map((row): WebhookDelivery => ({
        seq: row.seq,
        type: row.payload.kind === "webhook" ? row.payload.type : "",
        ticket: row.ticket,
        state: row.state === "waiting" ? "waiting" : "dead",
        at: row.payload.kind === "webhook" ? row.payload.at : row.acceptedAt,
        attempts: row.attempts,
        code: row.code,
        deliveredAt: null,
        nextTryAt: row.state === "waiting" ? row.notBefore : null,
      })),
    ];
    return deliveries.sort((a, b) => b.seq - a.seq).slice(0, limit);
  }

  /** How many wait and how many are given up. */
  counts(webhook: string): { waiting: number; dead: number } {
    const rows = this.#db
      .select({ state: outbox.state, count: sql<number>`count(*)` })
      .from(outbox)
      .where(and(eq(outbox.lane, webhookLane(webhook)), eq(outbox.kind, "webhook")))
      .groupBy(outbox.state)
      .all();
    const of = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0;
    return { waiting: of("waiting"), dead: of("parked") };
  }

  /** The numbers of what was given up, oldest first: of a time, and only these if any are named; at most `limit`. */
  dead(webhook: string, { seqs, since, until, limit }: DeadLetters & { limit: number }): number[] {
    const named = sql`${outbox.seq} IN (SELECT value FROM json_each(${JSON.stringify(seqs)}))`;
    return this.#db
      .select({ seq: outbox.seq })
      .from(outbox)
      .where(
        and(
          eq(outbox.lane, webhookLane(webhook)),
          eq(outbox.kind, "webhook"),
          sql`${outbox.state} = 'parked'`,
          // A replay accepts it anew; when it happened stays.
          sql`${outbox.payload} ->> '$.at' >= ${since}`,
          sql`${outbox.payload} ->> '$.at' < ${until}`,
          seqs === null ? undefined : named,
        ),
      )
      .orderBy(outbox.seq)
      .limit(limit)
      .all()
      .map(({ seq }) => seq);
  }

  /** Gives up all that waits for an endpoint. */
  giveUp(webhook: string, code: string): void {
    this.#db
      .update(outbox)
      .set({ state: "parked", code, attemptedAt: null })
      .where(
        and(
          eq(outbox.lane, webhookLane(webhook)),
          eq(outbox.kind, "webhook"),
          sql`${outbox.state} = 'waiting'`,
        ),
      )
      .run();
  }

  /** Removes what was given up and had been accepted before an instant, some at a time. Answers how many. */
  forgetDead(before: number, limit: number): number {
    const old = this.#db
      .select({ seq: outbox.seq })
      .from(outbox)
      .where(and(eq(outbox.kind, "webhook"), eq(outbox.state, "parked"), lt(outbox.acceptedAt, before)))
      .limit(limit);
    return this.#db
      .delete(outbox)
      .where(sql`${outbox.seq} IN ${old}`)
      .returning({ n: outbox.seq })
      .all().length;
  }

  /** Forgets what was delivered before an instant, in ms since 1970, and of each endpoint all but the newest. */
  purge(before: number, webhooks: readonly string[]): void {
    this.#purge().run({ before });
    for (const webhook of webhooks) {
      const oldest = this.#newestBeyond().get({ webhook });
      if (oldest === undefined) continue;
      this.#db
        .delete(webhookLog)
        .where(and(eq(webhookLog.webhook, webhook), lte(webhookLog.seq, oldest.seq)))
        .run();
    }
  }

  /** What endpoints have taken about their tickets. */
  deliveredOf(id: ContactId): Delivered[] {
    const { webhook, type, at, deliveredAt } = webhookLog;
    return this.#db
      .select({ webhook, type, at, deliveredAt })
      .from(webhookLog)
      .where(sql`${webhookLog.ticket} IN ${ticketsOf([id])}`)
      .orderBy(asc(webhookLog.seq))
      .all();
  }

  countOf(people: readonly ContactId[]): number {
    return countRows(this.#db, webhookLog, sql`${webhookLog.ticket} IN ${ticketsOf(people)}`);
  }

  forgetTickets(tickets: readonly TicketToForget[]): number {
    return this.#db
      .delete(webhookLog)
      .where(isAmong(webhookLog.ticket, numbersOf(tickets)))
      .returning({ n: webhookLog.seq })
      .all().length;
  }
}
