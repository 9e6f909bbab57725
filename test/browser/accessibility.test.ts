import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSandbox, type Opened } from "./a-page.ts";

/* What a machine can see of how well the page serves people with a keyboard, a screen reader or weak eyes. */

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let opened: Opened;

beforeAll(async () => {
  opened = await openSandbox({ paceMs: 20 });
  const { page } = await opened.window();
  await page.getByRole("button", { name: "Scenarios" }).click();
  for (const title of ["First contact", "Customer blocks the bot", "Album and edits"]) {
    await page.locator(".scenario-list").getByRole("button", { name: title }).click();
    const steps = page.getByRole("region", { name: "What was seen" }).filter({ hasText: title });
    await steps.locator(".state.done").waitFor({ timeout: 30_000 });
  }
  await page.context().close();
});
afterAll(() => opened.close());

/** What breaks WCAG 2.2 A and AA, one line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`),
  );
}

describe.each(["light", "dark"] as const)("in the %s", (colorScheme) => {
  test(
    "both sides, every tab of the drawer, a menu and a dialog are accessible",
    { timeout: 180_000 },
    async () => {
      const { page } = await opened.window({ colorScheme, reducedMotion: "reduce" });
      await page.locator(".person").last().click();
      await page.locator(".topic-row", { hasText: "The parcel came" }).click();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Under the hood" }).click();
      for (const tab of [
        "Scenarios",
        "Ticket",
        "Inbox",
        "Bot API calls",
        "Other systems",
        "Updates",
        "Faults",
      ]) {
        await page.getByRole("tablist", { name: "Under the hood" }).getByRole("tab", { name: tab }).click();
        expect(await violations(page), tab).toEqual([]);
      }
      await page.getByRole("button", { name: "Add a customer" }).click();
      expect(await violations(page), "a dialog").toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator(".phone").getByRole("button", { name: "Attach" }).click();
      expect(await violations(page), "a menu").toEqual([]);
      await page.keyboard.press("Escape");
      await page
        .locator(".phone")
        .getByRole("button", { name: / can do$/ })
        .click();
      await page.getByRole("menuitem", { name: "What the CRM says" }).click();
      expect(await violations(page), "a form").toEqual([]);
      await page.keyboard.press("Escape");
      await page.setViewportSize({ width: 390, height: 780 });
      for (const side of ["Staff", "Customers"]) {
        await page.getByRole("tab", { name: side, exact: true }).click();
        expect(await violations(page), `narrow, ${side}`).toEqual([]);
      }
      await page.context().close();
    },
  );
});

test("an unused window shows the last messages and who the person in it is, until that is dismissed", async () => {
  const { page } = await opened.window();
  const last = "The parcel came, but look at it!";
  await expect
    .poll(() => page.getByRole("log", { name: /'s chat with the bot$/ }).innerText())
    .toContain(last);
  await expect
    .poll(() => page.getByRole("log", { name: /^Messages in SUP-\d+ / }).innerText())
    .toContain(last);
  const hint = page.getByText("You play both sides");
  expect(await hint.isVisible()).toBe(true);
  await page.getByRole("button", { name: "Dismiss this hint" }).click();
  await hint.waitFor({ state: "hidden" });
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(await hint.count()).toBe(0);
  await page.context().close();
});

test("the ticket's tab shows people no object names, no milliseconds and nothing that has not happened", async () => {
  const { page } = await opened.window();
  await page.getByRole("button", { name: "Under the hood" }).click();
  await page.getByRole("tab", { name: "Ticket" }).click();
  const panel = page.getByRole("tabpanel", { name: "Ticket" });
  await expect.poll(() => panel.innerText()).toMatch(/phases/i);
  await expect.poll(() => panel.innerText()).toContain("ticket_opened");
  expect(await panel.innerText()).not.toMatch(/\[object|\b1\d{12}\b|: –|null|undefined/);
  await page.context().close();
});

test("all rows of the staff's list are as wide, and a narrow window shows the clock, with its jumps behind one button", async () => {
  const { page } = await opened.window();
  const edges = await page
    .locator(".topic-row")
    .evaluateAll((rows) => rows.map((row) => Math.round(row.getBoundingClientRect().right as number)));
  expect(new Set(edges).size).toBe(1);
  await page.setViewportSize({ width: 390, height: 780 });
  const clock = page.locator(".time time");
  expect(await clock.isVisible()).toBe(true);
  const bar = await page.locator(".top-bar").evaluate((one) => one.getBoundingClientRect().height as number);
  expect(bar).toBeLessThan(60);
  const before = Date.parse((await clock.getAttribute("datetime"))!);
  await page.getByRole("button", { name: "Move time forward" }).click();
  await page.getByRole("menuitem", { name: "+1 h" }).click();
  await expect
    .poll(async () => Date.parse((await clock.getAttribute("datetime"))!) - before)
    .toBeGreaterThanOrEqual(3_600_000);
  await page.context().close();
});

const FAR_AWAY = 80;

/** Presses Tab until this has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < FAR_AWAY; presses += 1) {
    if (await target.evaluate((one) => one === one.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab does not lead there");
}

test("a ticket can be claimed and answered without a mouse", async () => {
  const { page } = await opened.window();
  const topic = page.getByRole("log", { name: /^Messages in / });
  const customer = await opened.sandbox.telegram.customer({ firstName: "Kay" });
  await customer.write("Can I pay by invoice?");
  await tabTo(page, page.locator(".topic-row", { hasText: "Can I pay by invoice?" }));
  await page.keyboard.press("Enter");
  await tabTo(page, topic.getByRole("button", { name: "Claim", exact: true }));
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByRole("status").allInnerTexts()).toContain("It's yours now.");
  await tabTo(page, page.getByRole("textbox", { name: /^Message as / }));
  await page.keyboard.type("By keyboard alone");
  await page.keyboard.press("Enter");
  await expect.poll(() => topic.innerText()).toContain("By keyboard alone");
  await page.context().close();
});

test("arrows go from tab to tab, and a menu gives the focus back", async () => {
  const { page } = await opened.window();
  await page.getByRole("button", { name: "Scenarios" }).click();
  const tab = (name: string) => page.getByRole("tab", { name });
  await tab("Scenarios").focus();
  await page.keyboard.press("ArrowRight");
  expect(await tab("Ticket").getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  expect(await tab("Faults").getAttribute("aria-selected")).toBe("true");

  await page.locator(".person").last().click();
  const attach = page.locator(".phone").getByRole("button", { name: "Attach" });
  await attach.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menu", { name: "Attach" }).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => attach.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
  await page.context().close();
});
