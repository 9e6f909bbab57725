import { waitUntil } from "cloudflare:workers";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Config } from "../../domain/config/config.ts";
import { schemaProblems, type SchemaProblem } from "../../domain/config/schema-problems.ts";
import { Duration, ms } from "../../domain/duration.ts";
import {
  FACT_CHARS_MAX,
  LANGUAGE_CHARS_MAX,
  PRIORITY_SCORE_MAX,
  REHEARSED_TIERS_MAX,
} from "../../domain/limits.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import {
  groupsOf,
  simulate,
  type EnrichmentOutcome,
  type Rehearsal,
  type Simulation,
} from "../../domain/rehearsal/simulate.ts";
import { EnrichmentAnswer, profileOf } from "../../domain/routing/profile.ts";
import type { SkillsKnown } from "../../domain/team/skill-table.ts";
import { skillsKnown } from "../../groups/skills.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { RecordUnreachable } from "../../record/reach.ts";
import { simulationForPrograms } from "../../texts/for-programs.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import {
  Attributes,
  Person,
  Skills,
  StageJson,
  Candidates,
  Unmet,
  HeardSkills,
  Next,
  Rules,
  draftOf,
  unknown,
  listed,
  idsOf,
  candidatesJson,
  nextJson,
} from "./routing-parts.ts";
import { instantOrNull, When, WhenOrNull } from "./shared.ts";

/** Rehearses who would get a ticket. */
export const routingSimulateApi = new Operations();

const AGENTS_MAX = 5_000;

const Fact = z.string().min(1).max(FACT_CHARS_MAX).nullable().default(null);

const AgentId = z
  .int()
  .positive()
  .meta(forDocs({ description: "A Telegram user id", example: 9002 }));

const Draft = z.unknown().meta(
  forDocs({
    type: "object",
    description: "A whole configuration, as `PUT /config` takes it; without it the one in force",
  }),
);

const Question = z
  .strictObject({
    ticket: z.strictObject({
      tier: Fact.meta(forDocs({ example: "premium" })),
      segment: Fact,
      category: Fact.meta(forDocs({ example: "billing" })),
      urgency: Fact,
      language: z
        .string()
        .min(1)
        .max(LANGUAGE_CHARS_MAX)
        .nullable()
        .default(null)
        .meta(forDocs({ example: "de" })),
      payload: Fact.meta(forDocs({ description: "What stood behind `/start`" })),
      attributes: Attributes.default({}),
      priorityScore: z.number().min(0).max(PRIORITY_SCORE_MAX).nullable().default(null),
      waitedFor: Duration.default("0s")
        .transform((text) => ms(text))
        .meta(forDocs({ type: "string", example: "6m", description: "How long it has waited unassigned" })),
      queue: z
        .string()
        .max(FACT_CHARS_MAX)
        .nullable()
        .default(null)
        .meta(forDocs({ description: "The queue into which it was put by hand: no rule moves it then" })),
      declined: z.array(AgentId).max(AGENTS_MAX).default([]),
    }),
    agents: z
      .array(
        z.strictObject({
          id: AgentId,
          availability: z.enum(["online", "away", "offline"]).default("online"),
          open: z
            .int()
            .min(0)
            .max(1_000)
            .default(0)
            .meta(forDocs({ description: "Tickets that they have" })),
          lastAssigned: WhenOrNull.default(null),
          handledBefore: z
            .boolean()
            .default(false)
            .meta(forDocs({ description: "Whether they have had a ticket of this customer" })),
          servedTiers: z
            .array(z.string().min(1).max(FACT_CHARS_MAX))
            .max(REHEARSED_TIERS_MAX)
            .default([])
            .meta(
              forDocs({
                description: "Tiers of the customers whom they have been given in the queue's group",
                example: ["premium"],
              }),
            ),
        }),
      )
      .max(AGENTS_MAX)
      .default([])
      .meta(
        forDocs({
          description:
            "State of agents of the configuration; agents that are not named are online while on shift, without tickets",
        }),
      ),
    enrichment: z
      .union([z.enum(["timeout", "error"]), z.record(z.string(), z.unknown())])
      .nullable()
      .default(null)
      .meta(
        forDocs({
          description:
            "What the other system answers, or that it does not; it fills in what the ticket does not say",
          example: { tier: "premium", preferredAgent: 9002, asOf: "2026-11-20T08:00:00Z" },
        }),
      ),
    now: When.optional(),
    group: z
      .string()
      .max(FACT_CHARS_MAX)
      .nullable()
      .default(null)
      .meta(forDocs({ description: "To which group the customer wrote; without it what their link names" })),
    config: Draft.optional(),
  })
  .meta(forDocs({ id: "RoutingQuestion" }));

const Answer = forDocs(() =>
  z
    .object({
      queue: z.string(),
      group: z.string().meta({ description: "Whose queue it is" }),
      priority: z.enum(PRIORITIES),
      priorityScore: z.number().meta({ description: "Of equally urgent tickets the higher goes first" }),
      requireSkills: Skills,
      assignee: Person.nullable().meta({
        description: "Null where agents claim, or no agent can take it now",
      }),
      reason: z.array(z.string()),
      rules: Rules,
      stage: StageJson,
      candidates: Candidates.meta({ description: "Best first; those who are not eligible last" }),
      unmet: Unmet,
      skills: HeardSkills,
      next: Next,
    })
    .meta({ id: "RoutingSimulation" }),
);

routingSimulateApi.add(
  operation("POST /routing/simulate", {
    ...forDocs(() => ({
      id: "simulateRouting",
      summary: "Simulates who would get a ticket, and why; changes nothing",
      example: {
        ticket: { tier: "premium", category: "billing", language: "de", waitedFor: "6m" },
        agents: [{ id: 9002, open: 2 }],
        now: "2026-11-20T09:00:00Z",
      },
      answer: [200, Answer, "What the desk would do, by the same rules and the same scorer"],
      problems: ["config.missing"],
    })),
    scopes: ["config:read"],
    isReading: true,
    body: Question,
  }),
  async (c) => {
    const { ticket, enrichment: said, group, config: draft, ...given } = c.req.valid("json");
    const now = given.now ?? c.get("now")();
    const found = await configOf(draft, c.env, c.get("now")());
    if ("missing" in found) return problem(c, "config.missing");
    if ("problems" in found) return problem(c, "request.invalid", { problems: found.problems });
    const { config } = found;
    const enrichment = outcomeOf(said, now);
    const wrong = [
      ...unknown("/ticket/tier", "tier", ticket.tier, Object.keys(config.tiers)),
      ...unknown("/ticket/queue", "queue", ticket.queue, idsOf(config.queues)),
      ...unknown("/group", "group", group, idsOf(config.groups)),
      ...unknownAgents(
        ticket.declined.map((id, index) => ({ id, pointer: `/ticket/declined/${index}` })),
        config,
      ),
      ...unknownAgents(
        given.agents.map(({ id }, index) => ({ id, pointer: `/agents/${index}/id` })),
        config,
      ),
      ...given.agents.flatMap(({ servedTiers }, index) =>
        servedTiers.flatMap((tier, place) =>
          unknown(`/agents/${index}/servedTiers/${place}`, "tier", tier, Object.keys(config.tiers)),
        ),
      ),
      ...("problems" in enrichment ? enrichment.problems : []),
    ];
    if ("problems" in enrichment || wrong.length > 0) {
      return problem(c, "request.invalid", { problems: wrong });
    }
    const { waitedFor, queue, declined, priorityScore, ...facts } = ticket;
    const rehearsal: Rehearsal = {
      facts,
      priorityScore,
      waitedMs: waitedFor,
      queue,
      declined,
      group,
      agents: new Map(
        given.agents.map(({ id, lastAssigned, ...agent }) => [
          id,
          { ...agent, lastAssignedAt: lastAssigned },
        ]),
      ),
      enrichment: enrichment.outcome,
    };
    const skills = await skillsOf(config, groupsOf(config, rehearsal, now), c.env);
    return c.json(simulationJson(simulate(config, rehearsal, now, skills)), 200);
  },
);

type Found = { config: Config } | { problems: SchemaProblem[] } | { missing: true };

async function configOf(draft: unknown, env: Env, now: number): Promise<Found> {
  if (draft !== undefined) return draftOf(draft, now);
  const versioned = await configCacheOf(env.DB).get(waitUntil);
  return versioned === null ? { missing: true } : { config: versioned.config };
}

/** What the live groups know of the skills service; a draft can be rehearsed without the record, too. */
async function skillsOf(config: Config, groups: readonly string[], env: Env): Promise<SkillsKnown> {
  if (config.routing.skills === undefined) return new Map();
  try {
    const versioned = await configCacheOf(env.DB).get(waitUntil);
    return await skillsKnown(env, config, groups, versioned?.config ?? null);
  } catch (error) {
    if (!(error instanceof RecordUnreachable)) throw error;
    return skillsKnown(env, config, groups, null);
  }
}

/** Refuses an answer that the desk would not accept, so that a rehearsal shows it. */
function outcomeOf(
  said: "timeout" | "error" | Record<string, unknown> | null,
  now: number,
): { outcome: EnrichmentOutcome | null } | { problems: SchemaProblem[] } {
  if (said === null || typeof said === "string") return { outcome: said };
  const read = EnrichmentAnswer.safeParse(said);
  if (!read.success) return { problems: schemaProblems(read.error.issues, said, ["enrichment"]) };
  const answer = profileOf(said, now);
  return "profile" in answer
    ? { outcome: { profile: answer.profile, ignored: [] } }
    : { problems: answer.problems.map((message) => ({ pointer: "/enrichment", message })) };
}

function unknownAgents(named: { id: number; pointer: string }[], { agents }: Config): SchemaProblem[] {
  const known = new Map(agents.map(({ telegramId, name }) => [telegramId, `${telegramId} (${name})`]));
  const seen = new Set<number>();
  return named.flatMap(({ id, pointer }) => {
    if (seen.has(id)) return [{ pointer, message: `${id} is named twice` }];
    seen.add(id);
    if (known.has(id)) return [];
    return [{ pointer, message: `there is no agent ${id}; known: ${listed([...known.values()])}` }];
  });
}

function simulationJson(simulated: Simulation): z.infer<typeof Answer> {
  const { next, candidates, skills, ...simulation } = simulationForPrograms(simulated);
  return {
    ...simulation,
    candidates: candidatesJson(candidates),
    skills: skills.map(({ asOf, ...heard }) => ({ ...heard, asOf: instantOrNull(asOf) })),
    next: nextJson(next),
  };
}
