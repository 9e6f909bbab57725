import { describe, expect, test } from "vitest";
import { ConfigDocument, type ConfigInput } from "../../src/domain/config/config.ts";
import { route, routingRulesOf, type RoutingFacts } from "../../src/domain/routing/rules.ts";
import { exampleDesk } from "../support/desks.ts";

const NOTHING: RoutingFacts = {
  tier: null,
  segment: null,
  category: null,
  urgency: null,
  language: null,
  payload: null,
  attributes: {},
};
/** Friday, 10:00 in Berlin. */
const OPEN = Date.parse("2026-11-20T09:00:00Z");
const CLOSED = Date.parse("2026-11-20T20:00:00Z");

type Rules = NonNullable<ConfigInput["routing"]["rules"]>;

function routed(rules: Rules, facts: Partial<RoutingFacts>, at = OPEN) {
  const config = exampleDesk();
  config.routing.rules = rules;
  return route({ ...NOTHING, ...facts }, routingRulesOf(ConfigDocument.parse(config)), at);
}

describe("a rule holds", () => {
  test.each<[string, Rules[number]["when"], Partial<RoutingFacts>, boolean]>([
    ["without conditions", {}, {}, true],
    ["for a tier", { tier: "premium" }, { tier: "premium" }, true],
    ["for no other tier", { tier: "premium" }, { tier: "basic" }, false],
    ["for no unknown tier", { tier: "premium" }, {}, false],
    ["for a segment", { segment: "vip" }, { segment: "vip" }, true],
    [
      "for a category and an urgency together",
      { category: "billing", urgency: "urgent" },
      { category: "billing", urgency: "urgent" },
      true,
    ],
    ["for neither alone", { category: "billing", urgency: "urgent" }, { category: "billing" }, false],
    ["for a language", { language: "de" }, { language: "de" }, true],
    ["for its dialects", { language: "de" }, { language: "de-AT" }, true],
    ["for no language that only begins like it", { language: "de" }, { language: "den" }, false],
    ["for a dialect alone", { language: "de-at" }, { language: "de" }, false],
    ["for a link", { payload: "spring" }, { payload: "spring" }, true],
    [
      "for attributes, all of them",
      { attributes: { plan: "gold", seats: 5 } },
      { attributes: { plan: "gold", seats: 5, x: true } },
      true,
    ],
    ["for no attribute of another kind", { attributes: { seats: 5 } }, { attributes: { seats: "5" } }, false],
  ])("%s", (_, when, facts, holds) => {
    expect(routed([{ when, queue: "billing" }], facts).rules).toEqual(holds ? [0] : []);
  });

  test("holds while its calendar is open", () => {
    const rules: Rules = [{ when: { during: "office" }, queue: "billing" }];
    expect(routed(rules, {}, OPEN).queue).toBe("billing");
    expect(routed(rules, {}, CLOSED).queue).toBe("general");
  });
});

test("queue and priority each come from the first rule that says one, skills from all that hold", () => {
  const rules: Rules = [
    { when: { tier: "premium" }, priority: "high", requireSkills: { german: 1 } },
    {
      when: { category: "billing" },
      queue: "billing",
      priority: "low",
      requireSkills: { german: 2, refunds: 1 },
    },
    { when: {}, queue: "premium" },
    { when: { tier: "basic" }, queue: "general", requireSkills: { magic: 9 } },
  ];
  expect(routed(rules, { tier: "premium", category: "billing" })).toEqual({
    queue: "billing",
    priority: "high",
    requireSkills: { german: 2, refunds: 1 },
    rules: [0, 1, 2],
  });
  expect(routed([], {})).toEqual({ queue: "general", priority: null, requireSkills: {}, rules: [] });
});
