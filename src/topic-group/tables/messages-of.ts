import { and, eq, sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact, type Route } from "../../domain/contact/route.ts";
import { laneTo, type Lane } from "./lane.ts";
import { messages } from "./schema.ts";

/**
 * The conditions that together find the messages of a person, of one of their tickets only if it is named: what they
 * wrote, then what was written to them with a copy, waiting, and without either. Each has an index and no message meets
 * two of them. Asked as one condition they would read every message of the group. `routes`: those that their tickets, or
 * this one, keep.
 */
export function messagesOf(person: ContactId, routes: readonly Route[], ticket?: number): SQL[] {
  const ofTicket = ticket === undefined ? undefined : eq(messages.ticket, ticket);
  const lanes = new Set(lanesTo(person, routes));
  return [
    and(eq(messages.chat, person), ofTicket)!,
    ...[...lanes].flatMap((lane) => {
      const toThem = eq(messages.lane, lane);
      return [
        and(toThem, sql`${messages.copyId} IS NOT NULL`, ofTicket)!,
        and(toThem, sql`${messages.state} = 'waiting'`, sql`${messages.copyId} IS NULL`, ofTicket)!,
        and(toThem, isLone, ofTicket)!,
      ];
    }),
  ];
}

/** The lanes by which a person is written to. */
export function lanesTo(person: ContactId, routes: readonly Route[]): Lane[] {
  const chat = chatOfContact(person);
  return [...(chat === null ? [] : [chat]), ...routes].map(laneTo);
}

/** The condition of the index `messages_lone`, as SQLite has to read it again to use the index. */
const isLone = sql`copy_id IS NULL AND state <> 'waiting' AND chat <= 0`;
