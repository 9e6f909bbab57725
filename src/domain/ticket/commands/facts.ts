import { durationMs } from "../../duration.ts";
import { REMINDER_MAX_MS, TAGS_MAX } from "../../limits.ts";
import { isPriority, type Priority } from "../../priority.ts";
import type { NoAnswer } from "../../routing/no-answer.ts";
import type { Profile, Unfit } from "../../routing/profile.ts";
import { system, type Worker } from "../actor.ts";
import { closedRefusal, type Decision } from "../decision.ts";
import type { TicketEvent } from "../event.ts";
import type { InternalNote } from "../note.ts";
import type { Policy } from "../policy.ts";
import { andRouted } from "../routed.ts";
import { tagOf } from "../tag.ts";
import type { Ticket } from "../ticket.ts";
import { agentOf, isLeaving, noteOf, type ActRows, type CommandRows } from "./row.ts";

/** What a ticket is about, and who is to be reminded of it. */
export type FactCommand =
  | { type: "agent_noted"; by: Worker; text: InternalNote }
  | { type: "agent_prioritised"; by: Worker; priority: Priority }
  | { type: "agent_tagged"; by: Worker; add: string[]; remove: string[] }
  /** Reminds `agent`; `remindAt` in ms since 1970, null takes the reminder back. */
  | {
      type: "agent_snoozed";
      by: Worker;
      agent: { id: number; name: string };
      remindAt: number | null;
      reason?: string;
    }
  /** An agent who asked to be reminded is not an agent of this group any more. */
  | { type: "reminders_gone"; agents: readonly number[] }
  /** Another system has answered, or told before, what it knows; `stale` by the configuration's measure. */
  | {
      type: "enrichment_answered";
      profile: Profile;
      ignored: (Unfit | string)[];
      latencyMs: number;
      cached: boolean;
      stale: boolean;
    }
  | { type: "enrichment_failed"; code: string; why: NoAnswer | string; latencyMs: number };
type Of<T extends FactCommand["type"]> = Extract<FactCommand, { type: T }>;

/** What is asked about it; agents by Telegram id, instants in ms since 1970. */
export type FactAct =
  | { type: "note"; text: InternalNote }
  | { type: "priority"; priority: Priority }
  | { type: "tags"; add: string[]; remove: string[] }
  /** Reminds the agent; null takes the reminder back. */
  | { type: "snooze"; agent: number; until: number | null; reason?: string };

/** How its commands are used. */
type FactUsage = { of: "priority" | "tag" | "snooze" };

export const FACT_COMMANDS = {
  agent_noted: {
    decide: ({ by, text }, _, __, now) => ({ events: [{ type: "note_added", at: now, by, text }] }),
    establishedBy: null,
  },
  agent_prioritised: {
    decide: (command, ticket, _, now) => prioritised(command, ticket, now),
    establishedBy: (_, event) =>
      event.type === "priority_changed" || (event.type === "ticket_routed" && event.priority !== undefined),
  },
  agent_tagged: {
    decide: (command, ticket, _, now) => tagged(command, ticket, now),
    establishedBy: ({ add, remove }, event) =>
      event.type === "tags_changed" &&
      (add.some((tag) => event.added.includes(tag)) || remove.some((tag) => event.removed.includes(tag))),
  },
  agent_snoozed: {
    decide: (command, ticket, _, now) => snoozed(command, ticket, now),
    establishedBy: ({ agent, remindAt }, event) =>
      remindAt === null
        ? tookReminder(agent.id, event)
        : event.type === "reminder_set" && event.agent === agent.id,
  },
  reminders_gone: {
    decide: (command, ticket, _, now) => remindersGone(command, ticket, now),
    establishedBy: null,
  },
  enrichment_answered: {
    decide: enriched,
    establishedBy: null,
  },
  enrichment_failed: {
    decide: (command, _, __, now) => enrichmentFailed(command, now),
    establishedBy: null,
  },
} satisfies CommandRows<FactCommand>;

export const FACT_ACTS = {
  // `/note` takes pictures as well: what it says is for the shell to read.
  note: { slash: null, command: ({ text }, by) => ({ type: "agent_noted", by, text }) },
  priority: {
    slash: {
      word: "priority",
      parse(argument) {
        const priority = argument.toLowerCase();
        return isPriority(priority) ? { type: "priority", priority } : { usage: { of: "priority" } };
      },
    },
    command: ({ priority }, by) => ({ type: "agent_prioritised", by, priority }),
  },
  tags: {
    slash: {
      word: "tag",
      parse(argument) {
        const words = argument.split(/[\s,]+/);
        const add = tagsOf(words.filter((word) => !word.startsWith("-")));
        const remove = tagsOf(words.filter((word) => word.startsWith("-")));
        return add.length + remove.length === 0 ? { usage: { of: "tag" } } : { type: "tags", add, remove };
      },
    },
    command: ({ add, remove }, by) => ({ type: "agent_tagged", by, add, remove }),
  },
  snooze: {
    slash: {
      word: "snooze",
      // `2h`, `2h the parcel should be there`, `off`.
      parse(argument, { agent, now }) {
        const [when = "", ...words] = argument.split(/\s+/);
        if (when.toLowerCase() === "off") return { type: "snooze", agent, until: null };
        const inMs = durationMs(when.toLowerCase());
        if (inMs === undefined) return { usage: { of: "snooze" } };
        const { note: reason } = noteOf(words.join(" "));
        return { type: "snooze", agent, until: now + inMs, ...(reason === undefined ? {} : { reason }) };
      },
    },
    command({ agent: id, until: remindAt, reason }, by, policy) {
      const agent = agentOf(id, policy);
      if ("refused" in agent) return agent;
      return { type: "agent_snoozed", by, agent, remindAt, ...(reason === undefined ? {} : { reason }) };
    },
  },
} satisfies ActRows<FactAct, FactCommand, FactUsage>;

function tagsOf(words: readonly string[]): string[] {
  return words.map(tagOf).filter((tag) => tag !== "");
}

function prioritised(command: Of<"agent_prioritised">, ticket: Ticket, now: number): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const { priority, ref } = ticket;
  if (priority === command.priority) return { already: { code: "ticket.already_so", ref } };
  return {
    events: [
      { type: "priority_changed", at: now, by: command.by, priority: command.priority, previous: priority },
    ],
  };
}

function tagged(command: Of<"agent_tagged">, ticket: Ticket, now: number): Decision {
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

function snoozed(command: Of<"agent_snoozed">, ticket: Ticket, now: number): Decision {
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

function remindersGone({ agents }: Of<"reminders_gone">, ticket: Ticket, now: number): Decision {
  const events = ticket.reminders.flatMap(({ agent, at }): TicketEvent[] =>
    agents.includes(agent)
      ? [{ type: "reminder_cleared", at: now, by: system("routing"), agent, previousRemindAt: at }]
      : [],
  );
  return { events };
}

function enriched(command: Of<"enrichment_answered">, ticket: Ticket, policy: Policy, now: number): Decision {
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

function enrichmentFailed({ code, why, latencyMs }: Of<"enrichment_failed">, now: number): Decision {
  return { events: [{ type: "enrichment_failed", at: now, by: system("enrichment"), code, why, latencyMs }] };
}

function tookReminder(agent: number, event: TicketEvent): boolean {
  switch (event.type) {
    case "reminder_cleared":
    case "reminder_due":
      return event.agent === agent;
    case "ticket_closed":
      return true;
    default:
      return isLeaving(event);
  }
}
