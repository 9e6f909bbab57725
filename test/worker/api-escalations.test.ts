import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import type { EscalationReceipt, MomentOf } from "../../src/domain/sla/escalation-log.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { encodeCursor } from "../../src/record/cursor.ts";
import { listEscalations, type EscalationFilter } from "../../src/record/escalations.ts";
import { project } from "../../src/record/projection.ts";
import { costOf } from "../support/d1-cost.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { ADA, emptyBatch, NOON, opened, states } from "../support/tickets.ts";

const desk = new HttpDesk();
const MINUTE = 60_000;
const instant = (minutes: number): string => new Date(NOON + minutes * MINUTE).toISOString();

interface Escalation {
  ticket: Record<string, unknown>;
  n: number;
  at: string;
  act: string;
}
interface Page {
  items: Escalation[];
  nextCursor: string | null;
}

const page = async (query: string): Promise<Page> =>
  (await desk.get(`/api/v1/escalations?${query}`)).json<Page>();
/** What a list shows: of which ticket which event did what. */
const listed = ({ items }: Page): string[] =>
  items.map(({ ticket, n, act }) => `${ticket["ref"] as string} ${n} ${act}`);

const BREACH: MomentOf = {
  metric: "firstResponse",
  instance: 1,
  moment: "breach",
  offsetMs: 0,
  clock: "business",
  dueAt: NOON,
};
const OLGA = { id: 9002, name: "Olga" };
const LENA = { id: 9001, name: "Lena" };

function taken(
  minutes: number,
  receipt: Pick<EscalationReceipt, "action"> & Partial<EscalationReceipt & MomentOf>,
): TicketEvent {
  return {
    type: "escalation_taken",
    at: NOON + minutes * MINUTE,
    by: { kind: "system", rule: "escalation" },
    ...BREACH,
    policy: "ladder",
    step: 1,
    result: "done",
    agents: [],
    ...receipt,
  };
}

const system = { kind: "system", rule: "escalation" } as const;
const lena = { kind: "agent", ...LENA } as const;

/** Three tickets of two groups, and what was done about them. */
const LIVES: TicketEvent[][] = [
  [
    opened(1),
    { type: "sla_breached", at: NOON, by: { kind: "system", rule: "sla" }, ...BREACH },
    taken(0, { action: { note: "topic" } }),
    taken(0, { action: { reassign: "senior" }, agents: [OLGA] }),
    {
      type: "ticket_assigned",
      at: NOON,
      by: system,
      from: "open",
      to: "in_progress",
      assignee: 9002,
      assigneeName: "Olga",
    },
    taken(0, { action: { webhook: "queue-manager" } }),
    taken(30, { action: { notify: "lead" }, step: 2, moment: "overdue", agents: [LENA, OLGA] }),
    taken(30, { action: { priority: "urgent" }, step: 2, moment: "overdue", result: "unchanged" }),
  ],
  [
    opened(2, { queue: "billing" }),
    {
      type: "ticket_escalated",
      at: NOON + 10 * MINUTE,
      by: lena,
      from: "open",
      to: "escalated",
      note: "He shouts",
    },
    taken(20, { action: { notify: "lead" }, metric: "resolution", result: "held", agents: [LENA] }),
    taken(40, { action: { reassign: "other" }, metric: "nextResponse", instance: 3, result: "nobody" }),
  ],
  [
    opened(3, { group: "vip", queue: "premium" }),
    taken(30, { action: { status: "escalated" }, policy: "vip-ladder" }),
    { type: "ticket_escalated", at: NOON + 30 * MINUTE, by: system, from: "open", to: "escalated" },
    taken(50, { action: { notify: 9001 }, policy: "vip-ladder", agents: [LENA] }),
  ],
];

/** All of them, newest first; of one instant the later ticket first, and of one ticket the later event. */
const ALL = [
  "VIP-3 4 notify",
  "SUP-2 4 reassign",
  "VIP-3 2 status",
  "SUP-1 8 priority",
  "SUP-1 7 notify",
  "SUP-2 3 notify",
  "SUP-2 2 manual",
  "SUP-1 6 webhook",
  "SUP-1 4 reassign",
  "SUP-1 3 note",
];

beforeAll(async () => {
  await emptyRecord();
  for (const life of LIVES) {
    const ticket = states(life).at(-1)!;
    const events = life.map((event, index) => ({
      ticketId: ticket.id,
      n: index + 1,
      event,
      notedAt: index === 2 ? NOON + 15 * MINUTE : null,
    }));
    await project(env.DB, emptyBatch({ group: ticket.group, tickets: [{ ticket, dueAt: null }], events }));
  }
});

describe("the list of escalations", () => {
  test("shows every action and every escalation by hand, once, newest first", async () => {
    expect(listed(await page(""))).toEqual(ALL);
  });

  test("tells of an action its ticket, when, why, what, to whom, and the result", async () => {
    const { items } = await page("ticket=SUP-1");
    expect(items.at(-1)).toEqual({
      ticket: {
        ref: "SUP-1",
        group: "main",
        queue: "general",
        status: "in_progress",
        priority: "normal",
        assignee: { id: 9002, name: "Olga" },
      },
      n: 3,
      at: instant(0),
      notedAt: instant(15),
      by: { kind: "system", rule: "escalation" },
      act: "note",
      action: { note: "topic" },
      result: "done",
      agents: [],
      policy: "ladder",
      step: 1,
      metric: "firstResponse",
      instance: 1,
      moment: "breach",
      dueAt: instant(0),
      note: null,
    });
  });

  test("tells who escalated by hand and why", async () => {
    const { items } = await page("act=manual");
    expect(items).toEqual([
      {
        ticket: {
          ref: "SUP-2",
          group: "main",
          queue: "billing",
          status: "escalated",
          priority: "normal",
          assignee: null,
        },
        n: 2,
        at: instant(10),
        notedAt: null,
        by: { kind: "agent", id: 9001, name: "Lena" },
        act: "manual",
        action: null,
        result: "done",
        agents: [],
        policy: null,
        step: null,
        metric: null,
        instance: null,
        moment: null,
        dueAt: null,
        note: "He shouts",
      },
    ]);
  });

  const only = (...some: string[]): string[] => ALL.filter((one) => some.some((part) => one.includes(part)));
  test.each<[string, string[]]>([
    ["group=vip", only("VIP-3")],
    ["group=nowhere", []],
    ["queue=billing", only("SUP-2")],
    ["ticket=SUP-2", only("SUP-2")],
    ["ticket=sup-2", only("SUP-2")],
    ["ticket=SUP-9", []],
    ["assignee=9002", only("SUP-1")],
    ["assignee=9001", []],
    ["agent=9002", ["SUP-1 7 notify", "SUP-1 4 reassign"]],
    ["agent=9001", ["VIP-3 4 notify", "SUP-1 7 notify", "SUP-2 3 notify"]],
    ["metric=firstResponse", only("VIP-3", "SUP-1")],
    ["metric=nextResponse", ["SUP-2 4 reassign"]],
    ["metric=resolution", ["SUP-2 3 notify"]],
    ["policy=vip-ladder", only("VIP-3")],
    ["policy=nothing", []],
    ["act=notify", only("notify")],
    ["act=note", only("note")],
    ["act=reassign", only("reassign")],
    ["act=priority", only("priority")],
    ["act=status", only("status")],
    ["act=webhook", only("webhook")],
    ["act=manual", only("manual")],
    ["result=held", ["SUP-2 3 notify"]],
    ["result=nobody", ["SUP-2 4 reassign"]],
    ["result=unchanged", ["SUP-1 8 priority"]],
    [
      "result=done",
      ALL.filter((one) => !["SUP-2 3", "SUP-2 4", "SUP-1 8"].some((part) => one.startsWith(part))),
    ],
    [`since=${instant(30)}`, ALL.slice(0, 5)],
    [`until=${instant(30)}`, ALL.slice(5)],
    [`since=${instant(10)}&until=${instant(30)}`, ["SUP-2 3 notify", "SUP-2 2 manual"]],
    [`since=${encodeURIComponent("2026-11-20T13:40:00+01:00")}`, ALL.slice(0, 2)],
    ["group=main&act=reassign", ["SUP-2 4 reassign", "SUP-1 4 reassign"]],
    ["group=main&queue=general&assignee=9002&agent=9002&metric=firstResponse&act=notify", ["SUP-1 7 notify"]],
    [
      `ticket=SUP-1&result=done&policy=ladder&until=${instant(1)}`,
      ["SUP-1 6 webhook", "SUP-1 4 reassign", "SUP-1 3 note"],
    ],
    ["group=vip&queue=billing", []],
  ])("shows for %s what matches all of it", async (query, expected) => {
    expect(listed(await page(query))).toEqual(expected);
  });

  test.each(["", "group=main&", "ticket=SUP-1&", "result=done&"])(
    "goes for %j through every one once, whatever the size of its pages",
    async (query) => {
      const whole = listed(await page(query));
      for (const limit of [1, 2, 3, 7, whole.length]) {
        const seen: string[] = [];
        let cursor = "";
        for (let pages = 0; pages <= whole.length; pages += 1) {
          const one = await page(`${query}limit=${limit}${cursor}`);
          seen.push(...listed(one));
          expect(one.items.length).toBeLessThanOrEqual(limit);
          if (one.nextCursor === null) break;
          cursor = `&cursor=${one.nextCursor}`;
        }
        expect(seen).toEqual(whole);
      }
    },
  );

  test("goes on where it was although something new came first meanwhile", async () => {
    const first = await page("limit=4");
    const late = taken(60, { action: { note: "topic" } });
    const events = [{ ticketId: "main:1", n: 9, event: late, notedAt: null }];
    await project(env.DB, emptyBatch({ events }));
    const rest = await page(`cursor=${first.nextCursor}`);
    await env.DB.prepare("DELETE FROM ticket_events WHERE ticket_id = 'main:1' AND n = 9").run();
    expect([...listed(first), ...listed(rest)]).toEqual(ALL);
  });

  test.each<[string, string]>([
    ["limit=0", "/query/limit"],
    ["limit=201", "/query/limit"],
    ["group=", "/query/group"],
    ["assignee=me", "/query/assignee"],
    ["agent=-5", "/query/agent"],
    ["metric=first_response", "/query/metric"],
    ["act=shout", "/query/act"],
    ["result=fine", "/query/result"],
    ["since=yesterday", "/query/since"],
    ["since=2026-11-20T12:00:00", "/query/since"],
    ["until=2026-13-20T12:00:00Z", "/query/until"],
    ["group=main&group=vip", "/query/group"],
    ["step=1", "/query/step"],
    [`ticket=${"S".repeat(33)}`, "/query/ticket"],
    ["cursor=nonsense", "/query/cursor"],
    [`cursor=${encodeCursor([1, 2, 3])}`, "/query/cursor"],
    [`cursor=${encodeCursor([1, "main:1"])}`, "/query/cursor"],
  ])("refuses %s, and says where", async (query, pointer) => {
    const answer = await desk.get(`/api/v1/escalations?${query}`);
    expect(answer.status).toBe(422);
    const problem = await answer.json<{ code: string; problems: { pointer: string }[] }>();
    expect(problem.code).toBe("request.invalid");
    expect(problem.problems.map((one) => one.pointer)).toEqual([pointer]);
  });

  test("needs a token, and a record that answers", async () => {
    expect((await desk.fetch("/api/v1/escalations")).status).toBe(401);
    const other = new HttpDesk();
    other.d1.state = "failing";
    const answer = await other.get("/api/v1/escalations");
    expect(answer.status).toBe(503);
    expect(await codeOf(answer)).toBe("record.unreachable");
  });
});

describe("among a hundred thousand events of other kinds", () => {
  const AMONG = 100_000;
  beforeAll(async () => {
    const [ticket] = states([opened(99, { customer: contactId(ADA + 1) })]);
    await project(env.DB, emptyBatch({ tickets: [{ ticket, dueAt: null }] }));
    await env.DB.prepare(
      `WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ${AMONG})
      INSERT INTO ticket_events (ticket_id, n, at, type, actor, actor_kind, actor_id, data)
      SELECT 'main:99', n, ${NOON} + n, 'note_added', '{}', 'key', 'crm', '{}' FROM i`,
    ).run();
  });

  const cost = (filter: EscalationFilter, after: [number, string, number] | null) =>
    costOf((d1) => listEscalations(d1, filter, { after, limit: 5 }));

  const deep: [number, string, number] = [NOON + 30 * MINUTE, "main:1", 8];
  test.each<[string, EscalationFilter]>([
    ["of all tickets", {}],
    ["of a group", { group: "main" }],
    ["of a queue", { queue: "billing" }],
    ["of an assignee's", { assignee: 9_002 }],
    ["of what an agent was told", { agent: 9_001 }],
    ["of a metric", { metric: "resolution" }],
    ["of a policy", { policy: "ladder" }],
    ["of a kind", { act: "notify" }],
    ["by hand", { act: "manual" }],
    ["by what came of it", { result: "done" }],
    ["of a time", { since: NOON, until: NOON + 45 * MINUTE }],
    ["of all that together", { group: "main", assignee: 9_002, metric: "firstResponse", since: NOON }],
  ])("a page %s is led by the index of escalations, and reads few rows", async (_name, filter) => {
    for (const after of [null, deep]) {
      const { plan, rowsRead } = await cost(filter, after);
      expect(plan[0]).toMatch(/^(?:SCAN|SEARCH) ticket_events USING INDEX ticket_events_escalations\b/);
      expect(plan.join()).not.toContain("TEMP B-TREE");
      expect(rowsRead).toBeLessThanOrEqual(2 * ALL.length + 2);
    }
  });

  test("a page of one ticket reads that ticket's events at most", async () => {
    expect((await cost({ ticket: "SUP-1" }, null)).rowsRead).toBeLessThanOrEqual(2 * ALL.length + 2);
  });
});
