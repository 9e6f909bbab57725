import { METRICS, type Metric } from "../metric.ts";
import type { ClockKind, EscalationAction } from "./sla-policy.ts";

/** The moments of a clock at which something happens. */
export type MomentKind = "warning" | "breach" | "overdue";

/** Which moment of which clock an event is about. */
export interface MomentOf {
  metric: Metric;
  instance: number;
  moment: MomentKind;
  /** How long before the due instant a warning is, how long after the breach `overdue` is; ms, 0 for the breach. */
  offsetMs: number;
  /** How the offset is counted. */
  clock: ClockKind;
  dueAt: number;
}

/** A moment of a running clock that has not happened yet. */
export interface Moment extends MomentOf {
  /** When it is due. It happens if the clock still runs *after* this instant: an answer in time prevents it. */
  at: number;
}

/**
 * Outcome of an action.
 *
 * - `done`; `held`: a notice that the cooldown keeps for the next one
 * - `nobody`: there is no agent to reassign to or to tell; the leads or the topic were told instead
 * - `unchanged`: the ticket is in that state already
 */
type EscalationResult = "done" | "held" | "nobody" | "unchanged";

/** An action of an escalation step, and what came of it. */
export interface EscalationReceipt {
  policy: string;
  /** The step's place in the policy, from 0. */
  step: number;
  action: EscalationAction;
  result: EscalationResult;
  /** The people who were notified, or the new assignee. */
  agents: { id: number; name: string }[];
}

/** Receiver of a notice: an agent's id, or a role that is resolved when it is sent. */
export type NoticeReceiver = "assignee" | "lead" | "topic" | number;

/** A notice that the cooldown keeps. */
export interface HeldNotice extends MomentOf {
  to: NoticeReceiver;
  /** When it would have been told. */
  at: number;
  /** There was no agent to take the ticket over. */
  nobody?: true;
}

/** What a ticket remembers of its escalations, so that each moment happens once. */
export interface EscalationLog {
  /** `momentKey` → when it happened. */
  happened: Record<string, number>;
  /** When people were last told, and of what; tickets of earlier releases do not say of what. */
  noticeAt: number | null;
  noticeOf?: MomentKind;
  held: HeldNotice[];
}

export const NEW_ESCALATION_LOG: EscalationLog = { happened: {}, noticeAt: null, held: [] };

/**
 * One name for a moment, independent of its place in the configuration: `"firstResponse#1 overdue 1800000 business"`.
 */
export function momentKey({ metric, instance, moment, offsetMs, clock }: Omit<MomentOf, "dueAt">): string {
  return `${clockKey(metric, instance)}${moment} ${offsetMs} ${clock}`;
}

/** The keys of one clock begin with this. */
export function clockKey(metric: Metric, instance: number): string {
  return `${metric}#${instance} `;
}

/** The notice that an event keeps for later; `null` if it keeps none, or it was sent. */
export function heldNotice(event: MomentOf & EscalationReceipt & { at: number }): HeldNotice | null {
  if (event.result !== "held") return null;
  const { action, metric, instance, moment, offsetMs, clock, dueAt, at } = event;
  const of = { metric, instance, moment, offsetMs, clock, dueAt, at };
  if ("notify" in action) return { ...of, to: action.notify };
  if ("note" in action) return { ...of, to: "topic" };
  return { ...of, to: "lead", nobody: true };
}

/** Whether an event tells people something, so that the cooldown begins. */
export function isNotice({ action, result }: EscalationReceipt): boolean {
  if (result === "held" || result === "unchanged") return false;
  return "notify" in action || "note" in action || ("reassign" in action && result === "nobody");
}

/** The gravest moment of some notices. */
export function gravestOf(notices: readonly { moment: MomentKind }[]): MomentKind {
  return notices.reduce<MomentKind>(
    (gravest, { moment }) => (GRAVITY[moment] > GRAVITY[gravest] ? moment : gravest),
    "warning",
  );
}

/** How grave a moment is: the order in which those of one clock happen, too. */
export const GRAVITY: Record<MomentKind, number> = { warning: 0, breach: 1, overdue: 2 };

/** Which promises of a ticket are broken, kept late or not at all; of `nextResponse` only the present turn counts. */
export function brokenPromises({ escalation }: { escalation: EscalationLog }): Metric[] {
  const breaches = Object.keys(escalation.happened).filter((key) => key.split(" ")[1] === "breach");
  return METRICS.filter((metric) => breaches.some((key) => key.startsWith(`${metric}#`)));
}
