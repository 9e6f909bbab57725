import type { Ticket } from "../../domain/ticket.ts";
import { card } from "../../telegram/card.ts";
import { plain, rich, type RichText } from "../../telegram/rich-text.ts";
import { queueList } from "../../telegram/text.ts";
import type { Transaction } from "../transaction.ts";

const QUEUE_LINES_MAX = 20;
const QUEUE_TICKETS_MAX = 500;

/** Unclaimed before claimed, answered ones last. */
function rank(ticket: Ticket): number {
  if (ticket.awaitingSince === null) return 2;
  return ticket.assignee === null ? 0 : 1;
}

/** What is open, whoever waits longest first. */
export function queue(tx: Transaction): RichText {
  const open = tx.store
    .activeTickets(QUEUE_TICKETS_MAX)
    .sort((a, b) => rank(a) - rank(b) || (a.awaitingSince ?? a.openedAt) - (b.awaitingSince ?? b.openedAt));
  const shown = open.slice(0, QUEUE_LINES_MAX);
  return queueList(
    shown.map((ticket) => ({
      ref: ticket.ref,
      status: ticket.status,
      subject: ticket.subject,
      assignee: ticket.assignee?.name ?? null,
      waitingSince: ticket.awaitingSince,
      url: topicUrl(tx, ticket),
    })),
    open.length - shown.length,
  );
}

/** A link to a topic of a private supergroup: t.me/c/<id without -100>/<topic>. */
function topicUrl(tx: Transaction, ticket: Ticket): string | null {
  const internal = /^-100(\d+)$/.exec(String(tx.rules.group.chatId))?.[1];
  return ticket.topicId === null || internal === undefined
    ? null
    : `https://t.me/c/${internal}/${ticket.topicId}`;
}

/** Everything that the desk knows of a ticket and its customer. */
export function info(tx: Transaction, ticket: Ticket): RichText {
  const customer = tx.store.customer(ticket.customer);
  const about =
    customer === undefined ? plain(ticket.ref) : card(ticket, customer.contact, tx.rules.policy.intakeFields);
  const others = tx.store.ticketsOf(ticket.customer).filter((other) => other.number !== ticket.number);
  const listed = others
    .slice(0, 10)
    .map((other) => `${other.ref} · ${other.status.replace("_", " ")} · ${other.subject}`);
  return rich`${about}\nReopened: ${ticket.reopenings} times\nOther tickets: ${listed.length === 0 ? "none" : `\n${listed.join("\n")}`}`;
}
