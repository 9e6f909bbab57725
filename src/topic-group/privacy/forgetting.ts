import {
  LOOKED_AT_ONCE_MAX,
  ROWS_FORGOTTEN_AT_ONCE_MAX,
  TICKETS_FORGOTTEN_AT_ONCE_MAX,
} from "../../domain/limits.ts";
import type { Transaction } from "../commit/transaction.ts";
import { forgetTickets } from "./erasing.ts";

/** What is too old to be kept, by instants in ms since 1970; null: it is kept. */
export interface Forgetting {
  ticketsClosedBefore: number | null;
  webhooksBefore: number | null;
  profilesBefore: number | null;
  /** Ids of tickets and of contacts that are held. */
  held: string[];
  /** How far the step before looked; without it, from the beginning. */
  after?: LookedAt | undefined;
}

/** The last ticket's number and the last contact's id that were looked at. */
interface LookedAt {
  ticket: number;
  contact: number;
}

export interface Forgotten {
  tickets: number;
  webhooks: number;
  profiles: number;
  /** Whether there may be more. */
  more: boolean;
  /** How far this step looked. */
  after: LookedAt;
}

const NOTHING_YET: LookedAt = { ticket: 0, contact: Number.MIN_SAFE_INTEGER };

/**
 * One step of forgetting, which looks at some tickets and contacts only: a group's messages wait while it lasts. What
 * the record has not been told yet is kept until it has.
 */
export function forgetOld(
  tx: Transaction,
  { held, after = NOTHING_YET, webhooksBefore, ...before }: Forgetting,
): Forgotten {
  const ofTickets = forgetOfTickets(tx, held, after.ticket, before);
  const ofContacts = forgetOfContacts(tx, held, after.contact, before.profilesBefore);
  const webhooks =
    webhooksBefore === null ? 0 : tx.webhookLog.forgetDead(webhooksBefore, ROWS_FORGOTTEN_AT_ONCE_MAX);
  return {
    tickets: ofTickets.forgotten,
    webhooks,
    profiles: ofTickets.profiles + ofContacts.profiles,
    more: ofTickets.more || ofContacts.more || webhooks === ROWS_FORGOTTEN_AT_ONCE_MAX,
    after: { ticket: ofTickets.after, contact: ofContacts.after },
  };
}

function forgetOfTickets(
  tx: Transaction,
  held: readonly string[],
  after: number,
  { ticketsClosedBefore, profilesBefore }: Omit<Forgetting, "held" | "webhooksBefore">,
): { forgotten: number; profiles: number; after: number; more: boolean } {
  const nothing = { forgotten: 0, profiles: 0, after, more: false };
  if (ticketsClosedBefore === null && profilesBefore === null) return nothing;
  const { last, more } = tx.tickets.nextOf(after, LOOKED_AT_ONCE_MAX);
  if (last === undefined) return nothing;
  const among = { after, upTo: last };
  const limit = TICKETS_FORGOTTEN_AT_ONCE_MAX;
  const closed =
    ticketsClosedBefore === null ? [] : tx.tickets.closedBefore(ticketsClosedBefore, held, among, limit);
  const said =
    profilesBefore === null ? [] : tx.tickets.closedWithProfile(profilesBefore, held, among, limit);
  if (closed.length > 0) forgetTickets(tx, closed);
  if (said.length > 0) {
    tx.tickets.forgetProfiles(said);
    tx.history.forgetProfiles(said);
  }
  // Where a step has found as many as it may forget, the next one goes on behind the last of them.
  const reached = [closed, said].flatMap((found) => (found.length === limit ? [found.at(-1)!] : []));
  return {
    forgotten: closed.length,
    profiles: said.length,
    after: Math.min(last, ...reached),
    more: more || reached.length > 0,
  };
}

function forgetOfContacts(
  tx: Transaction,
  held: readonly string[],
  after: number,
  profilesBefore: number | null,
): { profiles: number; after: number; more: boolean } {
  if (profilesBefore === null) return { profiles: 0, after, more: false };
  const { last, more } = tx.contacts.nextOf(after, LOOKED_AT_ONCE_MAX);
  if (last === undefined) return { profiles: 0, after, more: false };
  const profiles = tx.contacts.forgetProfiles(profilesBefore, held, { after, upTo: last });
  return { profiles, after: last, more };
}
