import { beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import { localPlug } from "../../src/sandbox/desk/local-plug.ts";
import type { Customer, Group, Member } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { isCard, isService, Stage, texts } from "../support/stage.ts";

/* A ticket goes to another group, with its customer: nothing is lost, doubled or out of order. */

const MINUTE = 60_000;

let stage: Stage;
let ada: Customer;
let vip: Group;
let vera: Member;

async function open(config: (config: ConfigInput) => void = () => undefined): Promise<void> {
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main" },
        { id: "premium", group: "vip" },
      ];
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"] },
        { telegramId: 9002, name: "Olga", groups: ["main"] },
        { telegramId: 9004, name: "Vera", groups: ["vip"] },
      ];
      desk.routing.rules = [];
      config(desk);
    },
  });
  ada = await stage.customer({ firstName: "Ada" });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  vera = await vip.member({ id: 9004, firstName: "Vera" });
}

beforeEach(() => open());

async function moved(line = "/transfer premium"): Promise<void> {
  await ada.write("My printer burns");
  await stage.settle(5_000);
  await stage.olga.write((await stage.topic("SUP-1")).id, line);
  await stage.settle();
}

async function vipTopic(ref = "SUP-1"): Promise<number> {
  const found = (await vip.topics()).filter(({ name }) => name.startsWith(`${ref} `));
  expect(found, `topics of ${ref}`).toHaveLength(1);
  return found[0].id;
}

/** What people read in the ticket's topic of the other group. */
async function inVip(ref = "SUP-1"): Promise<string[]> {
  const messages = await vip.messages({ threadId: await vipTopic(ref) });
  return texts(messages.filter((message) => !isService(message) && !isCard(message)));
}

/** The customer's words as people read them, group by group; some may be joined into one message. */
const words = async (): Promise<{ main: string[]; vip: string[] }> => {
  const readIn = async (group: Group): Promise<string[]> => {
    const messages = await group.messages({});
    return texts(messages.filter((message) => !isCard(message))).flatMap(
      (text) => text.match(/word \d+/g) ?? [],
    );
  };
  return { main: await readIn(stage.group), vip: await readIn(vip) };
};

const atAda = async (): Promise<string[]> => texts(await ada.messages());

interface Seen {
  id: string;
  ref: string;
  number: number;
  group: string;
  queue: string;
  status: string;
  assignee: { id: number } | null;
  events: { items: { n: number; type: string }[] };
}
const ticket = (): Promise<Seen> => stage.get<Seen>("/api/v1/tickets/SUP-1");

describe("/transfer to a queue of another group", () => {
  test("closes the topic here, opens one there, and says where it came from", async () => {
    await moved("/transfer premium they pay");
    expect((await stage.topic("SUP-1")).isClosed).toBe(true);
    expect((await stage.card("SUP-1")).text ?? "").toContain("Moved to vip");
    expect((await inVip())[0]).toBe(
      "📥 Moved here from main by Olga. Note: they pay. Earlier messages: open topic.",
    );
    const card = (await vip.messages({ threadId: await vipTopic() })).find(isCard)!;
    expect(card.text).toContain("SUP-1 · Open");
    expect(card.text).toContain("Queue: premium");
    const { events, ...now } = await ticket();
    expect(now).toMatchObject({
      id: "main:1",
      ref: "SUP-1",
      number: 1,
      group: "vip",
      queue: "premium",
      status: "open",
    });
    expect(events.items.map(({ n }) => n)).toEqual(events.items.map((_, index) => index + 1));
    expect(events.items.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["ticket_transferred", "ticket_arrived"]),
    );
  });

  test("what could not be delivered of it there is told under its own id", async () => {
    await moved();
    await stage.telegram.faults([
      { effect: "answer_lost", methods: ["copyMessage"], chatId: ada.id, times: 1 },
    ]);
    await vera.write(await vipTopic(), "42");
    await stage.pass(MINUTE);
    const { items } = await stage.get<{ items: object[] }>("/api/v1/outbox?group=vip");
    expect(items).toMatchObject([{ state: "uncertain", ticket: "main:1" }]);
  });

  test("a topic's number in one group means nothing in the other", async () => {
    await open((config) => {
      config.routing.rules = [{ when: { payload: "gold" }, queue: "premium" }];
    });
    const bea = await stage.customer({ firstName: "Bea" });
    await bea.start("gold");
    await bea.write("Mine is private");
    await stage.settle(5_000);
    await ada.write("My printer burns");
    await stage.settle(5_000);
    const own = (await stage.topic("SUP-2")).id;
    expect(own).toBe(await vipTopic("SUP-1"));
    await stage.olga.write(own, "/transfer premium");
    await ada.write("It burns more");
    await stage.settle();
    expect(await inVip("SUP-1")).not.toContain("It burns more");
    expect((await inVip("SUP-2")).at(-1)).toBe("It burns more");
    const card = (await vip.messages({ threadId: await vipTopic("SUP-2") })).find(isCard)!;
    expect(card.text).not.toContain("deleted");
  });

  test("its story and its clocks are its own, whatever its number is there", async () => {
    const bea = await stage.customer({ firstName: "Bea" });
    await bea.write("A question");
    await stage.settle(5_000);
    await ada.write("My printer burns");
    await stage.settle(5_000);
    await stage.olga.write((await stage.topic("SUP-2")).id, "/transfer premium");
    await stage.settle();
    const story = await stage.get<{ queue: string; past: { type: string }[] }>(
      "/api/v1/tickets/SUP-2/routing",
    );
    expect(story).toMatchObject({ ref: "SUP-2", queue: "premium" });
    expect(story.past.map(({ type }) => type)).toContain("ticket_transferred");
    expect(await stage.get("/api/v1/tickets/SUP-2/sla")).toMatchObject({ ref: "SUP-2" });
    expect(await stage.get("/api/v1/tickets/SUP-1/routing")).toMatchObject({ queue: "general" });
  });

  test("leads both ways from then on: texts, replies, edits, reactions", async () => {
    await moved();
    const asked = await ada.write("It burns more");
    await stage.settle(5_000);
    expect((await inVip()).at(-1)).toBe("It burns more");
    const topic = await vipTopic();
    const copy = (await vip.messages({ threadId: topic })).find(({ text }) => text === "It burns more")!;
    const answer = await vera.write(topic, "Use water", { replyTo: copy.message_id });
    await stage.settle(5_000);
    const got = (await ada.messages()).at(-1)!;
    expect(got).toMatchObject({ text: "Use water", reply_to_message: { message_id: asked.message_id } });
    expect((await ticket()).assignee).toMatchObject({ id: 9004 });

    await vera.edit(answer.message_id, "Use sand");
    await ada.edit(asked.message_id, "It burns even more");
    await stage.settle(5_000);
    expect((await atAda()).at(-1)).toBe("Use sand");
    expect(await inVip()).toContain("It burns even more");
    await ada.react(got.message_id, "👍");
    await stage.settle(5_000);
    const seen = await stage.telegram.message(vip.id, answer.message_id);
    expect(JSON.stringify(seen.reactions)).toContain("👍");
    await ada.write("Thanks for that", { replyTo: got.message_id });
    await stage.settle(5_000);
    const reply = (await vip.messages({ threadId: topic })).findLast(
      ({ text }) => text === "Thanks for that",
    )!;
    expect(reply.reply_to_message?.message_id).toBe(answer.message_id);
  });

  test("is refused here afterwards, and answers of this group's agents are not sent", async () => {
    await moved();
    await stage.lead.write((await stage.topic("SUP-1")).id, "Hello?").catch(() => undefined);
    await stage.settle(5_000);
    expect(await atAda()).not.toContain("Hello?");
  });

  test("keeps the customer's list of tickets right, and lets them close it", async () => {
    await moved();
    await vera.write(await vipTopic(), "/resolve");
    await stage.settle(5_000);
    expect((await atAda()).at(-1)).toContain("SUP-1 as resolved");
    await ada.write("/tickets");
    await stage.settle(5_000);
    expect((await atAda()).at(-1)).toContain("SUP-1 · resolved");
    await ada.write("/close");
    await stage.settle(5_000);
    expect((await ticket()).status).toBe("closed");
    await ada.write("And now it smokes");
    await stage.settle(5_000);
    expect((await ticket()).status).toBe("open");
    expect((await inVip()).at(-1)).toBe("And now it smokes");
  });

  test("says who blocked the bot where the ticket is", async () => {
    await moved();
    await ada.block();
    await stage.settle(5_000);
    expect((await inVip()).at(-1)).toContain("The customer has blocked the bot");
    await ada.unblock();
    await ada.write("Back");
    await stage.settle(5_000);
    expect(await inVip()).toEqual(expect.arrayContaining(["🔔 The customer can be reached again.", "Back"]));
  });

  test("moves the ticket back again", async () => {
    await moved();
    await vera.write(await vipTopic(), "/transfer general");
    await stage.settle();
    await ada.write("Where am I?");
    await stage.settle(5_000);
    expect(await ticket()).toMatchObject({ group: "main", queue: "general" });
    expect(texts(await stage.inTopic("SUP-1")).at(-1)).toBe("Where am I?");
    await stage.settle();
    const { id, isClosed } = await stage.topic("SUP-1");
    expect(isClosed).toBe(false);
    expect((await stage.card("SUP-1")).text).toContain("SUP-1 · Open");
    expect((await vip.topics()).map((topic) => topic.isClosed)).toEqual([true]);
    await stage.olga.write(id, "Here");
    await stage.settle(5_000);
    expect((await atAda()).at(-1)).toBe("Here");
    await stage.olga.write(id, "/transfer premium");
    await stage.settle();
    expect((await vip.topics()).map((topic) => topic.isClosed)).toEqual([false]);
  });
});

describe("rules that name a queue of another group", () => {
  test("take a new ticket there at once: no topic here", async () => {
    await open((config) => {
      config.routing.rules = [{ when: { language: "en" }, queue: "premium" }];
    });
    await ada.write("First");
    await ada.write("Second");
    await stage.settle();
    expect(await stage.group.topics()).toEqual([]);
    expect((await inVip()).slice(-2)).toEqual(["First", "Second"]);
    expect(await ticket()).toMatchObject({ ref: "SUP-1", group: "vip" });
  });
});

test("under traffic nothing is lost, doubled or out of order", { timeout: 240_000 }, async () => {
  await ada.write("word 0");
  await stage.settle(5_000);
  const topic = (await stage.topic("SUP-1")).id;
  const said: string[] = ["word 0"];
  for (let n = 1; n <= 30; n += 1) {
    said.push(`word ${n}`);
    await ada.write(`word ${n}`);
    if (n === 10) await stage.olga.write(topic, "/transfer premium");
    if (n % 3 === 0) await stage.settleNow();
  }
  await stage.settle(5 * MINUTE);
  const { main, vip: there } = await words();
  expect(main).toEqual(said.slice(0, main.length));
  expect(there).toEqual(said);
});

describe("back and forth", () => {
  test("what was passed on comes back before anything later", async () => {
    await moved();
    localFaults.apart.add("vip");
    await ada.write("word 1");
    const edited = await ada.write("word 2");
    await stage.settleNow();
    await vera.write(await vipTopic(), "/transfer general");
    await stage.settleNow();
    expect(await ticket()).toMatchObject({ group: "main" });
    await ada.write("word 4");
    await ada.edit(edited.message_id, "word 3");
    await ada.write("word 5");
    await stage.settle(500);
    expect(await words()).toEqual({ main: [], vip: [] });
    localFaults.apart.clear();
    await stage.settle(5_000);
    expect(await words()).toEqual({ main: ["word 1", "word 3", "word 4", "word 5"], vip: [] });
    await ada.write("word 6");
    await stage.settle(5_000);
    expect((await words()).main.at(-1)).toBe("word 6");
  });

  test("a group that does not answer is waited for a minute at most, and nothing is lost", async () => {
    await moved();
    localFaults.apart.add("vip");
    await ada.write("word 1");
    await stage.settleNow();
    await vera.write(await vipTopic(), "/transfer general");
    await stage.settleNow();
    await ada.write("word 2");
    await stage.settle(MINUTE + 5_000);
    expect((await words()).main).toEqual(["word 2"]);
    await ada.write("/close");
    await stage.settle(5_000);
    expect((await ticket()).status).toBe("closed");
    localFaults.apart.clear();
    await stage.settle(5 * MINUTE);
    expect((await words()).main).toEqual(["word 2", "word 1"]);
  });

  test("sends on what is still held when the ticket moves away again", async () => {
    await moved();
    localFaults.apart.add("vip");
    await ada.write("word 1");
    await stage.settleNow();
    await vera.write(await vipTopic(), "/transfer general");
    await stage.settleNow();
    await ada.write("word 2");
    await stage.settleNow();
    await stage.lead.write((await stage.topic("SUP-1")).id, "/transfer premium");
    await stage.settleNow();
    await ada.write("word 3");
    await stage.settleNow();
    localFaults.apart.clear();
    await stage.settle();
    expect(await ticket()).toMatchObject({ group: "vip" });
    expect(await words()).toEqual({ main: [], vip: ["word 1", "word 2", "word 3"] });
  });

  test("under traffic nothing is lost, doubled or out of order", { timeout: 240_000 }, async () => {
    await ada.write("word 0");
    await stage.settle(5_000);
    const boss = await vip.member({
      id: 9001,
      firstName: "Lena",
      status: "administrator",
      rights: { can_manage_topics: true },
    });
    const said = ["word 0"];
    for (let n = 1; n <= 60; n += 1) {
      said.push(`word ${n}`);
      await ada.write(`word ${n}`);
      const { group } = await ticket();
      // A topic that has just come back may still be closed: only administrators write there.
      if (n % 10 === 5 && group === "main")
        await stage.lead.write((await stage.topic("SUP-1")).id, "/transfer premium");
      if (n % 10 === 5 && group === "vip") await boss.write(await vipTopic(), "/transfer general");
      if (n % 4 === 0) await stage.settle(n % 3 === 0 ? 3_000 : 200);
    }
    // One customer leaves a part of the group's minute to others, and unanswered messages are copied once more.
    await stage.settle(10 * MINUTE);
    const { main, vip: there } = await words();
    const [here, former] = (await ticket()).group === "main" ? [main, there] : [there, main];
    expect(here).toEqual(said);
    expect(former).toEqual(said.filter((word) => former.includes(word)));
  });
});

describe("an agent who serves several groups", () => {
  const both = (config: ConfigInput): void => {
    for (const queue of config.queues) queue.assignment = "auto";
    config.agents = [
      { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
      { telegramId: 9002, name: "Olga", groups: ["main", "vip"], capacity: 2 },
    ];
    config.routing.rules = [{ when: { payload: "gold" }, queue: "premium" }];
  };
  const asks = async (payload = "plain"): Promise<void> => {
    const customer = await stage.customer();
    await customer.start(payload);
    await customer.write("Help");
    await stage.settle(5_000);
  };
  const assignees = async (): Promise<Record<string, number | null>> => {
    const { items } = await stage.get<{ items: { ref: string; assignee: { id: number } | null }[] }>(
      "/api/v1/tickets",
    );
    return Object.fromEntries(items.map(({ ref, assignee }) => [ref, assignee?.id ?? null]));
  };

  test("has one capacity over all of them, whatever arrives at once", async () => {
    await open(both);
    const customers = await Promise.all(Array.from({ length: 6 }, () => stage.customer()));
    await Promise.all(customers.map((customer, n) => customer.start(n % 2 === 0 ? "gold" : "plain")));
    await stage.settle(5_000);
    await Promise.all(customers.map((customer) => customer.write("Help")));
    await stage.settle();
    const all = Object.values(await assignees());
    expect(all).toHaveLength(6);
    expect(all.filter((id) => id === 9002)).toHaveLength(2);
  });

  test("is given a ticket of one group when a slot in the other is free again", async () => {
    await open(both);
    await asks();
    await asks();
    await asks("gold");
    expect(await assignees()).toEqual({ "SUP-1": 9002, "SUP-2": 9002, "SUP-3": null });
    await stage.olga.write((await stage.topic("SUP-1")).id, "/resolve");
    await stage.settle(5_000);
    expect(await assignees()).toEqual({ "SUP-1": 9002, "SUP-2": 9002, "SUP-3": 9002 });
    await asks();
    expect((await assignees())["SUP-4"]).toBeNull();
  });

  test("is away in all of them at once", async () => {
    await open(both);
    await asks("gold");
    const olga = await vip.member({ id: 9002, firstName: "Olga" });
    await olga.write(await vipTopic(), "/away");
    await stage.settle(5_000);
    await asks();
    await asks("gold");
    expect(await assignees()).toEqual({ "SUP-1": 9002, "SUP-2": null, "SUP-3": null });
    await olga.write(await vipTopic(), "/online");
    await stage.settle(5_000);
    const now = Object.values(await assignees());
    expect(now.filter((id) => id === 9002)).toHaveLength(2);
  });

  test("uses a slot by claiming by hand, too", async () => {
    await open(both);
    await asks();
    await asks();
    await asks("gold");
    const olga = await vip.member({ id: 9002, firstName: "Olga" });
    await olga.write(await vipTopic("SUP-3"), "/claim");
    await stage.settle(5_000);
    await stage.olga.write((await stage.topic("SUP-1")).id, "/resolve");
    await stage.settle(5_000);
    await asks();
    // Three in hand, one of them resolved: two, and there is room for no more.
    expect(await assignees()).toMatchObject({ "SUP-3": 9002, "SUP-4": null });
  });
});

test(
  "the plug is pulled at every step of a move: nothing is lost, and it moves once",
  { timeout: 1_200_000 },
  async () => {
    for (let step = 1; step <= 120; step += 1) {
      await open();
      await ada.write("word 0");
      await stage.settle();
      localPlug.arm(step);
      await stage.olga.write((await stage.topic("SUP-1")).id, "/transfer premium");
      await ada.write("word 1");
      await stage.settle(30_000);
      const { pulled } = localPlug;
      localPlug.arm(null);
      await ada.write("word 2");
      await stage.settle(15 * MINUTE);
      if (pulled === null) {
        expect(step).toBeGreaterThan(20);
        return;
      }
      const at = `step ${step}, ${pulled}`;
      const read = [...texts(await stage.inTopic("SUP-1")), ...(await inVip())].filter((text) =>
        text.startsWith("word"),
      );
      // In a topic a message may stand twice after a crash, never not at all, and never before an earlier one.
      expect([...new Set(read)], at).toEqual(["word 0", "word 1", "word 2"]);
      const here = (await inVip()).filter((text) => text.startsWith("word"));
      expect([...new Set(here)], at).toEqual(["word 0", "word 1", "word 2"]);
      const { events, ...now } = await ticket();
      expect(now, at).toMatchObject({ group: "vip", queue: "premium" });
      expect(
        events.items.map(({ n }) => n),
        at,
      ).toEqual(events.items.map((_, index) => index + 1));
      expect(
        events.items.filter(({ type }) => type === "ticket_transferred"),
        at,
      ).toHaveLength(1);
      expect(
        events.items.filter(({ type }) => type === "ticket_arrived"),
        at,
      ).toHaveLength(1);
      await vera.write(await vipTopic(), "Answer");
      await stage.settle(5_000);
      expect(
        (await atAda()).filter((text) => text === "Answer"),
        at,
      ).toHaveLength(1);
    }
    throw new Error("a move has more steps than this");
  },
);
