import type { Due } from "../calendar/calendar.ts";
import type { ReasonedPause } from "../calendar/segments.ts";
import type { Metric } from "../metric.ts";
import type { Priority } from "../priority.ts";
import type { ClockKind, SlaPolicy, SlaRules } from "./sla-policy.ts";
import type { Verdict } from "./verdict.ts";

/** A stretch of a ticket's life: it lasts until the next one begins. */
export interface Phase {
  /** Since when, in ms since 1970. */
  at: number;
  /** `active`: the desk's turn; `waiting`: the customer's; `over`: resolved or closed. */
  is: "active" | "waiting" | "over";
}

/** What the clocks read of a ticket. Instants in ms since 1970, null where it has not happened. */
export interface TicketTimes {
  /** The customer's tier; `null` while unknown. */
  tier: string | null;
  queue: string;
  priority: Priority;
  /** From what escalations raised the priority, and when: what ran already stays promised by the former one. */
  raisedFrom?: { at: number; priority: Priority }[];
  openedAt: number;
  /** When it first had an assignee. */
  claimedAt: number | null;
  /** The customer's first message that no agent has answered yet. */
  awaitingSince: number | null;
  /** When the first response clock ended: by the first answer, or because the ticket was over without one. */
  firstResponseEndedAt: number | null;
  /** Turns of the customer since then. */
  turns: number;
  resolvedAt: number | null;
  closedAt: number | null;
  /** Whose turn it was, from the beginning to now. */
  phases: Phase[];
}

/**
 * - `healthy`: runs, or will
 * - `at_risk`: a warning is past
 * - `breached`: the due instant is past, and the promise is not kept yet
 * - `met`, `met_late`: kept, at the due instant at the latest, or after it
 */
export type ClockState = "healthy" | "at_risk" | "breached" | "met" | "met_late";

/** Why a clock stands still: it is the customer's turn; the ticket is resolved or closed. */
export type PauseReason = "customer_turn" | "over";

interface ClockPause extends ReasonedPause {
  reason: PauseReason;
}

/** One promise to one customer. Instants in ms since 1970, durations in ms. */
export interface SlaClock {
  metric: Metric;
  /** Counts the metric's clocks of a ticket from 1: each turn of the customer has one. */
  instance: number;
  startedAt: number;
  targetMs: number;
  due: Due;
  /** When the promise was kept, or the ticket ended; null while the clock runs. */
  endedAt: number | null;
  pauses: readonly ClockPause[];
}

/** The clocks of a ticket that have begun, of `nextResponse` only the one of the present turn. */
export function clocksOf(ticket: TicketTimes, policy: SlaPolicy): SlaClock[] {
  const clocks: SlaClock[] = [];
  const add = (
    metric: Metric,
    instance: number,
    startedAt: number,
    endedAt: number | null,
    pauses: readonly ClockPause[],
  ): void => {
    // The desk's own escalation shortens no promise that runs already: the customer was told the former one.
    const raised = ticket.raisedFrom?.find(({ at }) => startedAt <= at);
    const priority = raised?.priority ?? ticket.priority;
    const targetMs = policy.targets[priority][metric];
    if (targetMs === undefined) return;
    const due = policy.calendar.due(startedAt, targetMs, pauses);
    clocks.push({ metric, instance, startedAt, targetMs, due, endedAt, pauses });
  };

  const firstStart = policy.firstResponseStarts === "created" ? ticket.openedAt : ticket.claimedAt;
  const firstEnd = ticket.firstResponseEndedAt;
  if (firstStart !== null) add("firstResponse", 1, firstStart, firstEnd, timesOver(ticket, firstEnd));
  if (firstEnd !== null && ticket.awaitingSince !== null) {
    add("nextResponse", ticket.turns, ticket.awaitingSince, null, timesOver(ticket, null));
  }
  const resolvedAt = ticket.resolvedAt ?? ticket.closedAt;
  add("resolution", 1, ticket.openedAt, resolvedAt, resolutionPauses(ticket, policy));
  return clocks;
}

/** Until when the first answer is promised, in ms since 1970; null: it is not, or it is given, or it is never due. */
export function firstResponseDueAt(ticket: TicketTimes, rules: SlaRules): number | null {
  const policy = rules.policyFor(ticket);
  const clocks = policy === null ? [] : clocksOf(ticket, policy);
  const clock = clocks.find(({ metric, endedAt }) => metric === "firstResponse" && endedAt === null);
  return clock?.due.kind === "at" ? clock.due.at : null;
}

/** What a clock for an answer leaves out: times in which the ticket was over, and was reopened before it ended. */
export function timesOver({ phases }: TicketTimes, endedAt: number | null): ClockPause[] {
  return phases.flatMap(({ at, is }, index) =>
    is === "over" && (endedAt === null || at < endedAt) ? [whileOver(phases, index)] : [],
  );
}

function whileOver(phases: readonly Phase[], index: number): ClockPause {
  return { from: phases[index]!.at, to: phases[index + 1]?.at ?? null, reason: "over" };
}

/** What the resolution clock leaves out: time after the ticket was resolved, and what the policy says. */
function resolutionPauses({ phases }: TicketTimes, { pausesWhileWaiting }: SlaPolicy): ClockPause[] {
  return phases.flatMap(({ at, is }, index) => {
    if (is === "over") return [whileOver(phases, index)];
    return is === "waiting" && pausesWhileWaiting
      ? [{ from: at, to: phases[index + 1]?.at ?? null, reason: "customer_turn" }]
      : [];
  });
}

/** The running clocks, the earliest due first, paused ones last. */
export function runningClocks(ticket: TicketTimes, policy: SlaPolicy): SlaClock[] {
  const dueAt = ({ due }: SlaClock): number => (due.kind === "at" ? due.at : Number.MAX_SAFE_INTEGER);
  return clocksOf(ticket, policy)
    .filter(({ endedAt }) => endedAt === null)
    .sort((a, b) => dueAt(a) - dueAt(b));
}

/** When to warn, longest notice first. */
export function warningsOf(
  clock: SlaClock,
  policy: SlaPolicy,
): { beforeMs: number; clock: ClockKind; at: number }[] {
  const { due, startedAt, pauses } = clock;
  if (due.kind !== "at") return [];
  return policy.warnings.map(({ beforeMs, clock: kind }) => {
    const at = kind === "wall" ? due.at - beforeMs : policy.calendar.before(due.at, beforeMs, pauses);
    return { beforeMs, clock: kind, at: Math.max(startedAt, at ?? startedAt) };
  });
}

export function stateOf(clock: SlaClock, policy: SlaPolicy, now: number): ClockState {
  const dueAt = clock.due.kind === "at" ? clock.due.at : Infinity;
  if (clock.endedAt !== null) return clock.endedAt <= dueAt ? "met" : "met_late";
  if (now > dueAt) return "breached";
  return warningsOf(clock, policy).some(({ at }) => at <= now) ? "at_risk" : "healthy";
}

/** Whether a clock stands still at an instant. */
export function pausedAt(clock: SlaClock, now: number): ClockPause | undefined {
  return clock.pauses.find(({ from, to }) => from <= now && now < (to ?? Infinity));
}

/** What becomes of the clocks that end at this instant. */
export function verdicts(
  ticket: TicketTimes,
  policy: SlaPolicy | null,
  metrics: readonly Metric[],
  now: number,
): Verdict[] {
  if (policy === null) return [];
  return clocksOf(ticket, policy)
    .filter(({ metric, endedAt }) => endedAt === null && metrics.includes(metric))
    .map(({ metric, instance, startedAt, targetMs, due, pauses }) => {
      const dueAt = due.kind === "at" ? due.at : null;
      const elapsedMs = policy.calendar.elapsed(startedAt, now, pauses);
      return { metric, instance, startedAt, targetMs, dueAt, met: dueAt === null || now <= dueAt, elapsedMs };
    });
}
