import { expect, test } from "vitest";
import { METRICS, type Metric } from "../../src/domain/metric.ts";
import {
  brokenPromises,
  momentKey,
  NEW_ESCALATION_LOG,
  type MomentKind,
} from "../../src/domain/sla/escalation-log.ts";

const happened = (...moments: [Metric, number, MomentKind][]) => ({
  escalation: {
    ...NEW_ESCALATION_LOG,
    happened: Object.fromEntries(
      moments.map(([metric, instance, moment]) => [
        momentKey({
          metric,
          instance,
          moment,
          offsetMs: moment === "breach" ? 0 : 60_000,
          clock: "business",
        }),
        1,
      ]),
    ),
  },
});

test.each<[string, Parameters<typeof brokenPromises>[0], Metric[]]>([
  ["nothing has happened to", happened(), []],
  ["was only warned of", happened(["resolution", 1, "warning"]), []],
  [
    "is late with its first answer",
    happened(["firstResponse", 1, "breach"], ["resolution", 1, "warning"]),
    ["firstResponse"],
  ],
  [
    "is late with a turn, and overdue",
    happened(["nextResponse", 12, "breach"], ["nextResponse", 12, "overdue"]),
    ["nextResponse"],
  ],
  [
    "broke everything",
    happened(["resolution", 1, "breach"], ["nextResponse", 2, "breach"], ["firstResponse", 1, "breach"]),
    [...METRICS],
  ],
])("a ticket that %s tells its broken promises", (_name, ticket, expected) => {
  expect(brokenPromises(ticket)).toEqual(expected);
});
