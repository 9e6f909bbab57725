import type { Metric } from "../metric.ts";
import type { Roster } from "../team/roster.ts";
import { clocksOf, warningsOf, type SlaClock, type TicketTimes } from "./clocks.ts";
import {
  GRAVITY,
  momentKey,
  type EscalationLog,
  type Moment,
  type MomentOf,
  type NoticeReceiver,
} from "./escalation-log.ts";
import type { EscalationStep, SlaPolicy } from "./sla-policy.ts";

/** The moments still ahead of a ticket, or overdue and not yet looked at, in the order in which they are due. */
export function momentsAhead(
  ticket: TicketTimes & { escalation: EscalationLog },
  policy: SlaPolicy,
): Moment[] {
  return clocksOf(ticket, policy)
    .flatMap((clock) => (clock.endedAt === null ? momentsOf(clock, ticket.escalation, policy) : []))
    .sort((a, b) => a.at - b.at || GRAVITY[a.moment] - GRAVITY[b.moment]);
}

function momentsOf(clock: SlaClock, log: EscalationLog, policy: SlaPolicy): Moment[] {
  const { metric, instance, due } = clock;
  if (due.kind !== "at") return [];
  const dueAt = due.at;
  const of = { metric, instance, dueAt };
  const breach: Moment = { ...of, moment: "breach", offsetMs: 0, clock: "business", at: dueAt };
  const breachedAt = log.happened[momentKey(breach)];
  // A breach may raise the priority, and so move the due instant back: what comes after it is counted from the breach
  // as it happened, so that the ladder's steps do not follow in a rush.
  const overdueFrom = Math.max(breachedAt ?? dueAt, dueAt);
  const moments: Moment[] = overdueSteps(policy, metric).flatMap(({ afterMs: offsetMs, clock: kind }) => {
    const at = kind === "wall" ? overdueFrom + offsetMs : businessAfter(overdueFrom, offsetMs, clock, policy);
    return at === null ? [] : [{ ...of, moment: "overdue", offsetMs, clock: kind, at }];
  });
  if (breachedAt === undefined) {
    moments.push(breach);
    for (const { beforeMs, clock: kind, at } of warningsOf(clock, policy)) {
      moments.push({ ...of, moment: "warning", offsetMs: beforeMs, clock: kind, at });
    }
  }
  return moments.filter((moment) => !(momentKey(moment) in log.happened));
}

function businessAfter(
  from: number,
  afterMs: number,
  { pauses }: SlaClock,
  policy: SlaPolicy,
): number | null {
  const due = policy.calendar.due(from, afterMs, pauses);
  return due.kind === "at" ? due.at : null;
}

function overdueSteps(policy: SlaPolicy, metric: Metric): EscalationStep[] {
  const steps = (policy.escalation?.steps ?? []).filter(
    (step) => step.at === "breach" && step.afterMs > 0 && (step.metric ?? metric) === metric,
  );
  // Several steps of one moment are taken together.
  return steps.filter((step, index) => steps.findIndex((other) => sameMoment(other, step)) === index);
}

function sameMoment(a: EscalationStep, b: EscalationStep): boolean {
  return a.afterMs === b.afterMs && a.clock === b.clock;
}

/** The steps of the ladder for a moment, with their places in the policy. */
export function stepsAt(moment: MomentOf, policy: SlaPolicy): { index: number; step: EscalationStep }[] {
  return (policy.escalation?.steps ?? []).flatMap((step, index) => {
    const when = step.at === "warning" ? "warning" : step.afterMs === 0 ? "breach" : "overdue";
    const here =
      when === moment.moment &&
      (when !== "overdue" || (step.afterMs === moment.offsetMs && step.clock === moment.clock)) &&
      (step.metric ?? moment.metric) === moment.metric;
    return here ? [{ index, step }] : [];
  });
}

/** Who plays a part now. */
export function receivers(
  to: NoticeReceiver,
  { assignee }: { assignee: { id: number; name: string } | null },
  { roster }: { roster: Roster },
): { id: number; name: string }[] {
  if (to === "topic") return [];
  if (to === "assignee") return assignee === null ? [] : [assignee];
  if (to === "lead") return [...roster.leads];
  const agent = roster.agents.find(({ id }) => id === to);
  return [{ id: to, name: agent?.name ?? String(to) }];
}
