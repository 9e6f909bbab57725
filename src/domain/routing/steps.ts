import type { Config } from "../config/config.ts";
import type { SkillLevels } from "../team/skills.ts";
import type { Assignment, Candidate, QueueRouting, Stage } from "./assignment.ts";
import type { Profile, Unfit } from "./profile.ts";
import type { Route } from "./rules.ts";
import type { UnmetIn } from "./unmet.ts";

type RuleConfig = Config["routing"]["rules"][number];

/** What led a ticket to where it is, step by step, as codes with facts. Durations in ms. */
export type RoutingStep =
  | { step: "enrichment_timeout" | "enrichment_failed" }
  /** `ageMs` null: it names no age. */
  | {
      step: "enrichment_said";
      profile: Profile;
      ignored: readonly (Unfit | string)[];
      ageMs: number | null;
      stale: boolean;
    }
  | { step: "by_hand"; queue: string }
  /** `rule`: its place in the configuration, from 0. */
  | { step: "rule"; rule: number; does: RuleConfig }
  | { step: "no_rule"; queue: string }
  | { step: "no_queue_named"; queue: string }
  /** `isLast`: no preferred skills are left. */
  | { step: "waited"; waitedMs: number; stage: Stage; isLast: boolean }
  | { step: "to_pool"; from: string; queue: string }
  | { step: "requires"; skills: SkillLevels }
  | { step: "skills_unknown"; group: string; why: string }
  | ({ step: "unmet" } & UnmetIn)
  | { step: "nobody_works"; group: string }
  | { step: "goes_to"; candidate: Candidate }
  | { step: "nobody_now"; candidates: Candidate[] }
  | { step: "claimed"; queue: string };

/** What decided where a ticket goes, rule by rule. */
export function ruleSteps({ rules, queue }: Pick<Route, "rules" | "queue">, config: Config): RoutingStep[] {
  if (rules.length === 0) return [{ step: "no_rule", queue }];
  const holding = rules.map((rule) => ({ rule, does: config.routing.rules[rule]! }));
  const steps = holding.map((one): RoutingStep => ({ step: "rule", ...one }));
  const isNamed = holding.some(({ does }) => does.queue !== undefined);
  return isNamed ? steps : [...steps, { step: "no_queue_named", queue }];
}

/** How far a wait has let go of what the queue wants. */
export function waitedStep(stage: Stage, { relaxAfterMs }: QueueRouting, waitedMs: number): RoutingStep {
  const isLast = stage.kind === "relaxed" && stage.levels >= relaxAfterMs.length;
  return { step: "waited", waitedMs, stage, isLast };
}

/** The agent who gets it, or why no agent does. */
export function assignmentStep({ assignee, candidates }: Assignment, group: string): RoutingStep {
  const [best] = candidates;
  if (best === undefined) return { step: "nobody_works", group };
  return assignee === null ? { step: "nobody_now", candidates } : { step: "goes_to", candidate: best };
}
