import { waitUntil } from "cloudflare:workers";
import * as z from "zod";
import { checkConfig } from "../../domain/config-check/check.ts";
import type { Config } from "../../domain/config/config.ts";
import { quoted } from "../../domain/config/places.ts";
import { schemaProblems, type SchemaProblem } from "../../domain/config/schema-problems.ts";
import { Duration, durationWords, ms } from "../../domain/duration.ts";
import {
  ATTRIBUTE_CHARS_MAX,
  ATTRIBUTE_NAME_CHARS_MAX,
  FACT_CHARS_MAX,
  LANGUAGE_CHARS_MAX,
  PRIORITY_SCORE_MAX,
  REHEARSED_TIERS_MAX,
  REPLAY_PERIOD_MAX_MS,
  REPLAY_TICKETS_MAX,
} from "../../domain/limits.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { compareReplays } from "../../domain/rehearsal/comparison.ts";
import type { Replayed } from "../../domain/rehearsal/replay.ts";
import {
  groupsOf,
  simulate,
  type EnrichmentOutcome,
  type Rehearsal,
  type Simulation,
} from "../../domain/rehearsal/simulate.ts";
import type { Candidate } from "../../domain/routing/assignment.ts";
import { EnrichmentAnswer, profileOf } from "../../domain/routing/profile.ts";
import type { SkillsKnown } from "../../domain/team/skill-table.ts";
import { unplaced } from "../../domain/ticket/event.ts";
import type { RoutingStory } from "../../domain/ticket/routing-story.ts";
import { askGroup, groupIds } from "../../groups/ask.ts";
import { skillsKnown } from "../../groups/skills.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { ticketByRef } from "../../record/queries.ts";
import { RecordUnreachable } from "../../record/reach.ts";
import { recordedTickets } from "../../record/recorded-tickets.ts";
import { asWritten, formerly } from "../former-names.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { eventData } from "../written.ts";
import { SMALL_CONFIG } from "./examples.ts";
import { Instant, instant, instantOrNull, Ref, When, WhenOrNull } from "./shared.ts";

/** Who gets which ticket: rehearsed and explained. */
export const routingApi = new Operations();

/** As periods are called everywhere else. */
const FORMER_NAMES = { from: "since", to: "until" };

const AGENTS_MAX = 5_000;

const Fact = z.string().min(1).max(FACT_CHARS_MAX).nullable().default(null);
const Attributes = z.record(
  z.string().min(1).max(ATTRIBUTE_NAME_CHARS_MAX),
  z.union([z.string().max(ATTRIBUTE_CHARS_MAX), z.number(), z.boolean()]),
);
const AgentId = z.int().positive().meta({ description: "A Telegram user id", example: 9002 });
const Draft = z.unknown().meta({
  type: "object",
  description: "A whole configuration, as `PUT /config` takes it; without it the one in force",
});

const Question = z
  .strictObject({
    ticket: z.strictObject({
      tier: Fact.meta({ example: "premium" }),
      segment: Fact,
      category: Fact.meta({ example: "billing" }),
      urgency: Fact,
      language: z.string().min(1).max(LANGUAGE_CHARS_MAX).nullable().default(null).meta({ example: "de" }),
      payload: Fact.meta({ description: "What stood behind `/start`" }),
      attributes: Attributes.default({}),
      priorityScore: z.number().min(0).max(PRIORITY_SCORE_MAX).nullable().default(null),
      waitedFor: Duration.default("0s")
        .transform((text) => ms(text))
        .meta({ type: "string", example: "6m", description: "How long nobody has taken it" }),
      queue: z
        .string()
        .max(FACT_CHARS_MAX)
        .nullable()
        .default(null)
        .meta({ description: "Where somebody put it by hand: no rule moves it then" }),
      declined: z.array(AgentId).max(AGENTS_MAX).default([]),
    }),
    agents: z
      .array(
        z.strictObject({
          id: AgentId,
          availability: z.enum(["online", "away", "offline"]).default("online"),
          open: z.int().min(0).max(1_000).default(0).meta({ description: "Tickets that they have" }),
          lastAssigned: WhenOrNull.default(null),
          handledBefore: z
            .boolean()
            .default(false)
            .meta({ description: "Whether they have had a ticket of this customer" }),
          servedTiers: z
            .array(z.string().min(1).max(FACT_CHARS_MAX))
            .max(REHEARSED_TIERS_MAX)
            .default([])
            .meta({
              description: "Tiers of the customers whom they have been given in the queue's group",
              example: ["premium"],
            }),
        }),
      )
      .max(AGENTS_MAX)
      .default([])
      .meta({
        description:
          "How agents of the configuration are; whoever is not named is online while on shift, and has nothing in hand",
      }),
    enrichment: z
      .union([z.enum(["timeout", "error"]), z.record(z.string(), z.unknown())])
      .nullable()
      .default(null)
      .meta({
        description:
          "What the other system answers, or that it does not; it fills in what the ticket does not say",
        example: { tier: "premium", preferredAgent: 9002, asOf: "2026-11-20T08:00:00Z" },
      }),
    now: When.optional(),
    group: z
      .string()
      .max(FACT_CHARS_MAX)
      .nullable()
      .default(null)
      .meta({ description: "To which group the customer wrote; without it what their link names" }),
    config: Draft.optional(),
  })
  .meta({ id: "RoutingQuestion" });

const Person = z.object({ id: z.int(), name: z.string() });
const Skills = z.record(z.string(), z.int()).meta({ description: "Skill → level" });
const StageJson = z
  .object({
    kind: z.enum(["strict", "relaxed", "override"]),
    levels: z.int().optional().meta({ description: "How many levels preferred skills have dropped" }),
  })
  .meta({ id: "RoutingStage" });
const Candidates = z.array(
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
);
const Unmet = z.array(z.string()).meta({
  description:
    "Why nobody of the group could ever be given it: skills that nobody there has who takes tickets, or not any more. Empty where somebody could, where skills do not matter any more, and where agents choose",
});
const HeardSkills = z
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
  });
const Next = z
  .object({ at: Instant, what: z.string() })
  .nullable()
  .meta({ description: "When time alone changes something, and what" });
const Rules = z.array(z.int()).meta({ description: "Places of the rules that hold, from 0" });

const Answer = z
  .object({
    queue: z.string(),
    group: z.string().meta({ description: "Whose queue it is" }),
    priority: z.enum(PRIORITIES),
    priorityScore: z.number().meta({ description: "Of equally urgent tickets the higher goes first" }),
    requireSkills: Skills,
    assignee: Person.nullable().meta({
      description: "Null where agents claim, or nobody can take it now",
    }),
    reason: z.array(z.string()),
    rules: Rules,
    stage: StageJson,
    candidates: Candidates.meta({ description: "Best first; those who are not eligible last" }),
    unmet: Unmet,
    skills: HeardSkills,
    next: Next,
  })
  .meta({ id: "RoutingSimulation" });

routingApi.add(
  operation("POST /routing/simulate", {
    id: "simulateRouting",
    scopes: ["config:read"],
    summary: "Simulates who would get a ticket, and why; changes nothing",
    isReading: true,
    body: Question,
    example: {
      ticket: { tier: "premium", category: "billing", language: "de", waitedFor: "6m" },
      agents: [{ id: 9002, open: 2 }],
      now: "2026-11-20T09:00:00Z",
    },
    answer: [200, Answer, "What the desk would do, by the same rules and the same scorer"],
    problems: ["config.missing"],
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

const ReplayedJson = z
  .object({
    queue: z.string(),
    priority: z.enum(PRIORITIES),
    assignee: Person.nullable().meta({ description: "Null: nobody before it ended" }),
    assignedAt: Instant.nullable(),
    firstResponseBreached: z.boolean(),
  })
  .meta({ id: "ReplayedTicket" });
const Shares = z.record(z.string(), z.number());

routingApi.add(
  operation("POST /routing/replay", {
    id: "replayRouting",
    scopes: ["config:read", "tickets:read"],
    summary:
      "Runs a draft configuration over the recorded tickets of a period, and compares; changes nothing",
    description:
      "Both the configuration in force and the draft are replayed, so that what differs is due to the draft alone: the recorded arrivals in their order, the same rules, scorer, capacities and shifts, beginning with an empty desk in which everybody is there on their shift. An agent of several groups has one set of slots for all of them. Where the desk assigns, a ticket occupies its agent until the record has its end; where agents claim, whoever had it in the record takes it at once. First answers come when the record has them: where the queue says `answerWithin`, whoever has not answered by then loses the ticket to the next, and is away until the record has an answer of theirs or their next shift begins. What is not recorded cannot be replayed: who was away or declined, a priority or queue that somebody chose by hand. Intake answers count from the beginning; the language is the one that the contact has now, the tier the last one known.",
    isReading: true,
    body: formerly(
      FORMER_NAMES,
      z
        .strictObject({
          since: When,
          until: When.meta({ description: "Not included" }),
          config: z.unknown().meta({
            type: "object",
            description: "The draft: a whole configuration, as `PUT /config` takes it",
          }),
          group: z
            .string()
            .max(FACT_CHARS_MAX)
            .optional()
            .meta({ description: "Only tickets of this group" }),
        })
        .meta({ id: "RoutingReplayQuestion", required: ["since", "until", "config"] }),
    ),
    example: { since: "2026-11-01T00:00:00Z", until: "2026-12-01T00:00:00Z", config: SMALL_CONFIG },
    configured: true,
    answer: [
      200,
      z
        .object({
          tickets: z.int(),
          changed: z.int().meta({ description: "Tickets with another queue, priority or assignee" }),
          assignmentsChanged: z.int(),
          queueShares: z
            .object({ before: Shares, after: Shares })
            .meta({ description: "Queue → part of all tickets, from 0 to 1" }),
          priorities: z.object({ before: Shares, after: Shares }).meta({ description: "Priority → tickets" }),
          expectedFirstResponseBreaches: z.object({ before: z.int(), after: z.int() }),
          skills: z.object({ before: HeardSkills, after: HeardSkills }),
          examples: z
            .array(
              z.object({
                ref: z.string(),
                openedAt: Instant,
                before: ReplayedJson,
                after: ReplayedJson,
              }),
            )
            .meta({ description: "The first that changed" }),
        })
        .meta({ id: "RoutingReplay" }),
      "`before`: by the configuration in force; `after`: by the draft",
    ],
  }),
  async (c) => {
    const versioned = c.get("versioned");
    const { since: from, until: to, group, config } = c.req.valid("json");
    const invalid = async (wrong: SchemaProblem[]) =>
      problem(c, "request.invalid", { problems: asWritten(FORMER_NAMES, await c.req.json(), wrong) });
    const draft = config === undefined ? MISSING_DRAFT : draftOf(config, c.get("now")());
    const wrong = [
      ...periodProblems(from, to),
      ...unknown("/group", "group", group ?? null, idsOf(versioned.config.groups)),
      ...("problems" in draft ? draft.problems : []),
    ];
    if ("problems" in draft || wrong.length > 0) return invalid(wrong);
    const tickets = await recordedTickets(c.env.DB, { from, to, group }, REPLAY_TICKETS_MAX + 1);
    const beyond = tickets[REPLAY_TICKETS_MAX];
    if (beyond !== undefined) {
      const message = `has more than ${REPLAY_TICKETS_MAX} tickets before it: choose ${instant(beyond.openedAt)} at the latest`;
      return invalid([{ pointer: "/until", message }]);
    }
    const [before, after] = await Promise.all(
      [versioned.config, draft.config].map((one) => skillsKnown(c.env, one, groupIds(one), versioned.config)),
    );
    const skills = { before: before!, after: after! };
    const compared = compareReplays(versioned.config, draft.config, tickets, c.get("now")(), skills);
    const examples = compared.examples.map(({ ref, openedAt, before, after }) => ({
      ref,
      openedAt: instant(openedAt),
      before: replayedJson(before),
      after: replayedJson(after),
    }));
    const heard = { before: heardJson(skills.before), after: heardJson(skills.after) };
    return c.json({ ...compared, skills: heard, examples }, 200);
  },
);

const Story = z
  .object({
    ref: z.string(),
    at: Instant.meta({ description: "The instant for which this holds" }),
    facts: z
      .object({
        tier: z.string().nullable(),
        segment: z.string().nullable(),
        category: z.string().nullable(),
        urgency: z.string().nullable(),
        language: z.string().nullable(),
        payload: z.string().nullable(),
        attributes: Attributes,
      })
      .meta({ description: "What the rules look at" }),
    says: z
      .object({
        queue: z.string(),
        priority: z.enum(PRIORITIES).nullable(),
        requireSkills: Skills,
        rules: Rules,
        words: z.array(z.string()),
      })
      .meta({ description: "What the rules say of these facts now, wherever the ticket is" }),
    queue: z.string(),
    assignment: z.enum(["auto", "claim"]),
    priority: z.enum(PRIORITIES),
    assignee: Person.nullable(),
    requireSkills: Skills.meta({ description: "What it takes to be given it" }),
    waiting: z
      .object({
        since: Instant,
        stage: StageJson,
        place: z
          .object({ position: z.int(), of: z.int() })
          .nullable()
          .meta({ description: "Among those that wait for the same queue; null where agents choose" }),
        candidates: Candidates,
        unmet: Unmet,
      })
      .nullable()
      .meta({ description: "Null once somebody has it, or it is over" }),
    next: Next,
    past: z.array(
      z.object({
        n: z.int(),
        at: Instant,
        notedAt: Instant.nullable(),
        type: z.string().meta({ example: "ticket_assigned" }),
        by: z.record(z.string(), z.unknown()),
        data: z.record(z.string(), z.unknown()).meta({ description: "What else the event says" }),
      }),
    ),
  })
  .meta({ id: "TicketRouting" });

routingApi.add(
  operation("GET /tickets/{ref}/routing", {
    id: "getTicketRouting",
    scopes: ["tickets:read"],
    summary:
      "Explains the routing of a ticket: how it got where it is, who could take it now, and what changes next",
    params: z.object({ ref: Ref }),
    answer: [200, Story, "As the ticket's object computes it at this moment"],
    problems: ["ticket.not_found", "group.unreachable"],
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, { after: 0, limit: 1 });
    if (found === null) return problem(c, "ticket.not_found");
    const { groupId, id, ref } = found.ticket;
    const asked = await askGroup<RoutingStory | null>(c.env, groupId, (stub) => stub.routing(id));
    if ("unreachable" in asked) return problem(c, "group.unreachable");
    if (asked.answer === null) return problem(c, "ticket.not_found");
    return c.json(storyJson(ref, asked.answer), 200);
  },
);

const MISSING_DRAFT = {
  problems: [{ pointer: "/config", message: "is missing; it must be an object" }],
};

function periodProblems(from: number, to: number): SchemaProblem[] {
  if (to <= from) return [{ pointer: "/until", message: "must be later than where the period begins" }];
  if (to - from <= REPLAY_PERIOD_MAX_MS) return [];
  return [
    {
      pointer: "/until",
      message: `must be ${durationWords(REPLAY_PERIOD_MAX_MS)} after the period begins at most`,
    },
  ];
}

function replayedJson({ assignedAt, ...replayed }: Replayed): z.infer<typeof ReplayedJson> {
  return { ...replayed, assignedAt: instantOrNull(assignedAt) };
}

type Found = { config: Config } | { problems: SchemaProblem[] } | { missing: true };

async function configOf(draft: unknown, env: Env, now: number): Promise<Found> {
  if (draft !== undefined) return draftOf(draft, now);
  const versioned = await configCacheOf(env.DB).get(waitUntil);
  return versioned === null ? { missing: true } : { config: versioned.config };
}

function draftOf(draft: unknown, now: number): { config: Config } | { problems: SchemaProblem[] } {
  const { config, problems: wrong } = checkConfig(draft, now);
  if (config !== null) return { config };
  return { problems: wrong.map(({ pointer, message }) => ({ pointer: `/config${pointer}`, message })) };
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

/** An answer that the desk would not believe is refused here: whoever rehearses shall know. */
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

function unknown(pointer: string, noun: string, name: string | null, known: string[]): SchemaProblem[] {
  if (name === null || known.includes(name)) return [];
  return [{ pointer, message: `there is no ${noun} ${quoted(name)}; known: ${listed(known)}` }];
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

function listed(names: string[]): string {
  return names.slice(0, 12).join(", ") || "none";
}

function idsOf(items: readonly { id: string }[]): string[] {
  return items.map(({ id }) => id);
}

function simulationJson({ next, candidates, skills, ...simulation }: Simulation): z.infer<typeof Answer> {
  return {
    ...simulation,
    candidates: candidatesJson(candidates),
    skills: skills.map(({ asOf, ...heard }) => ({ ...heard, asOf: instantOrNull(asOf) })),
    next: nextJson(next),
  };
}

function heardJson(skills: SkillsKnown): z.infer<typeof HeardSkills> {
  return [...skills].map(([group, known]) =>
    known.table === null
      ? { group, asOf: null, why: known.why }
      : { group, asOf: instant(known.table.receivedAt), why: null },
  );
}

function candidatesJson(candidates: readonly Candidate[]): z.infer<typeof Candidates> {
  return candidates.map(({ agent, eligible, score, parts, why }) => ({ agent, eligible, score, parts, why }));
}

function nextJson(next: { at: number; what: string } | null): z.infer<typeof Next> {
  return next === null ? null : { at: instant(next.at), what: next.what };
}

function storyJson(
  ref: string,
  { at, facts, waiting, next, past, ...story }: RoutingStory,
): z.infer<typeof Story> {
  return {
    ref,
    at: instant(at),
    ...story,
    facts: { ...facts, attributes: { ...facts.attributes } },
    waiting:
      waiting === null
        ? null
        : { ...waiting, since: instant(waiting.since), candidates: candidatesJson(waiting.candidates) },
    next: nextJson(next),
    past: past.map(({ n, at: happenedAt, notedAt, event }) => {
      const { type, at: _at, by, ...data } = unplaced(event);
      return {
        n,
        at: instant(happenedAt),
        notedAt: instantOrNull(notedAt),
        type,
        by: { ...by },
        data: eventData(type, data),
      };
    }),
  };
}
