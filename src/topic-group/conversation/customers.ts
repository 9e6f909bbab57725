import type { Config } from "../../domain/config/config.ts";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { sameContact, type ContactFacts, type UnreachableReason } from "../../domain/contact/contact.ts";
import type { RefusalClass } from "../../domain/desk/failure.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { CustomerRow } from "../tables/contacts.ts";
import { RECORD, STAFF } from "../tables/lane.ts";
import type { Of } from "./arrival-of.ts";

/** The customer's row, created on first sight and refreshed when Telegram tells something new about them. */
export function seenCustomer(tx: Transaction, told: ContactFacts): CustomerRow {
  const known = tx.contacts.get(told.id);
  const contact = withPhone(told, known?.contact, tx.rules.config);
  if (known === undefined) {
    tx.touched.add(RECORD);
    return tx.contacts.add(contact, tx.now, null);
  }
  if (!sameContact(known.contact, contact)) {
    tx.contacts.update(contact.id, { contact }, tx.now);
    tx.touched.add(RECORD);
    const isFindable = contact.phone !== undefined && contact.phone !== known.contact.phone;
    // What another system did not know of them by other means it may know by their number.
    if (isFindable) tx.contacts.forgetProfile(contact.id);
    for (const { ticket, viewDueAt } of tx.customerTickets.open(contact.id)) {
      if (isFindable) tx.enrichmentsWanted.add(ticket.number);
      if (ticket.heldUntil === null && viewDueAt === null) tx.views.dueSoon(ticket.number, tx.now);
    }
    tx.touched.add(STAFF);
  }
  return { ...known, contact };
}

/** A number that was shared once stays known while customers are found by it, and is forgotten with the next message otherwise. */
function withPhone(
  { phone: told, ...contact }: ContactFacts,
  known: ContactFacts | undefined,
  { routing }: Config,
): ContactFacts {
  const { adapter, hubspot } = routing.enrichment ?? {};
  const isUsed = adapter === "hubspot" && hubspot?.findBy.phone !== undefined;
  const phone = told ?? known?.phone;
  return isUsed && phone !== undefined ? { ...contact, phone } : contact;
}

/** A customer who writes can be written to: one who had blocked the bot is back. */
export function greetedCustomer(tx: Transaction, contact: ContactFacts): CustomerRow {
  const customer = seenCustomer(tx, contact);
  if (customer.unreachable !== null) setUnreachable(tx, contact.id, null);
  return customer;
}

/** Notes on the customer and on each of their active tickets, in other groups too, whether anything can be sent to them. */
function setUnreachable(tx: Transaction, customer: ContactId, reason: UnreachableReason | null): void {
  noteReachability(tx, customer, reason, [
    ...tx.customerTickets.open(customer).map(({ ticket }) => ticket),
    ...tx.customerTickets.elsewhere(customer),
  ]);
}

/**
 * Does so for the tickets that are here. Another group has said it, and tells all groups that it knows tickets of theirs
 * in: two that each had a ticket go to the other would tell each other for ever.
 */
export function hearUnreachable(
  tx: Transaction,
  customer: ContactId,
  reason: UnreachableReason | null,
): void {
  noteReachability(
    tx,
    customer,
    reason,
    tx.customerTickets.open(customer).map(({ ticket }) => ticket),
  );
}

function noteReachability(
  tx: Transaction,
  customer: ContactId,
  reason: UnreachableReason | null,
  tickets: readonly { number: number }[],
): void {
  tx.contacts.update(customer, { unreachable: reason }, tx.now);
  tx.touched.add(RECORD);
  for (const { number } of tickets) {
    tx.apply(
      number,
      reason === null ? { type: "customer_reachable", customer } : { type: "customer_unreachable", reason },
    );
  }
}

export function customerMembership(
  tx: Transaction,
  { contact, unreachable }: Of<"customer_membership">,
): void {
  const known = tx.contacts.get(contact.id);
  // A person who starts the bot has written nothing yet; there is nothing to keep of them.
  if (known === undefined || known.unreachable === unreachable) return;
  setUnreachable(tx, contact.id, unreachable);
}

/** The ticket that a message of this chat belongs to, be it the customer's, an agent's or the desk's receipt. */
export function ticketOfMessage(tx: Transaction, customer: ContactId, messageId: number): number | null {
  const relayed = tx.messages.find(customer, messageId, () => tx.writtenIn?.route);
  return relayed?.row.ticket ?? tx.customerTickets.byReceipt(customer, messageId) ?? null;
}

/** The ticket of theirs that a notice of the desk names: it says how to reopen one, so a reply to it does. */
export function ticketOfNotice(tx: Transaction, customer: ContactId, ref: string | undefined): number | null {
  const id = ref === undefined ? null : ticketIdOf(tx.rules.config, ref);
  const number = id === null ? null : tx.tickets.numberOf(id, tx.rules.group.id);
  const ticket = number === null ? undefined : tx.tickets.get(number)?.ticket;
  return ticket?.customer === customer ? ticket.number : null;
}

/** The id of the ticket with a reference: its prefix names the group that gave it, even after a move. */
export function ticketIdOf({ groups }: Config, ref: string): string | null {
  const [, prefix, number] = /^(.+)-(\d+)$/.exec(ref) ?? [];
  const group = groups.find((one) => one.prefix === prefix);
  return group === undefined ? null : `${group.id}:${number}`;
}

/** The refusals that say that a customer cannot be written to, and why. */
export const UNREACHABLE: Partial<Record<RefusalClass, UnreachableReason>> = {
  client_blocked: "blocked",
  client_gone: "gone",
  // Who has deleted their account is `client_gone`: a private chat that is not found never was.
  chat_gone: "never_started",
  client_unreachable: "never_started",
};

/** Notes that a customer cannot be written to; nothing if that is known. */
export function noteUnreachable(tx: Transaction, customer: ContactId, reason: UnreachableReason): void {
  if (tx.contacts.get(customer)?.unreachable !== reason) setUnreachable(tx, customer, reason);
}

/** Their private chat refused what was for them: perhaps they cannot be written to. */
export function refusedByCustomer(tx: Transaction, customer: ContactId, code: RefusalClass): void {
  const reason = UNREACHABLE[code];
  if (reason !== undefined) noteUnreachable(tx, customer, reason);
}
