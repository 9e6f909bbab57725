import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import type { Verdict } from "../../src/domain/sla/verdict.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { METRICS_EVENTS_MAX } from "../../src/record/limits.ts";
import { metricsOf, type Figures } from "../../src/record/metrics.ts";
import { project } from "../../src/record/projection.ts";
import { exampleDesk } from "../support/desks.ts";
import { ADMIN, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { Stage } from "../support/stage.ts";
import { emptyBatch, NOON, opened, states } from "../support/tickets.ts";

const desk = new HttpDesk();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const agent = (id: number) => ({ kind: "agent", id, name: `Agent ${id}` }) as const;
const system = { kind: "system", rule: "sla" } as const;

interface Answer {
  recordedAt: string | null;
  total: Figures;
  groups: { key: string | null; figures: Figures }[];
  groupsOmitted: number;
  deliveries: Record<string, unknown>;
}

function verdict(metric: Verdict["metric"], startedAt: number, elapsedMs: number, met: boolean): Verdict {
  return { metric, instance: 1, startedAt, targetMs: HOUR, dueAt: startedAt + HOUR, met, elapsedMs };
}

/** A ticket that is answered after so many minutes, half of them business time, and resolved after ten times as many. */
function life(number: number, queue: string, minutes: number, by: number): TicketEvent[] {
  const start = NOON + number;
  const answeredAt = start + minutes * MINUTE;
  const resolvedAt = start + 10 * minutes * MINUTE;
  return [
    opened(number, { queue }),
    {
      type: "ticket_assigned",
      at: start,
      by: system,
      from: "open",
      to: "in_progress",
      assignee: 9001,
      assigneeName: "Lena",
    },
    {
      type: "ticket_answered",
      at: answeredAt,
      by: agent(by),
      from: "in_progress",
      to: "waiting",
      first: true,
      clocks: [verdict("firstResponse", start, (minutes / 2) * MINUTE, minutes <= 60)],
    },
    {
      type: "customer_replied",
      at: answeredAt + MINUTE,
      by: { kind: "customer", id: contactId(1) },
      from: "waiting",
      to: "in_progress",
    },
    {
      type: "ticket_answered",
      at: answeredAt + 4 * MINUTE,
      by: agent(by),
      from: "in_progress",
      to: "waiting",
      first: false,
      clocks: [verdict("nextResponse", answeredAt + MINUTE, MINUTE, true)],
    },
    {
      type: "ticket_resolved",
      at: resolvedAt,
      by: agent(by),
      from: "waiting",
      to: "resolved",
      clocks: [verdict("resolution", start, 5 * minutes * MINUTE, true)],
    },
  ];
}

const breach = (at: number): TicketEvent => ({
  type: "sla_breached",
  at,
  by: system,
  metric: "firstResponse",
  instance: 1,
  moment: "breach",
  offsetMs: 0,
  clock: "business",
  dueAt: at,
});

/** How long the first answers took, in minutes: ten tickets of `general`, by 9001 and 9002, and one of `billing`. */
const MINUTES = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const LIVES: TicketEvent[][] = [
  ...MINUTES.map((minutes, index) => life(index + 1, "general", minutes, index < 3 ? 9002 : 9001)),
  [
    ...life(11, "billing", 200, 9002),
    { type: "ticket_reopened", at: NOON + 40 * HOUR, by: agent(9002), from: "resolved", to: "in_progress" },
  ],
  [
    opened(12, { queue: "billing" }),
    breach(NOON + HOUR),
    { type: "ticket_escalated", at: NOON + 2 * HOUR, by: agent(9001), from: "open", to: "escalated" },
  ],
  // Closed without being resolved; opened long before.
  [
    opened(13, { at: NOON - 400 * 24 * HOUR }),
    { type: "ticket_closed", at: NOON + HOUR, by: agent(9001), from: "open", to: "closed" },
  ],
];

const since = new Date(NOON - HOUR).toISOString();
const until = new Date(NOON + 3 * 24 * HOUR).toISOString();
const figures = async (query = ""): Promise<Answer> => {
  const answer = await desk.get(`/api/v1/metrics?since=${since}&until=${until}&${query}`);
  expect(answer.status).toBe(200);
  return answer.json<Answer>();
};

beforeAll(async () => {
  await emptyRecord();
  await desk.put(exampleDesk());
  for (const events of LIVES) {
    const ticket = states(events).at(-1)!;
    await project(
      env.DB,
      emptyBatch({
        at: NOON + 5,
        tickets: [{ ticket, dueAt: null }],
        events: events.map((event, index) => ({ ticketId: ticket.id, n: index + 1, event, notedAt: null })),
      }),
    );
  }
});

describe("the figures of a period", () => {
  test("count what happened in it, and tell the backlog as it stands", async () => {
    const { total, recordedAt } = await figures();
    expect(total).toMatchObject({
      opened: 12,
      answers: 22,
      resolved: 11,
      closed: 1,
      reopened: 1,
      kept: { firstResponse: 6, nextResponse: 11, resolution: 11 },
      missed: { firstResponse: 5, nextResponse: 0, resolution: 0 },
      breaches: { firstResponse: 1, nextResponse: 0, resolution: 0 },
      escalations: { actions: 0, byHand: 1 },
      backlog: { open: 0, in_progress: 1, escalated: 1, waiting: 0, resolved: 10 },
    });
    expect(recordedAt).toBe(new Date(NOON + 5).toISOString());
  });

  test("say by exact percentiles how long things took, by the wall and in business time", async () => {
    const { times } = (await figures("queue=general")).total;
    expect(times).toEqual({
      firstResponse: {
        wall: { count: 10, medianMs: 50 * MINUTE, p90Ms: 90 * MINUTE },
        business: { count: 10, medianMs: 25 * MINUTE, p90Ms: 45 * MINUTE },
      },
      nextResponse: {
        wall: { count: 10, medianMs: 3 * MINUTE, p90Ms: 3 * MINUTE },
        business: { count: 10, medianMs: MINUTE, p90Ms: MINUTE },
      },
      resolution: {
        // With the one that was closed unresolved, of which no promise was made.
        wall: { count: 11, medianMs: 600 * MINUTE, p90Ms: 1_000 * MINUTE },
        business: { count: 10, medianMs: 250 * MINUTE, p90Ms: 450 * MINUTE },
      },
    });
  });

  test("come apart by queue, agent, tier, group and day, and add up", async () => {
    const total = (await figures()).total;
    const keys: Record<string, (string | null)[]> = {
      queue: ["general", "billing"],
      agent: ["9001", null, "9002"],
      tier: [null],
      group: ["main"],
      day: ["2026-11-20", "2026-11-21", "2026-11-22"],
    };
    for (const [groupBy, expected] of Object.entries(keys)) {
      const { groups, groupsOmitted } = await figures(`groupBy=${groupBy}`);
      expect(groups.map(({ key }) => key)).toEqual(expected);
      expect(groupsOmitted).toBe(0);
      for (const what of ["opened", "answers", "resolved", "closed", "reopened"] as const) {
        const sum = groups.reduce((all, { figures: one }) => all + one[what], 0);
        expect([groupBy, what, sum]).toEqual([groupBy, what, total[what]]);
      }
      for (const { figures: one } of groups) expect(one.backlog === null).toBe(groupBy === "day");
    }
  });

  test("give an agent the answers that they gave, and the tickets that are theirs", async () => {
    const { groups } = await figures("groupBy=agent");
    const of = (key: string | null) => groups.find((one) => one.key === key)!.figures;
    expect(of("9002")).toMatchObject({ opened: 0, answers: 8, resolved: 4 });
    expect(of("9001")).toMatchObject({ opened: 11, answers: 14, resolved: 7, closed: 1 });
    expect(of(null)).toMatchObject({ opened: 1, backlog: { escalated: 1 } });
    expect((await figures("agent=9002")).total).toMatchObject({ answers: 8, opened: 0 });
  });

  test("count only the agents that are asked for, and only the period, without its end", async () => {
    expect((await figures("queue=billing")).total).toMatchObject({ opened: 2, answers: 2 });
    expect((await figures("tier=gold")).total.opened).toBe(0);
    expect((await figures("group=vip")).total.opened).toBe(0);
    const exact = `since=${new Date(NOON + 1).toISOString()}&until=${new Date(NOON + 3).toISOString()}`;
    const { total } = await (await desk.get(`/api/v1/metrics?${exact}`)).json<Answer>();
    expect(total.opened).toBe(2);
  });

  test("tell what waits to be delivered, as the groups say", async () => {
    desk.groups.down.add("vip");
    const all = (await figures()).deliveries;
    expect(all).toMatchObject({ parked: 0, setAside: 0, unrecorded: 0 });
    expect(all["unreachableGroups"]).toEqual(
      exampleDesk()
        .groups.map(({ id }) => id)
        .filter((id) => id === "vip"),
    );
    desk.groups.down.clear();
  });

  test("are not made of too long a period, nor of a wrong one", async () => {
    for (const query of [
      "since=2026-01-01T00:00:00Z&until=2026-06-01T00:00:00Z",
      "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
      "groupBy=moon",
      "agent=x",
      "other=1",
    ]) {
      const answer = await desk.get(`/api/v1/metrics?${query}`);
      expect([query, answer.status]).toEqual([query, 422]);
    }
  });

  test("need the scope metrics:read", async () => {
    const { headers } = await desk.key("tickets:read");
    expect((await desk.fetch("/api/v1/metrics", { headers })).status).toBe(403);
    const reader = await desk.key("metrics:read");
    expect((await desk.fetch("/api/v1/metrics", { headers: reader.headers })).status).toBe(200);
    expect((await desk.fetch("/api/v1/metrics", { headers: ADMIN })).status).toBe(200);
  });

  test("read the events that count by their index, and no others", async () => {
    const asked: { sql: string; values: unknown[] }[] = [];
    const plans: string[] = [];
    const watching = {
      batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
      prepare: (sql: string) => ({
        bind: (...values: unknown[]) => {
          asked.push({ sql, values });
          return env.DB.prepare(sql).bind(...values);
        },
      }),
    } as unknown as D1Database;
    await metricsOf(watching, { since: NOON, until: NOON + HOUR, timeZone: "UTC" }, "queue");
    for (const { sql, values } of asked) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...values)
        .all<{ detail: string }>();
      plans.push(...results.map(({ detail }) => detail));
    }
    expect(asked).toHaveLength(7);
    expect([...new Set(plans.filter((line) => line.startsWith("SEARCH")))]).toEqual([
      "SEARCH ticket_events USING INDEX ticket_events_counted (at>? AND at<?)",
      "SEARCH e USING INDEX ticket_events_counted (at>? AND at<?)",
      "SEARCH t USING PRIMARY KEY (id=?)",
      // Of a ticket with a breach, its own: whether an answer that was said in time came after it.
      "SEARCH a USING PRIMARY KEY (ticket_id=?)",
      "SEARCH e USING INDEX ticket_events_escalations (at>? AND at<?)",
      "SEARCH t USING INDEX tickets_priority (closed=?)",
    ]);
    // What is scanned besides is what was found by these.
    expect(plans.filter((line) => /^SCAN t(?:icket|$| )/.test(line))).toEqual([]);
  });
});

describe("days", () => {
  /** Opens one ticket at each instant, and tells what was opened on which day of a zone. */
  async function daysOf(timeZone: string | undefined, instants: string[]): Promise<Record<string, number>> {
    await emptyRecord();
    const config = exampleDesk();
    if (timeZone === undefined) delete config.desk.timeZone;
    else config.desk.timeZone = timeZone;
    await desk.put(config);
    for (const [index, instant] of instants.entries()) {
      const event = opened(index + 1, { at: Date.parse(instant) });
      const [ticket] = states([event]);
      await project(
        env.DB,
        emptyBatch({
          tickets: [{ ticket, dueAt: null }],
          events: [{ ticketId: ticket.id, n: 1, event, notedAt: null }],
        }),
      );
    }
    const around = "since=2026-09-01T00:00:00Z&until=2026-11-30T00:00:00Z&groupBy=day";
    const answer = await (await desk.get(`/api/v1/metrics?${around}`)).json<Answer & { timeZone: string }>();
    expect(answer.timeZone).toBe(timeZone ?? "Europe/Berlin");
    return Object.fromEntries(answer.groups.map(({ key, figures: one }) => [key!, one.opened]));
  }

  test.each<[string, string | undefined, string[], Record<string, number>]>([
    [
      "the desk's zone, where it is tomorrow already",
      "Asia/Tokyo",
      ["2026-11-20T14:59:59.999Z", "2026-11-20T15:00:00Z"],
      { "2026-11-20": 1, "2026-11-21": 1 },
    ],
    [
      "a zone that is behind, and half an hour off",
      "America/St_Johns",
      ["2026-11-20T03:29:59Z", "2026-11-20T03:30:00Z"],
      { "2026-11-19": 1, "2026-11-20": 1 },
    ],
    [
      "a zone whose clock goes back within the period: that day has 25 hours",
      "Europe/Berlin",
      [
        "2026-10-24T21:59:59Z",
        "2026-10-24T22:00:00Z",
        "2026-10-25T00:59:59Z",
        "2026-10-25T01:00:00Z",
        "2026-10-25T22:59:59Z",
        "2026-10-25T23:00:00Z",
      ],
      { "2026-10-24": 1, "2026-10-25": 4, "2026-10-26": 1 },
    ],
    [
      "the usual calendar, where the desk says no zone of its own",
      undefined,
      ["2026-11-20T22:59:59Z", "2026-11-20T23:00:00Z"],
      { "2026-11-20": 1, "2026-11-21": 1 },
    ],
    [
      "UTC, where that is the desk's",
      "UTC",
      ["2026-11-20T23:59:59Z", "2026-11-21T00:00:00Z"],
      { "2026-11-20": 1, "2026-11-21": 1 },
    ],
  ])("are those of %s", async (_name, timeZone, instants, expected) => {
    expect(await daysOf(timeZone, instants)).toEqual(expected);
  });
});

test("a period with more events than may be counted is refused", async () => {
  await emptyRecord();
  await desk.put(exampleDesk());
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ${METRICS_EVENTS_MAX})
     INSERT INTO ticket_events (ticket_id, n, at, type, actor, actor_kind, actor_id, data)
     SELECT 'main:' || i, 1, ${NOON}, 'ticket_opened', '{}', 'system', 'x', '{}' FROM n`,
  ).run();
  const answer = await desk.get(`/api/v1/metrics?since=${since}&until=${until}`);
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("ask for a shorter one");
});

test("a ticket that was answered twice, reopened after a weekend and transferred is measured as by hand", async () => {
  const stage = await Stage.open({
    config: (config) => {
      const [, standard] = config.slaPolicies!;
      standard.targets = { normal: { firstResponse: "2h", nextResponse: "3h", resolution: "8h" } };
      standard.warnings = [];
      const office = config.calendars!.find(({ id }) => id === "office")!;
      office.holidays = [{ date: "2026-11-23", name: "A Monday" }];
    },
  });
  const begin = stage.now;
  const ada = await stage.customer();
  const after = async (hours: number, what: () => Promise<unknown>): Promise<void> => {
    await stage.pass(begin + hours * HOUR - stage.now);
    await what();
    await stage.deliver();
  };
  const command =
    (type: string, more: object = {}) =>
    async (): Promise<void> => {
      const answer = await stage.api("POST", "/api/v1/tickets/SUP-1/commands", { type, ...more });
      expect(answer.status).toBe(200);
    };
  // Friday in Berlin, 10:00 to 15:00; Monday is a holiday; Tuesday from 09:00, with a break from 12:30 to 13:00.
  await ada.write("Help");
  await stage.settle(5_000);
  const { id: topic } = await stage.topic("SUP-1");
  await after(1, () => stage.olga.write(topic, "We look into it"));
  await after(2, () => ada.write("And now?"));
  await after(2.5, () => stage.olga.write(topic, "Done"));
  await after(3, command("resolve"));
  await after(70, command("reopen"));
  await after(96, command("transfer", { queue: "billing" }));
  await after(100, command("resolve"));
  await stage.settle();
  const ask = async (from: number, to: number): Promise<Answer> => {
    const at = (hours: number): string => new Date(begin + hours * HOUR).toISOString();
    return stage.get<Answer>(`/api/v1/metrics?since=${at(from)}&until=${at(to)}&groupBy=queue`);
  };
  const { groups } = await ask(-1, 101);
  const spread = (...hours: number[]) => ({
    count: hours.length,
    medianMs: (hours[0] ?? 0) * HOUR,
    p90Ms: (hours.at(-1) ?? 0) * HOUR,
  });
  expect(groups).toMatchObject([
    {
      key: "billing",
      figures: {
        opened: 1,
        answers: 2,
        resolved: 2,
        closed: 1,
        reopened: 1,
        kept: { firstResponse: 1, nextResponse: 1, resolution: 2 },
        missed: { firstResponse: 0, nextResponse: 0, resolution: 0 },
        times: {
          firstResponse: { wall: spread(1), business: spread(1) },
          nextResponse: { wall: spread(0.5), business: spread(0.5) },
          // While it waited for the customer, was over, or was outside opening hours, no business time passed.
          resolution: { wall: spread(3, 100), business: spread(1.5, 1.5 + 4.5) },
        },
        backlog: { resolved: 1 },
      },
    },
  ]);
  // Seen from the second week alone.
  expect((await ask(90, 101)).total).toMatchObject({
    opened: 0,
    resolved: 1,
    reopened: 0,
    times: {
      firstResponse: { wall: { count: 0, medianMs: null, p90Ms: null } },
      resolution: { wall: spread(100) },
    },
  });
});
