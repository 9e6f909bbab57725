import * as z from "zod";
import { forDocs } from "#for-docs";
import type { SchemaProblem } from "../../domain/config/schema-problems.ts";
import { durationForAdmins } from "../../domain/duration.ts";
import { FACT_CHARS_MAX, REPLAY_PERIOD_MAX_MS, REPLAY_TICKETS_MAX } from "../../domain/limits.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { compareReplays } from "../../domain/rehearsal/comparison.ts";
import type { Replayed } from "../../domain/rehearsal/replay.ts";
import type { SkillsKnown } from "../../domain/team/skill-table.ts";
import { groupIds } from "../../groups/ask.ts";
import { skillsKnown } from "../../groups/skills.ts";
import { recordedTickets } from "../../record/recorded-tickets.ts";
import { asWritten, formerly } from "../former-names.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { SMALL_CONFIG } from "./examples.ts";
import { Person, HeardSkills, draftOf, unknown, idsOf } from "./routing-parts.ts";
import { Instant, instant, instantOrNull, When } from "./shared.ts";

/** Rehearses a draft configuration on what the record has. */
export const routingReplayApi = new Operations();

/** As periods are called everywhere else. */
const FORMER_NAMES = { from: "since", to: "until" };

const ReplayedJson = forDocs(() =>
  z
    .object({
      queue: z.string(),
      priority: z.enum(PRIORITIES),
      assignee: Person.nullable().meta({ description: "Null: no agent before it ended" }),
      assignedAt: Instant.nullable(),
      firstResponseBreached: z.boolean(),
    })
    .meta({ id: "ReplayedTicket" }),
);

const Shares = forDocs(() => z.record(z.string(), z.number()));

routingReplayApi.add(
  operation("POST /routing/replay", {
    ...forDocs(() => ({
      id: "replayRouting",
      summary:
        "Runs a draft configuration over the recorded tickets of a period, and compares; changes nothing",
      description:
        "Both the configuration in force and the draft are replayed, so that what differs is due to the draft alone: the recorded arrivals in their order, the same rules, scorer, capacities and shifts, beginning with an empty desk in which everybody is there on their shift. An agent of several groups has one set of slots for all of them. Where the desk assigns, a ticket occupies its agent until the record has its end; where agents claim, whoever had it in the record takes it at once. First answers come when the record has them: where the queue says `answerWithin`, whoever has not answered by then loses the ticket to the next, and is away until the record has an answer of theirs or their next shift begins. What is not recorded cannot be replayed: who was away or declined, a priority or queue that somebody chose by hand. Intake answers count from the beginning; the language is the one that the contact has now, the tier the last one known.",
      example: { since: "2026-11-01T00:00:00Z", until: "2026-12-01T00:00:00Z", config: SMALL_CONFIG },
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
            priorities: z
              .object({ before: Shares, after: Shares })
              .meta({ description: "Priority → tickets" }),
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
    })),
    scopes: ["config:read", "tickets:read"],
    isReading: true,
    body: formerly(
      FORMER_NAMES,
      z
        .strictObject({
          since: When,
          until: When.meta(forDocs({ description: "Not included" })),
          config: z.unknown().meta(
            forDocs({
              type: "object",
              description: "The draft: a whole configuration, as `PUT /config` takes it",
            }),
          ),
          group: z
            .string()
            .max(FACT_CHARS_MAX)
            .optional()
            .meta(forDocs({ description: "Only tickets of this group" })),
        })
        .meta(forDocs({ id: "RoutingReplayQuestion", required: ["since", "until", "config"] })),
    ),
    configured: true,
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

const MISSING_DRAFT = {
  problems: [{ pointer: "/config", message: "is missing; it must be an object" }],
};

function periodProblems(from: number, to: number): SchemaProblem[] {
  if (to <= from) return [{ pointer: "/until", message: "must be later than where the period begins" }];
  if (to - from <= REPLAY_PERIOD_MAX_MS) return [];
  return [
    {
      pointer: "/until",
      message: `must be ${durationForAdmins(REPLAY_PERIOD_MAX_MS)} after the period begins at most`,
    },
  ];
}

function replayedJson({ assignedAt, ...replayed }: Replayed): z.infer<typeof ReplayedJson> {
  return { ...replayed, assignedAt: instantOrNull(assignedAt) };
}

function heardJson(skills: SkillsKnown): z.infer<typeof HeardSkills> {
  return [...skills].map(([group, known]) =>
    known.table === null
      ? { group, asOf: null, why: known.why }
      : { group, asOf: instant(known.table.receivedAt), why: null },
  );
}
