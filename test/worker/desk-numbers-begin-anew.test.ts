import { describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { localPlug } from "../../src/sandbox/desk/local-plug.ts";
import type { Customer, Group, Member, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { MAIN_CHAT, promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { isCard, isService, Stage, texts } from "../support/stage.ts";

/* Telegram's numbers begin anew: no message reaches a wrong reader, and none is taken for an older one. */

const NEW_CHAT = -1_001_999_999_999;
const OTHER_BOT = "7000000002:sandbox";

async function open(config: (config: ConfigInput) => void = () => undefined): Promise<Stage> {
  return Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.routing.rules = [];
      delete desk.routing.fallbackPool;
      desk.queues = [
        { id: "general", group: "main" },
        { id: "premium", group: "vip" },
      ];
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"] },
        { telegramId: 9002, name: "Olga", groups: ["main", "vip"] },
      ];
      config(desk);
    },
  });
}

const said = (messages: readonly SeenMessage[]): string[] =>
  texts(messages.filter((message) => !isService(message) && !isCard(message)));

async function topicIn(group: Group, ref: string): Promise<number> {
  const found = (await group.topics()).filter(
    ({ name, isDeleted }) => name.startsWith(`${ref} `) && !isDeleted,
  );
  expect(found, `topics of ${ref}`).toHaveLength(1);
  return found[0].id;
}

async function inTopic(group: Group, ref: string): Promise<string[]> {
  return said(await group.messages({ threadId: await topicIn(group, ref) }));
}

async function withTicket(stage: Stage, firstName: string, text: string): Promise<Customer> {
  const customer = await stage.customer({ firstName });
  await customer.write(text);
  await stage.settle();
  return customer;
}

async function newChat(stage: Stage, id = NEW_CHAT): Promise<{ group: Group; olga: Member }> {
  const group = await stage.telegram.group({ id, title: "New", forum: true });
  const olga = await group.member({ id: 9002, firstName: "Olga" });
  return { group, olga };
}

async function moveTo(stage: Stage, chatId: number): Promise<void> {
  stage.config.groups[0].chatId = chatId;
  await stage.configure();
}

describe("a group that gets another chat", () => {
  test("has a topic for every open ticket there, and answers in it reach their own customer", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    const bert = await withTicket(stage, "Bert", "My scanner hums");
    for (let n = 1; n <= 5; n += 1) await stage.olga.write((await stage.topic("SUP-1")).id, `To Ada ${n}`);
    await stage.settle();
    const { group, olga } = await newChat(stage);
    await moveTo(stage, NEW_CHAT);
    await stage.settle();
    const [toBert, toAda] = [await topicIn(group, "SUP-2"), await topicIn(group, "SUP-1")];
    for (let n = 1; n <= 12; n += 1) await olga.write(toBert, `To Bert ${n}`);
    await olga.write(toAda, "And one for Ada");
    await stage.settle();
    expect(texts(await bert.messages()).filter((text) => text.startsWith("To "))).toEqual(
      Array.from({ length: 12 }, (_, n) => `To Bert ${n + 1}`),
    );
    expect(texts(await ada.messages()).filter((text) => text.startsWith("To Bert"))).toEqual([]);
    expect(texts(await ada.messages()).at(-1)).toBe("And one for Ada");
  });
});

describe("a group that gets another chat, later", () => {
  test("an answer that waits is copied from where it was written", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    await stage.telegram.faults([
      { effect: "flood", retryAfter: 30, methods: ["copyMessage"], chatId: ada.id, times: 1 },
    ]);
    const topic = (await stage.topic("SUP-1")).id;
    await stage.olga.write(topic, "Have you tried water?");
    await stage.settle(5_000);
    const { group, olga } = await newChat(stage);
    // The new chat has a message with every number that the waiting answer could have.
    for (let n = 1; n <= 30; n += 1) await olga.write(null, `Internal ${n}`);
    await moveTo(stage, NEW_CHAT);
    await stage.settle(3 * 60_000);
    expect(texts(await ada.messages()).filter((text) => text.startsWith("Internal"))).toEqual([]);
    expect(texts(await ada.messages()).at(-1)).toBe("Have you tried water?");
    await ada.write("It burns on", { replyTo: (await ada.messages()).at(-1)!.message_id });
    await stage.settle();
    expect(await inTopic(group, "SUP-1")).toContain("It burns on");
  });

  test("the former chat is gone: what waits there is said not to have arrived, and the group works on", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    await stage.telegram.faults([
      { effect: "flood", retryAfter: 30, methods: ["copyMessage"], chatId: ada.id, times: 1 },
    ]);
    await stage.olga.write((await stage.topic("SUP-1")).id, "Have you tried water?");
    await stage.settle(5_000);
    const { group, olga } = await newChat(stage);
    await stage.group.kickBot();
    await moveTo(stage, NEW_CHAT);
    await stage.settle(3 * 60_000);
    expect(texts(await ada.messages())).not.toContain("Have you tried water?");
    expect((await inTopic(group, "SUP-1")).some((text) => /not delivered|not sent/i.test(text))).toBe(true);
    await olga.write(await topicIn(group, "SUP-1"), "Then foam?");
    await stage.settle();
    expect(texts(await ada.messages()).at(-1)).toBe("Then foam?");
  });

  test("edits and reactions to earlier messages reach their own message, or none", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    const bert = await withTicket(stage, "Bert", "My scanner hums");
    const topic = (await stage.topic("SUP-1")).id;
    const answer = await stage.olga.write(topic, "Have you tryed water?");
    await stage.settle();
    const { group, olga } = await newChat(stage);
    await moveTo(stage, NEW_CHAT);
    await stage.settle();
    const toBert = await topicIn(group, "SUP-2");
    const sent: SeenMessage[] = [];
    for (let n = 1; n <= 20; n += 1) sent.push(await olga.write(toBert, `To Bert ${n}`));
    await stage.settle();
    const same = sent.find(({ message_id }) => message_id === answer.message_id)!;
    expect(same, "a message with the number of the old answer").toBeDefined();
    await olga.edit(same.message_id, "To Bert, corrected");
    await olga.react(same.message_id, "👍");
    // What Ada does to the old answer goes to the chat in which it stands.
    const atAda = (await ada.messages()).find(({ text }) => text === "Have you tryed water?")!;
    await ada.react(atAda.message_id, "🔥");
    await stage.settle();
    expect(texts(await bert.messages())).toContain("To Bert, corrected");
    expect(texts(await ada.messages())).toContain("Have you tryed water?");
    expect((await stage.telegram.message(MAIN_CHAT, answer.message_id)).reactions).toBeDefined();
    expect(
      (await stage.telegram.message(NEW_CHAT, same.message_id)).reactions?.map(({ userId }) => userId),
    ).toEqual([9002]);
  });

  test("changed there and back, everything is where it was", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    const bert = await withTicket(stage, "Bert", "My scanner hums");
    const before = (await stage.topic("SUP-1")).id;
    const { olga } = await newChat(stage);
    await moveTo(stage, NEW_CHAT);
    await moveTo(stage, MAIN_CHAT);
    await stage.settle();
    await stage.olga.write(before, "At once");
    await stage.settle();
    expect(texts(await ada.messages()).at(-1)).toBe("At once");
    expect((await stage.group.topics()).map(({ name }) => name)).toHaveLength(2);
    // … and again, with time for new topics in between.
    await moveTo(stage, NEW_CHAT);
    await stage.settle();
    await olga.write(
      await topicIn(await stage.telegram.group({ id: NEW_CHAT, title: "New" }), "SUP-2"),
      "There",
    );
    await stage.settle();
    expect(texts(await bert.messages()).at(-1)).toBe("There");
    await moveTo(stage, MAIN_CHAT);
    await stage.settle();
    expect(await stage.group.topics()).toHaveLength(2);
    await stage.olga.write(before, "And back");
    await ada.write("Thanks");
    await stage.settle();
    expect(texts(await ada.messages()).at(-1)).toBe("And back");
    expect(said(await stage.group.messages({ threadId: before }))).toContain("Thanks");
  });
});

describe("two groups that exchange their chats", () => {
  async function exchanged(stage: Stage): Promise<void> {
    const [main, vip] = stage.config.groups;
    [main.chatId, vip.chatId] = [vip.chatId, main.chatId];
    await stage.configure();
  }

  test("nothing goes to a wrong customer, topic or chat, and an agent who writes in a former topic is told", async () => {
    const stage = await open();
    const vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
    const olgaAtVip = await vip.member({ id: 9002, firstName: "Olga" });
    const ada = await withTicket(stage, "Ada", "My printer burns");
    const bert = await withTicket(stage, "Bert", "My scanner hums");
    await stage.olga.write((await stage.topic("SUP-2")).id, "/transfer premium");
    await stage.settle();
    const [atMain, atVip] = [await topicIn(stage.group, "SUP-1"), await topicIn(vip, "SUP-2")];
    await exchanged(stage);
    await stage.settle();
    // In the former topics, which look as if they were the tickets'.
    await stage.olga.write(atMain, "Into the former topic of Ada");
    await olgaAtVip.write(atVip, "Into the former topic of Bert");
    await stage.settle();
    for (const one of [ada, bert])
      expect(texts(await one.messages()).filter((text) => text.startsWith("Into"))).toEqual([]);
    expect(
      texts(await stage.telegram.messages(MAIN_CHAT, { threadId: atMain, asUserId: 9002 })).at(-1),
    ).toContain("Not sent");
    expect(
      texts(await stage.telegram.messages(VIP_CHAT, { threadId: atVip, asUserId: 9002 })).at(-1),
    ).toContain("Not sent");
    // In the new ones.
    await ada.write("Ada again");
    await bert.write("Bert again");
    await stage.settle();
    const now = async (group: Group, ref: string): Promise<number> =>
      Math.max(
        ...(await group.topics()).filter(({ name }) => name.startsWith(`${ref} `)).map(({ id }) => id),
      );
    expect(said(await vip.messages({ threadId: await now(vip, "SUP-1") }))).toContain("Ada again");
    expect(said(await stage.group.messages({ threadId: await now(stage.group, "SUP-2") }))).toContain(
      "Bert again",
    );
    await olgaAtVip.write(await now(vip, "SUP-1"), "To Ada");
    await stage.olga.write(await now(stage.group, "SUP-2"), "To Bert");
    await stage.settle();
    expect(texts(await ada.messages()).at(-1)).toBe("To Ada");
    expect(texts(await bert.messages()).at(-1)).toBe("To Bert");
  });

  test("an answer that waits is not taken from the other group", async () => {
    const stage = await open();
    const vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
    const olgaAtVip = await vip.member({ id: 9002, firstName: "Olga" });
    const ada = await withTicket(stage, "Ada", "My printer burns");
    for (let n = 1; n <= 30; n += 1)
      await olgaAtVip.write(null, `// INTERNAL NOTE ABOUT A VIP CUSTOMER ${n}`);
    await stage.telegram.faults([
      { effect: "flood", retryAfter: 8, methods: ["copyMessage"], chatId: ada.id, times: 1 },
    ]);
    await stage.olga.write((await stage.topic("SUP-1")).id, "Have you tried water?");
    await stage.settle(2_000);
    await exchanged(stage);
    await stage.settle(3 * 60_000);
    expect(texts(await ada.messages()).filter((text) => text.includes("INTERNAL"))).toEqual([]);
    expect(texts(await ada.messages()).at(-1)).toBe("Have you tried water?");
  });

  test("a button from before the change is no longer in use", async () => {
    const stage = await open();
    const vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
    const olgaAtVip = await vip.member({ id: 9002, firstName: "Olga" });
    await withTicket(stage, "Ada", "My printer burns");
    await withTicket(stage, "Bert", "My scanner hums");
    const card = await stage.card("SUP-1");
    await exchanged(stage);
    await stage.settle();
    void olgaAtVip;
    const pressed = await stage.olga.press(card.message_id, { text: "Claim" });
    await stage.settle();
    expect(JSON.stringify(await stage.telegram.callbackAnswer(pressed.queryId ?? ""))).toContain(
      "This button has expired",
    );
    expect((await stage.get<{ assignee: unknown }>("/api/v1/tickets/SUP-1")).assignee).toBeNull();
  });
});

describe("another bot", () => {
  test("loses none of 60 messages of three customers, and brings none twice", async () => {
    const stage = await open();
    const people: Customer[] = [];
    for (const name of ["Ada", "Bert", "Cleo"]) people.push(await stage.customer({ firstName: name }));
    const write = async (round: string): Promise<void> => {
      for (let n = 1; n <= 10; n += 1)
        for (const [index, one] of people.entries()) await one.write(`${round} ${index} ${n}`);
      await stage.settle(5 * 60_000);
    };
    await write("old");
    await stage.anotherBot(OTHER_BOT);
    await stage.moveTo(stage.now + 60_000);
    await stage.settle();
    await write("new");
    for (const index of people.keys()) {
      const read = (await inTopic(stage.group, `SUP-${index + 1}`)).join("\n");
      for (const round of ["old", "new"]) {
        for (let n = 1; n <= 10; n += 1) {
          const found = [...read.matchAll(new RegExp(`\\b${round} ${index} ${n}\\b`, "g"))];
          expect(found, `${round} ${index} ${n}`).toHaveLength(1);
        }
        expect(read).not.toMatch(
          new RegExp(`\\b${round} [${[0, 1, 2].filter((other) => other !== index).join("")}] `),
        );
      }
    }
  });

  test("may not write to customers before they have written to it, and says so", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    await stage.anotherBot(OTHER_BOT);
    await stage.settle();
    const topic = (await stage.topic("SUP-1")).id;
    const contact = await stage.get<{ unreachable: unknown }>(`/api/v1/contacts/${ada.id}`);
    expect(contact.unreachable).toBe("never_started");
    const answer = await stage.olga.write(topic, "Have you tried water?");
    await stage.settle();
    expect((await stage.telegram.message(MAIN_CHAT, answer.message_id)).reactions).toMatchObject([
      { reaction: [{ emoji: "👎" }] },
    ]);
    await ada.write("Hello?");
    await stage.settle();
    await stage.olga.write(topic, "There you are");
    await stage.settle();
    expect(texts(await ada.messages()).at(-1)).toBe("There you are");
    expect((await stage.get<{ unreachable: unknown }>(`/api/v1/contacts/${ada.id}`)).unreachable).toBeNull();
  });

  test("has cards with buttons of its own, and confirms anew", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    await stage.anotherBot(OTHER_BOT);
    await ada.write("Hello?");
    await stage.settle();
    const topic = (await stage.topic("SUP-1")).id;
    const cards = (await stage.group.messages({ threadId: topic })).filter(isCard);
    const own = cards.filter(({ from }) => from?.id === 7_000_000_002);
    expect(own).toHaveLength(1);
    await stage.olga.press(own[0].message_id, { text: "Claim" });
    await stage.settle();
    expect((await stage.get<{ assignee: { id: number } }>("/api/v1/tickets/SUP-1")).assignee.id).toBe(9002);
  });

  test("a waiting message that a customer wrote to the former bot is said not to have arrived", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    await stage.telegram.faults([{ effect: "flood", retryAfter: 30, methods: ["copyMessage"], times: 1 }]);
    await ada.write("It burns on");
    await stage.settle(3_000);
    await stage.anotherBot(OTHER_BOT);
    const bert = await stage.customer({ firstName: "Bert" });
    for (let n = 1; n <= 8; n += 1) await bert.write(`Bert ${n}`);
    await stage.settle(3 * 60_000);
    const read = await inTopic(stage.group, "SUP-1");
    expect(read.filter((text) => text.startsWith("Bert"))).toEqual([]);
    expect(read.join("\n")).toContain("to the bot that this desk had before");
  });

  test("commands and buttons with the numbers of earlier updates are done", async () => {
    const stage = await open();
    const ada = await stage.customer({ firstName: "Ada" });
    for (const text of ["/help", "/start", "/tickets", "/help"]) await ada.write(text);
    await stage.settle();
    await stage.anotherBot(OTHER_BOT);
    for (const text of ["/help", "/start", "/tickets", "/help"]) await ada.write(text);
    await stage.settle();
    const answers = (await ada.messages()).filter(({ from }) => from?.is_bot);
    expect(answers).toHaveLength(4);
  });

  test("continues its numbers when the former bot comes back", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    await stage.olga.write((await stage.topic("SUP-1")).id, "Have you tried water?");
    await stage.settle();
    await stage.anotherBot(OTHER_BOT);
    await ada.write("Hello?");
    await stage.settle();
    await stage.anotherBot("7000000001:sandbox");
    await stage.settle();
    const answer = (await ada.messages()).find(({ text }) => text === "Have you tried water?")!;
    await ada.write("I have", { replyTo: answer.message_id });
    await ada.react(answer.message_id, "👍");
    await stage.settle();
    const topic = await stage.topic("SUP-1");
    const read = await stage.group.messages({ threadId: topic.id });
    expect(read.find(({ text }) => text === "I have")!.reply_to_message?.text).toBe("Have you tried water?");
    expect(read.find(({ text }) => text === "Have you tried water?")!.reactions).toBeDefined();
  });
});

describe("an account that is restored under its old id", () => {
  test("numbers its private chats anew: nothing is taken for what has been", async () => {
    const stage = await open();
    const people: Customer[] = [];
    for (const name of ["Ada", "Bert", "Cleo"]) people.push(await stage.customer({ firstName: name }));
    const write = async (round: string): Promise<void> => {
      for (let n = 1; n <= 10; n += 1)
        for (const [index, one] of people.entries()) await one.write(`${round} ${index} ${n}`);
      await stage.settle(5 * 60_000);
    };
    await write("old");
    await stage.telegram.restoredAccount();
    await stage.setWebhook();
    await stage.moveTo(stage.now + 60_000);
    await write("new");
    for (const index of people.keys()) {
      const read = (await inTopic(stage.group, `SUP-${index + 1}`)).join("\n");
      for (const round of ["old", "new"])
        for (let n = 1; n <= 10; n += 1)
          expect(
            [...read.matchAll(new RegExp(`\\b${round} ${index} ${n}\\b`, "g"))],
            `${round} ${index} ${n}`,
          ).toHaveLength(1);
    }
    await stage.olga.write(await topicIn(stage.group, "SUP-1"), "Hello");
    await stage.settle();
    expect(texts(await people[0].messages()).at(-1)).toBe("Hello");
  });

  test("the same message under another update is still the same", async () => {
    const stage = await open();
    const ada = await withTicket(stage, "Ada", "My printer burns");
    const written = await ada.write("Once");
    await stage.settle();
    const { only_for_user_id: _, ...message } = written;
    await stage.telegram.inject({ message: message });
    await stage.settle();
    expect((await inTopic(stage.group, "SUP-1")).filter((text) => text === "Once")).toHaveLength(1);
  });
});

describe("a caller who changes the chat or the bot", () => {
  test("is told beforehand how many open tickets get a new topic", async () => {
    const stage = await open();
    await withTicket(stage, "Ada", "My printer burns");
    await withTicket(stage, "Bert", "My scanner hums");
    stage.config.groups[0].chatId = NEW_CHAT;
    const rehearsed = await stage.api("PUT", "/api/v1/config?dryRun=1", stage.config);
    expect(await rehearsed.json()).toMatchObject({
      valid: true,
      warnings: [
        {
          pointer: "/groups/0/chatId",
          message:
            "main is connected with another chat: 2 open tickets get a new topic, and what is written in the former topics reaches nobody",
        },
      ],
    });
    const put = await stage.api("PUT", "/api/v1/config", stage.config);
    expect((await put.json<{ warnings: unknown[] }>()).warnings).toHaveLength(1);
    const again = await stage.api("PUT", "/api/v1/config", stage.config);
    expect((await again.json<{ warnings: unknown[] }>()).warnings).toEqual([]);
  });

  test("another bot is found by the next look, which tells the leads once", async () => {
    const stage = await open();
    await withTicket(stage, "Ada", "My printer burns");
    const look = async (): Promise<string[]> => {
      const run = (await (await stage.api("POST", "/api/v1/reconciliation")).json()) as {
        findings: { kind: string }[];
      };
      await stage.settle();
      return run.findings.map(({ kind }) => kind);
    };
    await look();
    await stage.anotherBot(OTHER_BOT);
    await stage.settle();
    await stage.moveTo(stage.now + 10 * 60_000);
    expect(await look()).toContain("bot.changed");
    await stage.moveTo(stage.now + 10 * 60_000);
    expect(await look()).not.toContain("bot.changed");
    const told = said(await stage.group.messages({ threadId: null })).filter((text) =>
      text.includes("another bot"),
    );
    expect(told).toHaveLength(1);
  });
});

describe("the plug is pulled at every step", () => {
  const MINUTE = 60_000;
  const alone = (desk: ConfigInput): void => {
    desk.groups = desk.groups.slice(0, 1);
    desk.queues = [{ id: "general", group: "main" }];
    for (const agent of desk.agents!) agent.groups = ["main"];
  };
  const UNKNOWN = "Telegram didn't confirm delivery";

  test(
    "loses nothing while a group with a waiting answer gets another chat",
    { timeout: 600_000 },
    async () => {
      const pulledAt: string[] = [];
      for (let step = 1; step < 80; step += 1) {
        const stage = await open(alone);
        const ada = await withTicket(stage, "Ada", "My printer burns");
        const { group, olga } = await newChat(stage);
        for (let n = 1; n <= 6; n += 1) await olga.write(null, `Internal ${n}`);
        await stage.telegram.faults([
          { effect: "flood", retryAfter: 8, methods: ["copyMessage"], chatId: ada.id, times: 1 },
        ]);
        await stage.olga.write((await stage.topic("SUP-1")).id, "Have you tried water?");
        await stage.settle(2_000);
        stage.config.groups[0].chatId = NEW_CHAT;
        localPlug.arm(step);
        await stage.api("PUT", "/api/v1/config", stage.config);
        await stage.settle(3 * MINUTE);
        const { pulled } = localPlug;
        localPlug.arm(null);
        await ada.write("It burns on");
        await stage.settle(3 * MINUTE);
        const at = `step ${step}, ${pulled}`;
        const read = texts(await ada.messages());
        expect(
          read.filter((text) => text.startsWith("Internal")),
          at,
        ).toEqual([]);
        const inNew = await inTopic(group, "SUP-1");
        const answers = read.filter((text) => text === "Have you tried water?").length;
        if (!inNew.some((text) => text.includes(UNKNOWN))) expect(answers, at).toBe(1);
        expect(answers, at).toBeLessThanOrEqual(1);
        expect(inNew, at).toContain("It burns on");
        if (pulled === null) break;
        pulledAt.push(pulled);
      }
      expect(pulledAt).toEqual(
        expect.arrayContaining(["before a commit", "after a commit", "before createForumTopic"]),
      );
    },
  );

  test("loses nothing while the desk gets another bot", { timeout: 600_000 }, async () => {
    const pulledAt: string[] = [];
    for (let step = 1; step < 80; step += 1) {
      const stage = await open(alone);
      const ada = await withTicket(stage, "Ada", "My printer burns");
      localPlug.arm(step);
      await stage.anotherBot(OTHER_BOT);
      await ada.write("Hello?");
      await stage.settle(3 * MINUTE);
      const { pulled } = localPlug;
      localPlug.arm(null);
      await stage.settle(3 * MINUTE);
      await stage.olga.write((await stage.topic("SUP-1")).id, "Here I am");
      await stage.settle(5 * MINUTE);
      const at = `step ${step}, ${pulled}`;
      expect(await inTopic(stage.group, "SUP-1"), at).toContain("Hello?");
      expect(texts(await ada.messages()).at(-1), at).toBe("Here I am");
      if (pulled === null) break;
      pulledAt.push(pulled);
    }
    expect(pulledAt).toEqual(expect.arrayContaining(["before a commit", "after a commit"]));
  });
});
