/** Skill → level, from 1 to 10. */
export type SkillLevels = Readonly<Record<string, number>>;

/** Skill → level, and the instant from which it does not count any more (ms since 1970), null for never. */
export type HeldSkills = ReadonlyMap<string, { level: number; until: number | null }>;

/** The level at which a skill is held at an instant, 0 if it is not, or no longer. */
export function levelOf(skills: HeldSkills, skill: string, at: number): number {
  const held = skills.get(skill);
  return held === undefined || (held.until !== null && at >= held.until) ? 0 : held.level;
}

/** Whether all the skills are held at these levels at an instant. */
export function hasSkills(skills: HeldSkills, required: SkillLevels, at: number): boolean {
  return missingSkills(skills, required, at).length === 0;
}

/** A skill that is wanted at a level, and held at less. */
export interface SkillGap {
  skill: string;
  wanted: number;
  /** 0: not at all, or, where it has `expired`, not any more. */
  has: number;
  expired?: true;
}

export function missingSkills(skills: HeldSkills, required: SkillLevels, at: number): SkillGap[] {
  return Object.entries(required).flatMap(([skill, wanted]) => {
    const level = levelOf(skills, skill, at);
    if (level >= wanted) return [];
    const gap = { skill, wanted, has: level };
    return [level === 0 && skills.has(skill) ? { ...gap, expired: true } : gap];
  });
}

/** All of them, each at the highest required level. */
export function highest(...several: readonly (SkillLevels | undefined)[]): SkillLevels {
  const levels = new Map<string, number>();
  for (const [skill, level] of several.flatMap((one) => Object.entries(one ?? {}))) {
    levels.set(skill, Math.max(level, levels.get(skill) ?? 0));
  }
  return Object.fromEntries(levels);
}
