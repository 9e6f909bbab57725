import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Rooms whose code runs in the group's object. */
const ROOMS = ["src/*.ts", "src/{channels,domain,integrations,telegram,texts,topic-group}/**/*.ts"];

test("no call keeps its object in memory by a signal that times out by itself", () => {
  const files = globSync(ROOMS);
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => readFileSync(file, "utf8").includes("AbortSignal.timeout("))).toEqual([]);
});
