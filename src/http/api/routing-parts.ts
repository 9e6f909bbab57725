import * as z from "zod";
import { forDocs } from "#for-docs";
import { checkConfig } from "../../domain/config-check/check.ts";
import type { Config } from "../../domain/config/config.ts";
import { quoted } from "../../domain/config/places.ts";
import type { SchemaProblem } from "../../domain/config/schema-problems.ts";
import { ATTRIBUTE_CHARS_MAX, ATTRIBUTE_NAME_CHARS_MAX } from "../../domain/limits.ts";
import type { candidatesForPrograms, nextForPrograms } from "../../texts/for-programs.ts";
import { Instant, instant } from "./shared.ts";

/* What rehearsals and explanations of routing have in common. */

export const Attributes = z.record(
  z.string().min(1).max(ATTRIBUTE_NAME_CHARS_MAX),
  z.union([z.string().max(ATTRIBUTE_CHARS_MAX), z.number(), z.boolean()]),
);

export const Person = forDocs(() => z.object({ id: z.int(), name: z.string() }));

export const Skills = forDocs(() => z.record(z.string(), z.int()).meta({ description: "Skill → level" }));

export const StageJson = forDocs(() =>
  z
    .object({
      kind: z.enum(["strict", "relaxed", "override"]),
      levels: z.int().optional().meta({ description: "How many levels preferred skills have dropped" }),
    })
    .meta({ id: "RoutingStage" }),
);

export const Candidates = forDocs(() =>
  z.array(
    z
      .object({
        agent: Person,
        eligible: z.boolean(),
        score: z.number().nullable().meta({ description: "Null for who is not eligible" }),
        parts: z
          .object({
            preferredAgent: z.number(),
            preferredSkills: z.number(),
            history: z.number(),
            spareCapacity: z.number(),
          })
          .meta({ description: "Each from 0 to 1, before the queue's weights" }),
        why: z.array(z.string()),
      })
      .meta({ id: "RoutingCandidate" }),
  ),
);

export const Unmet = forDocs(() =>
  z.array(z.string()).meta({
    description:
      "Why no agent of the group could ever be given it: required skills that no agent there who takes tickets has, or has any more. Empty if one could, where skills do not matter any more, and where agents choose",
  }),
);

export const HeardSkills = forDocs(() =>
  z
    .array(
      z.object({
        group: z.string(),
        asOf: Instant.nullable().meta({ description: "When the service said it" }),
        why: z.string().nullable().meta({
          description: "Why it is not known there: then the configuration's skills count",
          example: "the desk does not ask this service yet",
        }),
      }),
    )
    .meta({
      description:
        "By group, what was used of what the skills service has told the live desk; empty where the configuration names none",
    }),
);

export const Next = forDocs(() =>
  z
    .object({ at: Instant, what: z.string() })
    .nullable()
    .meta({ description: "When time alone changes something, and what" }),
);

export const Rules = forDocs(() =>
  z.array(z.int()).meta({ description: "Places of the rules that hold, from 0" }),
);

export function draftOf(draft: unknown, now: number): { config: Config } | { problems: SchemaProblem[] } {
  const { config, problems: wrong } = checkConfig(draft, now);
  if (config !== null) return { config };
  return { problems: wrong.map(({ pointer, message }) => ({ pointer: `/config${pointer}`, message })) };
}

export function unknown(
  pointer: string,
  noun: string,
  name: string | null,
  known: string[],
): SchemaProblem[] {
  if (name === null || known.includes(name)) return [];
  return [{ pointer, message: `there is no ${noun} ${quoted(name)}; known: ${listed(known)}` }];
}

export function listed(names: string[]): string {
  return names.slice(0, 12).join(", ") || "none";
}

export function idsOf(items: readonly { id: string }[]): string[] {
  return items.map(({ id }) => id);
}

export function candidatesJson(
  candidates: ReturnType<typeof candidatesForPrograms>,
): z.infer<typeof Candidates> {
  return candidates.map(({ agent, eligible, score, parts, why }) => ({ agent, eligible, score, parts, why }));
}

export function nextJson(next: ReturnType<typeof nextForPrograms>): z.infer<typeof Next> {
  return next === null ? null : { at: instant(next.at), what: next.what };
}
