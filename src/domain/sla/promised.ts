import type { Metric } from "../metric.ts";
import { runningClocks, warningsOf, type TicketTimes } from "./clocks.ts";
import type { SlaRules } from "./sla-policy.ts";

/**
 * A promise that is neither kept nor over, so that its state can be told without its policy. Instants in ms since 1970.
 */
export interface Promised {
  metric: Metric;
  /** Until when it has to be kept; null where that stands in no calendar: it is paused, or out of the calendar's reach. */
  at: number | null;
  /** When its first warning is due; null: no warning. */
  riskAt: number | null;
  paused: boolean;
}

/**
 * - `healthy`: there is time
 * - `at_risk`: a warning is past
 * - `breached`: the deadline is past, and the promise is not kept yet
 * - `paused`: it waits, for the customer for example
 * - `out_of_reach`: the calendar has not enough hours within five years
 */
export const PROMISE_STATES = ["healthy", "at_risk", "breached", "paused", "out_of_reach"] as const;
export type PromiseState = (typeof PROMISE_STATES)[number];

/** The promises to a ticket's customer that are still to be kept: the earliest due first, paused ones last. */
export function promisesOf(ticket: TicketTimes & { status: string }, rules: SlaRules): Promised[] {
  const policy = rules.policyFor(ticket);
  if (policy === null || ticket.status === "closed") return [];
  return runningClocks(ticket, policy).map((clock) => {
    const { metric, due } = clock;
    const warnings = warningsOf(clock, policy).map(({ at }) => at);
    return {
      metric,
      at: due.kind === "at" ? due.at : null,
      riskAt: warnings.length === 0 ? null : Math.min(...warnings),
      paused: due.kind === "paused",
    };
  });
}

/** The promise that a ticket has to keep first, and its state at an instant; null: none. */
export function firstDue(
  [first]: readonly Promised[],
  now: number,
): { metric: Metric; at: number | null; state: PromiseState } | null {
  if (first === undefined) return null;
  return { metric: first.metric, at: first.at, state: promiseState(first, now) };
}

/** How a promise stands at an instant; the deadline itself is in time. */
export function promiseState({ at, riskAt, paused }: Promised, now: number): PromiseState {
  if (at === null) return paused ? "paused" : "out_of_reach";
  if (now > at) return "breached";
  return riskAt !== null && riskAt <= now ? "at_risk" : "healthy";
}
