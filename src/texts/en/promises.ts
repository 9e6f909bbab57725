import { runningClocks, type PauseReason } from "../../domain/sla/clocks.ts";
import type { EscalationAction } from "../../domain/sla/sla-policy.ts";
import type { ClockStanding, SlaOverview } from "../../domain/sla/standing.ts";
import type { Policy } from "../../domain/ticket/policy.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { bold, join, plain, rich, type RichText } from "../rich-text.ts";
import { clockStateWords, metricWords } from "./sla.ts";
import { byWhen, instant, zoneWords } from "./when.ts";
import { PRIORITY_WORDS } from "./words.ts";

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

/** Every promise of a ticket, and what happens next if it is not kept. */
export function slaOverviewWords(
  { ref, queue, assignee, policy, clocks, ahead }: SlaOverview,
  zone: string,
): RichText {
  if (policy === null) {
    return rich`No SLA policy applies to ${bold(ref)}: neither its tier nor its queue ${bold(queue)} has one.`;
  }
  const lines = [
    rich`⏱ ${bold(ref)} · policy “${policy.id}” · opening hours “${policy.calendar}”, ${zoneWords(policy.timeZone)}`,
    ...clocks.map((clock) => clockLine(clock, zone)),
  ];
  if (clocks.length === 0) lines.push(plain("No deadline is running."));
  if (ahead !== null) {
    const actions = ahead.actions.map((action) => actionWords(action, assignee));
    lines.push(rich`Next: ${instant(ahead.at, zone)}, ${actions.join(", ")}`);
  }
  return join(lines, "\n");
}

/** A promise with its state. */
export function clockLine(
  { metric, state, ended, paused, dueAt, calendar }: ClockStanding,
  zone: string,
): RichText {
  const what = metricWords(metric);
  if (ended) return rich`${what}: ${clockStateWords(state)}`;
  if (paused !== null && state !== "breached") return rich`${what}: ⏸ paused, ${pauseWords(paused)}`;
  if (dueAt === null) return rich`${what}: never due, calendar “${calendar}” has no more hours`;
  return rich`${what} due: ${instant(dueAt, zone)} · ${clockStateWords(state)}`;
}

const PAUSE_WORDS: Record<PauseReason, string> = {
  customer_turn: "waiting for the customer",
  over: "resolved or closed",
};

export function pauseWords(reason: PauseReason): string {
  return PAUSE_WORDS[reason];
}

function actionWords(action: EscalationAction, assignee: string | null): string {
  if ("notify" in action) {
    if (action.notify === "assignee") return assignee === null ? IN_THE_TOPIC : `${assignee} gets an alert`;
    return action.notify === "lead" ? "the leads get an alert" : `agent ${action.notify} gets an alert`;
  }
  if ("note" in action) return IN_THE_TOPIC;
  if ("reassign" in action)
    return action.reassign === "senior" ? "a senior takes over" : "someone else takes over";
  if ("priority" in action) return `priority becomes ${PRIORITY_WORDS[action.priority]}`;
  if ("status" in action) return "status becomes escalated";
  return `webhook ${action.webhook} is called`;
}

const IN_THE_TOPIC = "a warning is posted here";
