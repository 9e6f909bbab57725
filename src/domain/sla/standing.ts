import type { Metric } from "../metric.ts";
import { PRIORITIES } from "../priority.ts";
import {
  clocksOf,
  pausedAt,
  runningClocks,
  stateOf,
  type ClockState,
  type PauseReason,
  type SlaClock,
  type TicketTimes,
} from "./clocks.ts";
import type { EscalationLog } from "./escalation-log.ts";
import { momentsAhead, stepsAt } from "./escalation.ts";
import type { EscalationAction, SlaPolicy, SlaRules } from "./sla-policy.ts";

/** How a promise stands, for people. Instants in ms since 1970. */
export interface ClockStanding {
  metric: Metric;
  state: ClockState;
  ended: boolean;
  /** Why it stands still; null: it does not. */
  paused: PauseReason | null;
  /** Null while it is paused, or where `calendar` has no more hours. */
  dueAt: number | null;
  calendar: string;
}

/** Every promise of a ticket, and what happens next if it is not kept. */
export interface SlaOverview {
  ref: string;
  queue: string;
  assignee: string | null;
  /** Null where nothing is promised. */
  policy: { id: string; calendar: string; timeZone: string } | null;
  clocks: ClockStanding[];
  /** Actions that would change nothing are left out. */
  ahead: { at: number; actions: EscalationAction[] } | null;
}

type Promising = TicketTimes & {
  ref: string;
  status: string;
  assignee: { name: string } | null;
  escalation: EscalationLog;
};

/** The promise that is due next; null while none runs. */
export function nextDue(ticket: TicketTimes, rules: SlaRules, now: number): ClockStanding | null {
  const policy = rules.policyFor(ticket);
  const next = policy === null ? undefined : runningClocks(ticket, policy)[0];
  return next === undefined ? null : standing(next, policy!, now);
}

/**
 * The promise that a topic shows: the one due next that no turn of the conversation moves, or that is at risk or broken; null
 * while there is none. The others begin, rest and end with each turn, and showing them would cost a call each time.
 */
export function lastingDue(ticket: TicketTimes, rules: SlaRules, now: number): ClockStanding | null {
  const policy = rules.policyFor(ticket);
  if (policy === null) return null;
  const next = runningClocks(ticket, policy).find(
    (clock) => !movesWithTurns(clock, policy) || stateOf(clock, policy, now) !== "healthy",
  );
  return next === undefined ? null : standing(next, policy, now);
}

function movesWithTurns({ metric }: SlaClock, { pausesWhileWaiting }: SlaPolicy): boolean {
  return metric === "nextResponse" || (metric === "resolution" && pausesWhileWaiting);
}

export function slaOverview(ticket: Promising, rules: SlaRules, now: number): SlaOverview {
  const policy = rules.policyFor(ticket);
  const { ref, queue } = ticket;
  const of = { ref, queue, assignee: ticket.assignee?.name ?? null };
  if (policy === null) return { ...of, policy: null, clocks: [], ahead: null };
  const [ahead] = momentsAhead(ticket, policy).flatMap((moment) => {
    const actions = stepsAt(moment, policy).flatMap(({ step }) =>
      step.actions.filter((action) => isOfUse(action, ticket)),
    );
    return actions.length === 0 ? [] : [{ at: moment.at, actions }];
  });
  return {
    ...of,
    policy: { id: policy.id, calendar: policy.calendar.id, timeZone: policy.calendar.timeZone },
    clocks: clocksOf(ticket, policy).map((clock) => standing(clock, policy, now)),
    ahead: ahead ?? null,
  };
}

function standing(clock: SlaClock, policy: SlaPolicy, now: number): ClockStanding {
  const { metric, due, endedAt } = clock;
  return {
    metric,
    state: stateOf(clock, policy, now),
    ended: endedAt !== null,
    paused: pausedAt(clock, now)?.reason ?? null,
    dueAt: due.kind === "at" ? due.at : null,
    calendar: policy.calendar.id,
  };
}

/** Whether an action would change the ticket or notify a person. */
function isOfUse(action: EscalationAction, { priority, status }: Promising): boolean {
  if ("priority" in action) return PRIORITIES.indexOf(action.priority) < PRIORITIES.indexOf(priority);
  if ("status" in action) return status === "open" || status === "in_progress";
  return true;
}
