import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Member } from "../../src/sandbox/telegram/client.ts";
import { HOUR, MINUTE, asks, assignee, assignees, open, says, stage } from "../support/routing-stage.ts";
import { texts } from "../support/stage.ts";

beforeEach(() => open());

afterEach(() => stage.settle(0));

async function starts({ id, profile }: Member): Promise<void> {
  await (await stage.telegram.customer({ id, firstName: profile.first_name })).start();
  await stage.settle(5_000);
}

describe("handing out", () => {
  test("goes by spare capacity, in turns, and never beyond it", async () => {
    for (let n = 0; n < 6; n += 1) await asks();
    expect(await assignees(6)).toEqual([9002, 9003, 9002, 9003, null, null]);
  });

  test("goes on with the longest wait as soon as an agent has room", async () => {
    for (let n = 0; n < 6; n += 1) await asks();
    await says(stage.boris, "SUP-2", "/resolve");
    expect(await assignees(6)).toEqual([9002, 9003, 9002, 9003, 9003, null]);
  });

  test("takes the more urgent first, then the older", async () => {
    for (let n = 0; n < 6; n += 1) await asks();
    await says(stage.lead, "SUP-6", "/priority urgent");
    await says(stage.boris, "SUP-2", "/resolve");
    expect(await assignees(6)).toEqual([9002, 9003, 9002, 9003, null, 9003]);
  });

  test("takes the older first even if the newer comes just as an agent is back", async () => {
    await open((desk) => {
      desk.agents = desk.agents!.filter(({ telegramId }) => telegramId !== 9003);
      desk.agents.find(({ telegramId }) => telegramId === 9002)!.capacity = 1;
    });
    await asks();
    await says(stage.olga, "SUP-1", "/away 30m");
    await says(stage.olga, "SUP-1", "/close");
    await asks();
    expect(await assignee("SUP-2")).toBeNull();
    const late = await stage.customer();
    // The alarm has not rung yet.
    await stage.moveTo(stage.now + 31 * MINUTE);
    await late.write("Help");
    await stage.settle(10_000);
    expect(await assignees(3)).toEqual([9002, 9002, null]);
  });

  test("leaves a ticket with its assignee, whatever the customer answers afterwards", async () => {
    const ada = await asks("My invoice is wrong");
    // Before that the ticket had no candidate of its own.
    expect(await assignee("SUP-1")).toBe(9002);
    await says(stage.olga, "SUP-1", "/decline");
    expect(await assignee("SUP-1")).toBe(9003);
    await ada.press((await ada.messages()).at(-1)!.message_id, { text: "Billing" });
    await stage.settle(5_000);
    // The assignee keeps it.
    expect(await assignee("SUP-1")).toBe(9003);
  });

  test("waits five minutes for the skill, and no longer", async () => {
    await says(stage.olga, await (async () => (await asks("First"), "SUP-1"))(), "/offline");
    const ada = await stage.customer();
    await stage.api("PUT", "/api/v1/config", {
      ...stage.config,
      routing: { ...stage.config.routing, rules: [{ when: {}, queue: "billing" }] },
    });
    await ada.write("My invoice is wrong");
    await stage.settle(5_000);
    expect(await assignee("SUP-2")).toBeNull();
    await stage.pass(4 * MINUTE);
    expect(await assignee("SUP-2")).toBeNull();
    await stage.pass(MINUTE);
    expect(await assignee("SUP-2")).toBe(9003);
  });

  describe("hundreds of tickets that come at once, to 15 agents", () => {
    /** The assignee of each ticket, in the tickets' order; the strategies take turns among equals. */
    async function flood(
      tickets: number,
      capacity: number,
      strategy: "round_robin" | "least_loaded" | "weighted",
    ) {
      await open((config) => {
        config.agents = Array.from({ length: 15 }, (_, index) => ({
          telegramId: 9_100 + index,
          name: `Agent ${index + 1}`,
          groups: ["main"],
          capacity,
        }));
        config.queues = config.queues.filter(({ id }) => id !== "billing");
        config.queues[0].strategy = strategy;
        for (const group of config.groups) group.leads = [];
        config.routing.rules = [];
      });
      const customers = await Promise.all(Array.from({ length: tickets }, () => stage.customer()));
      await Promise.all(customers.map((customer) => customer.write("Help")));
      await stage.deliver();
      return assignees(tickets);
    }
    const inTurns = (index: number): number => 9_100 + (index % 15);

    test.each([
      ["round_robin", 500],
      ["least_loaded", 200],
      ["weighted", 200],
    ] as const)(
      "%s leaves none of %i waiting and is fair within one",
      { timeout: 600_000 },
      async (strategy, tickets) => {
        const all = await flood(tickets, 40, strategy);
        expect(all).toEqual(all.map((_, index) => inTurns(index)));
      },
    );

    test(
      "the oldest are taken until every agent is full, and then the ticket that waits longest",
      { timeout: 600_000 },
      async () => {
        const all = await flood(400, 20, "round_robin");
        expect(all).toEqual(all.map((_, index) => (index < 300 ? inTurns(index) : null)));
        // Time goes on, and so does the queue: one more for each that ends.
        await stage.settle(10 * MINUTE);
        for (const [ref, who] of [
          ["SUP-9", 9_108],
          ["SUP-31", 9_100],
        ] as const) {
          const member = await stage.group.member({ id: who, firstName: "Agent" });
          await says(member, ref, "/resolve");
        }
        expect((await assignees(304)).slice(299)).toEqual([9_114, 9_108, 9_100, null, null]);
      },
    );
  });
});

test("being chosen uses up the turn, even while the home group's slot answer is pending", async () => {
  await open((config) => {
    config.queues = [
      { id: "general", group: "main" },
      { id: "premium", group: "vip", strategy: "round_robin" },
    ];
    config.agents = [
      { telegramId: 9003, name: "Boris", groups: ["main", "vip"], capacity: 6 },
      { telegramId: 9004, name: "Vera", groups: ["vip"], capacity: 6 },
    ];
    config.routing.rules = [{ when: {}, queue: "premium" }];
    for (const group of config.groups) group.leads = [];
  });
  for (let n = 0; n < 6; n += 1) await asks();
  // From now on the desk assigns: all tickets are looked at at once, before any home group can answer.
  stage.config.queues[1].assignment = "auto";
  await stage.configure();
  await stage.settle(5_000);
  expect(await assignees(6)).toEqual([9003, 9004, 9003, 9004, 9003, 9004]);
});

describe("agents", () => {
  test("are given nothing while they are away, offline or off shift, and again when they are back", async () => {
    await asks();
    expect(await says(stage.olga, "SUP-1", "/away 30m")).toContain("You're away until");
    expect(await says(stage.boris, "SUP-1", "/offline")).toContain("You're offline");
    await asks();
    expect(await assignee("SUP-2")).toBeNull();
    await stage.pass(30 * MINUTE);
    expect(await assignee("SUP-2")).toBe(9002);
    await says(stage.olga, "SUP-1", "/offline");
    await asks();
    expect(await says(stage.boris, "SUP-1", "/online")).toContain("You're online");
    expect(await assignee("SUP-3")).toBe(9003);
    await stage.pass(6 * HOUR);
    await asks();
    expect(await assignee("SUP-4")).toBeNull();
    // Monday at nine in Berlin the office opens.
    await stage.moveTo(Date.parse("2026-11-23T08:00:00Z"));
    await stage.settle(5_000);
    expect(await assignee("SUP-4")).toBe(9003);
  });

  test("who decline are not asked again; when no agent is left, it waits", async () => {
    await asks();
    expect(await says(stage.boris, "SUP-1", "/decline")).toContain("is Olga's");
    await says(stage.olga, "SUP-1", "/decline");
    expect(await assignee("SUP-1")).toBe(9003);
    await says(stage.boris, "SUP-1", "/decline");
    expect(await assignee("SUP-1")).toBeNull();
    await stage.pass(HOUR);
    expect(await assignee("SUP-1")).toBeNull();
    await says(stage.olga, "SUP-1", "/claim");
    expect(await assignee("SUP-1")).toBe(9002);
  });

  test("who give one back are not given it again; a lead may take it from an agent as well", async () => {
    await asks();
    await says(stage.olga, "SUP-1", "/unclaim");
    expect(await assignee("SUP-1")).toBe(9003);
    await says(stage.lead, "SUP-1", "/unclaim");
    expect(await assignee("SUP-1")).toBeNull();
    await says(stage.olga, "SUP-1", "/claim");
    expect(await assignee("SUP-1")).toBe(9002);
  });

  test("who do not answer in time lose the ticket to the next, and are away", async () => {
    await open((config) => {
      config.queues[0].answerWithin = "10m";
    });
    await starts(stage.olga);
    await asks();
    expect(await assignee("SUP-1")).toBe(9002);
    await stage.pass(10 * MINUTE + 5_000);
    expect(await assignee("SUP-1")).toBe(9003);
    expect(texts(await stage.telegram.messages(9002)).at(-1)).toContain("You didn't answer in time");
    await says(stage.boris, "SUP-1", "On it");
    await stage.pass(HOUR);
    expect(await assignee("SUP-1")).toBe(9003);
    await asks();
    await asks();
    // What waits for its customer uses no slot of his two.
    expect(await assignees(3)).toEqual([9003, 9003, 9003]);
  });

  test("who have answered keep the ticket, however long the next answer takes", async () => {
    await open((config) => {
      config.queues[0].answerWithin = "10m";
    });
    const ada = await asks();
    await stage.olga.write((await stage.topic("SUP-1")).id, "On it");
    await stage.pass(HOUR);
    await ada.write("And now?");
    await stage.pass(HOUR);
    expect(await assignee("SUP-1")).toBe(9002);
    await says(stage.olga, "SUP-1", "/close");
    await ada.write("It is back");
    await stage.pass(HOUR);
    expect(await assignee("SUP-1")).toBe(9002);
  });

  test("know why a ticket is theirs; neither the customer nor the group reads it", async () => {
    await starts(stage.olga);
    const ada = await asks();
    const own = texts(await stage.telegram.messages(9002)).at(-1)!;
    expect(own).toContain("This ticket is yours now.");
    expect(own).toContain("Why you: queue general, 0 of 2 slots used.");
    const others = [...texts(await ada.messages()), ...texts(await stage.group.messages())].join("\n");
    expect(others).not.toContain("Why you");
    const { items } = await stage.get<{ items: { type: string; data: Record<string, unknown> }[] }>(
      "/api/v1/tickets/SUP-1/events",
    );
    expect(items.find(({ type }) => type === "ticket_assigned")?.data).toMatchObject({
      routing: {
        queue: "general",
        stage: { kind: "strict" },
        others: [{ agent: { id: 9003 } }, { agent: { id: 9001 } }],
      },
    });
  });

  test("the leads are told once when no agent is available, whatever the skills", async () => {
    await open((config) => {
      config.queues[0].overrideAfter = "5m";
    });
    await starts(stage.lead);
    await stage.moveTo(stage.now + 8 * HOUR);
    await asks();
    await stage.pass(2 * HOUR);
    const told = texts(await stage.telegram.messages(9001)).filter((text) =>
      text.includes("Nobody in general"),
    );
    expect(told).toHaveLength(1);
  });
});

test("where the configuration says so, the group reads why as well, the customer never", async () => {
  await open((config) => {
    config.routing.showReason = "group";
  });
  const ada = await asks();
  expect(texts(await stage.inTopic("SUP-1")).join("\n")).toContain("0 of 2 slots used");
  expect(texts(await ada.messages()).join("\n")).not.toContain("0 of 2 slots used");
});

test("a ticket without a candidate goes to the fallback pool, once, and then the leads are told", async () => {
  await open((config) => {
    config.queues = [
      { id: "general", group: "main", assignment: "auto", overrideAfter: "5m" },
      { id: "premium", group: "vip", assignment: "auto", overrideAfter: "5m" },
    ];
    config.agents!.push({ telegramId: 9004, name: "Vera", groups: ["vip"], capacity: 1 });
    config.routing.rules = [];
    config.routing.fallbackPool = "vip";
  });
  await starts(stage.lead);
  await stage.moveTo(stage.now + 8 * HOUR);
  const toldLeads = async (): Promise<string[]> =>
    texts(await stage.telegram.messages(9001)).filter((text) => text.includes("Nobody in"));
  const ada = await asks();
  await asks();
  expect(await stage.get("/api/v1/tickets/SUP-1/routing")).toMatchObject({
    next: { what: expect.stringContaining("if there is none, it goes to premium") as string },
  });
  await stage.pass(6 * MINUTE);
  expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({
    group: "vip",
    queue: "premium",
    assignee: { id: 9004 },
  });
  expect(await toldLeads()).toEqual([]);
  await ada.write("Still there?");
  await stage.pass(6 * MINUTE);
  // The second found the pool full: it stays there, and the leads are told.
  expect(await stage.get("/api/v1/tickets/SUP-2")).toMatchObject({ group: "vip", assignee: null });
  expect(await stage.get("/api/v1/tickets/SUP-2/routing")).toMatchObject({
    ref: "SUP-2",
    queue: "premium",
    waiting: { stage: { kind: "override" } },
  });
  expect(await toldLeads()).toEqual([expect.stringContaining("Nobody in premium")]);
  const { items } = await stage.get<{ items: { type: string; note: string | null }[] }>(
    "/api/v1/tickets/SUP-2/events",
  );
  expect(items.filter(({ type }) => type === "ticket_transferred")).toMatchObject([
    { note: "nobody could take it" },
  ]);
});

test("rules look at the language, the link and what the customer answered", async () => {
  await open((config) => {
    config.routing.rules = [
      { when: { language: "de" }, priority: "high" },
      { when: { payload: "refund" }, queue: "billing" },
      { when: { urgency: "urgent" }, priority: "urgent" },
    ];
  });
  await asks("Hallo", { languageCode: "de-AT" });
  expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ queue: "general", priority: "high" });
  const trail = async (ref: string) => {
    const path = `/api/v1/audit?action=ticket_routed&target=${ref}`;
    const { items } = await stage.get<{ items: { from: object; to: object }[] }>(path);
    return items.map(({ from, to }) => [from, to]);
  };
  expect(await trail("SUP-1")).toEqual([[{ priority: "normal" }, { priority: "high" }]]);
  const bob = await stage.customer();
  await bob.start("refund");
  await bob.write("Money back");
  await stage.settle(5_000);
  expect(await stage.get("/api/v1/tickets/SUP-2")).toMatchObject({
    queue: "billing",
    assignee: { id: 9002 },
  });
});
