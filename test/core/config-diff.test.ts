import { describe, expect, test } from "vitest";
import { diffConfig, isSame } from "../../src/domain/config/diff.ts";
import { exampleDesk } from "../support/desks.ts";
import fc from "../support/fast-check.ts";

function diffOf(change: (desk: ReturnType<typeof exampleDesk>) => void) {
  const after = exampleDesk();
  change(after);
  return diffConfig(exampleDesk(), after);
}

describe("the difference between two configurations", () => {
  test("is nothing where only the order of keys differs", () => {
    const desk = exampleDesk();
    const turned = Object.fromEntries(Object.entries(desk).toReversed());
    expect(diffConfig(desk, turned)).toEqual({ added: [], removed: [], changed: [] });
  });

  test("names a changed value with what it was and is", () => {
    expect(diffOf((desk) => (desk.desk.name = "Shop"))).toEqual({
      added: [],
      removed: [],
      changed: [{ pointer: "/desk/name", from: "ShopStream Support", to: "Shop" }],
    });
  });

  test("tells an agent put first as one agent more, not as everyone changed", () => {
    const diff = diffOf((desk) => desk.agents!.unshift({ telegramId: 1, name: "New", groups: ["main"] }));
    expect(diff.added).toEqual([
      { pointer: "/agents/0", to: { telegramId: 1, name: "New", groups: ["main"] } },
    ]);
    expect(diff.removed).toEqual([]);
    expect(diff.changed).toEqual([]);
  });

  test("tells what was taken away where it stood, and what moved up as unchanged", () => {
    const diff = diffOf((desk) => desk.agents!.splice(0, 1));
    expect(diff.removed.map(({ pointer }) => pointer)).toEqual(["/agents/0"]);
    expect(diff.changed).toEqual([]);
  });

  test("follows an agent who moved within the list and changed as well", () => {
    const diff = diffOf((desk) => {
      desk.agents!.splice(0, 1);
      desk.agents![1].capacity = 9;
    });
    expect(diff.changed).toEqual([{ pointer: "/agents/1/capacity", from: 8, to: 9 }]);
  });

  test("tells another order of queues, because the first queue of a group is its default", () => {
    const diff = diffOf((desk) => (desk.queues = desk.queues.toReversed()));
    expect(diff.changed).toEqual([
      {
        pointer: "/queues",
        from: ["general", "billing", "premium"],
        to: ["premium", "billing", "general"],
      },
    ]);
  });

  test("tells a rule put between rules as one rule more", () => {
    const rule = { when: { tier: "basic" }, queue: "general" };
    const diff = diffOf((desk) => desk.routing.rules!.splice(1, 0, rule));
    expect(diff.added).toEqual([{ pointer: "/routing/rules/1", to: rule }]);
    expect(diff.changed).toEqual([]);
  });

  test("shows a list of plain values as a whole", () => {
    const diff = diffOf((desk) => (desk.groups[0].leads = [9001, 9002]));
    expect(diff.changed).toEqual([{ pointer: "/groups/0/leads", from: [9001], to: [9001, 9002] }]);
  });
});

test("there is a difference exactly if the documents are not the same JSON", () => {
  const document = fc.jsonValue({ maxDepth: 4 });
  const item = fc.record({ id: fc.constantFrom("a", "b", "c"), value: fc.integer({ min: 0, max: 2 }) });
  const either = fc.oneof(
    document,
    fc.array(item, { maxLength: 4 }),
    fc.array(fc.array(item), { maxLength: 3 }),
  );
  fc.assert(
    fc.property(either, either, (before, after) => {
      expect(isSame(diffConfig(before, before))).toBe(true);
      expect(isSame(diffConfig(before, structuredClone(before)))).toBe(true);
      expect(isSame(diffConfig(before, after))).toBe(canonical(before) === canonical(after));
    }),
    { numRuns: 2_000 },
  );
});

const DEPTH = 60;
/** `looked` is told of every look into it. */
function nested(leaf: number, looked: () => void): unknown {
  let value: unknown = leaf;
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const inner = [[value]];
    value = [
      {
        id: 1,
        get inner() {
          looked();
          return inner;
        },
      },
    ];
  }
  return value;
}

test("lists inside lists are not looked into again and again for being deep", () => {
  let looks = 0;
  const looked = (): void => void (looks += 1);
  expect(isSame(diffConfig(nested(1, looked), nested(2, looked)))).toBe(false);
  expect(looks).toBeLessThan(10 * DEPTH * DEPTH);
});

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
