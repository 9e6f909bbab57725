import type { Unavailable } from "../team/presence.ts";
import type { RosterAgent } from "../team/roster.ts";
import { hasSkills, highest, levelOf, missingSkills, type SkillLevels } from "../team/skills.ts";
import type { NextChange, RoutingWhy } from "./why.ts";

/** What counts how much when an agent is chosen; any numbers, only their relation matters. */
export interface Weights {
  preferredAgent: number;
  preferredSkills: number;
  history: number;
  spareCapacity: number;
}

/** How a queue hands out its tickets. Durations in ms. */
export interface QueueRouting {
  id: string;
  group: string;
  /** Whether the desk assigns, or agents claim. */
  auto: boolean;
  weights: Weights;
  requireSkills: SkillLevels;
  preferSkills: SkillLevels;
  /** After each of these waits preferred skills drop by a level; after the last they do not count any more. */
  relaxAfterMs: readonly number[];
  /** After this wait the next available agent gets it regardless of skill; null: never. */
  overrideAfterMs: number | null;
  /** The queue of another group to which it goes, once, if no agent takes it even then; null: the leads are told. */
  pool: string | null;
  /** An agent who does not answer in this time loses it; null: no limit. */
  answerWithinMs: number | null;
}

/** What a ticket needs of its agent. */
export interface Need {
  requireSkills: SkillLevels;
  preferredAgent: number | null;
  /** Who declined it. */
  declined: readonly number[];
  /** Since when it waits for an agent, in ms since 1970. */
  waitingSince: number;
}

/** An agent as they are at this moment. */
export interface AgentNow {
  agent: RosterAgent;
  available: boolean;
  /** Why not. */
  unavailableBecause: Unavailable | null;
  /** Tickets that they have. */
  open: number;
  /** When they last had their turn (`turnAt`), in ms since 1970; null: never. */
  lastAssignedAt: number | null;
  /** How well they know this customer: 1 if they had a ticket of theirs, 0.5 if of the same tier, else 0. */
  history: number;
}

/** How far a ticket's wait has let go of what it wants. */
export type Stage = { kind: "strict" } | { kind: "relaxed"; levels: number } | { kind: "override" };

export interface Candidate {
  agent: { id: number; name: string };
  eligible: boolean;
  /** Null if not eligible. */
  score: number | null;
  /** Each from 0 to 1, before weights. */
  parts: Weights;
  /** Why they are not eligible, or what speaks for them. */
  why: RoutingWhy[];
}

export interface Assignment {
  assignee: { id: number; name: string } | null;
  stage: Stage;
  /** Best first; agents who are not eligible last, by id. */
  candidates: Candidate[];
  /** When waiting alone changes something next, in ms since 1970; null: never. */
  next: NextChange | null;
}

/** The agent who gets a ticket at an instant, and why. The same facts give the same answer. */
export function assign(need: Need, agents: readonly AgentNow[], queue: QueueRouting, at: number): Assignment {
  const stage = stageAt(queue, at - need.waitingSince);
  const preferred = wantedAt(stage, queue, agents, at);
  const candidates = agents.map((one) => candidate(one, need, queue, stage, preferred, at));
  const order = new Map(agents.map(({ agent, lastAssignedAt }) => [agent.id, lastAssignedAt ?? -Infinity]));
  candidates.sort(
    (a, b) =>
      (b.score ?? -1) - (a.score ?? -1) ||
      order.get(a.agent.id)! - order.get(b.agent.id)! ||
      a.agent.id - b.agent.id,
  );
  const best = candidates[0];
  return {
    assignee: best?.eligible === true ? best.agent : null,
    stage,
    candidates,
    next: nextChange(need, queue, at),
  };
}

/** What it takes to be given a ticket: what the queue requires, and the rules and other systems beyond that. */
export function neededFor(
  { requireSkills }: Pick<Need, "requireSkills">,
  queue: QueueRouting | undefined,
): SkillLevels {
  return highest(queue?.requireSkills, requireSkills);
}

/** What a wait of this long has let go of. */
export function stageAt({ relaxAfterMs, overrideAfterMs }: QueueRouting, waitedMs: number): Stage {
  if (overrideAfterMs !== null && waitedMs >= overrideAfterMs) return { kind: "override" };
  const levels = relaxAfterMs.filter((after) => waitedMs >= after).length;
  return levels === 0 ? { kind: "strict" } : { kind: "relaxed", levels };
}

/** When waiting alone changes something next. */
export function nextChange(
  { waitingSince }: Pick<Need, "waitingSince">,
  { relaxAfterMs, overrideAfterMs, pool }: QueueRouting,
  at: number,
): NextChange | null {
  const changes = relaxAfterMs.map((after, index): NextChange => {
    const isLast = index === relaxAfterMs.length - 1;
    return {
      at: waitingSince + after,
      what: isLast
        ? { change: "preferred_skills_over" }
        : { change: "preferred_skills_drop", levels: index + 1 },
    };
  });
  if (overrideAfterMs !== null)
    changes.push({ at: waitingSince + overrideAfterMs, what: { change: "skills_over", pool } });
  return changes.filter((change) => change.at > at).sort((a, b) => a.at - b.at)[0] ?? null;
}

/**
 * The preferred skills that an agent must have at this stage: those that the wait has not dropped, at most at the best
 * level that any agent here has. Without times to relax they only count in the score.
 */
function wantedAt(stage: Stage, queue: QueueRouting, agents: readonly AgentNow[], at: number): SkillLevels {
  const { relaxAfterMs, preferSkills } = queue;
  if (stage.kind === "override" || relaxAfterMs.length === 0) return {};
  const dropped = stage.kind === "relaxed" ? stage.levels : 0;
  if (dropped >= relaxAfterMs.length) return {};
  const wanted = Object.entries(preferSkills).flatMap(([skill, level]) => {
    // A level that no agent has is not waited for at any stage: waiting longer only ever lets go of something.
    const best = Math.max(0, ...agents.map(({ agent }) => levelOf(agent.skills, skill, at)));
    const left = Math.min(level - dropped, best);
    return left > 0 ? [[skill, left] as const] : [];
  });
  return Object.fromEntries(wanted);
}

function candidate(
  now: AgentNow,
  need: Need,
  queue: QueueRouting,
  stage: Stage,
  preferred: SkillLevels,
  at: number,
): Candidate {
  const { agent, open } = now;
  const parts: Weights = {
    preferredAgent: need.preferredAgent === agent.id ? 1 : 0,
    preferredSkills: shareOf(agent, queue.preferSkills, at),
    history: now.history,
    spareCapacity: agent.capacity === 0 ? 0 : Math.max(0, agent.capacity - open) / agent.capacity,
  };
  const { capacity } = agent;
  const against: RoutingWhy[] = [];
  if (!now.available) against.push({ why: "unavailable", because: now.unavailableBecause });
  if (open >= capacity) against.push({ why: "no_room", open, capacity });
  if (need.declined.includes(agent.id)) against.push({ why: "declined" });
  if (stage.kind !== "override") {
    const missing = missingSkills(agent.skills, need.requireSkills, at);
    if (missing.length > 0) against.push({ why: "lacks", skills: missing });
    else if (!hasSkills(agent.skills, preferred, at)) {
      against.push({ why: "waits_for", skills: missingSkills(agent.skills, preferred, at) });
    }
  }
  const named = { id: agent.id, name: agent.name };
  if (against.length > 0) return { agent: named, eligible: false, score: null, parts, why: against };
  return {
    agent: named,
    eligible: true,
    score: scoreOf(parts, queue.weights),
    parts,
    why: reasons(parts, queue, now),
  };
}

/** Six digits are more than weights mean, and keep sums of the same parts equal in any order. */
function scoreOf(parts: Weights, weights: Weights): number {
  const sum =
    parts.preferredAgent * weights.preferredAgent +
    parts.preferredSkills * weights.preferredSkills +
    parts.history * weights.history +
    parts.spareCapacity * weights.spareCapacity;
  return Math.round(sum * 1e6) / 1e6;
}

/** Which share of the preferred skills an agent has. */
function shareOf({ skills }: RosterAgent, preferred: SkillLevels, at: number): number {
  const wanted = Object.entries(preferred);
  if (wanted.length === 0) return 0;
  const sum = wanted.reduce(
    (all, [skill, level]) => all + Math.min(1, levelOf(skills, skill, at) / level),
    0,
  );
  return sum / wanted.length;
}

function reasons(
  parts: Weights,
  { preferSkills }: QueueRouting,
  { agent, open, history }: AgentNow,
): RoutingWhy[] {
  const why: RoutingWhy[] = [];
  if (parts.preferredAgent > 0) why.push({ why: "preferred_agent" });
  if (parts.preferredSkills > 0) {
    const percent = Math.round(parts.preferredSkills * 100);
    why.push({ why: "skills_match", skills: Object.keys(preferSkills), percent });
  }
  if (history === 1) why.push({ why: "served_customer" });
  else if (history > 0) why.push({ why: "served_tier" });
  why.push({ why: "slots", open, capacity: agent.capacity });
  return why;
}
