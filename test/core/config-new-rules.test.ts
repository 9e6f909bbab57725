import { expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import { exampleDesk } from "../support/desks.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;

const NOON = Date.UTC(2026, 10, 20, 12);

test.each<[string, (desk: Loose) => void, string, string]>([
  [
    "a first response in no time",
    (desk) => void (desk.slaPolicies[1].targets.normal.firstResponse = "0m"),
    "/slaPolicies/1/targets/normal/firstResponse",
    "breached as it opens",
  ],
  [
    "a warning no time before the breach",
    (desk) => void (desk.slaPolicies[1].warnings = [{ before: "0s" }]),
    "/slaPolicies/1/warnings/0/before",
    "with the breach",
  ],
  [
    "an answer within no time",
    (desk) => void (desk.queues[0].answerWithin = "0s"),
    "/queues/0/answerWithin",
    "nobody could keep",
  ],
  ...["closedTickets", "events", "audit", "webhookLogs", "enrichment"].map(
    (kept): [string, (desk: Loose) => void, string, string] => [
      `${kept} kept for no time`,
      (desk) => void (desk.retention = { [kept]: "0d" }),
      `/retention/${kept}`,
      "forgotten at once",
    ],
  ),
  ...[
    "http://hooks.example.com/desk",
    "https://10.0.0.5/desk",
    "https://crm/",
    "https://me:pw@example.com/",
  ].map((url): [string, (desk: Loose) => void, string, string] => [
    `a webhook to ${url}`,
    (desk) => void (desk.webhooks[0].url = url),
    "/webhooks/0/url",
    "is never called",
  ]),
  [
    "a webhook for an event that there is not",
    (desk) => void (desk.webhooks[0].events = ["ticket.opend"]),
    "/webhooks/0/events/0",
    'did you mean "ticket.opened"?',
  ],
  [
    "hours that end where they begin",
    (desk) => void (desk.calendars[1].weekly.mon = ["09:00-09:00"]),
    "/calendars/1/weekly/mon/0",
    "00:00-24:00",
  ],
  [
    "such hours on one date",
    (desk) => void (desk.calendars[1].overrides = [{ date: "2026-12-24", hours: ["00:00-00:00"] }]),
    "/calendars/1/overrides/0/hours/0",
    "is empty",
  ],
])(
  "a change that brings %s is refused, and what is in force stays readable",
  (_name, mistake, pointer, words) => {
    const desk = exampleDesk({ crm: "https://crm.example.com/" });
    mistake(desk);
    const { problems } = checkConfig(desk, NOON);
    expect(problems).toContainEqual({ pointer, message: expect.stringContaining(words) });
    expect(checkConfig(desk).problems.map((one) => one.pointer)).not.toContain(pointer);
  },
);

test("a reopening window of 0, a question asked each time and a hold of 0 are valid", () => {
  const desk: Loose = exampleDesk({ crm: "https://crm.example.com/" });
  desk.desk.reopenWithin = "0s";
  desk.routing.enrichment.cacheFor = "0s";
  desk.intake.holdFor = "0s";
  expect(checkConfig(desk, NOON).problems).toEqual([]);
});

test("tz's name for an unset zone is refused, whether the runtime knows it or not", () => {
  const desk: Loose = exampleDesk();
  desk.calendars[1].timeZone = "Factory";
  expect(checkConfig(desk, NOON).problems.map(({ pointer }) => pointer)).toContain("/calendars/1/timeZone");
});
