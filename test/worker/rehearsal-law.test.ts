import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { BusyDay, type Newcomer } from "../support/busy-day.ts";
import { Dice } from "../support/dice.ts";

/* A rehearsal, told how agents are, says what becomes of a ticket, down to the person. */

const TICKETS = 20;

interface Place {
  group: string;
  queue: string;
  priority: string;
  assignee: { id: number } | null;
}

describe.each([
  ["one group", { severalGroups: false, tiers: false }, [3]],
  ["one group whose customers have tiers", { severalGroups: false, tiers: true }, [6]],
  ["groups that share agents", { severalGroups: true, tiers: false }, [3, 6]],
] as const)("%s, whatever people do", (_, options, seeds) => {
  test.each(seeds)("a rehearsal says what the desk does (seed %i)", { timeout: 600_000 }, async (seed) => {
    const day = await BusyDay.open(new Dice(seed), options);
    let assigned = 0;
    for (let n = 0; n < TICKETS; n += 1) {
      await day.step();
      const newcomer = await day.newcomer();
      await day.stage.settleNow();
      const said = placeOf(await rehearsed(day, newcomer));
      const before = await day.stage.get<{ items: Place[] }>(
        `/api/v1/tickets?customer=${newcomer.customer.id}`,
      );
      expect(before.items).toEqual([]);
      await newcomer.customer.write("Help");
      await day.stage.settleNow();
      const { items } = await day.stage.get<{ items: Place[] }>(
        `/api/v1/tickets?customer=${newcomer.customer.id}`,
      );
      expect(items.map(placeOf), `ticket ${n}`).toEqual([said]);
      if (said.assignee !== null) assigned += 1;
    }
    expect(assigned).toBeGreaterThan(0);
  });
});

function placeOf({ group, queue, priority, assignee }: Place) {
  return { group, queue, priority, assignee: assignee?.id ?? null };
}

/** Rehearses the ticket that a customer is about to write, with all agents as they are. */
async function rehearsed(day: BusyDay, { payload, known }: Newcomer): Promise<Place> {
  const { stage } = day;
  const question = {
    ticket: { payload, language: "en" },
    enrichment: known,
    now: new Date(stage.now).toISOString(),
  };
  const ask = async (agents: object[]): Promise<Place> => {
    const answer = await stage.api("POST", "/api/v1/routing/simulate", { ...question, agents });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return answer.json();
  };
  const { group } = await ask([]);
  const history = await day.history();
  const turns = await turnsIn(day, group);
  return ask(
    history.team(group).map(({ id }) => ({
      id,
      availability: history.availability(id, stage.now),
      open: history.openOf(id, stage.now),
      ...turns.get(id),
    })),
  );
}

/** Who was given something last, and whom they have served: each group knows that of its own. */
async function turnsIn(
  { stage }: BusyDay,
  group: string,
): Promise<Map<number, { lastAssigned: string | null; servedTiers: string[] }>> {
  const rows = await runInDurableObject(stage.groupStub(group), (_, { storage }) =>
    storage.sql
      .exec<{ id: number; at: number | null; tiers: string }>(
        "SELECT id, last_assigned_at AS at, tiers FROM agents",
      )
      .toArray(),
  );
  return new Map(
    rows.map(({ id, at, tiers }) => [
      id,
      {
        lastAssigned: at === null ? null : new Date(at).toISOString(),
        servedTiers: JSON.parse(tiers) as string[],
      },
    ]),
  );
}
