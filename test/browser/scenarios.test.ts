import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { scenarios } from "../../src/sandbox/scenarios/all.ts";
import { firstContact } from "../../src/sandbox/scenarios/first-contact.ts";
import type { Scenario } from "../../src/sandbox/scenarios/scenario.ts";
import { openSandbox, type Opened } from "./a-page.ts";
import { handsOn, type Hands } from "./hands.ts";

/* Every scenario, played on the page from both sides: a scenario says itself what must be seen; here is what people see. */

let opened: Opened;
let page: Page;
let complaints: string[];
let hands: Hands;

beforeAll(async () => {
  opened = await openSandbox();
  ({ page, complaints } = await opened.window());
  hands = handsOn(page);
  await page.getByRole("button", { name: "Scenarios" }).click();
});
afterAll(() => opened.close());

/** What people see of each at its end, on the phone and in the topic; the page follows what happens. */
const SEEN: Record<string, (view: { phone: string; topic: string }) => void> = {
  "first-contact": (view) => {
    expect(view.phone).toContain("I am looking into it: it left our warehouse this morning.");
    expect(view.phone).toMatch(/SUP-\d+ is closed/);
    expect(view.phone).not.toContain("told where it is");
    expect(view.topic).toContain("Wonderful, that is all I wanted to know!");
    expect(view.topic).toContain("closed the topic");
  },
  "album-and-edits": (view) => {
    expect(view.phone).toContain("A new one is on its way");
    expect(view.phone).toContain("❤");
    expect(view.topic).toContain("Three sides of the parcel");
    expect(view.topic).toContain("edited");
    expect(view.topic).toContain("❤");
  },
  "two-agents-claim": (view) => {
    expect(view.phone).toContain("Can somebody change my delivery address?");
    expect(view.topic.match(/took this ticket/g)).toHaveLength(1);
  },
  "topic-deleted": (view) => {
    expect(view.phone).toContain("Yes, we are here. I correct it.");
    expect(view.topic).toContain("The earlier topic was deleted");
    expect(view.topic).toContain("Hello, is anybody there?");
  },
  "forty-messages": (view) => {
    expect(view.phone).toContain("line 10 of 10");
    expect(view.topic).toContain("line 10 of 10");
  },
  "promise-broken": (view) => {
    expect(view.phone).toMatch(/We'll reply here (by|within) .*\d/);
    expect(view.phone).toContain("Sorry for the wait!");
    expect(view.topic).toContain("🔴 First response");
    expect(view.topic).toMatch(/Assigned automatically to Senior billing|nobody is free/);
  },
  "right-agent": (view) => {
    expect(view.phone).toContain("My card was declined");
    expect(view.phone).not.toMatch(/Why you|skill/);
    expect(view.topic).toContain("needs billing ≥ 1");
    expect(view.topic).toMatch(/Assigned automatically to (Lead|Generalist)/);
    expect(view.topic).not.toContain("Why you");
  },
  "customer-blocks": (view) => {
    expect(view.phone).toContain("It is cancelled, and nothing is left to pay.");
    expect(view.phone).not.toMatch(/It is cancelled\.\s/);
    expect(view.topic).toContain("The customer has blocked the bot");
    expect(view.topic).toContain("👎");
    expect(view.topic).toContain("The customer can be reached again.");
  },
};

/** The group's minute of real calls may be used up in the middle of one: then it goes on a minute later. */
const PATIENCE_MS = 150_000;

/** Plays one in a window whose scenarios are listed. */
async function play({ id, title }: Scenario, within: Page, { phone, topic }: Hands): Promise<void> {
  await within.locator(".scenario-list").getByRole("button", { name: title }).click();
  const steps = within.getByRole("region", { name: "What was seen" });
  try {
    await steps
      .filter({ hasText: title })
      .locator(".state.done, .state.failed")
      .waitFor({ timeout: PATIENCE_MS });
  } catch {
    throw new Error(`it does not end:\n${await steps.innerText()}`);
  }
  expect(await steps.innerText()).toMatch(/done/);
  expect(await steps.locator(".awaited").count()).toBe(0);
  expect(await steps.locator(".seen").count()).toBeGreaterThan(3);
  await vi.waitFor(
    async () => SEEN[id]?.({ phone: await phone.innerText(), topic: await topic.innerText() }),
    { timeout: 60_000 },
  );
}

describe.each(scenarios.map((scenario) => [scenario.title, scenario] as const))("%s", (_title, scenario) => {
  test("plays to its end, and both sides show it", { timeout: 300_000 }, async () => {
    await play(scenario, page, hands);
    expect(complaints).toEqual([]);
  });
});

test("what happened beneath is in the drawer", async () => {
  await hands.look("Ticket");
  await expect
    .poll(() => page.getByRole("region", { name: "Events" }).innerText())
    .toContain("ticket_opened");
  const calls = await (await hands.look("Bot API calls")).innerText();
  expect(calls).toContain("copyMessage");
  expect(calls).toMatch(/\d+ ms/);
  expect(await (await hands.look("Updates")).innerText()).toMatch(/my_chat_member[^]*delivered/);
  await hands.look("Other systems");
  const crm = await page.getByRole("region", { name: "CRM" }).innerText();
  expect(crm).toMatch(/SUP-\d+[^\n]*\s*tier: premium,.*reason: Renews in December/);
  expect(crm).toContain("503");
  expect(crm).toContain("knows nothing");
  await hands.look("Inbox & outbox");
  await expect
    .poll(() => page.getByRole("region", { name: "Inbox" }).innerText())
    .toMatch(/of 20 calls left/);
});

test("what an agent is told in private is in their own chat", async () => {
  await page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "Senior billing · senior" });
  await page.getByRole("button", { name: "The bot, in private" }).click();
  const told = page.getByRole("log", { name: "What the bot tells Senior billing" });
  await expect.poll(() => told.innerText()).toContain("Why you: ");
  expect(complaints).toEqual([]);
});

test(
  "a window that hears of a play's end before its messages looks where they are all the same",
  { timeout: 300_000 },
  async () => {
    const late = await opened.window({}, holdTheWorldBack);
    await late.page.getByRole("button", { name: "Scenarios" }).click();
    await play(firstContact, late.page, handsOn(late.page));
    expect(late.complaints).toEqual([]);
  },
);

/** In the page: what happens while something plays is heard once that is over. */
function holdTheWorldBack(): void {
  let isPlaying = false;
  const held: (() => void)[] = [];
  const hearNews = ({ data }: MessageEvent): void => {
    const state = /"playing":\{.*"state":"(\w+)"/.exec(String(data))?.[1];
    if (state === undefined) return;
    isPlaying = state === "playing";
    if (!isPlaying) for (const hear of held.splice(0)) setTimeout(hear);
  };
  class LateSource extends EventSource {
    override addEventListener(type: string, hear: EventListenerOrEventListenerObject): void {
      if (type === "message" && this.url.endsWith("/sandbox/feed"))
        super.addEventListener(type, hearNews as EventListener);
      super.addEventListener(type, (event) => {
        const hears = (): void => (hear as EventListener).call(this, event);
        if (type === "message" && this.url.endsWith("/control/feed") && isPlaying) held.push(hears);
        else hears();
      });
    }
  }
  Object.assign(globalThis, { EventSource: LateSource });
}
