import type { Config } from "../config/config.ts";
import { ms } from "../duration.ts";
import type { Priority } from "../priority.ts";
import {
  assign,
  type AgentNow,
  type Assignment,
  type Candidate,
  type QueueRouting,
  type Stage,
} from "../routing/assignment.ts";
import { factsKnown } from "../routing/known.ts";
import { fitted, isStale, NO_PROFILE, type Profile, type Unfit } from "../routing/profile.ts";
import { route, type RoutingFacts } from "../routing/rules.ts";
import { assignmentStep, ruleSteps, waitedStep, type RoutingStep } from "../routing/steps.ts";
import { Team, type UnmetIn } from "../routing/unmet.ts";
import type { NextChange } from "../routing/why.ts";
import { availableFrom, unavailableBecause, type Presence } from "../team/presence.ts";
import { NO_SKILLS_SERVICE, type SkillsKnown, type SkillTable } from "../team/skill-table.ts";
import { highest, type SkillLevels } from "../team/skills.ts";
import { defaultGroupOf, groupOfPayload, policyOf } from "../ticket/policy.ts";

/** What came of asking another system, as it said it, or would have. */
export type EnrichmentOutcome =
  | { profile: Profile; ignored: readonly (Unfit | string)[] }
  | "timeout"
  | "error";

/** An agent's given state, if it differs from being online on shift without tickets. */
export interface AgentGiven {
  availability: Presence["availability"];
  open: number;
  /** In ms since 1970; null: never. */
  lastAssignedAt: number | null;
  /** Whether they have had this customer before. */
  handledBefore: boolean;
  /** The tiers of the customers whom they have been given in the queue's group. */
  servedTiers: readonly string[];
}

/** A made-up ticket without an assignee. */
export interface Rehearsal {
  facts: RoutingFacts;
  /** What it weighs in its queue; null: what the enrichment says, otherwise its tier's score. */
  priorityScore: number | null;
  waitedMs: number;
  /** The queue into which it was put by hand: no rule moves it then. Null: none. */
  queue: string | null;
  declined: readonly number[];
  /** The group to which the customer wrote; null: the one that their link or the desk's default names. */
  group: string | null;
  /** By their ids. */
  agents: ReadonlyMap<number, AgentGiven>;
  /** Null: no system was asked. */
  enrichment: EnrichmentOutcome | null;
}

/** Where a ticket goes and which agent gets it, with everything that led there. Instants in ms since 1970. */
export interface Simulation {
  queue: string;
  /** Whose queue that is. */
  group: string;
  priority: Priority;
  priorityScore: number;
  requireSkills: SkillLevels;
  assignee: { id: number; name: string } | null;
  reason: RoutingStep[];
  /** The places of the rules that hold, from 0. */
  rules: number[];
  stage: Stage;
  candidates: Candidate[];
  /** Why no agent could ever be given it; null if one could, or where agents choose. */
  unmet: UnmetIn | null;
  /** In which groups a skills service's word was used, and when that came, or why there was none. */
  skills: { group: string; asOf: number | null; why: string | null }[];
  next: NextChange | null;
}

/** Does with a made-up ticket what the desk does with a real one: the same rules, the same scorer, and no effect. */
export function simulate(
  config: Config,
  rehearsal: Rehearsal,
  now: number,
  skills: SkillsKnown = NO_SKILLS_SERVICE,
): Simulation {
  const { waitedMs, declined, agents } = rehearsal;
  const { home, enrichment, profile, facts, policy, ruled, first } = placed(config, rehearsal, now, skills);
  const ownSkills = highest(ruled.requireSkills, profile.requireSkills);
  const waited: Wait = {
    ownSkills,
    preferredAgent: profile.preferredAgent,
    tier: facts.tier,
    declined,
    waitedMs,
  };
  const there = waitIn(config, first, waited, agents, now, skills);
  const pool = first.pool === null ? undefined : policy.queues.get(first.pool);
  const { assignee: anybody, stage } = there.assignment;
  const movesOn = pool !== undefined && first.auto && anybody === null && stage.kind === "override";
  // In another group its wait begins anew; agents who declined it are not asked there either.
  const { queue, requireSkills, team, assignment } = movesOn
    ? waitIn(config, pool, { ...waited, waitedMs: 0 }, agents, now, skills)
    : there;
  const used = [...new Set([...(enrichment === null ? [] : [home]), first.group, queue.group])].flatMap(
    (group) => heardIn(group, skills),
  );
  const isAssigned = queue.auto && assignment.assignee !== null;
  const unmet = queue.auto && !isAssigned ? unmetNow(queue, requireSkills, team, assignment, now) : null;
  return {
    queue: queue.id,
    group: queue.group,
    priority: ruled.priority ?? "normal",
    priorityScore:
      rehearsal.priorityScore ?? profile.priorityScore ?? config.tiers[facts.tier ?? ""]?.score ?? 0,
    requireSkills,
    assignee: isAssigned ? assignment.assignee : null,
    reason: [
      ...enrichmentStep(enrichment, config, now),
      ...(rehearsal.queue === null
        ? ruleSteps(ruled, config)
        : [{ step: "by_hand", queue: rehearsal.queue } as const]),
      ...(movesOn
        ? [waitedStep(stage, first, waitedMs), { step: "to_pool", from: first.id, queue: queue.id } as const]
        : []),
      { step: "requires", skills: requireSkills },
      ...used.flatMap(({ group, why }) =>
        why === null ? [] : [{ step: "skills_unknown", group, why } as const],
      ),
      ...(queue.auto
        ? [
            waitedStep(assignment.stage, queue, movesOn ? 0 : waitedMs),
            ...(unmet === null ? [] : [{ step: "unmet", ...unmet } as const]),
            assignmentStep(assignment, queue.group),
          ]
        : [{ step: "claimed", queue: queue.id } as const]),
    ],
    rules: ruled.rules,
    stage: assignment.stage,
    candidates: assignment.candidates,
    unmet,
    skills: used,
    next: queue.auto ? nextOf(assignment, queue, team, agents, now) : null,
  };
}

/** The groups in which an agent could get a rehearsed ticket, or in which it is judged. */
export function groupsOf(config: Config, rehearsal: Rehearsal, now: number): string[] {
  const { home, policy, first } = placed(config, rehearsal, now, NO_SKILLS_SERVICE);
  const pool = first.pool === null ? undefined : policy.queues.get(first.pool);
  return [...new Set([home, first.group, ...(pool === undefined ? [] : [pool.group])])];
}

/** Where a rehearsed ticket goes first, by what is known of it. */
function placed(config: Config, rehearsal: Rehearsal, now: number, skills: SkillsKnown) {
  const { payload } = rehearsal.facts;
  const home = rehearsal.group ?? groupOfPayload(config, payload ?? "") ?? defaultGroupOf(config);
  const policy = policyOf(config, home, now)!;
  const enrichment = fittedOutcome(rehearsal.enrichment, config, skills.get(home)?.table ?? null);
  const profile = profileOfOutcome(enrichment);
  const facts = factsKnown(rehearsal.facts, profile);
  const ruled = route(facts, policy.routing, now, policy.defaultQueue);
  const first = policy.queues.get(rehearsal.queue ?? ruled.queue)!;
  return { home, enrichment, profile, facts, policy, ruled, first };
}

function fittedOutcome(
  outcome: EnrichmentOutcome | null,
  config: Config,
  table: SkillTable | null,
): EnrichmentOutcome | null {
  if (outcome === null || typeof outcome === "string") return outcome;
  const { profile, ignored } = fitted(outcome.profile, config, table);
  return { profile, ignored: [...outcome.ignored, ...ignored] };
}

function heardIn(group: string, skills: SkillsKnown): Simulation["skills"] {
  const known = skills.get(group);
  if (known === undefined) return [];
  return known.table === null
    ? [{ group, asOf: null, why: known.why }]
    : [{ group, asOf: known.table.receivedAt, why: null }];
}

interface Wait {
  /** What the rules and the other system want besides the queue. */
  ownSkills: SkillLevels;
  preferredAgent: number | null;
  tier: string | null;
  declined: readonly number[];
  waitedMs: number;
}

/** Who would take it in a queue. */
function waitIn(
  config: Config,
  queue: QueueRouting,
  { ownSkills, preferredAgent, tier, declined, waitedMs }: Wait,
  agents: Rehearsal["agents"],
  now: number,
  skills: SkillsKnown,
): { queue: QueueRouting; requireSkills: SkillLevels; team: AgentNow[]; assignment: Assignment } {
  const requireSkills = highest(queue.requireSkills, ownSkills);
  const table = skills.get(queue.group)?.table ?? null;
  const team = policyOf(config, queue.group, now, table)!.roster.agents.map((agent): AgentNow => {
    const given = agents.get(agent.id);
    const because = unavailableBecause(presenceOf(given), agent.shift, now);
    return {
      agent,
      available: because === null,
      unavailableBecause: because,
      open: given?.open ?? 0,
      lastAssignedAt: given?.lastAssignedAt ?? null,
      history: historyOf(given, tier),
    };
  });
  const need = { requireSkills, preferredAgent, declined, waitingSince: now - waitedMs };
  return { queue, requireSkills, team, assignment: assign(need, team, queue, now) };
}

function unmetNow(
  queue: QueueRouting,
  requireSkills: SkillLevels,
  team: readonly AgentNow[],
  { stage }: Assignment,
  now: number,
): UnmetIn | null {
  if (stage.kind === "override") return null;
  const members = team.map(({ agent }) => agent);
  const unmet = new Team(members, now).unmet(requireSkills);
  return unmet === null ? null : { ...unmet, group: queue.group };
}

/** How well they know a customer of this tier, as `AgentNow` has it. */
function historyOf(given: AgentGiven | undefined, tier: string | null): number {
  if (given?.handledBefore === true) return 1;
  return tier !== null && given?.servedTiers.includes(tier) === true ? 0.5 : 0;
}

function profileOfOutcome(outcome: EnrichmentOutcome | null): Profile {
  return outcome === null || typeof outcome === "string" ? NO_PROFILE : outcome.profile;
}

/** Time changes who can take it, and its agent has the time that their queue gives. */
function nextOf(
  { assignee, next }: Assignment,
  { answerWithinMs }: QueueRouting,
  team: readonly AgentNow[],
  given: Rehearsal["agents"],
  now: number,
): Simulation["next"] {
  if (assignee !== null) {
    if (answerWithinMs === null) return null;
    return { at: now + answerWithinMs, what: { change: "goes_on", assignee: assignee.name } };
  }
  const returns = team.flatMap(({ agent }): NextChange[] => {
    const at = availableFrom(presenceOf(given.get(agent.id)), agent.shift, now);
    return at === null ? [] : [{ at, what: { change: "shift_begins", agent: agent.name } }];
  });
  return [...(next === null ? [] : [next]), ...returns].sort((a, b) => a.at - b.at)[0] ?? null;
}

function presenceOf(given: AgentGiven | undefined): Presence {
  return { availability: given?.availability ?? "online", until: null };
}

function enrichmentStep(outcome: EnrichmentOutcome | null, { routing }: Config, now: number): RoutingStep[] {
  if (outcome === null) return [];
  if (outcome === "timeout") return [{ step: "enrichment_timeout" }];
  if (outcome === "error") return [{ step: "enrichment_failed" }];
  const { profile, ignored } = outcome;
  const stale = isStale(profile, ms(routing.enrichment?.staleAfter ?? "7d"), now);
  const ageMs = profile.asOf === null ? null : now - profile.asOf;
  return [{ step: "enrichment_said", profile, ignored, ageMs, stale }];
}
