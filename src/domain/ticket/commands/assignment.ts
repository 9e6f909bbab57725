import type { RoutingReason } from "../../routing/reason.ts";
import type { GoneBecause } from "../../team/agent.ts";
import { system, type Actor, type AgentActor, type Worker } from "../actor.ts";
import { closedRefusal, type Decision, type Refusal } from "../decision.ts";
import type { TicketEvent } from "../event.ts";
import type { DeskNote, Note } from "../note.ts";
import type { Policy } from "../policy.ts";
import { andRouted } from "../routed.ts";
import type { Ticket } from "../ticket.ts";
import { agentOf, isLeaving, note, noteOf, type ActRows, type CommandRows } from "./row.ts";

/** A ticket's assignee and its queue. */
export type AssignmentCommand =
  | { type: "agent_claimed"; by: AgentActor }
  /** `lead`: they may take it from another agent. */
  | { type: "agent_unclaimed"; by: Worker; lead: boolean }
  /** `unlessTaken`: a present assignee keeps it. */
  | { type: "agent_assigned"; by: Worker; assignee: { id: number; name: string }; unlessTaken?: true }
  /** The desk hands it out. */
  | { type: "desk_assigned"; assignee: { id: number; name: string }; routing: RoutingReason }
  | { type: "agent_declined"; by: Worker }
  /** Its assignee is not there, or not an agent of this group any more. */
  | { type: "assignee_gone"; why: GoneBecause }
  /** Its queue, or its group, is not in the configuration any more: it goes to a queue of this group or of another. */
  | { type: "place_lost"; queue: string; group: string; note: DeskNote }
  | { type: "desk_transferred"; queue: string; note: DeskNote }
  | { type: "agent_transferred"; by: Worker; queue: string; note?: string };
type Of<T extends AssignmentCommand["type"]> = Extract<AssignmentCommand, { type: T }>;

/** What is asked about it; agents by Telegram id. */
export type AssignmentAct =
  /** `claim` leaves it with its assignee, `assign` does not. */
  | { type: "claim" | "assign"; agent: number }
  | { type: "unclaim" }
  | { type: "transfer"; queue: string; note?: string };
/** What agents alone may ask. */
export type AgentsAct = { type: "decline" };

/** How `/assign` is used: by a name of one of these. `name`: several of them could be meant by it. */
type AssignmentUsage = { of: "assign"; among: string[]; name: string | null };

export const ASSIGNMENT_COMMANDS = {
  agent_claimed: {
    decide: (command, ticket, _, now) => claimed(command, ticket, now),
    establishedBy: null,
  },
  agent_unclaimed: {
    decide: unclaimed,
    establishedBy: (_, event) => tookAway(event),
  },
  agent_assigned: {
    decide: (command, ticket, _, now) => assigned(command, ticket, now),
    establishedBy: ({ assignee }, event) => gaveTo(assignee.id, event),
  },
  desk_assigned: {
    decide: (command, ticket, _, now) => deskAssigned(command, ticket, now),
    establishedBy: null,
  },
  agent_declined: {
    decide: declined,
    establishedBy: null,
  },
  assignee_gone: {
    decide: assigneeGone,
    establishedBy: null,
  },
  place_lost: {
    decide: placeLost,
    establishedBy: null,
  },
  desk_transferred: {
    decide: (command, ticket, policy, now) =>
      transferred({ ...command, by: system("routing") }, ticket, policy, now),
    establishedBy: null,
  },
  agent_transferred: {
    decide: transferred,
    establishedBy: (_, event) =>
      event.type === "ticket_transferred" ||
      (event.type === "ticket_routed" && event.queue !== event.previousQueue),
  },
} satisfies CommandRows<AssignmentCommand>;

export const ASSIGNMENT_ACTS = {
  claim: {
    slash: { word: "claim", parse: (_, { agent }) => ({ type: "claim", agent }) },
    command: ({ agent }, by, policy) =>
      by.kind === "agent" && by.id === agent
        ? { type: "agent_claimed", by }
        : assigning(agent, policy, { by, unlessTaken: true }),
  },
  unclaim: {
    slash: { word: "unclaim", parse: () => ({ type: "unclaim" }) },
    command: (_, by, policy) => ({ type: "agent_unclaimed", by, lead: mayActForOthers(by, policy) }),
  },
  assign: {
    slash: {
      word: "assign",
      parse(argument, asked) {
        const found = asked.find(argument);
        return "agent" in found
          ? { type: "assign", agent: found.agent }
          : { usage: { of: "assign", ...found } };
      },
    },
    command: ({ agent }, by, policy) => assigning(agent, policy, { by }),
  },
  transfer: {
    slash: {
      word: "transfer",
      parse(argument) {
        const [queue = "", ...words] = argument.split(/\s+/);
        return { type: "transfer", queue: queue.toLowerCase(), ...noteOf(words.join(" ")) };
      },
    },
    command: (act, by, policy) =>
      // Agents are told the queues of their own group only.
      by.kind === "agent" || policy.queues.has(act.queue)
        ? { type: "agent_transferred", by, queue: act.queue, ...note(act) }
        : { refused: unknownQueue(act.queue, policy) },
  },
  decline: {
    slash: { word: "decline", parse: () => ({ type: "decline" }) },
    command: (_, by) => ({ type: "agent_declined", by }),
  },
} satisfies ActRows<AssignmentAct | AgentsAct, AssignmentCommand, AssignmentUsage>;

function assigning(
  id: number,
  policy: Policy,
  asked: { by: Worker; unlessTaken?: true },
): Of<"agent_assigned"> | { refused: Refusal } {
  const assignee = agentOf(id, policy);
  return "refused" in assignee ? assignee : { type: "agent_assigned", assignee, ...asked };
}

function mayActForOthers(by: Worker, { roster }: Policy): boolean {
  if (by.kind === "key") return true;
  return roster.agents.some(({ id }) => id === by.id) && roster.leads.some(({ id }) => id === by.id);
}

/** Of all queues of the desk none is named so. */
export function unknownQueue(queue: string, { queues }: Policy): Refusal {
  return { code: "queue.unknown", queue, known: [...queues.keys()] };
}

function claimed(command: Of<"agent_claimed">, ticket: Ticket, now: number): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const { assignee, ref, status } = ticket;
  if (assignee?.id === command.by.id) return { already: { code: "ticket.already_claimed", ref, assignee } };
  if (assignee !== null) return { refused: { code: "ticket.claimed_by_other", ref, status, assignee } };
  const to = status === "open" || status === "escalated" ? "in_progress" : status;
  return { events: [{ type: "ticket_claimed", at: now, by: command.by, from: status, to }] };
}

function unclaimed(command: Of<"agent_unclaimed">, ticket: Ticket, policy: Policy, now: number): Decision {
  const { assignee, ref, status } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (assignee === null) return { already: { code: "ticket.already_unclaimed", ref } };
  const isTheirs = command.by.kind === "agent" && command.by.id === assignee.id;
  if (!isTheirs && !command.lead) return { refused: { code: "ticket.not_yours", ref, status, assignee } };
  // Where the desk hands out work it would come straight back to the agent who gives it away.
  if (policy.queues.get(ticket.queue)?.auto === true)
    return handedOn(assignee, command.by, ticket, policy, now);
  const to = status === "in_progress" ? "open" : status;
  const previousAssignee = assignee.id;
  const event = {
    type: "ticket_unclaimed",
    at: now,
    by: command.by,
    from: status,
    to,
    previousAssignee,
  } as const;
  return { events: andRouted(ticket, [event], policy, now) };
}

function assigned(command: Of<"agent_assigned">, ticket: Ticket, now: number): Decision {
  const { ref, status } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (ticket.assignee?.id === command.assignee.id) {
    return { already: { code: "ticket.already_assigned", ref, assignee: ticket.assignee } };
  }
  if (command.unlessTaken === true && ticket.assignee !== null) {
    return { refused: { code: "ticket.claimed_by_other", ref, status, assignee: ticket.assignee } };
  }
  return {
    events: [
      {
        type: "ticket_assigned",
        at: now,
        by: command.by,
        from: status,
        to: status === "open" ? "in_progress" : status,
        assignee: command.assignee.id,
        assigneeName: command.assignee.name,
        previousAssignee: ticket.assignee?.id ?? null,
      },
    ],
  };
}

function deskAssigned(command: Of<"desk_assigned">, ticket: Ticket, now: number): Decision {
  const { assignee, routing } = command;
  const { ref, status } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (ticket.assignee !== null)
    return { already: { code: "ticket.already_assigned", ref, assignee: ticket.assignee } };
  return {
    events: [
      {
        type: "ticket_assigned",
        at: now,
        by: system("routing"),
        from: status,
        to: status === "open" ? "in_progress" : status,
        assignee: assignee.id,
        assigneeName: assignee.name,
        previousAssignee: null,
        routing,
      },
    ],
  };
}

function declined({ by }: Of<"agent_declined">, ticket: Ticket, policy: Policy, now: number): Decision {
  const { assignee, ref, status } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (assignee === null) return { already: { code: "ticket.already_unclaimed", ref } };
  if (by.kind !== "agent" || assignee.id !== by.id)
    return { refused: { code: "ticket.not_yours", ref, status, assignee } };
  return handedOn(assignee, by, ticket, policy, now);
}

/** Takes a ticket from its agent for another one to get: it never comes straight back. */
function handedOn(
  { id: agent, name: agentName }: { id: number; name: string },
  by: Actor,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const { status: from } = ticket;
  const to = from === "in_progress" ? "open" : from;
  const event = { type: "assignment_declined", at: now, by, from, to, agent, agentName } as const;
  return { events: andRouted(ticket, [event], policy, now) };
}

function assigneeGone({ why }: Of<"assignee_gone">, ticket: Ticket, policy: Policy, now: number): Decision {
  const { assignee, status } = ticket;
  if (assignee === null || status === "closed") return { events: [] };
  const to = status === "in_progress" ? "open" : status;
  const was = { previousAssignee: assignee.id, agentName: assignee.name };
  const event = {
    type: "ticket_unclaimed",
    at: now,
    by: system("routing"),
    from: status,
    to,
    ...was,
    why,
  } as const;
  return { events: andRouted(ticket, [event], policy, now) };
}

function transferred(
  command: { queue: string; by: Actor; note?: Note },
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const { queue: wanted, by } = command;
  const queue = policy.queues.get(wanted);
  if (queue === undefined) {
    const known = [...policy.queues.values()].flatMap(({ id, group }) =>
      group === policy.group ? [id] : [],
    );
    return { refused: { code: "queue.unknown", queue: wanted, known } };
  }
  if (ticket.queue === wanted) return { already: { code: "ticket.already_so", ref: ticket.ref } };
  const left = { previousGroup: policy.group, previousAssignee: ticket.assignee?.id ?? null };
  const away = queue.group === policy.group ? {} : { group: queue.group, ...left };
  const { status } = ticket;
  const to = queue.group !== policy.group && status === "in_progress" ? "open" : status;
  return {
    events: [
      {
        type: "ticket_transferred",
        at: now,
        by,
        from: status,
        to,
        queue: wanted,
        previousQueue: ticket.queue,
        ...note(command),
        ...away,
      },
    ],
  };
}

/** Also what is closed goes where it can be reopened. */
function placeLost(
  { queue, group, note: text }: Of<"place_lost">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const { status, queue: previousQueue, assignee, queueSet } = ticket;
  const left = { previousGroup: policy.group, previousAssignee: assignee?.id ?? null };
  const away = group === policy.group ? {} : { group, ...left };
  const to = group !== policy.group && status === "in_progress" ? "open" : status;
  const place = { queue, previousQueue, queueSet, note: text };
  return {
    events: [
      { type: "ticket_transferred", at: now, by: system("routing"), from: status, to, ...place, ...away },
    ],
  };
}

function gaveTo(agent: number, event: TicketEvent): boolean {
  if (event.type === "ticket_assigned") return event.assignee === agent;
  return event.type === "ticket_claimed" && event.by.kind === "agent" && event.by.id === agent;
}

function tookAway(event: TicketEvent): boolean {
  switch (event.type) {
    case "ticket_unclaimed":
    case "assignment_declined":
    case "assignment_ignored":
      return true;
    default:
      return isLeaving(event);
  }
}
