import { BusinessCalendar } from "../calendar/calendar.ts";
import { isTimeZone } from "../calendar/zone.ts";
import { ConfigDocument, type Config, type EscalationPolicyConfig } from "../config/config.ts";
import { problem, quoted, type ConfigProblem } from "../config/places.ts";
import { durationForAdmins, ms } from "../duration.ts";
import { METRICS } from "../metric.ts";
import { PRIORITIES } from "../priority.ts";
import { hoursOnHolidays, staleHolidays } from "./calendars.ts";
import { asksForSkills } from "./check.ts";
import {
  calendarsThatAreOver,
  handingOutWithoutEffect,
  intakeWithoutEffect,
  nobodyThere,
  poolWithoutEffect,
  queuesWithoutEffect,
  retentionTooShort,
  stepsWithoutPromise,
  zonesWithoutPlace,
} from "./effects.ts";
import { newRulesBroken } from "./new-rules.ts";
import { promisesOutOfOrder } from "./promises.ts";
import { unsatisfiableSkills } from "./required-skills.ts";
import { rulesWithoutEffect, valuesThatNobodySays } from "./rules.ts";

/**
 * Valid but probably unintended; none while the document has an invalid shape. `now` in ms since 1970.
 */
export function configWarnings(document: unknown, now: number): ConfigProblem[] {
  const parsed = ConfigDocument.safeParse(document);
  if (!parsed.success) return [];
  const config = parsed.data;
  return [
    ...expiredSkills(document, now),
    ...newRulesBroken(document),
    ...rulesWithoutEffect(config),
    ...valuesThatNobodySays(config),
    ...promisesOutOfOrder(config),
    ...retentionTooShort(config),
    ...intakeWithoutEffect(document, config),
    ...poolWithoutEffect(config),
    ...nobodyThere(config),
    ...zonesWithoutPlace(config),
    ...calendarsThatAreOver(config, now),
    ...queuesWithoutEffect(config),
    ...stepsWithoutPromise(config),
    ...staleHolidays(config.calendars, now),
    ...hoursOnHolidays(config.calendars),
    ...unusedPolicies(config),
    ...config.escalationPolicies.flatMap((policy, index) => disorder(policy, index)),
    ...warningsMisplaced(config),
    ...enrichmentWithoutEffect(config),
    ...skillsOnTrust(config, now),
    ...handingOutWithoutEffect(config),
    ...textWithheld(config),
  ];
}

/** Required skills that no agent has any more; a change that brings them is refused. */
function expiredSkills(document: unknown, now: number): ConfigProblem[] {
  if (asksForSkills(document)) return [];
  const before = new Set(unsatisfiableSkills(document, null).map(({ message }) => message));
  return unsatisfiableSkills(document, now).filter(({ message }) => !before.has(message));
}

function textWithheld({ desk, webhooks }: Config): ConfigProblem[] {
  return webhooks.flatMap(({ includeText }, index) =>
    includeText && !desk.textInWebhooks
      ? [
          problem(
            ["webhooks", index, "includeText"],
            "gets no text, because desk.textInWebhooks does not allow it",
          ),
        ]
      : [],
  );
}

/** Without a skills service this is refused. */
function skillsOnTrust(config: Config, now: number): ConfigProblem[] {
  if (config.routing.skills === undefined) return [];
  return unsatisfiableSkills(config, now).map(({ pointer, message }) => ({
    pointer,
    message: `by this configuration ${message}, unless the skills service says otherwise`,
  }));
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

type Step = EscalationPolicyConfig["steps"][number];

/** Steps are taken in the order of time: one that stands behind a later one reads as if it came after it. */
function disorder({ steps }: EscalationPolicyConfig, policy: number): ConfigProblem[] {
  return steps.flatMap((step, index) => {
    const later = steps.slice(0, index).findIndex((before) => comesAfter(before, step));
    if (later < 0) return [];
    const message = `comes before step ${later} in time: put it before it`;
    return [problem(["escalationPolicies", policy, "steps", index], message)];
  });
}

/** Steps of different metrics have no order, and opening hours cannot be compared with every hour. */
function comesAfter(a: Step, b: Step): boolean {
  if (a.metric !== undefined && b.metric !== undefined && a.metric !== b.metric) return false;
  return placeOf(a) > placeOf(b) && (placeOf(b) <= 0 || a.clock === b.clock);
}

function placeOf({ at, after }: Step): number {
  if (at === "warning") return -1;
  return after === undefined ? 0 : ms(after);
}

function warningsMisplaced(config: Config): ConfigProblem[] {
  return config.slaPolicies.flatMap(({ calendar, targets, warnings, escalation }, index) => {
    const found: ConfigProblem[] = [];
    const ladder = config.escalationPolicies.findIndex(({ id }) => id === escalation);
    const step = config.escalationPolicies[ladder]?.steps.findIndex(({ at }) => at === "warning") ?? -1;
    if (step >= 0 && warnings.length === 0) {
      const message = `has no warnings, so step ${step} of ${quoted(escalation)} is never taken for it`;
      found.push(problem(["slaPolicies", index], message));
    }
    const hours = config.calendars.find(({ id }) => id === calendar);
    const isAlwaysOpen =
      hours !== undefined && isTimeZone(hours.timeZone) && BusinessCalendar.of(hours).hours.always;
    for (const [place, { before, clock }] of warnings.entries()) {
      // A target in opening hours spans more hours than it counts.
      if (clock === "wall" && !isAlwaysOpen) continue;
      for (const priority of PRIORITIES) {
        for (const metric of METRICS) {
          const target = targets[priority]?.[metric];
          if (target === undefined || ms(before) <= ms(target)) continue;
          const message = `is before the clock begins: ${metric} of ${priority} has ${durationForAdmins(ms(target))} only`;
          found.push(problem(["slaPolicies", index, "warnings", place, "before"], message));
        }
      }
    }
    return found;
  });
}

function enrichmentWithoutEffect({ routing }: Config): ConfigProblem[] {
  const { enrichment } = routing;
  if (enrichment === undefined) return [];
  const { adapter, hubspot, shareSubject, cacheFor, staleAfter } = enrichment;
  const found: ConfigProblem[] = [];
  const say = (path: string[], message: string): void => {
    found.push(problem(["routing", "enrichment", ...path], message));
  };
  if (ms(staleAfter) < ms(cacheFor)) {
    say(["staleAfter"], "is shorter than cacheFor: what is kept turns stale before anybody is asked again");
  }
  if (adapter === "generic") {
    if (hubspot !== undefined) say(["hubspot"], 'has no effect without `"adapter": "hubspot"`');
    return found;
  }
  if (shareSubject) say(["shareSubject"], "has no effect: HubSpot is asked for a contact only");
  if (hubspot === undefined) return found;
  const { findBy, tier, segment, preferredAgent, priorityScore, attributes } = hubspot;
  if (findBy.telegramId === undefined && findBy.username === undefined) {
    const whom =
      findBy.phone === undefined
        ? "nobody: Telegram tells no e-mail address"
        : "only customers who have shared their own phone number with the bot";
    say(["hubspot", "findBy"], `finds ${whom}: name telegramId, too`);
  } else if (findBy.email !== undefined) {
    say(
      ["hubspot", "findBy", "email"],
      "has no effect: Telegram tells no e-mail address, and intake asks for none",
    );
  }
  const mapped = [tier, segment, preferredAgent, priorityScore, ...Object.values(attributes)];
  if (mapped.every((one) => one === undefined)) {
    say(["hubspot"], "maps no property to anything: what HubSpot knows has no effect");
  }
  return found;
}
