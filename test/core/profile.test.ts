import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import type { Config } from "../../src/domain/config/config.ts";
import { fitted, isStale, NO_PROFILE, profileOf, type Profile } from "../../src/domain/routing/profile.ts";
import type { SkillTable } from "../../src/domain/team/skill-table.ts";
import { unfitWords } from "../../src/texts/en/systems.ts";
import { exampleDesk } from "../support/desks.ts";
import fc from "../support/fast-check.ts";

const NOW = Date.parse("2026-11-20T09:00:00Z");

function profile(answer: unknown): Profile {
  const read = profileOf(answer, NOW);
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  return read.profile;
}
function problems(answer: unknown): string[] {
  const read = profileOf(answer, NOW);
  return "problems" in read ? read.problems : [];
}
const many = <T>(count: number, value: T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]));

describe("an answer", () => {
  test("says who the customer is, and what the ticket needs", () => {
    const answer = {
      tier: "premium",
      segment: "enterprise",
      attributes: { plan: "gold", seats: 40, trial: false },
      priorityScore: 87.5,
      preferredAgent: 9002,
      requireSkills: { billing: 2 },
      category: "billing",
      language: "de",
      reason: "Renews next week",
      asOf: "2026-11-20T08:00:00Z",
    };
    expect(profile(answer)).toEqual({ ...answer, asOf: NOW - 3_600_000 });
  });

  test.each<[string, unknown]>([
    ["nothing", {}],
    ["only what the desk does not ask for", { id: 7, lifetimeValue: { currency: "EUR" } }],
    ["null for everything", Object.fromEntries(Object.keys(NO_PROFILE).map((key) => [key, null]))],
    ["empty texts", { tier: "", segment: "  ", category: "", language: "", reason: "\n" }],
    ["attributes without values", { attributes: { plan: null } }],
  ])("says nothing where it is %s", (_name, answer) => {
    expect(profile(answer)).toEqual(NO_PROFILE);
  });

  test.each([
    ["de", "de"],
    ["pt-BR", "pt-br"],
    ["pt_BR", "pt-br"],
    [" zh-Hant-TW ", "zh-hant-tw"],
  ])("may write a language as %j", (language, tag) => {
    expect(profile({ language }).language).toBe(tag);
  });

  test.each([
    ["2026-11-20T08:00:00Z", NOW - 3_600_000],
    ["2026-11-20T08:00:00.250Z", NOW - 3_600_000 + 250],
    ["2026-11-20T10:00:00+02:00", NOW - 3_600_000],
    ["2026-11-20T09:00:00Z", NOW],
    ["2026-11-20T09:00:01Z", NOW],
    ["2036-01-01T00:00:00Z", NOW],
    ["1970-01-01T00:00:00Z", 0],
  ])("is no newer than the moment it came where it says it is as of %s", (asOf, at) => {
    expect(profile({ asOf }).asOf).toBe(at);
  });

  test.each<[string, unknown, string]>([
    ["a list", [], "the answer must be an object"],
    ["a text", "premium", "the answer must be an object"],
    ["null", null, "the answer must be an object"],
    ["a number for a tier", { tier: 1 }, "/tier must be a text"],
    ["a long tier", { tier: "x".repeat(65) }, "/tier must have at most 64 characters"],
    ["a list of segments", { segment: ["a"] }, "/segment must be a text"],
    ["a list of attributes", { attributes: ["a"] }, "/attributes must be an object"],
    [
      "an attribute in an attribute",
      { attributes: { a: { b: 1 } } },
      "/attributes/a matches none of the forms that may stand here",
    ],
    [
      "an attribute without a name",
      { attributes: { "": 1 } },
      "/attributes/ is no good name here: must have at least 1 character",
    ],
    ["too many attributes", { attributes: many(51, 1) }, "/attributes must have at most 50 keys"],
    ["a score in a text", { priorityScore: "87" }, "/priorityScore must be a number"],
    ["a score below zero", { priorityScore: -1 }, "/priorityScore must be at least 0"],
    ["a score beyond all", { priorityScore: 1_000_001 }, "/priorityScore must be at most 1000000"],
    ["an agent by name", { preferredAgent: "Lead" }, "/preferredAgent must be a number"],
    ["half an agent", { preferredAgent: 9001.5 }, "/preferredAgent must be a whole number"],
    ["a group for an agent", { preferredAgent: -100 }, "/preferredAgent must be more than 0"],
    ["a list of skills", { requireSkills: ["billing"] }, "/requireSkills must be an object"],
    ["a level beyond all", { requireSkills: { billing: 11 } }, "/requireSkills/billing must be at most 10"],
    ["a level of none", { requireSkills: { billing: 0 } }, "/requireSkills/billing must be at least 1"],
    ["too many skills", { requireSkills: many(51, 1) }, "/requireSkills must have at most 50 keys"],
    ["a long category", { category: "x".repeat(65) }, "/category must have at most 64 characters"],
    [
      "a language in words",
      { language: "German (AT)" },
      '/language must be a language tag such as "de" or "pt-BR"',
    ],
    ["a long reason", { reason: "x".repeat(501) }, "/reason must have at most 500 characters"],
    [
      "a date without a time",
      { asOf: "2026-11-20" },
      '/asOf must be an instant in ISO 8601, such as "2026-11-20T09:00:00Z"',
    ],
    [
      "a time of no place",
      { asOf: "2026-11-20T09:00:00" },
      '/asOf must be an instant in ISO 8601, such as "2026-11-20T09:00:00Z"',
    ],
    [
      "a day that never was",
      { asOf: "2026-02-30T09:00:00Z" },
      '/asOf must be an instant in ISO 8601, such as "2026-11-20T09:00:00Z"',
    ],
    [
      "seconds since 1970",
      { asOf: 1_795_000_000 },
      '/asOf must be an instant in ISO 8601, such as "2026-11-20T09:00:00Z"',
    ],
  ])("is not believed with %s in it", (_name, answer, problem) => {
    expect(problems(answer)).toEqual([problem]);
  });

  test("is not believed in one place where it is wrong in another, and all of that is named", () => {
    expect(problems({ tier: "premium", segment: 5, language: 5 })).toEqual([
      "/segment must be a text",
      "/language must be a text",
    ]);
  });

  test("is described in a few lines where it is wrong everywhere", () => {
    const found = problems({ requireSkills: many(50, "x"), attributes: { ["x".repeat(60_000)]: 1 } });
    expect(found.length).toBe(10);
    expect(Math.max(...found.map((line) => line.length))).toBeLessThanOrEqual(200);
  });

  test("changes no object of the desk's own", () => {
    const read = profile(
      JSON.parse(
        '{ "attributes": { "__proto__": "a", "constructor": "b" }, "__proto__": { "tier": "premium" } }',
      ),
    );
    expect(read.tier).toBeNull();
    expect(Object.getPrototypeOf(read.attributes)).toBe(Object.prototype);
    expect(({} as { tier?: string }).tier).toBeUndefined();
  });

  test("whatever it is, is read or refused in words, and read the same again after it was stored", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            {
              tier: fc.jsonValue(),
              segment: fc.oneof(fc.string(), fc.jsonValue()),
              attributes: fc.dictionary(fc.string(), fc.jsonValue()),
              priorityScore: fc.oneof(fc.double(), fc.integer()),
              requireSkills: fc.dictionary(fc.string(), fc.integer({ min: 0, max: 12 })),
              preferredAgent: fc.oneof(fc.maxSafeInteger(), fc.jsonValue()),
              language: fc.string(),
              asOf: fc.oneof(
                fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
                fc.string(),
              ),
            },
            { requiredKeys: [] },
          ),
        ),
        (answer) => {
          const read = profileOf(answer, NOW);
          if ("problems" in read) {
            expect(read.problems.length).toBeGreaterThan(0);
            return;
          }
          expect(Object.keys(read.profile).sort()).toEqual(Object.keys(NO_PROFILE).sort());
          expect(read.profile.asOf ?? NOW).toBeLessThanOrEqual(NOW);
          const stored = JSON.parse(JSON.stringify(read.profile)) as Profile;
          const asOf = stored.asOf === null ? null : new Date(stored.asOf).toISOString();
          expect(profileOf({ ...stored, asOf }, NOW)).toEqual({ profile: stored });
        },
      ),
    );
  });
});

describe("data of another time", () => {
  const WEEK = 7 * 24 * 3_600_000;
  test.each<[string, number | null, boolean]>([
    ["as old as it may be", NOW - WEEK, false],
    ["older", NOW - WEEK - 1, true],
    ["of this moment", NOW, false],
    ["of an age that nobody told", null, false],
  ])("%s", (_name, asOf, stale) => {
    expect(isStale({ ...NO_PROFILE, asOf }, WEEK, NOW)).toBe(stale);
  });
});

describe("what does not fit the desk", () => {
  const config: Config = checkConfig(exampleDesk()).config!;
  const fit = (said: Partial<Profile>, table: SkillTable | null = null) => {
    const { profile, ignored } = fitted({ ...NO_PROFILE, ...said }, config, table);
    return { profile, ignored: ignored.map(unfitWords) };
  };

  test("is nothing where all of it is known", () => {
    const said = { tier: "premium", preferredAgent: 9002, requireSkills: { billing: 3, refunds: 1 } };
    expect(fit(said)).toEqual({ profile: { ...NO_PROFILE, ...said }, ignored: [] });
  });

  test.each<[string, Partial<Profile>, string]>([
    ["a tier that is none", { tier: "platinum" }, 'tier "platinum" is not one of the desk\'s'],
    ["a tier in another spelling", { tier: "Premium" }, 'tier "Premium" is not one of the desk\'s'],
    ["a tier that every object has", { tier: "constructor" }, 'tier "constructor" is not one of the desk\'s'],
    ["an agent who is none", { preferredAgent: 42 }, "preferred agent 42 is no agent"],
    ["a skill that nobody has", { requireSkills: { latin: 1 } }, 'skill "latin" is nobody\'s'],
    ["a skill that every object has", { requireSkills: { toString: 1 } }, 'skill "toString" is nobody\'s'],
  ])("is left out and named: %s", (_name, said, ignored) => {
    expect(fit({ ...said, segment: "enterprise" })).toEqual({
      profile: { ...NO_PROFILE, segment: "enterprise" },
      ignored: [ignored],
    });
  });

  test("is asked for up to the best agent's level", () => {
    expect(fit({ requireSkills: { billing: 9 } })).toEqual({
      profile: { ...NO_PROFILE, requireSkills: { billing: 3 } },
      ignored: ['skill "billing" at 9: nobody has more than 3'],
    });
  });

  test("is compared with what a skills service says, where there is one", () => {
    const agents = { 9002: { latin: { level: 2, until: null } }, 7: { welding: { level: 1, until: null } } };
    expect(fit({ requireSkills: { latin: 4, billing: 1, welding: 1 } }, { agents, receivedAt: NOW })).toEqual(
      {
        profile: { ...NO_PROFILE, requireSkills: { latin: 2 } },
        ignored: [
          'skill "latin" at 4: nobody has more than 2',
          'skill "billing" is nobody\'s',
          'skill "welding" is nobody\'s',
        ],
      },
    );
  });
});
