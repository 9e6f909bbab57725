import { ROWS_FORGOTTEN_AT_ONCE_MAX, TICKETS_FORGOTTEN_AT_ONCE_MAX } from "../../domain/limits.ts";
import type { Transaction } from "../commit/transaction.ts";
import { forgetTickets } from "./erasing.ts";

/** What is too old to be kept, by instants in ms since 1970; null: it is kept. */
export interface Forgetting {
  ticketsClosedBefore: number | null;
  webhooksBefore: number | null;
  profilesBefore: number | null;
  /** Ids of tickets and of contacts that are held. */
  held: string[];
}

export interface Forgotten {
  tickets: number;
  webhooks: number;
  profiles: number;
  /** Whether there may be more. */
  more: boolean;
}

/** One step of forgetting. What the record has not been told yet is kept until it has. */
export function forgetOld(tx: Transaction, { held, ...before }: Forgetting): Forgotten {
  const numbers =
    before.ticketsClosedBefore === null
      ? []
      : tx.tickets.closedBefore(before.ticketsClosedBefore, held, TICKETS_FORGOTTEN_AT_ONCE_MAX);
  if (numbers.length > 0) forgetTickets(tx, numbers);
  const said =
    before.profilesBefore === null
      ? []
      : tx.tickets.closedWithProfile(before.profilesBefore, held, TICKETS_FORGOTTEN_AT_ONCE_MAX);
  if (said.length > 0) {
    tx.tickets.forgetProfiles(said);
    tx.history.forgetProfiles(said);
  }
  const limit = ROWS_FORGOTTEN_AT_ONCE_MAX;
  const webhooks =
    before.webhooksBefore === null ? 0 : tx.webhookLog.forgetDead(before.webhooksBefore, limit);
  const profiles =
    before.profilesBefore === null ? 0 : tx.contacts.forgetProfiles(before.profilesBefore, held, limit);
  const more =
    [numbers, said].some(({ length }) => length === TICKETS_FORGOTTEN_AT_ONCE_MAX) ||
    webhooks === limit ||
    profiles === limit;
  return { tickets: numbers.length, webhooks, profiles: profiles + said.length, more };
}
