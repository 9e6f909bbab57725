import { LATE_AFTER_MS } from "../limits.ts";
import { isNotice, type MomentOf } from "../sla/escalation-log.ts";
import { receivers } from "../sla/escalation.ts";
import type { AgentNotice, Effect, SlaLine, TopicNotice } from "./effect.ts";
import type { TicketEvent } from "./event.ts";
import type { Note } from "./note.ts";
import type { Policy } from "./policy.ts";
import type { Ticket } from "./ticket.ts";

/**
 * What must be told to whom because of an event; `ticket` is the ticket after it and `now` the instant at which the
 * desk notes it, in ms since 1970.
 */
export function react(event: TicketEvent, ticket: Ticket, policy: Policy, now: number): Effect[] {
  switch (event.type) {
    case "ticket_opened":
      return event.quiet === true ? [{ kind: "enrichment" }] : [{ kind: "receipt" }, { kind: "enrichment" }];
    case "field_answered":
      return event.field === "category"
        ? [{ kind: "receipt" }, { kind: "enrichment" }]
        : [{ kind: "receipt" }];
    case "ticket_transferred": {
      const where = event.group === undefined ? {} : { group: event.group };
      const told = topic({
        code: "ticket.transferred",
        by: event.by,
        queue: event.queue,
        ...where,
        ...noteOf(event),
      });
      return event.group === undefined ? [told] : [told, { kind: "move" }];
    }
    case "ticket_routed":
      return event.group === undefined ? [] : [{ kind: "move" }];
    case "ticket_claimed":
      // Whoever claims by answering is seen to have done so.
      if (event.implicit === true) return [];
      return [topic({ code: "ticket.claimed", by: event.by })];
    case "ticket_unclaimed":
      return [topic({ code: "ticket.unclaimed", by: event.by, ...goneOf(event, ticket) })];
    case "ticket_assigned": {
      const assignee = { id: event.assignee, name: event.assigneeName };
      const shown = policy.showsReason && event.routing !== undefined ? { routing: event.routing } : {};
      const told = topic({ code: "ticket.assigned", by: event.by, assignee, ...noteOf(event), ...shown });
      if (event.by.kind !== "system") return [told];
      const routing = event.routing === undefined ? {} : { routing: event.routing };
      return [told, agent(assignee, { code: "ticket.assigned_to_you", ...noteOf(event), ...routing })];
    }
    case "assignment_declined":
      return [topic({ code: "assignment.declined", agent: { id: event.agent, name: event.agentName } })];
    case "assignment_ignored": {
      const ignoring = { id: event.agent, name: event.agentName };
      return [
        topic({ code: "assignment.ignored", agent: ignoring }),
        agent(ignoring, { code: "assignment.ignored" }),
      ];
    }
    case "ticket_escalated": {
      // A ladder says by its own steps who is to be told.
      if (event.by.kind === "system") return [];
      const said = { code: "ticket.escalated", by: event.by, ...noteOf(event) } as const;
      return [topic(said), ...policy.roster.leads.map((lead) => agent(lead, said))];
    }
    case "escalation_taken":
      return escalation(event, ticket, policy, now);
    case "escalation_notices_merged":
      return mergedNotices(event, ticket, policy, now);
    case "reminder_due": {
      const reason = event.reason === undefined ? {} : { reason: event.reason };
      return [agent({ id: event.agent, name: event.agentName }, { code: "reminder", ...reason })];
    }
    case "ticket_resolved":
      return [
        topic({ code: "ticket.resolved", by: event.by, ...noteOf(event) }),
        {
          kind: "customer_notice",
          notice: {
            code: "ticket.resolved",
            ref: ticket.ref,
            autoCloseAfterMs: policy.autoCloseResolvedAfterMs,
          },
        },
      ];
    case "ticket_closed":
      return [
        topic({ code: "ticket.closed", by: event.by, ...noteOf(event) }),
        {
          kind: "customer_notice",
          notice: {
            code: "ticket.closed",
            ref: ticket.ref,
            own: event.by.kind === "customer",
            reopenWithinMs: policy.reopenWithinMs,
          },
        },
      ];
    case "ticket_reopened": {
      const told = topic({ code: "ticket.reopened", by: event.by, ...noteOf(event) });
      const byCustomer = event.by.kind === "customer" && event.from === "closed";
      return byCustomer
        ? [told, { kind: "customer_notice", notice: { code: "ticket.reopened", ref: ticket.ref } }]
        : [told];
    }
    case "intake_released":
      return event.why === "waited" ? [topic({ code: "intake.waited" })] : [];
    case "customer_unreachable":
      return [topic({ code: "customer.unreachable", reason: event.reason })];
    case "customer_reachable":
      return [topic({ code: "customer.reachable" })];
    case "sla_warned":
    case "sla_breached":
    case "sla_overdue":
    case "ticket_arrived":
    case "enrichment_answered":
    case "enrichment_failed":
    case "reminder_set":
    case "reminder_cleared":
    case "ticket_answered":
    case "customer_replied":
    case "priority_changed":
    case "tags_changed":
    case "note_added":
    case "topic_created":
    case "topic_lost":
    case "delivery_failed":
    case "delivery_uncertain":
      return [];
    default:
      return event satisfies never;
  }
}

function escalation(
  event: EventOf<"escalation_taken">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Effect[] {
  const { action, result, agents, policy: ladder, step } = event;
  if (result === "held" || result === "unchanged") return [];
  if ("webhook" in action) {
    return [
      {
        kind: "webhook",
        webhook: action.webhook,
        escalation: { ...momentOf(event), policy: ladder, step, at: event.at, late: isLate(event, now) },
      },
    ];
  }
  if (!isNotice(event)) return [];
  const line = lineOf(event, ticket, policy, now, isLate(event, now));
  const lines: SlaLine[] = [
    result === "nobody" ? { ...line, nobody: "reassign" in action ? "free" : "to_tell" } : line,
  ];
  // Who cannot be found cannot be told: then whoever looks at the topic is.
  if (agents.length === 0) return [topic({ code: "sla", lines })];
  return agents.map((one) => agent(one, { code: "sla", lines }));
}

/** Everybody gets one message with all that the cooldown kept for them. */
function mergedNotices(
  event: EventOf<"escalation_notices_merged">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Effect[] {
  const lines = new Map<number, { who: { id: number; name: string } | null; lines: SlaLine[] }>();
  const tell = (who: { id: number; name: string } | null, line: SlaLine): void => {
    const told = lines.get(who?.id ?? TOPIC)?.lines ?? [];
    lines.set(who?.id ?? TOPIC, { who, lines: [...told, line] });
  };
  for (const notice of event.notices) {
    const agents = receivers(notice.to, ticket, policy);
    const line = {
      ...lineOf(notice, ticket, policy, now, isLate(event, now)),
      ...(notice.nobody ? { nobody: "free" as const } : {}),
    };
    for (const one of agents) tell(one, line);
    if (agents.length === 0) tell(null, notice.to === "topic" ? line : { nobody: "to_tell", ...line });
  }
  return [...lines.values()].map(({ who, lines: all }) => {
    const said = all.filter((line) => !isOutdone(line, all));
    return who === null ? topic({ code: "sla", lines: said }) : agent(who, { code: "sla", lines: said });
  });
}

/** A warning says nothing beside the breach of the same promise. */
function isOutdone(line: SlaLine, all: readonly SlaLine[]): boolean {
  const { metric, instance } = line;
  return (
    line.moment === "warning" &&
    all.some((one) => one.metric === metric && one.instance === instance && one.moment !== "warning")
  );
}

const TOPIC = 0;

/** Whether the desk noted an event so long after it was due that people should know. */
function isLate({ at }: { at: number }, notedAt: number): boolean {
  return notedAt - at > LATE_AFTER_MS;
}

function lineOf(of: MomentOf, ticket: Ticket, policy: Policy, now: number, late: boolean): SlaLine {
  const timeZone = policy.zoneFor(policy.sla.policyFor(ticket));
  const leftMs = Math.ceil((of.dueAt - now) / MINUTE_MS) * MINUTE_MS;
  const soon = of.moment === "warning" && leftMs > 0 && leftMs < 60 * MINUTE_MS ? { soonMs: leftMs } : {};
  return { ...momentOf(of), timeZone, ...soon, late, kept: isKept(of, ticket) };
}

const MINUTE_MS = 60_000;

function momentOf({ metric, instance, moment, offsetMs, clock, dueAt }: MomentOf): MomentOf {
  return { metric, instance, moment, offsetMs, clock, dueAt };
}

/** Whether the promise was kept, or the ticket is over, by now. */
function isKept({ metric, instance }: MomentOf, ticket: Ticket): boolean {
  switch (metric) {
    case "firstResponse":
      return ticket.firstResponseEndedAt !== null;
    case "nextResponse":
      return ticket.turns !== instance || ticket.awaitingSince === null;
    case "resolution":
      return ticket.resolvedAt !== null || ticket.closedAt !== null;
    default:
      return metric satisfies never;
  }
}

type EventOf<T extends TicketEvent["type"]> = Extract<TicketEvent, { type: T }>;

function agent(who: { id: number; name: string }, notice: AgentNotice): Effect {
  return { kind: "agent_notice", agent: who, notice };
}

function topic(notice: TopicNotice): Effect {
  return { kind: "topic_notice", notice };
}

function goneOf({ why, agentName }: EventOf<"ticket_unclaimed">, { queue }: Ticket) {
  return why === undefined ? {} : { gone: { name: agentName ?? null, why, queue } };
}

function noteOf(event: { note?: Note }): { note?: Note } {
  return event.note === undefined ? {} : { note: event.note };
}
