import type { Config, IntakeFieldConfig } from "../config/config.ts";
import { ms } from "../duration.ts";
import type { QueueRouting } from "../routing/assignment.ts";
import { queueRoutingsOf } from "../routing/queues.ts";
import { routingRulesOf, type RoutingRules } from "../routing/rules.ts";
import { slaRulesOf, type SlaPolicy, type SlaRules } from "../sla/sla-policy.ts";
import { rosterOf, type Roster } from "../team/roster.ts";
import type { SkillTable } from "../team/skill-table.ts";

/** What `decide` needs to know of the configuration, for one group, durations in milliseconds. */
export interface Policy {
  group: string;
  prefix: string;
  defaultQueue: string;
  reopenWithinMs: number;
  autoCloseResolvedAfterMs: number;
  claimOnAnswer: boolean;
  intakeFields: readonly IntakeFieldConfig[];
  intakeHoldMs: number;
  sla: SlaRules;
  /** In which zone people read times about promises of an SLA policy, or about anything else (null). */
  zoneFor(sla: SlaPolicy | null): string;
  roster: Roster;
  routing: RoutingRules;
  /** Whether the whole group reads why an agent got a ticket. */
  showsReason: boolean;
  /** Whether a ticket fills a slot of its agent while the customer is to answer. */
  countsWaiting: boolean;
  /** How old a profile may be by its own date; null: no system is asked. */
  profileStaleAfterMs: number | null;
  /** Every queue of the desk, by its id. */
  queues: ReadonlyMap<string, QueueRouting>;
}

/**
 * The policy of a group, or `undefined` if the configuration has no such group. `since`: when the configuration came
 * into force there, in ms since 1970. `skills`: what a skills service says that agents can do, if there is one.
 */
export function policyOf(
  config: Config,
  groupId: string,
  since: number,
  skills: SkillTable | null = null,
): Policy | undefined {
  const group = config.groups.find((candidate) => candidate.id === groupId);
  if (group === undefined) return undefined;
  const { enrichment } = config.routing;
  const sla = slaRulesOf(config, since);
  const timeZone = timeZoneOf(config);
  return {
    group: group.id,
    prefix: group.prefix,
    defaultQueue: defaultQueueOf(config, groupId),
    reopenWithinMs: ms(config.desk.reopenWithin),
    autoCloseResolvedAfterMs: ms(config.desk.autoCloseResolvedAfter),
    claimOnAnswer: config.desk.claimOnAnswer,
    intakeFields: config.intake.fields,
    intakeHoldMs: ms(config.intake.holdFor),
    sla,
    zoneFor: (one) => config.desk.timeZone ?? one?.calendar.timeZone ?? timeZone,
    roster: rosterOf(config, groupId, skills),
    routing: routingRulesOf(config),
    showsReason: config.routing.showReason === "group",
    countsWaiting: config.routing.capacityCounts === "all_open",
    profileStaleAfterMs: enrichment === undefined ? null : ms(enrichment.staleAfter),
    queues: queueRoutingsOf(config),
  };
}

/** The desk's zone: the one that it names, otherwise that of the calendar for customers without a tier. */
export function timeZoneOf(config: Config): string {
  const usual = slaRulesOf(config, 0).policyFor({ tier: null, queue: config.routing.defaultQueue });
  return config.desk.timeZone ?? usual?.calendar.timeZone ?? config.calendars[0]?.timeZone ?? "UTC";
}

/** The desk's default queue where it belongs to the group, otherwise the group's first. */
export function defaultQueueOf(config: Config, groupId: string): string {
  const own = config.queues.filter((queue) => queue.group === groupId);
  const preferred = own.find((queue) => queue.id === config.routing.defaultQueue) ?? own[0];
  return preferred?.id ?? config.routing.defaultQueue;
}

/** The queues of the policy's group. */
export function queuesOf({ queues, group }: Policy): string[] {
  return [...queues.values()].flatMap((queue) => (queue.group === group ? [queue.id] : []));
}

/** The group that takes a customer who names none: the one of the default queue. */
export function defaultGroupOf(config: Config): string {
  const queue = config.queues.find((candidate) => candidate.id === config.routing.defaultQueue);
  return queue?.group ?? config.groups[0]!.id;
}

/**
 * The group to which a `/start` payload leads: one that has it among its `entry`, alone or before an underscore
 * (`vip_order1001`); of several the longest match. Anyone can type a payload, so it only leads to groups that name it.
 */
export function groupOfPayload(config: Config, payload: string): string | undefined {
  const fitting = config.groups.flatMap(({ id, entry }) =>
    entry.filter((one) => payload === one || payload.startsWith(`${one}_`)).map((one) => ({ id, one })),
  );
  fitting.sort((a, b) => b.one.length - a.one.length);
  return fitting[0]?.id;
}
