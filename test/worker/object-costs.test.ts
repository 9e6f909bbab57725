import { expect, test } from "vitest";
import { countedStatements, type Statements } from "../support/counted-statements.ts";
import { Stage } from "../support/stage.ts";

/* What the object asks of its SQLite until everything that follows from a cause is done: views, record and alarms, too. */

const A_WHILE_MS = 90_000;
const FURTHER_MESSAGE_STATEMENTS_MAX = 8;
const LIFE_STATEMENTS_MAX = 280;
/**
 * Indexes included, and those of the agent's other group, which hears how much they have to do. Two or three depend on what is under way
 * at once: 174 to 176 were seen.
 */
const LIFE_ROWS_MAX = 180;

test("a further message takes few statements", async () => {
  const stage = await Stage.open();
  const ada = await stage.customer();
  for (const text of ["My parcel is late", "Any news?"]) {
    await ada.write(text);
    await stage.settle(A_WHILE_MS);
  }
  using counted = await countedStatements(stage);
  const { run } = await counted.during(async () => {
    await ada.write("And it was expensive");
    await stage.settle(A_WHILE_MS);
  });
  expect(run.length, run.join("\n")).toBeGreaterThan(0);
  expect(run.length, run.join("\n")).toBeLessThanOrEqual(FURTHER_MESSAGE_STATEMENTS_MAX);
});

test("a ticket's life takes few statements and writes few rows", async () => {
  const stage = await Stage.open();
  const ada = await stage.customer();
  await stage.settle(A_WHILE_MS);
  using counted = await countedStatements(stage);
  const seen: [string, Statements][] = [];
  const step = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    const statements = await counted.during(async () => {
      await act();
      await stage.settle(A_WHILE_MS);
    });
    seen.push([what, statements]);
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
  const inWords = seen
    .map(([what, { run, rows }]) => `${what}: ${run.length} statements, ${rows} rows`)
    .join("\n");
  const statements = seen.reduce((sum, [, { run }]) => sum + run.length, 0);
  const rows = seen.reduce((sum, [, one]) => sum + one.rows, 0);
  expect(statements, inWords).toBeGreaterThan(100);
  expect(statements, inWords).toBeLessThanOrEqual(LIFE_STATEMENTS_MAX);
  expect(rows, inWords).toBeGreaterThan(50);
  expect(rows, inWords).toBeLessThanOrEqual(LIFE_ROWS_MAX);
});
