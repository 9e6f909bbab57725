import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import { placeName } from "../../src/domain/config/place-name.ts";
import { exampleDesk } from "../support/desks.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;

function problemsOf(mistake: (desk: Loose) => void): { pointer: string; message: string }[] {
  const desk = exampleDesk();
  mistake(desk);
  return checkConfig(desk).problems;
}
const only = (mistake: (desk: Loose) => void): [string, string] => {
  const found = problemsOf(mistake);
  expect(found).toHaveLength(1);
  return [found[0].pointer, found[0].message];
};

describe("an invalid duration is told in the same words, however it was written", () => {
  const RULE = 'must be a duration in quotes such as "90s", "15m", "4h" or "2d", at most 3650 days';
  test.each<[unknown, string | null]>([
    [120, null],
    [true, null],
    [null, null],
    ["120", null],
    ["soon", null],
    ["", null],
    ["2 hours", "2h"],
    ["2H", "2h"],
    ["1 hour 30 minutes", "90m"],
    ["1h30m", "90m"],
    ["1.5h", "90m"],
    ["PT2H", "2h"],
    ["P1DT12H", "36h"],
    ["3 days", "3d"],
    ["2w", "14d"],
    ["1y", "365d"],
    ["30 sec", "30s"],
    ["5 parsecs", null],
  ])("%j", (written, meant) => {
    const message = meant === null ? RULE : `${RULE}: did you mean "${meant}"?`;
    expect(only((d) => (d.slaPolicies[1].targets.normal.firstResponse = written))).toEqual([
      "/slaPolicies/1/targets/normal/firstResponse",
      message,
    ]);
    expect(only((d) => (d.retention.audit = written))).toEqual(["/retention/audit", message]);
  });

  test("a missing duration is said to be missing", () => {
    expect(only((d) => delete d.queues[0].depthAlert.cooldown)).toEqual([
      "/queues/0/depthAlert/cooldown",
      `is missing; it ${RULE}`,
    ]);
  });
});

describe("ids and dates say how they are written and where they are found", () => {
  test.each([1_234_567_890, 0, "-1001234567890", "@shopstaff", -1.5])("a group's chat as %j", (chatId) => {
    expect(only((d) => (d.groups[0].chatId = chatId))).toEqual([
      "/groups/0/chatId",
      expect.stringMatching(/a negative number such as -1001234567890: the bot tells it/),
    ]);
  });

  test.each(["@anna", "9001", -5, 1.5])(
    "an agent as %j, and no other place is blamed for it",
    (telegramId) => {
      expect(only((d) => (d.agents[0].telegramId = telegramId))).toEqual([
        "/agents/0/telegramId",
        expect.stringMatching(/a number such as 123456789: the bot tells people theirs/),
      ]);
    },
  );

  test("an agent as a text hides no reference to another unknown agent", () => {
    const found = problemsOf((d) => {
      d.agents[2].telegramId = "@anna";
      d.groups[0].leads = [9003, 4242];
    });
    expect(found.map(({ pointer }) => pointer)).toEqual([
      "/agents/2/telegramId",
      "/groups/0/leads/0",
      "/groups/0/leads/1",
    ]);
  });

  test.each<[unknown, string]>([
    ["31.12.2026", ': did you mean "2026-12-31"?'],
    ["1.2.2026", ': did you mean "2026-02-01"?'],
    ["2026-2-1", ': did you mean "2026-02-01"?'],
    ["2026/12/31", ': did you mean "2026-12-31"?'],
    ["12/31/2026", ""],
    ["2026-02-30", ""],
    ["31.02.2026", ""],
    [20_261_231, ""],
  ])("a date as %j", (date, hint) => {
    const message = `must be a date in quotes such as "2026-12-31"${hint}`;
    expect(only((d) => (d.calendars[1].holidays[0].date = date))[1]).toBe(message);
    expect(only((d) => (d.agents[1].skills.refunds.expiresOn = date))[1]).toBe(message);
  });

  test("a language other than English is refused", () => {
    expect(only((d) => (d.desk.locale = "de"))[1]).toBe('must be "en", the only language so far');
  });
});

describe("an unknown key is compared with those that may stand there", () => {
  test.each<[string, (desk: Loose) => void, string, string]>([
    ["a section", (d) => (d.retentions = {}), "/retentions", "is not a known key here; known:"],
    ["a section cut short", (d) => ((d.que = d.queues), delete d.queues), "/que", 'did you mean "queues"?'],
    [
      "a weekday in full",
      (d) => ((d.calendars[1].weekly.Monday = ["09:00-17:00"]), delete d.calendars[1].weekly.mon),
      "/calendars/1/weekly/Monday",
      'did you mean "mon"?',
    ],
    [
      "an eighth weekday",
      (d) => (d.calendars[1].weekly.holiday = []),
      "/calendars/1/weekly/holiday",
      "known: mon, tue, wed, thu, fri, sat, sun",
    ],
    [
      "a priority",
      (d) => (d.slaPolicies[1].targets.asap = { firstResponse: "5m" }),
      "/slaPolicies/1/targets/asap",
      "known: urgent, high, normal, low",
    ],
    [
      "a priority with a slip",
      (d) => (d.slaPolicies[1].targets.hihg = { firstResponse: "5m" }),
      "/slaPolicies/1/targets/hihg",
      'did you mean "high"?',
    ],
    [
      "snake case",
      (d) => (
        (d.slaPolicies[1].targets.normal.first_response = "1h"),
        delete d.slaPolicies[1].targets.normal.firstResponse
      ),
      "/slaPolicies/1/targets/normal/first_response",
      'did you mean "firstResponse"?',
    ],
    [
      "a key of a rule's conditions",
      (d) => (d.routing.rules[1].when.teir = "premium"),
      "/routing/rules/1/when/teir",
      "known: tier, segment, category",
    ],
    [
      "an action of a ladder",
      (d) => (d.escalationPolicies[0].steps[0].actions[0] = { notfy: "lead" }),
      "/escalationPolicies/0/steps/0/actions/0",
      "matches none of the forms",
    ],
    [
      "a key within HubSpot's settings",
      (d) => (d.routing.enrichment = { adapter: "hubspot", hubspot: { findBy: { telegramID: "tg" } } }),
      "/routing/enrichment/hubspot/findBy/telegramID",
      'did you mean "telegramId"?',
    ],
  ])("%s", (_name, mistake, pointer, words) => {
    expect(problemsOf(mistake)).toContainEqual({ pointer, message: expect.stringContaining(words) });
  });
});

test("a name that nothing bears is told with the nearest of many", () => {
  const queues = Array.from({ length: 40 }, (_, index) => ({ id: `queue-${index}`, group: "main" }));
  const [, message] = only((d) => {
    d.queues.push(...queues, { id: "invoices", group: "main" });
    d.routing.defaultQueue = "invioces";
  });
  expect(message).toMatch(/^there is no queue "invioces"; did you mean "invoices"\? known: general, billing/);
});

test.each([
  ["/slaPolicies/1/targets/normal/firstResponse", "slaPolicies[standard].targets.normal.firstResponse"],
  ["/agents/0/groups/1", "agents[9001].groups[1]"],
  ["/tiers/premium/score", "tiers.premium.score"],
  ["/calendars/1/holidays/0/name", "calendars[office].holidays[2026-12-25].name"],
  ["/routing/rules/2/when", "routing.rules[2].when"],
  ["/escalationPolicies/0/steps/1/actions/2", "escalationPolicies[ladder].steps[1].actions[2]"],
  ["/nothing/7/here", "nothing.7.here"],
  ["/a~1b/x~0y", '["a/b"]["x~y"]'],
  ["", ""],
])("the place %s is called %s", (pointer, name) => {
  expect(placeName(exampleDesk(), pointer)).toBe(name);
});
