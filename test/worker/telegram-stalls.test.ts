import { beforeEach, describe, expect, test } from "vitest";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage, texts } from "../support/stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let stage: Stage;
let ada: Customer;
let lead: Customer;

beforeEach(async () => {
  stage = await Stage.open({ config: promisesNothing });
  ada = await stage.customer({ firstName: "Ada" });
  await ada.write("My printer burns");
  lead = await stage.telegram.customer({ id: 9001, firstName: "Lena" });
  await lead.start();
  await stage.settle();
  await stage.pass(2 * MINUTE);
});

interface Health {
  waitingFor: string[];
  groups: { stalls: { lane: string; why: string; since: string; until: string | null }[] }[];
}

async function health(): Promise<Health> {
  return stage.get<Health>("/healthz");
}

async function told(): Promise<string[]> {
  return texts(await lead.messages()).filter((text) => /^[⏳✅]/u.test(text));
}

async function metrics(): Promise<string> {
  return (await stage.api("GET", "/metrics")).text();
}

describe("a long wait that Telegram asks for", () => {
  test("is told to the leads at once in the group, stands in the health and the metrics, and its end is told once", async () => {
    await stage.telegram.faults([{ effect: "flood", retryAfter: 10_072, chatId: stage.group.id, times: 1 }]);
    await ada.write("Are you there?");
    await stage.settleNow();
    const until = stage.now + 10_072 * SECOND;
    expect((await told()).join()).toContain("in the group main until");
    const { waitingFor, groups } = await health();
    expect(waitingFor).toEqual(["telegram.flood_wait"]);
    expect(groups[0].stalls).toMatchObject([{ lane: "telegram:staff", why: "flood_wait" }]);
    expect(Math.abs(Date.parse(groups[0].stalls[0].until!) - until)).toBeLessThan(5 * SECOND);
    expect(await metrics()).toContain(
      'topicdesk_lanes_stalled{group="main",lane="telegram:staff",why="flood_wait"} 1',
    );
    await stage.pass(3 * HOUR);
    expect((await told()).length).toBe(2);
    expect((await told()).at(-1)).toContain("can send again");
    expect((await health()).waitingFor).toEqual([]);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Are you there?");
  });

  test("is believed for a day where it is years", async () => {
    await stage.telegram.faults([
      { effect: "flood", retryAfter: 10_000_000_000, chatId: stage.group.id, times: 1 },
    ]);
    await ada.write("Are you there?");
    await stage.pass(25 * HOUR);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Are you there?");
    expect((await health()).waitingFor).toEqual([]);
  });

  test("names the customer where it is for their chat", async () => {
    await stage.telegram.faults([{ effect: "flood", retryAfter: 1_000, chatId: ada.id, times: 1 }]);
    await stage.olga.write((await stage.topic("SUP-1")).id, "Try water");
    await stage.settleNow();
    expect((await told()).join()).toContain("in the private chat with Ada");
    expect((await health()).groups[0].stalls).toMatchObject([{ lane: "telegram:private" }]);
    await stage.pass(HOUR);
    expect(texts(await ada.messages())).toContain("Try water");
    expect((await told()).length).toBe(2);
  });

  test("stops nothing else of the group where it is for the making of topics", async () => {
    await stage.telegram.faults([
      { effect: "flood", retryAfter: 7_200, methods: ["createForumTopic"], times: 1 },
    ]);
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("My scanner hums");
    await stage.settleNow();
    await ada.write("Are you there?");
    await stage.pass(3 * MINUTE);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Are you there?");
    expect((await told()).join()).toContain("no new topics");
    expect((await stage.telegram.calls({ method: "createForumTopic" })).length).toBe(2);
    await stage.pass(2 * HOUR);
    expect(texts(await stage.inTopic("SUP-2"))).toEqual(["My scanner hums"]);
    expect((await told()).length).toBe(2);
  });

  test("is not told where it is short", async () => {
    await stage.telegram.faults([{ effect: "flood", retryAfter: 200, chatId: stage.group.id, times: 1 }]);
    await ada.write("Are you there?");
    await stage.pass(HOUR);
    expect(await told()).toEqual([]);
  });
});

describe("when Telegram does not answer", () => {
  test("the health says so after five minutes, and the leads read it once it is back", async () => {
    await stage.telegram.faults([{ effect: "request_lost" }]);
    await ada.write("Are you there?");
    await stage.olga.write((await stage.topic("SUP-1")).id, "Try water");
    await stage.pass(4 * MINUTE);
    expect((await health()).waitingFor).toEqual([]);
    await stage.pass(16 * MINUTE);
    expect((await health()).waitingFor).toEqual(["telegram.no_answer"]);
    await stage.telegram.clearFaults();
    await stage.pass(20 * MINUTE);
    expect((await told()).length).toBe(1);
    expect((await told())[0]).toContain("Telegram answers again");
    expect((await health()).waitingFor).toEqual([]);
    expect(texts(await ada.messages())).toContain("Try water");
  });

  test("the leads are told while it lasts where only the group's calls get no answer", async () => {
    await stage.telegram.faults([{ effect: "request_lost", chatId: stage.group.id }]);
    await ada.write("Are you there?");
    await stage.pass(20 * MINUTE);
    expect((await told()).length).toBe(1);
    expect((await told())[0]).toContain("hasn’t answered");
    await stage.telegram.clearFaults();
    await stage.pass(30 * MINUTE);
    expect((await told()).length).toBe(2);
    expect((await health()).waitingFor).toEqual([]);
  });
});
