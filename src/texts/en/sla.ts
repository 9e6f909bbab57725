import type { Metric } from "../../domain/metric.ts";
import type { ClockState } from "../../domain/sla/clocks.ts";
import type { SlaLine } from "../../domain/ticket/events/sla.ts";
import { bold, rich, type RichText } from "../rich-text.ts";
import { durationWords, instant } from "./when.ts";

/** Promises in words. */

const METRIC_WORDS: Record<Metric, string> = {
  firstResponse: "First response",
  nextResponse: "Next response",
  resolution: "Resolution",
};

export function metricWords(metric: Metric): string {
  return METRIC_WORDS[metric];
}

const CLOCK_STATE_WORDS: Record<ClockState, string> = {
  healthy: "in time",
  at_risk: "⚠️ at risk",
  breached: "🔴 breached",
  met: "✅ kept",
  met_late: "kept, but late",
};

export function clockStateWords(state: ClockState): string {
  return CLOCK_STATE_WORDS[state];
}

/** What happened to a promise, in one line. */
export function slaLine(line: SlaLine): RichText {
  const what = bold(METRIC_WORDS[line.metric]);
  const more: string[] = [];
  if (line.nobody === "free") more.push("nobody is free to take it");
  if (line.nobody === "to_tell") more.push("still unclaimed");
  if (line.kept) more.push("done since then");
  const rest = `${more.map((one) => `, ${one}`).join("")}${line.late ? " (late notice: the desk was offline)" : ""}`;
  const due = instant(line.dueAt, line.timeZone ?? "UTC");
  switch (line.moment) {
    case "warning":
      return line.soonMs === undefined
        ? rich`⏳ ${what} due ${due}${rest}`
        : rich`⏳ ${what} due in ${durationWords(line.soonMs)} (${due})${rest}`;
    case "breach":
      return rich`🔴 ${what} overdue: was due ${due}${rest}`;
    case "overdue": {
      const hours = line.clock === "business" ? ", opening hours" : "";
      return rich`🔴 ${what} is ${durationWords(line.offsetMs)} overdue (was due ${due}${hours})${rest}`;
    }
    default:
      return line.moment satisfies never;
  }
}
