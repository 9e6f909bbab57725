import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { TicketForPrograms } from "../../src/domain/ticket/ticket.ts";
import { project } from "../../src/record/projection.ts";
import { exampleDesk } from "../support/desks.ts";
import { emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { emptyBatch, NOON, opened, states } from "../support/tickets.ts";

const desk = new HttpDesk();
beforeEach(async () => {
  await emptyRecord();
  await desk.put(exampleDesk());
});

interface Queue {
  id: string;
  group: string | null;
  byPriority: unknown[];
  byTier: unknown[];
  recordedAt: string | null;
}
const at = (ms: number): string => new Date(NOON + ms).toISOString();
const ticket = (number: number, more: Partial<TicketForPrograms>): TicketForPrograms => ({
  ...states([opened(number)]).at(-1)!,
  ...more,
});
const agent = { id: 9001, name: "Lead" };

async function tell(...tickets: TicketForPrograms[]): Promise<void> {
  await project(
    env.DB,
    emptyBatch({ at: NOON + 99, tickets: tickets.map((one) => ({ ticket: one, dueAt: null })) }),
  );
}

describe("queues", () => {
  test("tell how many tickets are open, how many are unassigned, and since when, by tier and priority", async () => {
    await tell(
      ticket(1, { priority: "urgent", tier: "gold" }),
      ticket(2, { status: "in_progress", assignee: agent, awaitingSince: null }),
      ticket(3, { status: "escalated" }),
      ticket(4, { status: "waiting", assignee: agent, awaitingSince: null, priority: "urgent" }),
      ticket(5, { status: "resolved" }),
      ticket(6, { status: "closed" }),
      ticket(7, { queue: "gone" }),
    );
    const answer = await desk.get("/api/v1/queues");
    const { items, complete } = await answer.json<{ items: Queue[]; complete: boolean }>();
    expect(complete).toBe(true);
    expect(items.map(({ id, group }) => [id, group])).toEqual([
      ["general", "main"],
      ["billing", "main"],
      ["premium", "vip"],
      ["gone", null],
    ]);
    expect(items[0]).toEqual({
      id: "general",
      group: "main",
      depth: 4,
      unassigned: 2,
      oldestUnassignedAt: at(1),
      oldestAwaitingSince: at(1),
      byPriority: [
        {
          priority: "urgent",
          depth: 2,
          unassigned: 1,
          oldestUnassignedAt: at(1),
          oldestAwaitingSince: at(1),
        },
        {
          priority: "normal",
          depth: 2,
          unassigned: 1,
          oldestUnassignedAt: at(3),
          oldestAwaitingSince: at(3),
        },
      ],
      byTier: [
        { tier: null, depth: 3, unassigned: 1, oldestUnassignedAt: at(3), oldestAwaitingSince: at(3) },
        { tier: "gold", depth: 1, unassigned: 1, oldestUnassignedAt: at(1), oldestAwaitingSince: at(1) },
      ],
      recordedAt: at(99),
    });
    expect(items[1]).toEqual({
      id: "billing",
      group: "main",
      depth: 0,
      unassigned: 0,
      oldestUnassignedAt: null,
      oldestAwaitingSince: null,
      byPriority: [],
      byTier: [],
      recordedAt: null,
    });
  });

  test("are listed by group", async () => {
    const { items } = await (await desk.get("/api/v1/queues?group=vip")).json<{ items: Queue[] }>();
    expect(items.map(({ id }) => id)).toEqual(["premium"]);
    expect((await desk.get("/api/v1/queues?queue=vip")).status).toBe(422);
  });

  test("are for keys that may read tickets", async () => {
    const { headers } = await desk.key("contacts:read");
    expect((await desk.fetch("/api/v1/queues", { headers })).status).toBe(403);
  });
});
