import type { Metric } from "../metric.ts";

/** Whether a clock was kept, for the event that ended it. */
export interface Verdict {
  metric: Metric;
  instance: number;
  startedAt: number;
  targetMs: number;
  /** Null where a pause held the clock, or the target lay out of reach. */
  dueAt: number | null;
  met: boolean;
  /** The business time that passed, pauses left out; absent from events of releases that did not tell it. */
  elapsedMs?: number;
}
