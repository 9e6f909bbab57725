import { durationWords } from "../domain/duration.ts";
import {
  clocksOf,
  pausedAt,
  runningClocks,
  stateOf,
  type ClockState,
  type SlaClock,
} from "../domain/sla/clocks.ts";
import { momentsAhead, stepsAt } from "../domain/sla/escalation.ts";
import type { EscalationAction, SlaPolicy } from "../domain/sla/sla-policy.ts";
import type { Ticket } from "../domain/ticket.ts";
import { bold, instant, join, link, plain, rich, type RichText } from "./rich-text.ts";
import { clockStateWords, metricWords } from "./text.ts";
import { byWhen, zoneWords } from "./when.ts";

/** When the customer may expect the first answer, in the desk's own time; null where nothing is promised any more. */
export function expectation(ticket: Ticket, policy: SlaPolicy | null, now: number): RichText | null {
  if (policy === null) return null;
  const first = runningClocks(ticket, policy).find(({ metric }) => metric === "firstResponse");
  if (first?.due.kind !== "at" || first.due.at <= now) return null;
  const { timeZone } = policy.calendar;
  return rich`We answer ${bold(byWhen(first.due.at, now, timeZone))} (${zoneWords(timeZone)}).`;
}

/** The promise that is due next, with its state, for the card; null while none runs. */
export function nextDueLine(ticket: Ticket, policy: SlaPolicy | null, now: number): RichText | null {
  if (policy === null) return null;
  const [next] = runningClocks(ticket, policy);
  return next === undefined ? null : clockLine(next, policy, now);
}

/** Every promise of a ticket, and what happens next if it is not kept. */
export function slaOverview(ticket: Ticket, policy: SlaPolicy | null, now: number): RichText {
  if (policy === null) {
    return rich`No SLA policy holds for ${bold(ticket.ref)}: neither its tier nor its queue ${bold(ticket.queue)} names one.`;
  }
  const clocks = clocksOf(ticket, policy);
  const lines = [
    rich`${bold(ticket.ref)} · policy ${bold(policy.id)} · hours of ${policy.calendar.id} (${zoneWords(policy.calendar.timeZone)})`,
    ...clocks.map((clock) => clockLine(clock, policy, now)),
  ];
  if (clocks.length === 0) lines.push(plain("No clock has begun."));
  const ahead = momentsAhead(ticket, policy).find((moment) => stepsAt(moment, policy).length > 0);
  if (ahead !== undefined) {
    const actions = stepsAt(ahead, policy).flatMap(({ step }) => step.actions.map(actionWords));
    lines.push(rich`Next: ${instant(ahead.at, policy.calendar.timeZone)} ${actions.join(", ")}`);
  }
  return join(lines, "\n");
}

export interface AtRiskLine {
  ref: string;
  subject: string;
  assignee: string | null;
  url: string | null;
  state: ClockState;
  metric: SlaClock["metric"];
  dueAt: number;
  timeZone: string;
}

export function atRiskList(lines: readonly AtRiskLine[], more: number): RichText {
  if (lines.length === 0) return plain("Nothing is late or at risk. ☕️");
  const listed = lines.map((line) => {
    const ref = line.url === null ? bold(line.ref) : link(line.ref, line.url);
    const due = rich`${metricWords(line.metric).toLowerCase()} due ${instant(line.dueAt, line.timeZone)}`;
    return rich`${clockStateWords(line.state)} · ${ref} · ${line.assignee ?? "unclaimed"} · ${due}\n   ${line.subject}`;
  });
  return rich`${join(listed, "\n")}${more > 0 ? `\n… and ${more} more` : ""}`;
}

function clockLine(clock: SlaClock, policy: SlaPolicy, now: number): RichText {
  const what = metricWords(clock.metric);
  const paused = pausedAt(clock, now);
  const state = stateOf(clock, policy, now);
  if (clock.endedAt !== null) return rich`${what}: ${clockStateWords(state)}`;
  if (paused !== undefined && state !== "breached")
    return rich`${what}: ⏸ stands still, ${paused.reason ?? "paused"}`;
  if (clock.due.kind !== "at") return rich`${what}: out of reach of the calendar ${policy.calendar.id}`;
  return rich`${what} due: ${instant(clock.due.at, policy.calendar.timeZone)} · ${clockStateWords(state)}`;
}

function actionWords(action: EscalationAction): string {
  if ("notify" in action) {
    if (action.notify === "assignee") return "the assignee is told";
    return action.notify === "lead" ? "the leads are told" : `agent ${action.notify} is told`;
  }
  if ("note" in action) return "a warning is posted here";
  if ("reassign" in action)
    return action.reassign === "senior" ? "a senior takes over" : "somebody else takes over";
  if ("priority" in action) return `priority becomes ${action.priority}`;
  return "status" in action ? "status becomes escalated" : `webhook ${action.webhook} is called`;
}

/** What a reminder was set to. */
export function reminderSet(at: number, inMs: number): RichText {
  return rich`⏰ You are reminded in ${durationWords(inMs)}: ${instant(at)}. /snooze off takes it back.`;
}
