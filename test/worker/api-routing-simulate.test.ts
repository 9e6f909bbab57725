import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { project } from "../../src/record/projection.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { GENERALIST, LEAD, NOW, SENIOR, changed, json, type Problems } from "../support/routing-questions.ts";
import { emptyBatch, life, states } from "../support/tickets.ts";

interface Simulation {
  queue: string;
  group: string;
  assignee: { id: number; name: string } | null;
  reason: string[];
  stage: { kind: string };
  candidates: { agent: { id: number }; eligible: boolean; why: string[] }[];
  next: { at: string; what: string } | null;
}

describe("a rehearsal", () => {
  const desk = new HttpDesk();
  beforeAll(async () => {
    await emptyRecord();
    expect((await desk.put(changed())).status).toBe(200);
  });
  const ask = (question: object): Promise<Response> =>
    desk.send("POST", "/api/v1/routing/simulate", { now: NOW, ...question });
  const simulated = async (question: object): Promise<Simulation> => {
    const answer = await ask(question);
    expect(answer.status).toBe(200);
    return answer.json();
  };

  test("answers where a ticket goes, who gets it and why", async () => {
    expect(await simulated({ ticket: { category: "billing" } })).toEqual({
      queue: "billing",
      group: "main",
      priority: "normal",
      priorityScore: 0,
      requireSkills: { billing: 1 },
      assignee: { id: SENIOR, name: "Senior billing" },
      reason: [
        "rule 1 holds (category billing): queue billing",
        "requires billing 1",
        "it has not waited yet: everything counts that the queue wants",
        "Senior billing: refunds skills match fully, 0 of 5 slots used",
      ],
      rules: [1],
      stage: { kind: "strict" },
      unmet: [],
      skills: [],
      candidates: [
        {
          agent: { id: SENIOR, name: "Senior billing" },
          eligible: true,
          score: 70,
          parts: { preferredAgent: 0, preferredSkills: 1, history: 0, spareCapacity: 1 },
          why: ["refunds skills match fully", "0 of 5 slots used"],
        },
        expect.objectContaining({ agent: { id: LEAD, name: "Lead" }, eligible: false, score: null }),
        expect.objectContaining({ agent: { id: GENERALIST, name: "Generalist" }, eligible: false }),
      ],
      next: null,
    });
  });

  test("takes agents as the request says they are", async () => {
    const waits = await simulated({
      ticket: { category: "billing", waitedFor: "2m" },
      agents: [{ id: SENIOR, availability: "away" }],
    });
    expect(waits).toMatchObject({
      assignee: null,
      next: { at: "2026-11-20T09:03:00.000Z", what: "the next available agent gets it regardless of skill" },
    });
    const overridden = await simulated({
      ticket: { category: "billing", waitedFor: "5m", declined: [LEAD] },
      agents: [{ id: SENIOR, open: 5, lastAssigned: "2026-11-20T08:00:00Z" }],
    });
    expect(overridden).toMatchObject({ stage: { kind: "override" }, assignee: { id: GENERALIST } });
    const again = await simulated({
      ticket: { tier: "premium" },
      agents: [{ id: SENIOR, handledBefore: true, open: 3 }],
    });
    expect(again.assignee?.id).toBe(SENIOR);
  });

  test("takes another system's answer as the desk would, and its failures", async () => {
    const premium = { tier: "premium", preferredAgent: SENIOR, asOf: "2026-11-20T06:00:00Z", unheardOf: 1 };
    const answered = await simulated({ ticket: {}, enrichment: premium });
    expect(answered).toMatchObject({ queue: "premium", group: "vip", assignee: { id: SENIOR } });
    expect(answered.reason[0]).toMatch(/the enrichment says tier premium, .*as of 3 hours ago/);
    const strange = await simulated({ ticket: {}, enrichment: { tier: "gold" } });
    expect(strange.queue).toBe("general");
    expect(strange.reason[1]).toMatch(/left out: tier "gold"/);
    for (const enrichment of ["timeout", "error"]) {
      const fallen = await simulated({ ticket: { category: "billing" }, enrichment });
      expect(fallen.queue).toBe("billing");
      expect(fallen.reason[0]).toMatch(/what is known decides/);
    }
  });

  test("tries a configuration that is not in force", async () => {
    const config = changed(
      ({ routing }) => (routing.rules = [{ when: { language: "de" }, queue: "billing" }]),
    );
    expect(await simulated({ ticket: { language: "de-AT" }, config })).toMatchObject({ queue: "billing" });
    expect(await simulated({ ticket: { language: "de-AT" } })).toMatchObject({ queue: "general" });
  });

  test("is for now unless it says when", async () => {
    const answer = await desk.send("POST", "/api/v1/routing/simulate", { ticket: { tier: "premium" } });
    expect(answer.status).toBe(200);
  });

  test.each<[string, object, string, RegExp]>([
    ["no ticket", {}, "/ticket", /^is missing/],
    ["an unknown key", { ticket: { teir: "premium" } }, "/ticket/teir", /not a known key/],
    [
      "an unknown tier",
      { ticket: { tier: "gold" } },
      "/ticket/tier",
      /no tier "gold"; known: premium, standard, basic/,
    ],
    ["an unknown queue", { ticket: { queue: "x" } }, "/ticket/queue", /no queue "x"; known: general/],
    ["an unknown group", { ticket: {}, group: "x" }, "/group", /no group "x"; known: main, vip/],
    ["an unknown decliner", { ticket: { declined: [5] } }, "/ticket/declined/0", /no agent 5; known: 9001/],
    ["an unknown agent", { ticket: {}, agents: [{ id: 5 }] }, "/agents/0/id", /no agent 5; known: 9001/],
    [
      "an agent twice",
      { ticket: {}, agents: [{ id: LEAD }, { id: LEAD }] },
      "/agents/1/id",
      /9001 is named twice/,
    ],
    [
      "an unknown availability",
      { ticket: {}, agents: [{ id: LEAD, availability: "busy" }] },
      "/agents/0/availability",
      /must be one of "online", "away", "offline"/,
    ],
    [
      "an unknown tier that was served",
      { ticket: {}, agents: [{ id: LEAD, servedTiers: ["premium", "gold"] }] },
      "/agents/0/servedTiers/1",
      /no tier "gold"; known: premium/,
    ],
    [
      "a negative number of tickets",
      { ticket: {}, agents: [{ id: LEAD, open: -1 }] },
      "/agents/0/open",
      /at least 0/,
    ],
    ["a wait in words", { ticket: { waitedFor: "long" } }, "/ticket/waitedFor", /must be a duration/],
    ["an instant in words", { ticket: {}, now: "noon" }, "/now", /must be an instant/],
    [
      "an answer in words",
      { ticket: {}, enrichment: "slow" },
      "/enrichment",
      /must be one of "timeout", "error", or an object/,
    ],
    [
      "an answer that the desk would not believe",
      { ticket: {}, enrichment: { priorityScore: "high" } },
      "/enrichment/priorityScore",
      /must be a number/,
    ],
    [
      "a draft with a mistake",
      { ticket: {}, config: changed((config) => (config.routing.defaultQueue = "x")) },
      "/config/routing/defaultQueue",
      /no queue "x"/,
    ],
    ["a draft that is none", { ticket: {}, config: 5 }, "/config", /must be an object/],
  ])(
    "is refused with %s, and the answer says where and how to mend it",
    async (_, question, pointer, message) => {
      const answer = await ask(question);
      expect(answer.status).toBe(422);
      const { code, problems } = await json<Problems>(answer);
      expect(code).toBe("request.invalid");
      expect(problems[0].pointer).toBe(pointer);
      expect(problems[0].message).toMatch(message);
    },
  );

  test("names several mistakes at once", async () => {
    const question = {
      ticket: { tier: "gold", declined: [5] },
      agents: [{ id: 6 }],
      enrichment: { tier: 5 },
      group: "x",
    };
    const { problems } = await json<Problems>(await ask(question));
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual([
      "/agents/0/id",
      "/enrichment/tier",
      "/group",
      "/ticket/declined/0",
      "/ticket/tier",
    ]);
  });

  test("needs a token, and a configuration unless it brings one", async () => {
    const stranger = await desk.fetch("/api/v1/routing/simulate", { method: "POST", body: "{}" });
    expect(stranger.status).toBe(401);
    await emptyRecord();
    const empty = new HttpDesk();
    const question = { ticket: { category: "billing" }, now: NOW };
    expect(await codeOf(await empty.send("POST", "/api/v1/routing/simulate", question))).toBe(
      "config.missing",
    );
    const brought = await empty.send("POST", "/api/v1/routing/simulate", {
      ...question,
      config: changed(),
    });
    expect(await brought.json()).toMatchObject({ queue: "billing" });
  });
});

describe("with a skills service, rehearsals go by what it has told the live desk", () => {
  const URL = "https://hr.example.com/skills";
  const skilled = (change: (config: ConfigInput) => void = () => undefined): ConfigInput =>
    changed((config) => {
      config.routing.skills = { url: URL };
      change(config);
    });
  let desk: HttpDesk;
  beforeEach(async () => {
    await emptyRecord();
    desk = new HttpDesk();
    expect((await desk.put(skilled())).status).toBe(200);
    desk.groups.skillsOf.set("main", {
      agents: { [SENIOR]: {}, [GENERALIST]: { billing: { level: 1, until: null } } },
      receivedAt: Date.parse(NOW),
    });
  });
  const asked = async (question: object = {}): Promise<unknown> =>
    json(
      await desk.send("POST", "/api/v1/routing/simulate", {
        now: NOW,
        ticket: { category: "billing" },
        ...question,
      }),
    );
  const unknown = (why: string): object => ({
    assignee: { id: SENIOR },
    skills: [{ group: "main", asOf: null, why }],
    reason: expect.arrayContaining([
      `what the skills service says is not known in main, because ${why}: the configuration's skills count`,
    ]),
  });

  test("rehearses one ticket by it", async () => {
    expect(await asked()).toMatchObject({
      assignee: { id: GENERALIST },
      skills: [{ group: "main", asOf: "2026-11-20T09:00:00.000Z", why: null }],
    });
    expect(await asked({ config: skilled() })).toMatchObject({ assignee: { id: GENERALIST } });
    expect(await asked({ config: changed() })).toMatchObject({ assignee: { id: SENIOR }, skills: [] });
  });

  test("says where the skills service has told nothing", async () => {
    const elsewhere = skilled(({ routing }) => (routing.skills = { url: `${URL}/v2` }));
    expect(await asked({ config: elsewhere })).toMatchObject(
      unknown("the desk does not ask this service yet"),
    );
    const renamed = skilled((config) => {
      config.groups.push({ id: "new", chatId: -5, prefix: "NEW" });
      config.queues.push({ id: "fresh", group: "new", assignment: "auto" });
    });
    expect(await asked({ config: renamed, ticket: { queue: "fresh" } })).toMatchObject({
      skills: [{ group: "new", asOf: null, why: "the desk has no such group yet" }],
    });
    expect(desk.groups.touched.has("new")).toBe(false);
    desk.groups.skillsOf.clear();
    expect(await asked()).toMatchObject(unknown("the service has not answered yet"));
    desk.groups.down.add("main");
    expect(await asked()).toMatchObject(unknown("the group does not answer"));
    await emptyRecord();
    expect(
      await json(
        new HttpDesk().send("POST", "/api/v1/routing/simulate", {
          now: NOW,
          ticket: { category: "billing" },
          config: skilled(),
        }),
      ),
    ).toMatchObject(unknown("the desk does not ask this service yet"));
  });

  test("replays all tickets of a period by it", async () => {
    const [event] = life(1);
    const ticket = states([event])[0];
    await project(
      env.DB,
      emptyBatch({
        tickets: [{ ticket: { ...ticket, fields: { category: "billing" } }, dueAt: null }],
        events: [{ ticketId: ticket.id, n: 1, event, notedAt: null }],
      }),
    );
    const period = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };
    expect(
      await json(desk.send("POST", "/api/v1/routing/replay", { ...period, config: changed() })),
    ).toMatchObject({
      assignmentsChanged: 1,
      skills: {
        before: [
          { group: "main", asOf: "2026-11-20T09:00:00.000Z", why: null },
          { group: "vip", asOf: null, why: "the service has not answered yet" },
        ],
        after: [],
      },
      examples: [{ before: { assignee: { id: GENERALIST } }, after: { assignee: { id: SENIOR } } }],
    });
  });
});
