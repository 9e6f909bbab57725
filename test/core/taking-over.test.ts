import { describe, expect, test } from "vitest";
import { ConfigDocument } from "../../src/domain/config/config.ts";
import { whoTakesOver } from "../../src/domain/routing/taking-over.ts";
import { unavailableBecause } from "../../src/domain/team/presence.ts";
import type { SkillTable } from "../../src/domain/team/skill-table.ts";
import { policyOf } from "../../src/domain/ticket/policy.ts";
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
    const policy = policyOf(config, "main", 0, table)!;
    const team = policy.roster.agents.map((agent) => {
      const because = unavailableBecause({ availability: "online", until: null }, agent.shift, OPEN);
      const now = { available: because === null, unavailableBecause: because, open: 0 };
      return { agent, ...now, lastAssignedAt: null, history: 0 };
    });
    const taken = { queue: "billing", assignee: { id: LEAD, name: "Lead" }, requireSkills: {}, declined: [] };
    return whoTakesOver("other", { ...taken, ...ticket }, policy, () => team, OPEN)?.id ?? null;
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
