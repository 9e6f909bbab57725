import { describe, expect, test } from "vitest";
import { ConfigDocument, type Config, type ConfigInput } from "../../src/domain/config/config.ts";
import { simulate, type AgentGiven, type Rehearsal } from "../../src/domain/rehearsal/simulate.ts";
import { NO_PROFILE, type Profile } from "../../src/domain/routing/profile.ts";
import type { RoutingFacts } from "../../src/domain/routing/rules.ts";
import type { SkillsKnown } from "../../src/domain/team/skill-table.ts";
import { evolve } from "../../src/domain/ticket/evolve.ts";
import { policyOf } from "../../src/domain/ticket/policy.ts";
import { routedEvent } from "../../src/domain/ticket/routed.ts";
import type { Ticket } from "../../src/domain/ticket/ticket.ts";
import { simulationForPrograms } from "../../src/texts/for-programs.ts";
import { entersVip, exampleDesk } from "../support/desks.ts";
import fc from "../support/fast-check.ts";
import { opened } from "../support/tickets.ts";
import { HOUR, MINUTE } from "./given.ts";

/** Friday, 10:00 in Berlin: the office is open till 15:00. */
const OPEN = Date.parse("2026-11-20T09:00:00Z");
const EVENING = Date.parse("2026-11-20T20:00:00Z");
const MONDAY = Date.parse("2026-11-23T08:00:00Z");

const [LEAD, SENIOR, GENERALIST] = [9001, 9002, 9003];

const NOTHING: RoutingFacts = {
  tier: null,
  segment: null,
  category: null,
  urgency: null,
  language: null,
  payload: null,
  attributes: {},
};

type Given = Partial<Omit<Rehearsal, "facts" | "agents">> & {
  facts?: Partial<RoutingFacts>;
  agents?: Record<number, Partial<AgentGiven>>;
};

function desk(change: (desk: ConfigInput) => void = () => undefined): Config {
  const config = exampleDesk();
  config.routing.rules = [
    { when: { tier: "premium" }, queue: "premium" },
    { when: { category: "billing" }, queue: "billing" },
  ];
  entersVip(config);
  change(config);
  return ConfigDocument.parse(config);
}

function rehearsed(
  { facts, agents = {}, ...given }: Given,
  config = desk(),
  now = OPEN,
  skills: SkillsKnown = new Map(),
) {
  const nothing: AgentGiven = {
    availability: "online",
    open: 0,
    lastAssignedAt: null,
    handledBefore: false,
    servedTiers: [],
  };
  const simulation = simulate(
    config,
    {
      facts: { ...NOTHING, ...facts },
      priorityScore: null,
      waitedMs: 0,
      queue: null,
      declined: [],
      group: null,
      agents: new Map(Object.entries(agents).map(([id, one]) => [Number(id), { ...nothing, ...one }])),
      enrichment: null,
      ...given,
    },
    now,
    skills,
  );
  return simulationForPrograms(simulation);
}

const says = (profile: Partial<Profile>, ignored: string[] = []) => ({
  profile: { ...NO_PROFILE, ...profile },
  ignored,
});

describe("a rehearsed ticket", () => {
  test("goes by what a skills service says, in place of the configuration", () => {
    const table = {
      agents: {
        [SENIOR]: {},
        [GENERALIST]: { billing: { level: 1, until: null }, latin: { level: 1, until: null } },
      },
      receivedAt: OPEN - MINUTE,
    };
    const known: SkillsKnown = new Map([["main", { table }]]);
    const enrichment = says({ requireSkills: { latin: 1 } });
    const facts = { category: "billing" };
    expect(rehearsed({ facts, enrichment }, desk(), OPEN, known)).toMatchObject({
      assignee: { id: GENERALIST },
      requireSkills: { billing: 1, latin: 1 },
      skills: [{ group: "main", asOf: OPEN - MINUTE, why: null }],
    });
    // Without it no agent of the desk has ever had any Latin.
    const without = rehearsed({ facts, enrichment });
    expect(without).toMatchObject({ assignee: { id: SENIOR }, requireSkills: { billing: 1 }, skills: [] });
    expect(without.reason).toContain('left out: skill "latin" is nobody\'s');
  });

  test("says where it does not know what the skills service says, and goes by the configuration there", () => {
    const known: SkillsKnown = new Map([["main", { table: null, why: "the group does not answer" }]]);
    const rehearsal = rehearsed({ facts: { category: "billing" } }, desk(), OPEN, known);
    expect(rehearsal).toMatchObject({
      assignee: { id: SENIOR },
      skills: [{ group: "main", asOf: null, why: "the group does not answer" }],
    });
    expect(rehearsal.reason).toContain(
      "what the skills service says is not known in main, because the group does not answer: the configuration's skills count",
    );
  });

  test("says that no agent of its group has the required skills, until skills do not matter any more", () => {
    const config = desk((d) => {
      d.agents![0].skills = { latin: { level: 2 } };
      d.agents![0].capacity = 0;
      d.routing.fallbackPool = "main";
    });
    const enrichment = says({ requireSkills: { latin: 2 } });
    const facts = { category: "billing" };
    const why = "nobody in main who takes tickets has latin 2 (the capacity of Lead is 0)";
    const early = rehearsed({ facts, enrichment }, config);
    expect(early).toMatchObject({ assignee: null, unmet: [why] });
    expect(early.reason).toContain(why);
    expect(rehearsed({ facts, enrichment, waitedMs: 5 * MINUTE }, config)).toMatchObject({ unmet: [] });
    expect(rehearsed({ facts }, config)).toMatchObject({ assignee: { id: SENIOR }, unmet: [] });
    // Where agents choose, nothing is handed out that could wait for them.
    expect(rehearsed({ enrichment }, config)).toMatchObject({ queue: "general", unmet: [] });
  });

  test("goes to the pool when no agent could take it whatever the skills", () => {
    const config = desk((d) => {
      d.routing.fallbackPool = "vip";
      for (const queue of d.queues) Object.assign(queue, { assignment: "auto", overrideAfter: "5m" });
      d.agents!.push({ telegramId: 9004, name: "Vera", groups: ["vip"], capacity: 1 });
    });
    const away = Object.fromEntries(
      [LEAD, SENIOR, GENERALIST].map((id) => [id, { availability: "away" as const }]),
    );
    const facts = { category: "billing" };
    const early = rehearsed({ facts, agents: away, waitedMs: 4 * MINUTE }, config);
    expect(early).toMatchObject({ queue: "billing", assignee: null });
    expect(early.next).toEqual({
      at: OPEN + MINUTE,
      what: "the next available agent gets it regardless of skill; if there is none, it goes to premium",
    });
    const late = rehearsed({ facts, agents: away, waitedMs: 5 * MINUTE }, config);
    expect(late).toMatchObject({ queue: "premium", group: "vip", assignee: { id: 9004 } });
    expect(late.reason).toContain("nobody in billing could take it: it goes to premium");
    // Agents who declined are not asked again because it has moved by itself.
    expect(rehearsed({ facts, agents: away, declined: [9004], waitedMs: 5 * MINUTE }, config)).toMatchObject({
      queue: "premium",
      assignee: null,
    });
    // An agent who is online gets it where it is.
    const { [GENERALIST]: _, ...others } = away;
    expect(rehearsed({ facts, agents: others, waitedMs: 5 * MINUTE }, config)).toMatchObject({
      queue: "billing",
      assignee: { id: GENERALIST },
    });
  });

  test("goes where the rules say, to the agent with the skills, and the answer says why", () => {
    expect(rehearsed({ facts: { category: "billing" } })).toEqual({
      queue: "billing",
      group: "main",
      priority: "normal",
      priorityScore: 0,
      requireSkills: { billing: 1 },
      assignee: { id: SENIOR, name: "Senior billing" },
      reason: [
        "rule 1 holds (category billing): queue billing",
        "requires billing 1",
        "it has not waited yet: everything counts that the queue wants",
        "Senior billing: refunds skills match fully, 0 of 5 slots used",
      ],
      rules: [1],
      stage: { kind: "strict" },
      unmet: [],
      skills: [],
      candidates: [
        {
          agent: { id: SENIOR, name: "Senior billing" },
          eligible: true,
          score: 70,
          parts: { preferredAgent: 0, preferredSkills: 1, history: 0, spareCapacity: 1 },
          why: ["refunds skills match fully", "0 of 5 slots used"],
        },
        expect.objectContaining({
          agent: { id: LEAD, name: "Lead" },
          eligible: false,
          score: null,
          why: ["lacks billing 1 (has none)"],
        }),
        expect.objectContaining({ agent: { id: GENERALIST, name: "Generalist" }, eligible: false }),
      ],
      next: null,
    });
  });

  test("is not assigned where agents claim", () => {
    const { queue, assignee, next, reason } = rehearsed({});
    expect({ queue, assignee, next }).toEqual({ queue: "general", assignee: null, next: null });
    expect(reason).toEqual([
      "no rule holds: it goes to general",
      "agents claim the tickets of general: nobody is given any",
    ]);
  });

  test("goes to the group that has its queue, and to that group's agents", () => {
    const { queue, group, candidates, priorityScore } = rehearsed({ facts: { tier: "premium" } });
    expect({ queue, group, priorityScore }).toEqual({ queue: "premium", group: "vip", priorityScore: 100 });
    expect(candidates.map(({ agent }) => agent.id)).toEqual([LEAD, SENIOR]);
  });

  test.each<[string, Given, string]>([
    ["the desk's default group", {}, "general"],
    ["the group that their link names", { facts: { payload: "vip_order" } }, "premium"],
    ["the group that is said", { group: "vip" }, "premium"],
    ["where somebody put it", { queue: "billing", facts: { tier: "premium" } }, "billing"],
  ])("stays in %s where no rule holds", (_, given, queue) => {
    expect(rehearsed(given).queue).toBe(queue);
  });

  test("waits while the agent who could take it is away, and the answer says what changes next", () => {
    const away = { agents: { [SENIOR]: { availability: "away" as const } }, facts: { category: "billing" } };
    const waits = rehearsed(away);
    expect(waits.assignee).toBeNull();
    expect(waits.next).toEqual({
      at: OPEN + 5 * MINUTE,
      what: "the next available agent gets it regardless of skill",
    });
    expect(waits.reason).toContain("Senior billing: away");
    expect(rehearsed({ ...away, waitedMs: 4 * MINUTE }).next?.at).toBe(OPEN + MINUTE);
    const overridden = rehearsed({ ...away, waitedMs: 5 * MINUTE });
    expect(overridden.stage).toEqual({ kind: "override" });
    expect(overridden.assignee?.id).toBe(LEAD);
  });

  test("waits for a shift to begin", () => {
    const config = desk((d) => {
      delete d.queues[1].overrideAfter;
      d.agents![1].skills = { billing: { level: 1 } };
    });
    const { assignee, next, candidates } = rehearsed({ facts: { category: "billing" } }, config, EVENING);
    expect(assignee).toBeNull();
    expect(next).toEqual({ at: MONDAY, what: "the shift of Senior billing begins" });
    expect(candidates.find(({ agent }) => agent.id === SENIOR)?.why).toEqual(["not on shift"]);
  });

  test("goes on to another agent when the time to answer is over", () => {
    const config = desk((d) => (d.queues[1].answerWithin = "10m"));
    expect(rehearsed({ facts: { category: "billing" } }, config).next).toEqual({
      at: OPEN + 10 * MINUTE,
      what: "it goes on if Senior billing has not answered",
    });
  });

  test.each<[string, Given, number | null]>([
    ["has no room", { agents: { [SENIOR]: { open: 5 } } }, null],
    ["has the last room", { agents: { [SENIOR]: { open: 4 } } }, SENIOR],
    ["is offline", { agents: { [SENIOR]: { availability: "offline" } } }, null],
    ["declined it", { declined: [SENIOR] }, null],
  ])("goes to the agent with the skill or to none, where that one %s", (_, given, id) => {
    const { assignee } = rehearsed({ ...given, facts: { category: "billing" } });
    expect(assignee?.id ?? null).toBe(id);
  });

  test("goes to an agent who has served customers of the same tier, but rather to one who has handled this customer", () => {
    const config = desk((d) => {
      d.queues[0].assignment = "auto";
      d.routing.rules = [];
    });
    const served = { [GENERALIST]: { servedTiers: ["premium"] } };
    const who = (tier: string | null, agents: NonNullable<Given["agents"]>) =>
      rehearsed({ facts: { tier }, agents }, config).assignee?.id;
    expect(who("premium", served)).toBe(GENERALIST);
    expect(who("basic", served)).toBe(LEAD);
    expect(who(null, served)).toBe(LEAD);
    expect(who("premium", { ...served, [SENIOR]: { handledBefore: true } })).toBe(SENIOR);
  });

  test("goes to an agent who has handled this customer before, or was given nothing for the longest time", () => {
    const config = desk((d) => (d.queues[0].assignment = "auto"));
    expect(rehearsed({ agents: { [GENERALIST]: { handledBefore: true } } }, config).assignee?.id).toBe(
      GENERALIST,
    );
    const recently = { lastAssignedAt: OPEN - HOUR };
    expect(rehearsed({ agents: { [LEAD]: recently, [SENIOR]: recently } }, config).assignee?.id).toBe(
      GENERALIST,
    );
  });
});

describe("what another system answers", () => {
  test("fills in what the ticket does not say, and no more", () => {
    const premium = says({ tier: "premium", category: "billing", asOf: OPEN - 3 * HOUR });
    const unknown = rehearsed({ enrichment: premium });
    expect(unknown.queue).toBe("premium");
    expect(unknown.reason[0]).toBe("the enrichment says tier premium, category billing, as of 3 hours ago");
    expect(rehearsed({ enrichment: premium, facts: { tier: "basic" } }).queue).toBe("billing");
  });

  test("chooses the agent, and requires skills", () => {
    const config = desk((d) => {
      d.queues[0].assignment = "auto";
      d.agents![2].skills = { german: { level: 2 } };
    });
    expect(rehearsed({ enrichment: says({ preferredAgent: GENERALIST }) }, config).assignee?.id).toBe(
      GENERALIST,
    );
    const german = rehearsed({ enrichment: says({ requireSkills: { german: 1 } }) }, config);
    expect(german.assignee?.id).toBe(GENERALIST);
    expect(german.requireSkills).toEqual({ german: 1 });
    const score = rehearsed({ enrichment: says({ tier: "basic", priorityScore: 70 }) }, config);
    expect(score.priorityScore).toBe(70);
  });

  test("may be old, and name what the desk does not have", () => {
    const old = says({ tier: "premium", asOf: OPEN - 8 * 24 * HOUR }, [
      'tier "gold" is not one of the desk\'s',
    ]);
    expect(rehearsed({ enrichment: old }).reason.slice(0, 2)).toEqual([
      "the enrichment says tier premium, as of 8 days ago, which is stale",
      'left out: tier "gold" is not one of the desk\'s',
    ]);
  });

  test.each([
    ["timeout", "the enrichment did not answer in time: what is known decides"],
    ["error", "the enrichment failed: what is known decides"],
  ] as const)("may not come (%s): then what is known decides", (enrichment, reason) => {
    const known = { facts: { category: "billing" } };
    const { reason: reasons, ...rest } = rehearsed({ ...known, enrichment });
    const { reason: without, ...same } = rehearsed(known);
    expect(rest).toEqual(same);
    expect(reasons).toEqual([reason, ...without]);
  });
});

/* Laws. */

const fact = (...values: string[]) => fc.option(fc.constantFrom(...values));
const someFacts = fc.record({
  tier: fact("premium", "basic"),
  category: fact("billing", "technical"),
  language: fact("de", "en"),
});
const someProfile = fc.record({
  tier: fact("premium", "standard"),
  segment: fact("retail"),
  category: fact("billing", "other"),
  requireSkills: fc.constantFrom({}, { billing: 2 }),
  attributes: fc.constantFrom({}, { plan: "gold" }),
});
const ruled = desk((d) => {
  d.routing.rules = [
    { when: { segment: "retail", language: "de" }, queue: "general", priority: "high" },
    { when: { attributes: { plan: "gold" } }, queue: "billing", requireSkills: { refunds: 1 } },
    { when: { category: "billing" }, queue: "billing" },
  ];
});

test("the rehearsal says of a ticket what the desk does with it", () => {
  fc.assert(
    fc.property(someFacts, fc.option(someProfile), (facts, said) => {
      const profile = said === null ? null : { ...NO_PROFILE, ...said };
      // The object knows a customer's tier by the answer only.
      const known = { ...facts, tier: null };
      const policy = policyOf(ruled, "main", OPEN)!;
      const { category, language } = known;
      const fresh: Ticket = {
        ...evolve(null, opened(1)),
        language,
        fields: category === null ? {} : { category },
      };
      const ticket =
        profile === null
          ? fresh
          : evolve(fresh, {
              type: "enrichment_answered",
              at: OPEN,
              by: { kind: "system", rule: "enrichment" },
              profile,
              ignored: [],
              latencyMs: 5,
            });
      const event = routedEvent(ticket, policy, OPEN);
      const live = event === null ? ticket : evolve(ticket, event);
      const seen = rehearsed(
        { facts: known, enrichment: profile === null ? null : { profile, ignored: [] } },
        ruled,
      );
      expect(seen.queue).toBe(live.queue);
      expect(seen.priority).toBe(live.priority);
      expect(seen.requireSkills).toMatchObject(live.requireSkills);
    }),
  );
});

test("the same question has the same answer", () => {
  fc.assert(
    fc.property(someFacts, fc.option(someProfile), fc.integer({ min: 0, max: 10 }), (facts, said, waited) => {
      const given: Given = {
        facts,
        waitedMs: waited * MINUTE,
        enrichment: said === null ? "timeout" : says(said),
      };
      expect(rehearsed(given, ruled)).toEqual(rehearsed(given, ruled));
    }),
    { numRuns: 50 },
  );
});
