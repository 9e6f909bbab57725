import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { REPLAY_TICKETS_MAX } from "../../src/domain/limits.ts";
import { project } from "../../src/record/projection.ts";
import { exampleDesk, promisesNothing } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { MORNING, Stage } from "../support/stage.ts";
import { emptyBatch, life, NOON, opened, states } from "../support/tickets.ts";

const json = async <T>(answer: Response | Promise<Response>): Promise<T> => (await answer).json();

interface Problems {
  code: string;
  problems: { pointer: string; message: string }[];
}

/** Friday, 10:00 in Berlin. */
const NOW = "2026-11-20T09:00:00Z";
const [LEAD, SENIOR, GENERALIST] = [9001, 9002, 9003];

interface Simulation {
  queue: string;
  group: string;
  assignee: { id: number; name: string } | null;
  reason: string[];
  stage: { kind: string };
  candidates: { agent: { id: number }; eligible: boolean; why: string[] }[];
  next: { at: string; what: string } | null;
}

/** Premium customers have a queue, and so has billing; with one thing changed. */
function changed(change: (config: ConfigInput) => void = () => undefined): ConfigInput {
  const config = exampleDesk();
  config.routing.rules = [
    { when: { tier: "premium" }, queue: "premium" },
    { when: { category: "billing" }, queue: "billing" },
  ];
  change(config);
  return config;
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

  test("takes agents as they are said to be", async () => {
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

  test("takes the present for now", async () => {
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
    "with %s is refused, and the answer says where and how to mend it",
    async (_, question, pointer, message) => {
      const answer = await ask(question);
      expect(answer.status).toBe(422);
      const { code, problems } = await json<Problems>(answer);
      expect(code).toBe("request.invalid");
      expect(problems[0].pointer).toBe(pointer);
      expect(problems[0].message).toMatch(message);
    },
  );

  test("with several mistakes has them named at once", async () => {
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

  test("one ticket at a time", async () => {
    expect(await asked()).toMatchObject({
      assignee: { id: GENERALIST },
      skills: [{ group: "main", asOf: "2026-11-20T09:00:00.000Z", why: null }],
    });
    expect(await asked({ config: skilled() })).toMatchObject({ assignee: { id: GENERALIST } });
    expect(await asked({ config: changed() })).toMatchObject({ assignee: { id: SENIOR }, skills: [] });
  });

  test("and say so where they do not know it", async () => {
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

  test("all tickets of a period", async () => {
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

interface Comparison {
  tickets: number;
  changed: number;
  assignmentsChanged: number;
  queueShares: { before: Record<string, number>; after: Record<string, number> };
  priorities: { before: Record<string, number>; after: Record<string, number> };
  expectedFirstResponseBreaches: { before: number; after: number };
  examples: { ref: string; openedAt: string; before: object; after: object }[];
}

describe("a replay", () => {
  let desk: HttpDesk;
  beforeEach(async () => {
    await emptyRecord();
    desk = new HttpDesk();
    expect((await desk.put(changed())).status).toBe(200);
  });
  const period = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };
  const replay = (question: object): Promise<Response> =>
    desk.send("POST", "/api/v1/routing/replay", question);
  const replayed = async (question: object): Promise<Comparison> => {
    const answer = await replay(question);
    expect(answer.status).toBe(200);
    return answer.json();
  };
  /** Puts tickets into the record, with their events. */
  async function record(number: number, more: Parameters<typeof life>[1], category?: string): Promise<void> {
    const events = life(number, more);
    const ticket = states(events).at(-1)!;
    await project(
      env.DB,
      emptyBatch({
        tickets: [{ ticket: { ...ticket, fields: category === undefined ? {} : { category } }, dueAt: null }],
        events: events.map((event, index) => ({ ticketId: ticket.id, n: index + 1, event, notedAt: null })),
      }),
    );
  }
  const toGeneral = changed(({ routing }) => (routing.rules = [{ when: {}, priority: "urgent" }]));

  test("compares what the desk in force and the draft make of the tickets of a period", async () => {
    await record(1, {}, "billing");
    await record(2, {});
    await record(3, { at: NOON - 86_400_000 }, "billing");
    const compared = await replayed({ ...period, config: toGeneral });
    expect(compared).toMatchObject({
      tickets: 2,
      changed: 2,
      assignmentsChanged: 1,
      queueShares: { before: { billing: 0.5, general: 0.5 }, after: { general: 1 } },
      priorities: { before: { normal: 2 }, after: { urgent: 2 } },
      expectedFirstResponseBreaches: { before: 0, after: 0 },
    });
    expect(compared.examples[0]).toEqual({
      ref: "SUP-1",
      openedAt: new Date(NOON + 1).toISOString(),
      before: {
        queue: "billing",
        priority: "normal",
        assignee: { id: SENIOR, name: "Senior billing" },
        assignedAt: new Date(NOON + 1).toISOString(),
        firstResponseBreached: false,
      },
      after: {
        queue: "general",
        priority: "urgent",
        assignee: { id: LEAD, name: "Lead" },
        assignedAt: new Date(NOON + 1).toISOString(),
        firstResponseBreached: false,
      },
    });
  });

  test("of the configuration in force changes nothing", async () => {
    await record(1, {}, "billing");
    expect(await replayed({ ...period, config: changed() })).toMatchObject({ changed: 0, examples: [] });
  });

  test("knows what a contact speaks, and what another system said", async () => {
    const ticket = states([opened(1)])[0];
    const said = { tier: null, segment: "retail", attributes: {}, category: null, language: null };
    await project(env.DB, {
      ...emptyBatch(),
      tickets: [{ ticket, dueAt: null }],
      events: [
        { ticketId: ticket.id, n: 1, event: opened(1), notedAt: null },
        {
          ticketId: ticket.id,
          n: 2,
          event: {
            type: "enrichment_answered",
            at: NOON,
            by: { kind: "system", rule: "enrichment" },
            profile: {
              ...said,
              priorityScore: null,
              preferredAgent: null,
              requireSkills: {},
              reason: null,
              asOf: null,
            },
            ignored: [],
            latencyMs: 5,
          },
          notedAt: null,
        },
      ],
      contacts: [
        {
          facts: { id: ticket.customer, name: "Ada", username: null, language: "de", isPremium: false },
          unreachable: null,
          firstSeenAt: NOON,
          updatedAt: NOON,
          version: 1,
        },
      ],
    });
    const config = changed(
      ({ routing }) => (routing.rules = [{ when: { segment: "retail", language: "de" }, priority: "low" }]),
    );
    expect((await replayed({ ...period, config })).priorities.after).toEqual({ low: 1 });
  });

  test("of one group leaves the others out", async () => {
    await record(1, {});
    await record(1, { group: "vip", queue: "premium" });
    expect(await replayed({ ...period, group: "vip", config: toGeneral })).toMatchObject({ tickets: 1 });
    expect(await replayed({ ...period, config: toGeneral })).toMatchObject({ tickets: 2 });
  });

  test("reads as many tickets as it may, page by page, and refuses more", { timeout: 60_000 }, async () => {
    const fill = (from: number, to: number): Promise<unknown> =>
      env.DB.prepare(
        `WITH RECURSIVE n(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
         INSERT INTO tickets (id, ref, group_id, number, status, priority, queue, customer_id, subject, tags, fields,
           opened_at, status_at, closed, reopenings, version, recorded_at)
         SELECT 'main:' || n, 'SUP-' || n, 'main', n, 'open', 'normal', 'general', n, 'x', '[]', '{}',
           ?3 + n, ?3, n % 3 = 0, 0, 1, ?3 FROM n`,
      )
        .bind(from, to, NOON)
        .run();
    await fill(1, REPLAY_TICKETS_MAX);
    const question = { ...period, config: changed() };
    expect(await replayed(question)).toMatchObject({ tickets: REPLAY_TICKETS_MAX, changed: 0 });
    await fill(REPLAY_TICKETS_MAX + 1, REPLAY_TICKETS_MAX + 1);
    const { problems } = await json<Problems>(await replay(question));
    const latest = new Date(NOON + REPLAY_TICKETS_MAX + 1).toISOString();
    expect(problems).toEqual([
      { pointer: "/to", message: `has more than 5000 tickets before it: choose ${latest} at the latest` },
    ]);
    expect(await replayed({ ...question, to: latest })).toMatchObject({ tickets: REPLAY_TICKETS_MAX });
  });

  test.each<[string, object, string, RegExp]>([
    ["no draft", period, "/config", /^is missing/],
    ["no period", { config: toGeneral }, "/since", /^is missing/],
    [
      "an end before its beginning",
      { from: period.to, to: period.from, config: toGeneral },
      "/to",
      /must be later than where the period begins/,
    ],
    [
      "a period that is too long",
      { from: "2026-01-01T00:00:00Z", to: "2026-04-03T00:00:01Z", config: toGeneral },
      "/to",
      /must be 92 days after the period begins at most/,
    ],
    ["an unknown group", { ...period, config: toGeneral, group: "x" }, "/group", /no group "x"/],
    [
      "a draft with a mistake",
      { ...period, config: changed(({ queues }) => (queues[0].group = "x")) },
      "/config/queues/0/group",
      /no group "x"/,
    ],
    [
      "an end that is called as everywhere else",
      { since: period.to, until: period.from, config: toGeneral },
      "/until",
      /must be later than where the period begins/,
    ],
    ["one end under two names", { ...period, config: toGeneral, until: NOW }, "/to", /not a known key/],
    ["an unknown key", { ...period, config: toGeneral, end: NOW }, "/end", /not a known key/],
  ])(
    "with %s is refused, and the answer says where and how to mend it",
    async (_, question, pointer, message) => {
      const answer = await replay(question);
      expect(answer.status).toBe(422);
      const { problems } = await json<Problems>(answer);
      expect(problems[0].pointer).toBe(pointer);
      expect(problems[0].message).toMatch(message);
    },
  );

  test("needs D1, a token and a configuration in force", async () => {
    desk.d1.state = "failing";
    expect(await codeOf(await replay({ ...period, config: toGeneral }))).toBe("record.unreachable");
    const stranger = await desk.fetch("/api/v1/routing/replay", { method: "POST", body: "{}" });
    expect(stranger.status).toBe(401);
    await emptyRecord();
    desk = new HttpDesk();
    expect(await codeOf(await replay({ ...period, config: toGeneral }))).toBe("config.missing");
  });
});

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

  test("that somebody has tells who got it and why, and until when they have time", async () => {
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

  test("that waits tells its place, who could take it, and what changes next", async () => {
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

  test("that waits to be claimed has no place; who declined stays in the story", async () => {
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

  test("is there in upper and lower case, and of no ticket that is not there", async () => {
    await asks();
    expect((await stage.api("GET", "/api/v1/tickets/sup-1/routing")).status).toBe(200);
    expect(await codeOf(await stage.api("GET", "/api/v1/tickets/SUP-2/routing"))).toBe("ticket.not_found");
  });
});
