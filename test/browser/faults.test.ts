import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openSandbox, type Opened } from "./a-page.ts";
import { handsOn, type Hands } from "./hands.ts";

/* Every fault that the page can switch on: what the drawer shows of it, and how it is watched to heal. */

let opened: Opened;
let page: Page;
let complaints: string[];
let hands: Hands;

beforeAll(async () => {
  opened = await openSandbox();
  ({ page, complaints } = await opened.window());
  hands = handsOn(page);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await hands.write("customer", "My parcel is late");
  await page.getByRole("button", { name: /^SUP-1 / }).click();
  await hands.topic.getByText("My parcel is late").last().waitFor();
  await page.getByRole("button", { name: "Under the hood" }).click();
});
afterAll(() => opened.close());
afterEach(() => expect(complaints).toEqual([]));

async function turn(state: "on" | "off", fault: string): Promise<void> {
  await hands.look("Faults");
  await page.getByRole("switch", { name: fault }).click();
  const warning = page.getByRole("button", { name: "1 fault is on" });
  await warning.waitFor({ state: state === "on" ? "visible" : "hidden" });
}

test("429: the lane rests and says until when, then the message arrives", async () => {
  await turn("on", "Telegram says 429");
  await hands.write("customer", "Are you there?");
  const outbox = await hands.look("Inbox & outbox");
  await expect
    .poll(() => outbox.innerText())
    .toMatch(/staff group\s*rests until [^]*relay · ticket 1\s*waiting/);
  const calls = await hands.look("Bot API calls");
  expect(await calls.innerText()).toMatch(/Too Many Requests: retry after 20\s*flood/);
  await turn("off", "Telegram says 429");
  await hands.move("+1 min");
  await expect.poll(() => hands.topic.innerText()).toContain("Are you there?");
});

test("a lost answer: whether the customer got it is unknown, and the agent is asked", async () => {
  await turn("on", "Answers get lost");
  await hands.write("agent", "It is on its way.");
  const outbox = await hands.look("Inbox & outbox");
  await expect
    .poll(() => outbox.innerText())
    .toMatch(/Ada Byron's chat\s*\d+\s*relay · ticket 1\s*uncertain/);
  await turn("off", "Answers get lost");
  await hands.move("+15 min");
  await expect.poll(() => hands.topic.innerText()).toContain("Telegram didn't confirm delivery");
  expect(await hands.phone.getByText("It is on its way.").count()).toBe(1);
  await hands.topic.getByRole("button", { name: "Send again" }).click();
  await expect.poll(() => hands.phone.getByText("It is on its way.").count()).toBe(2);
});

test("slow: the call is seen on its way", async () => {
  await turn("on", "Telegram is slow");
  await hands.write("customer", "Slowly now");
  const outbox = await hands.look("Inbox & outbox");
  await expect.poll(() => outbox.innerText()).toMatch(/copyMessage\s*attempting since/);
  await expect.poll(() => outbox.getByText("attempting since").count()).toBe(0);
  expect(await hands.topic.innerText()).toContain("Slowly now");
  await turn("off", "Telegram is slow");
});

test("down: updates queue up, and everything goes out in order afterwards", async () => {
  await turn("on", "Telegram is down");
  await hands.write("customer", "Hello?");
  await hands.write("customer", "Hello again?");
  const updates = await hands.look("Updates");
  await expect.poll(() => updates.innerText()).toMatch(/Ada: Hello again\?\s*queued\s*0/);
  await turn("off", "Telegram is down");
  await hands.move("+15 min");
  await expect.poll(() => hands.topic.innerText()).toMatch(/Hello\?[^]*Hello again\?/);
});

test("D1 down: known customers are served, and the update of a new one is tried again", async () => {
  await turn("on", "D1 is down");
  await hands.write("customer", "Do you have me?");
  await expect.poll(() => hands.topic.innerText()).toContain("Do you have me?");
  await page.getByRole("tab", { name: "Grace" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  const updates = await hands.look("Updates");
  await expect.poll(() => updates.innerText()).toMatch(/Grace: \/start\s*failed [^]*503[^]*again in/);
  await turn("off", "D1 is down");
  await hands.move("+15 min");
  await expect.poll(() => hands.phone.innerText()).toContain("Tell us what is wrong");
  expect(await (await hands.look("Updates")).innerText()).toMatch(/Grace: \/start\s*delivered\s*[2-9]/);
  await page.getByRole("tab", { name: "Ada" }).click();
});

test("refused: the message is parked and said once, and can be sent again", async () => {
  await turn("on", "Telegram refuses copies");
  await hands.write("customer", "A word that is refused");
  const outbox = await hands.look("Inbox & outbox");
  await expect.poll(() => outbox.innerText()).toMatch(/1 put aside[^]*relay · ticket 1\s*parked/);
  await expect.poll(() => hands.topic.innerText()).toContain("couldn't be copied here");
  await turn("off", "Telegram refuses copies");
  await hands.topic.getByRole("button", { name: "Send again" }).last().click();
  await expect.poll(() => hands.topic.innerText()).toContain("A word that is refused");
  await hands.look("Inbox & outbox");
  await expect.poll(() => outbox.innerText()).not.toContain("parked");
});

/** A new customer whom the CRM knows, with their phone in front. */
async function newcomer(firstName: string): Promise<void> {
  const customer = await opened.sandbox.telegram.customer({ firstName, languageCode: "en" });
  const says = { tier: "standard" };
  const body = JSON.stringify({ customer: customer.id, says });
  const headers = { "x-sandbox-token": opened.sandbox.token };
  await fetch(`${opened.sandbox.url}/sandbox/crm-says`, { method: "POST", body, headers });
  await page.getByRole("tab", { name: firstName }).click();
}

/** They write for the first time, and their topic is opened. */
async function asks(text: string): Promise<void> {
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await hands.write("customer", text);
  await page.locator(".topic-row", { hasText: text }).click();
  await expect.poll(() => hands.topic.innerText()).toContain(text);
}

test("what the CRM says is chosen on a customer's phone; the card has it, and says how old it is", async () => {
  await newcomer("Kim");
  await hands.choose("What Kim can do", "What the CRM says");
  const dialog = page.getByRole("dialog", { name: "What the CRM says of Kim" });
  await dialog.getByLabel("Tier").selectOption("basic");
  await dialog.getByLabel("Note for the agent").fill("Left us in March");
  await dialog.getByLabel("Stale").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await asks("I am back");
  await expect.poll(() => hands.topic.innerText()).toMatch(/tier basic[^]*stale: 14 days old/);
  await hands.choose("What Kim can do", "What the CRM says");
  expect(await dialog.getByLabel("Tier").inputValue()).toBe("basic");
  expect(await dialog.getByLabel("Stale").isChecked()).toBe(true);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  const systems = await hands.look("Other systems");
  await expect.poll(() => systems.innerText()).toMatch(/Kim SUP-\d+\s*tier: basic, reason: Left us in March/);
});

test("the CRM is down: the ticket is there all the same, and gets its tier when the CRM is well", async () => {
  await turn("on", "The CRM is down");
  await newcomer("Lee");
  await asks("Do you know me?");
  const systems = await hands.look("Other systems");
  await expect.poll(() => systems.innerText()).toMatch(/It is down\.[^]*Lee SUP-\d+\s*503/);
  await turn("off", "The CRM is down");
  await hands.move("+1 min");
  await expect.poll(() => hands.topic.innerText()).toContain("· tier standard");
});

test("the CRM is lying: nothing of what it says is believed", async () => {
  await turn("on", "The CRM is lying");
  await newcomer("Max");
  await asks("And me?");
  const systems = await hands.look("Other systems");
  await expect.poll(() => systems.innerText()).toMatch(/Max SUP-\d+\s*tier: \["premium"\]/);
  await hands.look("Ticket");
  const events = page.getByRole("region", { name: "Events" });
  await expect.poll(() => events.innerText()).toMatch(/enrichment_failed[^]*"invalid"/);
  expect(await hands.topic.innerText()).not.toContain("· tier ");
  await turn("off", "The CRM is lying");
});

test("the CRM is slow: it is seen thinking, and no ticket waits for it", async () => {
  await turn("on", "The CRM is slow");
  await newcomer("Noa");
  await asks("Me neither?");
  const systems = await hands.look("Other systems");
  await expect.poll(() => systems.innerText()).toMatch(/Noa SUP-\d+\s*thinks …/);
  await expect.poll(() => systems.innerText()).toContain("too late: the desk had gone on");
  await turn("off", "The CRM is slow");
});
