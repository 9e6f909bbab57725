import { problem, quoted, type ConfigProblem } from "./config-places.ts";
import type { Config, EscalationPolicyConfig } from "./config.ts";
import { durationWords, ms } from "./duration.ts";
import { PRIORITIES } from "./priority.ts";
import { staleHolidays } from "./sla/calendar-check.ts";
import { METRICS } from "./sla/metric.ts";

/** What is valid, but hardly what somebody meant. `now` in ms since 1970. */
export function configWarnings(config: Config, now: number): ConfigProblem[] {
  return [
    ...staleHolidays(config.calendars, now),
    ...unusedPolicies(config),
    ...config.escalationPolicies.flatMap((policy, index) => disorder(policy, index)),
    ...warningsMisplaced(config),
  ];
}

function unusedPolicies(config: Config): ConfigProblem[] {
  const promised = new Set([
    ...Object.values(config.tiers).map(({ slaPolicy }) => slaPolicy),
    ...config.queues.map(({ slaPolicy }) => slaPolicy),
  ]);
  const ladders = new Set(config.slaPolicies.map(({ escalation }) => escalation));
  const unused = (section: "slaPolicies" | "escalationPolicies", used: ReadonlySet<unknown>, by: string) =>
    config[section].flatMap(({ id }, index) =>
      used.has(id) ? [] : [problem([section, index], `${quoted(id)} is used by ${by}: it has no effect`)],
    );
  return [
    ...unused("slaPolicies", promised, "no tier and no queue"),
    ...unused("escalationPolicies", ladders, "no SLA policy"),
  ];
}

/** Steps are taken in the order of time: one that stands behind a later one reads as if it came after it. */
function disorder({ steps }: EscalationPolicyConfig, policy: number): ConfigProblem[] {
  const place = ({ at, after }: (typeof steps)[number]): number =>
    at === "warning" ? -1 : after === undefined ? 0 : ms(after);
  return steps.flatMap((step, index) => {
    const later = steps.slice(0, index).findIndex((before) => place(before) > place(step));
    if (later < 0) return [];
    const message = `comes before step ${later} in time: put it before it`;
    return [problem(["escalationPolicies", policy, "steps", index], message)];
  });
}

function warningsMisplaced(config: Config): ConfigProblem[] {
  return config.slaPolicies.flatMap(({ targets, warnings, escalation }, index) => {
    const found: ConfigProblem[] = [];
    const ladder = config.escalationPolicies.findIndex(({ id }) => id === escalation);
    const step = config.escalationPolicies[ladder]?.steps.findIndex(({ at }) => at === "warning") ?? -1;
    if (step >= 0 && warnings.length === 0) {
      const message = `has no warnings, so step ${step} of ${quoted(escalation)} is never taken for it`;
      found.push(problem(["slaPolicies", index], message));
    }
    for (const [place, { before }] of warnings.entries()) {
      for (const priority of PRIORITIES) {
        for (const metric of METRICS) {
          const target = targets[priority]?.[metric];
          if (target === undefined || ms(before) < ms(target)) continue;
          const message = `is before the clock begins: ${metric} of ${priority} has ${durationWords(ms(target))} only`;
          found.push(problem(["slaPolicies", index, "warnings", place, "before"], message));
        }
      }
    }
    return found;
  });
}
