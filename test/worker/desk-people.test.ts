import { beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { isCard, isService, Stage, texts } from "../support/stage.ts";

/* Hints to people are right, and agents are agents in every chat. */

let stage: Stage;
let ada: Customer;

const MINUTE = 60_000;

async function open(config: (config: ConfigInput) => void = () => undefined): Promise<void> {
  stage = await Stage.open({ config });
  ada = await stage.customer({ firstName: "Ada" });
}

beforeEach(() => open());

const statusOf = async (ref: string): Promise<string> =>
  (await stage.get<{ status: string }>(`/api/v1/tickets/${ref}`)).status;

describe("a customer who is told how to reopen a request", () => {
  test("reopens it by a reply to that message, and by nothing else while another is open", async () => {
    await ada.write("My printer burns");
    await stage.settle(5_000);
    await ada.write("/new My invoice is wrong");
    await stage.settle(5_000);
    await stage.olga.write((await stage.topic("SUP-1")).id, "/close");
    await stage.settle(5_000);
    const notice = (await ada.messages()).findLast(({ text }) => text?.includes("SUP-1 is closed"))!;
    expect(notice.text).toBe(
      "SUP-1 is closed. Reply to this message within 3 days to reopen it, or send /new for something else.",
    );

    await ada.write("Is there any news?");
    await stage.settle(5_000);
    expect(await statusOf("SUP-1")).toBe("closed");
    await ada.write("It burns again", { replyTo: notice.message_id });
    await stage.settle(5_000);
    expect(await statusOf("SUP-1")).not.toBe("closed");
    expect(texts(await stage.inTopic("SUP-1"))).toContain("It burns again");
  });
});

describe("times", () => {
  test("are the desk's own, and a promise within the hour is said as a duration", async () => {
    await open((config) => {
      config.desk.timeZone = "Asia/Tokyo";
      config.slaPolicies![1].targets.normal!.firstResponse = "15m";
    });
    await ada.write("My printer burns");
    await stage.settle(5_000);
    expect(texts(await ada.messages()).at(-1)).toContain("We'll reply here within 15 minutes.");
    const card = (await stage.card("SUP-1")).text!;
    expect(card).toContain("(Tokyo time)");
    expect(card).not.toContain("Berlin");
  });

  test("are refused in an unknown zone", async () => {
    const answer = await stage.api("PUT", "/api/v1/config?dryRun=1", {
      ...stage.config,
      desk: { ...stage.config.desk, timeZone: "Europe/Atlantis" },
    });
    expect(await answer.text()).toContain("/desk/timeZone");
  });
});

describe("an agent's own chat with the bot", () => {
  let olga: Customer;
  const said = async (): Promise<string> => texts(await olga.messages()).at(-1)!;
  const does = async (text: string): Promise<string> => {
    await olga.write(text);
    await stage.settle(5_000);
    return said();
  };

  beforeEach(async () => {
    olga = await stage.telegram.customer({ id: 9002, firstName: "Olga" });
    await olga.start();
    await stage.settle();
  });

  test("greets them as an agent, and opens no ticket whatever they write", async () => {
    expect(await said()).toContain("You're an agent of");
    for (const text of ["On it!", "/new My printer burns", "/claim", "/nonsense", "// hm"]) {
      expect(await does(text)).toMatch(
        /^(?:ℹ️ )?(?:🚫 )?(?:Not sent to anyone|Nothing sent|\/\w+ only works)/,
      );
    }
    await olga.send({ photo: {} });
    await stage.settle(5_000);
    expect(await stage.group.topics()).toEqual([]);
    expect((await stage.get<{ items: unknown[] }>("/api/v1/tickets")).items).toEqual([]);
  });

  test("answers commands that concern no ticket", async () => {
    await ada.write("My printer burns");
    await stage.settle(5_000);
    expect(await does("/queue")).toMatch(/^📋 1 open · 1 unclaimed\n\S+ SUP-1 Ada · unclaimed · waiting/);
    expect(await does("/mine")).toContain("no tickets");
    await stage.olga.write((await stage.topic("SUP-1")).id, "/claim");
    await stage.settle(5_000);
    expect(await does("/mine")).toMatch(/^📋 1 ticket is yours · 1 to answer\n\S+ SUP-1 Ada/);
    expect(await does("/away 30m")).toContain("You're away until");
    expect(await does("/team")).toMatch(/🌙 Senior billing · 1 of 5 tickets · away until/);
    expect(await does("/overdue")).toBeTruthy();
    expect(await does("/online")).toContain("You're online");
    expect(await does("/help")).toContain("/mine – Your tickets");
  });

  test("takes a reply to an alert as a note in that ticket's topic, and says so", async () => {
    await ada.write("My printer burns");
    await stage.settle(5_000);
    const { id } = await stage.topic("SUP-1");
    await stage.olga.write(id, "/claim");
    await stage.olga.write(id, "/snooze 30m the parcel");
    await stage.pass(31 * MINUTE);
    const alert = (await olga.messages()).findLast(({ text }) => text?.includes("Your reminder"))!;
    const before = texts(await ada.messages());
    await olga.write("On it!", { replyTo: alert.message_id });
    await stage.settle(5_000);
    expect(await said()).toContain("Added to SUP-1 as an internal note");
    expect(texts(await stage.inTopic("SUP-1"))).toContain("✍ Senior billing, internal note:\nOn it!");
    expect(texts(await ada.messages())).toEqual(before);
    const { events } = await stage.get<{ events: { items: { type: string; note?: string }[] } }>(
      "/api/v1/tickets/SUP-1",
    );
    expect(events.items.filter(({ type }) => type === "note_added")).toHaveLength(1);
  });

  test("is a customer's again once they work here no longer", async () => {
    const { skills } = stage.config.agents!.find(({ telegramId }) => telegramId === 9002)!;
    stage.config.agents = stage.config.agents!.filter(({ telegramId }) => telegramId !== 9002);
    // Queues and rules require skills that an agent must have.
    for (const agent of stage.config.agents) agent.skills = { ...skills, ...agent.skills };
    await stage.configure();
    await stage.settle(5_000);
    await olga.write("My printer burns");
    await stage.settle(5_000);
    expect(texts(await stage.inTopic("SUP-1"))).toContain("My printer burns");
  });
});

test("the list of what is open fits into one message, however much that is", async () => {
  await open((config) => {
    promisesNothing(config);
  });
  for (let n = 0; n < 60; n += 1) {
    const one = await stage.customer({
      firstName: `Somebody with quite a long name ${n}`,
      lastName: "X".repeat(50),
    });
    await one.write("Help");
  }
  await stage.settle(5_000);
  await stage.boris.write(null, "/queue");
  // Customers' messages go first, and a minute has room for ten new topics with what was written.
  await stage.pass(7 * MINUTE);
  const { text } = (await stage.boris.messages({ threadId: null })).at(-1)!;
  expect(text!.length).toBeLessThanOrEqual(4_096);
  expect(text).toMatch(/^📋 60 open · 60 unclaimed\n[^]*\n… and \d+ more$/);
});

test("a ticket that comes from another group begins with its card, and says who sent it and why", async () => {
  await open((config) => {
    promisesNothing(config);
    config.queues = [
      { id: "general", group: "main" },
      { id: "premium", group: "vip" },
    ];
    config.routing.rules = [];
  });
  const vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  await ada.write("My printer burns");
  await stage.settle(5_000);
  await stage.lead.write((await stage.topic("SUP-1")).id, "/transfer premium she is a key account");
  await stage.settle(5_000);
  const [{ id }] = (await vip.topics()).filter(({ name }) => name.startsWith("SUP-1 "));
  const [first, second] = (await vip.messages({ threadId: id })).filter((message) => !isService(message));
  expect(isCard(first)).toBe(true);
  expect(second.text).toBe(
    "📥 Moved here from main by Lead. Note: she is a key account. Earlier messages: open topic.",
  );
});

test("an agent who answers in a colleague's ticket is told whose it is, once", async () => {
  await ada.write("My printer burns");
  await stage.settle(5_000);
  const { id } = await stage.topic("SUP-1");
  await stage.olga.write(id, "/claim");
  for (const text of ["Hello", "Hello again"]) {
    await stage.boris.write(id, text);
    await stage.settle(5_000);
  }
  expect(texts(await ada.messages())).toEqual(expect.arrayContaining(["Hello", "Hello again"]));
  const told = texts(await stage.boris.messages({ threadId: id })).filter((text) =>
    text.includes("sent anyway"),
  );
  expect(told).toEqual(["👥 Senior billing has SUP-1; your answer was sent anyway."]);
});
