import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import { configWarnings } from "../../src/domain/config-check/warnings.ts";
import { exampleDesk } from "../support/desks.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;
type Found = { pointer: string; message: string };

const NOW = Date.parse("2026-11-20T09:00:00Z");

function changed(change: (desk: Loose) => void): Loose {
  const desk = exampleDesk();
  change(desk);
  return desk;
}
const warningsOf = (change: (desk: Loose) => void, now = NOW): Found[] =>
  configWarnings(changed(change), now);
const problemsOf = (change: (desk: Loose) => void): Found[] => checkConfig(changed(change)).problems;

const NOTE = [{ note: "topic" }];
const ladder =
  (...steps: object[]) =>
  (d: Loose) =>
    (d.escalationPolicies[0].steps = steps.map((step) => ({ actions: NOTE, ...step })));

describe("what is valid but probably unintended is a warning", () => {
  test("a webhook that the desk would never call", () => {
    const addressed = (url: string): Found[] => warningsOf((d) => (d.webhooks[0].url = url));
    for (const url of [
      "http://crm.example.com/",
      "https://10.0.0.7/",
      "https://crm/",
      "https://me:pw@example.com/",
    ])
      expect(addressed(url)).toEqual([
        {
          pointer: "/webhooks/0/url",
          message: "is never called: the desk calls https addresses of public hosts, without credentials",
        },
      ]);
    expect(addressed("http://127.0.0.1:4747/")).toEqual([]);
  });

  test("the example desk has none", () => {
    expect(warningsOf(() => undefined)).toEqual([]);
  });

  test.each<[string, (desk: Loose) => void, string, RegExp]>([
    [
      "holidays that are all past",
      (d) =>
        (d.calendars[1].holidays = [
          { date: "2025-12-25", name: "Christmas Day" },
          { date: "2026-11-19", name: "Yesterday" },
        ]),
      "/calendars/1/holidays",
      /all in the past: add those to come/,
    ],
    [
      "dated hours on a holiday",
      (d) => d.calendars[1].overrides.push({ date: "2026-12-25", hours: ["10:00-11:00"] }),
      "/calendars/1/overrides/1",
      /has no effect: 2026-12-25 is the holiday "Christmas Day"/,
    ],
    [
      "an SLA policy that no tier and no queue uses",
      (d) => d.slaPolicies.push({ ...d.slaPolicies[0], id: "gold" }),
      "/slaPolicies/2",
      /"gold" is used by no tier and no queue: it has no effect/,
    ],
    [
      "an escalation policy that no SLA policy uses",
      (d) => d.escalationPolicies.push({ id: "spare", steps: [] }),
      "/escalationPolicies/1",
      /"spare" is used by no SLA policy: it has no effect/,
    ],
    [
      "a required skill that only a skills service could say that somebody has",
      (d) => {
        d.routing.skills = { url: "https://hr.example.com/skills" };
        d.queues[0].requireSkills = { latin: 1 };
      },
      "/queues/0/requireSkills/latin",
      /by this configuration nobody in group "main" has it at all.+, unless the skills service says otherwise/,
    ],
    [
      "a required skill that has expired, where a skills service may say otherwise",
      (d) => {
        d.routing.skills = { url: "https://hr.example.com/skills" };
        d.agents[1].skills.billing.expiresOn = "2026-11-19";
        d.routing.rules = [];
      },
      "/queues/1/requireSkills/billing",
      /it has expired for Senior billing/,
    ],
    [
      "a time to answer where agents claim",
      (d) => (d.queues[0].answerWithin = "10m"),
      "/queues/0/answerWithin",
      /has no effect: agents claim the tickets of "general", and keep them/,
    ],
    [
      "a step for the warning behind one for the breach",
      ladder({ at: "breach" }, { at: "warning" }),
      "/escalationPolicies/0/steps/1",
      /comes before step 0 in time/,
    ],
    [
      "a step that is due sooner than the one before it",
      ladder({ at: "warning" }, { at: "breach", after: "1h" }, { at: "breach", after: "30m" }),
      "/escalationPolicies/0/steps/2",
      /comes before step 1 in time/,
    ],
    [
      "a step at the breach behind one after it",
      ladder({ at: "breach", after: "1h", clock: "wall" }, { at: "breach" }),
      "/escalationPolicies/0/steps/1",
      /comes before step 0 in time/,
    ],
    [
      "a step for a warning that never comes",
      (d) => delete d.slaPolicies[0].warnings,
      "/slaPolicies/0",
      /has no warnings, so step 0 of "ladder" is never taken for it/,
    ],
    [
      "a warning longer before than the clock runs",
      (d) => {
        d.slaPolicies[1].targets.urgent = { resolution: "8h" };
        d.slaPolicies[1].warnings = [{ before: "30m" }, { before: "481m" }];
        d.slaPolicies[1].targets.normal = { resolution: "24h" };
      },
      "/slaPolicies/1/warnings/1/before",
      /before the clock begins: resolution of urgent has 8 hours only/,
    ],
    [
      "a warning in every hour, where every hour is open",
      (d) => {
        d.slaPolicies[0].targets = { normal: { firstResponse: "15m" } };
        d.slaPolicies[0].warnings = [{ before: "20m", clock: "wall" }];
      },
      "/slaPolicies/0/warnings/0/before",
      /firstResponse of normal has 15 minutes only/,
    ],
  ])("%s", (_name, mistake, pointer, message) => {
    const found = warningsOf(mistake);
    expect(found.map((one) => one.pointer)).toEqual([pointer]);
    expect(found[0].message).toMatch(message);
    expect(problemsOf(mistake)).toEqual([]);
  });

  test.each<[string, (desk: Loose) => void]>([
    [
      "one holiday of many still to come",
      (d) => d.calendars[1].holidays.unshift({ date: "2020-12-25", name: "Christmas Day" }),
    ],
    ["a holiday today", (d) => (d.calendars[1].holidays = [{ date: "2026-11-20", name: "Today" }])],
    ["no holidays at all", (d) => (d.calendars[1].holidays = [])],
    [
      "a policy that only a queue uses",
      (d) => {
        d.slaPolicies.push({ ...d.slaPolicies[0], id: "gold" });
        d.queues[0].slaPolicy = "gold";
      },
    ],
    [
      "steps of one instant, in whatever order",
      ladder(
        { at: "warning", metric: "resolution" },
        { at: "warning" },
        { at: "breach" },
        { at: "breach", after: "0s" },
        { at: "breach" },
      ),
    ],
    [
      "a certificate that holds to the end of its last day, where the agent is",
      (d) => (d.agents[1].skills.billing.expiresOn = "2026-11-20"),
    ],
    ["a time to answer where the desk assigns", (d) => (d.queues[1].answerWithin = "10m")],
    [
      "steps of different metrics: each has its own order",
      ladder(
        { at: "warning" },
        { at: "breach", after: "1h", metric: "firstResponse" },
        { at: "breach", metric: "resolution" },
      ),
    ],
    [
      "steps in opening hours behind steps in every hour: nobody knows which comes first",
      ladder({ at: "warning" }, { at: "breach", after: "4h", clock: "wall" }, { at: "breach", after: "2h" }),
    ],
    [
      "a warning a day before, of opening hours that take longer",
      (d) =>
        (d.slaPolicies[1] = {
          ...d.slaPolicies[1],
          targets: { normal: { resolution: "24h" } },
          warnings: [{ before: "24h", clock: "wall" }],
        }),
    ],
  ])("warns of nothing: %s", (_name, change) => {
    expect(warningsOf(change)).toEqual([]);
  });

  test("today is the calendar's own: in Auckland the holiday is over while London still has it", () => {
    const holidayIn = (timeZone: string) =>
      warningsOf((d) => {
        d.calendars[1].timeZone = timeZone;
        d.calendars[1].holidays = [{ date: "2026-11-19", name: "Thursday" }];
      }, Date.parse("2026-11-19T23:00:00Z"));
    expect(holidayIn("Europe/London")).toEqual([]);
    expect(holidayIn("Pacific/Auckland").map(({ pointer }) => pointer)).toEqual(["/calendars/1/holidays"]);
  });

  test("every one is named at once", () => {
    const found = warningsOf((d) => {
      d.calendars[1].holidays = [{ date: "2020-12-25", name: "Christmas Day" }];
      d.slaPolicies.push({ ...d.slaPolicies[0], id: "gold", warnings: [] });
      ladder({ at: "breach" }, { at: "warning" })(d);
    });
    expect(found.map(({ pointer }) => pointer)).toEqual([
      "/calendars/1/holidays",
      "/slaPolicies/2",
      "/escalationPolicies/0/steps/1",
      "/slaPolicies/2",
    ]);
  });

  test("they are named beside what is not valid, as long as the document has its shape", () => {
    const stale = (d: Loose) => (d.calendars[1].holidays = [{ date: "2020-12-25", name: "Christmas Day" }]);
    const broken = warningsOf((d) => {
      stale(d);
      d.calendars[0].timeZone = "Mars/One";
      d.routing.defaultQueue = "nowhere";
      d.slaPolicies[0].calendar = "nothing";
    });
    expect(broken.map(({ pointer }) => pointer)).toEqual(["/calendars/1/holidays"]);
    expect(
      warningsOf((d) => {
        stale(d);
        d.calendars[1].timeZone = "Mars/One";
      }),
    ).toEqual([]);
    for (const document of [null, [], "desk", {}, changed((d) => delete d.desk)]) {
      expect(configWarnings(document, NOW)).toEqual([]);
    }
  });
});

describe("what could never work is refused", () => {
  const hours = (weekly: object) => (d: Loose) => (d.calendars[1].weekly = weekly);

  test.each<[string, (desk: Loose) => void, string, RegExp]>([
    [
      "an unknown zone",
      (d) => (d.calendars[1].timeZone = "Europe/Berln"),
      "/calendars/1/timeZone",
      /"Europe\/Berln" is no IANA time zone/,
    ],
    [
      "hours within hours",
      hours({ mon: ["09:00-17:00", "10:00-11:00"] }),
      "/calendars/1/weekly/mon/1",
      /"10:00-11:00" overlaps with "09:00-17:00": join them/,
    ],
    [
      "the same hours twice",
      hours({ mon: ["09:00-17:00", "09:00-17:00"] }),
      "/calendars/1/weekly/mon/1",
      /overlaps/,
    ],
    [
      "hours out of order that overlap",
      hours({ mon: ["12:00-17:00", "09:00-12:01"] }),
      "/calendars/1/weekly/mon/0",
      /"12:00-17:00" overlaps with "09:00-12:01"/,
    ],
    [
      "a night that runs into the next morning's hours",
      hours({ mon: ["22:00-06:00"], tue: ["05:59-12:00"] }),
      "/calendars/1/weekly/tue/0",
      /"05:59-12:00" overlaps with "22:00-06:00"/,
    ],
    [
      "a night of Sunday that runs into Monday",
      hours({ mon: ["00:00-08:00"], sun: ["20:00-01:00"] }),
      "/calendars/1/weekly/mon/0",
      /overlaps with "20:00-01:00"/,
    ],
    [
      "an evening that the night begins in",
      hours({ mon: ["18:00-23:00", "22:00-06:00"] }),
      "/calendars/1/weekly/mon/1",
      /overlaps with "18:00-23:00"/,
    ],
    [
      "hours of one date given twice",
      (d) => d.calendars[1].overrides.push({ date: "2026-12-24", hours: ["14:00-15:00"] }),
      "/calendars/1/overrides/1/date",
      /"2026-12-24" is taken by \/calendars\/1\/overrides\/0 already/,
    ],
    [
      "hours of a date that overlap",
      (d) => (d.calendars[1].overrides[0].hours = ["09:00-12:00", "11:00-13:00"]),
      "/calendars/1/overrides/0/hours/1",
      /overlaps with "09:00-12:00"/,
    ],
    [
      "a calendar that is never open",
      (d) => d.calendars.push({ id: "never", timeZone: "UTC", weekly: {} }),
      "/calendars/2",
      /is never open: give it hours under weekly or overrides/,
    ],
    [
      "a calendar whose days have no hours",
      (d) =>
        d.calendars.push({
          id: "never",
          timeZone: "UTC",
          weekly: { mon: [] },
          overrides: [{ date: "2026-12-24", hours: [] }],
        }),
      "/calendars/2",
      /is never open/,
    ],
    [
      "a target that its calendar cannot reach in five years",
      (d) => {
        d.calendars.push({ id: "rare", timeZone: "UTC", weekly: { mon: ["09:00-09:06"] } });
        d.slaPolicies[1].calendar = "rare";
        d.slaPolicies[1].targets = { normal: { firstResponse: "26h", resolution: "27h" } };
      },
      "/slaPolicies/1/targets/normal/resolution",
      /cannot be reached within five years: calendar "rare" is open 0.1 hours a week/,
    ],
    [
      "a policy on a calendar that has dates only",
      (d) => {
        d.calendars.push({
          id: "dates",
          timeZone: "UTC",
          weekly: {},
          overrides: [{ date: "2026-12-24", hours: ["09:00-12:00"] }],
        });
        d.slaPolicies[1].calendar = "dates";
      },
      "/slaPolicies/1/calendar",
      /"dates" has no weekly hours: a target could not be reached once its dates are over/,
    ],
    [
      "a queue with an unknown policy",
      (d) => (d.queues[0].slaPolicy = "gold"),
      "/queues/0/slaPolicy",
      /there is no SLA policy "gold"; known: premium, standard/,
    ],
    [
      "an unknown default tier",
      (d) => (d.routing.defaultTier = "gold"),
      "/routing/defaultTier",
      /there is no tier "gold"; known: premium, standard, basic/,
    ],
    [
      "a time after the breach for a step at the warning",
      (d) => (d.escalationPolicies[0].steps[0].after = "5m"),
      "/escalationPolicies/0/steps/0/after",
      /counts from the breach: a warning comes when the SLA policy's warnings say/,
    ],
  ])("%s", (_name, mistake, pointer, message) => {
    const found = problemsOf(mistake);
    expect(found.map((one) => one.pointer)).toEqual([pointer]);
    expect(found[0].message).toMatch(message);
  });

  test.each<[string, (desk: Loose) => void]>([
    ["hours that touch", hours({ mon: ["09:00-12:00", "12:00-17:00"], tue: ["13:00-17:00", "09:00-12:00"] })],
    ["a night up to the morning's opening", hours({ mon: ["22:00-06:00"], tue: ["06:00-12:00"] })],
    ["a day to 24:00 and the next from 00:00", hours({ mon: ["20:00-24:00"], tue: ["00:00-04:00"] })],
    ["every hour of a day", hours({ mon: ["00:00-24:00"], tue: ["00:00-24:00"] })],
    [
      "a night into a dated morning: the date has its own hours",
      (d) => (d.calendars[1].overrides[0].hours = ["00:00-12:00"]),
    ],
    [
      "a default tier and a queue's policy that are there",
      (d) => {
        d.routing.defaultTier = "standard";
        d.queues[0].slaPolicy = "premium";
      },
    ],
  ])("%s is not", (_name, change) => {
    expect(problemsOf(change)).toEqual([]);
  });
});
