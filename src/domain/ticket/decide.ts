import { REMINDER_MAX_MS, TAGS_MAX } from "../limits.ts";
import { METRICS, type Metric } from "../metric.ts";
import { isPriority } from "../priority.ts";
import { verdicts } from "../sla/clocks.ts";
import type { Verdict } from "../sla/verdict.ts";
import type { Actor } from "./actor.ts";
import { strike } from "./advance.ts";
import type { TicketCommand } from "./command.ts";
import type { Decision } from "./decision.ts";
import type { TicketEvent } from "./event.ts";
import { intakeComplete, unknownAnswers } from "./intake.ts";
import type { Policy } from "./policy.ts";
import { andRouted } from "./routed.ts";
import type { TicketStatus } from "./status.ts";
import { evolve, type Ticket } from "./ticket.ts";

type Command<T extends TicketCommand["type"]> = Extract<TicketCommand, { type: T }>;

/**
 * What a command does to a ticket. Pure: time and configuration are arguments, and the same arguments give the
 * same decision in the live path, the dry run and the replay. `now` is in milliseconds since 1970.
 */
export function decide(command: TicketCommand, ticket: Ticket | null, policy: Policy, now: number): Decision {
  if (command.type === "customer_wrote") return customerWrote(command, ticket, policy, now);
  if (command.type === "ticket_requested") return requested(command, policy, now);
  if (ticket === null) return { refused: { code: "ticket.not_found" } };
  // What another group has is for that group to decide.
  if (ticket.movedTo !== null && command.type !== "ticket_arrived") {
    const { ref, movedTo: group } = ticket;
    return command.type === "clock_struck"
      ? { events: [] }
      : { refused: { code: "ticket.moved", ref, group } };
  }
  switch (command.type) {
    case "customer_answered_intake":
      return answeredIntake(command, ticket, policy, now);
    case "customer_closed":
      return closed(ticket, customer(command.customer), policy, now);
    case "customer_unreachable":
      if (ticket.unreachable === command.reason) return { events: [] };
      return { events: [{ type: "customer_unreachable", at: now, by: delivery, reason: command.reason }] };
    case "customer_reachable":
      if (ticket.unreachable === null) return { events: [] };
      return { events: [{ type: "customer_reachable", at: now, by: customer(command.customer) }] };
    case "agent_answered":
      return answered(command, ticket, policy, now);
    case "agent_claimed":
      return claimed(command, ticket, now);
    case "agent_unclaimed":
      return unclaimed(command, ticket, policy, now);
    case "agent_assigned":
      return assigned(command, ticket, now);
    case "desk_assigned":
      return deskAssigned(command, ticket, now);
    case "assignee_gone":
      return assigneeGone(command, ticket, policy, now);
    case "reminders_gone":
      return remindersGone(command, ticket, now);
    case "place_lost":
      return placeLost(command, ticket, policy, now);
    case "enrichment_answered":
      return enriched(command, ticket, policy, now);
    case "enrichment_failed": {
      const { code, why, latencyMs } = command;
      return { events: [{ type: "enrichment_failed", at: now, by: enrichment, code, why, latencyMs }] };
    }
    case "ticket_arrived": {
      const { group, number, topicId, from, home } = command;
      const arrived = { type: "ticket_arrived", group, number, topicId, cameFrom: from } as const;
      const moved = home === undefined || home === ticket.home ? {} : { home };
      return { events: [{ ...arrived, ...moved, at: now, by: routing }] };
    }
    case "desk_transferred":
      return transferred({ ...command, by: routing }, ticket, policy, now);
    case "agent_transferred":
      return transferred(command, ticket, policy, now);
    case "agent_declined":
      return declined(command, ticket, policy, now);
    case "agent_noted":
      return { events: [{ type: "note_added", at: now, by: command.by, text: command.text }] };
    case "agent_resolved":
      return resolved(command, ticket, policy, now);
    case "agent_closed":
      return closed(ticket, command.by, policy, now, command.note);
    case "agent_reopened":
      return reopened(command, ticket, policy, now);
    case "agent_escalated":
      return escalated(command, ticket, now);
    case "agent_set_fields":
      return fieldsSet(command, ticket, policy, now);
    case "agent_snoozed":
      return snoozed(command, ticket, now);
    case "agent_prioritised":
      return prioritised(command, ticket, now);
    case "agent_tagged":
      return tagged(command, ticket, now);
    case "topic_created":
      return { events: [{ type: "topic_created", at: now, by: delivery, topicId: command.topicId }] };
    case "topic_lost":
      if (ticket.topicId !== command.topicId) return { events: [] };
      return { events: [{ type: "topic_lost", at: now, by: delivery, topicId: command.topicId }] };
    case "delivery_failed":
      return { events: [{ type: "delivery_failed", at: now, by: delivery, code: command.code }] };
    case "delivery_uncertain":
      return { events: [{ type: "delivery_uncertain", at: now, by: delivery }] };
    case "clock_struck":
      return { events: strike(ticket, policy, command.team, now) };
    default:
      return command satisfies never;
  }
}

const routing: Actor = { kind: "system", rule: "routing" };
const enrichment: Actor = { kind: "system", rule: "enrichment" };
const delivery: Actor = { kind: "system", rule: "delivery" };

function customer(id: number): Actor {
  return { kind: "customer", id };
}

/** Where a ticket goes when it is the desk's turn: to its assignee, or to whoever claims it. */
function deskTurn(ticket: Ticket): TicketStatus {
  return ticket.assignee === null ? "open" : "in_progress";
}

function customerWrote(
  command: Command<"customer_wrote">,
  ticket: Ticket | null,
  policy: Policy,
  now: number,
): Decision {
  const by = customer(command.customer);
  if (ticket === null) return { events: andRouted(null, [opened(command, policy, now)], policy, now) };
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
      // "Thank you!" after the fact is passed on, but nobody has to work again because of it.
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
              note: "customer wrote",
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

function opened(command: Command<"customer_wrote">, policy: Policy, now: number): TicketEvent {
  const { number, subject, payload, language, followUpOf } = command.opening;
  const held = policy.intakeFields.some((field) => field.required);
  return {
    type: "ticket_opened",
    at: now,
    by: customer(command.customer),
    to: "open",
    id: `${policy.group}:${number}`,
    number,
    ref: `${policy.prefix}-${number}`,
    group: policy.group,
    customer: command.customer,
    subject,
    queue: policy.defaultQueue,
    priority: "normal",
    // However late it was brought, there is time to answer what is asked then.
    ...(held ? { heldUntil: (command.broughtAt ?? now) + policy.intakeHoldMs } : {}),
    ...(payload === null ? {} : { payload }),
    ...(language === null ? {} : { language }),
    ...(followUpOf === null ? {} : { followUpOf }),
  };
}

/**
 * A program opens it: nothing is asked of the customer before the staff sees it. Where it asks for a queue of another
 * group, the ticket is opened here, kept from the rules, and has to be transferred there.
 */
function requested({ by, opening }: Command<"ticket_requested">, policy: Policy, now: number): Decision {
  const {
    number,
    customer: of,
    subject,
    payload,
    language,
    followUpOf,
    fields,
    tier,
    quiet,
    within,
  } = opening;
  const unknown = unknownAnswers(policy.intakeFields, fields);
  if (unknown.length > 0) return { refused: { code: "fields.unknown", unknown } };
  const urgency = fields["urgency"];
  const event: TicketEvent = {
    type: "ticket_opened",
    at: now,
    by,
    to: "open",
    id: `${policy.group}:${number}`,
    number,
    ref: `${policy.prefix}-${number}`,
    group: policy.group,
    customer: of,
    subject,
    queue: policy.defaultQueue,
    priority: urgency !== undefined && isPriority(urgency) ? urgency : "normal",
    ...(payload === null ? {} : { payload }),
    ...(language === null ? {} : { language }),
    ...(followUpOf === null ? {} : { followUpOf }),
    ...(Object.keys(fields).length === 0 ? {} : { fields: { ...fields } }),
    ...(tier === null ? {} : { tier }),
    ...(quiet ? { quiet } : {}),
  };
  const byRules = andRouted(null, [event], policy, now);
  const groupOf = (queue: string): string | undefined => policy.queues.get(queue)?.group;
  const isWithin = within === null || groupOf(byRules.reduce(evolve, null)!.queue) === within.group;
  const chosen = opening.queue ?? (isWithin ? null : within.queue);
  if (chosen === null) return { events: byRules };
  const queue = groupOf(chosen) === policy.group ? chosen : event.queue;
  return { events: andRouted(null, [{ ...event, queue, queueSet: true }], policy, now) };
}

function fieldsSet(
  { by, fields }: Command<"agent_set_fields">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const unknown = unknownAnswers(policy.intakeFields, fields);
  if (unknown.length > 0) return { refused: { code: "fields.unknown", unknown } };
  const changed = Object.entries(fields).filter(([field, option]) => ticket.fields[field] !== option);
  if (changed.length === 0) return { already: { code: "ticket.already_so", ref: ticket.ref } };
  return { events: answersOf(changed, by, ticket, policy, now) };
}

function answeredIntake(
  command: Command<"customer_answered_intake">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const by = customer(command.customer);
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const field = policy.intakeFields.find((candidate) => candidate.id === command.field);
  if (field === undefined) return { refused: { code: "field.unknown", field: command.field } };
  if (!field.options.some((option) => option.id === command.option)) {
    return { refused: { code: "option.unknown", field: command.field, option: command.option } };
  }
  if (ticket.fields[command.field] === command.option) {
    return { already: { code: "ticket.already_so", ref: ticket.ref } };
  }
  return { events: answersOf([[command.field, command.option]], by, ticket, policy, now) };
}

/** What answers to intake fields come to, whoever gives them. */
function answersOf(
  answers: readonly (readonly [string, string])[],
  by: Actor,
  ticket: Ticket,
  policy: Policy,
  now: number,
): TicketEvent[] {
  const events: TicketEvent[] = answers.map(([field, option]) => ({
    type: "field_answered",
    at: now,
    by,
    field,
    option,
    previousOption: ticket.fields[field] ?? null,
  }));
  const fields = { ...ticket.fields, ...Object.fromEntries(answers) };
  const urgency = answers.find(([field]) => field === "urgency")?.[1];
  // The customer's own word on urgency is the ticket's priority until an agent knows better.
  if (urgency !== undefined && isPriority(urgency) && urgency !== ticket.priority) {
    events.push({ type: "priority_changed", at: now, by, priority: urgency, previous: ticket.priority });
  }
  if (ticket.heldUntil !== null && intakeComplete(policy.intakeFields, fields)) {
    events.push({ type: "intake_released", at: now, by, why: "answered" });
  }
  return andRouted(ticket, events, policy, now);
}

function answered(command: Command<"agent_answered">, ticket: Ticket, policy: Policy, now: number): Decision {
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

function claimed(command: Command<"agent_claimed">, ticket: Ticket, now: number): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const { assignee, ref, status } = ticket;
  if (assignee?.id === command.by.id) return { already: { code: "ticket.already_claimed", ref, assignee } };
  if (assignee !== null) return { refused: { code: "ticket.claimed_by_other", ref, status, assignee } };
  const to = status === "open" || status === "escalated" ? "in_progress" : status;
  return { events: [{ type: "ticket_claimed", at: now, by: command.by, from: status, to }] };
}

function unclaimed(
  command: Command<"agent_unclaimed">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const { assignee, ref, status } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (assignee === null) return { already: { code: "ticket.already_unclaimed", ref } };
  const isTheirs = command.by.kind === "agent" && command.by.id === assignee.id;
  if (!isTheirs && !command.lead) return { refused: { code: "ticket.not_yours", ref, status, assignee } };
  // Where the desk hands out work it would come straight back to whoever gives it away.
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

function assigneeGone(
  { why }: Command<"assignee_gone">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const { assignee, status } = ticket;
  if (assignee === null || status === "closed") return { events: [] };
  const to = status === "in_progress" ? "open" : status;
  const was = { previousAssignee: assignee.id, agentName: assignee.name };
  const event = { type: "ticket_unclaimed", at: now, by: routing, from: status, to, ...was, why } as const;
  return { events: andRouted(ticket, [event], policy, now) };
}

function remindersGone({ agents }: Command<"reminders_gone">, ticket: Ticket, now: number): Decision {
  const events = ticket.reminders.flatMap(({ agent, at }): TicketEvent[] =>
    agents.includes(agent)
      ? [{ type: "reminder_cleared", at: now, by: routing, agent, previousRemindAt: at }]
      : [],
  );
  return { events };
}

/** Also what is closed goes where it can be reopened. */
function placeLost(
  { queue, group, note: text }: Command<"place_lost">,
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
    events: [{ type: "ticket_transferred", at: now, by: routing, from: status, to, ...place, ...away }],
  };
}

function assigned(command: Command<"agent_assigned">, ticket: Ticket, now: number): Decision {
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

function deskAssigned(command: Command<"desk_assigned">, ticket: Ticket, now: number): Decision {
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
        by: { kind: "system", rule: "routing" },
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

function declined({ by }: Command<"agent_declined">, ticket: Ticket, policy: Policy, now: number): Decision {
  const { assignee, ref, status } = ticket;
  if (status === "closed") return { refused: closedRefusal(ticket) };
  if (assignee === null) return { already: { code: "ticket.already_unclaimed", ref } };
  if (assignee.id !== by.id) return { refused: { code: "ticket.not_yours", ref, status, assignee } };
  return handedOn(assignee, by, ticket, policy, now);
}

/** It goes to somebody else, not back to whoever had it. */
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

function enriched(
  command: Command<"enrichment_answered">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const { profile, ignored, latencyMs, cached, stale } = command;
  const event: TicketEvent = {
    type: "enrichment_answered",
    at: now,
    by: enrichment,
    profile,
    ignored,
    latencyMs,
    ...(cached ? { cached } : {}),
    ...(stale ? { stale } : {}),
  };
  return { events: andRouted(ticket, [event], policy, now) };
}

function transferred(
  command: { queue: string; by: Actor; note?: string },
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

function resolved(command: Command<"agent_resolved">, ticket: Ticket, policy: Policy, now: number): Decision {
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

function reopened(command: Command<"agent_reopened">, ticket: Ticket, policy: Policy, now: number): Decision {
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

function escalated(command: Command<"agent_escalated">, ticket: Ticket, now: number): Decision {
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

function snoozed(command: Command<"agent_snoozed">, ticket: Ticket, now: number): Decision {
  const { by, agent, remindAt, reason } = command;
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const stands = ticket.reminders.find((reminder) => reminder.agent === agent.id);
  if (remindAt === null) {
    if (stands === undefined) return { already: { code: "ticket.already_so", ref: ticket.ref } };
    const cleared = { agent: agent.id, previousRemindAt: stands.at };
    return { events: [{ type: "reminder_cleared", at: now, by, ...cleared }] };
  }
  if (stands?.at === remindAt && stands.reason === reason) {
    return { already: { code: "ticket.already_so", ref: ticket.ref } };
  }
  if (remindAt <= now) return { refused: { code: "reminder.past" } };
  if (remindAt > now + REMINDER_MAX_MS) {
    return { refused: { code: "reminder.too_far", maxMs: REMINDER_MAX_MS } };
  }
  const said = reason === undefined ? {} : { reason };
  const previousRemindAt = stands?.at ?? null;
  const set = { agent: agent.id, agentName: agent.name, remindAt, previousRemindAt, ...said };
  return { events: [{ type: "reminder_set", at: now, by, ...set }] };
}

function prioritised(command: Command<"agent_prioritised">, ticket: Ticket, now: number): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const { priority, ref } = ticket;
  if (priority === command.priority) return { already: { code: "ticket.already_so", ref } };
  return {
    events: [
      { type: "priority_changed", at: now, by: command.by, priority: command.priority, previous: priority },
    ],
  };
}

function tagged(command: Command<"agent_tagged">, ticket: Ticket, now: number): Decision {
  // Whatever is to be there and not to be there stays or comes: the same command again must find nothing to do.
  const removed = [...new Set(command.remove)].filter(
    (tag) => ticket.tags.includes(tag) && !command.add.includes(tag),
  );
  const added = command.add.filter(
    (tag, index, all) => !ticket.tags.includes(tag) && all.indexOf(tag) === index,
  );
  if (removed.length === 0 && added.length === 0)
    return { already: { code: "ticket.already_so", ref: ticket.ref } };
  if (ticket.tags.length - removed.length + added.length > TAGS_MAX) {
    return { refused: { code: "tags.too_many", max: TAGS_MAX } };
  }
  return { events: [{ type: "tags_changed", at: now, by: command.by, added, removed }] };
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

function closedRefusal(ticket: Ticket) {
  return { code: "ticket.closed", ref: ticket.ref, status: ticket.status } as const;
}

function note(command: { note?: string }): { note?: string } {
  return command.note === undefined ? {} : { note: command.note };
}
