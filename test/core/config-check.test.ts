import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import { exampleDesk } from "../support/desks.ts";
import fc from "../support/fast-check.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;

function withMistake(mistake: (desk: Loose) => void): { pointer: string; message: string }[] {
  const desk = exampleDesk();
  mistake(desk);
  return checkConfig(desk).problems;
}

describe("a sound configuration", () => {
  test("has no problems and comes back with its defaults", () => {
    const { config, problems } = checkConfig(exampleDesk());
    expect(problems).toEqual([]);
    expect(config?.desk).toEqual({
      name: "ShopStream Support",
      locale: "en",
      timeZone: "Europe/Berlin",
      reopenWithin: "72h",
      autoCloseResolvedAfter: "48h",
      claimOnAnswer: true,
      groupCalls: "documented",
      textInWebhooks: false,
    });
    expect(config?.intake.holdFor).toBe("15m");
    expect(config?.intake.fields[0]?.required).toBe(false);
  });

  test("needs no more than a desk, a group, a queue and where tickets go", () => {
    const { config, problems } = checkConfig({
      desk: { name: "Small shop" },
      groups: [{ id: "main", chatId: -1, prefix: "S" }],
      queues: [{ id: "all", group: "main" }],
      routing: { defaultQueue: "all" },
    });
    expect(problems).toEqual([]);
    expect(config?.agents).toEqual([]);
    expect(config?.queues[0]?.assignment).toBe("claim");
  });
});

describe("required skills", () => {
  const NOW = Date.parse("2026-11-20T09:00:00Z");
  function found(change: (desk: Loose) => void, now: number | null = NOW): [string, string][] {
    const desk = exampleDesk();
    change(desk);
    return checkConfig(desk, now).problems.map(({ pointer, message }) => [pointer, message]);
  }
  const expiresOn =
    (date: string, more: (desk: Loose) => void = () => undefined) =>
    (desk: Loose): void => {
      desk.agents[1].skills.billing.expiresOn = date;
      desk.routing.rules = [];
      more(desk);
    };

  test("are refused once the only certificate has expired, in words that mend it", () => {
    expect(found(expiresOn("2026-11-19"))).toEqual([
      [
        "/queues/1/requireSkills/billing",
        'nobody in group "main" has it at all (it has expired for Senior billing): such a ticket could never be taken; give it to an agent there who takes tickets, or require less',
      ],
    ]);
    // A certificate holds on its last day, and where the desk is at work already nothing turns invalid by itself.
    expect(found(expiresOn("2026-11-20"))).toEqual([]);
    expect(found(expiresOn("2026-11-19"), null)).toEqual([]);
    const inAuckland = expiresOn("2026-11-20", (desk) => (desk.calendars[1].timeZone = "Pacific/Auckland"));
    expect(found(inAuckland, Date.parse("2026-11-20T10:59:59Z"))).toEqual([]);
    expect(found(inAuckland, Date.parse("2026-11-20T11:00:00Z"))).toHaveLength(1);
  });

  test("are not met by an agent who takes no tickets", () => {
    expect(found((desk) => (desk.agents[1].capacity = 0)).map(([pointer]) => pointer)).toEqual([
      "/queues/1/requireSkills/billing",
      "/routing/rules/0/requireSkills/billing",
    ]);
    expect(found((desk) => (desk.agents[1].capacity = 0))[0][1]).toContain(
      "has it at all (the capacity of Senior billing is 0): such",
    );
  });

  test("are checked against the default queue's group where a rule names no queue", () => {
    const latin = (desk: Loose): void => {
      desk.agents[0].skills = { latin: { level: 1 } };
      desk.agents[0].groups = ["vip"];
      desk.routing.rules = [{ when: { language: "la" }, requireSkills: { latin: 1 } }];
    };
    expect(found(latin)).toMatchObject([
      [
        "/routing/rules/0/requireSkills/latin",
        expect.stringContaining('nobody in group "main" has it at all'),
      ],
    ]);
    expect(
      found((desk) => {
        latin(desk);
        desk.routing.defaultQueue = "premium";
      }),
    ).toEqual([]);
  });

  test("are checked against the group to which another rule surely sends the ticket", () => {
    const sentBy = (when: object): [string, string][] =>
      found((desk) => {
        desk.agents[0].skills = { latin: { level: 1 } };
        desk.agents[0].groups = ["vip"];
        const narrow = { tier: "premium", language: "la-va", attributes: { seats: 5, plan: "gold" } };
        desk.routing.rules = [
          { when: narrow, requireSkills: { latin: 1 } },
          { when, queue: "premium" },
        ];
      });
    expect(sentBy({})).toEqual([]);
    expect(sentBy({ tier: "premium", language: "la", attributes: { seats: 5 } })).toEqual([]);
    expect(sentBy({ tier: "basic" })).toHaveLength(1);
    expect(sentBy({ language: "la-it" })).toHaveLength(1);
    expect(sentBy({ category: "billing" })).toHaveLength(1);
    expect(sentBy({ attributes: { seats: 6 } })).toHaveLength(1);
  });

  test("are not refused where a skills service may say who has them", () => {
    expect(
      found((desk) => {
        desk.routing.skills = { url: "https://hr.example.com/skills" };
        desk.queues[0].requireSkills = { latin: 1 };
      }),
    ).toEqual([]);
  });
});

describe("a mistake is named where it stands, in words that mend it", () => {
  test.each<[string, (desk: Loose) => void, string, string | RegExp]>([
    ["a missing name", (d) => delete d.desk.name, "/desk/name", "is missing; it must be a text"],
    ["a number for a name", (d) => (d.desk.name = 5), "/desk/name", "must be a text"],
    ["an empty name", (d) => (d.desk.name = "  "), "/desk/name", "must have at least 1 character"],
    ["a long name", (d) => (d.desk.name = "x".repeat(129)), "/desk/name", "must have at most 128 characters"],
    ["another language", (d) => (d.desk.locale = "de"), "/desk/locale", 'must be "en"'],
    [
      "a duration in words",
      (d) => (d.desk.reopenWithin = "3 days"),
      "/desk/reopenWithin",
      /^must be a duration/,
    ],
    [
      "an endless duration",
      (d) => (d.desk.reopenWithin = "99999d"),
      "/desk/reopenWithin",
      /at most 3650 days/,
    ],
    ["an unknown key", (d) => (d.desk.nmae = "x"), "/desk/nmae", /not a known key/],
    ["an unknown section", (d) => (d.groupss = []), "/groupss", /not a known key/],
    ["a key that needs escaping", (d) => (d["a/b~c"] = 1), "/a~1b~0c", /not a known key/],
    ["no groups", (d) => delete d.groups, "/groups", "is missing; it must be a list"],
    ["a bad group id", (d) => (d.groups[0].leads = "9001"), "/groups/0/leads", "must be a list"],
    [
      "a private chat as a group",
      (d) => (d.groups[0].chatId = 5),
      "/groups/0/chatId",
      /negative number such as -100/,
    ],
    [
      "a fraction of a chat",
      (d) => (d.groups[0].chatId = -1.5),
      "/groups/0/chatId",
      /chat id, a negative number/,
    ],
    ["a small prefix", (d) => (d.groups[0].prefix = "sup"), "/groups/0/prefix", /1 to 8 characters of A-Z/],
    [
      "a chat id twice",
      (d) => (d.groups[1].chatId = d.groups[0].chatId),
      "/groups/1/chatId",
      "-1001234567890 is taken by /groups/0 already",
    ],
    ["a prefix twice", (d) => (d.groups[1].prefix = "SUP"), "/groups/1/prefix", /taken by \/groups\/0/],
    [
      "a payload that leads to two groups",
      (d) => ((d.groups[0].entry = ["vip"]), (d.groups[1].entry = ["gold", "vip"])),
      "/groups/1/entry/1",
      /"vip" leads to \/groups\/0 already/,
    ],
    [
      "a payload that no link can have",
      (d) => (d.groups[1].entry = ["very important"]),
      "/groups/1/entry/0",
      /1 to 64 characters/,
    ],
    ["a group id twice", (d) => (d.groups[1].id = "main"), "/groups/1/id", /taken by \/groups\/0/],
    ["a queue id twice", (d) => (d.queues[1].id = "general"), "/queues/1/id", /taken by \/queues\/0/],
    [
      "an agent twice",
      (d) => (d.agents[2].telegramId = 9001),
      "/agents/2/telegramId",
      /taken by \/agents\/0/,
    ],
    [
      "an option twice",
      (d) => (d.intake.fields[0].options[1].id = "billing"),
      "/intake/fields/0/options/1/id",
      /taken by \/intake\/fields\/0\/options\/0/,
    ],
    [
      "a queue of an unknown group",
      (d) => (d.queues[0].group = "mian"),
      "/queues/0/group",
      'there is no group "mian"; known: main, vip',
    ],
    ["a queue without a group", (d) => delete d.queues[0].group, "/queues/0/group", /is missing/],
    [
      "a group without a queue",
      (d) => (d.queues[2].group = "main"),
      "/groups/1",
      'group "vip" has no queue: its tickets would have none; add one under /queues',
    ],
    [
      "an unknown way to assign",
      (d) => (d.queues[0].assignment = "random"),
      "/queues/0/assignment",
      'must be one of "claim", "auto"',
    ],
    [
      "a lead who is no agent",
      (d) => (d.groups[0].leads = [77]),
      "/groups/0/leads/0",
      /no agent 77; known: 9001/,
    ],
    [
      "an agent in no group",
      (d) => (d.agents[0].groups = []),
      "/agents/0/groups",
      "must have at least 1 item",
    ],
    [
      "an agent in an unknown group",
      (d) => (d.agents[0].groups = ["x"]),
      "/agents/0/groups/0",
      /no group "x"/,
    ],
    ["an unknown shift", (d) => (d.agents[1].shift = "night"), "/agents/1/shift", /no calendar "night"/],
    ["negative capacity", (d) => (d.agents[0].capacity = -1), "/agents/0/capacity", "must be at least 0"],
    ["a name with an @", (d) => (d.agents[0].username = "@lead"), "/agents/0/username", /without the @/],
    [
      "a bad skill name",
      (d) => (d.agents[0].skills = { X: { level: 1 } }),
      "/agents/0/skills/X",
      /no good name here/,
    ],
    [
      "an unknown zone",
      (d) => (d.calendars[0].timeZone = "Mars/One"),
      "/calendars/0/timeZone",
      /no IANA time zone/,
    ],
    [
      "an offset for a zone",
      (d) => (d.calendars[0].timeZone = "+02:00"),
      "/calendars/0/timeZone",
      /no IANA time zone/,
    ],
    [
      "hours in words",
      (d) => (d.calendars[1].weekly.mon = ["9-5"]),
      "/calendars/1/weekly/mon/0",
      /must be "HH:MM-HH:MM"/,
    ],
    [
      "an eighth weekday",
      (d) => (d.calendars[1].weekly.funday = []),
      "/calendars/1/weekly/funday",
      /not a known key/,
    ],
    [
      "a date that does not exist",
      (d) => (d.calendars[1].holidays[0].date = "2026-02-30"),
      "/calendars/1/holidays/0/date",
      'must be a date in quotes such as "2026-12-31"',
    ],
    [
      "an unknown calendar",
      (d) => (d.slaPolicies[0].calendar = "x"),
      "/slaPolicies/0/calendar",
      /no calendar "x"/,
    ],
    [
      "an unknown ladder",
      (d) => (d.slaPolicies[0].escalation = "x"),
      "/slaPolicies/0/escalation",
      /no escalation policy "x"/,
    ],
    [
      "a policy without normal",
      (d) => delete d.slaPolicies[0].targets.normal,
      "/slaPolicies/0/targets",
      /needs targets for normal/,
    ],
    [
      "an unknown policy",
      (d) => (d.tiers.basic.slaPolicy = "x"),
      "/tiers/basic/slaPolicy",
      /no SLA policy "x"/,
    ],
    [
      "an unknown webhook in a step",
      (d) => (d.escalationPolicies[0].steps[0].actions = [{ webhook: "x" }]),
      "/escalationPolicies/0/steps/0/actions/0/webhook",
      /no webhook "x"/,
    ],
    [
      "nobody to notify",
      (d) => (d.escalationPolicies[0].steps[0].actions = [{ notify: "boss" }]),
      "/escalationPolicies/0/steps/0/actions/0/notify",
      /^must be one of "assignee", "lead", or a Telegram user id, a number/,
    ],
    [
      "an unknown agent to notify",
      (d) => (d.escalationPolicies[0].steps[0].actions = [{ notify: 77 }]),
      "/escalationPolicies/0/steps/0/actions/0/notify",
      /no agent 77/,
    ],
    [
      "a key too many in an action",
      (d) => (d.escalationPolicies[0].steps[0].actions = [{ reassign: "senior", soon: true }]),
      "/escalationPolicies/0/steps/0/actions/0/soon",
      /not a known key/,
    ],
    [
      "an unknown default queue",
      (d) => (d.routing.defaultQueue = "x"),
      "/routing/defaultQueue",
      /no queue "x"/,
    ],
    ["an unknown pool", (d) => (d.routing.fallbackPool = "x"), "/routing/fallbackPool", /no group "x"/],
    [
      "a rule to an unknown queue",
      (d) => (d.routing.rules[0].queue = "x"),
      "/routing/rules/0/queue",
      /no queue "x"/,
    ],
    [
      "a rule on an unknown tier",
      (d) => (d.routing.rules[0].when.tier = "gold"),
      "/routing/rules/0/when/tier",
      /no tier "gold"/,
    ],
    [
      "a rule during unknown hours",
      (d) => (d.routing.rules[0].when.during = "x"),
      "/routing/rules/0/when/during",
      /no calendar "x"/,
    ],
    [
      "a webhook that is no address",
      (d) => (d.webhooks[0].url = "ftp://x"),
      "/webhooks/0/url",
      /must be an address such as "https:/,
    ],
    [
      "a skill that nobody has",
      (d) => (d.queues[0].requireSkills = { welding: 1 }),
      "/queues/0/requireSkills/welding",
      /nobody in group "main" has it at all: such a ticket could never be taken/,
    ],
    [
      "more of a skill than anybody has",
      (d) => (d.queues[1].requireSkills = { billing: 4 }),
      "/queues/1/requireSkills/billing",
      /nobody in group "main" has more than 3/,
    ],
    [
      "a skill that only another group has",
      (d) => {
        d.agents[1].groups = ["main"];
        d.queues[2].requireSkills = { billing: 1 };
      },
      "/queues/2/requireSkills/billing",
      /nobody in group "vip" has it at all/,
    ],
    [
      "skills that nobody has together",
      (d) => {
        d.agents[2].skills = { technical: { level: 2 } };
        d.queues[1].requireSkills = { billing: 1, technical: 2 };
      },
      "/queues/1/requireSkills",
      /nobody in group "main" has all of billing 1, technical 2 at once/,
    ],
    [
      "a rule that requires what nobody has",
      (d) => (d.routing.rules[0] = { when: {}, queue: "billing", requireSkills: { billing: 4 } }),
      "/routing/rules/0/requireSkills/billing",
      /nobody in group "main" has more than 3/,
    ],
    [
      "a rule that requires what nobody of its queue has beside the queue's",
      (d) => {
        d.agents[2].skills = { technical: { level: 2 } };
        d.routing.rules[0] = { when: {}, queue: "billing", requireSkills: { technical: 2 } };
      },
      "/routing/rules/0/requireSkills",
      /has all of technical 2, billing 1 at once/,
    ],
    [
      "a rule for whatever queue that requires what nobody of the default queue's group has",
      (d) => (d.routing.rules[0] = { when: {}, requireSkills: { welding: 1 } }),
      "/routing/rules/0/requireSkills/welding",
      /nobody in group "main" has it at all/,
    ],
    [
      "a relaxation that goes back",
      (d) => (d.queues[1].relaxAfter = ["2m", "90s"]),
      "/queues/1/relaxAfter/1",
      /must be longer than the one before it/,
    ],
    [
      "a relaxation that stands still",
      (d) => (d.queues[1].relaxAfter = ["60s", "1m", "2m"]),
      "/queues/1/relaxAfter/1",
      /must be longer than the one before it/,
    ],
  ])("%s", (_name, mistake, pointer, message) => {
    const found = withMistake(mistake).filter((problem) => problem.pointer === pointer);
    expect(found).toHaveLength(1);
    expect(found[0].message).toMatch(message);
  });
});

test("a name of another type is reported as such, and breaks nothing else", () => {
  const problems = withMistake((desk) => {
    desk.queues[0].id = { toString: "x" };
    desk.routing.defaultQueue = "nothing";
  });
  expect(problems.map(({ pointer }) => pointer)).toEqual(
    expect.arrayContaining(["/queues/0/id", "/routing/defaultQueue"]),
  );
});

test("every problem is named at once, also beside and inside what is broken itself", () => {
  const problems = withMistake((desk) => {
    delete desk.agents[0].name;
    desk.agents[0].shift = "night";
    desk.agents[1].telegramId = 9001;
    desk.calendars[0].timeZone = 7;
    desk.calendars[1].timeZone = "Mars/One";
    desk.slaPolicies[0].calendar = "nowhere";
    desk.queues[0].id = "Not An Id";
    desk.routing.defaultQueue = "nothing";
    desk.webhooks = "none";
  });
  expect(problems.map(({ pointer }) => pointer).sort()).toEqual(
    [
      "/agents/0/name",
      "/agents/0/shift",
      "/agents/1/telegramId",
      "/calendars/0/timeZone",
      "/calendars/1/timeZone",
      "/queues/0/id",
      "/routing/defaultQueue",
      "/slaPolicies/0/calendar",
      "/webhooks",
    ].sort(),
  );
});

test("references to a section that is no list are not reported", () => {
  const problems = withMistake((desk) => (desk.webhooks = "none"));
  expect(problems.map(({ pointer }) => pointer)).toEqual(["/webhooks"]);
});

test.each([null, true, 0, "desk", [], [[]], undefined])("%j is no configuration", (document) => {
  expect(checkConfig(document)).toEqual({
    config: null,
    problems: [{ pointer: "", message: expect.stringMatching(/must be an object/) as string }],
  });
});

test("whatever is sent, the check answers, and every pointer leads into the document or beside it", () => {
  const paths = Object.entries(exampleDesk()).map(([section]) => section);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 5 }), (section, value) => {
      const { config, problems } = checkConfig({ ...exampleDesk(), [section]: value });
      expect((config === null) === problems.length > 0).toBe(true);
      for (const { pointer, message } of problems) {
        expect(pointer).toMatch(/^(\/|$)/);
        expect(message).not.toMatch(/undefined|\[object/);
      }
    }),
    { numRuns: 300 },
  );
});

test(
  "a flood of mistakes gets a bounded answer, and each is looked at a few times only",
  { timeout: 120_000 },
  () => {
    const desk = exampleDesk() as Loose;
    const flood = 50_000;
    let looks = 0;
    desk.queues = Array.from({ length: flood }, () => ({
      get id() {
        looks += 1;
        return "x";
      },
      group: "nowhere",
      typo: 1,
    }));
    expect(checkConfig(desk).problems).toHaveLength(1_000);
    desk.queues = exampleDesk().queues;
    desk.routing.rules = Array.from({ length: 30_000 }, () => ({
      when: { typo: 1 },
      requireSkills: { x: 1 },
    }));
    expect(checkConfig(desk).problems).toMatchObject([{ pointer: "/routing/rules" }]);
    expect(looks).toBeLessThan(10 * flood);
  },
);
