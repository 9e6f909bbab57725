import { beforeEach, describe, expect, test } from "vitest";
import type { Customer, Member, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { isCard, isService, Stage, texts } from "../support/stage.ts";

const HOUR = 3_600_000;
const HELD = /^\W*Not sent: it answers something/u;

let stage: Stage;
let ada: Customer;
let topic: number;

beforeEach(async () => {
  stage = await Stage.open();
  ada = await stage.customer({ firstName: "Ada" });
  await ada.write("My printer burns");
  await stage.settle();
  topic = (await stage.topic("SUP-1")).id;
});

/** What the customer got but for the receipt. */
async function atAda(): Promise<string[]> {
  const messages = await ada.messages();
  return texts(messages.filter(({ from }) => from?.is_bot === true)).slice(1);
}

async function inTopic(): Promise<SeenMessage[]> {
  const messages = await stage.group.messages({ threadId: topic });
  return messages.filter((message) => !isService(message) && !isCard(message));
}

async function lines(): Promise<string[]> {
  return texts(await inTopic());
}

async function say(member: Member, text: string, replyTo?: number): Promise<number> {
  const { message_id } = await member.write(topic, text, replyTo === undefined ? {} : { replyTo });
  await stage.settle();
  return message_id;
}

async function pressSend(member: Member): Promise<string | null | undefined> {
  const notice = (await inTopic()).findLast(({ text }) => HELD.test(text ?? ""))!;
  const pressed = await member.press(notice.message_id, { text: "Send to the customer" });
  await stage.settle();
  return (await pressed.answer())?.text;
}

describe("a reply to something internal is held back with one button", () => {
  test.each<[string, () => Promise<number>]>([
    ["a note", () => say(stage.olga, "// he cheats")],
    ["a command", () => say(stage.olga, "/priority high")],
    ["an outsider's message", async () => say(await stage.group.member({ firstName: "Vera" }), "who is it?")],
    [
      "another bot's message",
      async () => say(await stage.group.member({ firstName: "CI", isBot: true }), "Build 1 failed"),
    ],
    ["the card", async () => (await stage.card("SUP-1")).message_id],
    [
      "a line of the desk's own",
      async () => {
        await say(stage.olga, "/claim");
        return (await inTopic()).findLast(({ from }) => from?.is_bot === true)!.message_id;
      },
    ],
    [
      "an answer that is held back itself",
      async () => say(stage.olga, "I think so too", await say(stage.olga, "// he cheats")),
    ],
  ])("holds back a reply to %s", async (_, internal) => {
    await say(stage.olga, "refuse him", await internal());
    expect(await atAda()).toEqual([]);
    expect((await lines()).at(-1)).toMatch(HELD);
  });

  test.each<[string, () => Promise<number>]>([
    ["the customer's message", async () => (await inTopic())[0].message_id],
    ["an answer of an agent's own", () => say(stage.olga, "We look into it")],
    ["an answer of a colleague's", () => say(stage.boris, "We look into it")],
  ])("sends a reply to %s", async (_, message) => {
    const before = await message();
    const sent = (await atAda()).length;
    await say(stage.olga, "Done", before);
    expect((await atAda()).slice(sent)).toEqual(["Done"]);
  });

  test("a reply to one of several joined or copied messages of an album goes to the customer", async () => {
    await ada.sendAlbum([{ photo: {} }, { photo: {}, caption: "both sides" }]);
    await stage.settle();
    for (const { message_id } of (await inTopic()).slice(-2)) await say(stage.olga, "I see", message_id);
    expect(await atAda()).toEqual(["I see", "I see"]);
  });

  test("the button sends it once, behind what was said meanwhile, and says who pressed", async () => {
    const note = await say(stage.olga, "// he cheats");
    await say(stage.olga, "first thought", note);
    await say(stage.olga, "second thought");
    expect(await pressSend(stage.boris)).toBe("It is on its way to the customer.");
    expect(await atAda()).toEqual(["second thought", "first thought"]);
    expect((await lines()).at(-2)).toBe("📤 Generalist sent this to the customer.");
    const notice = (await inTopic()).find(({ text }) => text?.startsWith("📤"))!;
    expect(notice.reply_markup).toBeUndefined();
  });

  test("two presses at once send it once", async () => {
    await say(stage.olga, "thought", await say(stage.olga, "// he cheats"));
    const notice = (await inTopic()).at(-1)!;
    const presses = await Promise.all(
      [stage.olga, stage.boris].map((member) =>
        member.press(notice.message_id, { text: "Send to the customer" }),
      ),
    );
    await stage.settle();
    const answers = await Promise.all(presses.map((press) => press.answer()));
    expect(answers.map((answer) => answer?.text ?? "").sort((a, b) => (a < b ? -1 : 1))).toEqual([
      "It is on its way to the customer.",
      "It was sent already.",
    ]);
    expect(await atAda()).toEqual(["thought"]);
  });

  test("an album is held back as one, and sent as one", async () => {
    const note = await say(stage.olga, "// he cheats");
    await stage.olga.sendAlbum(topic, [{ photo: {} }, { photo: {}, caption: "proof" }], { replyTo: note });
    await stage.settle();
    expect(await atAda()).toEqual([]);
    expect((await lines()).filter((line) => HELD.test(line))).toHaveLength(1);
    await pressSend(stage.olga);
    expect(await atAda()).toEqual(["", "proof"]);
    const calls = await stage.telegram.calls();
    expect(calls.filter(({ method }) => method === "copyMessages")).toHaveLength(1);
  });

  test("a message that was edited into a note meanwhile is not sent by the button", async () => {
    const thought = await say(stage.olga, "thought", await say(stage.olga, "// he cheats"));
    await stage.olga.edit(thought, "// thought");
    await stage.settle();
    expect(await pressSend(stage.boris)).toBe("It is not to be sent any more.");
    expect(await atAda()).toEqual([]);
  });

  test("only an agent may send it", async () => {
    await say(stage.olga, "thought", await say(stage.olga, "// he cheats"));
    expect(await pressSend(await stage.group.member({ firstName: "Vera" }))).toMatch(/agents/);
    expect(await atAda()).toEqual([]);
  });

  test("it waits until an agent presses the button, and counts as no answer before", async () => {
    await say(stage.olga, "thought", await say(stage.olga, "// he cheats"));
    await stage.pass(HOUR);
    const held = await stage.get("/api/v1/tickets/SUP-1");
    expect(held["firstRespondedAt"] ?? null).toBeNull();
    await pressSend(stage.olga);
    expect(await atAda()).toEqual(["thought"]);
    expect((await stage.get("/api/v1/tickets/SUP-1"))["status"]).toBe("waiting");
  });
});

describe("what becomes internal is taken back from the customer", () => {
  test.each<[string, Record<string, unknown>]>([
    ["text", { text: "// he cheats" }],
    ["a list", { rich_message: { blocks: [{ type: "paragraph", text: "/note he cheats" }] } }],
    ["a checklist", { checklist: { title: "// before we pay", tasks: [{ id: 1, text: "call" }] } }],
    [
      "a picture",
      { photo: [{ file_id: "AgACx", file_unique_id: "ux", width: 9, height: 9 }], caption: "// us" },
    ],
  ])("an answer that is edited into %s", async (_, message) => {
    const answer = await say(stage.olga, "We look into it");
    expect(await atAda()).toEqual(["We look into it"]);
    await stage.olga.editAsIs(answer, message);
    await stage.settle();
    expect(await atAda()).toEqual([]);
    expect((await lines()).at(-1)).toMatch(/internal now, and was deleted from the customer's chat/);
  });

  test("an answer that still waits is just not sent", async () => {
    const { message_id } = await stage.olga.write(topic, "We look into it");
    await stage.telegram.faults([{ effect: "flood", retryAfter: 30, chatId: ada.id, times: 1 }]);
    await stage.settleNow();
    await stage.olga.edit(message_id, "// no");
    await stage.settle();
    expect(await atAda()).toEqual([]);
    expect((await stage.telegram.calls()).filter(({ method }) => method === "deleteMessage")).toEqual([]);
  });

  test("after two days the topic says that the customer keeps it", async () => {
    const answer = await say(stage.olga, "We look into it");
    await stage.pass(49 * HOUR);
    await stage.olga.edit(answer, "// no");
    await stage.settle();
    expect(await atAda()).toContain("We look into it");
    expect((await lines()).at(-1)).toMatch(/the customer keeps what they got/);
  });

  test("an album whose slash comes late, with all that has gone", async () => {
    const photo = (id: number) => ({
      photo: [{ file_id: `AgAC${id}`, file_unique_id: `u${id}`, width: 9, height: 9 }],
      media_group_id: "77001",
    });
    await stage.olga.writeAsIs(topic, photo(1));
    await stage.settle();
    expect(await atAda()).toHaveLength(1);
    await stage.olga.writeAsIs(topic, { ...photo(2), caption: "/note internal" });
    await stage.settle();
    expect(await atAda()).toEqual([]);
    expect((await lines()).at(-1)).toMatch(/internal now, and was deleted/);
  });

  test("an album of which one item is edited into a note goes as a whole", async () => {
    const items = await stage.olga.sendAlbum(topic, [{ photo: {} }, { photo: {}, caption: "see" }]);
    await stage.settle();
    expect(await atAda()).toHaveLength(2);
    await stage.olga.edit(items[1].message_id, { caption: "// see" });
    await stage.settle();
    expect(await atAda()).toEqual([]);
  });
});

test("a note that was whispered to the bot stands in the topic for the colleagues", async () => {
  await stage.olga.whisper(topic, "/note he cheats");
  await stage.settle();
  expect((await lines()).at(-1)).toBe("✍ Senior billing:\nhe cheats");
  expect(await atAda()).toEqual([]);
});

test("a sign that Telegram never takes is said in words", async () => {
  await stage.telegram.faults([{ effect: "server_error", methods: ["setMessageReaction"] }]);
  const { message_id } = await stage.olga.write(topic, "/note nobody else knows");
  await stage.settle(25 * HOUR);
  const inWords = (await inTopic()).filter(
    ({ reply_to_message: answered, text }) =>
      answered?.message_id === message_id && text?.startsWith("✍ Noted"),
  );
  expect(inWords).toHaveLength(1);
});
