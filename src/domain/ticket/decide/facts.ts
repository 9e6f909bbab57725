import { REMINDER_MAX_MS, TAGS_MAX } from "../../limits.ts";
import { system } from "../actor.ts";
import type { CommandOf } from "../command.ts";
import { closedRefusal, type Decision } from "../decision.ts";
import type { TicketEvent } from "../event.ts";
import type { Policy } from "../policy.ts";
import { andRouted } from "../routed.ts";
import type { Ticket } from "../ticket.ts";

export function prioritised(command: CommandOf<"agent_prioritised">, ticket: Ticket, now: number): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const { priority, ref } = ticket;
  if (priority === command.priority) return { already: { code: "ticket.already_so", ref } };
  return {
    events: [
      { type: "priority_changed", at: now, by: command.by, priority: command.priority, previous: priority },
    ],
  };
}

export function tagged(command: CommandOf<"agent_tagged">, ticket: Ticket, now: number): Decision {
  // A tag both added and removed is added: the same command again must find nothing to do.
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

export function snoozed(command: CommandOf<"agent_snoozed">, ticket: Ticket, now: number): Decision {
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

export function remindersGone(
  { agents }: CommandOf<"reminders_gone">,
  ticket: Ticket,
  now: number,
): Decision {
  const events = ticket.reminders.flatMap(({ agent, at }): TicketEvent[] =>
    agents.includes(agent)
      ? [{ type: "reminder_cleared", at: now, by: system("routing"), agent, previousRemindAt: at }]
      : [],
  );
  return { events };
}

export function enriched(
  command: CommandOf<"enrichment_answered">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const { profile, ignored, latencyMs, cached, stale } = command;
  const event: TicketEvent = {
    type: "enrichment_answered",
    at: now,
    by: system("enrichment"),
    profile,
    ignored,
    latencyMs,
    ...(cached ? { cached } : {}),
    ...(stale ? { stale } : {}),
  };
  return { events: andRouted(ticket, [event], policy, now) };
}

export function enrichmentFailed(
  { code, why, latencyMs }: CommandOf<"enrichment_failed">,
  now: number,
): Decision {
  return { events: [{ type: "enrichment_failed", at: now, by: system("enrichment"), code, why, latencyMs }] };
}

export function noted({ by, text }: CommandOf<"agent_noted">, now: number): Decision {
  return { events: [{ type: "note_added", at: now, by, text }] };
}
