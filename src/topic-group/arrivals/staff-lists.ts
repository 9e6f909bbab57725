import type { AgentConfig } from "../../domain/config/config.ts";
import { pausedAt, runningClocks, stateOf, type ClockState } from "../../domain/sla/clocks.ts";
import { slaOverview } from "../../domain/sla/standing.ts";
import { agentsOf, isLeadOf } from "../../domain/team/agent.ts";
import { availableFrom } from "../../domain/team/presence.ts";
import { cardFacts } from "../../domain/ticket/card.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { AtRiskLine, Listed, QueueLine, QueueSign, TeamLine, WaitsFor } from "../../texts/languages.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import { routingStory } from "../assigning/routing-story.ts";
import { agentNow } from "../commit/agent-now.ts";
import type { Transaction } from "../commit/transaction.ts";
import { urlOfTopic } from "../tables/numbering.ts";

const LINES_MAX = 50;
const OVERDUE_LINES_MAX = 20;
/** More than a message has room for. */
const TEAM_LINES_MAX = 200;
const TICKETS_MAX = 5_000;
const OTHER_TICKETS_MAX = 10;
const DAY_MS = 24 * 3_600_000;

/** Unclaimed before claimed, answered ones last. */
function rank(ticket: Ticket): number {
  if (ticket.awaitingSince === null) return 2;
  return ticket.assignee === null ? 0 : 1;
}

/** What is open here: resolved tickets are not. Who waits longest comes first. */
function openTickets(tx: Transaction): Ticket[] {
  return tx.openTickets
    .list(TICKETS_MAX)
    .filter(({ status }) => status !== "resolved")
    .sort((a, b) => rank(a) - rank(b) || (a.awaitingSince ?? a.openedAt) - (b.awaitingSince ?? b.openedAt));
}

export function queue(tx: Transaction): Notice {
  const open = openTickets(tx);
  const unclaimed = open.filter(({ assignee }) => assignee === null).length;
  return ticketList(tx, open, { open: open.length, unclaimed }) ?? notice("nothingOpen", "group");
}

/** What an agent has here. */
export function mine(tx: Transaction, { telegramId }: AgentConfig): Notice {
  const own = openTickets(tx).filter(({ assignee }) => assignee?.id === telegramId);
  const awaited = own.filter(({ awaitingSince }) => awaitingSince !== null).length;
  return ticketList(tx, own, { own: own.length, toAnswer: awaited }) ?? notice("nothingOpen", "own");
}

function ticketList(tx: Transaction, tickets: readonly Ticket[], of: Listed): Notice | null {
  if (tickets.length === 0) return null;
  const lines = tickets.slice(0, LINES_MAX).map((ticket) => queueLine(tx, ticket));
  return notice("queueList", of, lines, tickets.length, tx.rules.policy.zoneFor(null));
}

function queueLine(tx: Transaction, ticket: Ticket): QueueLine {
  const { policy } = tx.rules;
  const sla = policy.sla.policyFor(ticket);
  const next = sla === null ? undefined : runningClocks(ticket, sla)[0];
  const at = next?.due.kind === "at" && pausedAt(next, tx.now) === undefined ? next.due.at : null;
  const state = sla === null || next === undefined ? "healthy" : stateOf(next, sla, tx.now);
  return {
    ref: ticket.ref,
    sign: signOf(ticket, state),
    customer: tx.contacts.get(ticket.customer)?.contact.name ?? "",
    assignee: ticket.assignee?.name ?? null,
    priority: ticket.priority,
    waitedMs: ticket.awaitingSince === null ? null : tx.now - ticket.awaitingSince,
    due: at === null ? null : { at, soon: Math.abs(at - tx.now) < DAY_MS },
    url: urlOf(tx, ticket),
  };
}

function signOf(ticket: Ticket, state: ClockState): QueueSign {
  if (state === "breached") return "late";
  if (state === "at_risk") return "at_risk";
  if (ticket.awaitingSince === null) return "waiting";
  return ticket.assignee === null ? "unclaimed" : "in_hand";
}

/** Who works in this group, whether they get tickets, and how full they are; who gets some comes first. */
export function team(tx: Transaction): Notice {
  const { config, group, policy } = tx.rules;
  const lines = agentsOf(config, group.id).flatMap((agent): TeamLine[] => {
    const known = policy.roster.agents.find(({ id }) => id === agent.telegramId);
    if (known === undefined) return [];
    const now = agentNow(tx, known, tx.now);
    return [
      {
        name: agent.name,
        lead: isLeadOf(config, group.id, agent),
        because: now.unavailableBecause ?? null,
        until: availableFrom(tx.agents.get(known.id), known.shift, tx.now),
        open: now.open,
        capacity: known.capacity,
      },
    ];
  });
  lines.sort((a, b) => Number(a.because !== null) - Number(b.because !== null));
  const online = lines.filter(({ because }) => because === null).length;
  return notice("teamList", lines.slice(0, TEAM_LINES_MAX), online, lines.length, policy.zoneFor(null));
}

function urlOf(tx: Transaction, { number, topicId }: Ticket): string | null {
  return urlOfTopic(topicId, tx.rules.epochs, tx.tickets.get(number)?.view.cardId ?? null);
}

/** Every promise of a ticket. */
export function sla(tx: Transaction, number: number): Notice {
  tx.advance(number);
  const { ticket } = tx.tickets.get(number)!;
  const { policy } = tx.rules;
  const zone = policy.zoneFor(policy.sla.policyFor(ticket));
  return notice("ticketSla", slaOverview(ticket, policy.sla, tx.now), zone, waitsFor(tx, ticket));
}

/** What changes next for an unassigned ticket; null: nothing, or it has an assignee. */
function waitsFor(tx: Transaction, { number, queue, assignee }: Ticket): WaitsFor | null {
  const { config, policy } = tx.rules;
  const isHandedOut = config.queues.some(({ id, assignment }) => id === queue && assignment === "auto");
  const next = assignee !== null || !isHandedOut ? null : routingStory(tx, number, [queue])?.next;
  return next == null ? null : { next, zone: policy.zoneFor(null) };
}

/** Tickets that are late or at risk, the earliest deadline first. */
export function overdue(tx: Transaction): Notice {
  const { sla } = tx.rules.policy;
  const lines = tx.openTickets.list(TICKETS_MAX).flatMap((ticket): AtRiskLine[] => {
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
        timeZone: tx.rules.policy.zoneFor(policy),
      },
    ];
  });
  lines.sort((a, b) => a.dueAt - b.dueAt);
  return notice(
    "atRiskList",
    lines.slice(0, OVERDUE_LINES_MAX),
    Math.max(0, lines.length - OVERDUE_LINES_MAX),
  );
}

/** Everything that the desk knows of a ticket and its customer. */
export function info(tx: Transaction, ticket: Ticket): Notice {
  const customer = tx.contacts.get(ticket.customer);
  const about = customer === undefined ? null : cardFacts(ticket, customer.contact, tx.rules.policy, tx.now);
  const others = tx.customerTickets
    .newest(ticket.customer)
    .filter((other) => other.number !== ticket.number)
    .slice(0, OTHER_TICKETS_MAX)
    .map(({ ref, status, subject }) => ({ ref, status, subject }));
  const { ref, reopenings } = ticket;
  return notice("ticketInfo", { ref, reopenings, others }, about, waitsFor(tx, ticket));
}
