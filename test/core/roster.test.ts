import { describe, expect, test } from "vitest";
import { ConfigDocument } from "../../src/domain/config.ts";
import { rosterOf, whoTakesOver } from "../../src/domain/roster.ts";
import type { SkillTable } from "../../src/domain/routing/skill-table.ts";
import { exampleDesk } from "../support/desks.ts";

/** Friday, 10:00 in Berlin: the office is open till 15:00. */
const OPEN = Date.parse("2026-11-20T09:00:00Z");
const [LEAD, SENIOR, GENERALIST] = [9001, 9002, 9003];

describe("who takes a ticket over", () => {
  const config = ConfigDocument.parse(exampleDesk());
  const takesOver = (
    agents: SkillTable["agents"] | null,
    ticket: { queue?: string; requireSkills?: Record<string, number> } = {},
  ): number | null => {
    const table = agents === null ? null : { agents, receivedAt: OPEN };
    const roster = rosterOf(config, "main", table);
    const taken = { queue: "billing", assignee: { id: LEAD }, requireSkills: {}, ...ticket };
    return whoTakesOver("other", taken, roster, new Map(), OPEN)?.id ?? null;
  };

  test("has what the queue requires: by the configuration, or by a skills service in its place", () => {
    expect(takesOver(null)).toBe(SENIOR);
    expect(takesOver({ [SENIOR]: {}, [GENERALIST]: { billing: { level: 1, until: null } } })).toBe(
      GENERALIST,
    );
    expect(takesOver({ [SENIOR]: { billing: { level: 3, until: OPEN } } })).toBeNull();
  });

  test("has what the ticket requires beyond the queue", () => {
    expect(takesOver(null, { requireSkills: { refunds: 2 } })).toBe(SENIOR);
    expect(takesOver(null, { requireSkills: { refunds: 3 } })).toBeNull();
    expect(takesOver(null, { queue: "general", requireSkills: { billing: 1 } })).toBe(SENIOR);
  });
});
