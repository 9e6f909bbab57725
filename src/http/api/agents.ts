import * as z from "zod";
import { forDocs } from "#for-docs";
import { Duration, ms } from "../../domain/duration.ts";
import type { Presence } from "../../domain/team/presence.ts";
import { agentStates, tellPresence, type AgentState } from "../../groups/agents.ts";
import { log } from "../../log.ts";
import { doneBy, recordAudit } from "../../record/audit-entries.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { unavailableForPrograms } from "../../texts/for-programs.ts";
import { callerOf } from "../caller.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import {
  notInFuture,
  cursorOf,
  Instant,
  instant,
  instantOrNull,
  Limit,
  TelegramId,
  When,
  pageOf,
} from "./shared.ts";

/** Who answers: by the configuration, and as the groups' objects know them now. */
export const agentsApi = new Operations();

const Availability = z.enum(["online", "away", "offline"]);
const Agent = forDocs(() =>
  z
    .object({
      id: z.int().meta({ description: "Telegram user id", example: 9001 }),
      name: z.string().meta({ example: "Olga" }),
      username: z.string().nullable(),
      role: z.enum(["lead", "senior", "agent"]),
      groups: z.array(z.string()),
      home: z.string().meta({ description: "The group that keeps their availability: their first" }),
      shift: z.string().nullable().meta({ description: "The calendar of their shift; null: always" }),
      capacity: z.int().meta({ description: "Tickets at once, all groups together" }),
      presence: z
        .object({
          availability: Availability,
          until: Instant.nullable().meta({ description: "Of who is away; null: until they say otherwise" }),
          available: z
            .boolean()
            .meta({ description: "Whether they are given tickets now, if they have room" }),
          because: z.string().nullable().meta({ description: "Why not", example: "not on shift" }),
        })
        .nullable()
        .meta({ description: "Null while their home does not answer" }),
      open: z.object({
        total: z.int(),
        byGroup: z
          .record(z.string(), z.int())
          .meta({ description: "A group that does not answer is left out" }),
      }),
      lastAssignedAt: Instant.nullable().meta({ description: "When the desk last handed them a ticket" }),
    })
    .meta({ id: "Agent" }),
);
const UnreachableGroups = forDocs(() =>
  z
    .array(z.string())
    .meta({ description: "Groups that did not answer: what they know of these agents is missing" }),
);
const Params = z.object({ id: TelegramId.meta(forDocs({ example: 9002 })) });

agentsApi.add(
  operation("GET /agents", {
    ...forDocs(() => ({
      id: "listAgents",
      summary: "Lists agents with their availability and tickets in hand",
      answer: [
        200,
        pageOf(Agent).extend({ unreachableGroups: UnreachableGroups }),
        "A page of agents, in the order of their ids",
      ],
    })),
    scopes: ["tickets:read"],
    query: z.strictObject({
      group: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .meta(forDocs({ example: "main" })),
      limit: Limit,
      cursor: cursorOf(z.tuple([z.int()])),
    }),
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { group, limit, cursor } = c.req.valid("query");
    const behind = config.agents
      .filter((agent) => group === undefined || agent.groups.includes(group))
      .filter(({ telegramId }) => telegramId > (cursor?.[0] ?? 0))
      .sort((a, b) => a.telegramId - b.telegramId);
    const page = behind.slice(0, limit);
    const last = behind.length > limit ? page.at(-1) : undefined;
    const { states, unreachableGroups } = await agentStates(c.env, page);
    const nextCursor = last === undefined ? null : encodeCursor([last.telegramId]);
    return c.json({ items: states.map(agentJson), nextCursor, unreachableGroups }, 200);
  },
);

const AgentAlone = forDocs(() =>
  Agent.extend({ unreachableGroups: UnreachableGroups }).meta({ id: "AgentAlone" }),
);

agentsApi.add(
  operation("GET /agents/{id}", {
    ...forDocs(() => ({
      id: "getAgent",
      summary: "Gets an agent's availability and tickets in hand",
      answer: [200, AgentAlone, "The agent"],
      problems: ["agent.not_found"],
    })),
    scopes: ["tickets:read"],
    params: Params,
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { id } = c.req.valid("param");
    const agent = config.agents.find(({ telegramId }) => telegramId === id);
    if (agent === undefined) return problem(c, "agent.not_found");
    const { states, unreachableGroups } = await agentStates(c.env, [agent]);
    return c.json({ ...agentJson(states[0]!), unreachableGroups }, 200);
  },
);

agentsApi.add(
  operation("PUT /agents/{id}/availability", {
    ...forDocs(() => ({
      id: "putAgentAvailability",
      summary: "Sets an agent's availability, as /online, /away and /offline do",
      example: { availability: "away", until: "2100-01-01T00:00:00Z" },
      answer: [200, AgentAlone, "The agent as they are now. Their other groups hear of it in a moment"],
      problems: ["agent.not_found", "group.unreachable"],
    })),
    scopes: ["tickets:write"],
    params: Params,
    body: z
      .strictObject({
        availability: Availability,
        until: When.nullable()
          .default(null)
          .meta(
            forDocs({
              description: "Until when they are away; null: until it is set otherwise",
              example: "2100-01-01T00:00:00Z",
            }),
          ),
        for: Duration.optional().meta(forDocs({ description: "Instead of `until`: for how long" })),
      })
      .refine(({ availability, until }) => until === null || availability === "away", {
        path: ["until"],
        error: "goes with away only",
      })
      .refine(({ availability, for: how }) => how === undefined || availability === "away", {
        path: ["for"],
        error: "goes with away only",
      })
      .refine(({ until, for: how }) => how === undefined || until === null, {
        path: ["for"],
        error: "must not stand beside `until`",
      })
      .meta(forDocs({ id: "AgentAvailability" })),
    fits: (c, { until }: { until?: number | null }) => notInFuture("/until", until, c.get("now")()),
    configured: true,
  }),
  async (c) => {
    const versioned = c.get("versioned");
    const { id } = c.req.valid("param");
    const { for: how, ...said } = c.req.valid("json");
    const now = c.get("now")();
    const presence = how === undefined ? said : { ...said, until: now + ms(how) };
    const wrong = notInFuture(how === undefined ? "/until" : "/for", presence.until, now);
    if (wrong.length > 0) return problem(c, "request.invalid", { problems: wrong });
    const agent = versioned.config.agents.find(({ telegramId }) => telegramId === id);
    if (agent === undefined) return problem(c, "agent.not_found");
    // Only their home knows for sure.
    const before = await agentStates(c.env, [{ ...agent, groups: agent.groups.slice(0, 1) }]);
    const was = before.states[0]!.presence;
    const undo = await recordAudit(c.env.DB, {
      at: c.get("now")(),
      ...doneBy(callerOf(c)),
      action: "agent.availability_set",
      target: { kind: "agent", id: String(id) },
      from: was === null ? null : presenceFacts(was),
      to: presenceFacts(presence),
    });
    const told = await tellPresence(c.env, versioned, id, presence, c.get("cause"));
    if (told === "unreachable") return problem(c, "group.unreachable");
    if (told === "unknown") {
      await undo();
      return problem(c, "agent.not_found");
    }
    log("info", "agent.presence", {
      agent: id,
      availability: presence.availability,
      by: c.get("principal").name,
    });
    const { states, unreachableGroups } = await agentStates(c.env, [agent]);
    return c.json({ ...agentJson(states[0]!), unreachableGroups }, 200);
  },
);

function presenceFacts({ availability, until }: Presence): Record<string, unknown> {
  return { availability, until: instantOrNull(until) };
}

function agentJson({
  agent,
  home,
  presence,
  openByGroup,
  lastAssignedAt,
}: AgentState): z.infer<typeof Agent> {
  return {
    id: agent.telegramId,
    name: agent.name,
    username: agent.username ?? null,
    role: agent.role,
    groups: agent.groups,
    home,
    shift: agent.shift ?? null,
    capacity: agent.capacity,
    presence:
      presence === null
        ? null
        : {
            availability: presence.availability,
            until: instantOrNull(presence.until),
            available: presence.unavailableBecause === null,
            because: unavailableForPrograms(presence.unavailableBecause),
          },
    open: {
      total: Object.values(openByGroup).reduce((sum, open) => sum + open, 0),
      byGroup: openByGroup,
    },
    lastAssignedAt: lastAssignedAt === null ? null : instant(lastAssignedAt),
  };
}
