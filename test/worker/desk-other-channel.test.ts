import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { receiveBy } from "../../src/groups/receiving.ts";
import { LetterBoxes, LETTERS, ownerOf } from "../support/letter-box.ts";
import { Stage, texts } from "../support/stage.ts";

/* A ticket by a channel that is not Telegram, and that can do nothing but bring letters. */

const BOX = 7;

let stage: Stage;
let boxes: LetterBoxes;
let topic: number;

beforeEach(async () => {
  stage = await Stage.open();
  boxes = new LetterBoxes().open();
  await writes("My lamp is broken");
  await stage.settle();
  topic = (await stage.topic("SUP-1")).id;
});

afterEach(() => {
  boxes.close();
});

async function writes(text: string, more: { files?: string[]; answers?: number } = {}): Promise<string> {
  const { status } = await receiveBy(LETTERS, boxes.writes(BOX, text, stage.now, more), env, stage.now);
  return status;
}

/** What the desk has written into the box since a number. */
function answersSince(number: number) {
  return boxes.in(BOX).filter((letter) => letter.number > number);
}

function lastNumber(): number {
  return boxes.in(BOX).at(-1)!.number;
}

describe("a ticket by letter", () => {
  test("is opened by the first one, and confirmed by one", async () => {
    expect((await stage.topic("SUP-1")).name).toBe("SUP-1 · Box 7 · My lamp is broken");
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["My lamp is broken"]);
    expect(answersSince(1).map(({ text }) => text)).toEqual([expect.stringContaining("SUP-1")]);
    const chats = (await stage.telegram.calls({})).map(({ params }) => params["chat_id"]);
    expect(chats).not.toContain(ownerOf(BOX));
  });

  test("the same letter twice is one message", async () => {
    const letter = boxes.writes(BOX, "Are you there?", stage.now);
    expect((await receiveBy(LETTERS, letter, env, stage.now)).status).toBe("accepted");
    expect((await receiveBy(LETTERS, letter, env, stage.now)).status).toBe("duplicate");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["My lamp is broken", "Are you there?"]);
  });

  test("a letter's pictures stand in the topic with its words", async () => {
    await writes("This one", { files: ["lamp.jpg"] });
    await stage.settle();
    const [, picture] = await stage.inTopic("SUP-1");
    expect([picture.photo !== undefined, picture.caption]).toEqual([true, "This one"]);
  });

  test("an agent's answer is a letter, and the answer to it hangs on the agent's message", async () => {
    const before = lastNumber();
    const [question] = await stage.inTopic("SUP-1");
    const answer = await stage.olga.write(topic, "Which lamp?", { replyTo: question.message_id });
    await stage.settle();
    expect(answersSince(before)).toMatchObject([
      { text: "Which lamp?", files: [], answers: 1, about: "SUP-1: My lamp is broken (letter-1)" },
    ]);
    await writes("The blue one", { answers: lastNumber() });
    await stage.settle();
    const reply = (await stage.inTopic("SUP-1")).at(-1)!;
    expect([reply.text, reply.reply_to_message?.message_id]).toEqual(["The blue one", answer.message_id]);
  });

  test("an album goes one letter after the other", async () => {
    const before = lastNumber();
    await stage.olga.sendAlbum(topic, [{ photo: {}, caption: "two" }, { video: {} }]);
    await stage.settle();
    expect(answersSince(before)).toMatchObject([
      { text: "two", files: ["photo"] },
      { text: "", files: ["video"] },
    ]);
  });

  test("files of other kinds are sent, and the agent hears of what a letter cannot hold", async () => {
    const before = lastNumber();
    await stage.olga.send(topic, { voice: { duration: 3 } });
    await stage.olga.send(topic, { location: { latitude: 52.5, longitude: 13.4, livePeriod: 900 } });
    await stage.settle();
    expect(answersSince(before)).toMatchObject([{ text: "", files: ["voice"] }]);
    expect(texts(await stage.olga.messages({ threadId: topic })).at(-1)).toContain("may not send this kind");
  });

  test("an edit follows as a letter of its own", async () => {
    const answer = await stage.olga.write(topic, "Try the swich");
    await stage.settle();
    const sent = lastNumber();
    await stage.olga.edit(answer.message_id, "Try the switch");
    await stage.settle();
    expect(answersSince(sent)).toMatchObject([{ text: "✎ Try the switch", answers: sent }]);
  });

  test("what cannot be taken back the agent hears of", async () => {
    const slip = await stage.olga.write(topic, "He is a fool");
    await stage.settle();
    await stage.olga.write(topic, "/delete", { replyTo: slip.message_id });
    await stage.settle();
    expect(boxes.in(BOX).map(({ text }) => text)).toContain("He is a fool");
    expect(texts(await stage.inTopic("SUP-1")).at(-1)).toContain("can't be found or changed any more");
  });

  test("its end is told by letter, and a further one reopens it", async () => {
    await stage.olga.write(topic, "/resolve");
    await stage.settle();
    expect(boxes.in(BOX).at(-1)!.text).toContain("resolved");
    await writes("It is broken again");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toContain("It is broken again");
    const ticket = await stage.get<{ status: string }>("/api/v1/tickets/main:1");
    expect(ticket.status).not.toBe("resolved");
  });

  test("a box that is nailed up is out of reach, and the agent sees it", async () => {
    boxes.gone.add(BOX);
    const answer = await stage.olga.write(topic, "Which lamp?");
    await stage.settle();
    const inTopic = await stage.inTopic("SUP-1");
    const sign = inTopic.find(({ message_id: id }) => id === answer.message_id)?.reactions?.[0];
    expect(sign?.reaction[0]).toMatchObject({ emoji: "👎" });
    expect(texts(inTopic).at(-1)).toContain("can't be reached any more");
  });

  test("Telegram is not asked whether it answers before a letter is sent", async () => {
    const asked = async (): Promise<number> => (await stage.telegram.calls({ method: "getMe" })).length;
    const [before, askedBefore] = [lastNumber(), await asked()];
    await stage.pass(60_000);
    await stage.olga.write(topic, "One letter");
    await stage.settle();
    expect(answersSince(before).map(({ text }) => text)).toEqual(["One letter"]);
    expect(await asked()).toBe(askedBefore);
  });

  test("a blocked writer is told so by letter, once", async () => {
    await stage.api("POST", `/api/v1/contacts/${ownerOf(BOX)}/block`);
    const before = lastNumber();
    await writes("Hello?");
    await writes("Hello??");
    await stage.settle();
    const answers = answersSince(before).filter(({ text }) => !text.startsWith("Hello?"));
    expect(answers).toMatchObject([{ about: null }]);
    expect(texts(await stage.inTopic("SUP-1"))).not.toContain("Hello?");
  });

  test("all that is theirs is counted and removed", async () => {
    await stage.olga.write(topic, "Which lamp?");
    await stage.settle();
    const privacy = stage.groupStub().privacy();
    expect(await privacy.erasable([ownerOf(BOX)], 10)).toMatchObject({ tickets: 1, messages: 2 });
    for (let more = true; more;) ({ more } = await privacy.erase("e1", [ownerOf(BOX)]));
    await stage.settle();
    expect(await privacy.erasable([ownerOf(BOX)], 10)).toBeNull();
  });
});
