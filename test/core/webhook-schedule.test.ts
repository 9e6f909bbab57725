import { expect, test } from "vitest";
import { WEBHOOK_AGE_MAX_MS, WEBHOOK_PAUSES_MS, WEBHOOK_TURN_MAX_MS } from "../../src/domain/limits.ts";

/** Jitter and slow answers make a delivery take somewhat longer than its pauses. */
const SLACK = 1.2;

test("a webhook's tries are over before its delivery is given up for its age", () => {
  const pauses = WEBHOOK_PAUSES_MS.reduce((sum, pause) => sum + pause, 0);
  expect(pauses * SLACK).toBeLessThan(WEBHOOK_AGE_MAX_MS);
});

test("a moved ticket's deliveries wait for the former group's longer than two in a row need to be given up", () => {
  expect(WEBHOOK_TURN_MAX_MS).toBeGreaterThan(2 * WEBHOOK_AGE_MAX_MS);
});
