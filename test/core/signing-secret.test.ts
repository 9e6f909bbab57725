import { expect, test } from "vitest";
import { FIRST_SIGNING, generationsAt } from "../../src/domain/desk/signing-secret.ts";

const T = Date.parse("2026-11-20T09:00:00Z");

test.each([
  ["the only secret signs alone", FIRST_SIGNING, T, [1]],
  ["the newest signs alone once nothing is being replaced", { generation: 3, previousUntil: null }, T, [3]],
  ["both sign while one is being replaced", { generation: 3, previousUntil: T + 1 }, T, [3, 2]],
  ["the newest signs alone from the end on", { generation: 3, previousUntil: T }, T, [3]],
  ["there is none before the first", { generation: 1, previousUntil: T + 1 }, T, [1]],
])("%s", (_name, signing, now, generations) => {
  expect(generationsAt(signing, now)).toEqual(generations);
});
