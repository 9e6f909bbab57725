import * as z from "zod";
import type { Config } from "../config/config.ts";
import { schemaProblems } from "../config/schema-problems.ts";
import { cut } from "../cut.ts";
import {
  ATTRIBUTE_CHARS_MAX,
  ATTRIBUTE_NAME_CHARS_MAX,
  ATTRIBUTES_MAX,
  ENRICHMENT_PROBLEM_CHARS_MAX,
  ENRICHMENT_PROBLEMS_MAX,
  ENRICHMENT_REASON_CHARS_MAX,
  FACT_CHARS_MAX,
  LANGUAGE_CHARS_MAX,
  PRIORITY_SCORE_MAX,
  PROFILE_SKILLS_MAX,
  SKILL_LEVEL_MAX,
} from "../limits.ts";
import type { SkillTable } from "../team/skill-table.ts";
import type { SkillLevels } from "../team/skills.ts";

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** What another system says about a customer and their concern; null, or empty, where it says nothing. */
export interface Profile {
  tier: string | null;
  segment: string | null;
  attributes: Attributes;
  /** What the ticket weighs in its queue, in place of its tier's score. */
  priorityScore: number | null;
  /** The Telegram id of the preferred agent. */
  preferredAgent: number | null;
  requireSkills: SkillLevels;
  category: string | null;
  /** A language tag in lower case: `"de"`, `"pt-br"`. */
  language: string | null;
  /** In words, for agents only. */
  reason: string | null;
  /** How old what it says is, by its own account, in ms since 1970. */
  asOf: number | null;
}

/** The customer is unknown, or there is nothing to tell. */
export const NO_PROFILE: Profile = {
  tier: null,
  segment: null,
  attributes: {},
  priorityScore: null,
  preferredAgent: null,
  requireSkills: {},
  category: null,
  language: null,
  reason: null,
  asOf: null,
};

/** Systems leave a field out, null or empty when they know nothing; all of that is null here. */
const text = (charsMax: number) =>
  z
    .string()
    .trim()
    .max(charsMax)
    .nullish()
    .transform((said) => (said === undefined || said === "" ? null : said));

const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[a-z\d]{2,8})*$/;
const Language = text(LANGUAGE_CHARS_MAX)
  .transform((said) => said?.toLowerCase().replaceAll("_", "-") ?? null)
  .refine((tag) => tag === null || LANGUAGE_TAG.test(tag), {
    error: 'must be a language tag such as "de" or "pt-BR"',
  });

const Attributes = z
  .record(
    z.string().min(1).max(ATTRIBUTE_NAME_CHARS_MAX),
    z.union([z.string().max(ATTRIBUTE_CHARS_MAX), z.number(), z.boolean(), z.null()]),
  )
  .refine((all) => Object.keys(all).length <= ATTRIBUTES_MAX, {
    error: `must have at most ${ATTRIBUTES_MAX} keys`,
  })
  .transform((all): Attributes => {
    const said = Object.entries(all).flatMap(([key, value]) =>
      value === null ? [] : [[key, value] as const],
    );
    return Object.fromEntries(said);
  })
  .nullish()
  .transform((all) => all ?? {});

const Skills = z
  .record(z.string().min(1).max(FACT_CHARS_MAX), z.int().min(1).max(SKILL_LEVEL_MAX))
  .refine((all) => Object.keys(all).length <= PROFILE_SKILLS_MAX, {
    error: `must have at most ${PROFILE_SKILLS_MAX} keys`,
  })
  .nullish()
  .transform((all): SkillLevels => all ?? {});

/** The answer on the wire. Keys that are not here are left alone: a system may say more than the desk asks. */
export const EnrichmentAnswer = z.object({
  tier: text(FACT_CHARS_MAX),
  segment: text(FACT_CHARS_MAX),
  attributes: Attributes,
  priorityScore: z
    .number()
    .min(0)
    .max(PRIORITY_SCORE_MAX)
    .nullish()
    .transform((said) => said ?? null),
  preferredAgent: z
    .int()
    .positive()
    .nullish()
    .transform((said) => said ?? null),
  requireSkills: Skills,
  category: text(FACT_CHARS_MAX),
  language: Language,
  reason: text(ENRICHMENT_REASON_CHARS_MAX),
  asOf: z.iso
    .datetime({ offset: true, error: 'must be an instant in ISO 8601, such as "2026-11-20T09:00:00Z"' })
    .nullish()
    .transform((said) => said ?? null),
});

/**
 * Reads an answer of any shape. One that breaks its contract in one place is not believed in the others, either. `now`
 * in ms since 1970: an answer cannot be newer than that, even if the system's clock is ahead.
 */
export function profileOf(answer: unknown, now: number): { profile: Profile } | { problems: string[] } {
  const read = EnrichmentAnswer.safeParse(answer);
  if (!read.success) {
    const found = schemaProblems(read.error.issues, answer).slice(0, ENRICHMENT_PROBLEMS_MAX);
    return {
      problems: found.map(({ pointer, message }) =>
        cut(`${pointer === "" ? "the answer" : pointer} ${message}`, ENRICHMENT_PROBLEM_CHARS_MAX),
      ),
    };
  }
  const { asOf } = read.data;
  return { profile: { ...read.data, asOf: asOf === null ? null : Math.min(Date.parse(asOf), now) } };
}

/** Whether what it says is older than it may be, by its own account; what names no age is not. */
export function isStale({ asOf }: Profile, staleAfterMs: number, now: number): boolean {
  return asOf !== null && now - asOf > staleAfterMs;
}

/** Something that another system said and that is of no use here: a code with its facts, which `texts/` puts into words. */
export type Unfit =
  | { unfit: "tier"; tier: string }
  | { unfit: "preferred_agent"; agent: number }
  /** No agent has it. */
  | { unfit: "skill"; skill: string }
  /** `best`: the highest level that any agent has. */
  | { unfit: "skill_level"; skill: string; wanted: number; best: number }
  /** A property of a CRM whose value cannot be read, or that the configuration does not translate. */
  | { unfit: "property"; property: string; said: string }
  | { unfit: "property_value"; property: string; said: string };

/** What of a configuration a profile has to fit. */
export type Fitting = Pick<Config, "tiers" | "agents">;

/**
 * The part of a profile that a desk can use: without names it does not know, and with no skill required beyond the
 * highest level that any agent has ever had. `table`: the skills service's answer, in place of the configuration.
 * `ignored` names the differences. A skill that has expired, or that only another group has, stays required: the leads
 * are told.
 */
export function fitted(
  profile: Profile,
  config: Fitting,
  table: SkillTable | null,
): { profile: Profile; ignored: Unfit[] } {
  const ignored: Unfit[] = [];
  let { tier, preferredAgent } = profile;
  if (tier !== null && !Object.hasOwn(config.tiers, tier)) {
    ignored.push({ unfit: "tier", tier });
    tier = null;
  }
  if (preferredAgent !== null && !config.agents.some(({ telegramId }) => telegramId === preferredAgent)) {
    ignored.push({ unfit: "preferred_agent", agent: preferredAgent });
    preferredAgent = null;
  }
  const requireSkills = Object.entries(profile.requireSkills).flatMap(([skill, wanted]) => {
    const best = highestLevel(skill, config, table);
    if (best === 0) ignored.push({ unfit: "skill", skill });
    else if (best < wanted) ignored.push({ unfit: "skill_level", skill, wanted, best });
    return best === 0 ? [] : [[skill, Math.min(best, wanted)] as const];
  });
  return {
    profile: { ...profile, tier, preferredAgent, requireSkills: Object.fromEntries(requireSkills) },
    ignored,
  };
}

function highestLevel(skill: string, { agents }: Fitting, table: SkillTable | null): number {
  return agents.reduce((best, { telegramId, skills }) => {
    const held = table?.agents[String(telegramId)] ?? skills;
    return Object.hasOwn(held, skill) ? Math.max(best, held[skill]!.level) : best;
  }, 0);
}
