import type { ContactId } from "../../contact/contact-id.ts";
import { METRICS, type Metric } from "../../metric.ts";
import type { TeamAt } from "../../routing/taking-over.ts";
import { verdicts } from "../../sla/clocks.ts";
import type { Verdict } from "../../sla/verdict.ts";
import { customer, type Actor, type Worker } from "../actor.ts";
import { advance } from "../advance.ts";
import { closedRefusal, type Decision } from "../decision.ts";
import type { TicketEvent } from "../event.ts";
import type { Policy } from "../policy.ts";
import { andRouted } from "../routed.ts";
import type { TicketStatus } from "../status.ts";
import type { Ticket } from "../ticket.ts";
import type { Opening } from "./opening.ts";
import { note, noteOf, type ActRows, type CommandRows } from "./row.ts";

/** Whose turn it is, and whether it goes on. */
export type LifeCommand =
  /**
   * `saidAt`: when it was said, where the desk knows of something later that happened before it was brought; `broughtAt`,
   * when it came, where that was later. Here and below.
   */
  | {
      type: "customer_wrote";
      customer: ContactId;
      gratitude: boolean;
      opening: Opening;
      saidAt?: number;
      broughtAt?: number;
    }
  | { type: "customer_closed"; customer: ContactId }
  | { type: "agent_answered"; by: Worker; saidAt?: number; broughtAt?: number }
  | { type: "agent_resolved"; by: Worker; note?: string }
  | { type: "agent_closed"; by: Worker; note?: string }
  | { type: "agent_reopened"; by: Worker; note?: string }
  | { type: "agent_escalated"; by: Worker; note?: string }
  /** `team`: agents who may take tickets over. */
  | { type: "clock_struck"; team: TeamAt };
type Of<T extends LifeCommand["type"]> = Extract<LifeCommand, { type: T }>;

/** What is asked about it. */
export type LifeAct =
  | { type: "reply"; text: string }
  | { type: "resolve" | "close" | "reopen" | "escalate"; note?: string };

export const LIFE_COMMANDS = {
  customer_wrote: {
    decide: customerWrote,
    establishedBy: null,
  },
  customer_closed: {
    decide: (command, ticket, policy, now) => closed(ticket, customer(command.customer), policy, now),
    establishedBy: null,
  },
  agent_answered: {
    decide: answered,
    establishedBy: null,
  },
  agent_resolved: {
    decide: resolved,
    establishedBy: null,
  },
  agent_closed: {
    decide: ({ by, note: text }, ticket, policy, now) => closed(ticket, by, policy, now, text),
    establishedBy: null,
  },
  agent_reopened: {
    decide: reopened,
    establishedBy: (_, event) => event.type === "ticket_reopened",
  },
  agent_escalated: {
    decide: (command, ticket, _, now) => escalated(command, ticket, now),
    establishedBy: null,
  },
  clock_struck: {
    decide: ({ team }, ticket, policy, now) => ({ events: advance(ticket, policy, team, now) }),
    establishedBy: null,
  },
} satisfies CommandRows<LifeCommand>;

export const LIFE_ACTS = {
  // Agents answer by writing in the topic.
  reply: { slash: null, command: (_, by) => ({ type: "agent_answered", by }) },
  resolve: {
    slash: { word: "resolve", parse: (argument) => ({ type: "resolve", ...noteOf(argument) }) },
    command: (act, by) => ({ type: "agent_resolved", by, ...note(act) }),
  },
  close: {
    slash: { word: "close", parse: (argument) => ({ type: "close", ...noteOf(argument) }) },
    command: (act, by) => ({ type: "agent_closed", by, ...note(act) }),
  },
  reopen: {
    slash: { word: "reopen", parse: (argument) => ({ type: "reopen", ...noteOf(argument) }) },
    command: (act, by) => ({ type: "agent_reopened", by, ...note(act) }),
  },
  escalate: {
    slash: { word: "escalate", parse: (argument) => ({ type: "escalate", ...noteOf(argument) }) },
    command: (act, by) => ({ type: "agent_escalated", by, ...note(act) }),
  },
} satisfies ActRows<LifeAct, LifeCommand>;

function customerWrote(command: Of<"customer_wrote">, ticket: Ticket, policy: Policy, now: number): Decision {
  const by = customer(command.customer);
  const said = saidBefore(command, ticket, now);
  switch (ticket.status) {
    case "open":
    case "in_progress":
    case "escalated":
      // A further message of the same turn changes nothing about the ticket, and so writes nothing about it.
      if (ticket.awaitingSince !== null) return { events: [] };
      return {
        events: [{ type: "customer_replied", at: now, by, from: ticket.status, to: ticket.status, ...said }],
      };
    case "waiting":
      return {
        events: [{ type: "customer_replied", at: now, by, from: "waiting", to: deskTurn(ticket), ...said }],
      };
    case "resolved":
    case "closed":
      // "Thank you!" after the fact is passed on, but does not reopen the ticket.
      if (command.gratitude) return { events: [] };
      return {
        events: andRouted(
          ticket,
          [
            {
              type: "ticket_reopened",
              at: now,
              by,
              from: ticket.status,
              to: deskTurn(ticket),
              note: { reason: "customer_wrote" },
              ...said,
            },
          ],
          policy,
          now,
        ),
      };
    default:
      return ticket.status satisfies never;
  }
}

function answered(command: Of<"agent_answered">, ticket: Ticket, policy: Policy, now: number): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const events: TicketEvent[] = [];
  let status = ticket.status;
  if (ticket.assignee === null && policy.claimOnAnswer && command.by.kind === "agent") {
    const to = status === "open" || status === "escalated" ? "in_progress" : status;
    events.push({ type: "ticket_claimed", at: now, by: command.by, from: status, to, implicit: true });
    status = to;
  }
  const deskTurn = status === "open" || status === "in_progress" || status === "escalated";
  if (deskTurn || ticket.awaitingSince !== null || ticket.owedSince !== null) {
    const said = saidBefore(command, ticket, now);
    events.push({
      type: "ticket_answered",
      at: now,
      by: command.by,
      from: status,
      to: deskTurn ? "waiting" : status,
      first: ticket.firstAnsweredAt === null,
      ...clocksEnded(ticket, policy, ["firstResponse", "nextResponse"], said.saidAt ?? now),
      ...said,
    });
  }
  return { events };
}

function resolved(command: Of<"agent_resolved">, ticket: Ticket, policy: Policy, now: number): Decision {
  const { ref, status, statusBy } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (status === "resolved") {
    return { already: { code: "ticket.already_resolved", ref, by: statusBy.by, at: statusBy.at } };
  }
  return {
    events: [
      {
        type: "ticket_resolved",
        at: now,
        by: command.by,
        from: status,
        to: "resolved",
        ...note(command),
        ...clocksEnded(ticket, policy, METRICS, now),
      },
    ],
  };
}

function closed(ticket: Ticket, by: Actor, policy: Policy, now: number, text?: string): Decision {
  const { ref, status, statusBy } = ticket;
  if (status === "closed") {
    return { already: { code: "ticket.already_closed", ref, by: statusBy.by, at: statusBy.at } };
  }
  return {
    events: [
      {
        type: "ticket_closed",
        at: now,
        by,
        from: status,
        to: "closed",
        ...(text === undefined ? {} : { note: text }),
        ...clocksEnded(ticket, policy, METRICS, now),
      },
    ],
  };
}

function reopened(command: Of<"agent_reopened">, ticket: Ticket, policy: Policy, now: number): Decision {
  const { ref, status } = ticket;
  if (status !== "closed" && status !== "resolved") {
    return { already: { code: "ticket.already_active", ref, status } };
  }
  const event = {
    type: "ticket_reopened",
    at: now,
    by: command.by,
    from: status,
    to: deskTurn(ticket),
    ...note(command),
  } as const;
  return { events: andRouted(ticket, [event], policy, now) };
}

function escalated(command: Of<"agent_escalated">, ticket: Ticket, now: number): Decision {
  const { ref, status, statusBy } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (status === "resolved") return { refused: { code: "ticket.resolved", ref, status } };
  if (status === "escalated") {
    return { already: { code: "ticket.already_escalated", ref, by: statusBy.by, at: statusBy.at } };
  }
  return {
    events: [
      {
        type: "ticket_escalated",
        at: now,
        by: command.by,
        from: status,
        to: "escalated",
        ...note(command),
      },
    ],
  };
}

/** The status of a ticket when it is the desk's turn: in progress if it has an assignee, otherwise open. */
function deskTurn(ticket: Ticket): TicketStatus {
  return ticket.assignee === null ? "open" : "in_progress";
}

/** When something was said, if before `now`; never before what it answers, or the ticket itself. */
function saidBefore({ saidAt }: { saidAt?: number }, ticket: Ticket, now: number): { saidAt?: number } {
  if (saidAt === undefined) return {};
  const at = Math.max(saidAt, ticket.awaitingSince ?? ticket.openedAt);
  return at < now ? { saidAt: at } : {};
}

/** What becomes of the clocks that an event ends; nothing is said where the desk promised nothing. */
function clocksEnded(
  ticket: Ticket,
  policy: Policy,
  metrics: readonly Metric[],
  now: number,
): { clocks?: Verdict[] } {
  const clocks = verdicts(ticket, policy.sla.policyFor(ticket), metrics, now);
  return clocks.length === 0 ? {} : { clocks };
}
