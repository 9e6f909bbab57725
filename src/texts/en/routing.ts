import type { Candidate, Stage } from "../../domain/routing/assignment.ts";
import type { RoutingStep } from "../../domain/routing/steps.ts";
import type { MissingSkill, UnmetIn } from "../../domain/routing/unmet.ts";
import type { RoutingChange, RoutingWhy } from "../../domain/routing/why.ts";
import type { Unavailable } from "../../domain/team/presence.ts";
import type { SkillGap, SkillLevels } from "../../domain/team/skills.ts";
import { unfitWords } from "./systems.ts";
import { durationWords } from "./when.ts";

/** Who gets a ticket, and why. What an earlier release has stored in words is shown as it is. */

const UNAVAILABLE_WORDS: Record<Unavailable, string> = {
  away: "away",
  offline: "offline",
  off_shift: "not on shift",
};

export function unavailableWords(because: string): string {
  return (UNAVAILABLE_WORDS as Partial<Record<string, string>>)[because] ?? because;
}

type WhyOf<Code extends RoutingWhy["why"]> = Extract<RoutingWhy, { why: Code }>;

const ROUTING_WHY: { [Code in RoutingWhy["why"]]: (facts: WhyOf<Code>) => string } = {
  unavailable: ({ because }) => (because === null ? "not available" : unavailableWords(because)),
  no_room: ({ open, capacity }) => `no room: ${open} of ${capacity} slots used`,
  declined: () => "declined it",
  lacks: ({ skills }) => `lacks ${skills.map(gapWords).join(", ")}`,
  waits_for: ({ skills }) => `waits for ${skills.map(gapWords).join(", ")}`,
  preferred_agent: () => "preferred agent of this customer",
  skills_match: ({ skills, percent }) =>
    `${skills.join(", ")} skills match${percent === 100 ? " fully" : ` ${percent} %`}`,
  served_customer: () => "served this customer before",
  served_tier: () => "knows customers of this tier",
  slots: ({ open, capacity }) => `${open} of ${capacity} slots used`,
};

export function routingWhyWords(why: RoutingWhy | string): string {
  if (typeof why === "string") return why;
  const say = ROUTING_WHY[why.why] as (facts: RoutingWhy) => string;
  return say(why);
}

function gapWords({ skill, wanted, has, expired }: SkillGap): string {
  return `${skill} ${wanted} (${expired === true ? "expired" : has === 0 ? "has none" : `has ${has}`})`;
}

type ChangeOf<Code extends RoutingChange["change"]> = Extract<RoutingChange, { change: Code }>;

const ROUTING_CHANGE: { [Code in RoutingChange["change"]]: (facts: ChangeOf<Code>) => string } = {
  preferred_skills_drop: ({ levels }) => `preferred skills drop by ${levels}`,
  preferred_skills_over: () => "preferred skills are not looked at any more",
  skills_over: ({ pool }) =>
    `the next available agent gets it regardless of skill${pool === null ? "" : `; if there is none, it goes to ${pool}`}`,
  goes_on: ({ assignee }) => `it goes on if ${assignee} has not answered`,
  agent_back: ({ agent }) => `${agent} is back`,
  shift_begins: ({ agent }) => `the shift of ${agent} begins`,
  enrichment_over: () => "the enrichment is waited for no longer",
};

export function routingChangeWords(what: RoutingChange): string {
  const say = ROUTING_CHANGE[what.change] as (facts: RoutingChange) => string;
  return say(what);
}

/** People whom an answer names one by one. */
const NAMED_MAX = 5;

/** Skills that no agent has, one by one, for people who read why a ticket waits. */
export function unmetWords(unmet: UnmetIn): string[] {
  const where = `in ${unmet.group}`;
  if ("together" in unmet) return [`nobody ${where} has all of ${pairs(unmet.together)} at once`];
  return unmet.missing.map((one) => {
    const most = one.best === 0 ? "" : `, at most ${one.best}`;
    return `nobody ${where} who takes tickets has ${one.skill} ${one.level}${most}${whyNot(one)}`;
  });
}

/** Agents who have a skill and still do not count; empty if there are none. */
function whyNot({ expired, idle }: MissingSkill): string {
  const why = [
    ...(expired.length === 0 ? [] : [`it has expired for ${listed(expired)}`]),
    ...(idle.length === 0 ? [] : [`the capacity of ${listed(idle)} is 0`]),
  ];
  return why.length === 0 ? "" : ` (${why.join("; ")})`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

type StepOf<Code extends RoutingStep["step"]> = Extract<RoutingStep, { step: Code }>;

const ROUTING_STEP: { [Code in RoutingStep["step"]]: (facts: StepOf<Code>) => string | string[] } = {
  enrichment_timeout: () => "the enrichment did not answer in time: what is known decides",
  enrichment_failed: () => "the enrichment failed: what is known decides",
  enrichment_said: enrichmentWords,
  by_hand: ({ queue }) => `somebody put it into ${queue}: no rule moves it`,
  rule: ruleWords,
  no_rule: ({ queue }) => `no rule holds: it goes to ${queue}`,
  no_queue_named: ({ queue }) => `none of these names a queue: it goes to ${queue}`,
  waited: ({ stage, isLast, waitedMs }) => {
    const waited = waitedMs === 0 ? "has not waited yet" : `has waited ${durationWords(waitedMs)}`;
    return `it ${waited}: ${stageWords(stage, isLast)}`;
  },
  to_pool: ({ from, queue }) => `nobody in ${from} could take it: it goes to ${queue}`,
  requires: ({ skills }) => (Object.keys(skills).length === 0 ? [] : `requires ${pairs(skills)}`),
  skills_unknown: ({ group, why }) =>
    `what the skills service says is not known in ${group}, because ${why}: the configuration's skills count`,
  unmet: unmetWords,
  nobody_works: ({ group }) => `nobody works in ${group}`,
  goes_to: ({ candidate }) => candidateWords(candidate),
  nobody_now: ({ candidates }) => {
    const named = candidates.slice(0, CANDIDATES_NAMED_MAX).map(candidateWords);
    const more = candidates.length - named.length;
    return [`nobody can take it now`, ...named, ...(more > 0 ? [`… and ${more} more`] : [])];
  },
  claimed: ({ queue }) => `agents claim the tickets of ${queue}: nobody is given any`,
};

/** Agents whom an answer in words names one by one; the candidates have them all. */
const CANDIDATES_NAMED_MAX = 10;

/** A line each. */
export function routingStepWords(steps: readonly RoutingStep[]): string[] {
  return steps.flatMap((one) => (ROUTING_STEP[one.step] as (facts: RoutingStep) => string | string[])(one));
}

function candidateWords({ agent, why }: Candidate): string {
  return `${agent.name}: ${why.map(routingWhyWords).join(", ")}`;
}

function ruleWords({ rule, does: { when, queue, priority, requireSkills } }: StepOf<"rule">): string {
  const facts = Object.entries(when).map(([fact, value]) =>
    typeof value === "object" ? pairs(value) : `${fact} ${value}`,
  );
  const effects = [
    ...(queue === undefined ? [] : [`queue ${queue}`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(requireSkills === undefined ? [] : [`requires ${pairs(requireSkills)}`]),
  ];
  return `rule ${rule} holds (${facts.join(", ") || "always"}): ${effects.join(", ") || "nothing"}`;
}

function stageWords(stage: Stage, isLast: boolean): string {
  switch (stage.kind) {
    case "strict":
      return "everything counts that the queue wants";
    case "relaxed":
      return isLast
        ? "preferred skills are not looked at any more"
        : `preferred skills are ${stage.levels} lower`;
    case "override":
      return "the next available agent gets it regardless of skill";
    default:
      return stage satisfies never;
  }
}

function enrichmentWords({ profile, ignored, ageMs, stale }: StepOf<"enrichment_said">): string[] {
  const { tier, segment, category, language, preferredAgent, reason, attributes } = profile;
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
  const age = ageMs === null ? "" : `, as of ${ageWords(ageMs)}`;
  return [
    `the enrichment says ${said.join(", ") || "nothing"}${age}${stale ? ", which is stale" : ""}`,
    ...(reason === null ? [] : [`the enrichment's own words: ${reason}`]),
    ...ignored.map((one) => `left out: ${unfitWords(one)}`),
  ];
}

function ageWords(ageMs: number): string {
  const minutes = Math.round(ageMs / 60_000);
  return minutes === 0 ? "now" : `${durationWords(minutes * 60_000)} ago`;
}

function pairs(values: Readonly<Record<string, unknown>> | SkillLevels): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(", ");
}
