import { levelOf, type HeldSkills, type SkillLevels } from "../team/skills.ts";

/** An agent of a group, as far as it matters for what they could ever be given. */
export interface TeamMember {
  name: string;
  /** Tickets at once; with 0 none is ever given. */
  capacity: number;
  skills: HeldSkills;
}

/** A required skill that no agent who takes tickets has at this level. */
export interface MissingSkill {
  skill: string;
  level: number;
  /** The highest level among those who take tickets; 0: none. */
  best: number;
  /** Who had it, until their certificate expired. */
  expired: string[];
  /** Agents who have it, but take no tickets. */
  idle: string[];
}

/**
 * Why no agent could ever be given a ticket that requires all this: skills that no agent has, or, if each is some
 * agent's, that no agent has all of them at once.
 */
export type Unmet = { missing: MissingSkill[] } | { together: SkillLevels };

/** The same with the group of which it holds. */
export type UnmetIn = Unmet & { group: string };

/** Those of a group who could be given something, with what they can do at an instant. */
export class Team {
  readonly #members: readonly TeamMember[];
  readonly #at: number;
  readonly #takers: readonly TeamMember[];
  readonly #best = new Map<string, number>();

  /** `at` in ms since 1970; `-Infinity`: nothing has expired. */
  constructor(members: readonly TeamMember[], at: number) {
    this.#members = members;
    this.#at = at;
    this.#takers = members.filter(({ capacity }) => capacity > 0);
    for (const { skills } of this.#takers) {
      for (const skill of skills.keys()) {
        this.#best.set(skill, Math.max(levelOf(skills, skill, at), this.#best.get(skill) ?? 0));
      }
    }
  }

  /** Null if an agent could take it, now or once they are available. */
  unmet(required: SkillLevels): Unmet | null {
    const wanted = Object.entries(required);
    const missing = wanted.filter(([skill, level]) => (this.#best.get(skill) ?? 0) < level);
    if (missing.length > 0) return { missing: missing.map(([skill, level]) => this.#missing(skill, level)) };
    // A single skill is met if the best agent has it; several need a look at every agent.
    if (wanted.length < 2) return null;
    const hasAll = ({ skills }: TeamMember): boolean =>
      wanted.every(([skill, level]) => levelOf(skills, skill, this.#at) >= level);
    return this.#takers.some(hasAll) ? null : { together: required };
  }

  #missing(skill: string, level: number): MissingSkill {
    const had = this.#members.filter(({ skills }) => (skills.get(skill)?.level ?? 0) >= level);
    const has = ({ skills }: TeamMember): boolean => levelOf(skills, skill, this.#at) >= level;
    return {
      skill,
      level,
      best: this.#best.get(skill) ?? 0,
      expired: names(had.filter((one) => one.capacity > 0 && !has(one))),
      idle: names(had.filter((one) => one.capacity === 0 && has(one))),
    };
  }
}

function names(who: readonly TeamMember[]): string[] {
  return who.map(({ name }) => name);
}
