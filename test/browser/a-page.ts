import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as browsers, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { startSandbox, type Sandbox } from "../../src/sandbox/host/sandbox.ts";
import { exampleDeskAsWritten } from "../support/desks.ts";

const secrets = { BOT_TOKEN: "1:sandbox", WEBHOOK_SECRET: "webhook-secret", ADMIN_TOKEN: "admin-token" };

/** A container has no sandbox to give and no graphics card; texts look the same everywhere. */
const FLAGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];

/** A whole sandbox with a state of its own, and a Chromium to look at its page with. */
export interface Opened {
  sandbox: Sandbox;
  browser: Browser;
  statePath: string;
  /** A window of its own, in which `before` runs ahead of the page's code; what goes wrong in it is kept. */
  window(options?: BrowserContextOptions, before?: () => void): Promise<{ page: Page; complaints: string[] }>;
  close(): Promise<void>;
}

export async function openSandbox({
  paceMs = 60,
  statePath,
}: { paceMs?: number; statePath?: string } = {}): Promise<Opened> {
  const path = statePath ?? (await mkdtemp(join(tmpdir(), "topicdesk-page-")));
  const [sandbox, browser] = await Promise.all([
    startSandbox({
      statePath: path,
      port: 0,
      deskPort: 0,
      secrets,
      config: exampleDeskAsWritten(),
      paceMs,
    }),
    launch(),
  ]);
  return {
    sandbox,
    browser,
    statePath: path,
    async window(options = {}, before) {
      const context = await browser.newContext({
        viewport: { width: 1360, height: 860 },
        locale: "en-GB",
        timezoneId: "Europe/Berlin",
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      if (before !== undefined) await page.addInitScript(before);
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (line) => {
        // A refusal that the page shows is no defect of it, though the browser notes it.
        if (line.type() === "error" && !line.text().includes("status of 400")) complaints.push(line.text());
      });
      await page.goto(sandbox.url);
      await page.getByRole("heading", { level: 1 }).waitFor();
      return { page, complaints };
    },
    async close() {
      await browser.close();
      await sandbox.close();
      if (statePath === undefined) await rm(path, { recursive: true, force: true });
    },
  };
}

/** Without the package's own flags: they switch off the very rules that the page lives under elsewhere. */
export async function launch(): Promise<Browser> {
  return browsers.launch({ executablePath: await chromium.executablePath(), args: FLAGS, headless: true });
}
