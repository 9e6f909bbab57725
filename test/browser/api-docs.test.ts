import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
}, 90_000);
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
    viewport: { width, height: 900 },
    bypassCSP: false,
  });
  const page = await context.newPage();
  const seen: Seen = { page, asked: [], complaints: [] };
  page.on("request", (request) => seen.asked.push(request.url()));
  page.on("console", (line) => void (line.type() === "error" && seen.complaints.push(line.text())));
  await page.goto(`${desk.url}/api/docs`);
  return seen;
}

describe.each(["light", "dark"] as const)("in the %s, the page about the contract", (colorScheme) => {
  test("is accessible, wide and narrow", async () => {
    for (const width of [1280, 390]) {
      const { page } = await open(colorScheme, width);
      // The page's own policy lets no script in: the examiner comes by the debugger's door.
      await page.evaluate(axe);
      const { violations } = await page.evaluate<AxeResults>(
        `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`,
      );
      expect(
        violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html}`)),
      ).toEqual([]);
      const [inner, outer] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, window.innerWidth]",
      );
      expect(inner).toBeLessThanOrEqual(outer);
      const shots = process.env["DOCS_SHOTS"];
      if (shots !== undefined) {
        await page.screenshot({ path: join(shots, `docs-${colorScheme}-${width}.png`) });
        await page.goto(`${desk.url}/api/docs#operation-createKey`);
        await page.screenshot({ path: join(shots, `docs-${colorScheme}-${width}-key.png`) });
      }
      await page.context().close();
    }
  });
});

test("it asks nobody but the desk, and its own policy has nothing to object", async () => {
  const { page, asked, complaints } = await open("light");
  expect(asked.every((url) => url.startsWith(desk.url))).toBe(true);
  expect(complaints).toEqual([]);
  const background = await page.evaluate<string>("getComputedStyle(document.querySelector('nav')).position");
  expect(background).toBe("sticky");
});

test("every operation and every schema is one link away, and every link leads somewhere", async () => {
  const { page } = await open("light");
  const contract = (await (await fetch(`${desk.url}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, object>;
    components: { schemas: Record<string, unknown> };
  };
  const operations = Object.values(contract.paths).flatMap((item) => Object.keys(item)).length;
  const schemas = Object.keys(contract.components.schemas).length;
  expect(await page.locator("nav li a").count()).toBe(operations + schemas);
  const dead = await page.evaluate<string[]>(
    `[...document.querySelectorAll("a[href^='#']")].map((a) => a.getAttribute("href").slice(1)).filter((id) => document.getElementById(id) === null)`,
  );
  expect(dead).toEqual([]);
});
