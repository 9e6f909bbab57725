import type { AgentConfig, Config, IntakeFieldConfig } from "./config.ts";
import { ms } from "./duration.ts";

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
}

/** The policy of a group, or `undefined` if the configuration has no such group. */
export function policyOf(config: Config, groupId: string): Policy | undefined {
  const group = config.groups.find((candidate) => candidate.id === groupId);
  if (group === undefined) return undefined;
  return {
    group: group.id,
    prefix: group.prefix,
    defaultQueue: defaultQueueOf(config, groupId),
    reopenWithinMs: ms(config.desk.reopenWithin),
    autoCloseResolvedAfterMs: ms(config.desk.autoCloseResolvedAfter),
    claimOnAnswer: config.desk.claimOnAnswer,
    intakeFields: config.intake.fields,
    intakeHoldMs: ms(config.intake.holdFor),
  };
}

/** The desk's default queue where it belongs to the group, otherwise the group's first. */
function defaultQueueOf(config: Config, groupId: string): string {
  const own = config.queues.filter((queue) => queue.group === groupId);
  const preferred = own.find((queue) => queue.id === config.routing.defaultQueue) ?? own[0];
  return preferred?.id ?? config.routing.defaultQueue;
}

/** The group that takes a customer who names none: the one of the default queue. */
export function defaultGroupOf(config: Config): string {
  const queue = config.queues.find((candidate) => candidate.id === config.routing.defaultQueue);
  return queue?.group ?? config.groups[0]!.id;
}

/** The group that a `/start` payload names: its id, alone or before an underscore (`vip_order1001`). */
export function groupOfPayload(config: Config, payload: string): string | undefined {
  const named = payload.split("_", 1)[0];
  return config.groups.find((group) => group.id === named)?.id;
}

/** The agents who work in a group. */
export function agentsOf(config: Config, groupId: string): AgentConfig[] {
  return config.agents.filter((agent) => agent.groups.includes(groupId));
}

/** Whether an agent may act for others in a group: a lead by role, or named in the group's `leads`. */
export function isLead(config: Config, groupId: string, agent: AgentConfig): boolean {
  if (agent.role === "lead") return true;
  return config.groups.find((group) => group.id === groupId)?.leads.includes(agent.telegramId) ?? false;
}
