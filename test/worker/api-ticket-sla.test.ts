import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { project } from "../../src/record/projection.ts";
import { exampleDesk } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { MORNING, Stage } from "../support/stage.ts";
import { emptyBatch, NOON, opened, states } from "../support/tickets.ts";

test("nothing is swept while there is no configuration", async () => {
  await emptyRecord();
  const desk = new HttpDesk();
  const answer = await desk.send("POST", "/api/v1/sla/sweep");
  expect(await answer.json()).toEqual({
    at: expect.any(String),
    groups: [],
    tickets: 0,
    steps: 0,
    unreachableGroups: [],
  });
  expect([...desk.groups.touched]).toEqual([]);
});

interface TicketSla {
  ref: string;
  at: string;
  policy: Record<string, unknown> | null;
  clocks: {
    metric: string;
    instance: number;
    state: string;
    startedAt: string;
    targetSeconds: number;
    dueAt: string | null;
    endedAt: string | null;
    elapsedSeconds: number;
    pausedBecause: string | null;
    segments: { from: string; to: string | null; kind: string; reason: string }[];
    truncated: boolean;
  }[];
  escalations: {
    past: { n: number; type: string; at: string; notedAt: string | null; data: Record<string, unknown> }[];
    planned: {
      metric: string;
      instance: number;
      moment: string;
      offsetSeconds: number;
      clock: string;
      dueAt: string;
      at: string;
      step: number | null;
      actions: unknown[];
    }[];
  };
}

const MINUTE = 60_000;

const HOUR = 60 * MINUTE;

// Friday, 10:00 in Berlin; the office closes at 15:00. Two hours for a first answer, four for the next, 24 in all.
describe("the clocks of a live ticket", () => {
  let stage: Stage;
  let ada: Awaited<ReturnType<Stage["customer"]>>;
  beforeEach(async () => {
    const { url } = new Endpoint();
    stage = await Stage.open({ config: ({ webhooks }) => void (webhooks![0].url = url) });
    ada = await stage.customer();
    await ada.write("My printer burns");
    await stage.settle(10_000);
  });

  const sla = (ref = "SUP-1"): Promise<TicketSla> => stage.get<TicketSla>(`/api/v1/tickets/${ref}/sla`);
  const standing = async (): Promise<string[]> =>
    (await sla()).clocks.map(({ metric, instance, state }) => `${metric} ${instance} ${state}`);
  const until = (minutes: number): Promise<void> => stage.pass(MORNING + minutes * MINUTE - stage.now);
  const at = (minutes: number): string => new Date(MORNING + minutes * MINUTE).toISOString();
  async function olga(line: string): Promise<void> {
    await stage.olga.write((await stage.topic("SUP-1")).id, line);
    await stage.settle(5_000);
  }

  test("are shown with the policy, what counts, and what will be done without an answer", async () => {
    expect(await sla()).toEqual({
      ref: "SUP-1",
      at: new Date(stage.now).toISOString(),
      policy: { id: "standard", calendar: "office", timeZone: "Europe/Berlin", escalation: "ladder" },
      clocks: [
        {
          metric: "firstResponse",
          instance: 1,
          state: "healthy",
          startedAt: at(0),
          targetSeconds: 7_200,
          dueAt: at(120),
          endedAt: null,
          elapsedSeconds: (stage.now - MORNING) / 1_000,
          pausedBecause: null,
          segments: [{ from: at(0), to: at(120), kind: "counted", reason: "fri 09:00-15:00" }],
          truncated: false,
        },
        expect.objectContaining({
          metric: "resolution",
          instance: 1,
          state: "healthy",
          targetSeconds: 86_400,
        }),
      ],
      escalations: {
        past: [],
        planned: [
          {
            metric: "firstResponse",
            instance: 1,
            moment: "warning",
            offsetSeconds: 1_800,
            clock: "business",
            dueAt: at(120),
            at: at(90),
            step: 0,
            actions: [{ notify: "assignee" }],
          },
          {
            metric: "firstResponse",
            instance: 1,
            moment: "breach",
            offsetSeconds: 0,
            clock: "business",
            dueAt: at(120),
            at: at(120),
            step: 1,
            actions: [{ note: "topic" }, { reassign: "senior" }, { webhook: "queue-manager" }],
          },
          {
            metric: "firstResponse",
            instance: 1,
            moment: "overdue",
            offsetSeconds: 1_800,
            clock: "business",
            dueAt: at(120),
            at: at(150),
            step: 2,
            actions: [{ notify: "lead" }, { priority: "urgent" }],
          },
          ...["warning", "breach", "overdue"].map(
            (moment) => expect.objectContaining({ metric: "resolution", moment }) as never,
          ),
        ],
      },
    });
  });

  test("go from healthy over at risk and breached to met late", async () => {
    const seen: string[] = [];
    for (const minutes of [89, 90, 120, 121]) {
      await until(minutes);
      seen.push((await standing())[0]);
    }
    await olga("Have you tried water?");
    seen.push((await standing())[0]);
    expect(seen).toEqual(
      ["healthy", "at_risk", "at_risk", "breached", "met_late"].map((state) => `firstResponse 1 ${state}`),
    );
    const [first] = (await sla()).clocks;
    expect(first).toMatchObject({ dueAt: at(120), endedAt: at(121), elapsedSeconds: 121 * 60 });
  });

  test("are met by an answer at the due instant itself", async () => {
    await until(120);
    await olga("Have you tried water?");
    expect((await standing())[0]).toBe("firstResponse 1 met");
  });

  test("tell what was done, when it was due, and no longer plan it", async () => {
    await until(125);
    const { past, planned } = (await sla()).escalations;
    expect(
      past.map(({ type, at: due, data }) => [type, due, data["action"] ?? null, data["result"] ?? null]),
    ).toEqual([
      ["sla_warned", at(90), null, null],
      ["escalation_taken", at(90), { notify: "assignee" }, "nobody"],
      ["sla_breached", at(120), null, null],
      ["escalation_taken", at(120), { note: "topic" }, "done"],
      ["escalation_taken", at(120), { reassign: "senior" }, "done"],
      ["escalation_taken", at(120), { webhook: "queue-manager" }, "done"],
    ]);
    expect(past[3]?.data).toMatchObject({
      metric: "firstResponse",
      instance: 1,
      moment: "breach",
      dueAt: at(120),
      policy: "ladder",
      step: 1,
      agents: [],
    });
    expect(past[4]?.data).toMatchObject({ agents: [{ id: 9002, name: "Senior billing" }] });
    expect(planned[0]).toMatchObject({ metric: "firstResponse", moment: "overdue", at: at(150), step: 2 });
  });

  test("late steps are there at the first look, stamped with when they were due", async () => {
    await stage.moveTo(MORNING + 125 * MINUTE);
    const { past } = (await sla()).escalations;
    expect(past[0]).toMatchObject({ type: "sla_warned", at: at(90), notedAt: at(125) });
    expect(past.map(({ type }) => type).filter((type) => type === "sla_breached")).toHaveLength(1);
    await stage.settleNow();
    expect((await sla()).escalations.past).toHaveLength(past.length);
  });

  test("each turn of the customer has a clock of its own, from their first unanswered message", async () => {
    await until(10);
    await olga("Have you tried water?");
    await until(20);
    await ada.write("It still burns");
    await stage.settle(5_000);
    await until(30);
    await ada.write("Hello?");
    await stage.settle(5_000);
    await until(40);
    await olga("More water!");
    await until(50);
    await ada.write("It helped a little");
    await stage.settle(5_000);
    const turns = (await sla()).clocks.filter(({ metric }) => metric === "nextResponse");
    expect(
      turns.map(({ instance, state, startedAt, dueAt, endedAt }) => [
        instance,
        state,
        startedAt,
        dueAt,
        endedAt,
      ]),
    ).toEqual([
      [1, "met", at(20), at(260), at(40)],
      [2, "healthy", at(50), at(290), null],
    ]);
    expect(turns[0]).toMatchObject({ elapsedSeconds: 20 * 60, targetSeconds: 4 * 3_600 });
  });

  test("are kept by no note, no edit and nothing that the desk says by itself", async () => {
    await until(10);
    await olga("// they mean the laser one");
    await olga("/claim");
    const asked = (await ada.messages()).find(({ text }) => text === "My printer burns")!;
    await ada.edit(asked.message_id, "My laser printer burns");
    await stage.settle(5_000);
    const said = (await ada.messages()).filter(({ from }) => from?.is_bot === true);
    expect(said).not.toEqual([]);
    expect((await sla()).clocks[0]).toMatchObject({
      metric: "firstResponse",
      startedAt: at(0),
      dueAt: at(120),
      endedAt: null,
    });
  });

  test("an answer that was never given is owed again, on the same clock, when an agent reopens the ticket", async () => {
    await until(10);
    await olga("Have you tried water?");
    await until(20);
    await ada.write("It still burns");
    await stage.settle(5_000);
    await until(30);
    await olga("/resolve");
    expect(await standing()).toContain("nextResponse 1 met");
    await until(50);
    await olga("/reopen");
    expect(await standing()).toEqual([
      "firstResponse 1 met",
      "nextResponse 1 healthy",
      "resolution 1 healthy",
    ]);
    await until(60);
    await olga("More water!");
    const turn = (await sla()).clocks.find(({ metric }) => metric === "nextResponse")!;
    expect(turn).toMatchObject({ state: "met", dueAt: at(280), endedAt: at(60), elapsedSeconds: 20 * 60 });
    expect(turn.segments.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["counted", at(20), at(30)],
      ["paused", at(30), at(50)],
      ["counted", at(50), at(60)],
    ]);
  });

  test("stand still while the customer has the turn, and tell why", async () => {
    await until(10);
    await olga("Have you tried water?");
    await until(60);
    const resolution = (await sla()).clocks.find(({ metric }) => metric === "resolution")!;
    expect(resolution).toMatchObject({
      state: "healthy",
      dueAt: null,
      elapsedSeconds: 600,
      pausedBecause: "waiting for the customer",
      segments: [
        { from: at(0), to: at(10), kind: "counted", reason: "fri 09:00-15:00" },
        { from: at(10), to: null, kind: "paused", reason: "waiting for the customer" },
      ],
    });
    expect((await sla()).escalations.planned).toEqual([]);
    await ada.write("It still burns");
    await stage.settle(5_000);
    const running = (await sla()).clocks.find(({ metric }) => metric === "resolution")!;
    expect(running.pausedBecause).toBeNull();
    expect(running.segments.slice(0, 3).map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["counted", at(0), at(10)],
      ["paused", at(10), at(60)],
      ["counted", at(60), at(300)],
    ]);
  });

  test("end with the ticket", async () => {
    await until(30);
    await olga("/resolve new toner");
    const { clocks, escalations } = await sla();
    expect(clocks.map(({ metric, state, endedAt }) => [metric, state, endedAt])).toEqual([
      ["firstResponse", "met", at(30)],
      ["resolution", "met", at(30)],
    ]);
    expect(escalations.planned).toEqual([]);
  });

  test("are none where the desk promises nothing", async () => {
    stage.config.tiers = {};
    stage.config.routing.rules = [];
    await stage.configure();
    expect(await sla()).toMatchObject({ policy: null, clocks: [], escalations: { past: [], planned: [] } });
  });

  test("are found by the reference in whatever case, and are a 404 for an unknown ticket", async () => {
    expect((await sla("sup-1")).ref).toBe("SUP-1");
    const answer = await stage.api("GET", "/api/v1/tickets/SUP-2/sla");
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("ticket.not_found");
  });

  interface Sweep {
    at: string;
    groups: { group: string; tickets: number; steps: number }[];
    tickets: number;
    steps: number;
    unreachableGroups: string[];
  }
  const sweep = async (): Promise<Sweep> => (await stage.api("POST", "/api/v1/sla/sweep")).json();

  test("a sweep does what is due, tells what it did, and does it once", async () => {
    expect(await sweep()).toMatchObject({ groups: [], tickets: 0, steps: 0 });
    await stage.moveTo(MORNING + 125 * MINUTE);
    // Warned, without a recipient; breached, with three actions, of which one hands the ticket over.
    const did = { groups: [{ group: "main", tickets: 1, steps: 7 }], tickets: 1, steps: 7 };
    expect(await sweep()).toEqual({ at: at(125), ...did, unreachableGroups: [] });
    expect(await sweep()).toMatchObject({ tickets: 0, steps: 0, unreachableGroups: [] });
    await stage.settleNow();
    expect(await sweep()).toEqual({ at: at(125), groups: [], tickets: 0, steps: 0, unreachableGroups: [] });
    expect((await sla()).escalations.past).toHaveLength(6);
  });
});

describe("while a group does not answer", () => {
  const DUE = NOON + HOUR;
  let desk: HttpDesk;
  beforeEach(async () => {
    await emptyRecord();
    desk = new HttpDesk();
    await desk.put(exampleDesk());
    for (const group of ["main", "vip"]) {
      const [ticket] = states([opened(1, { group })]);
      await project(env.DB, {
        ...emptyBatch({ group }),
        tickets: [{ ticket, dueAt: DUE - 365 * 24 * HOUR }],
      });
    }
  });

  test("a sweep names it, and wakes the others", async () => {
    desk.groups.down.add("main");
    const answer = await desk.send("POST", "/api/v1/sla/sweep");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      groups: [{ group: "vip", tickets: 1, steps: 2 }],
      tickets: 1,
      steps: 2,
      unreachableGroups: ["main"],
    });
  });

  test("the clocks of its tickets are unknown", async () => {
    desk.groups.down.add("main");
    const answer = await desk.get("/api/v1/tickets/SUP-1/sla");
    expect(answer.status).toBe(503);
    expect(await codeOf(answer)).toBe("group.unreachable");
  });

  test("a ticket that only the record knows has none", async () => {
    const answer = await desk.get("/api/v1/tickets/SUP-1/sla");
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("ticket.not_found");
  });

  test("the answer says that the record does not answer", async () => {
    desk.d1.state = "failing";
    for (const answer of [
      await desk.send("POST", "/api/v1/sla/sweep"),
      await desk.get("/api/v1/tickets/SUP-1/sla"),
    ]) {
      expect(answer.status).toBe(503);
      expect(await codeOf(answer)).toBe("record.unreachable");
    }
  });
});
