import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { promisesNothing } from "../support/desks.ts";
import { codeOf } from "../support/http-desk.ts";
import { MORNING, Stage } from "../support/stage.ts";

interface Story {
  at: string;
  facts: Record<string, unknown>;
  says: { queue: string; rules: number[]; words: string[] };
  queue: string;
  assignment: string;
  assignee: { id: number; name: string } | null;
  waiting: {
    since: string;
    stage: { kind: string };
    place: { position: number; of: number } | null;
    candidates: { agent: { id: number }; eligible: boolean; why: string[] }[];
  } | null;
  next: { at: string; what: string } | null;
  past: { n: number; at: string; type: string; by: object; data: Record<string, unknown> }[];
}

describe("the story of a live ticket", () => {
  const MINUTE = 60_000;
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.open({
      intake: true,
      config: (desk) => {
        promisesNothing(desk);
        desk.queues = [
          { id: "general", group: "main", assignment: "auto", answerWithin: "10m" },
          { id: "billing", group: "main", requireSkills: { billing: 1 } },
          { id: "premium", group: "vip" },
        ];
        desk.agents = [
          {
            telegramId: 9002,
            name: "Olga",
            groups: ["main"],
            capacity: 1,
            shift: "office",
            skills: { billing: { level: 1 } },
          },
        ];
        for (const group of desk.groups) group.leads = [];
      },
    });
  });
  afterEach(() => stage.settle(0));
  const story = (ref: string): Promise<Story> => stage.get<Story>(`/api/v1/tickets/${ref}/routing`);
  async function asks(): Promise<Awaited<ReturnType<Stage["customer"]>>> {
    const customer = await stage.customer();
    await customer.write("Help");
    await stage.settle(5_000);
    return customer;
  }

  test("tells who got it and why, and until when they have time", async () => {
    await asks();
    const { facts, assignee, waiting, next, past, says, queue } = await story("SUP-1");
    expect({ queue, assignee, waiting }).toEqual({
      queue: "general",
      assignee: { id: 9002, name: "Olga" },
      waiting: null,
    });
    expect(facts).toEqual({
      tier: null,
      segment: null,
      category: null,
      urgency: null,
      language: "en",
      payload: null,
      attributes: {},
    });
    expect(says).toMatchObject({ queue: "general", rules: [], words: ["no rule holds: it goes to general"] });
    expect(next).toEqual({
      at: new Date(MORNING + 10 * MINUTE).toISOString(),
      what: "it goes on if Olga has not answered",
    });
    expect(past).toEqual([
      {
        n: expect.any(Number),
        at: new Date(MORNING).toISOString(),
        notedAt: null,
        type: "ticket_assigned",
        by: { kind: "system", rule: "routing" },
        data: expect.objectContaining({
          assignee: 9002,
          routing: expect.objectContaining({ queue: "general", why: ["0 of 1 slots used"] }),
        }),
      },
    ]);
  });

  test("tells a waiting ticket's place, who could take it, and what changes next", async () => {
    // What waits for the customer keeps its slot: Olga gets nothing that would make her away when she ignores it.
    stage.config.routing.capacityCounts = "all_open";
    await stage.configure();
    for (let count = 0; count < 3; count += 1) await asks();
    await stage.olga.write((await stage.topic("SUP-1")).id, "On it");
    await stage.settle(5_000);
    const { assignment, waiting, next } = await story("SUP-3");
    expect(assignment).toBe("auto");
    expect(waiting).toMatchObject({
      stage: { kind: "strict" },
      place: { position: 2, of: 2 },
      candidates: [{ agent: { id: 9002 }, eligible: false, why: ["no room: 1 of 1 slots used"] }],
    });
    expect(next).toBeNull();
    await stage.pass(6 * 60 * MINUTE);
    expect((await story("SUP-3")).next).toEqual({
      at: "2026-11-23T08:00:00.000Z",
      what: "the shift of Olga begins",
    });
  });

  test("has no place where the ticket waits to be claimed; agents who declined stay in it", async () => {
    const ada = await asks();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/decline");
    await stage.settle(5_000);
    await ada.press((await ada.messages()).at(-1)!.message_id, { text: "Billing" });
    await stage.settle(5_000);
    const { queue, assignment, waiting, next, past, says, facts } = await story("SUP-1");
    expect({ queue, assignment, next }).toEqual({ queue: "billing", assignment: "claim", next: null });
    expect(facts).toMatchObject({ category: "billing" });
    expect(says).toMatchObject({ queue: "billing", rules: [0] });
    expect(waiting).toMatchObject({ place: null, candidates: [{ why: ["declined it"] }] });
    expect(past.map(({ type }) => type)).toEqual(["ticket_assigned", "assignment_declined", "ticket_routed"]);
  });

  test("changes nothing", async () => {
    await asks();
    const before = await stage.get(`/api/v1/tickets/SUP-1/events`);
    expect(await story("SUP-1")).toEqual(await story("SUP-1"));
    await stage.settle(5_000);
    expect(await stage.get(`/api/v1/tickets/SUP-1/events`)).toEqual(before);
  });

  test("is found in upper and lower case, and is a 404 for an unknown ticket", async () => {
    await asks();
    expect((await stage.api("GET", "/api/v1/tickets/sup-1/routing")).status).toBe(200);
    expect(await codeOf(await stage.api("GET", "/api/v1/tickets/SUP-2/routing"))).toBe("ticket.not_found");
  });
});
