import { and, asc, eq, or, sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { Route } from "../../domain/contact/route.ts";
import { countRows } from "./count.ts";
import type { Database } from "./database.ts";
import type { Forgets, TicketToForget } from "./forgets.ts";
import { lanesTo, messagesOf } from "./messages-of.ts";
import { messages } from "./schema.ts";
import type { Waiting } from "./shapes.ts";

/** Which message of a chat is which one in the group; `ticket` by the number it has here, `sentAt` in ms since 1970. */
export interface MessageLink {
  messageId: number;
  copyId: number | null;
  ticket: number;
  sentAt: number;
  state: string;
}

/** The relayed messages of a person, theirs and those to them. */
export class PersonMessages implements Forgets {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** What waits to leave, or was given up, in order. */
  waiting(id: ContactId, routes: readonly Route[]): Waiting[] {
    return messagesOf(id, routes)
      .flatMap((which) =>
        this.#db
          .select({
            seq: messages.seq,
            acceptedAt: messages.acceptedAt,
            state: messages.state,
            says: messages.content,
          })
          .from(messages)
          .where(and(which, sql`${messages.state} IN ('waiting', 'parked', 'uncertain')`))
          .all(),
      )
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq: _seq, ...relay }) => ({ kind: "relay", ...relay }));
  }

  /** How many are linked with their chat. */
  count(person: ContactId, routes: readonly Route[]): number {
    return sumOf(messagesOf(person, routes), (which) => countRows(this.#db, messages, which));
  }

  /** Links of messages, theirs or those to them, by the number in their chat. */
  links(
    id: ContactId,
    routes: readonly Route[],
    by: "customer" | "staff",
    after: number,
    limit: number,
  ): MessageLink[] {
    const inChat = by === "customer" ? messages.messageId : messages.copyId;
    const inGroup = by === "customer" ? messages.copyId : messages.messageId;
    return this.#db
      .select({
        messageId: sql<number>`${inChat}`,
        copyId: inGroup,
        ticket: messages.ticket,
        sentAt: messages.sentAt,
        state: messages.state,
      })
      .from(messages)
      .where(
        by === "customer"
          ? and(eq(messages.chat, id), sql`${messages.messageId} > ${after}`)
          : and(
              or(...lanesTo(id, routes).map((lane) => eq(messages.lane, lane))),
              sql`${messages.copyId} IS NOT NULL`,
              sql`${messages.copyId} > ${after}`,
            ),
      )
      .orderBy(asc(inChat))
      .limit(limit)
      .all();
  }

  forgetTickets(tickets: readonly TicketToForget[]): number {
    return sumOf(tickets, ({ number, customer, route }) =>
      this.#forget(messagesOf(customer, route === undefined ? [] : [route], number)),
    );
  }

  /** What was about a ticket of theirs has gone with it. */
  forgetPerson(id: ContactId): number {
    return this.#forget(messagesOf(id, []));
  }

  #forget(conditions: readonly SQL[]): number {
    return sumOf(
      conditions,
      (which) => this.#db.delete(messages).where(which).returning({ n: messages.seq }).all().length,
    );
  }
}

function sumOf<T>(values: readonly T[], number: (value: T) => number): number {
  return values.reduce((sum, value) => sum + number(value), 0);
}
