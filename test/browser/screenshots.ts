import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { openSandbox } from "./a-page.ts";

/* Takes the pictures in docs/: `npm run screenshots`. They look their best where Roboto and an emoji font are installed. */

const DOCS = resolve(import.meta.dirname, "../../docs/pictures");
const QUALITY = 0.82;

const opened = await openSandbox({ paceMs: 150 });
await mkdir(DOCS, { recursive: true });

async function play(page: Page, title: string): Promise<void> {
  await page.locator(".scenario-list").getByRole("button", { name: title }).click();
  const steps = page.getByRole("region", { name: "What was seen" }).filter({ hasText: title });
  await steps.locator(".state.done").waitFor({ timeout: 60_000 });
}

/** WebP, by the browser itself, which needs no other tool; on a blank page, whose policy forbids nothing. */
const converter = await opened.browser.newPage();

async function take(page: Page, name: string): Promise<void> {
  const png = (await page.screenshot()).toString("base64");
  const webp = await converter.evaluate<string>(`(async () => {
    const bytes = Uint8Array.from(atob("${png}"), (char) => char.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: ${QUALITY} });
    const made = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(made, (byte) => String.fromCharCode(byte)).join(""));
  })()`);
  const picture = Buffer.from(webp, "base64");
  await writeFile(join(DOCS, `${name}.webp`), picture);
  console.log(`${name}.webp  ${(picture.length / 1024).toFixed(0)} KB`);
}

for (const colorScheme of ["light", "dark"] as const) {
  const { page } = await opened.window({ colorScheme, viewport: { width: 1280, height: 800 } });
  if (colorScheme === "light") {
    await page.getByRole("button", { name: "Scenarios" }).click();
    for (const title of ["First contact", "Two agents claim", "Customer blocks", "Album and edits"]) {
      await play(page, title);
    }
    await page.getByRole("button", { name: "Under the hood" }).click();
    await page.getByRole("button", { name: "+1 min: move time forward by a minute" }).click();
  }
  await page.getByRole("button", { name: "Dismiss this hint" }).click();
  await page.locator(".person").nth(-1).click();
  await page.locator(".topic-row", { hasText: "The parcel came" }).click();
  await page.waitForTimeout(600);
  await take(page, `sandbox-${colorScheme}`);
  await page.getByRole("button", { name: "Under the hood" }).click();
  await page.getByRole("tab", { name: "Ticket" }).click();
  await page.waitForTimeout(400);
  await take(page, `beneath-${colorScheme}`);
  await page.getByRole("button", { name: "Under the hood" }).click();
  await page.setViewportSize({ width: 390, height: 780 });
  await page.locator(".person").nth(-1).click();
  await page.waitForTimeout(400);
  await take(page, `phone-${colorScheme}`);
  await page.context().close();
}
await opened.close();
