import { describe, expect, test } from "vitest";
import { BORIS, CUSTOMER, HOUR, MINUTE, NOON, OLGA, wrote } from "./given.ts";
import { deskWith, SlaScene, TARGETS } from "./sla-given.ts";

const answer = { type: "agent_answered", by: OLGA } as const;
const claim = { type: "agent_claimed", by: OLGA } as const;
const resolve = { type: "agent_resolved", by: OLGA } as const;
const close = { type: "agent_closed", by: OLGA } as const;
const reopen = { type: "agent_reopened", by: OLGA } as const;
const thanks = wrote({ gratitude: true });

/** A ticket that was opened at noon. */
function opened(...desk: Parameters<typeof deskWith>): SlaScene {
  return new SlaScene(deskWith(...desk)).at(0, wrote());
}

describe("first response", () => {
  test("is due a target after the ticket was opened", () => {
    const scene = opened();
    expect(scene.dues()).toEqual({ firstResponse: 60, resolution: 480 });
    expect(scene.states()).toEqual(["firstResponse#1 healthy", "resolution#1 healthy"]);
  });

  test("may start at the first claim, and does not start anew with the next one", () => {
    const scene = opened({ firstResponseStarts: "claimed" });
    expect(scene.dues()).toEqual({ resolution: 480 });
    scene.at(20 * MINUTE, claim);
    expect(scene.dues()).toMatchObject({ firstResponse: 80 });
    scene.at(30 * MINUTE, { type: "agent_unclaimed", by: OLGA, lead: false });
    scene.at(40 * MINUTE, { type: "agent_claimed", by: BORIS });
    expect(scene.dues()).toMatchObject({ firstResponse: 80 });
  });

  test("may start by an answer alone, and is kept by it", () => {
    const scene = opened({ firstResponseStarts: "claimed" }).at(3 * HOUR, answer);
    expect(scene.states()).toContain("firstResponse#1 met");
  });

  test.each([
    ["a note", { type: "agent_noted", by: OLGA, text: "hm" }],
    ["claiming", claim],
    ["the customer's own next message", wrote()],
    ["another priority", { type: "agent_prioritised", by: OLGA, priority: "high" }],
  ] as const)("is not kept by %s", (_, command) => {
    expect(opened().at(MINUTE, command).dues()).toMatchObject({ firstResponse: 60 });
  });

  test("is kept by an answer at the due instant, and not a millisecond later", () => {
    expect(opened().at(HOUR, answer).states()).toContain("firstResponse#1 met");
    expect(
      opened()
        .at(HOUR + 1, answer)
        .states(),
    ).toContain("firstResponse#1 met_late");
  });

  test("ends when the ticket is resolved without an answer", () => {
    expect(
      opened()
        .at(10 * MINUTE, resolve)
        .states(),
    ).toEqual(["firstResponse#1 met", "resolution#1 met"]);
    expect(
      opened()
        .at(2 * HOUR, close)
        .states(),
    ).toContain("firstResponse#1 met_late");
  });
});

describe("next response", () => {
  test("starts with the first unanswered message, and each turn is a clock of its own", () => {
    const scene = opened().at(10 * MINUTE, answer);
    expect(scene.dues()).not.toHaveProperty("nextResponse");
    scene.at(20 * MINUTE, wrote()).at(25 * MINUTE, wrote());
    expect(scene.dues()).toMatchObject({ nextResponse: 50 });
    expect(scene.states()).toContain("nextResponse#1 healthy");
    scene.at(30 * MINUTE, answer).at(100 * MINUTE, wrote());
    expect(scene.states()).toContain("nextResponse#2 healthy");
    expect(scene.dues()).toMatchObject({ nextResponse: 130 });
  });

  test("says in the answer what became of it", () => {
    const scene = opened()
      .at(10 * MINUTE, answer)
      .at(20 * MINUTE, wrote())
      .at(51 * MINUTE, answer);
    const [first, next] = scene.of("ticket_answered").map(({ clocks }) => clocks);
    expect(first).toEqual([
      {
        metric: "firstResponse",
        instance: 1,
        startedAt: NOON,
        targetMs: HOUR,
        dueAt: NOON + HOUR,
        met: true,
        elapsedMs: 10 * MINUTE,
      },
    ]);
    expect(next).toMatchObject([
      { metric: "nextResponse", instance: 1, dueAt: NOON + 50 * MINUTE, met: false },
    ]);
  });

  test("does not start with a thank-you after resolving, but with a question it does", () => {
    const scene = opened().at(MINUTE, answer).at(HOUR, resolve);
    expect(scene.at(61 * MINUTE, thanks).states()).toEqual(["firstResponse#1 met", "resolution#1 met"]);
    scene.at(62 * MINUTE, wrote());
    expect(scene.dues()).toMatchObject({ nextResponse: 92 });
  });
});

describe("an answer that was never given", () => {
  const customerCloses = { type: "customer_closed", customer: CUSTOMER } as const;

  test("is owed again when an agent reopens the ticket; the time in between is left out", () => {
    const scene = opened()
      .at(10 * MINUTE, resolve)
      .at(30 * MINUTE, reopen);
    expect(scene.dues()).toEqual({ firstResponse: 80, resolution: 500 });
    expect(scene.ticket).toMatchObject({ awaitingSince: NOON, firstResponseEndedAt: null });
    expect(scene.at(80 * MINUTE, answer).states()).toContain("firstResponse#1 met");
    expect(scene.of("ticket_answered")).toMatchObject([
      { first: true, clocks: [{ dueAt: NOON + 80 * MINUTE }] },
    ]);
  });

  test("is owed again in a later turn, too, by the same clock", () => {
    const scene = opened()
      .at(MINUTE, answer)
      .at(10 * MINUTE, wrote());
    scene
      .at(15 * MINUTE, resolve)
      .at(16 * MINUTE, close)
      .at(60 * MINUTE, reopen);
    expect(scene.dues()).toMatchObject({ nextResponse: 85 });
    scene
      .pass(HOUR)
      .at(3 * HOUR, resolve)
      .at(4 * HOUR, reopen);
    expect(scene.states()).toContain("nextResponse#1 breached");
    expect(scene.of("sla_breached")).toMatchObject([{ metric: "nextResponse", instance: 1 }]);
  });

  test.each([
    ["an answer was given after resolving", [answer], reopen],
    ["the customer closed it", [customerCloses], reopen],
  ] as const)("is not owed where %s", (_, acts, last) => {
    const scene = opened();
    if (acts[0] === answer) scene.at(10 * MINUTE, resolve);
    for (const act of acts) scene.at(20 * MINUTE, act);
    expect(scene.at(30 * MINUTE, last).dues()).toEqual({ resolution: expect.any(Number) });
  });

  test("is a new turn where the customer reopens the ticket by writing", () => {
    const scene = opened()
      .at(10 * MINUTE, resolve)
      .at(30 * MINUTE, wrote());
    expect(scene.dues()).toEqual({ nextResponse: 60, resolution: 500 });
  });
});

describe("resolution", () => {
  test("stands still while the customer has the turn, where the policy says so", () => {
    const scene = opened({ pauseResolutionWhile: ["waiting"] }).at(10 * MINUTE, answer);
    expect(scene.dues()).toEqual({ resolution: "paused" });
    scene.at(100 * MINUTE, wrote());
    expect(scene.dues()).toMatchObject({ resolution: 480 + 90 });
    expect(
      opened()
        .at(10 * MINUTE, answer)
        .dues(),
    ).toEqual({ resolution: 480 });
  });

  test("goes on where it stood when the ticket is reopened", () => {
    const scene = opened()
      .at(HOUR, answer)
      .at(2 * HOUR, resolve);
    expect(scene.states()).toContain("resolution#1 met");
    scene.at(10 * HOUR, reopen);
    expect(scene.dues()).toEqual({ resolution: 16 * 60 });
  });

  test("counts opening hours only", () => {
    // Monday noon UTC is 13:00 in Berlin: 4 h today, 4 h tomorrow.
    const scene = opened({ calendar: "office" });
    expect(scene.dues()).toEqual({ firstResponse: 60, resolution: 24 * 60 });
  });
});

describe("what changes under way", () => {
  test("is recomputed from the ticket's own history", () => {
    const targets = { ...TARGETS, urgent: { firstResponse: "10m", resolution: "1h" } };
    const scene = opened({ targets });
    scene.at(5 * MINUTE, { type: "agent_prioritised", by: OLGA, priority: "urgent" });
    expect(scene.dues()).toEqual({ firstResponse: 10, resolution: 60 });
    scene.at(6 * MINUTE, { type: "agent_prioritised", by: OLGA, priority: "normal" });
    expect(scene.dues()).toEqual({ firstResponse: 60, resolution: 480 });
  });

  test("may be late at once: then it is late since the change", () => {
    const targets = { ...TARGETS, urgent: { firstResponse: "10m" } };
    const scene = opened({ targets })
      .at(30 * MINUTE, { type: "agent_prioritised", by: OLGA, priority: "urgent" })
      .pass(MINUTE);
    expect(scene.of("sla_breached")).toMatchObject([
      { at: NOON + 30 * MINUTE, dueAt: NOON + 10 * MINUTE, metric: "firstResponse" },
    ]);
  });

  test("follows the tier, then the queue, then the default tier", () => {
    const policies = ["gold", "queue", "basic"].map((id) => ({ id, calendar: "always", targets: TARGETS }));
    const desk = (queue: { slaPolicy?: string }, tiers: object) =>
      deskWith(
        {},
        {},
        {
          slaPolicies: policies,
          queues: [{ id: "general", group: "main", ...queue }],
          tiers: tiers as never,
        },
      ).sla;
    const tiers = { gold: { score: 9, slaPolicy: "gold" }, basic: { score: 1, slaPolicy: "basic" } };
    const of = (sla: ReturnType<typeof desk>, tier: string | null) =>
      sla.policyFor({ tier, queue: "general" })?.id ?? null;
    expect(of(desk({ slaPolicy: "queue" }, tiers), "gold")).toBe("gold");
    expect(of(desk({ slaPolicy: "queue" }, tiers), null)).toBe("queue");
    expect(of(desk({}, tiers), null)).toBe("basic");
    expect(of(desk({}, {}), null)).toBeNull();
  });
});

describe("states", () => {
  test("are at risk from the first warning on, breached after the due instant, and kept or late at the end", () => {
    const scene = opened({ warnings: [{ before: "15m" }] });
    const first = (): string => scene.states()[0];
    scene.pass(45 * MINUTE - 1);
    expect(first()).toBe("firstResponse#1 healthy");
    scene.pass(1);
    expect(first()).toBe("firstResponse#1 at_risk");
    scene.pass(15 * MINUTE);
    expect(first()).toBe("firstResponse#1 at_risk");
    scene.pass(1);
    expect(first()).toBe("firstResponse#1 breached");
    scene.at(2 * HOUR, answer);
    expect(first()).toBe("firstResponse#1 met_late");
  });

  test("warn in business time or in wall time", () => {
    // Due on Tuesday at 12:00 UTC; an hour of business before it is 11:00, the office having opened at 08:00.
    const due = NOON + 24 * HOUR;
    const warned = (clock: "business" | "wall", before: string) =>
      opened({
        calendar: "office",
        targets: { normal: { resolution: "8h" } },
        warnings: [{ before, clock }],
      })
        .pass(48 * HOUR)
        .of("sla_warned")
        .map(({ at, dueAt }) => [at - NOON, dueAt]);
    expect(warned("business", "1h")).toEqual([[23 * HOUR, due]]);
    expect(warned("business", "5h")).toEqual([[3 * HOUR, due]]);
    expect(warned("wall", "5h")).toEqual([[19 * HOUR, due]]);
  });
});

test("the customer who closes ends every clock", () => {
  const scene = opened().at(MINUTE, { type: "customer_closed", customer: CUSTOMER });
  expect(scene.states()).toEqual(["firstResponse#1 met", "resolution#1 met"]);
  expect(scene.pass(100 * HOUR).of("sla_breached")).toEqual([]);
});
