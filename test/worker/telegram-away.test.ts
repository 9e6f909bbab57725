import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage, texts } from "../support/stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const UNKNOWN = "Telegram didn't confirm delivery";

let stage: Stage;
let people: Customer[];

beforeEach(async () => {
  stage = await Stage.open({ config: promisesNothing });
  people = [];
  for (const firstName of ["Ada", "Bob", "Cleo"]) {
    const person = await stage.customer({ firstName });
    await person.write(`${firstName} needs help`);
    people.push(person);
  }
  await stage.settle();
  await stage.pass(MINUTE);
});

/** Twelve answers of agents to three customers, and as many messages of theirs, in turn. */
async function bothWays(): Promise<void> {
  for (let n = 1; n <= 4; n += 1) {
    for (const [index, person] of people.entries()) {
      await stage.olga.write((await stage.topic(`SUP-${index + 1}`)).id, `answer ${n}`);
      await person.write(`question ${n}`);
      await stage.settleNow();
    }
  }
}

async function expectAllInOrder(): Promise<void> {
  for (const [index, person] of people.entries()) {
    const read = texts(await person.messages()).filter((text) => text.startsWith("answer"));
    expect(read).toEqual(["answer 1", "answer 2", "answer 3", "answer 4"]);
    const copied = texts(await stage.inTopic(`SUP-${index + 1}`)).filter((text) => text.includes("question"));
    expect(copied.join("\n").match(/question \d/g)).toEqual([
      "question 1",
      "question 2",
      "question 3",
      "question 4",
    ]);
  }
}

async function asked(): Promise<string[]> {
  const all: string[] = [];
  for (const index of people.keys()) all.push(...texts(await stage.inTopic(`SUP-${index + 1}`)));
  return all.filter((text) => text.includes(UNKNOWN));
}

describe("while Telegram is away", () => {
  test("keeps all messages of both ways for a minute with its port closed, and sends them in order afterwards", async () => {
    const root = env.TELEGRAM_API_ROOT;
    // The discard port: nothing listens there. Objects read the address when they start.
    env.TELEGRAM_API_ROOT = "http://127.0.0.1:9";
    await abortAllDurableObjects();
    await bothWays();
    await stage.pass(MINUTE);
    expect(await asked()).toEqual([]);
    env.TELEGRAM_API_ROOT = root;
    await abortAllDurableObjects();
    await stage.pass(5 * MINUTE);
    await expectAllInOrder();
    expect(await asked()).toEqual([]);
  });

  test("calls nothing that must not be repeated before something harmless is answered, with every connection reset", async () => {
    await stage.telegram.faults([{ effect: "request_lost" }]);
    await bothWays();
    await stage.pass(MINUTE);
    const careful = (await stage.telegram.calls({})).filter(
      (call) => call.answer === null && people.some(({ id }) => call.params["chat_id"] === id),
    );
    expect(careful).toEqual([]);
    await stage.telegram.clearFaults();
    await stage.pass(2 * MINUTE);
    await expectAllInOrder();
    expect(await asked()).toEqual([]);
  });

  test("an answer that was under way when it went away is the only one with an unknown outcome", async () => {
    await stage.telegram.faults([
      { effect: "answer_lost", methods: ["copyMessage"], chatId: people[0].id, times: 1 },
      { effect: "request_lost", methods: ["getMe"], times: 5 },
    ]);
    // What was answered a moment ago counts, so the first answer is not held back.
    await people[1].write("hello");
    await stage.settleNow();
    await bothWays();
    await stage.pass(5 * MINUTE);
    await expectAllInOrder();
    expect((await asked()).length).toBe(1);
  });

  test("counts no try of an object that is started anew each time: nothing is given up", async () => {
    await stage.telegram.faults([{ effect: "request_lost" }]);
    await people[0].write("question 1");
    for (let start = 1; start <= 12; start += 1) {
      await stage.pass(MINUTE);
      await abortAllDurableObjects();
    }
    await stage.telegram.clearFaults();
    await stage.pass(10 * MINUTE);
    expect(texts(await stage.inTopic("SUP-1")).slice(1)).toEqual(["question 1"]);
  });

  test("lets all other lanes go on as soon as one is answered", async () => {
    await stage.telegram.faults([{ effect: "request_lost" }]);
    await bothWays();
    await stage.pass(30 * MINUTE);
    await stage.telegram.clearFaults();
    // It is asked every five minutes by then.
    await stage.pass(6 * MINUTE);
    await expectAllInOrder();
    expect(await asked()).toEqual([]);
  });
});

describe("a 429 that a proxy answers", () => {
  test.each([
    ["a page of HTML", { retryAfter: 35 }],
    ["nothing that says until when", {}],
  ])(
    "counts as one with %s: the answer waits, and goes out by itself",
    async (_, { retryAfter }: { retryAfter?: number }) => {
      await stage.telegram.faults([
        {
          effect: "proxy_flood",
          chatId: people[0].id,
          times: 1,
          ...(retryAfter === undefined ? {} : { retryAfter }),
        },
      ]);
      const from = stage.now;
      await stage.olga.write((await stage.topic("SUP-1")).id, "answer 1");
      await stage.settleNow();
      expect(texts(await people[0].messages())).not.toContain("answer 1");
      await stage.pass(29 * SECOND);
      expect(texts(await people[0].messages())).not.toContain("answer 1");
      await stage.pass(20 * SECOND);
      expect(texts(await people[0].messages())).toContain("answer 1");
      expect(stage.now - from).toBeLessThan(MINUTE);
      expect(await asked()).toEqual([]);
    },
  );
});
