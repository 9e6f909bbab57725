import { runningClocks, stateOf } from "../../domain/sla/clocks.ts";
import type { Ticket } from "../../domain/ticket.ts";
import { card } from "../../telegram/card.ts";
import { plain, rich, type RichText } from "../../telegram/rich-text.ts";
import { atRiskList, slaOverview, type AtRiskLine } from "../../telegram/sla-view.ts";
import { queueList } from "../../telegram/text.ts";
import { topicUrl } from "../../telegram/topic-url.ts";
import type { Transaction } from "../transaction.ts";

const QUEUE_LINES_MAX = 20;
const QUEUE_TICKETS_MAX = 500;
const OVERDUE_TICKETS_MAX = 5_000;

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
      url: urlOf(tx, ticket),
    })),
    open.length - shown.length,
  );
}

function urlOf(tx: Transaction, { number, topicId }: Ticket): string | null {
  return topicUrl(tx.rules.group.chatId, topicId, tx.store.ticket(number)?.view.cardId ?? null);
}

/** Every promise of a ticket. */
export function sla(tx: Transaction, number: number): RichText {
  tx.strike(number);
  const { ticket } = tx.store.ticket(number)!;
  return slaOverview(ticket, tx.rules.policy.sla.policyFor(ticket), tx.now);
}

/** What is late or at risk, what is due first in front. */
export function overdue(tx: Transaction): RichText {
  const { sla } = tx.rules.policy;
  const lines = tx.store.activeTickets(OVERDUE_TICKETS_MAX).flatMap((ticket): AtRiskLine[] => {
    const policy = sla.policyFor(ticket);
    if (policy === null) return [];
    const [next] = runningClocks(ticket, policy);
    if (next?.due.kind !== "at") return [];
    const state = stateOf(next, policy, tx.now);
    if (state === "healthy") return [];
    return [
      {
        ref: ticket.ref,
        subject: ticket.subject,
        assignee: ticket.assignee?.name ?? null,
        url: urlOf(tx, ticket),
        state,
        metric: next.metric,
        dueAt: next.due.at,
        timeZone: policy.calendar.timeZone,
      },
    ];
  });
  lines.sort((a, b) => a.dueAt - b.dueAt);
  return atRiskList(lines.slice(0, QUEUE_LINES_MAX), Math.max(0, lines.length - QUEUE_LINES_MAX));
}

/** Everything that the desk knows of a ticket and its customer. */
export function info(tx: Transaction, ticket: Ticket): RichText {
  const customer = tx.store.customer(ticket.customer);
  const about =
    customer === undefined ? plain(ticket.ref) : card(ticket, customer.contact, tx.rules.policy, tx.now);
  const others = tx.store.ticketsOf(ticket.customer).filter((other) => other.number !== ticket.number);
  const listed = others
    .slice(0, 10)
    .map((other) => `${other.ref} · ${other.status.replace("_", " ")} · ${other.subject}`);
  return rich`${about}\nReopened: ${ticket.reopenings} times\nOther tickets: ${listed.length === 0 ? "none" : `\n${listed.join("\n")}`}`;
}
