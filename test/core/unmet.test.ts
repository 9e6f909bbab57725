import { describe, expect, test } from "vitest";
import { Team, type TeamMember } from "../../src/domain/routing/unmet.ts";
import { unmetForPrograms } from "../../src/texts/for-programs.ts";
import { NOON } from "./given.ts";

type Skills = Record<string, number | { level: number; until: number }>;

function member(name: string, skills: Skills, capacity = 5): TeamMember {
  const held = Object.entries(skills).map(
    ([skill, level]) => [skill, typeof level === "number" ? { level, until: null } : level] as const,
  );
  return { name, capacity, skills: new Map(held) };
}

function unmet(members: TeamMember[], required: Record<string, number>): string[] {
  const found = new Team(members, NOON).unmet(required);
  return unmetForPrograms(found === null ? null : { ...found, group: "main" });
}

describe("tickets that no agent could ever be given", () => {
  test.each<[string, TeamMember[], Record<string, number>, string[]]>([
    ["nothing is required", [], {}, []],
    ["somebody has it", [member("Ada", { latin: 2 })], { latin: 2 }, []],
    ["nobody has it", [member("Ada", {})], { latin: 2 }, ["nobody in main who takes tickets has latin 2"]],
    [
      "nobody has as much",
      [member("Ada", { latin: 1 })],
      { latin: 2 },
      ["nobody in main who takes tickets has latin 2, at most 1"],
    ],
    [
      "a certificate has expired at this instant",
      [member("Ada", { latin: { level: 2, until: NOON } }), member("Bo", { latin: 1 })],
      { latin: 2 },
      ["nobody in main who takes tickets has latin 2, at most 1 (it has expired for Ada)"],
    ],
    [
      "a certificate expires later",
      [member("Ada", { latin: { level: 2, until: NOON + 1 } })],
      { latin: 2 },
      [],
    ],
    [
      "who has it takes no tickets",
      [member("Lena", { latin: 2 }, 0)],
      { latin: 2 },
      ["nobody in main who takes tickets has latin 2 (the capacity of Lena is 0)"],
    ],
    [
      "several are missing",
      [member("Ada", { greek: 1 })],
      { latin: 1, greek: 2 },
      [
        "nobody in main who takes tickets has latin 1",
        "nobody in main who takes tickets has greek 2, at most 1",
      ],
    ],
    [
      "each has one of them",
      [member("Ada", { latin: 1 }), member("Bo", { greek: 1 })],
      { latin: 1, greek: 1 },
      ["nobody in main has all of latin 1, greek 1 at once"],
    ],
    [
      "one would have both, but takes no tickets",
      [member("Ada", { latin: 1 }), member("Bo", { greek: 1 }), member("Lena", { latin: 1, greek: 1 }, 0)],
      { latin: 1, greek: 1 },
      ["nobody in main has all of latin 1, greek 1 at once"],
    ],
  ])("%s", (_name, members, required, words) => {
    expect(unmet(members, required)).toEqual(words);
  });

  test("names a few of many", () => {
    const many = Array.from({ length: 7 }, (_, n) => member(`A${n}`, { latin: 1 }, 0));
    expect(unmet(many, { latin: 1 })[0]).toContain("(the capacity of A0, A1, A2, A3, A4 and 2 more is 0)");
  });
});
