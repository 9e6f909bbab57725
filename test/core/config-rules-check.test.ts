import { describe, expect, test } from "vitest";
import { configWarnings } from "../../src/domain/config-check/warnings.ts";
import { exampleDesk } from "../support/desks.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;
type Warned = [pointer: string, message: string];

const NOW = Date.parse("2026-11-20T09:00:00Z");
const CRM = { url: "https://crm.example.com/enrich" };

function warned(change: (desk: Loose) => void): Warned[] {
  const desk = exampleDesk();
  change(desk);
  return configWarnings(desk, NOW).map(({ pointer, message }) => [pointer, message]);
}
const withRules =
  (...rules: object[]) =>
  (desk: Loose): void =>
    void (desk.routing.rules = rules);

describe("a rule that earlier rules leave nothing to decide is named", () => {
  test("names a rule behind one that always holds; the skills it requires still count", () => {
    expect(warned((d) => d.routing.rules.unshift({ when: {}, queue: "general" }))).toEqual([
      ["/routing/rules/1/queue", "has no effect: routing.rules[0] always holds and says it first"],
      ["/routing/rules/2", "is never reached: routing.rules[0] always holds and comes first"],
      ["/routing/rules/3", "is never reached: routing.rules[0] always holds and comes first"],
    ]);
  });

  test.each<[string, object, object, string | null]>([
    ["the same conditions", { tier: "premium" }, { tier: "premium" }, "has the same conditions"],
    ["fewer conditions", { tier: "premium" }, { tier: "premium", category: "billing" }, "holds whenever"],
    ["one attribute of two", { attributes: { a: 1 } }, { attributes: { b: 2, a: 1 } }, "holds whenever"],
    ["a language and its region", { language: "PT" }, { language: "pt-br" }, "holds whenever"],
    ["hours that never end", { during: "always" }, { tier: "basic" }, "always holds"],
    ["another tier", { tier: "premium" }, { tier: "basic" }, null],
    ["more conditions", { tier: "premium", category: "billing" }, { tier: "premium" }, null],
    ["another attribute", { attributes: { a: 1 } }, { attributes: { a: "1" } }, null],
    ["the region and its language", { language: "pt-br" }, { language: "pt" }, null],
    ["a language that begins alike", { language: "de" }, { language: "den" }, null],
    ["hours that end", { during: "office" }, { tier: "basic" }, null],
  ])("%s: %j before %j", (_name, first, second, why) => {
    const found = warned((d) => {
      d.routing.enrichment = CRM;
      withRules({ when: first, queue: "general" }, { when: second, queue: "premium" })(d);
    });
    expect(found).toEqual(
      why === null ? [] : [["/routing/rules/1", expect.stringContaining(`routing.rules[0] ${why}`)]],
    );
  });

  test("part by part: queue and priority are decided by the first that says them, skills add up", () => {
    const billing = { category: "billing" };
    expect(
      warned(
        withRules(
          { when: billing, priority: "high" },
          { when: billing, queue: "billing" },
          { when: billing, queue: "general", priority: "low", requireSkills: { billing: 2 } },
          { when: billing, requireSkills: { billing: 1 } },
        ),
      ),
    ).toEqual([
      ["/routing/rules/2/queue", "has no effect: routing.rules[1] has the same conditions and says it first"],
      [
        "/routing/rules/2/priority",
        "has no effect: routing.rules[0] has the same conditions and says it first",
      ],
      ["/routing/rules/3", "is never reached: routing.rules[2] has the same conditions and comes first"],
    ]);
  });

  test("names a rule that decides nothing", () => {
    const message = "has no effect: give it a queue, a priority or required skills";
    expect(warned((d) => d.routing.rules.push({ when: { tier: "basic" } }))).toEqual([
      ["/routing/rules/3", message],
    ]);
    expect(warned((d) => d.routing.rules.push({ when: { tier: "basic" }, requireSkills: {} }))).toEqual([
      ["/routing/rules/3", message],
    ]);
  });

  test("five hundred rules are compared at once", () => {
    const rules = Array.from({ length: 500 }, (_, index) => ({
      when: { payload: `p${index % 499}` },
      queue: "general",
    }));
    expect(warned(withRules(...rules)).map(([pointer]) => pointer)).toEqual(["/routing/rules/499"]);
  });
});

describe("a rule that waits for a value that is never given is named", () => {
  const needs =
    (when: object, more: (desk: Loose) => void = () => undefined) =>
    (desk: Loose): void => {
      withRules({ when, queue: "general" })(desk);
      more(desk);
    };
  const crm = (d: Loose): void => void (d.routing.enrichment = CRM);
  const hubspot = (d: Loose): void =>
    void (d.routing.enrichment = {
      adapter: "hubspot",
      hubspot: {
        findBy: { telegramId: "tg" },
        segment: { property: "segment", values: { A: "gold", B: "silver" } },
        attributes: { plan: { property: "plan" } },
      },
    });
  const askNothing = (d: Loose): void => void (d.intake.fields = []);

  test.each<[string, (desk: Loose) => void, string, RegExp]>([
    [
      "a category with a slip",
      needs({ category: "biling" }),
      "/routing/rules/0/when/category",
      /no option "biling", so this rule never holds; did you mean "billing"\?/,
    ],
    [
      "an option that was removed",
      (d) => (d.intake.fields[0].options.shift(), (d.routing.rules = [d.routing.rules[2]])),
      "/routing/rules/0/when/category",
      /no option "billing", so this rule never holds; it has technical, other/,
    ],
    [
      "a category with a slip that only a CRM could say",
      needs({ category: "biling" }, crm),
      "/routing/rules/0/when/category",
      /unless the enrichment says it, this rule never holds; did you mean "billing"\?/,
    ],
    [
      "a category that HubSpot cannot say",
      needs({ category: "biling" }, hubspot),
      "/routing/rules/0/when/category",
      /so this rule never holds/,
    ],
    [
      "an urgency, which no CRM says",
      needs({ urgency: "asap" }, crm),
      "/routing/rules/0/when/urgency",
      /"urgency" has no option "asap", so this rule never holds; it has normal, urgent/,
    ],
    [
      "a category that nobody is asked for",
      needs({ category: "billing" }, askNothing),
      "/routing/rules/0/when/category",
      /without an intake field "category" only programs that open tickets can say it/,
    ],
    [
      "a segment without an enrichment",
      needs({ segment: "smb" }),
      "/routing/rules/0/when/segment",
      /only an enrichment says it, and there is none/,
    ],
    [
      "an attribute without an enrichment",
      needs({ attributes: { plan: "pro" } }),
      "/routing/rules/0/when/attributes/plan",
      /only an enrichment says it, and there is none/,
    ],
    [
      "a segment that HubSpot's values do not give",
      needs({ segment: "bronze" }, hubspot),
      "/routing/rules/0/when/segment",
      /hubspot\.segment says "gold", "silver"/,
    ],
    [
      "an attribute that no property gives",
      needs({ attributes: { seats: 5 } }, hubspot),
      "/routing/rules/0/when/attributes/seats",
      /maps no property to attributes\.seats/,
    ],
    [
      "a language in words",
      needs({ language: "german" }),
      "/routing/rules/0/when/language",
      /"german" is no language tag such as "de"/,
    ],
    [
      "a payload that no link carries",
      needs({ payload: "very important" }),
      "/routing/rules/0/when/payload",
      /never holds: Telegram's links/,
    ],
  ])("%s", (_name, change, pointer, message) => {
    expect(warned(change)).toEqual([[pointer, expect.stringMatching(message)]]);
  });

  test.each<[string, (desk: Loose) => void]>([
    ["an option", needs({ category: "billing", urgency: "urgent" })],
    [
      "a category of the CRM's, where nobody is asked",
      needs({ category: "renewal" }, (d) => (crm(d), askNothing(d))),
    ],
    ["a segment and an attribute of the CRM's", needs({ segment: "smb", attributes: { seats: 5 } }, crm)],
    ["what HubSpot's properties give", needs({ segment: "gold", attributes: { plan: "pro" } }, hubspot)],
    ["a tier, which programs may say", needs({ tier: "premium" })],
    ["a language and a payload", needs({ language: "pt-BR", payload: "order_1001" })],
  ])("names no rule: %s", (_name, change) => {
    expect(warned(change)).toEqual([]);
  });
});
