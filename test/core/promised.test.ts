import { describe, expect, test } from "vitest";
import { promiseState, type Promised } from "../../src/domain/sla/promised.ts";

const AT = 1_000_000;
const promised = (more: Partial<Promised> = {}): Promised => ({
  metric: "firstResponse",
  at: AT,
  riskAt: AT - 100,
  paused: false,
  ...more,
});

describe("how a promise stands", () => {
  test.each<[string, Promised, number, ReturnType<typeof promiseState>]>([
    ["there is time before its warning", promised(), AT - 101, "healthy"],
    ["it is at risk from its warning on", promised(), AT - 100, "at_risk"],
    ["the deadline itself is in time", promised(), AT, "at_risk"],
    ["after it the promise is broken", promised(), AT + 1, "breached"],
    ["without a warning it is never at risk", promised({ riskAt: null }), AT, "healthy"],
    ["paused, it has no deadline", promised({ at: null, riskAt: null, paused: true }), AT, "paused"],
    ["a calendar without hours never gets there", promised({ at: null, riskAt: null }), AT, "out_of_reach"],
  ])("%s", (_name, one, now, state) => {
    expect(promiseState(one, now)).toBe(state);
  });
});
