import { beforeEach, describe, expect, test } from "vitest";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage, texts } from "../support/stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let stage: Stage;
let ada: Customer;

interface Seen {
  openedAt: string;
  awaitingSince: string | null;
}

async function ticket(ref = "SUP-1"): Promise<Seen> {
  return stage.get<Seen>(`/api/v1/tickets/${ref}`);
}

/** A person writes, and Telegram brings it that much later. */
async function lateBy(ms: number, write: () => Promise<unknown>): Promise<void> {
  await write();
  await stage.moveTo(stage.now + ms);
}

describe("when Telegram brings a message hours late", () => {
  beforeEach(async () => {
    stage = await Stage.open({ config: promisesNothing });
    ada = await stage.customer({ firstName: "Ada" });
  });

  test("the ticket that it opens counts from when it was written, and its copy says when that was", async () => {
    const at = stage.now;
    await lateBy(5 * HOUR, () => ada.write("My lamp is broken"));
    await stage.settle();
    const { openedAt, awaitingSince } = await ticket();
    expect([Date.parse(openedAt), Date.parse(awaitingSince!)]).toEqual([at, at]);
    const copy = (await stage.inTopic("SUP-1")).find(({ text }) => text === "My lamp is broken")!;
    expect(JSON.stringify(copy.reply_markup)).toContain("🕒 Written");
  });

  test("an album says it below its items", async () => {
    await ada.write("My lamp is broken");
    await stage.settle();
    await lateBy(HOUR, () => ada.sendAlbum([{ photo: {} }, { photo: {} }]));
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).at(-1)).toContain("🕒 Written");
  });

  test("an answer says so to the customer", async () => {
    await ada.write("My lamp is broken");
    await stage.settle();
    const topic = (await stage.topic("SUP-1")).id;
    await lateBy(HOUR, () => stage.olga.write(topic, "Try another bulb"));
    await stage.settle();
    const read = (await ada.messages()).find(({ text }) => text === "Try another bulb")!;
    expect(JSON.stringify(read.reply_markup)).toContain("🕒 Written");
  });

  test("within five minutes nothing is said", async () => {
    await lateBy(4 * MINUTE, () => ada.write("My lamp is broken"));
    await stage.settle();
    const copy = (await stage.inTopic("SUP-1")).find(({ text }) => text === "My lamp is broken")!;
    expect(copy.reply_markup).toBeUndefined();
  });

  test("a further turn counts from when it was written, though something has happened since", async () => {
    await ada.write("My lamp is broken");
    await stage.settle();
    const topic = (await stage.topic("SUP-1")).id;
    await stage.olga.write(topic, "Try another bulb");
    await stage.settle();
    await stage.pass(HOUR);
    const at = stage.now;
    await ada.writeAsIs({ text: "It is still dark" }, { date: at / 1_000 });
    await stage.settle();
    expect(Date.parse((await ticket()).awaitingSince!)).toBe(at);
  });

  test.each([
    ["the future", 3 * HOUR],
    ["long ago", -400 * 24 * HOUR],
  ])("a date in %s is not believed: the message counts from when it came", async (_, offset) => {
    await ada.writeAsIs({ text: "My lamp is broken" }, { date: Math.floor((stage.now + offset) / 1_000) });
    await stage.settle(0);
    expect(Math.abs(Date.parse((await ticket()).openedAt) - stage.now)).toBeLessThan(MINUTE);
  });

  test("a date of 0 counts as no date", async () => {
    await ada.writeAsIs({ text: "My lamp is broken" }, { date: 0 });
    await stage.settle(0);
    expect(Math.abs(Date.parse((await ticket()).openedAt) - stage.now)).toBeLessThan(MINUTE);
  });

  test("what is asked of the customer can still be answered in time", async () => {
    stage = await Stage.open({
      intake: true,
      config: (config) => {
        promisesNothing(config);
        for (const field of config.intake!.fields!) field.required = true;
      },
    });
    ada = await stage.customer({ firstName: "Ada" });
    await lateBy(5 * HOUR, () => ada.write("My lamp is broken"));
    await stage.settleNow();
    expect((await stage.group.topics()).length).toBe(0);
  });
});

describe("an answer counts when it was said", () => {
  /** Two hours of the office's, which is open all the while. */
  const DUE_AFTER = 2 * HOUR;

  beforeEach(async () => {
    stage = await Stage.open({
      // A ladder would raise the priority, and with it what was promised.
      config: (config) => {
        config.escalationPolicies = [];
        for (const policy of config.slaPolicies!) delete policy.escalation;
      },
    });
    ada = await stage.customer({ firstName: "Ada" });
    await ada.write("My lamp is broken");
    await stage.settle();
  });

  test("brought two hours late, with a note in between: the promise was kept, and all figures say so", async () => {
    const topic = (await stage.topic("SUP-1")).id;
    const [opened] = [Date.parse((await ticket()).openedAt)];
    await stage.moveTo(opened + DUE_AFTER - 10 * SECOND);
    const said = stage.now;
    await stage.pass(30 * MINUTE);
    await stage.olga.write(topic, "/note still looking");
    await stage.pass(90 * MINUTE);
    await stage.telegram.inject({
      message: {
        message_id: 990_001,
        date: Math.floor(said / 1_000),
        chat: { id: stage.group.id, type: "supergroup", title: "Support", is_forum: true },
        from: { id: 9002, is_bot: false, first_name: "Olga" },
        message_thread_id: topic,
        is_topic_message: true,
        text: "Try another bulb",
      },
    });
    await stage.settle();
    const { breached, events } = await stage.get<{
      breached: string[];
      events: { items: { type: string; data?: { clocks?: { metric: string; met: boolean }[] } }[] };
    }>("/api/v1/tickets/SUP-1");
    const answer = events.items.find(({ type }) => type === "ticket_answered")!;
    expect(answer.data?.clocks).toMatchObject([{ metric: "firstResponse", met: true }]);
    expect(breached).toEqual([]);
  });
});
