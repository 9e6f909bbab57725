import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSandbox, type Opened } from "./a-page.ts";
import { handsOn, type Hands } from "./hands.ts";

/* A first visit to the page: a question is asked and answered, by hand, with what the page shows. */

let opened: Opened;
let page: Page;
let complaints: string[];
let hands: Hands;

beforeAll(async () => {
  opened = await openSandbox();
  ({ page, complaints } = await opened.window());
  hands = handsOn(page);
});
afterAll(() => opened.close());

test("a customer asks, an agent claims and answers, the customer reads it", async () => {
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect.poll(() => hands.phone.innerText()).toContain("Tell us what is wrong");
  await hands.write("customer", "My parcel is late");
  await page.getByRole("button", { name: /^SUP-1 / }).click();
  await hands.topic.getByRole("button", { name: "Claim" }).click();
  await expect.poll(() => page.getByRole("status").allInnerTexts()).toContain("It's yours now.");
  await hands.write("agent", "It arrives tomorrow.");
  await expect.poll(() => hands.phone.innerText()).toContain("It arrives tomorrow.");
  expect(complaints).toEqual([]);
});

test("a reply, an edit and a reaction arrive on the other side", async () => {
  const answer = hands.phone.getByRole("article").filter({ hasText: "It arrives tomorrow." });
  await answer.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Reply" }).click();
  await hands.write("customer", "At which time?");
  await expect
    .poll(() => hands.topic.getByRole("article").filter({ hasText: "At which time?" }).innerText())
    .toContain("It arrives tomorrow.");

  const own = hands.topic.getByRole("article", { name: /^You/ }).filter({ hasText: "It arrives tomorrow." });
  await own.hover();
  await own.getByRole("button", { name: "What to do with this message" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await hands.write("agent", "It arrives tomorrow, at noon.");
  await expect.poll(() => hands.phone.innerText()).toContain("It arrives tomorrow, at noon.");

  await hands.phone.getByRole("article").filter({ hasText: "at noon" }).last().click({ button: "right" });
  await page.getByRole("menuitemcheckbox", { name: "React with 👍" }).click();
  await expect.poll(() => hands.topic.innerText()).toContain("👍");
});

test("a part of a message can be quoted", async () => {
  const answer = hands.phone.getByRole("article", { name: /^Desk/ }).filter({ hasText: "at noon" });
  await answer.locator(".text").evaluate((text) => {
    const range = text.ownerDocument.createRange();
    range.setStart(text.firstChild, "It arrives ".length);
    range.setEnd(text.firstChild, "It arrives tomorrow".length);
    const selection = text.ownerDocument.getSelection()!;
    selection.removeAllRanges();
    selection.addRange(range);
  });
  await answer.hover();
  await answer.getByRole("button", { name: "What to do with this message" }).click();
  await page.getByRole("menuitem", { name: "Quote the selection" }).click();
  await hands.write("customer", "Is that sure?");
  const asked = (side: Locator) => side.getByRole("article").filter({ hasText: "Is that sure?" });
  for (const side of [hands.phone, hands.topic]) {
    await expect.poll(() => asked(side).locator(".quote.partial span").allInnerTexts()).toEqual(["tomorrow"]);
  }
});

test("unread messages are counted, and are read once they are looked at", async () => {
  await page.locator(".topic-row", { hasText: "General" }).click();
  await hands.write("customer", "Thank you!");
  const row = page.locator(".topic-row", { hasText: "SUP-1" });
  await row.getByLabel("1 unread").waitFor();
  await row.click();
  await row.getByLabel(/unread/).waitFor({ state: "hidden" });
  await expect.poll(() => hands.topic.innerText()).toContain("Thank you!");
});

test("everything that can be attached arrives in the topic", async () => {
  const kinds = [
    "Photo",
    "Album of three",
    "Voice message",
    "Document",
    "Sticker",
    "Location",
    "Contact",
    "Poll",
    "Dice",
  ];
  const before = await hands.topic.getByRole("article").count();
  for (const kind of kinds) {
    await page.locator(".phone").getByRole("button", { name: "Attach" }).click();
    await page.getByRole("menuitem", { name: kind, exact: true }).click();
  }
  // More than the group may be sent in one minute.
  await hands.move("+1 min");
  await expect.poll(() => hands.topic.getByRole("article").count()).toBe(before + kinds.length);
  await hands.topic.getByRole("button", { name: "Open: Three pictures" }).first().click();
  await page.getByRole("dialog", { name: "Three pictures" }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
});

test("a slash lists the bot's commands, and Enter sends the chosen one", async () => {
  const box = page.getByRole("textbox", { name: /^Message as / });
  await box.fill("/");
  const list = page.getByRole("listbox", { name: "The bot's commands" });
  await list.getByRole("option", { name: /^\/resolve/ }).waitFor();
  await box.fill("/resol");
  await box.press("Enter");
  await expect.poll(() => hands.phone.innerText()).toContain("SUP-1 as resolved");
});

test("what Telegram would not take is refused in its words, and nothing is lost of it", async () => {
  await hands.write("customer", "x".repeat(5_000));
  await expect
    .poll(() => page.getByRole("status").innerText())
    .toContain("A text has at most 4096 characters; this one has 5000");
  const box = page.getByRole("textbox", { name: "Message the bot" });
  await expect.poll(async () => (await box.inputValue()).length).toBe(5_000);
  await box.fill("");

  const files = page.locator(".phone input[type=file]");
  await files.setInputFiles({ name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await expect.poll(() => page.getByRole("status").innerText()).toContain("IMAGE_PROCESS_FAILED");
});

test("time moves forward for both sides, and the group's minute with it", async () => {
  const before = Date.parse((await page.locator(".time time").getAttribute("datetime"))!);
  await hands.move("+1 h");
  await expect
    .poll(async () => Date.parse((await page.locator(".time time").getAttribute("datetime"))!) - before)
    .toBeGreaterThanOrEqual(3_600_000);
});

test("a hint for an agent is seen by that agent alone", async () => {
  await hands.write("agent", "/nonsense");
  await expect.poll(() => hands.topic.innerText()).toContain("/nonsense isn't a command");
  expect(await hands.topic.locator(".bubble.ephemeral").last().innerText()).toContain("only you see this");
  await page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "Generalist · agent" });
  await expect.poll(() => hands.topic.innerText()).not.toContain("/nonsense isn't a command");
  await page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "Senior billing · senior" });
});

test("a customer can be added, blocks the bot, and comes back", async () => {
  await page.getByRole("button", { name: "Add a customer" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a customer" });
  await dialog.getByLabel("Name", { exact: true }).fill("Konrad Zuse");
  await dialog.getByLabel("Language").selectOption("de");
  await dialog.getByLabel("Telegram Premium").check();
  await dialog.getByRole("button", { name: "Add" }).click();
  await page.getByRole("heading", { name: /Konrad Zuse/ }).waitFor();
  await hands.choose("What Konrad can do", /Start with a link/);
  await page.getByLabel("t.me/…?start=").fill("order_1001");
  await page.getByRole("button", { name: "Open the link" }).click();
  await hands.write("customer", "I come by a link");
  await page.getByRole("button", { name: /^SUP-2 / }).click();
  await expect.poll(() => hands.topic.innerText()).toMatch(/Telegram Premium[^]*Link: order_1001/);
  await hands.choose("What Konrad can do", "Block the bot");
  await expect.poll(() => hands.topic.innerText()).toContain("has blocked the bot");
  await page.getByRole("button", { name: "Unblock the bot" }).click();
  await expect.poll(() => hands.topic.innerText()).toContain("The customer can be reached again.");
  expect(complaints).toEqual([]);
});
