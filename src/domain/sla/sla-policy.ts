import { BusinessCalendar } from "../calendar/calendar.ts";
import type { Config, EscalationPolicyConfig, SlaPolicyConfig } from "../config/config.ts";
import { ms } from "../duration.ts";
import { METRICS, type Metric } from "../metric.ts";
import { PRIORITIES, type Priority } from "../priority.ts";

/** Business time: opening hours only. Wall time: every hour. */
export type ClockKind = "business" | "wall";
export type EscalationAction = EscalationPolicyConfig["steps"][number]["actions"][number];

export interface EscalationStep {
  at: "warning" | "breach";
  /** How long after the breach, in ms. */
  afterMs: number;
  clock: ClockKind;
  metric: Metric | null;
  actions: readonly EscalationAction[];
}

export interface EscalationPolicy {
  id: string;
  cooldownMs: number;
  steps: readonly EscalationStep[];
}

/** An SLA policy as the clocks use it; targets in ms. */
export interface SlaPolicy {
  id: string;
  calendar: BusinessCalendar;
  targets: Record<Priority, Partial<Record<Metric, number>>>;
  firstResponseStarts: "created" | "claimed";
  /** Whether the resolution clock stands still while the customer has the turn. */
  pausesWhileWaiting: boolean;
  /** How long before a due instant to warn, longest first. */
  warnings: readonly { beforeMs: number; clock: ClockKind }[];
  escalation: EscalationPolicy | null;
}

/** The SLA part of a configuration. */
export interface SlaRules {
  /** Since when these rules are in force, in ms since 1970: what they make due earlier is due from then on. */
  since: number;
  policyFor(ticket: { tier: string | null; queue: string }): SlaPolicy | null;
}

export const NO_SLA: SlaRules = { since: 0, policyFor: () => null };

/** By the ticket's tier where it is known, otherwise by its queue, otherwise by the default tier. */
export function slaRulesOf(config: Config, since: number): SlaRules {
  const policies = new Map(config.slaPolicies.map((policy) => [policy.id, slaPolicyOf(policy, config)]));
  const ofQueue = new Map(config.queues.map((queue) => [queue.id, queue.slaPolicy]));
  const fallback = defaultTierOf(config);
  const named = (id: string | undefined): SlaPolicy | null =>
    id === undefined ? null : (policies.get(id) ?? null);
  return {
    since,
    policyFor: ({ tier, queue }) =>
      named(config.tiers[tier ?? ""]?.slaPolicy) ??
      named(ofQueue.get(queue)) ??
      named(config.tiers[fallback ?? ""]?.slaPolicy),
  };
}

/** The tier of customers whose tier is unknown; `null` if the desk has no tiers. */
function defaultTierOf(config: Config): string | null {
  if (config.routing.defaultTier !== undefined) return config.routing.defaultTier;
  const tiers = Object.entries(config.tiers).sort(([, a], [, b]) => a.score - b.score);
  return tiers[0]?.[0] ?? null;
}

function slaPolicyOf(policy: SlaPolicyConfig, config: Config): SlaPolicy | null {
  const calendar = config.calendars.find(({ id }) => id === policy.calendar);
  if (calendar === undefined) return null;
  const ladder = config.escalationPolicies.find(({ id }) => id === policy.escalation);
  return {
    id: policy.id,
    calendar: BusinessCalendar.of(calendar),
    targets: targetsOf(policy),
    firstResponseStarts: policy.firstResponseStarts,
    pausesWhileWaiting: policy.pauseResolutionWhile.includes("waiting"),
    warnings: policy.warnings
      .map(({ before, clock }) => ({ beforeMs: ms(before), clock }))
      .sort((a, b) => b.beforeMs - a.beforeMs),
    escalation: ladder === undefined ? null : escalationPolicyOf(ladder),
  };
}

/** A priority without targets of its own has those of `normal`. */
function targetsOf(policy: SlaPolicyConfig): SlaPolicy["targets"] {
  const entries = PRIORITIES.map((priority) => {
    const targets = policy.targets[priority] ?? policy.targets.normal ?? {};
    const own = METRICS.flatMap((metric) => {
      const target = targets[metric];
      return target === undefined ? [] : [[metric, ms(target)] as const];
    });
    return [priority, Object.fromEntries(own)] as const;
  });
  return Object.fromEntries(entries) as SlaPolicy["targets"];
}

function escalationPolicyOf(policy: EscalationPolicyConfig): EscalationPolicy {
  return {
    id: policy.id,
    cooldownMs: ms(policy.cooldown),
    steps: policy.steps.map((step) => ({
      at: step.at,
      afterMs: step.after === undefined ? 0 : ms(step.after),
      clock: step.clock,
      metric: step.metric ?? null,
      actions: step.actions,
    })),
  };
}
