import type { BusinessCalendar } from "../calendar/calendar.ts";
import { segmentsOf, type ReasonedPause, type Segment } from "../calendar/segments.ts";
import { SLA_SEGMENTS_MAX } from "../limits.ts";
import {
  clocksOf,
  pausedAt,
  stateOf,
  timesOver,
  type ClockState,
  type PauseReason,
  type SlaClock,
} from "../sla/clocks.ts";
import type { EscalationReceipt, HeldNotice, MomentOf } from "../sla/escalation-log.ts";
import { momentsAhead, stepsAt } from "../sla/escalation.ts";
import type { EscalationAction, SlaPolicy } from "../sla/sla-policy.ts";
import type { Verdict } from "../sla/verdict.ts";
import { withoutOrigin, type TicketEvent } from "./event.ts";
import type { Policy } from "./policy.ts";
import type { Ticket } from "./ticket.ts";

/** Segments of a clock; a long one shows its beginning. */
export interface Segments {
  segments: Segment[];
  /** Whether there are more than are shown. */
  truncated: boolean;
}

/** A clock of a ticket and why it shows what it shows. Instants in ms since 1970, durations in ms. */
interface ClockExplained extends Segments {
  metric: SlaClock["metric"];
  instance: number;
  state: ClockState;
  startedAt: number;
  targetMs: number;
  /** Null while an open pause holds it, or where the target lies out of reach. */
  dueAt: number | null;
  endedAt: number | null;
  /** How much of the target had passed by now, or by its end. */
  elapsedMs: number;
  /** Why it stands still, null if it does not. */
  pausedBecause: PauseReason | null;
}

/** Something that happened to a clock, or was done about it. */
type PastEscalation = { n: number; at: number; notedAt: number | null } & (
  | ({ type: "sla_warned" | "sla_breached" | "sla_overdue" } & MomentOf)
  | ({ type: "escalation_taken" } & MomentOf & EscalationReceipt)
  | { type: "escalation_notices_merged"; notices: HeldNotice[] }
  | { type: "ticket_escalated"; note?: string }
);

/** What will happen if the promise is not kept until then. */
interface PlannedEscalation extends MomentOf {
  at: number;
  /** Null where the policy has no step for it: then it is only noted. */
  step: number | null;
  actions: readonly EscalationAction[];
}

export interface TicketSla {
  at: number;
  /** Null where the desk promises nothing. */
  policy: { id: string; calendar: string; timeZone: string; escalation: string | null } | null;
  /** Those that ended first, each metric's in order. */
  clocks: ClockExplained[];
  past: PastEscalation[];
  planned: PlannedEscalation[];
}

type Noted = { n: number; event: TicketEvent; notedAt: number | null };

/** Explains the clocks of a ticket by its state and its events, as the live path computes them. */
export function explainTicket(
  ticket: Ticket,
  events: readonly Noted[],
  policy: Policy,
  now: number,
): TicketSla {
  const sla = policy.sla.policyFor(ticket);
  const past = events.flatMap(pastEscalation);
  if (sla === null) return { at: now, policy: null, clocks: [], past, planned: [] };
  const { id, calendar, escalation } = sla;
  return {
    at: now,
    policy: { id, calendar: calendar.id, timeZone: calendar.timeZone, escalation: escalation?.id ?? null },
    clocks: [
      ...formerTurns(ticket, events, sla),
      ...clocksOf(ticket, sla).map((clock) => clockExplained(clock, sla, now)),
    ],
    past,
    planned: momentsAhead(ticket, sla).flatMap((moment) => planned(moment, sla)),
  };
}

function clockExplained(clock: SlaClock, policy: SlaPolicy, now: number): ClockExplained {
  const { metric, instance, startedAt, targetMs, due, endedAt, pauses } = clock;
  const { calendar } = policy;
  const until = endedAt ?? now;
  // A running clock is shown up to its due instant, or up to now where that is past.
  const end = endedAt ?? (due.kind === "at" ? Math.max(due.at, now) : due.kind === "paused" ? null : now);
  return {
    metric,
    instance,
    state: stateOf(clock, policy, now),
    startedAt,
    targetMs,
    dueAt: due.kind === "at" ? due.at : null,
    endedAt,
    elapsedMs: calendar.elapsed(startedAt, until, pauses),
    pausedBecause: endedAt === null ? (pausedAt(clock, now)?.reason ?? null) : null,
    ...segmentsFrom(calendar, startedAt, end, pauses),
  };
}

/** Of the customer's turns only the present one stands in the ticket; the former ones stand in what ended them. */
function formerTurns(ticket: Ticket, events: readonly Noted[], { calendar }: SlaPolicy): ClockExplained[] {
  const ended = new Map<number, { verdict: Verdict; at: number }>();
  for (const { event } of events) {
    const verdicts: readonly Verdict[] = "clocks" in event ? (event.clocks ?? []) : [];
    for (const verdict of verdicts) {
      if (verdict.metric === "nextResponse") ended.set(verdict.instance, { verdict, at: event.at });
    }
  }
  // It goes on: the ticket was reopened.
  if (ticket.awaitingSince !== null) ended.delete(ticket.turns);
  return [...ended.values()].map(({ verdict: { met, ...verdict }, at }) => {
    const pauses = timesOver(ticket, at);
    return {
      ...verdict,
      state: met ? "met" : "met_late",
      endedAt: at,
      elapsedMs: calendar.elapsed(verdict.startedAt, at, pauses),
      pausedBecause: null,
      ...segmentsFrom(calendar, verdict.startedAt, at, pauses),
    };
  });
}

/** Why time counted or did not, from `start` to `end`; `end` null: up to the open pause that holds the clock. */
export function segmentsFrom(
  calendar: BusinessCalendar,
  start: number,
  end: number | null,
  pauses: readonly ReasonedPause[],
): Segments {
  const segments = segmentsOf(calendar, start, end, pauses);
  return { segments: segments.slice(0, SLA_SEGMENTS_MAX), truncated: segments.length > SLA_SEGMENTS_MAX };
}

function pastEscalation({ n, event, notedAt }: Noted): PastEscalation[] {
  switch (event.type) {
    case "sla_warned":
    case "sla_breached":
    case "sla_overdue":
    case "escalation_taken":
    case "escalation_notices_merged":
    case "ticket_escalated":
      return [{ n, notedAt, ...withoutOrigin(event) }];
    default:
      return [];
  }
}

function planned({ at, ...moment }: MomentOf & { at: number }, policy: SlaPolicy): PlannedEscalation[] {
  const steps = stepsAt(moment, policy);
  if (steps.length === 0) return [{ ...moment, at, step: null, actions: [] }];
  return steps.map(({ index, step }) => ({ ...moment, at, step: index, actions: step.actions }));
}
