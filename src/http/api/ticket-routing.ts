import * as z from "zod";
import { forDocs } from "#for-docs";
import { PRIORITIES } from "../../domain/priority.ts";
import { withoutOrigin } from "../../domain/ticket/event.ts";
import type { RoutingStory } from "../../domain/ticket/routing-story.ts";
import { eventData } from "../../domain/ticket/wire-json.ts";
import { askGroup, onSubject } from "../../groups/ask.ts";
import { ticketByRef } from "../../record/queries.ts";
import {
  candidatesForPrograms,
  eventForPrograms,
  nextForPrograms,
  stepsForPrograms,
  unmetForPrograms,
} from "../../texts/for-programs.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import {
  Attributes,
  Person,
  Skills,
  StageJson,
  Candidates,
  Unmet,
  Next,
  Rules,
  candidatesJson,
  nextJson,
} from "./routing-parts.ts";
import { Instant, instant, instantOrNull, Ref } from "./shared.ts";

/** Why a ticket is where it is. */
export const ticketRoutingApi = new Operations();

const Story = forDocs(() =>
  z
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
        .meta({ description: "Null once it is assigned, or over" }),
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
    .meta({ id: "TicketRouting" }),
);

ticketRoutingApi.add(
  operation("GET /tickets/{ref}/routing", {
    ...forDocs(() => ({
      id: "getTicketRouting",
      summary:
        "Explains the routing of a ticket: how it got where it is, who could take it now, and what changes next",
      answer: [200, Story, "As the ticket's object computes it at this moment"],
      problems: ["ticket.not_found", "group.unreachable"],
    })),
    scopes: ["tickets:read"],
    params: z.object({ ref: Ref }),
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, { after: 0, limit: 1 });
    if (found === null) return problem(c, "ticket.not_found");
    const { groupId, id, ref } = found.ticket;
    const asked = await askGroup<RoutingStory | null>(c.env, groupId, (stub) =>
      onSubject(stub.tickets(), (tickets) => tickets.routing(id)),
    );
    if ("unreachable" in asked) return problem(c, "group.unreachable");
    if (asked.answer === null) return problem(c, "ticket.not_found");
    return c.json(storyJson(ref, asked.answer), 200);
  },
);

function storyJson(
  ref: string,
  { at, facts, waiting, next, past, ...story }: RoutingStory,
): z.infer<typeof Story> {
  const { steps, ...says } = story.says;
  return {
    ref,
    at: instant(at),
    ...story,
    says: { ...says, words: stepsForPrograms(steps) },
    facts: { ...facts, attributes: { ...facts.attributes } },
    waiting:
      waiting === null
        ? null
        : {
            ...waiting,
            since: instant(waiting.since),
            candidates: candidatesJson(candidatesForPrograms(waiting.candidates)),
            unmet: unmetForPrograms(waiting.unmet),
          },
    next: nextJson(nextForPrograms(next)),
    past: past.map(({ n, at: happenedAt, notedAt, event }) => {
      const { type, at: _at, by, ...data } = withoutOrigin(eventForPrograms(event));
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
