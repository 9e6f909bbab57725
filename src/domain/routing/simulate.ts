import type { Config } from "../config.ts";
import { durationWords, ms } from "../duration.ts";
import { defaultGroupOf, groupOfPayload, policyOf } from "../policy.ts";
import type { Priority } from "../priority.ts";
import {
  assign,
  type AgentNow,
  type Assignment,
  type Candidate,
  type QueueRouting,
  type Stage,
} from "./assignment.ts";
import { factsKnown } from "./known.ts";
import { availableFrom, unavailableBecause, type Presence } from "./presence.ts";
import { isStale, NO_PROFILE, type Profile } from "./profile.ts";
import { route, type RoutingFacts } from "./rules.ts";
import { highest, type SkillLevels } from "./skills.ts";
import { assignmentInWords, requiredInWords, routeInWords, stageInWords } from "./words.ts";

/** What came of asking another system, or would have. */
export type EnrichmentOutcome = { profile: Profile; ignored: readonly string[] } | "timeout" | "error";

/** How an agent is said to be, where that differs from who is there on shift and has nothing in hand. */
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

/** A ticket that nobody has, as somebody makes it up. */
export interface Rehearsal {
  facts: RoutingFacts;
  /** What it weighs in its queue; null: what the enrichment says, otherwise its tier's score. */
  priorityScore: number | null;
  waitedMs: number;
  /** Where somebody put it by hand: no rule moves it then. Null: nobody has. */
  queue: string | null;
  declined: readonly number[];
  /** The group to which the customer wrote; null: the one that their link or the desk's default names. */
  group: string | null;
  /** By their ids. */
  agents: ReadonlyMap<number, AgentGiven>;
  /** Null: nobody was asked. */
  enrichment: EnrichmentOutcome | null;
}

/** Where a ticket goes and who gets it, with everything that led there. Instants in ms since 1970. */
export interface Simulation {
  queue: string;
  /** Whose queue that is. */
  group: string;
  priority: Priority;
  priorityScore: number;
  requireSkills: SkillLevels;
  assignee: { id: number; name: string } | null;
  reason: string[];
  /** The places of the rules that hold, from 0. */
  rules: number[];
  stage: Stage;
  candidates: Candidate[];
  next: { at: number; what: string } | null;
}

/** Does with a made-up ticket what the desk does with a real one: the same rules, the same scorer, and no effect. */
export function simulate(config: Config, rehearsal: Rehearsal, now: number): Simulation {
  const { waitedMs, declined, agents } = rehearsal;
  const profile = profileOfOutcome(rehearsal.enrichment);
  const facts = factsKnown(rehearsal.facts, profile);
  const home = rehearsal.group ?? groupOfPayload(config, facts.payload ?? "") ?? defaultGroupOf(config);
  const policy = policyOf(config, home, now)!;
  const ruled = route(facts, policy.routing, now, policy.defaultQueue);
  const ownSkills = highest(ruled.requireSkills, profile.requireSkills);
  const first = policy.queues.get(rehearsal.queue ?? ruled.queue)!;
  const { tier } = facts;
  const waited: Wait = { ownSkills, preferredAgent: profile.preferredAgent, tier, declined, waitedMs };
  const there = waitIn(config, first, waited, agents, now);
  const pool = first.pool === null ? undefined : policy.queues.get(first.pool);
  const { assignee: anybody, stage } = there.assignment;
  const movesOn = pool !== undefined && first.auto && anybody === null && stage.kind === "override";
  // In another group its wait begins anew, and nobody has declined it.
  const { queue, requireSkills, team, assignment } = movesOn
    ? waitIn(config, pool, { ...waited, declined: [], waitedMs: 0 }, agents, now)
    : there;
  const isAssigned = queue.auto && assignment.assignee !== null;
  return {
    queue: queue.id,
    group: queue.group,
    priority: ruled.priority ?? "normal",
    priorityScore:
      rehearsal.priorityScore ?? profile.priorityScore ?? config.tiers[facts.tier ?? ""]?.score ?? 0,
    requireSkills,
    assignee: isAssigned ? assignment.assignee : null,
    reason: [
      ...enrichmentInWords(rehearsal.enrichment, config, now),
      ...(rehearsal.queue === null
        ? routeInWords(ruled, config)
        : [`somebody put it into ${rehearsal.queue}: no rule moves it`]),
      ...(movesOn
        ? [
            stageInWords(stage, first, waitedMs),
            `nobody in ${first.id} could take it: it goes to ${queue.id}`,
          ]
        : []),
      ...requiredInWords(requireSkills),
      ...(queue.auto
        ? [
            stageInWords(assignment.stage, queue, movesOn ? 0 : waitedMs),
            ...assignmentInWords(assignment, queue.group),
          ]
        : [`agents claim the tickets of ${queue.id}: nobody is given any`]),
    ],
    rules: ruled.rules,
    stage: assignment.stage,
    candidates: assignment.candidates,
    next: queue.auto ? nextOf(assignment, queue, team, agents, now) : null,
  };
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
): { queue: QueueRouting; requireSkills: SkillLevels; team: AgentNow[]; assignment: Assignment } {
  const requireSkills = highest(queue.requireSkills, ownSkills);
  const team = policyOf(config, queue.group, now)!.roster.agents.map((agent): AgentNow => {
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

/** How well they know a customer of this tier, as `AgentNow` has it. */
function historyOf(given: AgentGiven | undefined, tier: string | null): number {
  if (given?.handledBefore === true) return 1;
  return tier !== null && given?.servedTiers.includes(tier) === true ? 0.5 : 0;
}

function profileOfOutcome(outcome: EnrichmentOutcome | null): Profile {
  return outcome === null || typeof outcome === "string" ? NO_PROFILE : outcome.profile;
}

/** Time changes who can take it, and whoever got it has the time that their queue gives. */
function nextOf(
  { assignee, next }: Assignment,
  { answerWithinMs }: QueueRouting,
  team: readonly AgentNow[],
  given: Rehearsal["agents"],
  now: number,
): Simulation["next"] {
  if (assignee !== null) {
    if (answerWithinMs === null) return null;
    return { at: now + answerWithinMs, what: `it goes on if ${assignee.name} has not answered` };
  }
  const returns = team.flatMap(({ agent }) => {
    const at = availableFrom(presenceOf(given.get(agent.id)), agent.shift, now);
    return at === null ? [] : [{ at, what: `the shift of ${agent.name} begins` }];
  });
  return [...(next === null ? [] : [next]), ...returns].sort((a, b) => a.at - b.at)[0] ?? null;
}

function presenceOf(given: AgentGiven | undefined): Presence {
  return { availability: given?.availability ?? "online", until: null };
}

function enrichmentInWords(outcome: EnrichmentOutcome | null, { routing }: Config, now: number): string[] {
  if (outcome === null) return [];
  if (outcome === "timeout") return ["the enrichment did not answer in time: what is known decides"];
  if (outcome === "error") return ["the enrichment failed: what is known decides"];
  const { profile, ignored } = outcome;
  const { tier, segment, category, language, preferredAgent, reason, asOf, attributes } = profile;
  const said = Object.entries({
    tier,
    segment,
    category,
    language,
    "preferred agent": preferredAgent,
    ...attributes,
  })
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key} ${value}`);
  const staleAfterMs = ms(routing.enrichment?.staleAfter ?? "7d");
  const age = asOf === null ? "" : `, as of ${ageInWords(now - asOf)}`;
  const stale = isStale(profile, staleAfterMs, now) ? ", which is stale" : "";
  return [
    `the enrichment says ${said.join(", ") || "nothing"}${age}${stale}`,
    ...(reason === null ? [] : [`the enrichment's own words: ${reason}`]),
    ...ignored.map((what) => `left out: ${what}`),
  ];
}

function ageInWords(ageMs: number): string {
  const minutes = Math.round(ageMs / 60_000);
  return minutes === 0 ? "now" : `${durationWords(minutes * 60_000)} ago`;
}
