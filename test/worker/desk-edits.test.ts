import { beforeEach, describe, expect, test } from "vitest";
import type { Customer, LoggedCall, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { Stage, texts } from "../support/stage.ts";

let stage: Stage;
let ada: Customer;
let topic: number;

beforeEach(async () => {
  stage = await Stage.open();
  ada = await stage.customer({ firstName: "Ada", isPremium: true });
  await ada.write("Hello");
  await stage.settle();
  topic = (await stage.topic("SUP-1")).id;
});

const SECONDS = 60;
const LONG = "Here is what happened, as exactly as I can tell. ".repeat(30).trim();

type Fields = Record<string, unknown>;

function file(id: string, more: Fields = {}): Fields {
  return { file_id: `file-${id}`, file_unique_id: id, ...more };
}

const MEDIA: [string, Fields][] = [
  ["photo", { photo: [file("p", { width: 90, height: 90 })], caption: "look" }],
  ["video", { video: file("v", { width: 1, height: 1, duration: 1 }), caption: "look" }],
  ["animation", { animation: file("a", { width: 1, height: 1, duration: 1 }), caption: "look" }],
  ["audio", { audio: file("m", { duration: 1 }), caption: "listen" }],
  ["document", { document: file("d", { file_name: "log.txt" }), caption: "read" }],
];

const KINDS: [string, Fields][] = [
  ["text with a link", { text: "https://example.org/a", entities: [{ type: "url", offset: 0, length: 21 }] }],
  ...MEDIA,
  ["voice message", { voice: file("o", { duration: 2 }) }],
  ["video note", { video_note: file("n", { length: 1, duration: 1 }) }],
  ["sticker", { sticker: file("s", { type: "regular", width: 1, height: 1, emoji: "👍" }) }],
  ["location", { location: { latitude: 1, longitude: 2 } }],
  [
    "venue",
    {
      venue: { location: { latitude: 1, longitude: 2 }, title: "Shop", address: "Street 1" },
      location: { latitude: 1, longitude: 2 },
    },
  ],
  ["contact", { contact: { phone_number: "+1", first_name: "Bob" } }],
  [
    "poll",
    { poll: { id: "1", question: "When?", options: [{ text: "now", voter_count: 0 }], type: "regular" } },
  ],
  ["dice", { dice: { emoji: "🎲", value: 3 } }],
  ["rich message", { rich_message: { blocks: [{ type: "paragraph", text: "one" }] } }],
  ["checklist", { checklist: { title: "Parts", tasks: [{ id: 1, text: "a" }] } }],
  ["kind of a newer Bot API", { hologram: file("h") }],
];

async function callsAfter(act: () => Promise<unknown>): Promise<LoggedCall[]> {
  const before = (await stage.telegram.calls()).at(-1)?.id ?? 0;
  await act();
  await stage.settle();
  return stage.telegram.calls({ afterId: before });
}

function made(calls: readonly LoggedCall[]): string[] {
  return calls.map(({ method, answer }) => `${method} ${answer?.status}`);
}

async function lastInTopic(): Promise<SeenMessage> {
  return (await stage.inTopic("SUP-1")).at(-1)!;
}

async function lastOfAda(): Promise<SeenMessage> {
  return (await ada.messages()).at(-1)!;
}

test(
  "an edit that changes nothing does nothing, whatever the kind of message, on both sides",
  { timeout: SECONDS * 2_000 },
  async () => {
    for (const [kind, content] of KINDS) {
      const asked = await ada.writeAsIs(content);
      const answered = await stage.olga.writeAsIs(topic, content);
      await stage.settle();
      const calls = await callsAfter(async () => {
        await ada.editAsIs(asked.message_id, content);
        await stage.olga.editAsIs(answered.message_id, content);
      });
      expect([kind, made(calls)]).toEqual([kind, []]);
    }
  },
);

test("what changes without an edit is no edit: votes, ticks, a file's new id", async () => {
  const poll = { id: "1", question: "When?", options: [{ text: "now", voter_count: 0 }], type: "regular" };
  const asked = await ada.writeAsIs({ poll });
  const picture = await ada.writeAsIs({ photo: [file("x")] });
  await stage.settle();
  const calls = await callsAfter(async () => {
    await ada.editAsIs(asked.message_id, {
      poll: { ...poll, options: [{ text: "now", voter_count: 3 }], total_voter_count: 3, is_closed: true },
    });
    await ada.editAsIs(picture.message_id, { photo: [{ file_id: "another", file_unique_id: "x" }] });
  });
  expect(made(calls)).toEqual([]);
});

test("ticks on a checklist are told once, and copied never", async () => {
  const tasks = [
    { id: 1, text: "a" },
    { id: 2, text: "b" },
  ];
  const list = await ada.writeAsIs({ checklist: { title: "Parts", tasks } });
  await stage.settle();
  for (const [index, at] of [1_700_000_000, 1_700_000_001].entries()) {
    await ada.editAsIs(list.message_id, {
      checklist: {
        title: "Parts",
        tasks: tasks.map((task, n) => (n <= index ? { ...task, completion_date: at } : task)),
      },
    });
    await stage.settle();
  }
  const seen = await stage.inTopic("SUP-1");
  expect(texts(seen).filter((text) => text.includes("Ticks do not show"))).toHaveLength(1);
  expect(seen.filter((message) => "checklist" in message)).toHaveLength(1);
});

describe("a text that becomes media by an edit", () => {
  test.each(MEDIA)("a %s takes the place of the copy, both ways", async (kind, content) => {
    const asked = await ada.write("see this");
    const answered = await stage.olga.write(topic, "and this");
    await stage.settle();
    const copies = [await lastInTopic(), await lastOfAda()];
    await ada.editAsIs(asked.message_id, content);
    await stage.olga.editAsIs(answered.message_id, content);
    await stage.settle();
    const inTopic = (await stage.inTopic("SUP-1")).filter((message) => message.from?.is_bot === true).at(-1)!;
    const atAda = await lastOfAda();
    for (const copy of [inTopic, atAda])
      expect([kind in copy, copy.caption]).toEqual([true, content["caption"]]);
    expect(atAda.message_id).toBe(copies[1].message_id);
  });

  test("a change that no edit can make is copied once more, and further edits follow there", async () => {
    const asked = await ada.write("listen");
    await stage.settle();
    const former = await lastInTopic();
    await ada.editAsIs(asked.message_id, { voice: file("o", { duration: 2 }), caption: "to this" });
    await stage.settle();
    const copy = await lastInTopic();
    expect([copy.caption, "voice" in copy, copy.reply_to_message?.message_id]).toEqual([
      "to this",
      true,
      former.message_id,
    ]);
    await ada.editAsIs(asked.message_id, { voice: file("o", { duration: 2 }), caption: "to this, please" });
    await stage.settle();
    expect((await lastInTopic()).caption).toBe("to this, please");
    expect(texts(await stage.inTopic("SUP-1"))).toEqual(["Hello", "listen", "to this, please"]);
    // What is said about either copy is about the message.
    for (const copyId of [former.message_id, copy.message_id]) {
      await stage.olga.write(topic, "Heard", { replyTo: copyId });
      await stage.settle();
      expect((await lastOfAda()).reply_to_message?.message_id).toBe(asked.message_id);
    }
  });
});

describe("captions longer than a bot may write", () => {
  test("come through as a reply's copy without the reply, both ways", async () => {
    const answer = await stage.olga.write(topic, "Please describe it");
    await stage.settle();
    const received = await lastOfAda();
    await ada.writeAsIs({ photo: [file("p")], caption: LONG }, { replyTo: received.message_id });
    await stage.settle();
    expect((await lastInTopic()).caption).toBe(LONG);
    await stage.olga.writeAsIs(topic, { photo: [file("q")], caption: LONG }, { replyTo: answer.message_id });
    await stage.settle();
    expect((await lastOfAda()).caption).toBe(LONG);
    expect(texts(await stage.inTopic("SUP-1")).join()).not.toContain("⚠️");
  });

  test("are whole after an edit: the new copy takes the place of the former", async () => {
    const picture = await ada.writeAsIs({ document: file("d"), caption: LONG });
    await stage.settle();
    await ada.editAsIs(picture.message_id, { document: file("d"), caption: `${LONG} Really.` });
    await stage.settle();
    const captions = (await stage.inTopic("SUP-1")).flatMap(({ caption }) => caption ?? []);
    expect(captions).toEqual([`${LONG} Really.`]);
    await ada.editAsIs(picture.message_id, { document: file("d"), caption: "Never mind" });
    await stage.settle();
    expect((await stage.inTopic("SUP-1")).flatMap(({ caption }) => caption ?? [])).toEqual(["Never mind"]);
  });

  test("are whole as well where a text becomes a picture", async () => {
    const words = await stage.olga.write(topic, "see");
    await stage.settle();
    await stage.olga.editAsIs(words.message_id, { photo: [file("p")], caption: LONG });
    await stage.settle();
    expect((await lastOfAda()).caption).toBe(LONG);
  });
});

describe("a message that was joined with others", () => {
  /** Forty texts at once: more than the group's minute takes one by one. */
  async function joined(): Promise<{ sent: SeenMessage[]; copy: SeenMessage }> {
    await stage.telegram.budgets("real");
    const sent: SeenMessage[] = [];
    for (let n = 1; n <= 40; n += 1) sent.push(await ada.write(`line ${n} of 40`));
    await stage.settle();
    const copy = (await stage.inTopic("SUP-1")).find(({ text }) => text?.includes("line 39 of 40"))!;
    expect(copy.text).toContain("line 38 of 40");
    await stage.pass(120_000);
    return { sent, copy };
  }

  test("is answered line by line: a quote shows which", async () => {
    const { sent, copy } = await joined();
    await stage.olga.write(topic, "About that", { replyTo: copy.message_id, quote: "line 38 of 40" });
    await stage.settle();
    const received = await lastOfAda();
    expect([received.reply_to_message?.message_id, received.quote?.text]).toEqual([
      sent[37].message_id,
      "line 38 of 40",
    ]);
    // What begins in one line and ends in the next stands in neither.
    const across = copy.text!.slice(copy.text!.indexOf("38 of 40"), copy.text!.indexOf("39 of 40") + 2);
    await stage.olga.write(topic, "And that", { replyTo: copy.message_id, quote: across });
    await stage.settle();
    const second = await lastOfAda();
    expect([second.text, second.reply_to_message?.message_id, second.quote]).toEqual([
      "And that",
      sent[37].message_id,
      undefined,
    ]);
  });

  test("keeps the others when it is edited: the new version follows, and is edited from then on", async () => {
    const { sent, copy } = await joined();
    await ada.edit(sent[37].message_id, "line 38, corrected");
    await stage.settle();
    await ada.edit(sent[37].message_id, "line 38, corrected again");
    await stage.settle();
    await ada.editAsIs(sent[38].message_id, { photo: [file("p")], caption: "line 39 as a picture" });
    await stage.settle();
    const seen = await stage.inTopic("SUP-1");
    expect(seen.find(({ message_id }) => message_id === copy.message_id)?.text).toBe(copy.text);
    expect(texts(seen.slice(-2))).toEqual(["line 38, corrected again", "line 39 as a picture"]);
    expect(seen.at(-1)?.reply_to_message?.message_id).toBe(copy.message_id);
  });
});

describe("edits whose copy is not there", () => {
  test("the customer deleted it: they get the new version, and the next edit follows there", async () => {
    const answer = await stage.olga.write(topic, "On Mondy");
    await stage.settle();
    await ada.delete((await lastOfAda()).message_id);
    await stage.olga.edit(answer.message_id, "On Monday");
    await stage.settle();
    expect((await lastOfAda()).text).toBe("On Monday");
    await stage.olga.edit(answer.message_id, "On Tuesday");
    await stage.settle();
    expect(texts(await ada.messages()).filter((text) => text.startsWith("On "))).toEqual(["On Tuesday"]);
  });

  test("its topic was deleted: the new version comes into the new one", async () => {
    const asked = await ada.write("My lmap");
    await stage.settle();
    await stage.lead.deleteTopic(topic);
    await ada.edit(asked.message_id, "My lamp");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toContain("My lamp");
    expect(texts(await stage.group.messages({ threadId: null }))).not.toContain("My lamp");
  });

  test("an answer was refused: as it is now it is tried again", async () => {
    const description = "Bad Request: something is wrong";
    await stage.telegram.faults([
      { methods: ["copyMessage"], effect: "refuse", times: 1, code: 400, description },
    ]);
    const answer = await stage.olga.write(topic, "Bad words");
    await stage.settle();
    expect(texts(await ada.messages())).not.toContain("Bad words");
    await stage.olga.edit(answer.message_id, "Good words");
    await stage.settle();
    expect((await lastOfAda()).text).toBe("Good words");
  });

  test("it is unknown whether an answer arrived: the agent is told that the edit did not follow", async () => {
    await stage.telegram.faults([{ methods: ["copyMessage"], effect: "answer_lost", times: 1 }]);
    const answer = await stage.olga.write(topic, "Perhaps");
    await stage.settle();
    await stage.olga.edit(answer.message_id, "Certainly");
    await stage.settle();
    expect(texts(await stage.olga.messages({ threadId: topic })).join()).toContain(
      "Nobody knows whether the customer has this message",
    );
  });
});

describe("what was never sent", () => {
  test("a slip is sent once its slash is gone; a command that was misspelt is done once it is right", async () => {
    const slip = await stage.olga.write(topic, "/ ok, sent");
    const typo = await stage.olga.write(topic, "/pirority high");
    await stage.settle();
    await stage.olga.edit(slip.message_id, "ok, sent");
    await stage.olga.edit(typo.message_id, "/priority high");
    await stage.settle();
    expect(texts(await ada.messages())).toContain("ok, sent");
    expect((await stage.card("SUP-1")).text).toContain("high");
    await stage.olga.edit(slip.message_id, "ok, sent today");
    await stage.settle();
    expect((await lastOfAda()).text).toBe("ok, sent today");
  });

  test("a note without its slashes stays a note, and a command that was done is not done again", async () => {
    const note = await stage.olga.write(topic, "// he lies");
    const command = await stage.olga.write(topic, "/priority urgent");
    await stage.settle();
    const before = (await ada.messages()).length;
    await stage.olga.edit(note.message_id, "he lies");
    await stage.olga.edit(command.message_id, "/priority low");
    await stage.settle();
    expect((await ada.messages()).length).toBe(before);
    const heard = texts(await stage.olga.messages({ threadId: topic })).join();
    expect(heard).toContain("Your edit stays here");
    expect(heard).toContain("not carried out again");
    expect((await stage.card("SUP-1")).text).toContain("urgent");
  });

  test("a corrected note stands in the history once more, an unchanged one does not", async () => {
    const note = await stage.olga.write(topic, "// wait for teh photo");
    await stage.settle();
    await stage.olga.edit(note.message_id, "// wait for teh photo");
    await stage.olga.edit(note.message_id, "// wait for the photo");
    await stage.settle();
    const { events } = await stage.get<{ events: { items: { type: string; text?: string }[] } }>(
      "/api/v1/tickets/SUP-1",
    );
    expect(events.items.filter(({ type }) => type === "note_added")).toHaveLength(2);
  });

  test("a customer's command becomes a message once its slash is gone; an unknown message stays unknown", async () => {
    const slip = await ada.write("/help");
    await stage.settle();
    await ada.edit(slip.message_id, "help me with my lamp");
    await stage.settle();
    expect((await lastInTopic()).text).toBe("help me with my lamp");
    const calls = await callsAfter(() =>
      stage.telegram.inject({
        edited_message: {
          message_id: 77_777,
          date: Math.floor(stage.now / 1_000),
          edit_date: Math.floor(stage.now / 1_000),
          chat: { id: ada.id, type: "private", first_name: "Ada" },
          from: ada.profile,
          text: "from before the desk",
        },
      }),
    );
    expect(made(calls)).toEqual([]);
  });

  test("a customer's command that was misspelt is done once it is right", async () => {
    const typo = await ada.write("/clsoe");
    await stage.settle();
    await ada.edit(typo.message_id, "/close");
    await stage.settle();
    expect((await stage.card("SUP-1")).text).toContain("Closed");
  });
});

describe("reactions that no bot can set", () => {
  const shown = async (messageId: number) =>
    ((await stage.telegram.message(stage.group.id, messageId)).reactions ?? []).flatMap((one) =>
      one.reaction.map((reaction) => (reaction as { emoji?: string }).emoji),
    );
  const react = (messageId: number, custom: string) =>
    stage.telegram.inject({
      message_reaction: {
        chat: { id: ada.id, type: "private", first_name: "Ada" },
        message_id: messageId,
        user: ada.profile,
        date: Math.floor(stage.now / 1_000),
        old_reaction: [],
        new_reaction: [{ type: "custom_emoji", custom_emoji_id: custom }],
      },
    });

  test.each([
    ["is shown as the emoji that it stands for", "5368324170671202286", "👍"],
    ["that stands for no reaction is shown as a neutral one", "5235912661102773458", "👀"],
    ["that Telegram does not know is shown as a neutral one", "1", "👀"],
  ])("a custom emoji %s", async (_, custom, emoji) => {
    const answer = await stage.olga.write(topic, "Fixed");
    await stage.settle();
    await react((await lastOfAda()).message_id, custom);
    await stage.settle();
    expect(await shown(answer.message_id)).toEqual([emoji]);
  });
});

describe("topics in a private chat", () => {
  const inThread = (messageId: number, thread: number, text: string) =>
    stage.telegram.inject(
      {
        message: {
          message_id: messageId,
          date: Math.floor(stage.now / 1_000),
          chat: { id: ada.id, type: "private", first_name: "Ada" },
          from: ada.profile,
          message_thread_id: thread,
          is_topic_message: true,
          text,
        },
      },
      { remember: true },
    );

  test("answers go where the customer wrote last, replies where the answered message is, commands where they came", async () => {
    await inThread(90_001, 90_000, "My invoice is wrong");
    await stage.settle();
    const first = await lastInTopic();
    await inThread(90_011, 90_010, "And my parcel?");
    await stage.settle();
    const sent = async (act: () => Promise<unknown>) =>
      (await callsAfter(act))
        .filter(({ params }) => params["chat_id"] === ada.id)
        .map(({ params }) => params["message_thread_id"]);
    expect(await sent(() => stage.olga.write(topic, "It is on its way"))).toEqual([90_010]);
    expect(await sent(() => stage.olga.write(topic, "Which?", { replyTo: first.message_id }))).toEqual([
      90_000,
    ]);
    expect(await sent(() => inThread(90_020, 90_000, "/tickets"))).toEqual([90_000]);
  });

  test("cost the topic where they are gone, never the answer", async () => {
    await inThread(90_001, 90_000, "My invoice is wrong");
    await stage.settle();
    const gone = "Bad Request: message thread not found";
    await stage.telegram.faults([
      { methods: ["copyMessage"], effect: "refuse", code: 400, description: gone, times: 1 },
    ]);
    await stage.olga.write(topic, "Which one?");
    await stage.settle();
    expect((await lastOfAda()).text).toBe("Which one?");
    expect((await lastInTopic()).text).toBe("Which one?");
  });
});
