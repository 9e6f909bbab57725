import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { WAITING_ROWS_MAX } from "../../src/domain/limits.ts";
import { changeRows } from "../support/changed-rows.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage, texts } from "../support/stage.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});

/** An update by its envelope, that no code of ours can read: its text is no text. */
function unreadable(customer: number) {
  const person = { id: customer, is_bot: false, first_name: "Ada" };
  return {
    message: {
      message_id: 5,
      date: 1,
      from: person,
      chat: { id: customer, type: "private", first_name: "Ada" },
      text: 7,
      quote: { text: "SECRET WORDS", entities: [{ type: "text_link", url: "https://secret.example/words" }] },
      poll: { question: "SECRET question", options: [{ text: "SECRET option" }], labels: ["SECRET label"] },
      document: { file_id: "SECRETfile", file_name: "SECRET.pdf", mime_type: "application/pdf" },
      location: { latitude: 52.5200066, longitude: 13.404954 },
      reply_to_message: { message_id: 2, forum_topic_created: { name: "SUP-1 SECRET person" } },
    },
  };
}

describe("an update that our own code cannot read", () => {
  test("is set aside at once, without its texts, and is never asked for again: it holds up no other update", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    await stage.telegram.inject(unreadable(ada.id));
    await stage.pass(120_000);
    expect(stage.deliveries.map((delivery) => delivery.status)).toEqual([200]);
    await ada.write("And now something readable");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["And now something readable"]);
    expect(await stage.get("/healthz")).toMatchObject({
      groups: [{ group: "main", setAside: 1 }, { setAside: 0 }],
    });
    const kept = await runInDurableObject(stage.groupStub(), (_, state) =>
      JSON.stringify(state.storage.sql.exec("SELECT * FROM set_aside").toArray()),
    );
    expect(kept).not.toMatch(/secret|52\.52|13\.40/i);
    expect(kept).toContain("application/pdf");
  });
});

describe("an update that our own storage fails on", () => {
  const rename = (from: string, to: string) =>
    changeRows(stage.groupStub(), (sql) => void sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`));

  test("is brought again, and applied once that is over", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    await rename("messages", "elsewhere");
    await ada.write("Hello");
    await stage.deliver();
    expect(stage.deliveries.map((delivery) => delivery.status)).toEqual([503]);
    await rename("elsewhere", "messages");
    await stage.pass(120_000);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Hello"]);
    expect(await stage.get("/healthz")).toMatchObject({ groups: [{ setAside: 0 }, { setAside: 0 }] });
  });

  test("is set aside after three tries, without its texts", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    await rename("messages", "elsewhere");
    await ada.write("SECRET words");
    for (let step = 0; step < 20 && stage.deliveries.length < 3; step += 1) {
      await stage.moveTo(stage.now + 10_000);
      await stage.deliver();
    }
    await rename("elsewhere", "messages");
    expect(stage.deliveries.map((delivery) => delivery.status)).toEqual([503, 503, 200]);
    await stage.settle();
    expect(await stage.get("/healthz")).toMatchObject({ groups: [{ setAside: 1 }, { setAside: 0 }] });
    const kept = await runInDurableObject(stage.groupStub(), (_, state) =>
      JSON.stringify(state.storage.sql.exec("SELECT * FROM set_aside").toArray()),
    );
    expect(kept).not.toContain("SECRET");
  });
});

test("a ticket whose clocks our own code cannot read keeps no other from being escalated", async () => {
  const [ada, grace] = [await stage.customer({ firstName: "Ada" }), await stage.customer()];
  await ada.write("Mine breaks");
  await grace.write("Mine does not");
  await stage.settle();
  const set = (change: string) =>
    changeRows(
      stage.groupStub(),
      (sql) => void sql.exec(`UPDATE tickets SET state = ${change} WHERE number = 1`),
    );
  await set("json_remove(state, '$.reminders')");
  await stage.pass(3 * HOUR);
  expect(texts(await stage.inTopic("SUP-2")).join()).toContain("🔴 First response");
  await set("json_set(state, '$.reminders', json('[]'))");
  await stage.pass(10 * MINUTE);
  expect(texts(await stage.inTopic("SUP-1")).join()).toContain("🔴 First response");
});

describe("when too much waits", () => {
  test("Telegram is asked to come again later, which it does, and nothing is lost", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Hello");
    await stage.settle();
    const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${WAITING_ROWS_MAX})
      INSERT OR IGNORE INTO outbox (seq, lane, ticket, kind, payload, state, accepted_at, not_before, attempts)
      SELECT 1000000 + i, 'chat:77', 0, 'direct', '{"kind":"direct","chatId":77,"words":{"text":"x"}}', 'waiting', 0, ${stage.now + 30 * 86_400_000}, 0 FROM n`;
    await changeRows(stage.groupStub(), (sql) => void sql.exec(fill));
    await evictDurableObject(stage.groupStub());
    stage.deliveries.length = 0;
    await ada.write("Still there?");
    await stage.deliver();
    expect(stage.deliveries.map((delivery) => delivery.status)).toEqual([503]);
    await changeRows(stage.groupStub(), (sql) => void sql.exec("DELETE FROM outbox"));
    await evictDurableObject(stage.groupStub());
    await stage.pass(5 * 60_000);
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Hello", "Still there?"]);
  });

  test("what only replaces something that waits fills nothing up", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    const { message_id } = await ada.write("Hello");
    await stage.settle();
    const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${WAITING_ROWS_MAX - 20})
      INSERT OR IGNORE INTO outbox (seq, lane, ticket, kind, payload, state, accepted_at, not_before, attempts)
      SELECT 1000000 + i, 'chat:77', 0, 'direct', '{"kind":"direct","chatId":77,"words":{"text":"x"}}', 'waiting', 0, ${stage.now + 30 * 86_400_000}, 0 FROM n`;
    await changeRows(stage.groupStub(), (sql) => void sql.exec(fill));
    await evictDurableObject(stage.groupStub());
    stage.deliveries.length = 0;
    for (let n = 0; n < 30; n += 1) {
      await ada.react(message_id, n % 2 === 0 ? "👍" : null);
      await stage.deliver();
    }
    await ada.write("Still there?");
    await stage.deliver();
    expect(new Set(stage.deliveries.map((delivery) => delivery.status))).toEqual(new Set([200]));
  });

  test("no customer's message is turned away because an endpoint is away", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Hello");
    await stage.settle();
    const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${WAITING_ROWS_MAX})
      INSERT OR IGNORE INTO outbox (seq, lane, ticket, kind, payload, state, accepted_at, not_before, attempts)
      SELECT 1000000 + i, 'hook:crm', 0, 'webhook', '{"kind":"webhook","webhook":"crm","type":"ping","at":0,"data":{}}', 'waiting', 0, ${stage.now + 30 * 86_400_000}, 0 FROM n`;
    await changeRows(stage.groupStub(), (sql) => void sql.exec(fill));
    await evictDurableObject(stage.groupStub());
    stage.deliveries.length = 0;
    await ada.write("Still there?");
    await stage.deliver();
    expect(stage.deliveries.map((delivery) => delivery.status)).toEqual([200]);
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Hello", "Still there?"]);
  });
});

describe("an object that was evicted keeps within the group's minute all the same", () => {
  const refused = async () =>
    (await stage.telegram.calls()).filter(({ answer }) => answer?.status === 429).map(({ method }) => method);
  const words = async (): Promise<string> => {
    const topics = await stage.group.topics();
    const read = await Promise.all(topics.map(({ id }) => stage.group.messages({ threadId: id })));
    return texts(read.flat()).join("\n");
  };
  beforeEach(async () => {
    stage = await Stage.open({ budgets: "real", config: promisesNothing });
  });

  test.each([
    [[4, 9, 9, 3]],
    [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    [[19, 4]],
  ])("keeps the limit between a customer's messages: %j", async (bursts) => {
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("word 0.");
    await stage.settle(10_000);
    let word = 0;
    for (const times of bursts) {
      for (let n = 0; n < times; n += 1) {
        await ada.write(`word ${(word += 1)}.`);
        await stage.settleNow();
      }
      await evictDurableObject(stage.groupStub());
    }
    await stage.settle(5 * MINUTE);
    expect(await refused()).toEqual([]);
    const read = await words();
    for (let n = 0; n <= word; n += 1) expect(read).toContain(`word ${n}.`);
  });

  test("keeps the limit between new tickets, answers, commands and albums", async () => {
    let said = 0;
    for (let n = 1; n <= 5; n += 1) {
      const customer = await stage.customer({ firstName: `Ada ${n}` });
      await customer.write(`word ${(said += 1)}.`);
      await stage.settle(1_000);
      await evictDurableObject(stage.groupStub());
      const topic = (await stage.group.topics()).at(0);
      if (topic !== undefined) await stage.olga.write(topic.id, n % 2 === 0 ? "/queue" : `answer ${n}`);
      await customer.sendAlbum([{ photo: {}, caption: `word ${(said += 1)}.` }, { photo: {} }]);
      await stage.settle(2_000);
      await evictDurableObject(stage.groupStub());
    }
    await stage.settle(10 * MINUTE);
    expect(await refused()).toEqual([]);
    const read = await words();
    for (let n = 1; n <= said; n += 1) expect(read).toContain(`word ${n}.`);
  });

  test("saves nothing more for a further message", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("One");
    await stage.settle(2 * MINUTE);
    const saved = () =>
      runInDurableObject(stage.groupStub(), (_, state) =>
        state.storage.sql.exec("SELECT state FROM lanes WHERE lane = 'staff'").toArray(),
      );
    const before = await saved();
    await ada.write("Two");
    await stage.settle(2 * MINUTE);
    expect(await saved()).toEqual(before);
  });
});

test("Telegram has its answer even while every call to it hangs", async () => {
  const ada = await stage.customer({ firstName: "Ada" });
  await stage.telegram.faults([{ effect: "hang" }]);
  await ada.write("Hello");
  await stage.deliver();
  expect(stage.deliveries.map((delivery) => delivery.status)).toEqual([200]);
});

test("a group that is not set up is told once how it could be, and nothing else is ever said there", async () => {
  const strangers = await stage.telegram.group({
    id: -1009998887776,
    title: "Strangers",
    forum: true,
    bot: "absent",
  });
  await strangers.addBot();
  const eve = await strangers.member({ id: 666, firstName: "Eve" });
  for (const text of ["hello bot", "/queue", "are you there?"]) await eve.write(null, text);
  await stage.settle();
  const said = (await strangers.messages()).filter(
    (message) => message.from?.is_bot === true && message.text !== undefined,
  );
  expect(said.length).toBe(1);
  expect(said[0].text).toContain("-1009998887776");
});
