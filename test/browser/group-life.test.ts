import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openSandbox, type Opened } from "./a-page.ts";
import { handsOn, type Hands } from "./hands.ts";

/* What can be done to a staff group, its topics, its agents and its bot; and a page that is loaded anew or starts over. */

const GROUP = "What can be done with the group";
const TOPIC = "What can be done with this topic";

let opened: Opened;
let page: Page;
let complaints: string[];
let hands: Hands;

beforeAll(async () => {
  opened = await openSandbox();
  await opened.sandbox.telegram.budgets("off");
  ({ page, complaints } = await opened.window());
  hands = handsOn(page);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await hands.write("customer", "My parcel is late");
  await row("SUP-1").click();
  await page.getByRole("button", { name: "Under the hood" }).click();
});
afterAll(() => opened.close());
afterEach(() => expect(complaints).toEqual([]));

const row = (name: string) => page.getByRole("navigation", { name: "Topics" }).getByRole("button", { name });

async function actAs(agent: string): Promise<void> {
  await page.getByRole("combobox", { name: "Act as" }).selectOption({ label: agent });
}

test("a topic closed by hand is locked for agents, and opens when the customer writes", async () => {
  await actAs("Lead");
  await hands.choose(TOPIC, "Close the topic");
  await row("SUP-1").getByRole("img", { name: "closed" }).waitFor();
  await actAs("Generalist · agent");
  await page.getByText("The topic is closed").waitFor();
  await hands.write("customer", "But it is not solved!");
  await expect.poll(() => hands.topic.innerText()).toContain("But it is not solved!");
  await row("SUP-1").getByRole("img", { name: "closed" }).waitFor({ state: "hidden" });
  await page.getByRole("textbox", { name: "Message as Generalist" }).waitFor();
});

test("an agent has a chat of their own with the bot", async () => {
  await page.getByRole("button", { name: "The bot, in private" }).click();
  await page.getByRole("button", { name: "Let the bot write to Generalist" }).click();
  const told = page.getByRole("log", { name: "What the bot tells Generalist" });
  await expect.poll(() => told.innerText()).not.toBe("");
  await page.getByRole("textbox", { name: "Write to the bot as Generalist" }).waitFor();
  await row("SUP-1").click();
  await page.getByRole("textbox", { name: "Message as Generalist" }).waitFor();
});

test("an agent leaves the group and joins again", async () => {
  const whoActs = page.getByRole("combobox", { name: "Act as" }).locator("option:checked");
  await hands.choose(GROUP, "Generalist leaves");
  await expect.poll(() => whoActs.innerText()).toBe("Generalist · agent (left)");
  await page.getByRole("button", { name: "Join the group" }).click();
  await expect.poll(() => whoActs.innerText()).toBe("Generalist · agent");
  await page.getByRole("textbox", { name: "Message as Generalist" }).waitFor();
});

test("a deleted topic is made anew by the customer's next message", async () => {
  await actAs("Lead");
  await hands.choose(TOPIC, "Delete the topic");
  await row("SUP-1").waitFor({ state: "hidden" });
  await hands.write("customer", "Is anybody there?");
  await row("SUP-1").click();
  await expect
    .poll(() => hands.topic.innerText())
    .toMatch(/The earlier topic was deleted[^]*Is anybody there\?/);
});

test("a bot that was demoted says what it lacks, and goes on when it has it again", async () => {
  await hands.choose(GROUP, "Demote the bot");
  await page.getByRole("tab", { name: "Grace" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await hands.write("customer", "Where is my money?");
  const outbox = await hands.look("Inbox & outbox");
  await expect.poll(() => outbox.innerText()).toContain("bot.cannot_manage_topics");
  await hands.choose(GROUP, "Make the bot an administrator");
  await hands.move("+1 h");
  await row("SUP-2").click();
  await expect.poll(() => hands.topic.innerText()).toContain("Where is my money?");
});

test("with topics switched off new tickets wait, and open when they are on again", async () => {
  await hands.choose(GROUP, "Topics");
  await page.getByText("Topics are switched off in this group.").waitFor();
  await page.getByRole("tab", { name: "Ada" }).click();
  await hands.write("customer", "/new");
  await hands.write("customer", "Another thing");
  const outbox = await hands.look("Inbox & outbox");
  await expect.poll(() => outbox.innerText()).toContain("group.not_a_forum");
  await hands.choose(GROUP, "Topics");
  await hands.move("+1 h");
  await row("SUP-3").click();
  await expect.poll(() => hands.topic.innerText()).toContain("Another thing");
});

test("the page looks at the same place after it was loaded anew", async () => {
  await page.reload();
  await expect.poll(() => hands.topic.innerText()).toContain("Another thing");
  await page.getByRole("textbox", { name: "Message as Lead" }).waitFor();
  await page.getByRole("region", { name: "Outbox" }).waitFor();
});

test("starting over asks first, forgets everything, and the desk is played with anew", async () => {
  await page.getByRole("button", { name: "Start over" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Forget everything" }).click();
  await page.getByText("No messages here yet").waitFor({ timeout: 30_000 });
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await hands.write("customer", "A new beginning");
  await row("SUP-1").click({ timeout: 30_000 });
  await expect.poll(() => hands.topic.innerText()).toContain("A new beginning");
});
