import { describe, expect, test } from "vitest";
import { BusinessCalendar } from "../../src/domain/calendar/calendar.ts";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import { configWarnings } from "../../src/domain/config-check/warnings.ts";
import { exampleDesk } from "../support/desks.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;

const FAIR = { id: "fair", timeZone: "Europe/Berlin", weekly: {} };
const NOW = Date.parse("2026-11-20T09:00:00Z");

function warned(change: (desk: Loose) => void): [string, string][] {
  const desk = exampleDesk();
  change(desk);
  expect(checkConfig(desk, NOW).problems).toEqual([]);
  return configWarnings(desk, NOW).map(({ pointer, message }) => [pointer, message]);
}
const target =
  (priority: string, of: object) =>
  (d: Loose): void =>
    void (d.slaPolicies[1].targets[priority] = of);

describe("what is valid, but works otherwise than it reads, is a warning", () => {
  test.each<[string, (desk: Loose) => void, string, RegExp]>([
    [
      "a first response that may come after the resolution",
      (d) => (d.slaPolicies[1].targets = { normal: { firstResponse: "2h", resolution: "1h" } }),
      "/slaPolicies/1/targets/normal/firstResponse",
      /longer than the resolution, which has 1 hour/,
    ],
    [
      "a next response that may come after the resolution",
      target("normal", { nextResponse: "25h", resolution: "1d" }),
      "/slaPolicies/1/targets/normal/nextResponse",
      /longer than the resolution, which has 1 day/,
    ],
    [
      "urgent tickets that wait longer than normal ones",
      target("urgent", { firstResponse: "3h" }),
      "/slaPolicies/1/targets/urgent/firstResponse",
      /longer than that of normal, which has 2 hours/,
    ],
    [
      "normal tickets that wait longer than low ones",
      target("low", { resolution: "12h" }),
      "/slaPolicies/1/targets/normal/resolution",
      /longer than that of low, which has 12 hours/,
    ],
    [
      "closed tickets forgotten while they may be taken up again",
      (d) => (d.retention = { closedTickets: "1h" }),
      "/retention/closedTickets",
      /shorter than desk\.reopenWithin: closed tickets are kept for 3 days all the same/,
    ],
    [
      "their history forgotten while they may be taken up again",
      (d) => (d.retention = { events: "1h" }),
      "/retention/events",
      /shorter than desk\.reopenWithin/,
    ],
    [
      "a history kept longer than its ticket",
      (d) => (d.retention = { closedTickets: "30d", events: "31d" }),
      "/retention/events",
      /has no effect: what happened goes with its ticket after 30 days/,
    ],
    [
      "a required question that holds nothing back",
      (d) => ((d.intake.fields[1].required = true), (d.intake.holdFor = "0s")),
      "/intake/fields/1/required",
      /has no effect: intake\.holdFor is 0/,
    ],
    [
      "a hold for questions that are not required",
      (d) => (d.intake.holdFor = "10m"),
      "/intake/holdFor",
      /has no effect: no field is required/,
    ],
    [
      "two buttons with the same words",
      (d) => (d.intake.fields[0].options[2].label = "billing"),
      "/intake/fields/0/options/2/label",
      /is the label of "billing", too/,
    ],
    [
      "a pool for queues that wait for nobody",
      (d) => delete d.queues[2].overrideAfter,
      "/routing/fallbackPool",
      /has no effect: no queue of another group hands tickets out/,
    ],
    [
      "a pool that every queue belongs to",
      (d) => {
        d.groups.pop();
        d.queues.pop();
        d.routing.rules.splice(1, 1);
        for (const agent of d.agents) agent.groups = ["main"];
      },
      "/routing/fallbackPool",
      /has no effect: every queue is this group's own/,
    ],
    [
      "an override where agents claim",
      (d) => (d.queues[0].overrideAfter = "5m"),
      "/queues/0/overrideAfter",
      /has no effect: agents claim/,
    ],
    [
      "weights where agents claim",
      (d) => (d.queues[0].weights = { history: 1 }),
      "/queues/0/weights",
      /has no effect: agents claim/,
    ],
    [
      "a relaxation where agents claim",
      (d) => (d.queues[0].relaxAfter = ["5m"]),
      "/queues/0/relaxAfter",
      /has no effect: agents claim/,
    ],
    [
      "a group in which nobody works",
      (d) => d.agents.forEach((agent: Loose) => (agent.groups = ["main"])),
      "/groups/1",
      /nobody works in group "vip": add agents/,
    ],
    [
      "a group that nobody leads",
      (d) => ((d.groups[1].leads = []), (d.agents[0].groups = ["main"])),
      "/groups/1",
      /nobody leads group "vip"/,
    ],
    [
      "a queue whose agents take nothing",
      (d) =>
        d.agents.forEach(
          (agent: Loose) =>
            (agent.capacity =
              agent.telegramId === 9003
                ? 8
                : agent.groups.includes("vip") && agent.telegramId === 9002
                  ? 5
                  : 0),
        ) ?? (d.agents[1].groups = ["main"]),
      "/queues/2/assignment",
      /given to nobody: every agent of group "vip" has capacity 0/,
    ],
    [
      "a ladder that counts on seniors",
      (d) => (d.agents[1].role = "agent"),
      "/escalationPolicies/0/steps/1/actions/1/reassign",
      /has no effect: no agent has the role "senior"/,
    ],
    [
      "a shift whose days are over",
      (d) => {
        d.calendars.push({ ...FAIR, overrides: [{ date: "2026-11-18", hours: ["09:00-17:00"] }] });
        d.agents[0].shift = "fair";
      },
      "/agents/0/shift",
      /calendar "fair" is not open on any day to come: they are never on shift/,
    ],
    [
      "a rule for days that are over",
      (d) => {
        d.calendars.push({ ...FAIR, overrides: [{ date: "2026-11-01", hours: ["09:00-17:00"] }] });
        d.routing.rules.unshift({ when: { during: "fair" }, queue: "general" });
      },
      "/routing/rules/0/when/during",
      /calendar "fair" is not open on any day to come: this rule never holds/,
    ],
    [
      "a relaxation behind the override",
      (d) => (d.queues[1].relaxAfter = ["2m", "5m"]),
      "/queues/1/relaxAfter/1",
      /has no effect: after 5 minutes \(overrideAfter\)/,
    ],
    [
      "a preferred skill that nobody has",
      (d) => (d.queues[2].preferSkills = { latin: 1 }),
      "/queues/2/preferSkills/latin",
      /has no effect: nobody in group "vip" has it/,
    ],
    [
      "a step for a promise that nobody makes",
      (d) => {
        for (const policy of d.slaPolicies)
          for (const target of Object.values<Loose>(policy.targets)) delete target.nextResponse;
        d.escalationPolicies[0].steps[2].metric = "nextResponse";
      },
      "/escalationPolicies/0/steps/2/metric",
      /is never taken: no SLA policy with this ladder promises a nextResponse/,
    ],
    [
      "an abbreviated zone",
      (d) => (d.calendars[1].timeZone = "CET"),
      "/calendars/1/timeZone",
      /"CET" is an abbreviation.+"Europe\/Berlin"/,
    ],
    ["another one", (d) => (d.desk.timeZone = "EST"), "/desk/timeZone", /"EST" is an abbreviation/],
    [
      "a zone that reads the other way round",
      (d) => (d.desk.timeZone = "Etc/GMT-2"),
      "/desk/timeZone",
      /is 2 hours ahead of UTC/,
    ],
    ["its opposite", (d) => (d.desk.timeZone = "Etc/GMT+5"), "/desk/timeZone", /is 5 hours behind UTC/],
  ])("%s", (_name, change, pointer, message) => {
    expect(warned(change)).toEqual([[pointer, expect.stringMatching(message)]]);
  });

  test.each<[string, (desk: Loose) => void]>([
    [
      "a required question, which waits a quarter of an hour by default",
      (d) => (d.intake.fields[0].required = true),
    ],
    ["answers as quick as the resolution", target("normal", { firstResponse: "8h", resolution: "8h" })],
    [
      "a first response that is longer than the next",
      target("normal", { firstResponse: "3h", nextResponse: "1h" }),
    ],
    ["retention as long as reopening", (d) => (d.retention = { closedTickets: "72h", events: "72h" })],
    [
      "days to come, and yesterday, which may not be over everywhere",
      (d) => {
        d.calendars.push({ ...FAIR, overrides: [{ date: "2026-11-19", hours: ["09:00-17:00"] }] });
        d.agents[0].shift = "fair";
      },
    ],
    ["UTC", (d) => (d.calendars[1].timeZone = "UTC")],
  ])("warns of nothing: %s", (_name, change) => {
    expect(warned(change)).toEqual([]);
  });

  test("hours such as 18:00-09:00 run into the next morning, so they are no mistake", () => {
    const night = (d: Loose): void => void (d.calendars[1].weekly = { mon: ["18:00-09:00"] });
    expect(warned(night)).toEqual([]);
    const desk: Loose = exampleDesk();
    night(desk);
    const { config } = checkConfig(desk, NOW);
    const calendar = BusinessCalendar.of(config!.calendars[1]);
    const berlin = (time: string): boolean => calendar.isOpen(Date.parse(`${time}+01:00`));
    expect(berlin("2026-11-23T17:59:00")).toBe(false);
    expect(berlin("2026-11-23T18:00:00")).toBe(true);
    expect(berlin("2026-11-24T08:59:00")).toBe(true);
    expect(berlin("2026-11-24T09:00:00")).toBe(false);
  });
});
