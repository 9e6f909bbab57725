import { and, desc, eq, gt, isNotNull, lt, sql } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { routeOf } from "../../domain/contact/route.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Database } from "./database.ts";
import { laneTo, storedLane, STAFF, STAFF_CHAT, type Lane } from "./lane.ts";
import type { MessageRow } from "./messages.ts";
import { messages } from "./schema.ts";
import { given, statement } from "./statement.ts";

/** Messages of a customer that are looked through at once for those of a turn. */
const TURN_LOOKED_AT = 200;

/** What customers wrote about a ticket: it goes along when the ticket moves. */
export class Turns {
  readonly #db: Database;
  readonly #before = statement(() =>
    this.#db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.chat, given("customer")),
          gt(messages.messageId, 0),
          lt(messages.messageId, given("before")),
        ),
      )
      .orderBy(desc(messages.messageId))
      .limit(TURN_LOOKED_AT)
      .prepare(),
  );
  readonly #uncopied = statement(() =>
    this.#db
      .select({ seq: messages.seq })
      .from(messages)
      .where(
        and(
          eq(messages.chat, given("customer")),
          gt(messages.messageId, 0),
          eq(messages.ticket, given("ticket")),
          sql`${messages.state} IN ('parked', 'refused', 'uncertain', 'dropped')`,
        ),
      )
      .limit(1)
      .prepare(),
  );
  readonly #lastAnswer = statement(() =>
    this.#db
      .select({ seq: sql<number | null>`max(${messages.seq})` })
      .from(messages)
      .where(
        and(
          eq(messages.lane, given("lane")),
          isNotNull(messages.copyId),
          eq(messages.ticket, given("ticket")),
          // Rows of former copies are no answers.
          sql`${messages.chat} = ${STAFF_CHAT} AND (${messages.messageId} > 0 OR ${messages.replyTo} IS NULL)`,
        ),
      )
      .prepare(),
  );

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * What a customer has written about a ticket since an instant, in ms since 1970, and since the last answer here, as far
   * as it was copied into the ticket's topic or given up on the way there; in its order.
   */
  last(of: Pick<Ticket, "customer" | "number" | "route">, since: number): MessageRow[] {
    const { customer, number: ticket } = of;
    const answeredAt = this.#lastAnswerIn(laneTo(routeOf(of)), ticket);
    const turn: MessageRow[] = [];
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const rows = this.#before().all({ customer, before });
      const young = rows.filter(({ acceptedAt }) => acceptedAt >= since);
      turn.push(
        ...young.filter(
          (row) =>
            row.ticket === ticket &&
            row.lane === STAFF &&
            (row.state === "done" || row.state === "parked") &&
            row.seq > answeredAt,
        ),
      );
      if (rows.length < TURN_LOOKED_AT || young.length === 0) break;
      before = rows.at(-1)!.messageId;
    }
    return turn.sort((a, b) => a.seq - b.seq);
  }

  /** Whether anything that a customer wrote about a ticket could not be copied here. */
  hasUncopied(customer: ContactId, ticket: number): boolean {
    return this.#uncopied().get({ customer, ticket }) !== undefined;
  }

  /** The copies of what a customer wrote about a ticket are gone here, and stand where it is. */
  passedOnAll(customer: ContactId, ticket: number, lane: Lane): void {
    this.#db
      .update(messages)
      .set({ lane, copyId: null })
      .where(
        and(
          eq(messages.chat, customer),
          eq(messages.ticket, ticket),
          eq(messages.lane, STAFF),
          sql`${messages.state} = 'done'`,
        ),
      )
      .run();
  }

  /** The number of the last answer to a customer about a ticket; 0: none. */
  #lastAnswerIn(lane: Lane, ticket: number): number {
    return this.#lastAnswer().get({ lane: storedLane(lane), ticket })?.seq ?? 0;
  }
}
