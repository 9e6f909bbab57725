import { DAY_MS, dayOf, isTimeZone } from "../calendar/zone.ts";
import type { CalendarConfig, Config } from "../config/config.ts";
import { places, problem, quoted, type ConfigProblem } from "../config/places.ts";
import { durationForAdmins, ms } from "../duration.ts";
import { isLeadOf } from "../team/agent.ts";

/** Closed tickets stay as long as their customers may reopen them, even if retention is shorter. */
export function retentionTooShort({ desk, retention }: Config): ConfigProblem[] {
  const reopenMs = ms(desk.reopenWithin);
  return (["closedTickets", "events"] as const).flatMap((kept) => {
    const said = retention[kept];
    if (said === undefined) return [];
    const path = ["retention", kept];
    if (ms(said) < reopenMs) {
      const message = `is shorter than desk.reopenWithin: closed tickets are kept for ${durationForAdmins(reopenMs)} all the same, because their customers may take them up again`;
      return [problem(path, message)];
    }
    const { closedTickets } = retention;
    if (kept !== "events" || closedTickets === undefined || ms(said) <= ms(closedTickets)) return [];
    return [
      problem(
        path,
        `has no effect: what happened goes with its ticket after ${durationForAdmins(ms(closedTickets))}`,
      ),
    ];
  });
}

/** Questions that are not asked as they were meant. */
export function intakeWithoutEffect(document: unknown, { intake }: Config): ConfigProblem[] {
  const found: ConfigProblem[] = [];
  const required = intake.fields.findIndex((field) => field.required);
  if (required >= 0 && ms(intake.holdFor) === 0) {
    const message = "has no effect: intake.holdFor is 0, so no ticket waits for the answer";
    found.push(problem(["intake", "fields", required, "required"], message));
  }
  if (required < 0 && ms(intake.holdFor) > 0 && places(document, "intake/holdFor").length > 0) {
    found.push(problem(["intake", "holdFor"], "has no effect: no field is required"));
  }
  for (const [index, { options }] of intake.fields.entries()) {
    const labels = new Map<string, string>();
    for (const [at, { id, label }] of options.entries()) {
      const same = labels.get(label.toLowerCase());
      labels.set(label.toLowerCase(), id);
      if (same === undefined) continue;
      const path = ["intake", "fields", index, "options", at, "label"];
      found.push(
        problem(path, `is the label of ${quoted(same)}, too: customers cannot tell the buttons apart`),
      );
    }
  }
  return found;
}

/** A pool gets what waits too long in the queues of other groups. */
export function poolWithoutEffect({ routing, queues }: Config): ConfigProblem[] {
  const { fallbackPool } = routing;
  if (fallbackPool === undefined) return [];
  const elsewhere = queues.filter(({ group }) => group !== fallbackPool);
  const why =
    elsewhere.length === 0
      ? "every queue is this group's own"
      : elsewhere.some(
            ({ assignment, overrideAfter }) => assignment === "auto" && overrideAfter !== undefined,
          )
        ? null
        : "no queue of another group hands tickets out (assignment auto) and has an overrideAfter";
  return why === null ? [] : [problem(["routing", "fallbackPool"], `has no effect: ${why}`)];
}

/** Where agents claim, the desk hands nothing out. */
const HANDING_OUT = ["answerWithin", "overrideAfter", "weights", "relaxAfter"] as const;

export function handingOutWithoutEffect({ queues }: Config): ConfigProblem[] {
  return queues.flatMap((queue, index) =>
    queue.assignment === "auto"
      ? []
      : HANDING_OUT.filter((key) => {
          const value = queue[key];
          return Array.isArray(value) ? value.length > 0 : value !== undefined;
        }).map((key) =>
          problem(
            ["queues", index, key],
            `has no effect: agents claim the tickets of ${quoted(queue.id)}${key === "answerWithin" ? ", and keep them" : ""}`,
          ),
        ),
  );
}

/** Groups and ladders that count on agents who do not exist. */
export function nobodyThere(config: Config): ConfigProblem[] {
  const { groups, queues, agents, escalationPolicies } = config;
  const found: ConfigProblem[] = [];
  const inGroup = (group: string) => agents.filter((agent) => agent.groups.includes(group));
  for (const [index, { id }] of groups.entries()) {
    if (inGroup(id).length === 0) {
      const message = `nobody works in group ${quoted(id)}: add agents, or nobody can answer its customers`;
      found.push(problem(["groups", index], message));
    } else if (!agents.some((agent) => isLeadOf(config, id, agent))) {
      const message = `nobody leads group ${quoted(id)}: name somebody under leads, or nobody is told of trouble there`;
      found.push(problem(["groups", index], message));
    }
  }
  for (const [index, { id, group, assignment }] of queues.entries()) {
    const team = inGroup(group);
    if (assignment !== "auto" || team.length === 0 || team.some(({ capacity }) => capacity > 0)) continue;
    const message = `the tickets of ${quoted(id)} are given to nobody: every agent of group ${quoted(group)} has capacity 0`;
    found.push(problem(["queues", index, "assignment"], message));
  }
  if (agents.some(({ role }) => role === "senior")) return found;
  for (const [index, { steps }] of escalationPolicies.entries()) {
    for (const [step, { actions }] of steps.entries()) {
      const at = actions.findIndex((action) => "reassign" in action && action.reassign === "senior");
      if (at < 0) continue;
      const path = ["escalationPolicies", index, "steps", step, "actions", at, "reassign"];
      found.push(problem(path, 'has no effect: no agent has the role "senior"'));
    }
  }
  return found;
}

/** Zones by an abbreviation or a fixed distance, which do not follow the clocks of any place. */
const WITHOUT_PLACE =
  /^(?:CET|MET|EET|WET|EST|MST|HST|EST5EDT|CST6CDT|MST7MDT|PST8PDT|(?:Etc\/)?GMT[+-]\d+)$/i;

export function zonesWithoutPlace({ desk, calendars }: Config): ConfigProblem[] {
  const zones = [
    { path: ["desk", "timeZone"], zone: desk.timeZone },
    ...calendars.map(({ timeZone }, index) => ({ path: ["calendars", index, "timeZone"], zone: timeZone })),
  ];
  return zones.flatMap(({ path, zone }) => {
    if (zone === undefined || !WITHOUT_PLACE.test(zone)) return [];
    const [, sign, hours] = /([+-])0*(\d+)$/.exec(zone) ?? [];
    const means =
      sign === undefined
        ? "is an abbreviation, and whether it follows summer time depends on it"
        : `is ${hours} hours ${sign === "+" ? "behind" : "ahead of"} UTC, all year round`;
    return [problem(path, `${quoted(zone)} ${means}; write the zone of a place, such as "Europe/Berlin"`)];
  });
}

/** Shifts and rules whose calendar never opens again. Calendars that nothing here names may be asked by programs. */
export function calendarsThatAreOver({ calendars, agents, routing }: Config, now: number): ConfigProblem[] {
  const over = new Set(
    calendars.filter((one) => isTimeZone(one.timeZone) && isOver(one, now)).map(({ id }) => id),
  );
  const say = (path: (string | number)[], id: string | undefined, effect: string): ConfigProblem[] =>
    id !== undefined && over.has(id)
      ? [problem(path, `calendar ${quoted(id)} is not open on any day to come: ${effect}`)]
      : [];
  return [
    ...agents.flatMap(({ shift }, index) =>
      say(["agents", index, "shift"], shift, "they are never on shift"),
    ),
    ...routing.rules.flatMap(({ when }, index) =>
      say(["routing", "rules", index, "when", "during"], when.during, "this rule never holds"),
    ),
  ];
}

/** No weekly hours, and every date with hours of its own is past in all zones. */
function isOver({ weekly, overrides }: CalendarConfig, now: number): boolean {
  const isWeekly = Object.values(weekly).some((hours) => hours !== undefined && hours.length > 0);
  const yesterday = Math.floor(now / DAY_MS) - 1;
  return !isWeekly && overrides.every(({ date, hours }) => hours.length === 0 || dayOf(date) < yesterday);
}

/** Steps of a queue that never come, and preferences that no agent can meet. */
export function queuesWithoutEffect({ queues, agents, routing }: Config): ConfigProblem[] {
  return queues.flatMap((queue, index) => {
    const found: ConfigProblem[] = [];
    const { overrideAfter, relaxAfter, preferSkills = {}, group, assignment } = queue;
    if (assignment !== "auto") return found;
    for (const [step, wait] of relaxAfter.entries()) {
      if (overrideAfter === undefined || ms(wait) < ms(overrideAfter)) continue;
      const message = `has no effect: after ${durationForAdmins(ms(overrideAfter))} (overrideAfter) skills do not count any more`;
      found.push(problem(["queues", index, "relaxAfter", step], message));
    }
    if (routing.skills !== undefined) return found;
    const team = agents.filter((agent) => agent.groups.includes(group));
    for (const skill of Object.keys(preferSkills)) {
      if (team.length === 0 || team.some(({ skills }) => Object.hasOwn(skills, skill))) continue;
      const message = `has no effect: nobody in group ${quoted(group)} has it`;
      found.push(problem(["queues", index, "preferSkills", skill], message));
    }
    return found;
  });
}

/** Steps of a ladder for a metric that no policy with this ladder promises. */
export function stepsWithoutPromise({ slaPolicies, escalationPolicies }: Config): ConfigProblem[] {
  return escalationPolicies.flatMap(({ id, steps }, index) => {
    const policies = slaPolicies.filter(({ escalation }) => escalation === id);
    if (policies.length === 0) return [];
    return steps.flatMap(({ metric }, step) => {
      if (metric === undefined) return [];
      const isPromised = policies.some(({ targets }) =>
        Object.values(targets).some((target) => target?.[metric] !== undefined),
      );
      const message = `is never taken: no SLA policy with this ladder promises a ${metric}`;
      return isPromised ? [] : [problem(["escalationPolicies", index, "steps", step, "metric"], message)];
    });
  });
}
