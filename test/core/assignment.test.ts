import { describe, expect, test } from "vitest";
import { ConfigDocument } from "../../src/domain/config/config.ts";
import {
  assign,
  stageAt,
  type AgentNow,
  type Need,
  type QueueRouting,
  type Weights,
} from "../../src/domain/routing/assignment.ts";
import { queueRoutingsOf } from "../../src/domain/routing/queues.ts";
import { turnAt } from "../../src/domain/routing/turn.ts";
import { levelOf } from "../../src/domain/team/skills.ts";
import { candidatesForPrograms, nextForPrograms } from "../../src/texts/for-programs.ts";
import { exampleDesk } from "../support/desks.ts";
import fc from "../support/fast-check.ts";
import { HOUR, MINUTE, NOON } from "./given.ts";

const QUEUE: QueueRouting = {
  id: "billing",
  group: "main",
  auto: true,
  weights: { preferredAgent: 100, preferredSkills: 50, history: 30, spareCapacity: 20 },
  requireSkills: {},
  preferSkills: {},
  relaxAfterMs: [],
  overrideAfterMs: null,
  pool: null,
  answerWithinMs: null,
};
const NEED: Need = { requireSkills: {}, preferredAgent: null, declined: [], waitingSince: NOON };

interface Given extends Partial<Omit<AgentNow, "agent">> {
  skills?: Record<string, number | { level: number; until: number }>;
  capacity?: number;
}

function agent(id: number, { skills = {}, capacity = 5, ...now }: Given = {}): AgentNow {
  const held = Object.entries(skills).map(
    ([skill, level]) => [skill, typeof level === "number" ? { level, until: null } : level] as const,
  );
  return {
    agent: {
      id,
      name: `Agent ${id}`,
      role: "agent",
      home: "main",
      elsewhere: [],
      capacity,
      shift: null,
      skills: new Map(held),
    },
    available: true,
    unavailableBecause: null,
    open: 0,
    lastAssignedAt: null,
    history: 0,
    ...now,
  };
}

function chosen(
  agents: AgentNow[],
  queue: Partial<QueueRouting> = {},
  need: Partial<Need> = {},
  at = NOON,
): number | null {
  return assign({ ...NEED, ...need }, agents, { ...QUEUE, ...queue }, at).assignee?.id ?? null;
}

describe("the agent who gets a ticket", () => {
  test("has the required skills, at the level, not expired", () => {
    const needs = { requireSkills: { billing: 2 } };
    expect(
      chosen([agent(1, { skills: { billing: 1 } }), agent(2, { skills: { billing: 2 } })], {}, needs),
    ).toBe(2);
    const expired = agent(1, { skills: { billing: { level: 3, until: NOON } } });
    expect(chosen([expired], {}, needs, NOON - 1)).toBe(1);
    expect(chosen([expired], {}, needs, NOON)).toBeNull();
  });

  test.each<[string, AgentNow]>([
    ["is not there", agent(1, { available: false, unavailableBecause: "away" })],
    ["has no room", agent(1, { capacity: 2, open: 2 })],
    ["has no capacity at all", agent(1, { capacity: 0 })],
  ])("is no agent who %s", (_, somebody) => {
    expect(chosen([somebody])).toBeNull();
  });

  test("is no agent who declined it", () => {
    expect(chosen([agent(1), agent(2)], {}, { declined: [1] })).toBe(2);
  });

  test("is the one whom the customer prefers, then one with the preferred skills, then one who knows them, then one with room", () => {
    const queue = { preferSkills: { refunds: 2 } };
    const prefers = agent(1);
    const skilled = agent(2, { skills: { refunds: 2 } });
    const knows = agent(3, { history: 1 });
    const free = agent(4);
    const busy = agent(5, { open: 3 });
    const all = [busy, free, knows, skilled, prefers];
    expect(chosen(all, queue, { preferredAgent: 1 })).toBe(1);
    expect(chosen(all, queue)).toBe(2);
    expect(chosen([busy, free, knows], queue)).toBe(3);
    expect(chosen([busy, free], queue)).toBe(4);
  });

  test("is, of equals, the one who was given nothing for the longest time", () => {
    expect(
      chosen([
        agent(1, { lastAssignedAt: 5 }),
        agent(2, { lastAssignedAt: 3 }),
        agent(3, { lastAssignedAt: 4 }),
      ]),
    ).toBe(2);
    expect(chosen([agent(1, { lastAssignedAt: 5 }), agent(2)])).toBe(2);
  });

  test("is explained, agent by agent", () => {
    const { candidates } = assign(
      { ...NEED, requireSkills: { billing: 2 } },
      [agent(1, { skills: { billing: 1 } }), agent(2, { skills: { billing: 3 }, open: 1, history: 1 })],
      QUEUE,
      NOON,
    );
    expect(candidatesForPrograms(candidates)).toEqual([
      {
        agent: { id: 2, name: "Agent 2" },
        eligible: true,
        score: 46,
        parts: { preferredAgent: 0, preferredSkills: 0, history: 1, spareCapacity: 0.8 },
        why: ["served this customer before", "1 of 5 slots used"],
      },
      expect.objectContaining({ eligible: false, score: null, why: ["lacks billing 2 (has 1)"] }),
    ]);
  });
});

describe("relaxation", () => {
  const queue = {
    requireSkills: { billing: 1 },
    preferSkills: { refunds: 2 },
    relaxAfterMs: [MINUTE, 2 * MINUTE],
    overrideAfterMs: 5 * MINUTE,
  };
  const needs = { requireSkills: { billing: 1 } };
  const expert = agent(1, {
    skills: { billing: 1, refunds: 2 },
    available: false,
    unavailableBecause: "away",
  });
  const some = agent(2, { skills: { billing: 1, refunds: 1 } });
  const plain = agent(3, { skills: { billing: 1 } });
  const other = agent(4);
  const at = (minutes: number, agents: AgentNow[]): number | null =>
    chosen([expert, ...agents], queue, needs, NOON + minutes * MINUTE);

  test("drops preferred skills level by level, then all skills", () => {
    expect(at(0.99, [some, plain, other])).toBeNull();
    expect(at(1, [some, plain, other])).toBe(2);
    expect(at(1, [plain, other])).toBeNull();
    expect(at(2, [plain, other])).toBe(3);
    expect(at(4.99, [other])).toBeNull();
    expect(at(5, [other])).toBe(4);
  });

  test("waits for no skill that no agent has", () => {
    expect(chosen([plain], queue, needs)).toBe(3);
  });

  test("says what changes next, and when", () => {
    const next = (minutes: number) =>
      nextForPrograms(
        assign({ ...NEED, ...needs }, [], { ...QUEUE, ...queue }, NOON + minutes * MINUTE).next,
      );
    expect(next(0)).toEqual({ at: NOON + MINUTE, what: "preferred skills drop by 1" });
    expect(next(1)).toMatchObject({ at: NOON + 2 * MINUTE });
    expect(next(2)).toMatchObject({ at: NOON + 5 * MINUTE });
    expect(next(5)).toBeNull();
    expect(stageAt({ ...QUEUE, ...queue }, 5 * MINUTE)).toEqual({ kind: "override" });
  });
});

/* Laws. */

const skill = fc.constantFrom("billing", "refunds", "german");
const levels = fc.dictionary(skill, fc.integer({ min: 1, max: 3 }), { maxKeys: 3 });
const someone = fc.record({
  skills: levels,
  capacity: fc.integer({ min: 0, max: 4 }),
  open: fc.integer({ min: 0, max: 4 }),
  available: fc.boolean(),
  lastAssignedAt: fc.option(fc.integer({ min: 0, max: 5 })),
  history: fc.constantFrom(0, 0.5, 1),
});
const team = fc
  .array(someone, { maxLength: 12 })
  .map((all) => all.map((one, index) => agent(index + 1, one)));
const need = fc.record({
  requireSkills: levels,
  preferredAgent: fc.option(fc.integer({ min: 1, max: 12 })),
  declined: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
  waitedMs: fc.integer({ min: 0, max: HOUR }),
});
const queue = fc.record({
  preferSkills: levels,
  relaxAfterMs: fc
    .uniqueArray(fc.integer({ min: 1, max: HOUR }), { maxLength: 3 })
    .map((all) => all.toSorted((a, b) => a - b)),
  overrideAfterMs: fc.option(fc.integer({ min: 1, max: HOUR })),
  pool: fc.constant(null),
});

test("no agent gets a ticket over capacity, while away, after declining it, or without the skills before the wait allows it", () => {
  fc.assert(
    fc.property(team, need, queue, (agents, { waitedMs, ...needed }, routing) => {
      const full = { ...QUEUE, ...routing };
      const at = NOON + waitedMs;
      const id = chosen(agents, routing, { ...needed, waitingSince: NOON }, at);
      if (id === null) return;
      const taken = agents.find((one) => one.agent.id === id)!;
      expect(taken.available).toBe(true);
      expect(taken.open).toBeLessThan(taken.agent.capacity);
      expect(needed.declined).not.toContain(id);
      if (stageAt(full, waitedMs).kind === "override") return;
      for (const [wanted, level] of Object.entries(needed.requireSkills)) {
        expect(levelOf(taken.agent.skills, wanted, at)).toBeGreaterThanOrEqual(level);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("the same facts give the same answer, in whatever order the agents are listed", () => {
  fc.assert(
    fc.property(
      team.chain((agents) =>
        fc.tuple(fc.constant(agents), fc.shuffledSubarray(agents, { minLength: agents.length })),
      ),
      need,
      queue,
      ([agents, shuffled], { waitedMs, ...needed }, routing) => {
        const of = (list: AgentNow[]) =>
          assign({ ...needed, waitingSince: NOON }, list, { ...QUEUE, ...routing }, NOON + waitedMs);
        expect(of(shuffled)).toEqual(of(agents));
      },
    ),
  );
});

test("a level that no agent has is never waited for, and no later level is harder to meet than an earlier one", () => {
  const team = [agent(1), agent(2, { skills: { tax: 2 }, available: false, unavailableBecause: "away" })];
  const routing = { preferSkills: { tax: 3 }, relaxAfterMs: [MINUTE, 2 * MINUTE, 3 * MINUTE] };
  const at = (minutes: number) => chosen(team, routing, { waitingSince: NOON }, NOON + minutes * MINUTE);
  expect([0, 1, 2, 3].map(at)).toEqual([null, null, null, 1]);
  const lower = [agent(1, { skills: { tax: 1 } }), team[1]];
  const after = (minutes: number) => chosen(lower, routing, { waitingSince: NOON }, NOON + minutes * MINUTE);
  expect([0, 1, 2, 3].map(after)).toEqual([null, null, 1, 1]);
});

test("waiting longer never leaves a ticket without a candidate", () => {
  fc.assert(
    fc.property(
      team,
      need,
      queue,
      fc.integer({ min: 0, max: HOUR }),
      (agents, { waitedMs, ...needed }, routing, more) => {
        const at = (ms: number) => chosen(agents, routing, { ...needed, waitingSince: NOON }, NOON + ms);
        fc.pre(at(waitedMs) !== null);
        expect(at(waitedMs + more)).not.toBeNull();
      },
    ),
    { numRuns: 1_000 },
  );
});

/* Turns within one instant. */

const STRATEGIES = ["round_robin", "least_loaded", "weighted"] as const;
const PRESETS = new Map(
  STRATEGIES.map((strategy) => {
    const desk = exampleDesk();
    desk.queues = desk.queues.map((one) => ({ ...one, strategy }));
    return [strategy, queueRoutingsOf(ConfigDocument.parse(desk)).get(desk.queues[0].id)!.weights];
  }),
);

/** Who gets each of so many tickets that come at once, in their order; the team is as it is afterwards. */
function atOnce(count: number, agents: readonly AgentNow[], weights: Weights): (number | null)[] {
  return Array.from({ length: count }, () => {
    const id = chosen([...agents], { weights });
    const taken = agents.find((one) => one.agent.id === id);
    if (taken !== undefined) {
      Object.assign(taken, { lastAssignedAt: turnAt(NOON, agents), open: taken.open + 1 });
    }
    return id;
  });
}

/** A team of equals, with any last turns, this very instant included. */
const equals = fc.record({
  size: fc.integer({ min: 1, max: 16 }),
  capacity: fc.integer({ min: 1, max: 12 }),
  lastAt: fc.array(fc.option(fc.integer({ min: NOON - 3, max: NOON + 3 })), { minLength: 16, maxLength: 16 }),
  count: fc.integer({ min: 0, max: 250 }),
});
const teamOf = (size: number, capacity: number, lastAt: readonly (number | null)[]): AgentNow[] =>
  Array.from({ length: size }, (_, index) =>
    agent(index + 1, { capacity, lastAssignedAt: lastAt[index] ?? null }),
  );

describe.each(STRATEGIES)("%s", (strategy) => {
  const weights = PRESETS.get(strategy)!;

  test("is fair within one at every moment of an instant, for a team of equals of any size, and fills it", () => {
    fc.assert(
      fc.property(equals, ({ size, capacity, lastAt, count }) => {
        const agents = teamOf(size, capacity, lastAt);
        for (let n = 0; n < count; n += 1) {
          const [id] = atOnce(1, agents, weights);
          expect(id === null).toBe(n >= size * capacity);
          const open = agents.map((one) => one.open);
          expect(Math.max(...open) - Math.min(...open)).toBeLessThanOrEqual(1);
          expect(Math.max(...open)).toBeLessThanOrEqual(capacity);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("hands out an instant in the same way in whatever order the agents are listed", () => {
    fc.assert(
      fc.property(
        equals.chain(({ size, capacity, lastAt, count }) =>
          fc.tuple(
            fc.constant({ size, capacity, lastAt, count: Math.min(count, 60) }),
            fc.shuffledSubarray(
              Array.from({ length: size }, (_, index) => index),
              { minLength: size },
            ),
          ),
        ),
        ([{ size, capacity, lastAt, count }, order]) => {
          const shuffled = teamOf(size, capacity, lastAt);
          const agents = order.map((index) => shuffled[index]);
          expect(atOnce(count, agents, weights)).toEqual(
            atOnce(count, teamOf(size, capacity, lastAt), weights),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([1, 2, 3, 4, 5, 8, 15, 16])("goes round a team of %i in turns", (size) => {
    const ids = atOnce(size * 7 + 3, teamOf(size, 1_000, []), weights);
    expect(ids).toEqual(ids.map((_, index) => (index % size) + 1));
  });
});

test("a turn is noted at its own instant, but after every other turn of the team", () => {
  expect(turnAt(NOON, [])).toBe(NOON);
  expect(turnAt(NOON, [agent(1), agent(2, { lastAssignedAt: NOON - 1 })])).toBe(NOON);
  expect(turnAt(NOON, [agent(1, { lastAssignedAt: NOON + 7 }), agent(2, { lastAssignedAt: NOON })])).toBe(
    NOON + 8,
  );
});
