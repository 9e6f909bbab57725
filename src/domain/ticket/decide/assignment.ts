import { system, type Actor } from "../actor.ts";
import { note, type CommandOf } from "../command.ts";
import { closedRefusal, type Decision } from "../decision.ts";
import type { Note } from "../note.ts";
import type { Policy } from "../policy.ts";
import { andRouted } from "../routed.ts";
import type { Ticket } from "../ticket.ts";

export function claimed(command: CommandOf<"agent_claimed">, ticket: Ticket, now: number): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const { assignee, ref, status } = ticket;
  if (assignee?.id === command.by.id) return { already: { code: "ticket.already_claimed", ref, assignee } };
  if (assignee !== null) return { refused: { code: "ticket.claimed_by_other", ref, status, assignee } };
  const to = status === "open" || status === "escalated" ? "in_progress" : status;
  return { events: [{ type: "ticket_claimed", at: now, by: command.by, from: status, to }] };
}

export function unclaimed(
  command: CommandOf<"agent_unclaimed">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
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

export function assigned(command: CommandOf<"agent_assigned">, ticket: Ticket, now: number): Decision {
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

export function deskAssigned(command: CommandOf<"desk_assigned">, ticket: Ticket, now: number): Decision {
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

export function declined(
  { by }: CommandOf<"agent_declined">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
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

export function assigneeGone(
  { why }: CommandOf<"assignee_gone">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
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

export function transferred(
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
export function placeLost(
  { queue, group, note: text }: CommandOf<"place_lost">,
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
