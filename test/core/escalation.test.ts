import { describe, expect, test } from "vitest";
import { NO_PROFILE } from "../../src/domain/routing/profile.ts";
import { NO_TEAM } from "../../src/domain/routing/taking-over.ts";
import { clocksOf } from "../../src/domain/sla/clocks.ts";
import { dueAt } from "../../src/domain/ticket/advance.ts";
import type { TicketCommand } from "../../src/domain/ticket/command.ts";
import { decide } from "../../src/domain/ticket/decide.ts";
import type { Effect } from "../../src/domain/ticket/effect.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { evolve } from "../../src/domain/ticket/evolve.ts";
import type { Policy } from "../../src/domain/ticket/policy.ts";
import { react } from "../../src/domain/ticket/react.ts";
import type { Ticket } from "../../src/domain/ticket/ticket.ts";
import fc from "../support/fast-check.ts";
import { BORIS, DAY, HOUR, MINUTE, NOON, OLGA, wrote } from "./given.ts";
import { deskWith, LEAD, SENIOR, SlaScene, TARGETS } from "./sla-given.ts";

const answer = { type: "agent_answered", by: OLGA } as const;
const claim = { type: "agent_claimed", by: OLGA } as const;

type Steps = NonNullable<NonNullable<Parameters<typeof deskWith>[1]>["steps"]>;

/** A ticket that was opened at noon; only the first response has a target, an hour. */
function opened(steps: Steps, cooldown = "0s", more: Parameters<typeof deskWith>[0] = {}): SlaScene {
  const sla = { targets: { normal: { firstResponse: "1h" } }, warnings: [{ before: "15m" }], ...more };
  return new SlaScene(deskWith(sla, { steps, cooldown })).at(0, wrote());
}

/** What happened, in minutes after noon. */
function log(scene: SlaScene): string[] {
  return scene.events
    .filter(({ type }) =>
      /^(?:sla_|escalation_|ticket_assigned|priority|ticket_escalated|reminder_due)/.test(type),
    )
    .map((event) => {
      const at = (event.at - NOON) / MINUTE;
      if (event.type !== "escalation_taken") return `${at} ${event.type}`;
      const [[act, what]] = Object.entries(event.action) as [[string, unknown]];
      const told = event.agents.map(({ id }) => id).join();
      return `${at} ${act} ${String(what)}: ${event.result}${told === "" ? "" : ` ${told}`}`;
    });
}

describe("steps", () => {
  const ladder: Steps = [
    { at: "warning", actions: [{ notify: "assignee" }] },
    { at: "breach", actions: [{ note: "topic" }, { webhook: "hook" }] },
    {
      at: "breach",
      after: "30m",
      actions: [{ notify: "lead" }, { priority: "urgent" }, { status: "escalated" }],
    },
  ];

  test("are taken in their order, each once, and stamped with when they were due", () => {
    const scene = opened(ladder).at(MINUTE, claim).pass(DAY);
    expect(log(scene)).toEqual([
      "45 sla_warned",
      `45 notify assignee: done ${OLGA.id}`,
      "60 sla_breached",
      "60 note topic: done",
      "60 webhook hook: done",
      "90 sla_overdue",
      `90 notify lead: done ${LEAD.id}`,
      "90 priority urgent: done",
      "90 priority_changed",
      "90 status escalated: done",
      "90 ticket_escalated",
    ]);
    expect(scene.ticket).toMatchObject({ status: "escalated", priority: "urgent" });
  });

  test("stop when the promise is kept", () => {
    expect(
      log(
        opened(ladder)
          .at(30 * MINUTE, answer)
          .pass(DAY),
      ),
    ).toEqual([]);
    expect(log(opened(ladder).at(HOUR, answer).pass(DAY))).toEqual([
      "45 sla_warned",
      "45 notify assignee: nobody",
    ]);
    expect(
      log(
        opened(ladder)
          .at(70 * MINUTE, answer)
          .pass(DAY),
      ).at(-1),
    ).toBe("60 webhook hook: done");
  });

  test("hold for one metric only where they say so", () => {
    const scene = opened([{ at: "breach", metric: "resolution", actions: [{ notify: "lead" }] }], "0s", {
      targets: { normal: { firstResponse: "1h", resolution: "2h" } },
      warnings: [],
    }).pass(DAY);
    expect(log(scene)).toEqual(["60 sla_breached", "120 sla_breached", `120 notify lead: done ${LEAD.id}`]);
  });

  test("begin anew with each turn of the customer", () => {
    const scene = opened([{ at: "breach", actions: [{ notify: "lead" }] }], "0s", {
      targets: TARGETS,
      warnings: [],
    })
      .at(MINUTE, answer)
      .at(10 * MINUTE, wrote())
      .at(50 * MINUTE, answer)
      .at(60 * MINUTE, wrote())
      .pass(HOUR);
    expect(
      scene.of("sla_breached").map(({ metric, instance, at }) => [metric, instance, (at - NOON) / MINUTE]),
    ).toEqual([
      ["nextResponse", 1, 40],
      ["nextResponse", 2, 90],
    ]);
    expect(scene.of("escalation_taken")).toHaveLength(2);
  });

  test("do not begin anew when the ticket is reopened", () => {
    const scene = opened([{ at: "breach", actions: [{ notify: "lead" }] }], "0s", {
      targets: { normal: { resolution: "1h" } },
      warnings: [],
    })
      .at(2 * HOUR, { type: "agent_resolved", by: OLGA })
      .at(3 * HOUR, { type: "agent_reopened", by: OLGA })
      .pass(DAY);
    expect(scene.of("sla_breached")).toHaveLength(1);
  });

  test("an agent outside the configuration is told all the same; without receivers the topic is told", () => {
    const scene = opened([{ at: "breach", actions: [{ notify: 9002 }, { notify: "assignee" }] }]).pass(
      HOUR + 1,
    );
    expect(log(scene).slice(2)).toEqual(["60 notify 9002: done 9002", "60 notify assignee: nobody"]);
    expect(told(scene)).toEqual([
      { to: BORIS.id, lines: ["breach"] },
      { to: "topic", lines: ["breach"] },
    ]);
  });

  test("a breach at once warns of nothing", () => {
    const targets = { normal: { firstResponse: "4h" }, urgent: { firstResponse: "10m" } };
    const scene = opened([{ at: "warning", actions: [{ notify: "lead" }] }], "0s", { targets })
      .at(HOUR, { type: "agent_prioritised", by: OLGA, priority: "urgent" })
      .pass(HOUR);
    expect(scene.of("escalation_taken")).toEqual([]);
  });
});

interface Told {
  to: number | "topic";
  lines: string[];
}

/** Who was told what, in order. */
function told(scene: SlaScene): Told[] {
  return effects(scene.events, scene.policy).flatMap((effect): Told[] => {
    if (effect.kind === "agent_notice" && effect.notice.code === "sla") {
      return [{ to: effect.agent.id, lines: effect.notice.lines.map(({ moment }) => moment) }];
    }
    if (effect.kind === "topic_notice" && effect.notice.code === "sla") {
      return [{ to: "topic", lines: effect.notice.lines.map(({ moment }) => moment) }];
    }
    return [];
  });
}

function effects(events: readonly TicketEvent[], policy: Policy): Effect[] {
  let ticket: Ticket | null = null;
  return events.flatMap((event) => react(event, (ticket = evolve(ticket, event)), policy, event.at));
}

describe("the cooldown", () => {
  const ladder: Steps = [
    { at: "warning", actions: [{ notify: "lead" }] },
    { at: "breach", actions: [{ notify: "lead" }, { note: "topic" }, { priority: "high" }] },
    { at: "breach", after: "10m", actions: [{ notify: "lead" }] },
  ];

  test("does not hold back what is graver: a breach is told at the breach", () => {
    const scene = opened(ladder, "1h").pass(DAY);
    expect(log(scene)).toEqual([
      "45 sla_warned",
      `45 notify lead: done ${LEAD.id}`,
      "60 sla_breached",
      `60 notify lead: done ${LEAD.id}`,
      "60 note topic: done",
      "60 priority high: done",
      "60 priority_changed",
      "70 sla_overdue",
      `70 notify lead: done ${LEAD.id}`,
    ]);
    expect(told(scene)).toEqual([
      { to: LEAD.id, lines: ["warning"] },
      { to: LEAD.id, lines: ["breach"] },
      { to: "topic", lines: ["breach"] },
      { to: LEAD.id, lines: ["overdue"] },
    ]);
  });

  /** Three steps after the breach, each ten minutes after the one before. */
  const insisting: Steps = ["10m", "20m", "30m"].map((after) => ({
    at: "breach",
    after,
    actions: [{ notify: "lead" }, ...(after === "20m" ? [{ priority: "high" } as const] : [])],
  }));

  test("keeps equals apart, merges what fell into it, and never swallows the last word", () => {
    const scene = opened(insisting, "1h").pass(DAY);
    expect(log(scene).slice(2)).toEqual([
      "70 sla_overdue",
      `70 notify lead: done ${LEAD.id}`,
      "80 sla_overdue",
      `80 notify lead: held ${LEAD.id}`,
      // What is no notice does not wait.
      "80 priority high: done",
      "80 priority_changed",
      "90 sla_overdue",
      `90 notify lead: held ${LEAD.id}`,
      "130 escalation_notices_merged",
    ]);
    expect(told(scene)).toEqual([
      { to: LEAD.id, lines: ["overdue"] },
      { to: LEAD.id, lines: ["overdue", "overdue"] },
    ]);
  });

  test("sends what waits with the breach, in one message, without warnings of what has happened", () => {
    const steps: Steps = [
      { at: "warning", actions: [{ notify: "lead" }] },
      { at: "breach", actions: [{ notify: "lead" }] },
    ];
    const targets = { normal: { firstResponse: "1h", resolution: "70m" } };
    const scene = opened(steps, "1h", { targets }).pass(61 * MINUTE);
    expect(told(scene)).toEqual([
      // Of the first answer; the resolution's at 55 minutes waits.
      { to: LEAD.id, lines: ["warning"] },
      { to: LEAD.id, lines: ["warning", "breach"] },
    ]);
    expect(told(scene.pass(DAY)).at(-1)).toEqual({ to: LEAD.id, lines: ["breach"] });
    const warned = opened(steps, "1h", { warnings: [{ before: "15m" }, { before: "5m" }] }).pass(61 * MINUTE);
    expect(told(warned)).toEqual([
      { to: LEAD.id, lines: ["warning"] },
      { to: LEAD.id, lines: ["breach"] },
    ]);
  });

  test("tells what counts opening hours in opening hours, and what counts every hour at its end", () => {
    const toldAt = (clock: "business" | "wall"): number[] => {
      const steps: Steps = ["10m", "20m"].map((after) => ({
        at: "breach",
        after,
        clock,
        actions: [{ notify: "lead" }],
      }));
      const scene = opened(steps, "8h", { calendar: "office" }).pass(4 * DAY);
      return scene.of("escalation_notices_merged").map(({ at }) => (at - NOON) / MINUTE);
    };
    expect(toldAt("wall")).toEqual([70 + 8 * 60]);
    // Tuesday at nine in Berlin.
    expect(toldAt("business")).toEqual([20 * 60]);
  });

  test("tells the rest also when the promise was kept meanwhile, and says so", () => {
    const scene = opened(insisting, "1h")
      .at(85 * MINUTE, answer)
      .pass(DAY);
    const merged = effects(scene.events, scene.policy).filter(({ kind }) => kind.endsWith("_notice"));
    const last = merged.at(-1)!;
    expect(last).toMatchObject({ notice: { code: "sla", lines: [{ moment: "overdue", kept: true }] } });
  });

  test("lets the steps of one moment go together", () => {
    const scene = opened([{ at: "breach", actions: [{ notify: "lead" }, { note: "topic" }] }], "1h").pass(
      DAY,
    );
    expect(log(scene).slice(2)).toEqual([`60 notify lead: done ${LEAD.id}`, "60 note topic: done"]);
  });
});

describe("a priority that an escalation raises", () => {
  const targets = {
    normal: { firstResponse: "1h", nextResponse: "1h", resolution: "8h" },
    high: { firstResponse: "30m", nextResponse: "30m", resolution: "4h" },
    urgent: { firstResponse: "10m", nextResponse: "10m", resolution: "90m" },
  };
  const raises: Steps = [
    { at: "breach", actions: [{ priority: "high" }] },
    { at: "breach", after: "10m", actions: [{ priority: "urgent" }] },
  ];
  const dues = ({ ticket, policy }: SlaScene): [string, number][] =>
    clocksOf(ticket!, policy.sla.policyFor(ticket!)!).map(({ metric, due }) => [
      metric,
      due.kind === "at" ? (due.at - NOON) / MINUTE : -1,
    ]);

  test("moves no promise that runs, and what begins later is promised by it", () => {
    const scene = opened(raises, "0s", { targets, warnings: [] }).pass(2 * HOUR);
    expect(scene.ticket).toMatchObject({ priority: "urgent" });
    expect(dues(scene)).toEqual([
      ["firstResponse", 60],
      ["resolution", 480],
    ]);
    scene.at(130 * MINUTE, answer).at(140 * MINUTE, wrote());
    expect(dues(scene)).toContainEqual(["nextResponse", 150]);
  });

  test("gives way to a priority chosen by hand", () => {
    const scene = opened(raises, "0s", { targets, warnings: [] })
      .pass(2 * HOUR)
      .at(121 * MINUTE, { type: "agent_prioritised", by: OLGA, priority: "high" });
    expect(dues(scene)).toContainEqual(["resolution", 240]);
  });
});

describe("taking a ticket over", () => {
  test("gives it to the least loaded senior with room", () => {
    const scene = opened([{ at: "breach", actions: [{ reassign: "senior" }] }]).at(MINUTE, claim);
    scene.loads = new Map([[SENIOR.id, 1]]);
    scene.pass(DAY);
    expect(scene.ticket).toMatchObject({ assignee: SENIOR, status: "in_progress" });
    expect(scene.of("ticket_assigned")).toMatchObject([
      { note: { reason: "taken_over", from: "Olga" }, at: NOON + HOUR },
    ]);
  });

  test("takes it from an agent who claimed and did not answer, and gives it to another", () => {
    const scene = opened([{ at: "breach", actions: [{ reassign: "other" }] }])
      .at(MINUTE, claim)
      .pass(DAY);
    expect(scene.ticket?.assignee).toEqual({ id: BORIS.id, name: "Boris" });
  });

  test("skips agents who are away, have declined it or lack what the ticket itself requires", () => {
    const steps: Parameters<typeof opened>[0] = [{ at: "breach", actions: [{ reassign: "other" }] }];
    const away = opened(steps).at(MINUTE, claim);
    away.away.add(BORIS.id);
    expect(away.pass(DAY).ticket?.assignee).toEqual(SENIOR);

    const declined = opened(steps)
      .at(MINUTE, { ...claim, by: BORIS })
      .at(2 * MINUTE, { type: "agent_declined", by: BORIS })
      .at(3 * MINUTE, claim);
    expect(declined.pass(DAY).ticket?.assignee).toEqual(SENIOR);

    const profile = { ...NO_PROFILE, requireSkills: { chess: 1 } };
    const demanding = opened(steps)
      .at(MINUTE, {
        type: "enrichment_answered",
        profile,
        ignored: [],
        latencyMs: 1,
        cached: false,
        stale: false,
      })
      .at(2 * MINUTE, claim)
      .pass(DAY);
    expect(demanding.ticket?.assignee).toEqual({ id: OLGA.id, name: "Olga" });
  });

  test("tells the leads if no agent is free", () => {
    const scene = opened([{ at: "breach", actions: [{ reassign: "senior" }] }]);
    scene.loads = new Map([[SENIOR.id, 2]]);
    scene.pass(DAY);
    expect(scene.ticket?.assignee).toBeNull();
    expect(log(scene)).toContain(`60 reassign senior: nobody ${LEAD.id}`);
    expect(told(scene)).toEqual([{ to: LEAD.id, lines: ["breach"] }]);
  });
});

describe("reminders", () => {
  const snooze = {
    type: "agent_snoozed",
    by: OLGA,
    agent: OLGA,
    remindAt: NOON + 2 * HOUR,
    reason: "the parcel",
  } as const;

  test("come when they were asked for, one for each agent, the latest", () => {
    const scene = opened([], "0s", { targets: { normal: {} } })
      .at(MINUTE, { ...snooze, remindAt: NOON + HOUR })
      .at(2 * MINUTE, snooze)
      .at(3 * MINUTE, { ...snooze, by: BORIS, agent: BORIS, remindAt: NOON + HOUR })
      .pass(DAY);
    expect(
      scene.of("reminder_due").map(({ at, agent, reason }) => [(at - NOON) / HOUR, agent, reason]),
    ).toEqual([
      [1, BORIS.id, "the parcel"],
      [2, OLGA.id, "the parcel"],
    ]);
  });

  test("can be taken back, and go with the ticket when it is closed", () => {
    expect(
      opened([])
        .at(MINUTE, snooze)
        .at(2 * MINUTE, { ...snooze, remindAt: null })
        .pass(DAY)
        .of("reminder_due"),
    ).toEqual([]);
    expect(
      opened([])
        .at(MINUTE, snooze)
        .at(2 * MINUTE, { type: "agent_closed", by: OLGA })
        .pass(DAY)
        .of("reminder_due"),
    ).toEqual([]);
  });

  test("are refused in the past and too far ahead", () => {
    const decided = (remindAt: number) => opened([]).at(MINUTE, { ...snooze, remindAt }).decision;
    expect(decided(NOON)).toEqual({ refused: { code: "reminder.past" } });
    expect(decided(NOON + 91 * DAY)).toEqual({ refused: { code: "reminder.too_far", maxMs: 90 * DAY } });
  });
});

describe("escalating by hand", () => {
  test("tells the leads and the topic, once however often it is asked", () => {
    const scene = opened([]).at(MINUTE, { type: "agent_escalated", by: OLGA, note: "help" });
    expect(scene.ticket?.status).toBe("escalated");
    expect(effects(scene.events, scene.policy)).toContainEqual({
      kind: "agent_notice",
      agent: LEAD,
      notice: { code: "ticket.escalated", by: OLGA, note: "help" },
    });
    scene
      .at(2 * MINUTE, { type: "agent_escalated", by: BORIS })
      .thenAlready({ code: "ticket.already_escalated", by: OLGA });
  });
});

/* Events do not depend on when the desk looked: the same history gives the same events. */

const FULL: Steps = [
  { at: "warning", actions: [{ notify: "assignee" }, { note: "topic" }] },
  { at: "breach", actions: [{ note: "topic" }, { reassign: "other" }, { webhook: "hook" }] },
  { at: "breach", after: "7m", clock: "wall", actions: [{ notify: "lead" }, { priority: "urgent" }] },
  {
    at: "breach",
    after: "40m",
    metric: "firstResponse",
    actions: [{ status: "escalated" }, { reassign: "senior" }],
  },
  { at: "breach", after: "3h", actions: [{ notify: "lead" }] },
];
const BUSY: Parameters<typeof deskWith>[0] = {
  calendar: "office",
  targets: {
    urgent: { firstResponse: "10m", nextResponse: "5m", resolution: "2h" },
    normal: { firstResponse: "1h", nextResponse: "30m", resolution: "8h" },
  },
  warnings: [{ before: "20m" }, { before: "10m", clock: "wall" }],
  pauseResolutionWhile: ["waiting"],
};

const act = fc.constantFrom<TicketCommand>(
  wrote(),
  wrote({ gratitude: true }),
  answer,
  claim,
  { type: "agent_unclaimed", by: OLGA, lead: true },
  { type: "agent_noted", by: OLGA, text: "x" },
  { type: "agent_resolved", by: OLGA },
  { type: "agent_reopened", by: BORIS },
  { type: "agent_closed", by: OLGA },
  { type: "agent_prioritised", by: OLGA, priority: "urgent" },
  { type: "agent_prioritised", by: OLGA, priority: "normal" },
  { type: "agent_snoozed", by: OLGA, agent: OLGA, remindAt: NOON + 5 * HOUR },
  { type: "agent_escalated", by: BORIS },
);
const history = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 * HOUR }), act), { maxLength: 12 });

/** Plays a history, and lets time advance whenever `looks` says, in ms since 1970. */
function played(
  policy: Policy,
  acts: readonly (readonly [number, TicketCommand])[],
  looks: readonly number[],
): TicketEvent[] {
  const events: TicketEvent[] = [];
  let ticket: Ticket | null = null;
  const run = (command: TicketCommand, now: number): number => {
    const decision = decide(command, ticket, policy, now);
    if (!("events" in decision)) return 0;
    events.push(...decision.events);
    ticket = decision.events.reduce<Ticket | null>(evolve, ticket);
    return decision.events.length;
  };
  // As the object does it: what time has done comes before whatever else happens.
  const advance = (now: number): void => {
    for (;;) {
      const due = ticket === null ? null : dueAt(ticket, policy);
      if (due === null || due > now) return;
      if (run({ type: "clock_struck", team: NO_TEAM }, now) === 0)
        throw new Error("due, and nothing happens");
    }
  };
  let now = NOON;
  const all = [
    ...acts.map(([after, command]) => ({ at: (now += after), command })),
    ...looks.map((at) => ({ at, command: null })),
  ].sort((a, b) => a.at - b.at);
  run(wrote(), NOON);
  for (const { at, command } of all) {
    advance(at);
    if (command !== null) run(command, at);
  }
  advance(now + 30 * DAY);
  return events;
}

test("each second, each hour or once after a week: the same events", { timeout: 60_000 }, () => {
  const policies = ["0s", "30m"].map((cooldown) => deskWith(BUSY, { steps: FULL, cooldown }));
  fc.assert(
    fc.property(history, fc.constantFrom(...policies), (acts, policy) => {
      const end = NOON + 7 * DAY;
      const every = (ms: number): number[] =>
        Array.from({ length: Math.floor((end - NOON) / ms) }, (_, index) => NOON + (index + 1) * ms);
      const once = played(policy, acts, []);
      expect(played(policy, acts, every(HOUR))).toEqual(once);
      expect(played(policy, acts, every(17 * MINUTE + 1))).toEqual(once);
    }),
    { numRuns: 150 },
  );
});

test("every second of a day, around everything that is due: the same events", { timeout: 60_000 }, () => {
  const policy = deskWith(BUSY, { steps: FULL, cooldown: "30m" });
  const acts = [
    [5 * MINUTE, claim],
    [3 * HOUR, answer],
    [MINUTE, wrote()],
  ] as const;
  const seconds = Array.from({ length: 86_400 }, (_, index) => NOON + index * 1_000);
  expect(played(policy, acts, seconds)).toEqual(played(policy, acts, []));
});

test("no moment of a clock happens twice, and times never go back", () => {
  fc.assert(
    fc.property(history, (acts) => {
      const events = played(deskWith(BUSY, { steps: FULL, cooldown: "30m" }), acts, []);
      const moments = events.flatMap((event) =>
        "moment" in event && event.type !== "escalation_taken"
          ? [`${event.metric}#${event.instance} ${event.moment} ${event.offsetMs} ${event.clock}`]
          : [],
      );
      expect(new Set(moments).size).toBe(moments.length);
      expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
    }),
    { numRuns: 200 },
  );
});
