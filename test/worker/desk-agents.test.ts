import { beforeEach, describe, expect, test } from "vitest";
import type { Customer, Member } from "../../src/sandbox/telegram/client.ts";
import { isService, Stage, texts } from "../support/stage.ts";

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

async function atAda(): Promise<string[]> {
  return texts(await ada.messages());
}

/** What a member sees in the ticket's topic, with what only they see. */
async function seenBy(member: Member): Promise<string[]> {
  const messages = await member.messages({ threadId: topic });
  return texts(messages.filter((message) => !isService(message)));
}

async function says(member: Member, ...lines: string[]): Promise<string> {
  for (const line of lines) await member.write(topic, line);
  await stage.settle();
  return (await seenBy(member)).at(-1) ?? "";
}

async function ticket(): Promise<Record<string, unknown>> {
  return stage.get("/api/v1/tickets/SUP-1");
}

describe("nothing that an agent did not mean to send reaches the customer", () => {
  test.each([
    ["/clsoe", "Nothing sent: /clsoe isn't a command"],
    ["/close@some_other_bot now", null],
    ["/ ok then", "never goes to the customer"],
    ["/понятно", "never goes to the customer"],
    ["\u200b/whatever", "/whatever isn't a command"],
    ["//he is a fool", null],
    ["/note he is a fool", null],
  ])("%j", async (text, hint) => {
    const before = await atAda();
    const answer = await says(stage.olga, text);
    expect(await atAda()).toEqual(before);
    if (hint !== null) expect(answer).toContain(hint);
  });

  test("an internal note is kept with the ticket and marked as such", async () => {
    const note = await stage.olga.write(topic, "//call him back on Monday");
    await stage.settle();
    const { events } = await stage.get<{ events: { items: Record<string, unknown>[] } }>(
      "/api/v1/tickets/SUP-1",
    );
    expect(events.items.at(-1)).toMatchObject({ type: "note_added" });
    const seen = await stage.telegram.message(stage.group.id, note.message_id);
    expect(seen.reactions?.[0]?.reaction).toEqual([{ type: "emoji", emoji: "✍" }]);
  });

  test("a caption with a leading slash, alone or anywhere in an album", async () => {
    const before = await atAda();
    await stage.olga.send(topic, { photo: {}, caption: "//internal screenshot" });
    await stage.olga.sendAlbum(topic, [
      { photo: {} },
      { photo: {}, caption: "/note the proof" },
      { photo: {} },
    ]);
    await stage.settle();
    expect(await atAda()).toEqual(before);
  });

  test("an edit that puts a slash in front: the answer is taken back from the customer, and the agent is told", async () => {
    const said = await stage.olga.write(topic, "Hello");
    await stage.settle();
    await stage.olga.edit(said.message_id, "/secret Hello");
    await stage.settle();
    expect(await atAda()).not.toContain("Hello");
    expect((await seenBy(stage.olga)).join("\n")).toContain("This is internal now");
  });

  test("an answer to a closed ticket, which the agent is told to reopen first", async () => {
    await says(stage.olga, "/close");
    const before = await atAda();
    expect(await says(stage.lead, "One more thing")).toContain(
      "Not sent. SUP-1 is closed. Send /reopen first",
    );
    expect(await atAda()).toEqual(before);
  });

  test("what outsiders write; they are told once what to do, and only they", async () => {
    const eve = await stage.group.member({ id: 6666, firstName: "Eve" });
    const before = await atAda();
    await eve.write(topic, "I can help");
    await eve.write(topic, "Really");
    await stage.settle();
    expect(await atAda()).toEqual(before);
    const hints = (await seenBy(eve)).filter((text) => text.includes("6666"));
    expect(hints.length).toBe(1);
    expect(hints[0]).toContain("Ask a lead to add");
    expect((await seenBy(stage.olga)).some((text) => text.includes("6666"))).toBe(false);
  });

  test("messages of anonymous administrators; they are told once how to write as themselves", async () => {
    const before = await atAda();
    await stage.lead.writeAnonymously(topic, "We are on it");
    await stage.lead.writeAnonymously(topic, "Soon");
    await stage.settle();
    expect(await atAda()).toEqual(before);
    expect((await seenBy(stage.olga)).filter((text) => text.includes("Remain anonymous")).length).toBe(1);
  });

  test("what is not passed on gets a reaction each time; why is said once, and a command is answered each time", async () => {
    const visitor = await stage.group.member({ firstName: "Vera" });
    const signs: (string | undefined)[] = [];
    for (const line of ["Who is this?", "Hello?", "/close", "/queue"]) {
      const { message_id } = await visitor.write(topic, line);
      await stage.settle();
      const { reactions } = (await stage.telegram.message(stage.group.id, message_id)) as {
        reactions?: { reaction: { emoji?: string }[] }[];
      };
      signs.push(reactions?.[0]?.reaction[0]?.emoji);
    }
    expect(signs).toEqual(["👀", "👀", "👀", "👀"]);
    const told = (await seenBy(visitor)).filter((text) => /(an agent|agents of)/.test(text));
    expect(told).toEqual([
      expect.stringContaining("set up as an agent"),
      "ℹ️ Only agents of this desk can do this.",
      "ℹ️ Only agents of this desk can do this.",
    ]);
    expect(await atAda()).toEqual(["My printer burns", expect.stringContaining("SUP-1")]);
  });

  test("an edit by a former agent carries the sign, and the customer keeps what was sent", async () => {
    const { message_id } = await stage.boris.write(topic, "It is on its way");
    await stage.settle();
    stage.config.agents = stage.config.agents!.filter(({ telegramId }) => telegramId !== 9003);
    await stage.configure();
    await stage.boris.edit(message_id, "It is lost");
    await stage.settle();
    expect(await atAda()).toContain("It is on its way");
    expect(await atAda()).not.toContain("It is lost");
    const { reactions } = (await stage.telegram.message(stage.group.id, message_id)) as {
      reactions?: { reaction: { emoji?: string }[] }[];
    };
    expect(reactions?.[0]?.reaction[0]?.emoji).toBe("👀");
  });

  test("outsiders cannot command either", async () => {
    const eve = await stage.group.member({ id: 6666, firstName: "Eve" });
    await eve.write(topic, "/close");
    const card = await stage.card("SUP-1");
    const pressed = await eve.press(card.message_id, { text: "Close" });
    await stage.settle();
    expect((await pressed.answer())?.text).toBe("Only agents of this desk can do this.");
    expect(await ticket()).toMatchObject({ status: "open" });
  });
});

describe("claiming", () => {
  test("lets exactly one of two agents who claim at once win, and the other is told who", async () => {
    const card = await stage.card("SUP-1");
    const presses = await Promise.all([
      stage.olga.press(card.message_id, { text: "Claim" }),
      stage.boris.press(card.message_id, { text: "Claim" }),
    ]);
    await stage.settle();
    const answers = await Promise.all(presses.map(async (press) => (await press.answer())?.text));
    expect(answers.filter((text) => text === "It's yours now.").length).toBe(1);
    expect(answers.filter((text) => /already has SUP-1/.test(text ?? "")).length).toBe(1);
    const { events } = await stage.get<{ events: { items: { type: string }[] } }>("/api/v1/tickets/SUP-1");
    expect(events.items.filter((event) => event.type === "ticket_claimed").length).toBe(1);
  });

  test("the same command twice makes one transition and says the second time who did it", async () => {
    await says(stage.olga, "/claim");
    expect(await says(stage.olga, "/claim")).toBe("ℹ️ SUP-1 is already yours.");
    expect(await says(stage.boris, "/claim")).toContain("Senior billing already has SUP-1.");
    await says(stage.olga, "/resolve");
    expect(await says(stage.boris, "/resolve")).toMatch(/SUP-1 was resolved by Senior billing on /);
  });

  test("an agent's first answer claims; giving back and taking away follow the rules", async () => {
    await says(stage.boris, "Hello");
    expect(await ticket()).toMatchObject({ assignee: { id: 9003 }, status: "waiting" });
    expect(await says(stage.olga, "/unclaim")).toContain("is Generalist's");
    await says(stage.lead, "/unclaim");
    expect(await ticket()).toMatchObject({ assignee: null });
  });

  test("/assign finds people by username, by the beginning of their name, and asks when it cannot tell", async () => {
    await stage.boris.write(topic, "//hi");
    expect(await says(stage.olga, "/assign @boris")).toContain("assigned this to Generalist");
    expect(await says(stage.olga, "/assign senior")).toContain("assigned this to Senior billing");
    expect(await says(stage.olga, "/assign Lead")).toContain("assigned this to Lead");
    expect(await says(stage.olga, "/assign nobody")).toContain(
      "Who? /assign @name, one of: Lead, Senior billing, Generalist",
    );
    expect(await says(stage.olga, "/assign")).toContain("Who?");
    expect(await ticket()).toMatchObject({ assignee: { id: 9001 } });
  });
});

describe("commands", () => {
  test("/priority and /tag change the card and leave a silent sign", async () => {
    const command = await stage.olga.write(topic, "/priority urgent");
    await stage.olga.write(topic, "/tag Refund #vip");
    await stage.settle();
    expect(await ticket()).toMatchObject({ priority: "urgent", tags: ["refund", "vip"] });
    expect((await stage.card("SUP-1")).text).toContain("Tags: #refund #vip");
    expect((await stage.telegram.message(stage.group.id, command.message_id)).reactions?.length).toBe(1);
    await says(stage.olga, "/tag -refund");
    expect(await ticket()).toMatchObject({ tags: ["vip"] });
    expect(await says(stage.olga, "/priority soon")).toContain("Which priority?");
    expect(await says(stage.olga, "/tag")).toContain("Which tags?");
  });

  test("/info tells everything to agents only", async () => {
    const info = await says(stage.olga, "/info");
    for (const part of ["SUP-1 · Open", "My printer burns", "Other tickets: none"])
      expect(info).toContain(part);
    expect((await seenBy(stage.boris)).some((text) => text.includes("Other tickets"))).toBe(false);
  });

  test("/queue lists open tickets with links, the longest wait first, anywhere in the group", async () => {
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("My scanner hums");
    await stage.settle();
    await says(stage.olga, "Hello Ada");
    await stage.boris.write(null, "/queue");
    await stage.settle();
    const list = (await stage.boris.messages({ threadId: null })).at(-1)!;
    expect(list.text).toMatch(
      /^📋 2 open · 1 unclaimed\n🆕 SUP-2 .*unclaimed · waiting [\s\S]*☕ SUP-1 .*Senior billing · answered/,
    );
    expect(list.entities?.find((entity) => entity.type === "text_link")).toMatchObject({
      url: expect.stringMatching(/^https:\/\/t\.me\/c\/1234567890\/\d+\/\d+$/),
    });
  });

  test("/help explains, and commands that need a ticket say so elsewhere", async () => {
    expect(await says(stage.olga, "/help")).toContain("/claim – Take this ticket");
    await stage.olga.write(null, "/claim");
    await stage.settle();
    expect(texts(await stage.olga.messages({ threadId: null })).at(-1)).toBe(
      "ℹ️ /claim only works in a ticket's topic.",
    );
  });

  test("Telegram offers agents their commands in the group, and customers theirs in private", async () => {
    const staff = (await stage.olga.commands()).map((one) => one.command);
    for (const name of [
      "claim",
      "unclaim",
      "assign",
      "resolve",
      "close",
      "reopen",
      "note",
      "priority",
      "tag",
      "info",
      "queue",
      "delete",
      "help",
    ]) {
      expect(staff).toContain(name);
    }
    expect((await ada.commands()).map((one) => one.command)).toEqual(["new", "tickets", "close", "help"]);
  });

  test("everything a command does, a button does", async () => {
    const press = async (text: string) => {
      const pressed = await stage.olga.press((await stage.card("SUP-1")).message_id, { text });
      await stage.settle();
      return (await pressed.answer())?.text;
    };
    expect(await press("Claim")).toBe("It's yours now.");
    expect(await press("Resolve")).toBe("Resolved.");
    expect(await press("Reopen")).toBe("Reopened.");
    expect(await press("Close")).toBe("Closed.");
    expect(await press("Reopen")).toBe("Reopened.");
    expect(await ticket()).toMatchObject({ status: "in_progress", assignee: { id: 9002 } });
  });

  test("a press on a card so old that Telegram tells nothing about it works all the same", async () => {
    const pressed = await stage.olga.press(
      (await stage.card("SUP-1")).message_id,
      { text: "Claim" },
      { asOld: true },
    );
    await stage.settle();
    expect((await pressed.answer())?.text).toBe("It's yours now.");
  });

  test("answers with ordinary messages where Telegram knows no ephemeral ones", async () => {
    await stage.telegram.settings({ ephemeralMessages: "refuse" });
    expect(await says(stage.olga, "/nonsense")).toContain("/nonsense isn't a command");
    expect((await seenBy(stage.boris)).at(-1)).toContain("/nonsense isn't a command");
  });
});
