import { describe, expect, test } from "vitest";
import { promisesNothing } from "../support/desks.ts";
import { Stage } from "../support/stage.ts";

/* Programs say how agents are, and see it, in a desk of two groups. */

interface Agent {
  presence: { availability: string; until: string | null; available: boolean; because: string | null };
  open: { total: number; byGroup: Record<string, number> };
  lastAssignedAt: string | null;
}

async function open(): Promise<Stage> {
  const stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main", assignment: "auto" },
        { id: "premium", group: "vip", assignment: "auto" },
      ];
      for (const group of desk.groups) group.leads = [];
      desk.agents = [{ telegramId: 9002, name: "Olga", groups: ["vip", "main"], capacity: 5 }];
      desk.routing.rules = [];
    },
  });
  return stage;
}

describe("an agent of two groups", () => {
  test("gets nothing while a program has them away, and what waits once their break is over", async () => {
    const stage = await open();
    const until = new Date(stage.now + 3_600_000).toISOString();
    const put = (body: unknown) => stage.api("PUT", "/api/v1/agents/9002/availability", body);
    expect((await put({ availability: "away", until })).status).toBe(200);
    await stage.settle();
    const assignee = async (ref: string): Promise<number | null> =>
      (await stage.get<{ assignee: { id: number } | null }>(`/api/v1/tickets/${ref}`)).assignee?.id ?? null;

    await (await stage.customer()).write("Help");
    await stage.settle();
    expect(await assignee("SUP-1")).toBeNull();
    expect((await stage.get<Agent>("/api/v1/agents/9002")).presence).toEqual({
      availability: "away",
      until,
      available: false,
      because: "away",
    });

    await stage.pass(3_700_000);
    await stage.settle();
    expect(await assignee("SUP-1")).toBe(9002);
    const agent = await stage.get<Agent>("/api/v1/agents/9002");
    expect(agent).toMatchObject({
      presence: { availability: "online", until: null, available: true, because: null },
      open: { total: 1, byGroup: { main: 1, vip: 0 } },
    });
    expect(agent.lastAssignedAt).not.toBeNull();

    await put({ availability: "offline" });
    await stage.settle();
    await (await stage.customer()).write("Help me too");
    await stage.settle();
    expect(await assignee("SUP-2")).toBeNull();
    await put({ availability: "online" });
    await stage.settle();
    expect(await assignee("SUP-2")).toBe(9002);
  });

  test("is not set back by a repetition of what was said before", async () => {
    const stage = await open();
    const vip = stage.groupStub("vip");
    const say = (availability: "away" | "online", cause: string) =>
      vip.team().setPresence(9002, { availability, until: null }, cause, 1);
    expect([await say("away", "one"), await say("online", "two"), await say("away", "one")]).toEqual([
      "done",
      "done",
      "done",
    ]);
    expect(await vip.team().agents()).toMatchObject([{ id: 9002, availability: "online" }]);
    expect(await vip.team().setPresence(1, { availability: "away", until: null }, "three", 1)).toBe(
      "unknown",
    );
    expect(await vip.team().setPresence(9002, { availability: "away", until: null }, "four", 99)).toBe(
      "config_needed",
    );
  });
});
