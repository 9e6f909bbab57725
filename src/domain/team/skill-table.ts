import * as z from "zod";
import { DAY_MS, dayOf } from "../calendar/zone.ts";
import { schemaProblems } from "../config/schema-problems.ts";
import { FACT_CHARS_MAX, PROFILE_SKILLS_MAX, SKILL_LEVEL_MAX, SKILL_TABLE_AGENTS_MAX } from "../limits.ts";
import type { HeldSkills } from "./skills.ts";

/** What an outside system says agents can do: agent id → skill → level and until when; instants in ms since 1970. */
export interface SkillTable {
  agents: Readonly<Record<string, Readonly<Record<string, { level: number; until: number | null }>>>>;
  receivedAt: number;
}

/** What a group has heard of the skills service; `why` in words where it has heard nothing. */
export type KnownSkills = { table: SkillTable } | { table: null; why: string };

/** The same by group; empty where there is no skills service. */
export type SkillsKnown = ReadonlyMap<string, KnownSkills>;

export const NO_SKILLS_SERVICE: SkillsKnown = new Map();

const Level = z.int().min(1).max(SKILL_LEVEL_MAX);
const Held = z.union([Level, z.object({ level: Level, expiresOn: z.iso.date().nullish() })]);
const Answer = z.object({
  agents: z
    .record(
      z.string().regex(/^\d{1,16}$/, "must be the Telegram id of an agent"),
      z
        .record(z.string().min(1).max(FACT_CHARS_MAX), Held)
        .refine((all) => Object.keys(all).length <= PROFILE_SKILLS_MAX, {
          error: `must have at most ${PROFILE_SKILLS_MAX} keys`,
        }),
    )
    .refine((all) => Object.keys(all).length <= SKILL_TABLE_AGENTS_MAX, {
      error: `must have at most ${SKILL_TABLE_AGENTS_MAX} keys`,
    }),
});

/** Reads an answer of any shape. A certificate holds to the end of its last day, in UTC. */
export function skillTableOf(answer: unknown, now: number): { table: SkillTable } | { problems: string[] } {
  const read = Answer.safeParse(answer);
  if (!read.success) {
    const found = schemaProblems(read.error.issues, answer).slice(0, 10);
    return { problems: found.map(({ pointer, message }) => `${pointer || "the answer"} ${message}`) };
  }
  const agents = Object.entries(read.data.agents).map(([id, skills]) => {
    const held = Object.entries(skills).map(([skill, said]) => {
      const { level, expiresOn } = typeof said === "number" ? { level: said, expiresOn: null } : said;
      return [skill, { level, until: expiresOn == null ? null : (dayOf(expiresOn) + 1) * DAY_MS }] as const;
    });
    return [id, Object.fromEntries(held)] as const;
  });
  return { table: { agents: Object.fromEntries(agents), receivedAt: now } };
}

/** An agent's skills: what the table says of them, otherwise what the configuration does. */
export function skillsBy(table: SkillTable | null, agent: { id: number; skills: HeldSkills }): HeldSkills {
  const told = table?.agents[String(agent.id)];
  return told === undefined ? agent.skills : new Map(Object.entries(told));
}
