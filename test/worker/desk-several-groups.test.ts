import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import type { Customer, Group } from "../../src/sandbox/telegram/client.ts";
import { changeRows } from "../support/changed-rows.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import { Stage, texts } from "../support/stage.ts";

/* Work is handed out in several groups at once, and tickets change groups meanwhile. */

const MINUTE = 60_000;
const LENA = { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 } as const;

let stage: Stage;
let vip: Group;
let crm: Endpoint;

type Agents = NonNullable<ConfigInput["agents"]>;

async function open(agents: Agents, config: (config: ConfigInput) => void = () => undefined): Promise<void> {
  crm = new Endpoint();
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main", assignment: "auto" },
        { id: "premium", group: "vip", assignment: "auto" },
      ];
      desk.agents = [{ ...LENA, groups: [...LENA.groups] }, ...agents];
      desk.routing.rules = [{ when: { payload: "gold" }, queue: "premium" }];
      config(desk);
    },
  });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
}

const olga = (groups: string[], capacity: number): Agents[number] => ({
  telegramId: 9002,
  name: "Olga",
  groups,
  capacity,
});
const vera = (capacity: number): Agents[number] => ({
  telegramId: 9004,
  name: "Vera",
  groups: ["vip"],
  capacity,
});
const asksCrm = (desk: ConfigInput): void => {
  desk.routing.enrichment = { url: crm.url, timeout: "1s", cacheFor: "10m", staleAfter: "7d" };
};
const claims = (desk: ConfigInput): void => {
  for (const queue of desk.queues) queue.assignment = "claim";
};

async function asks(payload?: string, text = "Help"): Promise<Customer> {
  const customer = await stage.customer();
  if (payload !== undefined) await customer.start(payload);
  await customer.write(text);
  await stage.settle(5_000);
  return customer;
}

interface Seen {
  group: string;
  queue: string;
  tier: string | null;
  assignee: { id: number } | null;
}
const ticket = (ref: string): Promise<Seen> => stage.get<Seen>(`/api/v1/tickets/${ref}`);
const assignee = async (ref: string): Promise<number | null> => (await ticket(ref)).assignee?.id ?? null;
const events = async (ref: string): Promise<string[]> =>
  (await stage.get<{ items: { type: string }[] }>(`/api/v1/tickets/${ref}/events`)).items.map(
    ({ type }) => type,
  );
const agent = (id: number): Agents[number] =>
  stage.config.agents!.find(({ telegramId }) => telegramId === id)!;
async function reconfigure(change: () => void): Promise<void> {
  change();
  await stage.configure();
  await stage.settle(5_000);
}
async function inVip(ref: string): Promise<string[]> {
  const topic = (await vip.topics()).find(({ name }) => name.startsWith(`${ref} `));
  return texts(await vip.messages({ threadId: topic!.id }));
}

describe("what another system says of a ticket that changes groups", () => {
  test("is asked for where a rule has sent it, and heard before it is handed out", async () => {
    await open([vera(2)], (desk) => {
      asksCrm(desk);
      desk.queues[1].requireSkills = {};
    });
    await crm.answers({ status: 200, body: JSON.stringify({ segment: "new", preferredAgent: 9004 }) });
    await asks("gold");
    expect(await events("SUP-1")).toEqual(
      expect.arrayContaining(["ticket_arrived", "enrichment_answered", "ticket_assigned"]),
    );
    const order = await events("SUP-1");
    expect(order.indexOf("enrichment_answered")).toBeLessThan(order.indexOf("ticket_assigned"));
    expect(await crm.received()).toHaveLength(1);
  });

  test("goes after it, also when it comes late", async () => {
    await open([olga(["main"], 2), vera(2)], (desk) => {
      asksCrm(desk);
      claims(desk);
      desk.tiers = { gold: { score: 10, slaPolicy: "fast" } };
      desk.slaPolicies = [{ id: "fast", calendar: "always", targets: { normal: {} } }];
      desk.routing.rules = [];
    });
    await crm.answers({ status: 503 }, { status: 200, body: JSON.stringify({ tier: "gold" }) });
    const customer = await stage.customer();
    await customer.write("Help");
    await stage.deliver();
    await stage.settle(1_000);
    await stage.olga.write((await stage.topic("SUP-1")).id, "/transfer premium");
    await stage.settle(2 * MINUTE);
    expect(await ticket("SUP-1")).toMatchObject({ group: "vip", tier: "gold" });
  });

  test("is known there, too, where it was said before", async () => {
    await open([olga(["main"], 5), vera(5)], (desk) => {
      asksCrm(desk);
      desk.routing.rules = [{ when: { segment: "new" }, queue: "premium" }];
    });
    await crm.answers({ status: 200, body: JSON.stringify({ segment: "new" }) });
    const customer = await asks();
    await customer.write("/new again");
    await stage.settle(5_000);
    expect(await ticket("SUP-2")).toMatchObject({ group: "vip" });
    expect(await crm.received()).toHaveLength(1);
  });
});

describe("the agents who may get a ticket", () => {
  test("an agent who ignores one away from home is away everywhere", async () => {
    await open([olga(["main", "vip"], 3)], (desk) => (desk.queues[1].answerWithin = "10m"));
    await asks("gold");
    expect(await assignee("SUP-1")).toBe(9002);
    await stage.pass(11 * MINUTE);
    await asks("gold");
    await asks();
    expect([await assignee("SUP-2"), await assignee("SUP-3")]).toEqual([null, null]);
  });

  test("an agent who declined is not asked again in the fallback pool", async () => {
    await open([olga(["main", "vip"], 3)], (desk) => {
      desk.queues[0].overrideAfter = "5m";
      desk.routing.fallbackPool = "vip";
    });
    await asks();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/decline");
    await stage.settle(5_000);
    await stage.pass(6 * MINUTE);
    expect(await ticket("SUP-1")).toMatchObject({ group: "vip", assignee: null });
  });

  test("an older ticket that comes from elsewhere keeps its age", async () => {
    await open([olga(["main"], 2), vera(0)]);
    await asks(undefined, "older");
    await stage.pass(60 * MINUTE);
    await asks("gold", "newer");
    await stage.olga.write((await stage.topic("SUP-1")).id, "/transfer premium");
    await stage.settle(5_000);
    await reconfigure(() => (agent(9004).capacity = 1));
    expect([await assignee("SUP-1"), await assignee("SUP-2")]).toEqual([9004, null]);
  });

  test("an escalation skips agents whose slots another group keeps, and former agents", async () => {
    await open(
      [olga(["main"], 2), { telegramId: 9003, name: "Boris", groups: ["vip", "main"], capacity: 1 }],
      (desk) => {
        desk.slaPolicies = [
          {
            id: "slow",
            calendar: "always",
            targets: { normal: { firstResponse: "10m" } },
            escalation: "ladder",
          },
        ];
        desk.escalationPolicies = [
          { id: "ladder", steps: [{ at: "breach", actions: [{ reassign: "other" }] }] },
        ];
        desk.queues[0].slaPolicy = "slow";
      },
    );
    await asks("gold");
    await asks();
    expect([await assignee("SUP-1"), await assignee("SUP-2")]).toEqual([9003, 9002]);
    await stage.pass(15 * MINUTE);
    expect([await assignee("SUP-1"), await assignee("SUP-2")]).toEqual([9003, 9002]);
  });

  test("an unreachable home does not keep a ticket from an available agent", async () => {
    await open([{ ...olga(["main", "vip"], 2), skills: { x: { level: 1 } } }, vera(2)], (desk) => {
      desk.queues[1].preferSkills = { x: 1 };
    });
    const customer = await stage.customer();
    await customer.start("gold");
    await stage.settle(2_000);
    localFaults.apart.add("main");
    try {
      await customer.write("Help");
      await stage.deliver();
      await stage.pass(2 * MINUTE);
    } finally {
      localFaults.apart.clear();
    }
    await stage.settle(MINUTE);
    expect(await assignee("SUP-1")).toBe(9004);
    // The slot that was granted too late is free again: there is room for two.
    await asks();
    await asks();
    expect([await assignee("SUP-2"), await assignee("SUP-3")]).toEqual([9002, 9002]);
  });
});

describe("an agent's groups change", () => {
  test("the ticket of an agent who left the group goes back to its queue, and frees their slot", async () => {
    await open([olga(["main", "vip"], 1)]);
    await asks("gold");
    expect(await assignee("SUP-1")).toBe(9002);
    await reconfigure(() => (agent(9002).groups = ["main"]));
    expect(await assignee("SUP-1")).toBeNull();
    await asks();
    expect(await assignee("SUP-2")).toBe(9002);
  });

  test("capacity and availability hold when another group becomes the first", async () => {
    await open([olga(["main", "vip"], 1)]);
    await asks();
    expect(await assignee("SUP-1")).toBe(9002);
    await reconfigure(() => (agent(9002).groups = ["vip", "main"]));
    await asks("gold");
    expect(await assignee("SUP-2")).toBeNull();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/away");
    await stage.olga.write((await stage.topic("SUP-1")).id, "/close");
    await stage.settle(5_000);
    await reconfigure(() => (agent(9002).groups = ["main", "vip"]));
    expect(await assignee("SUP-2")).toBeNull();
    await stage.olga.write(null, "/online");
    await stage.settle(5_000);
    expect(await assignee("SUP-2")).toBe(9002);
  });
});

describe("a message on its way to the topic while its ticket moves", () => {
  const meets = async (fault: object | null): Promise<void> => {
    await open([olga(["main"], 2), vera(2)], claims);
    const ada = await asks(undefined, "word 0");
    const topic = (await stage.topic("SUP-1")).id;
    await stage.settle();
    if (fault !== null)
      await stage.telegram.faults([{ methods: ["copyMessage"], times: 1, ...fault } as never]);
    await stage.whileHeld(
      "copyMessage",
      async () => {
        await ada.write("word 1");
        await stage.deliver();
      },
      async () => {
        await stage.olga.write(topic, "/transfer premium");
        await stage.deliver();
        await ada.write("word 2");
        await stage.deliver();
      },
    );
    await stage.settle(10 * MINUTE);
  };
  const words = async (): Promise<string[]> =>
    (await inVip("SUP-1")).filter((text) => text.startsWith("word"));

  test.each([
    ["a flood limit", { effect: "flood", retryAfter: 5 }],
    ["an error of the server", { effect: "server_error" }],
  ])("meets %s: it is read where the ticket is, before what came later", async (_, fault) => {
    await meets(fault);
    expect(await words()).toEqual(["word 0", "word 1", "word 2"]);
  });

  test("arrives: it goes along as unanswered, before what came later", async () => {
    await meets(null);
    expect(await words()).toEqual(["word 0", "word 1", "word 2"]);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("word 1");
  });
});

test("an answer that an edit sends anew in another group holds up nothing between the groups", async () => {
  await open([vera(2)]);
  const ada = await asks("gold");
  const [topic] = await vip.topics();
  const agent = await vip.member({ id: 9004, firstName: "Vera" });
  const answer = await agent.write(topic.id, "Bad words");
  await stage.settle(5_000);
  await stage.telegram.faults([
    {
      methods: ["editMessageText"],
      chatId: ada.id,
      effect: "refuse",
      times: 1,
      code: 400,
      description: "Bad Request: message can't be edited",
    },
  ]);
  await agent.edit(answer.message_id, "Good words");
  await stage.settle(5_000);
  expect(texts(await ada.messages())).toEqual(expect.arrayContaining(["Bad words", "Good words"]));

  // The customer's home hears of all that follows.
  await agent.write(topic.id, "/close");
  await stage.settle(5_000);
  await ada.write("/tickets");
  await stage.settle(5_000);
  expect(texts(await ada.messages()).at(-1)).toContain("SUP-1 · closed");
});

test("a topic that its ticket has left, and that is deleted, is not written to again and again", async () => {
  await open([olga(["main"], 2), vera(2)], claims);
  await asks();
  const topic = (await stage.topic("SUP-1")).id;
  await stage.olga.write(topic, "Hello");
  await stage.settle();
  await stage.olga.write(topic, "/transfer premium");
  await stage.lead.deleteTopic(topic);
  const refused = async (): Promise<number> =>
    (await stage.telegram.calls({})).filter(
      ({ answer, params }) => answer?.status === 400 && params["message_thread_id"] === topic,
    ).length;
  await stage.pass(10 * MINUTE);
  const atFirst = await refused();
  await stage.pass(20 * MINUTE);
  expect(await refused()).toBe(atFirst);
});

test("a ticket with a history of megabytes moves whole", { timeout: 60_000 }, async () => {
  await open([olga(["main"], 2), vera(2)], claims);
  await asks();
  const topic = (await stage.topic("SUP-1")).id;
  const EVENTS = 402;
  await changeRows(stage.groupStub("main"), (sql) => {
    const [row] = sql.exec<{ event: string; noted_at: number | null }>(
      "SELECT event, noted_at FROM events WHERE ticket = 1 AND n = 2",
    );
    const event = JSON.stringify({ ...JSON.parse(row.event), note: "x".repeat(14_000) });
    for (let n = 3; n <= EVENTS; n += 1) {
      sql.exec("INSERT INTO events (ticket, n, event, noted_at) VALUES (1, ?, ?, ?)", n, event, row.noted_at);
    }
    const [{ state }] = [...sql.exec<{ state: string }>("SELECT state FROM tickets WHERE number = 1")] as [
      { state: string },
    ];
    const longer = JSON.stringify({ ...JSON.parse(state), version: EVENTS });
    sql.exec("UPDATE tickets SET state = ?, version = ? WHERE number = 1", longer, EVENTS);
  });
  await stage.olga.write(topic, "/transfer premium");
  await stage.settle(MINUTE);
  expect(await vip.topics()).toHaveLength(1);
  const kept = await runInDurableObject(stage.groupStub("vip"), (_, { storage }) =>
    storage.sql.exec<{ n: number }>("SELECT n FROM events WHERE ticket = 1 ORDER BY n").toArray(),
  );
  expect(kept.slice(0, EVENTS).map(({ n }) => n)).toEqual(
    Array.from({ length: EVENTS }, (_, index) => index + 1),
  );
});

test("a customer who blocks the bot while two groups have had tickets of theirs from each other is noted once", async () => {
  await open([olga(["main", "vip"], 5), vera(2)], claims);
  const customer = await asks();
  await stage.olga.write((await stage.topic("SUP-1")).id, "/transfer premium");
  await stage.settle(MINUTE);
  const there = await vip.member({ id: 9002, firstName: "Olga" });
  await there.write((await vip.topics())[0].id, "/transfer general");
  await stage.settle(MINUTE);
  await customer.write("/new And another thing");
  await stage.settle(MINUTE);
  await stage.olga.write((await stage.topic("SUP-2")).id, "/transfer premium");
  await stage.settle(MINUTE);
  expect([(await ticket("SUP-1")).group, (await ticket("SUP-2")).group]).toEqual(["main", "vip"]);

  await customer.block();
  await stage.settle(MINUTE);
  for (const ref of ["SUP-1", "SUP-2"])
    expect((await events(ref)).filter((type) => type === "customer_unreachable")).toHaveLength(1);
  // Nothing is told any more: each group would have told the other again and again.
  const waiting = await Promise.all(
    ["main", "vip"].map((id) =>
      runInDurableObject(stage.groupStub(id), (_, { storage }) => [
        ...storage.sql.exec("SELECT lane, kind FROM outbox WHERE lane LIKE 'peer:%'"),
      ]),
    ),
  );
  expect(waiting.flat()).toEqual([]);
});

test("an answer that is gone with the topic that its ticket has left is told of in private", async () => {
  await open([olga(["main"], 2), vera(2)], claims);
  const customer = await asks();
  for (const id of [9001, 9002]) await (await stage.telegram.customer({ id, firstName: String(id) })).start();
  await stage.settle();
  const topic = (await stage.topic("SUP-1")).id;
  await stage.telegram.faults([
    { effect: "flood", retryAfter: 120, methods: ["copyMessage"], chatId: customer.id, times: 1 },
  ]);
  await stage.olga.write(topic, "It is on its way");
  await stage.settle(5_000);
  await stage.olga.write(topic, "/transfer premium");
  await stage.settle(10_000);
  await stage.lead.deleteTopic(topic);
  await stage.pass(20 * MINUTE);
  const told = await Promise.all([9001, 9002].map(async (id) => texts(await stage.telegram.messages(id))));
  const about = told.flat().filter((text) => /not (sent|delivered)/i.test(text));
  expect(about).toHaveLength(1);
  expect(about[0]).toContain("SUP-1");
  expect((await stage.get<{ items: unknown[] }>("/api/v1/outbox?state=parked")).items).toEqual([]);
});
