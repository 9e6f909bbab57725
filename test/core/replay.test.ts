import { describe, expect, test } from "vitest";
import { ConfigDocument, type Config, type ConfigInput } from "../../src/domain/config/config.ts";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { REPLAY_TICKETS_MAX } from "../../src/domain/limits.ts";
import { compareReplays } from "../../src/domain/rehearsal/comparison.ts";
import type { RecordedTicket } from "../../src/domain/rehearsal/recorded-ticket.ts";
import { replayTickets } from "../../src/domain/rehearsal/replay.ts";
import { NO_PROFILE } from "../../src/domain/routing/profile.ts";
import type { SkillsKnown } from "../../src/domain/team/skill-table.ts";
import { exampleDesk } from "../support/desks.ts";
import fc from "../support/fast-check.ts";
import { HOUR, MINUTE } from "./given.ts";

/** Friday, 10:00 in Berlin: the office is open till 15:00. */
const OPEN = Date.parse("2026-11-20T09:00:00Z");
const MONDAY = Date.parse("2026-11-23T08:00:00Z");
const LATER = OPEN + 100 * HOUR;

const [OLGA, BORIS] = [9002, 9003];

/** A desk that hands out everything: Olga knows billing, Boris does not; each takes one ticket at a time. */
function desk(change: (desk: ConfigInput) => void = () => undefined): Config {
  const config = exampleDesk();
  config.queues = [
    { id: "general", group: "main", assignment: "auto" },
    { id: "billing", group: "main", assignment: "auto", requireSkills: { billing: 1 } },
    { id: "premium", group: "vip" },
  ];
  config.agents = [
    {
      telegramId: OLGA,
      name: "Olga",
      groups: ["main"],
      capacity: 1,
      skills: { billing: { level: 3 } },
      shift: "office",
    },
    { telegramId: BORIS, name: "Boris", groups: ["main"], capacity: 1, shift: "office" },
  ];
  for (const group of config.groups) group.leads = [];
  config.routing.rules = [{ when: { category: "billing" }, queue: "billing" }];
  change(config);
  return ConfigDocument.parse(config);
}

interface Given extends Partial<Omit<RecordedTicket, "facts">> {
  /** Minutes after the morning. */
  at?: number;
  /** How many minutes it took. */
  took?: number | undefined;
  facts?: Partial<RecordedTicket["facts"]>;
}

function tickets(...given: Given[]): RecordedTicket[] {
  return given.map(({ at = 0, took, facts, ...more }, index) => ({
    ref: `SUP-${index + 1}`,
    group: "main",
    customer: contactId(5_001 + index),
    profile: null,
    openedAt: OPEN + at * MINUTE,
    firstAnsweredAt: null,
    endedAt: took === undefined ? null : OPEN + (at + took) * MINUTE,
    assignee: null,
    waits: [],
    ...more,
    facts: {
      tier: null,
      segment: null,
      category: null,
      urgency: null,
      language: null,
      payload: null,
      attributes: {},
      ...facts,
    },
  }));
}

/** Who gets each ticket, and after how many minutes. */
function handedOut(config: Config, ...given: Given[]): (readonly [number, number] | null)[] {
  const recorded = tickets(...given);
  return replayTickets(config, recorded, LATER).map(({ assignee, assignedAt }) =>
    assignee === null ? null : ([assignee.id, (assignedAt! - OPEN) / MINUTE] as const),
  );
}

const billing = { category: "billing" };

describe("a replayed ticket", () => {
  test("goes to an agent with room when it arrives, and waits until one has", () => {
    expect(handedOut(desk(), { took: 30 }, { at: 1, took: 60 }, { at: 2, took: 60 })).toEqual([
      [OLGA, 0],
      [BORIS, 1],
      [OLGA, 30],
    ]);
  });

  test("goes to no agent if it was over before one had room", () => {
    expect(handedOut(desk(), {}, {}, { at: 2, took: 10 }, { at: 20 })).toEqual([
      [OLGA, 0],
      [BORIS, 0],
      null,
      null,
    ]);
  });

  test("goes to an agent by what a skills service says, in place of the configuration", () => {
    const agents = { [OLGA]: {}, [BORIS]: { billing: { level: 1, until: OPEN + 10 * MINUTE } } };
    const skills: SkillsKnown = new Map([["main", { table: { agents, receivedAt: OPEN } }]]);
    const recorded = tickets({ facts: billing, took: 1 }, { at: 20, facts: billing });
    const who = (known?: SkillsKnown): (number | undefined)[] =>
      replayTickets(desk(), recorded, LATER, known).map(({ assignee }) => assignee?.id);
    expect(who()).toEqual([OLGA, OLGA]);
    expect(who(skills)).toEqual([BORIS, undefined]);
    const empty: SkillsKnown = new Map();
    expect(compareReplays(desk(), desk(), recorded, LATER, { before: empty, after: skills })).toMatchObject({
      changed: 2,
      assignmentsChanged: 2,
    });
  });

  test("goes to the pool, once, when no agent could take it whatever the skills", () => {
    const config = desk((d) => {
      d.queues[1].overrideAfter = "5m";
      d.queues[2] = { id: "premium", group: "vip", assignment: "auto", overrideAfter: "5m" };
      d.agents!.push({ telegramId: 9004, name: "Vera", groups: ["vip"], capacity: 1 });
      d.routing.fallbackPool = "vip";
    });
    const full = [{}, {}];
    const all = replayTickets(config, tickets(...full, { facts: billing }, { facts: billing }, {}), LATER);
    expect(all.map(({ queue, assignee }) => [queue, assignee?.id ?? null])).toEqual([
      ["general", OLGA],
      ["general", BORIS],
      ["premium", 9004],
      ["premium", null],
      ["general", null],
    ]);
    expect(all[2].assignedAt).toBe(OPEN + 5 * MINUTE);
    // What was over before that stays where it was.
    expect(replayTickets(config, tickets(...full, { facts: billing, took: 5 }), LATER)[2].queue).toBe(
      "billing",
    );
    // Where the pool's agents claim, the recorded assignee takes it when it comes.
    const claimed = desk((d) => {
      d.queues[1].overrideAfter = "5m";
      d.agents!.push({ telegramId: 9004, name: "Vera", groups: ["vip"], capacity: 1 });
      d.routing.fallbackPool = "vip";
    });
    const [, , taken] = replayTickets(claimed, tickets(...full, { facts: billing, assignee: 9004 }), LATER);
    expect(taken).toMatchObject({ assignee: { id: 9004 }, assignedAt: OPEN + 5 * MINUTE });
  });

  test("is overtaken by more urgent ones and those of a higher tier, never by a newer equal", () => {
    const config = desk((d) => {
      d.agents = [d.agents![1]];
      d.agents[0].capacity = 1;
      d.queues = d.queues.filter(({ id }) => id !== "billing");
      d.routing.rules = [{ when: { urgency: "urgent" }, priority: "urgent" }];
    });
    const all = handedOut(
      config,
      { took: 10 },
      { at: 1, took: 60 },
      { at: 2, took: 90 },
      { at: 3, took: 27, facts: { tier: "premium" } },
      { at: 4, took: 16, facts: { urgency: "urgent" } },
    );
    expect(all).toEqual([
      [BORIS, 0],
      [BORIS, 30],
      [BORIS, 61],
      [BORIS, 20],
      [BORIS, 10],
    ]);
  });

  test("waits for the skill, and after the override for it no more", () => {
    const config = desk((d) => (d.queues[1].overrideAfter = "5m"));
    expect(handedOut(desk(), { facts: billing, took: 30 }, { at: 1, facts: billing })).toEqual([
      [OLGA, 0],
      [OLGA, 30],
    ]);
    expect(handedOut(config, { facts: billing, took: 30 }, { at: 1, facts: billing })).toEqual([
      [OLGA, 0],
      [BORIS, 6],
    ]);
  });

  test("waits for the next shift", () => {
    const [closed] = handedOut(desk(), { at: 6 * 60 });
    expect(closed).toEqual([OLGA, (MONDAY - OPEN) / MINUTE]);
  });

  test("waits for whichever shift begins first, also while others have theirs", () => {
    const config = desk((d) => {
      d.calendars!.push({ id: "late", timeZone: "UTC", weekly: { fri: ["12:00-13:00", "14:00-15:00"] } });
      d.agents![0].shift = "late";
    });
    const billed = { facts: billing, took: 280 };
    // Olga is there from 12:00, gets free during her break and takes the next one behind it.
    expect(handedOut(config, billed, { at: 1, facts: billing }, { at: 200, took: 1 })).toEqual([
      [OLGA, 180],
      [OLGA, 300],
      [BORIS, 200],
    ]);
  });

  test("belongs, where agents claim, to its recorded assignee, if they work there", () => {
    const config = desk((d) => (d.queues[0].assignment = "claim"));
    expect(handedOut(config, { assignee: BORIS }, { assignee: BORIS }, { assignee: 77 }, {})).toEqual([
      [BORIS, 0],
      [BORIS, 0],
      null,
      null,
    ]);
  });

  test("is routed by what another system said of its customer", () => {
    const config = desk((d) => {
      d.routing.rules = [{ when: { attributes: { plan: "gold" } }, queue: "billing", priority: "high" }];
    });
    const profile = { ...NO_PROFILE, attributes: { plan: "gold" } };
    expect(replayTickets(config, tickets({ profile }), LATER)[0]).toMatchObject({
      queue: "billing",
      priority: "high",
    });
    const prefers = { ...NO_PROFILE, preferredAgent: BORIS };
    expect(handedOut(desk(), { profile: prefers })).toEqual([[BORIS, 0]]);
  });
});

describe("a replayed agent of several groups", () => {
  /** Olga is at home in main and serves vip as well; Vera serves vip alone. */
  const shared = (change: (desk: ConfigInput) => void = () => undefined) =>
    desk((d) => {
      d.queues[2] = { id: "premium", group: "vip", assignment: "auto" };
      d.agents = [{ telegramId: OLGA, name: "Olga", groups: ["main", "vip"], capacity: 1 }];
      d.queues = d.queues.filter(({ id }) => id !== "billing");
      d.routing.rules = [];
      change(d);
    });
  const vip = { group: "vip" };

  test("has one set of slots for all of them", () => {
    expect(handedOut(shared(), { took: 30 }, { ...vip, at: 1, took: 60 }, { at: 40 })).toEqual([
      [OLGA, 0],
      [OLGA, 30],
      [OLGA, 61],
    ]);
  });

  test("serves their home group first when they are free, whatever waits longer elsewhere", () => {
    expect(handedOut(shared(), { took: 30 }, { ...vip, at: 1, took: 60 }, { at: 2, took: 40 })).toEqual([
      [OLGA, 0],
      [OLGA, 42],
      [OLGA, 30],
    ]);
  });

  test("has slots used by what they claimed in another group", () => {
    const claims = shared((d) => (d.queues[1].assignment = "claim"));
    expect(handedOut(claims, { ...vip, took: 30, assignee: OLGA }, { at: 1 })).toEqual([
      [OLGA, 0],
      [OLGA, 30],
    ]);
  });
});

describe("a replayed ticket that is ignored", () => {
  const inTime = (change: (desk: ConfigInput) => void = () => undefined) =>
    desk((d) => {
      d.queues[0].answerWithin = "10m";
      change(d);
    });
  const answered = (minute: number) => ({ firstAnsweredAt: OPEN + minute * MINUTE });
  /** Time is over the millisecond after. */
  const JUST_AFTER = 1 / MINUTE;

  test("goes on to the next, and to no agent once all have ignored it", () => {
    expect(handedOut(inTime(), answered(10))).toEqual([[OLGA, 0]]);
    expect(handedOut(inTime(), answered(11))).toEqual([[BORIS, 10 + JUST_AFTER]]);
    expect(handedOut(inTime(), answered(21))).toEqual([null]);
    expect(handedOut(inTime(), {})).toEqual([null]);
    // An end is an answer, too.
    expect(handedOut(inTime(), { took: 10 })).toEqual([[OLGA, 0]]);
  });

  test("frees the slot, but leaves the agent away until the record has an answer of theirs", () => {
    const alone = inTime((d) => (d.agents![1].capacity = 0));
    const ignored = { assignee: BORIS, ...answered(60) };
    const own = { assignee: OLGA, at: 12, ...answered(30) };
    expect(handedOut(alone, ignored, own)).toEqual([null, [OLGA, 30]]);
  });

  test("leaves the agent away until their next shift, or, without one, until the ticket was answered", () => {
    const alone = (shift?: string) =>
      inTime((d) => {
        d.agents![1].capacity = 0;
        if (shift === undefined) delete d.agents![0].shift;
      });
    const monday = (MONDAY - OPEN) / MINUTE;
    const later = { at: 12, firstAnsweredAt: MONDAY };
    expect(handedOut(alone("office"), answered(60), later)).toEqual([null, [OLGA, monday]]);
    expect(handedOut(alone(), answered(60), later)).toEqual([null, null]);
    expect(handedOut(alone(), answered(60), { at: 12, ...answered(65) })).toEqual([null, [OLGA, 60]]);
    expect(handedOut(alone(), {}, { at: 12, ...answered(65) })).toEqual([null, null]);
  });

  test("waits anew for what its queue relaxes", () => {
    const relaxed = desk((d) => {
      Object.assign(d.queues[1], { answerWithin: "10m", overrideAfter: "5m" });
    });
    const late = { facts: billing, ...answered(40) };
    expect(handedOut(relaxed, late)).toEqual([null]);
    expect(handedOut(relaxed, { facts: billing, ...answered(24) })).toEqual([[BORIS, 15]]);
  });

  test("may be taken in the pool, where no agent has ignored it", () => {
    const pooled = inTime((d) => {
      d.queues[0].overrideAfter = "5m";
      d.queues[2] = { id: "premium", group: "vip", assignment: "auto" };
      d.agents = [{ telegramId: OLGA, name: "Olga", groups: ["main"], capacity: 1 }];
      d.agents.push({ telegramId: 9004, name: "Vera", groups: ["vip"], capacity: 1 });
      d.queues = d.queues.filter(({ id }) => id !== "billing");
      d.routing.rules = [];
      d.routing.fallbackPool = "vip";
    });
    expect(handedOut(pooled, answered(30))).toEqual([[9004, 15]]);
  });

  test("expects the first answer when the record has it, and counts from the first assignment", () => {
    const claimed = inTime((d) => void (d.slaPolicies![1].firstResponseStarts = "claimed"));
    const [{ firstResponseBreached }] = replayTickets(claimed, tickets(answered(121)), LATER);
    expect(firstResponseBreached).toBe(true);
  });
});

describe("two configurations", () => {
  test("are compared ticket by ticket", () => {
    const draft = desk((d) => {
      d.routing.rules = [{ when: { category: "billing" }, queue: "general", priority: "urgent" }];
    });
    const recorded = tickets(
      { facts: billing, took: 30, firstAnsweredAt: OPEN + HOUR },
      { at: 1, took: 30, firstAnsweredAt: OPEN + MINUTE },
      { at: 2, facts: billing, took: 90, firstAnsweredAt: OPEN + 20 * MINUTE },
      { at: 200, took: 3 },
    );
    expect(compareReplays(desk(), draft, recorded, LATER)).toEqual({
      tickets: 4,
      changed: 2,
      assignmentsChanged: 0,
      queueShares: { before: { billing: 0.5, general: 0.5 }, after: { general: 1 } },
      priorities: { before: { normal: 4 }, after: { normal: 2, urgent: 2 } },
      // Two hours for a normal ticket, half an hour for an urgent one.
      expectedFirstResponseBreaches: { before: 0, after: 1 },
      examples: [
        {
          ref: "SUP-1",
          openedAt: OPEN,
          before: {
            queue: "billing",
            priority: "normal",
            assignee: { id: OLGA, name: "Olga" },
            assignedAt: OPEN,
            firstResponseBreached: false,
          },
          after: {
            queue: "general",
            priority: "urgent",
            assignee: { id: OLGA, name: "Olga" },
            assignedAt: OPEN,
            firstResponseBreached: true,
          },
        },
        expect.objectContaining({ ref: "SUP-3" }),
      ],
    });
  });

  test("differ in who gets a ticket, too", () => {
    const draft = desk((d) => (d.agents![1].capacity = 0));
    const compared = compareReplays(desk(), draft, tickets({ took: 5 }, { took: 5 }), LATER);
    expect(compared).toMatchObject({ changed: 1, assignmentsChanged: 1 });
    expect(compared.examples[0]).toMatchObject({ ref: "SUP-2", after: { assignee: null } });
  });

  test.each<[string, Given, number]>([
    ["never answered, and long ago", {}, 1],
    ["answered at the due instant", { firstAnsweredAt: OPEN + 2 * HOUR }, 0],
    ["answered after it", { firstAnsweredAt: OPEN + 2 * HOUR + 1 }, 1],
    ["over before it, without an answer", { took: 119 }, 0],
  ])("expect a breach of a ticket that was %s", (_, given, breaches) => {
    const { expectedFirstResponseBreaches } = compareReplays(desk(), desk(), tickets(given), LATER);
    expect(expectedFirstResponseBreaches).toEqual({ before: breaches, after: breaches });
  });

  test("expect no breach while a ticket is unassigned, where targets count from the assignment", () => {
    const claimed = (d: ConfigInput) => void (d.slaPolicies![1].firstResponseStarts = "claimed");
    const nobody = desk((d) => {
      claimed(d);
      for (const agent of d.agents!) agent.capacity = 0;
    });
    const { expectedFirstResponseBreaches } = compareReplays(desk(claimed), nobody, tickets({}), LATER);
    expect(expectedFirstResponseBreaches).toEqual({ before: 1, after: 0 });
  });

  test("have no tickets to differ in where none were opened", () => {
    expect(compareReplays(desk(), desk(), [], LATER)).toMatchObject({
      tickets: 0,
      changed: 0,
      queueShares: { before: {}, after: {} },
      examples: [],
    });
  });
});

/* Laws. */

const someTickets = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 600 }),
      took: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
      customer: fc.integer({ min: 1, max: 4 }).map(contactId),
      group: fc.constantFrom("main", "vip"),
      firstAnsweredAt: fc.option(fc.integer({ min: 0, max: 600 }).map((minute) => OPEN + minute * MINUTE)),
      facts: fc.record({
        category: fc.option(fc.constantFrom("billing")),
        tier: fc.option(fc.constantFrom("premium", "basic")),
      }),
    }),
    { maxLength: 30 },
  )
  .map((all) => tickets(...all.toSorted((a, b) => a.at - b.at)));
const ruled = desk((d) => {
  d.queues[1].overrideAfter = "20m";
});
/** The same, where Olga serves both groups, the groups help each other out, and who ignores a ticket loses it. */
const shared = desk((d) => {
  for (const queue of d.queues) {
    Object.assign(queue, { assignment: "auto", overrideAfter: "20m", answerWithin: "15m" });
  }
  d.agents![0].groups = ["main", "vip"];
  d.routing.fallbackPool = "vip";
});
const someDesk = fc.constantFrom(ruled, shared);

test("no agent has more than their capacity or gets a ticket off their shift, and no ticket is given before it came", () => {
  fc.assert(
    fc.property(someDesk, someTickets, (config, recorded) => {
      const replayed = replayTickets(config, recorded, LATER);
      for (const [index, { assignee, assignedAt }] of replayed.entries()) {
        if (assignee === null) continue;
        expect(assignedAt).toBeGreaterThanOrEqual(recorded[index].openedAt);
        const office = assignedAt! < OPEN + 5 * HOUR || assignedAt! >= MONDAY;
        expect(office).toBe(true);
        const held = replayed.filter(
          (one, other) =>
            one.assignee?.id === assignee.id &&
            one.assignedAt! <= assignedAt! &&
            (one.assignedAt! < assignedAt! || other <= index) &&
            (recorded[other].endedAt ?? Infinity) > assignedAt!,
        );
        expect(held.length).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 300 },
  );
});

test("the same configuration changes nothing", () => {
  fc.assert(
    fc.property(someDesk, someTickets, (config, recorded) => {
      expect(compareReplays(config, config, recorded, LATER)).toMatchObject({ changed: 0, examples: [] });
    }),
  );
});

test("a full period for 200 agents is compared", { timeout: 120_000 }, () => {
  const crowd = (capacity: number): Config =>
    desk((d) => {
      d.queues[1].overrideAfter = "10d";
      d.queues[1].relaxAfter = ["10m", "20m"];
      d.queues[1].preferSkills = { billing: 3 };
      d.agents = Array.from({ length: 200 }, (_, index) => ({
        telegramId: 10_000 + index,
        name: `Agent ${index + 1}`,
        groups: ["main"],
        capacity,
        shift: "office",
        skills: index % 10 === 0 ? { billing: { level: 1 + (index % 3) } } : {},
      }));
    });
  const recorded = tickets(
    ...Array.from({ length: REPLAY_TICKETS_MAX }, (_, index) => ({
      at: index,
      took: 600,
      facts: index % 2 === 0 ? billing : {},
    })),
  );
  const { tickets: count } = compareReplays(crowd(1), crowd(2), recorded, LATER);
  expect(count).toBe(REPLAY_TICKETS_MAX);
});
