import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLocalDesk, type LocalDesk } from "../../src/sandbox/desk/local-desk.ts";
import { SECRETS } from "../support/desk-api.ts";
import { launch } from "./a-page.ts";

/* The page about the contract, as the desk itself serves it to a browser. */

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let statePath: string;
let desk: LocalDesk;
let browser: Browser;

beforeAll(async () => {
  statePath = await mkdtemp(join(tmpdir(), "topicdesk-docs-"));
  [desk, browser] = await Promise.all([
    startLocalDesk({ statePath, port: 0, telegramRoot: "http://127.0.0.1:9", secrets: SECRETS }),
    launch(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await desk.close();
  await rm(statePath, { recursive: true, force: true });
});

interface Seen {
  page: Page;
  asked: string[];
  complaints: string[];
}

async function open(colorScheme: "light" | "dark", width = 1280): Promise<Seen> {
  const context = await browser.newContext({
    colorScheme,
    // What fades in has no contrast yet.
    reducedMotion: "reduce",
    viewport: { width, height: 900 },
    bypassCSP: false,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const seen: Seen = { page, asked: [], complaints: [] };
  page.on("request", (request) => seen.asked.push(request.url()));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("console", (line) => void (line.type() === "error" && seen.complaints.push(line.text())));
  await page.goto(`${desk.url}/api/docs`);
  await page.locator("#operations-tickets-listTickets").waitFor();
  return seen;
}

async function violations(page: Page): Promise<string[]> {
  // The page's own policy lets no foreign script in: the examiner comes by the debugger's door.
  await page.evaluate(axe);
  const found = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })`,
  );
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html}`));
}

// Colours do not depend on the width, nor the layout on the colours.
test.each([
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 390 },
] as const)(
  "it is accessible in the $colorScheme, $width pixels wide, closed and with an operation open",
  async ({ colorScheme, width }) => {
    const { page } = await open(colorScheme, width);
    const look = async (name: string): Promise<void> => {
      const shots = process.env["DOCS_SHOTS"];
      if (shots !== undefined)
        await page.screenshot({ path: join(shots, `${colorScheme}-${width}-${name}.png`) });
    };
    await look("closed");
    expect(await violations(page)).toEqual([]);
    const operation = page.locator("#operations-keys-createKey");
    await operation.getByRole("button").first().click();
    await operation.getByRole("button", { name: "Try it out" }).click();
    await operation.getByRole("button", { name: "Execute" }).waitFor();
    await operation.scrollIntoViewIfNeeded();
    await look("open");
    expect(await violations(page)).toEqual([]);
    const [inner, outer] = await page.evaluate<[number, number]>(
      "[document.documentElement.scrollWidth, window.innerWidth]",
    );
    expect(inner).toBeLessThanOrEqual(outer);
    await page.context().close();
  },
);

test("it shows every operation, every webhook and every schema", async () => {
  const { page } = await open("light");
  const contract = (await (await fetch(`${desk.url}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
    webhooks: Record<string, Record<string, { operationId: string }>>;
    components: { schemas: Record<string, unknown> };
  };
  const { paths, webhooks } = contract;
  const operations = Object.values({ ...paths, ...webhooks }).flatMap((item) => Object.values(item));
  const shown = await page.locator(".opblock-summary-operation-id").allTextContents();
  expect(shown.sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
  const schemas = await page.locator("section.models .json-schema-2020-12__title").allTextContents();
  for (const name of Object.keys(contract.components.schemas)) expect(schemas).toContain(name);
});

test("a call is made from it with a key, and only the desk is called", async () => {
  const { page, asked, complaints } = await open("light");
  await page.getByRole("button", { name: "Authorize" }).click();
  const dialog = page.locator(".dialog-ux");
  await dialog.locator("input").fill(SECRETS.ADMIN_TOKEN);
  await dialog.locator("button[type=submit]").click();
  expect(await violations(page)).toEqual([]);
  await dialog.locator(".btn-done").click();
  const operation = page.locator("#operations-keys-listKeys");
  await operation.getByRole("button").first().click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();
  await operation.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor();
  const making = page.locator("#operations-keys-createKey");
  await making.getByRole("button").first().click();
  await making.getByRole("button", { name: "Try it out" }).click();
  const keys: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") keys.push(request.headers()["idempotency-key"] ?? "none");
  });
  for (const calls of [1, 2]) {
    await making.getByRole("button", { name: "Execute" }).click();
    // The example in the contract is one key, and would make the second a repetition.
    await expect.poll(() => new Set(keys).size).toBe(calls);
    await making.locator(".live-responses-table .response-col_status", { hasText: "201" }).waitFor();
  }
  const elsewhere = asked.filter((url) => !url.startsWith(desk.url) && !url.startsWith("data:"));
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a link to an operation opens it", async () => {
  const { page } = await open("light");
  await page.goto(`${desk.url}/api/docs#/keys/listKeys`);
  await page.reload();
  const tryIt = page.locator("#operations-keys-listKeys").getByRole("button", { name: "Try it out" });
  await expect.poll(() => tryIt.isVisible()).toBe(true);
});
