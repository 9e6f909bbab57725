import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { Stage } from "../support/stage.ts";

/** Rows that D1 counts for the bill, of a ticket's life: opened, claimed, three messages each way, resolved and closed. */
const ROWS_OF_A_LIFE_MAX = 80;

test("a ticket's life costs few rows in the record", async () => {
  const stage = await Stage.open();
  const ada = await stage.customer({ firstName: "Ada" });
  await stage.settle(120_000);
  const batch = vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch");
  const seen: [string, number][] = [];
  let counted = 0;
  const step = async (what: string, act: () => Promise<unknown>) => {
    await act();
    await stage.settle(120_000);
    const results = await Promise.all(
      batch.mock.results.slice(counted).map(({ value }) => value as Promise<D1Result[]>),
    );
    counted = batch.mock.results.length;
    seen.push([what, results.flat().reduce((sum, { meta }) => sum + meta.rows_written, 0)]);
  };
  await step("opened", () => ada.write("My parcel is late"));
  const [topic] = await stage.group.topics();
  await step("claimed", () => stage.olga.write(topic.id, "/claim"));
  for (const n of [1, 2, 3]) {
    await step("answered", () => stage.olga.write(topic.id, `I look into it (${n})`));
    if (n < 3) await step("wrote", () => ada.write(`Any news? (${n})`));
  }
  await step("resolved", () => stage.olga.write(topic.id, "/resolve"));
  await step("closed", () => stage.olga.write(topic.id, "/close"));
  batch.mockRestore();
  const rows = seen.reduce((sum, [, count]) => sum + count, 0);
  expect(rows, JSON.stringify(seen)).toBeGreaterThan(40);
  expect(rows, JSON.stringify(seen)).toBeLessThanOrEqual(ROWS_OF_A_LIFE_MAX);
});
