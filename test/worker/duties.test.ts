import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DUTIES, type DutyName } from "../../src/topic-group/duties.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage } from "../support/stage.ts";

/* What time alone makes an object do: everything that the alarm rings for is done by it, and then is not due any more. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let stage: Stage;

/** Olga's queue hands out, and tells when it grows too deep; she is at work from nine to three. */
beforeEach(async () => {
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.queues[0].assignment = "auto";
      desk.queues[0].overrideAfter = "47m";
      desk.queues[0].depthAlert = { unassigned: 1, cooldown: "30m" };
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
        {
          telegramId: 9002,
          name: "Olga",
          groups: ["main"],
          capacity: 1,
          shift: "office",
          skills: { billing: { level: 3 } },
        },
      ];
    },
  });
});

async function due(): Promise<DutyName[]> {
  return runInDurableObject(stage.groupStub(), (object) => object["duties"].due());
}

/** Lets the alarm ring when it is set for next. Answers what was due then. */
async function ring(): Promise<DutyName[]> {
  const at = await stage.groupStub().settled();
  if (at === null) throw new Error("nothing would ever wake the object");
  await stage.moveTo(at);
  const before = await due();
  await runDurableObjectAlarm(stage.groupStub());
  await stage.groupStub().settled();
  return before;
}

describe("the alarm", () => {
  test("does each duty when it is due, and is not kept awake by it", async () => {
    const ada = await stage.customer();
    await ada.write("My printer burns");
    await stage.settle();
    // What an answer became that had no answer is kept for two weeks.
    await stage.telegram.faults([
      { effect: "answer_lost", methods: ["sendMessage"], chatId: ada.id, times: 1 },
    ]);
    await stage.api("POST", "/api/v1/tickets/SUP-1/commands", { type: "reply", text: "Try water" });
    await stage.settle(MINUTE);
    // Too deep, not any more, and too deep again before the half hour has passed.
    const others = [await stage.customer(), await stage.customer(), await stage.customer()];
    for (const other of others) await other.write("Mine, too");
    await stage.settle(MINUTE);
    for (const ref of ["SUP-3", "SUP-4"])
      await stage.api("POST", `/api/v1/tickets/${ref}/commands`, { type: "close" });
    for (const other of others.slice(1)) await other.write("Still burning");
    await stage.telegram.faults([
      {
        effect: "flood",
        retryAfter: 10_072,
        methods: ["copyMessage", "sendMessage"],
        chatId: stage.group.id,
        times: 1,
      },
    ]);
    await stage.deliver();

    // What the bot does from here on it does not hear of.
    await stage.api("POST", "/api/v1/tickets/SUP-1/commands", { type: "resolve" });

    const done = new Set<DutyName>();
    const until = stage.now + 20 * DAY;
    for (let rings = 0; stage.now < until; rings += 1) {
      expect(rings).toBeLessThan(1_000);
      for (const name of await ring()) done.add(name);
      expect(await due()).toEqual([]);
      if ((await stage.groupStub().settled()) === null) break;
    }
    expect([...done].sort()).toEqual(Object.keys(DUTIES).sort());
  });

  test("is not kept awake by what waits in a queue that hands out no more", async () => {
    for (const text of ["My printer burns", "Mine, too"]) await (await stage.customer()).write(text);
    await stage.settle();
    stage.config.queues[0].assignment = "claim";
    delete stage.config.queues[0].overrideAfter;
    await stage.configure();
    await stage.pass(HOUR);
    expect(await due()).toEqual([]);
  });

  test("does the other duties where our own code cannot do one, and tries that again later", async () => {
    await (await stage.customer()).write("My printer burns");
    await stage.settle();
    const failing = vi.spyOn(DUTIES.handOut, "run").mockImplementation(() => {
      throw new Error("a mistake of ours");
    });
    await stage.moveTo(stage.now + 10 * DAY);
    expect(await due()).toEqual(["handOut", "purge"]);
    await runDurableObjectAlarm(stage.groupStub());
    expect(await due()).toEqual([]);
    failing.mockRestore();
    expect(await ring()).toContain("handOut");
    expect(await due()).toEqual([]);
  });
});
