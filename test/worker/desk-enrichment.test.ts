import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { NO_PROFILE } from "../../src/domain/routing/profile.ts";
import type { Actor } from "../../src/domain/ticket/actor.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { project } from "../../src/record/projection.ts";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import { Stage, texts } from "../support/stage.ts";
import { ADA, batchesOf, NOON, opened } from "../support/tickets.ts";
import { until } from "../support/until.ts";

/* What another system knows of a customer, and a desk that goes on without it. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let stage: Stage;
let crm: Endpoint;

async function open(config: (config: ConfigInput) => void = () => undefined): Promise<void> {
  crm = new Endpoint();
  stage = await Stage.open({
    intake: true,
    config: (desk) => {
      promisesNothing(desk);
      desk.tiers = {};
      desk.queues = [
        { id: "general", group: "main", assignment: "auto" },
        { id: "gold", group: "main", assignment: "auto", requireSkills: { manners: 1 } },
        { id: "premium", group: "vip" },
      ];
      desk.slaPolicies = [{ id: "fast", calendar: "always", targets: { normal: { firstResponse: "5m" } } }];
      desk.tiers = { gold: { score: 100, slaPolicy: "fast" } };
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
        { telegramId: 9002, name: "Olga", groups: ["main"], capacity: 9, skills: { manners: { level: 1 } } },
        { telegramId: 9003, name: "Boris", groups: ["main"], capacity: 9 },
      ];
      desk.routing.rules = [
        { when: { tier: "gold" }, queue: "gold" },
        { when: { segment: "new" }, priority: "high" },
      ];
      desk.routing.enrichment = { url: crm.url, timeout: "1s", cacheFor: "10m", staleAfter: "7d" };
      config(desk);
    },
  });
}

beforeEach(() => open());

const says = (answer: unknown, status = 200) => ({ status, body: JSON.stringify(answer) });

async function asks(customer?: Customer): Promise<Customer> {
  const who = customer ?? (await stage.customer({ firstName: "Ada" }));
  await who.write(customer === undefined ? "Help" : "/new Help");
  await stage.settle(5_000);
  return who;
}

interface Seen {
  queue: string;
  tier: string | null;
  priority: string;
  assignee: { id: number } | null;
  dueAt: string | null;
}

const ticket = (ref: string): Promise<Seen> => stage.get<Seen>(`/api/v1/tickets/${ref}`);

async function events(
  ref: string,
  prefix: string,
): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const { items } = await stage.get<{ items: { type: string; data: Record<string, unknown> }[] }>(
    `/api/v1/tickets/${ref}/events`,
  );
  return items.filter(({ type }) => type.startsWith(prefix));
}

const codes = async (ref: string): Promise<unknown[]> =>
  (await events(ref, "enrichment_failed")).map(({ data }) => data["code"]);

describe("a ticket that the answer may send to another group", () => {
  const leaves = (config: ConfigInput): void => {
    config.routing.rules = [{ when: { tier: "gold" }, queue: "premium" }];
  };
  const patiently = (config: ConfigInput): void => {
    leaves(config);
    config.routing.enrichment = { ...config.routing.enrichment!, timeout: "30s" };
  };
  const vip = () => stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  const held = async (answer: { status: number; body?: string }) => {
    await crm.follows({ answers: [{ ...answer, held: true }] });
  };
  const made = async (): Promise<string[]> =>
    (await stage.telegram.calls())
      .filter(({ method }) => method === "createForumTopic")
      .map(({ params }) => String(params["chat_id"]));

  test("gets one topic, there, and the receipt waits for nothing", async () => {
    await open(patiently);
    await held(says({ tier: "gold" }));
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Help");
    await ada.write("Please");
    await stage.deliver();
    await until("the receipt", async () =>
      texts(await ada.messages()).some((text) => text.includes("SUP-1")),
    );
    expect(await made()).toEqual([]);
    await crm.release();
    await stage.settle();
    expect(await made()).toEqual([String(VIP_CHAT)]);
    const group = await vip();
    const [topic] = await group.topics();
    const read = texts(await group.messages({ threadId: topic.id }));
    expect(read.slice(-2)).toEqual(["Help", "Please"]);
    expect(read.join()).not.toContain("Earlier messages");
  });

  test("has its topic here as soon as the answer says so, or when the question's time is over", async () => {
    await open(leaves);
    await crm.answers(says({ tier: "basic" }), { status: "is silent" });
    await asks();
    expect(await made()).toEqual([String(stage.group.id)]);
    await asks(await stage.customer({ firstName: "Bea" }));
    expect(await made()).toEqual([String(stage.group.id), String(stage.group.id)]);
  });

  test("waits for no second question", async () => {
    await open(leaves);
    await crm.answers({ status: 503 });
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Help");
    await stage.settleNow();
    expect(await made()).toEqual([String(stage.group.id)]);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Help");
  });

  test("does not wait if no rule could send it away because of the answer", async () => {
    await open((config) => {
      config.routing.rules = [
        { when: { payload: "shop" }, queue: "premium" },
        { when: { tier: "gold" }, priority: "high" },
      ];
    });
    await held(says({ tier: "gold" }));
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Help");
    await stage.deliver();
    expect(await until("its topic", async () => (await made()).at(0))).toBe(String(stage.group.id));
    await crm.release();
    await stage.settle();
  });
});

describe("an answer", () => {
  test("makes the rules run again: tier, queue, promise and assignee follow", async () => {
    await crm.answers(
      says({ tier: "gold", segment: "new", reason: "pays well", asOf: "2026-11-18T09:00:00Z", more: 1 }),
    );
    await asks();
    expect(await ticket("SUP-1")).toMatchObject({
      queue: "gold",
      tier: "gold",
      priority: "high",
      assignee: { id: 9002 },
      dueAt: expect.any(String),
    });
    const [asked] = await crm.received();
    expect(JSON.parse(asked.body)).toMatchObject({
      type: "ticket.enrichment",
      data: { ticket: { ref: "SUP-1", queue: "general" }, contact: { name: "Ada" } },
    });
    expect(asked.body).not.toContain("Help");
  });

  test("is told to the assignee alone, with its age", async () => {
    await (await stage.telegram.customer({ id: 9002 })).start();
    await crm.answers(
      says({ tier: "gold", reason: "pays well", asOf: "2026-11-18T09:00:00Z", attributes: { seats: 5 } }),
    );
    const ada = await asks();
    expect(texts(await stage.telegram.messages(9002)).at(-1)).toContain(
      "Customer: gold; seats: 5; pays well (CRM, 2 days ago).",
    );
    const others = [...texts(await ada.messages()), ...texts(await stage.group.messages())].join("\n");
    expect(others).not.toContain("pays well");
    expect((await stage.card("SUP-1")).text).toContain("Queue: gold · tier gold");
    expect((await stage.card("SUP-1")).text).toContain("needs manners ≥ 1");
  });

  test("is marked as old on the card where it says so itself", async () => {
    await crm.answers(says({ tier: "gold", asOf: "2026-11-01T09:00:00Z" }));
    await asks();
    await stage.settle();
    expect((await stage.card("SUP-1")).text).toContain("⚠️ Customer data is stale: 19 days old");
  });

  test("is kept for a while, and asked for again afterwards", async () => {
    await crm.answers(says({ tier: "gold" }), says({ segment: "new" }));
    const ada = await asks();
    await asks(ada);
    expect(await crm.received()).toHaveLength(1);
    expect(await ticket("SUP-2")).toMatchObject({ queue: "gold" });
    await stage.pass(10 * MINUTE);
    await asks(ada);
    expect(await crm.received()).toHaveLength(2);
    expect(await ticket("SUP-3")).toMatchObject({ queue: "general", priority: "high" });
  });

  test("counts without what is unknown here", async () => {
    await crm.answers(says({ tier: "platinum", segment: "new", preferredAgent: 1 }));
    await asks();
    expect(await ticket("SUP-1")).toMatchObject({ tier: null, priority: "high" });
    expect((await events("SUP-1", "enrichment_answered"))[0].data["ignored"]).toEqual([
      'tier "platinum" is not one of the desk\'s',
      "preferred agent 1 is no agent",
    ]);
  });

  test("may require a skill that only a skills service knows", async () => {
    const service = new Endpoint();
    await open((config) => {
      config.routing.skills = { url: service.url, timeout: "1s", cacheFor: "10m" };
    });
    await service.answers(says({ agents: { 9003: { latin: 2 } } }));
    await crm.answers(says({}), says({ requireSkills: { latin: 2, manners: 1 } }), says({}));
    await asks();
    await asks();
    expect((await events("SUP-2", "enrichment_answered"))[0].data["ignored"]).toEqual([]);
    expect(await stage.get("/api/v1/tickets/SUP-2/routing")).toMatchObject({
      requireSkills: { latin: 2, manners: 1 },
      assignee: null,
    });
    // No agent has both until the service says otherwise.
    await service.answers(says({ agents: { 9002: {}, 9003: { latin: 2, manners: 1 } } }));
    await stage.pass(11 * MINUTE);
    await asks();
    await stage.settle(5_000);
    expect((await ticket("SUP-2")).assignee).toMatchObject({ id: 9003 });
  });

  test("has its preferred agent given the ticket", async () => {
    await crm.answers(says({ preferredAgent: 9003 }), says({ preferredAgent: 9003 }));
    await asks();
    await asks();
    expect((await ticket("SUP-1")).assignee).toMatchObject({ id: 9003 });
    expect((await ticket("SUP-2")).assignee).toMatchObject({ id: 9003 });
  });
});

describe("without an answer", () => {
  test.each<[string, Parameters<Endpoint["answers"]>[0], string]>([
    ["slow", { ...says({ tier: "gold" }), held: true }, "timeout"],
    ["dead", { status: "hangs up" }, "unreachable"],
    ["redirecting", { status: 302, headers: { location: "https://example.com" } }, "redirected"],
    ["huge", { status: 200, body: `{"reason":"${"x".repeat(70_000)}"}` }, "too_large"],
    ["lying", says({ tier: 7 }), "invalid"],
    ["babbling", { status: 200, body: "<html>" }, "not_json"],
    ["refusing", { status: 403 }, "http_403"],
  ])("opens and hands out the ticket at once where the system is %s", async (_, answer, code) => {
    await crm.answers(answer, answer, answer);
    const ada = await stage.customer();
    await ada.write("Help");
    await stage.settleNow();
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Help");
    await stage.pass(5_000);
    expect(await ticket("SUP-1")).toMatchObject({ queue: "general", tier: null, assignee: { id: 9002 } });
    expect((await codes("SUP-1"))[0]).toBe(code);
  });

  test("it is asked again, and what comes then still counts for what it can", async () => {
    await crm.answers({ status: 503 }, { status: 503 }, says({ tier: "gold" }));
    await asks();
    await stage.pass(2 * MINUTE);
    expect(await codes("SUP-1")).toEqual(["http_503", "http_503"]);
    // The assignee keeps it; the promise is the tier's.
    expect(await ticket("SUP-1")).toMatchObject({ tier: "gold", queue: "general", assignee: { id: 9002 } });
    // Once it has no assignee, it goes to its queue.
    await stage.olga.write((await stage.topic("SUP-1")).id, "/decline");
    await stage.settle(5_000);
    expect(await ticket("SUP-1")).toMatchObject({ queue: "gold", assignee: null });
  });

  test("a newer equal does not overtake a ticket for which it is awaited", async () => {
    await open((desk) => {
      desk.agents = desk.agents!.filter(({ telegramId }) => telegramId !== 9003);
      desk.agents.find(({ telegramId }) => telegramId === 9002)!.capacity = 1;
      desk.routing.enrichment = { url: crm.url, timeout: "5s", cacheFor: "1h", staleAfter: "7d" };
    });
    await crm.answers(says({}), { ...says({}), held: true });
    const known = await asks();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/close");
    await stage.settle(5_000);
    const unknown = await stage.customer();
    await unknown.write("Help");
    await stage.deliver();
    await known.write("/new Help");
    await stage.deliver();
    await crm.release();
    await stage.settle(10_000);
    expect([(await ticket("SUP-2")).assignee?.id, (await ticket("SUP-3")).assignee]).toEqual([9002, null]);
  });

  test("again and again it is left alone for a while, tried with one question, and then heard again", async () => {
    const failures = Array.from({ length: 5 }, () => ({ status: 400 }));
    await crm.answers(...failures, says({ segment: "new" }), says({ segment: "new" }));
    for (let n = 0; n < 5; n += 1) await asks();
    await asks();
    expect(await crm.received()).toHaveLength(5);
    expect(await codes("SUP-6")).toEqual(["breaker_open"]);
    expect((await ticket("SUP-6")).assignee).not.toBeNull();
    const breakers = async () => (await stage.groupStub("main").health()).breakers;
    expect(await breakers()).toEqual({ enrichment: true, skills: false });
    await stage.pass(MINUTE);
    // Whose ticket was opened meanwhile is asked about now.
    expect(await crm.received()).toHaveLength(6);
    await asks();
    expect(await crm.received()).toHaveLength(7);
    expect(await ticket("SUP-7")).toMatchObject({ priority: "high" });
    expect(await breakers()).toEqual({ enrichment: false, skills: false });
  });
});

describe("when the configuration names another system", () => {
  let other: Endpoint;
  beforeEach(() => {
    other = new Endpoint();
  });
  async function asksElsewhere(change: object = {}): Promise<void> {
    stage.config.routing.enrichment = { ...stage.config.routing.enrichment, url: other.url, ...change };
    await stage.configure();
    await stage.settle(5_000);
  }

  test("it is asked at once, however often the former one has failed", async () => {
    await crm.answers(...Array.from({ length: 5 }, () => ({ status: 400 })));
    for (let n = 0; n < 6; n += 1) await asks();
    expect(await codes("SUP-6")).toEqual(["breaker_open"]);
    await other.answers(says({ segment: "new" }), says({ segment: "new" }));
    await asksElsewhere();
    await asks();
    // … also about the ticket of which the former one was not asked any more.
    expect(await other.received()).toHaveLength(2);
    expect(await ticket("SUP-7")).toMatchObject({ priority: "high" });
    // … and the former one's failures stay its own: another change that names the same system forgets nothing.
    await other.answers(...Array.from({ length: 5 }, () => ({ status: 400 })));
    for (let n = 0; n < 5; n += 1) await asks();
    await asksElsewhere({ timeout: "2s" });
    await asks();
    expect(await codes("SUP-13")).toEqual(["breaker_open"]);
  });

  test("what the former one said of a customer is not used any more", async () => {
    await crm.answers(says({ tier: "gold" }));
    const ada = await asks();
    expect(await ticket("SUP-1")).toMatchObject({ tier: "gold" });
    await other.answers(says({ segment: "new" }));
    await asksElsewhere();
    await asks(ada);
    expect(await ticket("SUP-2")).toMatchObject({ tier: null, priority: "high" });
    await asksElsewhere({ cacheFor: "20m" });
    await asks(ada);
    expect(await other.received()).toHaveLength(1);
    expect(await ticket("SUP-3")).toMatchObject({ tier: null, priority: "high" });
  });

  test("a question that is under way is asked again there, and its answer is not believed", async () => {
    await crm.answers({ ...says({ tier: "gold" }), held: true });
    await other.answers(says({ segment: "new" }));
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Help");
    const settled = stage.settle(5_000);
    await expect.poll(async () => (await crm.received()).length, { timeout: 30_000 }).toBe(1);
    stage.config.routing.enrichment = { ...stage.config.routing.enrichment, url: other.url };
    await stage.configure();
    await crm.release();
    await settled;
    await expect.poll(async () => (await other.received()).length, { timeout: 30_000 }).toBe(1);
    await stage.settle(5_000);
    expect(await ticket("SUP-1")).toMatchObject({ tier: null, priority: "high" });
    expect(await events("SUP-1", "enrichment")).toHaveLength(1);
  });

  test("HubSpot in place of a system of one's own is another, too, and so is another translation", async () => {
    env.HUBSPOT_TOKEN = "pat-1";
    await open();
    await crm.answers(says({ tier: "gold" }));
    const ada = await asks();
    const contact = { results: [{ properties: { plan: "Gold", industry: "new" } }] };
    await other.answers(says(contact), says(contact));
    const findBy = { telegramId: "telegram_id" };
    const tier = { property: "plan", values: { Gold: "gold" } };
    await asksElsewhere({ adapter: "hubspot", hubspot: { findBy, tier } });
    await asks(ada);
    expect(await ticket("SUP-2")).toMatchObject({ tier: "gold", priority: "normal" });
    await asksElsewhere({ adapter: "hubspot", hubspot: { findBy, segment: { property: "industry" } } });
    await asks(ada);
    expect(await ticket("SUP-3")).toMatchObject({ tier: null, priority: "high" });
  });
});

describe("HubSpot may know a customer by their phone number", () => {
  const findBy = { telegramId: "telegram_id", phone: "mobilephone" };
  const hubspot = { findBy, tier: { property: "plan", values: { Gold: "gold" } } };
  const found = says({ results: [{ properties: { plan: "Gold" } }] });
  const nobody = says({ results: [] });
  beforeEach(async () => {
    env.HUBSPOT_TOKEN = "pat-1";
    await open((config) => {
      config.routing.enrichment = { adapter: "hubspot", url: crm.url, timeout: "1s", hubspot };
    });
  });
  /** What it was asked for, question by question. */
  const wanted = async (): Promise<string[][]> =>
    (await crm.received()).map(({ body }) =>
      (JSON.parse(body) as { filterGroups: { filters: { value: string }[] }[] }).filterGroups.flatMap(
        ({ filters }) => filters.map(({ value }) => value),
      ),
    );
  async function shares(who: Customer, phoneNumber: string, userId?: number): Promise<void> {
    await who.send({
      contact: { phoneNumber, firstName: "Ada", ...(userId === undefined ? {} : { userId }) },
    });
    await stage.settle(5_000);
  }

  test("once they have shared it: it is asked again at once, and from then on", async () => {
    await crm.answers(nobody, found, found);
    const ada = await asks();
    await shares(ada, "1 (555) 010-0200", ada.id);
    const id = String(ada.id);
    expect(await wanted()).toEqual([[id], [id, "+15550100200", "15550100200"]]);
    expect(await ticket("SUP-1")).toMatchObject({ tier: "gold" });
    await shares(ada, "+15550100200", ada.id);
    await stage.pass(11 * MINUTE);
    await asks(ada);
    expect((await wanted()).slice(2)).toEqual([[id, "+15550100200", "15550100200"]]);
    // Neither people nor the record see it.
    const seen = [JSON.stringify(await stage.get("/api/v1/tickets/SUP-1")), (await stage.card("SUP-1")).text];
    expect(seen.join("\n")).not.toContain("5550100200");
  });

  test("when that is how they begin", async () => {
    await crm.answers(found);
    const ada = await stage.customer();
    await shares(ada, "+15550100200", ada.id);
    expect(await wanted()).toEqual([[String(ada.id), "+15550100200", "15550100200"]]);
  });

  test("is not asked by another person's number that they share", async () => {
    await crm.answers(nobody, nobody);
    const ada = await asks();
    await shares(ada, "+15550100299");
    await shares(ada, "+15550100299", ada.id + 1_000_000);
    await stage.pass(11 * MINUTE);
    await asks(ada);
    expect(await wanted()).toEqual([[String(ada.id)], [String(ada.id)]]);
  });

  test("forgets the number once customers are not found by it", async () => {
    await crm.answers(found, found, found);
    const ada = await stage.customer();
    await shares(ada, "+15550100200", ada.id);
    stage.config.routing.enrichment!.hubspot!.findBy = { telegramId: "telegram_id" };
    await stage.configure();
    await asks(ada);
    stage.config.routing.enrichment!.hubspot!.findBy = findBy;
    await stage.configure();
    await asks(ada);
    expect((await wanted()).slice(1)).toEqual([[String(ada.id)], [String(ada.id)]]);
  });
});

test("how it goes with the system is shown to operators", async () => {
  const system = async (): Promise<unknown> => {
    const { groups } = await stage.get<{ groups: { group: string; systems: unknown[] }[] }>("/healthz");
    return groups.find(({ group }) => group === "main")?.systems;
  };
  expect(await system()).toEqual([
    { system: "enrichment", failures: 0, leftAloneSince: null, retryAt: null, lastFailure: null },
  ]);
  await crm.answers(...Array.from({ length: 5 }, () => ({ status: 400 })), says({}));
  for (let n = 0; n < 5; n += 1) await asks();
  expect(await system()).toMatchObject([
    {
      failures: 5,
      leftAloneSince: expect.any(String),
      retryAt: expect.any(String),
      lastFailure: { code: "http_400", why: "answered 400", at: expect.any(String) },
    },
  ]);
  await stage.pass(MINUTE);
  await asks();
  expect(await system()).toMatchObject([{ failures: 0, leftAloneSince: null, lastFailure: null }]);
});

test("a desk without such a system asks none", async () => {
  await open((config) => {
    delete config.routing.enrichment;
  });
  await asks();
  expect(await crm.received()).toEqual([]);
  expect(await events("SUP-1", "enrichment")).toEqual([]);
});

test("the audit counts failures, staleness, and what people corrected", async () => {
  await crm.answers(
    says({ tier: "gold", asOf: "2026-11-01T09:00:00Z" }),
    says({ tier: "platinum", asOf: "2026-11-20T08:00:00Z" }),
    { status: 400 },
    says({}),
  );
  const ada = await asks();
  for (let n = 0; n < 3; n += 1) await asks();
  await asks(ada);
  await stage.lead.write((await stage.topic("SUP-2")).id, "/priority urgent");
  await stage.lead.write((await stage.topic("SUP-4")).id, "/transfer gold");
  await stage.settle();
  expect(await stage.get("/api/v1/enrichment/audit")).toMatchObject({
    asked: 4,
    cached: 1,
    answered: 4,
    failed: [{ code: "http_400", count: 1 }],
    failureRate: 0.25,
    stale: 2,
    staleRate: 0.5,
    unfit: 1,
    corrected: 2,
    disagreementRate: 0.5,
    latencyMs: { median: expect.any(Number) },
  });
  expect(
    await stage.get(`/api/v1/enrichment/audit?since=${new Date(stage.now + DAY).toISOString()}&group=main`),
  ).toMatchObject({
    asked: 0,
    failureRate: null,
  });
});

test.each<[string, Actor, number]>([
  ["the customer, who calls it urgent", { kind: "customer", id: ADA }, 0],
  ["the desk itself, by an escalation", { kind: "system", rule: "escalation" }, 0],
  ["an agent", { kind: "agent", id: 9001, name: "Lena" }, 1],
  ["a program", { kind: "key", name: "shop" }, 1],
])("only people and their programs correct an answer: a priority changed by %s", async (_, by, corrected) => {
  const asked = { kind: "system", rule: "enrichment" } as const;
  const lived: TicketEvent[] = [
    opened(7),
    {
      type: "enrichment_answered",
      at: NOON + 1,
      by: asked,
      profile: NO_PROFILE,
      ignored: [],
      latencyMs: 5,
    },
    { type: "priority_changed", at: NOON + 2, by, priority: "urgent", previous: "normal" },
  ];
  for (const batch of batchesOf(lived)) await project(env.DB, batch);
  const until = new Date(NOON + MINUTE).toISOString();
  expect(await stage.get(`/api/v1/enrichment/audit?until=${until}`)).toMatchObject({
    answered: 1,
    corrected,
  });
});
