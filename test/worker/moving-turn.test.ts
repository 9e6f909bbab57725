import { evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import type { Customer, Group, Member, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { isCard, isService, Stage, texts } from "../support/stage.ts";

/*
 * A ticket that goes to another group brings its customer's unanswered messages: the new agents must see them and
 * answer them.
 */

const MINUTE = 60_000;

let stage: Stage;
let ada: Customer;
let vip: Group;
let vera: Member;

beforeEach(async () => {
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main" },
        { id: "premium", group: "vip" },
      ];
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"] },
        { telegramId: 9002, name: "Olga", groups: ["main", "vip"] },
        { telegramId: 9004, name: "Vera", groups: ["vip"] },
      ];
      desk.routing.rules = [];
    },
  });
  ada = await stage.customer({ firstName: "Ada" });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  vera = await vip.member({ id: 9004, firstName: "Vera" });
});

async function topicIn(group: Group): Promise<number> {
  const found = (await group.topics()).filter(({ name }) => name.startsWith("SUP-1 "));
  expect(found).toHaveLength(1);
  return found[0].id;
}

/** What stands in the ticket's topic below the card. */
async function seenIn(group: Group): Promise<SeenMessage[]> {
  const messages = await group.messages({ threadId: await topicIn(group) });
  return messages.filter((message) => !isService(message) && !isCard(message));
}

const readIn = async (group: Group): Promise<string[]> => texts(await seenIn(group));
const line = (count = 1): string =>
  count === 1
    ? "📎 The customer's unanswered message, copied from main:"
    : `📎 The customer's ${count} unanswered messages, copied from main:`;

async function transfer(to = "premium"): Promise<void> {
  if (to === "premium") await stage.olga.write(await topicIn(stage.group), "/transfer premium");
  else await vera.write(await topicIn(vip), `/transfer ${to}`);
  await stage.settle(5_000);
}

describe("the open turn", () => {
  test("stands below the card and the note, marked as copied, above what comes later", async () => {
    await ada.write("My printer burns");
    await ada.write("It is a big one");
    await stage.settle(5_000);
    await stage.olga.write(await topicIn(stage.group), "/transfer premium a key account");
    await ada.write("And now?");
    await stage.settle(5_000);
    expect(await readIn(vip)).toEqual([
      "📥 Moved here from main by Olga. Note: a key account. Earlier messages: open topic.",
      line(2),
      "My printer burns",
      "It is a big one",
      "And now?",
    ]);
    const all = await vip.messages({ threadId: await topicIn(vip) });
    const [first, second] = all.filter((message) => !isService(message));
    expect([isCard(first), isCard(second)]).toEqual([true, false]);
  });

  test("is what was written since the last answer, and no note", async () => {
    await ada.write("My printer burns");
    await stage.settle(5_000);
    await stage.olga.write(await topicIn(stage.group), "Use water");
    await stage.settle(5_000);
    await ada.write("Water is out");
    await stage.olga.write(await topicIn(stage.group), "//she is angry");
    await stage.settle(5_000);
    await transfer();
    expect((await readIn(vip)).slice(1)).toEqual([line(), "Water is out"]);
    expect((await readIn(vip)).join()).not.toContain("angry");
  });

  test("is nothing where everything is answered", async () => {
    await ada.write("My printer burns");
    await stage.settle(5_000);
    await stage.olga.write(await topicIn(stage.group), "Use water");
    await stage.settle(5_000);
    await transfer();
    expect(await readIn(vip)).toHaveLength(1);
  });

  test("keeps albums whole, edits current and replies as they are", async () => {
    const first = await ada.write("Look at thsi");
    await ada.sendAlbum([{ photo: {}, caption: "smoke" }, { photo: {} }, { photo: {} }]);
    await stage.settle(5_000);
    await ada.edit(first.message_id, "Look at this");
    await ada.write("The first one, I mean", { replyTo: first.message_id });
    await stage.settle(5_000);
    await transfer();
    const seen = (await seenIn(vip)).slice(2);
    expect(texts(seen)).toEqual(["Look at this", "smoke", "", "", "The first one, I mean"]);
    expect(new Set(seen.slice(1, 4).map((one) => one.media_group_id)).size).toBe(1);
    expect(seen[1].media_group_id).toBeDefined();
    expect(seen[4].reply_to_message?.message_id).toBe(seen[0].message_id);
  });

  test("can be answered: a reply quotes the customer's own message, edits and reactions find their counterparts", async () => {
    const asked = await ada.write("My printer burns");
    await stage.settle(5_000);
    await transfer();
    const copy = (await seenIn(vip)).at(-1)!;
    await vera.write(await topicIn(vip), "Use water", { replyTo: copy.message_id });
    await vera.react(copy.message_id, "👍");
    await ada.edit(asked.message_id, "My printer smokes");
    await stage.settle(5_000);
    expect((await ada.messages()).at(-1)).toMatchObject({
      text: "Use water",
      reply_to_message: { message_id: asked.message_id },
    });
    const original = await stage.telegram.message(ada.id, asked.message_id);
    expect(JSON.stringify(original.reactions)).toContain("👍");
    expect(await readIn(vip)).toContain("My printer smokes");
    expect(await readIn(stage.group)).toContain("My printer smokes");
    await ada.react(asked.message_id, "🔥");
    await stage.settle(5_000);
    const shown = await stage.telegram.message(vip.id, copy.message_id);
    expect(JSON.stringify(shown.reactions)).toContain("🔥");
  });

  test("comes back, without what stands there already, and with the edits that were made meanwhile", async () => {
    const first = await ada.write("One");
    await stage.settle(5_000);
    await transfer();
    await ada.write("Two");
    await ada.edit(first.message_id, "One!");
    await stage.settle(5_000);
    await transfer("general");
    await stage.settle();
    const read = (await readIn(stage.group)).filter((text) => /^(One|Two)/.test(text));
    expect(read).toEqual(["One!", "Two"]);
    await ada.write("Three");
    await stage.settle(5_000);
    await transfer();
    expect((await readIn(vip)).filter((text) => /^(One|Two|Three)/.test(text))).toEqual([
      "One!",
      "Two",
      "Three",
    ]);
  });

  test("says which message is gone from the customer's chat", async () => {
    const { message_id } = await ada.write("Never mind");
    await ada.write("But this");
    await stage.settle(5_000);
    await ada.delete(message_id);
    await transfer();
    expect((await readIn(vip)).slice(2)).toEqual([
      "But this",
      "🗑 The customer deleted a message before it could be copied here.",
    ]);
  });

  test("goes on by itself where an object is evicted on the way", async () => {
    await ada.write("One");
    await ada.write("Two");
    await stage.settle(5_000);
    await stage.olga.write(await topicIn(stage.group), "/transfer premium");
    await stage.deliver();
    await evictDurableObject(stage.groupStub("vip"));
    await evictDurableObject(stage.groupStub("main"));
    await stage.settle(5 * MINUTE);
    // A copy whose answer the eviction loses is made again, as after a crash.
    const read = (await readIn(vip)).slice(1);
    expect(read.filter((text, n) => text !== read[n - 1])).toEqual([line(2), "One", "Two"]);
  });

  test("goes along when its group is taken out of the configuration", async () => {
    await ada.write("One");
    await stage.settle(5_000);
    stage.config.groups = stage.config.groups.filter(({ id }) => id !== "main");
    stage.config.queues = [{ id: "premium", group: "vip" }];
    stage.config.routing = { ...stage.config.routing, defaultQueue: "premium", fallbackPool: undefined };
    for (const agent of stage.config.agents ?? []) agent.groups = ["vip"];
    await stage.configure("group:main=vip");
    await stage.settle();
    expect((await readIn(vip)).filter((text) => text === "One")).toEqual(["One"]);
  });

  test("goes along in order, however many messages it has", { timeout: 120_000 }, async () => {
    const said = Array.from({ length: 60 }, (_, n) => `word ${n}.`);
    for (const one of said) await ada.write(one);
    await stage.settle(10 * MINUTE);
    await transfer();
    await stage.settle(10 * MINUTE);
    const read = (await readIn(vip)).flatMap((text) => text.match(/word \d+\./g) ?? []);
    expect(read).toEqual(said);
  });
});

describe("the topic that it leaves", () => {
  const sent = (queue: string, ref = "SUP-1"): Promise<Response> =>
    stage.api("POST", `/api/v1/tickets/${ref}/commands`, { type: "transfer", queue });
  const opened = async (): Promise<number> => {
    await ada.write("One");
    await ada.sendAlbum([{ photo: {}, caption: "Two" }, { photo: {} }]);
    await stage.settle(5_000);
    return topicIn(stage.group);
  };

  test("is deleted if no agent touched it, once all of it stands where the ticket is", async () => {
    await opened();
    await sent("premium");
    await stage.settle();
    expect(await stage.group.topics()).toEqual([]);
    expect(await readIn(vip)).toEqual([
      "📥 Moved here from main by the program “admin”.",
      line(3),
      "One",
      "Two",
      "",
    ]);
    await ada.write("Three");
    await stage.settle(5_000);
    await sent("general");
    await stage.settle();
    const { isClosed } = await stage.topic("SUP-1");
    expect(isClosed).toBe(false);
    expect((await readIn(stage.group)).slice(-4)).toEqual(["One", "Two", "", "Three"]);
  });

  test.each<[string, (topic: number) => Promise<unknown>]>([
    ["wrote a note", (topic) => stage.olga.write(topic, "//hm")],
    ["asked for something", (topic) => stage.olga.write(topic, "/sla")],
    ["claimed it", (topic) => stage.olga.write(topic, "/claim")],
    ["answered", (topic) => stage.olga.write(topic, "Hello")],
    [
      "wrote something, though no agent",
      async (topic) => (await stage.group.member({ id: 9077, firstName: "Guest" })).write(topic, "Hello"),
    ],
  ])("stays, closed, with a link to it, where an agent %s", async (_, does) => {
    const topic = await opened();
    await does(topic);
    await stage.settle(5_000);
    await sent("premium");
    await stage.settle();
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
    expect((await readIn(vip))[0]).toContain("Earlier messages: open topic.");
  });

  test("stays if an agent writes in it before it is deleted", async () => {
    const topic = await opened();
    await sent("premium");
    await stage.lead.write(topic, "Wait");
    await stage.settle(15 * MINUTE);
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
  });

  test("stays, closed, where a message could not be copied once more", async () => {
    const { message_id } = await ada.write("Never mind");
    await stage.settle(5_000);
    await ada.delete(message_id);
    await sent("premium");
    await stage.settle(15 * MINUTE);
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
    expect(await readIn(stage.group)).toContain("Never mind");
  });

  test("stays, closed, where the bot may not delete it", async () => {
    await opened();
    await stage.telegram.faults([
      {
        effect: "refuse",
        methods: ["deleteForumTopic"],
        code: 400,
        description: "Bad Request: CHAT_ADMIN_REQUIRED",
      },
    ]);
    await sent("premium");
    await stage.settle();
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
  });

  test("goes also where the ticket has gone on by then", async () => {
    await opened();
    await sent("premium");
    await stage.settleNow();
    await sent("general");
    await stage.settle(15 * MINUTE);
    const words = (await readIn(stage.group)).filter((text) => /^(One|Two)/.test(text));
    expect(words).toEqual(["One", "Two"]);
    expect((await stage.topic("SUP-1")).isClosed).toBe(false);
  });
});
