import { expect, test } from "vitest";
import { cut } from "../../src/domain/cut.ts";
import { tagOf } from "../../src/domain/ticket/tag.ts";

test.each([
  ["short", 10, "short"],
  ["exactly", 7, "exactly"],
  ["too long", 3, "too"],
  ["ab🎫", 4, "ab🎫"],
  ["ab🎫", 3, "ab"],
  ["ab🎫cd", 3, "ab"],
  ["🎫", 1, ""],
  ["🎫", 0, ""],
  ["", 5, ""],
])("%j within %i is %j", (text, max, kept) => {
  expect(cut(text, max)).toBe(kept);
});

test("a tag that is too long ends with a whole character", () => {
  expect(tagOf("🎫".repeat(100)).isWellFormed()).toBe(true);
});
