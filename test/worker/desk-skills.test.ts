import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { Customer, Member } from "../../src/sandbox/telegram/client.ts";
import { Endpoint } from "../support/endpoint.ts";
import { HOUR, MINUTE, asks, assignee, open, stage } from "../support/routing-stage.ts";
import { texts } from "../support/stage.ts";

/* Required skills that no agent has, and a skills service that says who has which. */

beforeEach(() => open());

afterEach(() => stage.settle(0));

async function starts({ id, profile }: Member): Promise<void> {
  await (await stage.telegram.customer({ id, firstName: profile.first_name })).start();
  await stage.settle(5_000);
}

describe("skills that no agent here could ever meet", () => {
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
    "are told to the leads once, and in the ticket's routing, when a customer's system requires one: %s",
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
      // It is not told again by later events.
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

  test("are met by any agent once they do not matter any more", async () => {
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

  test("is named among what the desk waits for where it is slow", async () => {
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

  test("stops counting with certificates that end", async () => {
    await service.answers(says({ 9002: {}, 9003: { billing: { level: 2, expiresOn: "2026-11-19" } } }));
    await asks();
    await asksInGerman();
    expect(await assignee("SUP-2")).toBeNull();
  });

  test("leaves what is known where it is away, lies or is huge, and is left alone after a while", async () => {
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

  test("is asked at once in place of another, whose answer counts no more", async () => {
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
