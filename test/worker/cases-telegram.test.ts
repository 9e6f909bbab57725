import { describe, expect, test } from "vitest";
import { unmetOf, type TelegramCase } from "../support/telegram-case.ts";

/** What people of other projects have met (test/cases/README.md), by file. */
const FILES = (
  import.meta as unknown as { glob<T>(pattern: string, options: object): Record<string, T> }
).glob<TelegramCase[]>("../cases/telegram/*.json", { eager: true, import: "default" });

/** Cases that do not hold yet. One that begins to hold fails until it is taken out. */
const PENDING: ReadonlySet<string> = new Set([
  // 11-long-silence
  "group-silent-for-hours",
  // 12-late
  "written-five-hours-ago",
]);

describe.each(Object.entries(FILES))("%s", (_, cases) => {
  for (const one of cases) {
    const isPending = PENDING.has(one.id);
    test(`${isPending ? "pending: " : ""}${one.id}: ${one.must}`, async () => {
      const unmet = await unmetOf(one);
      if (isPending) expect(unmet, "it holds now: take it out of PENDING").not.toEqual([]);
      else expect(unmet).toEqual([]);
    });
  }
});

test("what is pending is a case", () => {
  const ids = Object.values(FILES).flatMap((cases) => cases.map(({ id }) => id));
  expect([...PENDING].filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
