import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import product from "../../src/index.ts";
import type { Customer, Member } from "../../src/sandbox/telegram/client.ts";
import { isService, MORNING, Stage, texts } from "../support/stage.ts";

/* Clocks and escalation in the real runtime: Friday 10:00 in Berlin, where the office is open till 15:00. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: Stage;
let ada: Customer;

/** The example's standard policy: an answer in two hours, a warning half an hour before, the ladder of the example. */
async function open(config?: (config: ConfigInput) => void): Promise<void> {
  stage = await Stage.open(config === undefined ? {} : { config });
  ada = await stage.customer({ firstName: "Ada" });
  await ada.write("My printer burns");
  await stage.settle(10_000);
}

beforeEach(() => open());
afterEach(() => stage.settle(0));

interface Event {
  type: string;
  at: string;
  notedAt: string | null;
  data: Record<string, unknown>;
}

async function happened(ref = "SUP-1"): Promise<Event[]> {
  const { items } = await stage.get<{ items: Event[] }>(`/api/v1/tickets/${ref}/events?limit=200`);
  return items;
}

async function of(...types: string[]): Promise<Event[]> {
  return (await happened()).filter(({ type }) => types.includes(type));
}

const at = (minutes: number): string => new Date(MORNING + minutes * MINUTE).toISOString();

async function privately(member: Member): Promise<string[]> {
  return texts(await stage.telegram.messages(member.id));
}

/** An agent opens the bot's private chat, so that it may write to them. */
async function starts({ id, profile }: Member): Promise<void> {
  const person = await stage.telegram.customer({ id, firstName: profile.first_name });
  await person.start();
  await stage.settle(5_000);
}

async function says(member: Member, line: string): Promise<string> {
  const topic = await stage.topic("SUP-1");
  await member.write(topic.id, line);
  await stage.settle(5_000);
  const messages = await member.messages({ threadId: topic.id });
  return texts(messages.filter((message) => !isService(message))).at(-1) ?? "";
}

describe("what people see", () => {
  test("the customer reads when to expect an answer, in the desk's own hours", async () => {
    expect(texts(await ada.messages()).at(-1)).toContain("We'll reply here by 12:00 today (Berlin time).");
    await stage.moveTo(MORNING + 4 * HOUR);
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("Mine too");
    await stage.settle();
    // One hour is left today; the other is Monday's first.
    expect(texts(await bob.messages()).at(-1)).toContain("We'll reply here by Monday, 10:00 (Berlin time).");
  });

  test("the card shows what is due next, and how that stands", async () => {
    const line = async (): Promise<string | undefined> =>
      (await stage.card("SUP-1")).text?.split("\n").find((one) => /due:|paused/.test(one));
    expect(await line()).toBe("First response due: 2026-11-20 12:00 (Berlin time) · in time");
    await stage.pass(95 * MINUTE);
    expect(await line()).toBe("First response due: 2026-11-20 12:00 (Berlin time) · ⚠️ at risk");
    await stage.pass(30 * MINUTE);
    expect(await line()).toBe("First response due: 2026-11-20 12:00 (Berlin time) · 🔴 breached");
    await stage.olga.write((await stage.topic("SUP-1")).id, "We are on it");
    await stage.settle();
    // When it must be solved moves with every turn: `/sla` tells it.
    expect(await line()).toBeUndefined();
    expect(await says(stage.olga, "/sla")).toContain("Resolution: ⏸ paused, waiting for the customer");
  });

  test("/sla tells every promise and what comes next; /overdue what is late or at risk", async () => {
    expect(await says(stage.olga, "/sla")).toContain(
      "First response due: 2026-11-20 12:00 (Berlin time) · in time",
    );
    expect(await says(stage.olga, "/sla")).toContain(
      "Next: 2026-11-20 11:30 (Berlin time), a warning is posted here",
    );
    expect(await says(stage.olga, "/overdue")).toBe("☕️ Nothing is late or at risk.");
    await stage.pass(3 * HOUR);
    expect(await says(stage.olga, "/overdue")).toContain("🔴 breached · SUP-1 · ");
  });

  test("/snooze reminds the one who asked, in private or by a mention in the topic", async () => {
    expect(await says(stage.olga, "/snooze")).toContain("Remind you when? /snooze 2h");
    expect(await says(stage.olga, "/snooze 30m the parcel")).toContain("You'll get a reminder in 30 minutes");
    await stage.pass(31 * MINUTE);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("🔔 Senior billing: ⏰ Your reminder: the parcel");
    await starts(stage.boris);
    await says(stage.boris, "/snooze 30m");
    await stage.pass(31 * MINUTE);
    expect((await privately(stage.boris)).at(-1)).toBe("SUP-1 · My printer burns\n⏰ Your reminder.");
    await says(stage.olga, "/snooze 1d");
    expect(await says(stage.olga, "/snooze off")).toContain("Reminder cancelled.");
  });

  test("/escalate shows it, tells the leads, and twice is once", async () => {
    await starts(stage.lead);
    await says(stage.olga, "/escalate too hot for me");
    expect((await stage.card("SUP-1")).text).toContain("SUP-1 · Escalated");
    expect((await privately(stage.lead)).at(-1)).toContain("🔥 Escalated by Senior billing: too hot for me");
    expect(await says(stage.olga, "/escalate")).toContain("SUP-1 was escalated by Senior billing on");
  });
});

describe("a promise that is not kept", () => {
  test("goes up the ladder of the configuration, step by step", async () => {
    await starts(stage.boris);
    await says(stage.boris, "/claim");
    await stage.pass(3 * HOUR);
    const steps = (
      await of("sla_warned", "sla_breached", "sla_overdue", "escalation_taken", "ticket_assigned")
    ).map(({ type, at: when, data }) => [type, when, data["result"] ?? ""]);
    expect(steps).toEqual([
      ["sla_warned", at(90), ""],
      ["escalation_taken", at(90), "done"],
      ["sla_breached", at(120), ""],
      ["escalation_taken", at(120), "done"],
      ["escalation_taken", at(120), "done"],
      ["ticket_assigned", at(120), ""],
      ["escalation_taken", at(120), "done"],
      // Lunch is from 12:30 to 13:00: half an hour after the breach is 12:30, when the office closes for it.
      ["sla_overdue", at(150), ""],
      ["escalation_taken", at(150), "done"],
      ["escalation_taken", at(150), "done"],
    ]);
    expect(await privately(stage.boris)).toContain(
      "SUP-1 · My printer burns\n⏳ First response due in 30 minutes (2026-11-20 12:00 (Berlin time))",
    );
    expect(texts(await stage.inTopic("SUP-1")).join("\n")).toContain(
      "🔴 First response overdue: was due 2026-11-20 12:00 (Berlin time)",
    );
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({
      assignee: { id: 9002, name: "Senior billing" },
      priority: "urgent",
    });
  });

  test("is written down when it was due, and marked late, where the desk was away", async () => {
    await starts(stage.lead);
    await stage.moveTo(MORNING + 150 * MINUTE + 10 * MINUTE);
    await stage.settleNow();
    await stage.settle();
    const breached = (await of("sla_breached"))[0];
    expect(breached).toMatchObject({ at: at(120), notedAt: at(160) });
    expect((await privately(stage.lead)).at(-1)).toContain("late notice: the desk was offline");
  });

  test("reaches the record: the deadline, and when time alone changes the ticket next", async () => {
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({
      nextChangeAt: new Date(MORNING + 90 * MINUTE + 1).toISOString(),
      dueAt: new Date(MORNING + 120 * MINUTE).toISOString(),
    });
    await stage.pass(91 * MINUTE);
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({
      nextChangeAt: new Date(MORNING + 120 * MINUTE + 1).toISOString(),
      dueAt: new Date(MORNING + 120 * MINUTE).toISOString(),
    });
  });
});

describe("what is due is done once, by the alarm or by Cron", () => {
  const stub = () => stage.groupStub();
  const cron = (): Promise<void> =>
    product.scheduled({ scheduledTime: stage.now } as ScheduledController, env);

  test("Cron alone suffices", async () => {
    await stage.moveTo(MORNING + 121 * MINUTE);
    await cron();
    expect(await stub().sweep()).toEqual({ tickets: 0, steps: 0 });
    await stage.settle(0);
    expect((await of("sla_warned", "sla_breached")).map(({ type }) => type)).toEqual([
      "sla_warned",
      "sla_breached",
    ]);
  });

  test("the alarm alone suffices", async () => {
    await stage.moveTo(MORNING + 121 * MINUTE);
    await runDurableObjectAlarm(stub());
    await stage.settle(0);
    expect(await of("sla_breached")).toHaveLength(1);
  });

  test("both at once, and again and again, act once", async () => {
    await stage.moveTo(MORNING + 121 * MINUTE);
    await Promise.all([
      runDurableObjectAlarm(stub()),
      stage.api("POST", "/api/v1/sla/sweep"),
      cron(),
      stub().sweep(),
      stage.olga.write((await stage.topic("SUP-1")).id, "/note busy"),
      stub().sweep(),
    ]);
    await stage.settle();
    expect((await of("sla_warned", "sla_breached")).map(({ type }) => type)).toEqual([
      "sla_warned",
      "sla_breached",
    ]);
    expect(await of("escalation_taken")).toHaveLength(4);
    expect(await (await stage.api("POST", "/api/v1/sla/sweep")).json()).toMatchObject({
      tickets: 0,
      steps: 0,
    });
  });
});

describe("a changed configuration", () => {
  test("moves what is due by the ticket's own history, and what it makes late is late since the change", async () => {
    await stage.pass(30 * MINUTE);
    for (const policy of stage.config.slaPolicies!) policy.targets.normal = { firstResponse: "10m" };
    const changedAt = new Date(stage.now).toISOString();
    await stage.configure();
    await stage.settle(5_000);
    expect(await of("sla_breached")).toMatchObject([{ at: changedAt, data: { dueAt: at(10) } }]);
  });

  test("leaves alone what does not concern time", async () => {
    const before = await stage.get("/api/v1/tickets/SUP-1");
    stage.config.webhooks = [];
    stage.config.escalationPolicies![0].steps[1].actions = [{ note: "topic" }];
    await stage.configure();
    await stage.settle(5_000);
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({
      due: before["due"],
      nextChangeAt: before["nextChangeAt"],
    });
  });
});

describe("a queue that grows too deep", () => {
  beforeEach(() =>
    open((config) => {
      config.queues[0].depthAlert = { unassigned: 2, cooldown: "30m" };
    }),
  );

  async function newTicket(): Promise<void> {
    await (await stage.customer()).write("Help");
    await stage.settle(5_000);
  }

  test("tells the leads once, then when it is over, and keeps the cooldown", async () => {
    await starts(stage.lead);
    const said = async (): Promise<string[]> =>
      (await privately(stage.lead)).filter((text) => text.includes("unclaimed tickets"));
    await newTicket();
    expect(await said()).toEqual([]);
    await newTicket();
    await newTicket();
    expect(await said()).toEqual(["📈 general: 3 unclaimed tickets (limit 2). /queue lists them."]);
    for (const ref of ["SUP-1", "SUP-2"]) await stage.olga.write((await stage.topic(ref)).id, "/claim");
    await stage.settle(5_000);
    expect((await said()).at(-1)).toBe("📉 general: back to 2 unclaimed tickets (limit 2).");

    await newTicket();
    expect(await said()).toHaveLength(2);
    await stage.pass(30 * MINUTE);
    expect((await said()).at(-1)).toContain("general: 3 unclaimed tickets");
    expect(await said()).toHaveLength(3);
  });

  test("is told to the whole group if no lead can be reached", async () => {
    await newTicket();
    await newTicket();
    const general = texts(await stage.group.messages({ threadId: null }));
    expect(general.at(-1)).toContain("general: 3 unclaimed tickets");
  });
});

test("an answer counts from when it was written, however late Telegram brings it", async () => {
  await stage.moveTo(MORNING + 119 * MINUTE);
  await stage.olga.write((await stage.topic("SUP-1")).id, "In time");
  await stage.moveTo(MORNING + 130 * MINUTE);
  await stage.deliver();
  await stage.settle(5_000);
  expect(await of("sla_breached")).toEqual([]);
  expect(await of("ticket_answered")).toMatchObject([
    { at: at(119), notedAt: at(130), data: { clocks: [{ metric: "firstResponse", met: true }] } },
  ]);
});
