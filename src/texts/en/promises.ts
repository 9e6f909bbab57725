import { PRIORITIES } from "../../domain/priority.ts";
import { clocksOf, pausedAt, runningClocks, stateOf, type SlaClock } from "../../domain/sla/clocks.ts";
import { momentsAhead, stepsAt } from "../../domain/sla/escalation.ts";
import type { EscalationAction, SlaPolicy } from "../../domain/sla/sla-policy.ts";
import type { Policy } from "../../domain/ticket/policy.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { bold, join, plain, rich, type RichText } from "../rich-text.ts";
import { clockStateWords, metricWords } from "./sla.ts";
import { byWhen, instant, zoneWords } from "./when.ts";

const MINUTE_MS = 60_000;

/**
 * When the customer may expect the first answer: "within 15 minutes" while they have just written and it is less than an
 * hour, otherwise by when; null where nothing is promised, or what was promised has passed.
 */
export function expectation(ticket: Ticket, rules: Policy, now: number): RichText | null {
  const policy = rules.sla.policyFor(ticket);
  if (policy === null) return null;
  const first = runningClocks(ticket, policy).find(({ metric }) => metric === "firstResponse");
  if (first?.due.kind !== "at" || first.due.at <= now) return null;
  const timeZone = rules.zoneFor(policy);
  const minutes = Math.ceil((first.due.at - now) / MINUTE_MS);
  // A receipt that is edited later stays under the time at which it was sent: a duration would be read from there.
  if (minutes < 60 && now - ticket.openedAt < MINUTE_MS)
    return rich`within ${bold(minutes === 1 ? "1 minute" : `${minutes} minutes`)}`;
  return rich`${byWhen(first.due.at, now, timeZone)} (${zoneWords(timeZone)})`;
}

/** The promise that is due next, with its state, for the card; null while none runs. */
export function nextDueLine(ticket: Ticket, rules: Policy, now: number): RichText | null {
  const policy = rules.sla.policyFor(ticket);
  if (policy === null) return null;
  const [next] = runningClocks(ticket, policy);
  return next === undefined ? null : clockLine(next, policy, rules.zoneFor(policy), now);
}

/** Every promise of a ticket, and what happens next if it is not kept. */
export function slaOverview(ticket: Ticket, rules: Policy, now: number): RichText {
  const policy = rules.sla.policyFor(ticket);
  if (policy === null) {
    return rich`No SLA policy applies to ${bold(ticket.ref)}: neither its tier nor its queue ${bold(ticket.queue)} has one.`;
  }
  const clocks = clocksOf(ticket, policy);
  const zone = rules.zoneFor(policy);
  const lines = [
    rich`⏱ ${bold(ticket.ref)} · policy “${policy.id}” · opening hours “${policy.calendar.id}”, ${zoneWords(policy.calendar.timeZone)}`,
    ...clocks.map((clock) => clockLine(clock, policy, zone, now)),
  ];
  if (clocks.length === 0) lines.push(plain("No deadline is running."));
  const [ahead] = momentsAhead(ticket, policy).flatMap((moment) => {
    const actions = stepsAt(moment, policy).flatMap(({ step }) =>
      step.actions.flatMap((action) => actionWords(action, ticket)),
    );
    return actions.length === 0 ? [] : [{ at: moment.at, actions }];
  });
  if (ahead !== undefined) {
    const { actions } = ahead;
    lines.push(rich`Next: ${instant(ahead.at, zone)}, ${actions.join(", ")}`);
  }
  return join(lines, "\n");
}

function clockLine(clock: SlaClock, policy: SlaPolicy, zone: string, now: number): RichText {
  const what = metricWords(clock.metric);
  const paused = pausedAt(clock, now);
  const state = stateOf(clock, policy, now);
  if (clock.endedAt !== null) return rich`${what}: ${clockStateWords(state)}`;
  if (paused !== undefined && state !== "breached")
    return rich`${what}: ⏸ paused${paused.reason === undefined ? "" : `, ${paused.reason}`}`;
  if (clock.due.kind !== "at")
    return rich`${what}: never due, calendar “${policy.calendar.id}” has no more hours`;
  return rich`${what} due: ${instant(clock.due.at, zone)} · ${clockStateWords(state)}`;
}

/** What an action would do; nothing where it would change nothing. */
function actionWords(action: EscalationAction, { assignee, priority, status }: Ticket): string[] {
  if ("notify" in action) {
    if (action.notify === "assignee")
      return [assignee === null ? IN_THE_TOPIC : `${assignee.name} gets an alert`];
    return [action.notify === "lead" ? "the leads get an alert" : `agent ${action.notify} gets an alert`];
  }
  if ("note" in action) return [IN_THE_TOPIC];
  if ("reassign" in action)
    return [action.reassign === "senior" ? "a senior takes over" : "someone else takes over"];
  if ("priority" in action) {
    const raises = PRIORITIES.indexOf(action.priority) < PRIORITIES.indexOf(priority);
    return raises ? [`priority becomes ${action.priority}`] : [];
  }
  if ("status" in action)
    return status === "open" || status === "in_progress" ? ["status becomes escalated"] : [];
  return [`webhook ${action.webhook} is called`];
}

const IN_THE_TOPIC = "a warning is posted here";
