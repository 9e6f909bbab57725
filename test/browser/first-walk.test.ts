import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSandbox, type Opened } from "./a-page.ts";

/* Somebody who has never seen the page: a question is asked and answered, by hand, with what the page shows. */

let opened: Opened;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  opened = await openSandbox();
  ({ page, complaints } = await opened.window());
}, 60_000);
afterAll(() => opened.close());

const phone = () => page.getByRole("log", { name: /'s chat with the bot$/ });
const topic = () => page.getByRole("log", { name: /^Messages in / });

async function write(as: "customer" | "agent", text: string): Promise<void> {
  const box = page.getByRole("textbox", { name: as === "customer" ? "Message the bot" : /^Message as / });
  await box.fill(text);
  await box.press("Enter");
}

test("a customer asks, an agent claims and answers, the customer reads it", async () => {
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect.poll(() => phone().innerText()).toContain("Tell us what is wrong");
  await write("customer", "My parcel is late");
  await page.getByRole("button", { name: /^SUP-1 / }).click();
  await topic().getByRole("button", { name: "Claim" }).click();
  await expect.poll(() => page.getByRole("status").allInnerTexts()).toContain("It is yours.");
  await write("agent", "It arrives tomorrow.");
  await expect.poll(() => phone().innerText()).toContain("It arrives tomorrow.");
  expect(complaints).toEqual([]);
});

test("a reply, an edit and a reaction arrive on the other side", async () => {
  const answer = phone().getByRole("article").filter({ hasText: "It arrives tomorrow." });
  await answer.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Reply" }).click();
  await write("customer", "At which time?");
  await expect
    .poll(() => topic().getByRole("article").filter({ hasText: "At which time?" }).innerText())
    .toContain("It arrives tomorrow.");

  const own = topic().getByRole("article", { name: /^You/ }).filter({ hasText: "It arrives tomorrow." });
  await own.hover();
  await own.getByRole("button", { name: "What to do with this message" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await write("agent", "It arrives tomorrow, at noon.");
  await expect.poll(() => phone().innerText()).toContain("It arrives tomorrow, at noon.");

  await phone().getByRole("article").filter({ hasText: "at noon" }).last().click({ button: "right" });
  await page.getByRole("menuitemcheckbox", { name: "React with 👍" }).click();
  await expect.poll(() => topic().innerText()).toContain("👍");
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
  const before = await topic().getByRole("article").count();
  await opened.sandbox.telegram.budgets("off");
  for (const kind of kinds) {
    await page.locator(".phone").getByRole("button", { name: "Attach" }).click();
    await page.getByRole("menuitem", { name: kind, exact: true }).click();
  }
  await expect
    .poll(() => topic().getByRole("article").count(), { timeout: 15_000 })
    .toBe(before + kinds.length);
  await topic().getByRole("button", { name: "Open: Three pictures" }).first().click();
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
  await expect.poll(() => phone().innerText()).toContain("SUP-1 is resolved");
});

test("what Telegram would not take is refused in its words, and nothing is lost of it", async () => {
  await write("customer", "x".repeat(5_000));
  await expect
    .poll(() => page.getByRole("status").innerText())
    .toContain("A text has at most 4096 characters; this one has 5000");
  const box = page.getByRole("textbox", { name: "Message the bot" });
  expect((await box.inputValue()).length).toBe(5_000);
  await box.fill("");

  const files = page.locator(".phone input[type=file]");
  await files.setInputFiles({ name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await expect.poll(() => page.getByRole("status").innerText()).toContain("IMAGE_PROCESS_FAILED");
});

test("time moves forward for both sides, and the group's minute with it", async () => {
  const before = Date.parse((await page.locator(".time time").getAttribute("datetime"))!);
  await page.getByRole("button", { name: "+1 h: move time forward by an hour" }).click();
  await expect
    .poll(async () => Date.parse((await page.locator(".time time").getAttribute("datetime"))!) - before)
    .toBeGreaterThanOrEqual(3_600_000);
  await expect
    .poll(() => page.getByRole("button", { name: "+1 h: move time forward by an hour" }).isEnabled())
    .toBe(true);
});

test("hints for one agent are seen by that agent alone", async () => {
  await write("agent", "/nonsense");
  await expect.poll(() => topic().innerText()).toContain("There is no command /nonsense");
  expect(await topic().locator(".bubble.ephemeral").last().innerText()).toContain("only you see this");
  await page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "Generalist · agent" });
  await expect.poll(() => topic().innerText()).not.toContain("There is no command /nonsense");
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
  await page.getByRole("button", { name: "What Konrad can do" }).click();
  await page.getByRole("menuitem", { name: /Start with a link/ }).click();
  await page.getByLabel("t.me/…?start=").fill("order_1001");
  await page.getByRole("button", { name: "Open the link" }).click();
  await write("customer", "I come by a link");
  await page.getByRole("button", { name: /^SUP-2 / }).click();
  await expect.poll(() => topic().innerText()).toMatch(/Telegram Premium[^]*Came by: order_1001/);
  await page.getByRole("button", { name: "What Konrad can do" }).click();
  await page.getByRole("menuitem", { name: "Block the bot" }).click();
  await expect.poll(() => topic().innerText()).toContain("has blocked the bot");
  await page.getByRole("button", { name: "Unblock the bot" }).click();
  await expect.poll(() => topic().innerText()).toContain("The customer can be reached again.");
  expect(complaints).toEqual([]);
});
