import type { Locator, Page, Response } from "playwright-core";

/** Moving time ends when everything due on the way has happened. */
const JOURNEY_TIMEOUT_MS = 30_000;

/** What people do on the page again and again, and where they look. */
export interface Hands {
  /** The chat on the phone in front, and the one in the open topic. */
  phone: Locator;
  topic: Locator;
  write(as: "customer" | "agent", text: string): Promise<void>;
  /** Opens a tab of the drawer, and answers what is in it. */
  look(tab: string): Promise<Locator>;
  /** Chooses in the menu behind a button. */
  choose(button: string, item: string | RegExp): Promise<void>;
  /** Moves time by what a button says. */
  move(jump: "+1 min" | "+15 min" | "+1 h" | "+1 day"): Promise<void>;
}

export function handsOn(page: Page): Hands {
  return {
    phone: page.getByRole("log", { name: /'s chat with the bot$/ }),
    topic: page.getByRole("log", { name: /^Messages in / }),
    async write(as, text) {
      const name = as === "customer" ? "Message the bot" : /^Message as /;
      const box = page.getByRole("textbox", { name });
      await box.fill(text);
      const isTaken = (answer: Response): boolean => /\/control\/(write|edit)$/.test(answer.url());
      await Promise.all([page.waitForResponse(isTaken), box.press("Enter")]);
    },
    async look(tab) {
      await page.getByRole("tab", { name: tab }).click();
      return page.getByRole("tabpanel", { name: tab });
    },
    async choose(button, item) {
      await page.getByRole("button", { name: button }).click();
      await page.getByRole("menu").getByText(item).click();
    },
    async move(jump) {
      const button = page.getByRole("button", { name: `${jump}: ` });
      const isThere = (answer: Response): boolean => answer.url().endsWith("/sandbox/travel");
      await Promise.all([page.waitForResponse(isThere, { timeout: JOURNEY_TIMEOUT_MS }), button.click()]);
    },
  };
}
