import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { REPLAY_TICKETS_MAX } from "../../src/domain/limits.ts";
import { project } from "../../src/record/projection.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { LEAD, NOW, SENIOR, changed, json, type Problems } from "../support/routing-questions.ts";
import { emptyBatch, life, NOON, opened, states } from "../support/tickets.ts";

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

  test("changes nothing with the configuration in force", async () => {
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

  test("leaves the other groups out where it is of one", async () => {
    await record(1, {});
    await record(1, { group: "vip", queue: "premium" });
    expect(await replayed({ ...period, group: "vip", config: toGeneral })).toMatchObject({ tickets: 1 });
    expect(await replayed({ ...period, config: toGeneral })).toMatchObject({ tickets: 2 });
  });

  test("reads as many tickets as it may, page by page, and refuses more", { timeout: 240_000 }, async () => {
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
    "is refused with %s, and the answer says where and how to mend it",
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
