import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { Customer, Member } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import { isService, Stage, texts } from "../support/stage.ts";

/* Who gets which ticket, in the real runtime: Friday 10:00 in Berlin, where the office is open till 15:00. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: Stage;

/** A desk whose general queue hands its tickets out, to Olga (billing) and Boris; Lena leads and takes none. */
async function open(config: (config: ConfigInput) => void = () => undefined): Promise<void> {
  stage = await Stage.open({
    intake: true,
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main", assignment: "auto" },
        {
          id: "billing",
          group: "main",
          assignment: "auto",
          requireSkills: { billing: 1 },
          overrideAfter: "5m",
        },
        { id: "premium", group: "vip" },
      ];
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
        {
          telegramId: 9002,
          name: "Olga",
          role: "senior",
          groups: ["main"],
          capacity: 2,
          shift: "office",
          skills: { billing: { level: 3 } },
        },
        { telegramId: 9003, name: "Boris", groups: ["main"], capacity: 2, shift: "office" },
      ];
      config(desk);
    },
  });
}

beforeEach(() => open());
afterEach(() => stage.settle(0));

async function asks(text = "Help", settings: { languageCode?: string } = {}): Promise<Customer> {
  const customer = await stage.customer(settings);
  await customer.write(text);
  await stage.settle(5_000);
  return customer;
}

async function assignee(ref: string): Promise<number | null> {
  const { assignee: who } = await stage.get<{ assignee: { id: number } | null }>(`/api/v1/tickets/${ref}`);
  return who?.id ?? null;
}

async function assignees(count: number): Promise<(number | null)[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => assignee(`SUP-${index + 1}`)));
}

async function says(member: Member, ref: string, line: string): Promise<string> {
  const topic = await stage.topic(ref);
  await member.write(topic.id, line);
  await stage.settle(5_000);
  const messages = await member.messages({ threadId: topic.id });
  return texts(messages.filter((message) => !isService(message))).at(-1) ?? "";
}

async function starts({ id, profile }: Member): Promise<void> {
  await (await stage.telegram.customer({ id, firstName: profile.first_name })).start();
  await stage.settle(5_000);
}

describe("handing out", () => {
  test("goes by spare capacity, in turns, and never beyond it", async () => {
    for (let n = 0; n < 6; n += 1) await asks();
    expect(await assignees(6)).toEqual([9002, 9003, 9002, 9003, null, null]);
  });

  test("goes on with what waits longest as soon as somebody has room", async () => {
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

  test("takes the older first also where the newer comes just as somebody is back", async () => {
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

  test("leaves a ticket with whoever has it, whatever the customer says afterwards", async () => {
    const ada = await asks("My invoice is wrong");
    // Before that nobody knows: it was for whoever is next.
    expect(await assignee("SUP-1")).toBe(9002);
    await says(stage.olga, "SUP-1", "/decline");
    expect(await assignee("SUP-1")).toBe(9003);
    await ada.press((await ada.messages()).at(-1)!.message_id, { text: "Billing" });
    await stage.settle(5_000);
    // Whoever has it keeps it.
    expect(await assignee("SUP-1")).toBe(9003);
  });

  test("waits for the skill, and after five minutes for it no more", async () => {
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

  describe("of hundreds of tickets that come at once, to 15 agents", () => {
    /** Whoever has each ticket, in the tickets' order; the strategies take turns with equals. */
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
      "%s leaves nobody of %i waiting and is fair within one",
      { timeout: 600_000 },
      async (strategy, tickets) => {
        const all = await flood(tickets, 40, strategy);
        expect(all).toEqual(all.map((_, index) => inTurns(index)));
      },
    );

    test(
      "the oldest are taken until everybody is full, and then whoever waits longest",
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

test("whoever is asked at home for a slot has had their turn, whenever the answer comes", async () => {
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
  // From now on the desk assigns: all of them are looked at at once, before anybody's home can answer.
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

  test("who decline are not asked again; when nobody is left, it waits", async () => {
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

  test("who give one back are not given it again; the lead's word takes it from somebody as well", async () => {
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

  test("the leads are told once when nobody is there, whatever the skills", async () => {
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

test("nobody at all: it goes to the fallback pool, once, and then the leads are told", async () => {
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
  // The second found the pool full: there it stays, and somebody hears of it.
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

describe("skills that nobody here could ever meet", () => {
  const told = async (): Promise<string[]> =>
    texts(await stage.telegram.messages(9001)).filter((text) => text.includes("has the skills"));
  const story = (ref: string): Promise<{ waiting: { unmet: string[] } }> =>
    stage.get(`/api/v1/tickets/${ref}/routing`);

  test.each<[string, (config: ConfigInput) => void, string]>([
    [
      "only another group's agent has it",
      (config) => {
        config.agents!.push({
          telegramId: 9004,
          name: "Vera",
          groups: ["vip"],
          capacity: 1,
          skills: { latin: { level: 2 } },
        });
      },
      "nobody in main who takes tickets has latin 2",
    ],
    [
      "who has it takes no tickets",
      (config) => void (config.agents![0].skills = { latin: { level: 2 } }),
      "nobody in main who takes tickets has latin 2 (the capacity of Lena is 0)",
    ],
    [
      "it has expired",
      (config) => {
        config.agents![1].skills!["latin"] = { level: 2, expiresOn: "2026-11-19" };
        config.agents![2].skills = { latin: { level: 1 } };
      },
      "nobody in main who takes tickets has latin 2, at most 1 (it has expired for Olga)",
    ],
  ])(
    "are told to the leads once, and to who looks, when a customer's system requires one: %s",
    async (_, change, why) => {
      const crm = new Endpoint();
      await open((config) => {
        delete config.queues[1].overrideAfter;
        config.routing.rules = [];
        config.routing.enrichment = { url: crm.url, timeout: "1s" };
        change(config);
      });
      await starts(stage.lead);
      await crm.answers({ status: 200, body: JSON.stringify({ requireSkills: { latin: 2 } }) });
      const ada = await asks();
      expect(await assignee("SUP-1")).toBeNull();
      expect((await story("SUP-1")).waiting.unmet).toEqual([why]);
      expect(await told()).toHaveLength(1);
      expect((await told())[0]).toContain(
        `Nobody in general has the skills for this ticket: ${why}. Give someone the skill`,
      );
      // Nor is it said again, whatever happens.
      await ada.write("Still there?");
      await asks();
      await stage.pass(2 * HOUR);
      await stage.configure();
      await stage.pass(HOUR);
      expect(await told()).toHaveLength(1);
      expect((await stage.get<{ waiting: null }>("/api/v1/tickets/SUP-2/routing")).waiting).toBeNull();
    },
  );

  test("are told when the certificate expires for which a ticket waits", async () => {
    await open((config) => {
      config.queues[1] = { id: "billing", group: "main", assignment: "auto", requireSkills: { billing: 1 } };
      config.agents![1].capacity = 1;
      config.agents![1].skills = { billing: { level: 1, expiresOn: "2026-11-20" } };
      config.routing.rules = [{ when: { language: "de" }, queue: "billing" }];
    });
    await starts(stage.lead);
    await asks("Hallo", { languageCode: "de" });
    await asks("Hallo", { languageCode: "de" });
    expect(await assignee("SUP-1")).toBe(9002);
    expect((await story("SUP-2")).waiting.unmet).toEqual([]);
    await stage.pass(14 * HOUR - MINUTE);
    expect(await told()).toEqual([]);
    await stage.pass(2 * MINUTE);
    expect(await told()).toHaveLength(1);
    expect((await story("SUP-2")).waiting.unmet).toEqual([
      "nobody in main who takes tickets has billing 1 (it has expired for Olga)",
    ]);
  });

  test("are met by anybody once they do not matter any more", async () => {
    const crm = new Endpoint();
    await open((config) => {
      config.queues[0].overrideAfter = "5m";
      config.agents![0].skills = { latin: { level: 2 } };
      config.routing.rules = [];
      config.routing.enrichment = { url: crm.url, timeout: "1s" };
    });
    await starts(stage.lead);
    await crm.answers({ status: 200, body: JSON.stringify({ requireSkills: { latin: 2 } }) });
    await asks();
    expect((await told())[0]).toContain("After 5 minutes of waiting it goes to the next person who is free.");
    await stage.pass(6 * MINUTE);
    expect(await assignee("SUP-1")).not.toBeNull();
    expect(await told()).toHaveLength(1);
  });

  test("are told in the topic where there are no leads", async () => {
    const crm = new Endpoint();
    await open((config) => {
      config.agents![0] = { telegramId: 9001, name: "Lena", groups: ["main"], capacity: 0 };
      config.agents![0].skills = { latin: { level: 2 } };
      for (const group of config.groups) group.leads = [];
      config.routing.rules = [];
      config.routing.enrichment = { url: crm.url, timeout: "1s" };
    });
    await crm.answers({ status: 200, body: JSON.stringify({ requireSkills: { latin: 2 } }) });
    await asks();
    expect(texts(await stage.inTopic("SUP-1")).join("\n")).toContain("the capacity of Lena is 0");
  });
});

describe("a skills service", () => {
  let service: Endpoint;
  beforeEach(async () => {
    service = new Endpoint();
    await open((config) => {
      delete config.queues[1].overrideAfter;
      config.routing.rules = [{ when: { language: "de" }, queue: "billing" }];
      config.routing.skills = { url: service.url, timeout: "1s", cacheFor: "10m" };
    });
  });
  const health = async (): Promise<unknown[]> => {
    const { groups } = await stage.get<{ groups: { group: string; systems: unknown[] }[] }>("/healthz");
    return groups.find(({ group }) => group === "main")!.systems;
  };
  const says = (agents: unknown) => ({ status: 200, body: JSON.stringify({ agents }) });
  const asksInGerman = (): Promise<Customer> => asks("Hallo", { languageCode: "de" });

  test("says who can take what, in place of the configuration, and is asked again when that is old", async () => {
    await service.answers(says({ 9002: {}, 9003: { billing: 2 } }), says({ 9003: {} }));
    // It is asked when there is something to hand out; until it has answered the configuration counts.
    await asksInGerman();
    expect(await assignee("SUP-1")).toBe(9002);
    const asked = (await service.received()).length;
    await asksInGerman();
    expect(await assignee("SUP-2")).toBe(9003);
    expect(await service.received()).toHaveLength(asked);
    await stage.pass(11 * MINUTE);
    await asksInGerman();
    await asksInGerman();
    expect(await service.received()).toHaveLength(asked + 1);
    // Whom it leaves out has what the configuration says.
    expect(await assignee("SUP-4")).toBe(9002);
    const [{ body, headers }] = await service.received();
    expect(JSON.parse(body)).toMatchObject({
      type: "skills.requested",
      data: { group: "main", agents: [9001, 9002, 9003] },
    });
    expect(headers["webhook-signature"]).toMatch(/^v1,/);
  });

  test("that is slow is named among what the desk waits for", async () => {
    await service.answers({ ...says({ 9003: { billing: 2 } }), held: true });
    const customer = await stage.customer();
    await customer.write("Help");
    const settled = stage.settle(5_000);
    const lanes = async (): Promise<string[]> => {
      const { groups } = await stage.get<{ groups: { waiting: { lane: string }[] }[] }>("/healthz");
      return groups.flatMap(({ waiting }) => waiting.map(({ lane }) => lane));
    };
    await expect.poll(lanes, { timeout: 30_000 }).toContain("skills");
    await service.release();
    await settled;
    await stage.settle(5_000);
  });

  test("is rehearsed as it is live, by the word that each group has heard", async () => {
    await service.answers(says({ 9002: {}, 9003: { billing: 2 } }));
    await asks();
    const rehearsal = await stage.api("POST", "/api/v1/routing/simulate", { ticket: { language: "de" } });
    const simulated = await rehearsal.json();
    await asksInGerman();
    expect(await assignee("SUP-2")).toBe(9003);
    expect(simulated).toMatchObject({
      queue: "billing",
      assignee: { id: 9003 },
      skills: [{ group: "main", asOf: expect.any(String), why: null }],
    });
  });

  test("is remembered by an object that has slept", async () => {
    await service.answers(says({ 9002: {}, 9003: { billing: 2 } }));
    await asks();
    await evictDurableObject(stage.groupStub());
    await service.answers({ status: 500 });
    await asksInGerman();
    expect(await assignee("SUP-2")).toBe(9003);
  });

  test("of certificates that end stops counting with them", async () => {
    await service.answers(says({ 9002: {}, 9003: { billing: { level: 2, expiresOn: "2026-11-19" } } }));
    await asks();
    await asksInGerman();
    expect(await assignee("SUP-2")).toBeNull();
  });

  test("that is away, lies or is huge leaves what is known, and is left alone after a while", async () => {
    await service.answers(says({ 9002: {}, 9003: { billing: 2 } }));
    await asks();
    const bad = [
      { status: 500 },
      { status: 200, body: "certainly" },
      { status: 200, body: '{"agents":{"Boris":{"billing":2}}}' },
      { status: 302, headers: { location: service.url } },
      { status: 200, body: `"${"x".repeat(2_000_000)}"` },
    ];
    await service.answers(...bad);
    await stage.pass(11 * MINUTE);
    for (const _ of bad) await asks();
    const asked = (await service.received()).length;
    await asksInGerman();
    expect(await service.received()).toHaveLength(asked);
    // Only Boris has it by the last word that was heard; his hands are full with the others.
    const routing = await stage.get<{ waiting: { candidates: { agent: { id: number }; why: string[] }[] } }>(
      "/api/v1/tickets/SUP-7/routing",
    );
    const why = Object.fromEntries(routing.waiting.candidates.map(({ agent, why: one }) => [agent.id, one]));
    expect(why[9002]).toContainEqual("lacks billing 1 (has none)");
    expect(why[9003]).toEqual(["no room: 2 of 2 slots used"]);
    // Operators see it where they see how the enrichment does.
    expect((await health())[0]).toMatchObject({
      system: "skills",
      failures: 5,
      leftAloneSince: expect.any(String),
      lastFailure: { code: "too_large", why: expect.any(String), at: expect.any(String) },
      answeredAt: expect.any(String),
    });
  });

  test("in place of another is asked at once, and the former one's word counts no more", async () => {
    const failures = Array.from({ length: 5 }, () => ({ status: 500 }));
    await service.answers(says({ 9002: {}, 9003: { billing: 2 } }), ...failures);
    await asks();
    await stage.pass(11 * MINUTE);
    for (let n = 0; n < 5; n += 1) await asks();
    expect((await health())[0]).toMatchObject({ leftAloneSince: expect.any(String) });
    const other = new Endpoint();
    await other.answers({ status: 500 }, says({ 9002: { billing: 1 } }));
    stage.config.routing.skills = { ...stage.config.routing.skills, url: other.url };
    await stage.configure();
    await stage.settle(5_000);
    expect(await other.received()).toHaveLength(1);
    expect((await health())[0]).toMatchObject({ failures: 1, leftAloneSince: null, answeredAt: null });
    // Neither has said anything that holds: the configuration counts.
    await asksInGerman();
    const routing = await stage.get<{ waiting: { candidates: { agent: { id: number }; why: string[] }[] } }>(
      "/api/v1/tickets/SUP-7/routing",
    );
    expect(routing.waiting.candidates.find(({ agent }) => agent.id === 9002)?.why).toEqual([
      "no room: 2 of 2 slots used",
    ]);
    expect((await health())[0]).toMatchObject({ failures: 0, answeredAt: expect.any(String) });
  });
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
