import { beforeEach, describe, expect, test } from "vitest";
import type { Customer, LoggedCall, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { isService, Stage, texts } from "../support/stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const CALLS_A_MINUTE = 20;

let stage: Stage;

/** Customers with a ticket each, whose topics are quiet for longer than a minute. */
async function customers(count: number): Promise<Customer[]> {
  const people = await Promise.all(
    Array.from({ length: count }, (_, n) => stage.customer({ firstName: `C${n + 1}` })),
  );
  for (const person of people) {
    await person.write("Hello");
    await stage.settle();
  }
  await stage.pass(2 * MINUTE);
  return people;
}

beforeEach(async () => {
  stage = await Stage.open({ config: promisesNothing, budgets: "real" });
});

/** What was called in the staff group by something, Telegram's answers included. */
async function groupCalls(cause: () => Promise<unknown>): Promise<LoggedCall[]> {
  const before = (await stage.telegram.calls({ limit: 1 })).at(-1)?.id ?? 0;
  await cause();
  return stage.telegram.calls({ chatId: stage.group.id, afterId: before });
}

async function read(ref: string): Promise<SeenMessage[]> {
  return (await stage.inTopic(ref)).filter((one) => !isService(one));
}

function isInOrder(text: string, parts: readonly string[]): boolean {
  const places = parts.map((part) => text.indexOf(part));
  return places.every((place, n) => place > (places[n - 1] ?? -1)) && places.length === parts.length;
}

describe("texts of one topic are joined while calls are still left", () => {
  test("eight customers who write nine texts each at once are read at once, within the group's minute", async () => {
    const people = await customers(8);
    const said = people.map((_, who) => Array.from({ length: 9 }, (__, n) => `${who + 1}: line ${n + 1}.`));
    const from = stage.now;
    const write = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n += 1)
        for (const [who, person] of people.entries()) await person.write(said[who][n]);
    };
    // All of it arrives while the first calls are under way.
    const calls = await groupCalls(async () => {
      await stage.whileHeld(
        "copyMessage",
        async () => {
          await write(0, 1);
          await stage.deliver();
        },
        async () => {
          await write(1, 9);
          while ((await stage.deliver()) > 0);
        },
      );
      await stage.settle(SECOND);
    });
    expect(stage.now).toBeLessThanOrEqual(from + SECOND);
    expect(calls.length).toBeLessThanOrEqual(CALLS_A_MINUTE);
    expect(calls.filter(({ answer }) => answer?.status === 429)).toEqual([]);
    for (const [who, lines] of said.entries()) {
      const all = texts(await read(`SUP-${who + 1}`)).join("\n");
      expect(isInOrder(all, ["Hello", ...lines]), all).toBe(true);
      for (const line of lines) expect(all.split(line)).toHaveLength(2);
    }
  });

  test.each([100, 200, 350])(
    "eight customers whose nine texts come %i ms apart are read within the same minute",
    async (apartMs) => {
      const people = await customers(8);
      const said = people.map((_, who) => Array.from({ length: 9 }, (__, n) => `${who + 1}: line ${n + 1}.`));
      const from = stage.now;
      const calls = await groupCalls(async () => {
        for (let n = 0; n < 9; n += 1) {
          for (const [who, person] of people.entries()) await person.write(said[who][n]);
          await stage.pass(apartMs);
        }
        await stage.settle(3 * SECOND);
      });
      expect(stage.now).toBeLessThanOrEqual(from + 9 * apartMs + 3 * SECOND);
      expect(calls.length).toBeLessThanOrEqual(CALLS_A_MINUTE);
      for (const [who, lines] of said.entries()) {
        const all = texts(await read(`SUP-${who + 1}`)).join("\n");
        expect(isInOrder(all, ["Hello", ...lines]), all).toBe(true);
      }
    },
  );

  test("who writes slowly in a busy minute is read at once at first, and within a few seconds then", async () => {
    const people = await customers(4);
    const slow = people[3];
    for (let n = 0; n < 5; n += 1)
      for (const person of people.slice(0, 3)) {
        await person.write(`line ${n}.`);
        await stage.settleNow();
      }
    for (let n = 0; n < 4; n += 1) {
      await slow.write(`slowly ${n}.`);
      await (n === 0 ? stage.settleNow() : stage.settle(3 * SECOND));
      expect(texts(await read("SUP-4")).at(-1)).toBe(`slowly ${n}.`);
      await stage.pass(3 * SECOND);
    }
  });

  test("a message that waits alone stays a copy, however much waits in other topics", async () => {
    const [ada, bob] = await customers(2);
    const calls = await groupCalls(async () => {
      for (let n = 1; n <= 30; n += 1) await ada.write(`line ${n}.`);
      await bob.write("just one line");
      await stage.settle();
    });
    expect(texts(await read("SUP-2"))).toEqual(["Hello", "just one line"]);
    const sent = calls.filter(({ method }) => method === "sendMessage").map(({ params }) => params["text"]);
    expect(sent.some((text) => String(text).includes("line 30."))).toBe(true);
    expect(sent.some((text) => String(text).includes("just one line"))).toBe(false);
  });

  test("what cannot be joined keeps its place: files, long texts, and much formatting", async () => {
    const [ada] = await customers(1);
    for (let n = 1; n <= 15; n += 1) await ada.write(`line ${n}.`);
    await ada.send({ document: { fileName: "bill.pdf" }, caption: "the bill" });
    await ada.write("after the bill");
    await ada.write("and more");
    const long = `${"long ".repeat(800)}end of the long one`;
    await ada.write(long);
    const styled = (n: number): string => Array.from({ length: 40 }, (_, word) => `w${n}x${word}`).join(" ");
    for (let n = 1; n <= 4; n += 1) {
      const text = styled(n);
      const entities = text
        .split(" ")
        .map((word) => ({ type: "bold" as const, offset: text.indexOf(word), length: word.length }));
      await ada.send({ text, entities });
    }
    await ada.write("the last line");
    await stage.settle();
    await stage.pass(2 * MINUTE);
    const messages = await read("SUP-1");
    const all = messages.map(({ text, caption }) => text ?? caption).join("\n");
    const order = ["line 1.", "line 15.", "the bill", "after the bill", "and more", long];
    expect(isInOrder(all, [...order, ...[1, 2, 3, 4].map(styled), "the last line"]), all).toBe(true);
    const bold = messages.flatMap(({ text = "", entities = [] }) =>
      entities.flatMap(({ type, offset, length }) =>
        type === "bold" ? [text.slice(offset, offset + length)] : [],
      ),
    );
    expect(bold.filter((word) => /^w\dx\d+$/.test(word))).toHaveLength(160);
  });
});

describe("a text that was joined with others", () => {
  let ada: Customer;
  let sent: SeenMessage[];
  let copy: SeenMessage;
  beforeEach(async () => {
    [ada] = await customers(1);
    sent = [];
    for (let n = 1; n <= 30; n += 1) sent.push(await ada.write(`line ${n} of 30`));
    await stage.settle();
    await stage.pass(2 * MINUTE);
    copy = (await read("SUP-1")).find(({ text }) => text?.includes("line 29 of 30"))!;
    expect(copy.text).toMatch(/^C1 wrote:/);
    expect(copy.text).toMatch(/\d\d:\d\d line 29 of 30\n\n\d\d:\d\d line 30 of 30$/);
  });

  test("is answered where an agent quotes it", async () => {
    const { id: topic } = await stage.topic("SUP-1");
    await stage.olga.write(topic, "This one?", { replyTo: copy.message_id, quote: "line 29 of 30" });
    await stage.settle();
    const answer = (await ada.messages()).at(-1)!;
    expect(answer).toMatchObject({
      text: "This one?",
      reply_to_message: { message_id: sent[28].message_id },
      quote: { text: "line 29 of 30" },
    });
  });

  test("keeps the others when it is edited: the new version is a reply to them", async () => {
    await ada.edit(sent[28].message_id, "line 29, corrected");
    await stage.settle();
    const messages = await read("SUP-1");
    expect(messages.find(({ message_id }) => message_id === copy.message_id)?.text).toBe(copy.text);
    expect(messages.at(-1)).toMatchObject({
      text: "✎ line 29, corrected",
      reply_to_message: { message_id: copy.message_id },
    });
  });

  test("is edited in the topic by itself where the joined message was deleted", async () => {
    await stage.lead.delete(copy.message_id);
    await ada.edit(sent[28].message_id, "line 29, corrected");
    await stage.settle();
    const last = (await read("SUP-1")).at(-1)!;
    expect(last.text).toContain("line 29, corrected");
    // As everything in a topic is, it is a reply to the topic's beginning.
    expect(last.reply_to_message?.message_id).toBe((await stage.topic("SUP-1")).id);
  });

  test("is answered without a reply where its customer deleted it", async () => {
    const { id: topic } = await stage.topic("SUP-1");
    await ada.delete(sent[28].message_id);
    await stage.olga.write(topic, "This one?", { replyTo: copy.message_id, quote: "line 29 of 30" });
    await stage.settle();
    const answer = (await ada.messages()).at(-1)!;
    expect([answer.text, answer.reply_to_message]).toEqual(["This one?", undefined]);
  });
});
