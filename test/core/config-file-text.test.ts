import { describe, expect, test } from "vitest";
import { faultIn, readJsonText } from "../../src/domain/config/json-text.ts";
import type { Json } from "../../src/setup/config-file/json.ts";
import { placeAt, printed, treeOf, withValue } from "../../src/setup/config-file/jsonc.ts";
import { merged } from "../../src/setup/config-file/merge.ts";
import { differencesInWords } from "../../src/setup/config-file/words.ts";
import { exampleDesk } from "../support/desks.ts";
import fc from "../support/fast-check.ts";

const TEXT = `// our desk
{
  // who we are
  "desk": { "name": "Shop" }, // the public name
  "queues": [
    // for everybody
    { "id": "general", "group": "main" },
    /* money */
    { "id": "billing", "group": "main", "overrideAfter": "5m" }, // Anna's
  ],
  "routing": { "defaultQueue": "general" },
}
// the end
`;
const valueOf = (text: string): Json => treeOf(text).value;

describe("a file keeps what people wrote where values stay", () => {
  test("unchanged, to the last space", () => {
    expect(withValue(TEXT, valueOf(TEXT))).toBe(TEXT);
  });

  test("when one value changes", () => {
    const value = structuredClone(valueOf(TEXT)) as never as { queues: { overrideAfter?: string }[] };
    value.queues[1].overrideAfter = "10m";
    expect(withValue(TEXT, value as never as Json)).toBe(TEXT.replace('"5m"', '"10m"'));
  });

  test("when an item goes, with the comments that belong to it", () => {
    const value = structuredClone(valueOf(TEXT)) as never as { queues: object[] };
    value.queues.pop();
    expect(withValue(TEXT, value as never as Json)).toBe(`// our desk
{
  // who we are
  "desk": { "name": "Shop" }, // the public name
  "queues": [
    // for everybody
    { "id": "general", "group": "main" },
  ],
  "routing": { "defaultQueue": "general" },
}
// the end
`);
  });

  test("when items are added, moved and named anew", () => {
    const value = structuredClone(valueOf(TEXT)) as never as {
      queues: object[];
      desk: object;
      webhooks?: object[];
    };
    value.queues = [{ id: "vip", group: "main" }, value.queues[1], value.queues[0]];
    value.webhooks = [];
    Object.assign(value.desk, { timeZone: "Europe/Berlin" });
    expect(withValue(TEXT, value as never as Json)).toBe(`// our desk
{
  // who we are
  "desk": { "name": "Shop", "timeZone": "Europe/Berlin" }, // the public name
  "queues": [
    { "id": "vip", "group": "main" },
    /* money */
    { "id": "billing", "group": "main", "overrideAfter": "5m" }, // Anna's
    // for everybody
    { "id": "general", "group": "main" },
  ],
  "routing": { "defaultQueue": "general" },
  "webhooks": [],
}
// the end
`);
  });

  test("when the last entry has a comment and another follows it", () => {
    expect(withValue('{\n  "a": 1 // one\n}\n', { a: 1, b: 2 })).toBe('{\n  "a": 1, // one\n  "b": 2\n}\n');
    expect(withValue('{ "a": 1 /* one */ }', { a: 1, b: 2 })).toBe('{ "a": 1, /* one */ "b": 2 }');
    expect(withValue("{ // nothing yet\n}", { a: 1 })).toBe('{\n  "a": 1\n}');
  });
});

const names = fc.constantFrom("a", "b", "c", "d");
const { tree: documents } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(1, 2, "x", 'a "quoted" // no comment', null, true),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(names, tie("tree"), { maxKeys: 4 }) as fc.Arbitrary<Json>,
    fc
      .uniqueArray(names, { maxLength: 4 })
      .chain((ids) =>
        fc
          .tuple(...ids.map((id) => tie("tree").map((of): Json => ({ id, of }))))
          .map((all): Json => [...all]),
      ),
  ),
}));

/** A document as a person might write it. */
function scribbled(value: Json, pick: (of: string[]) => string): string {
  const space = (): string => pick(["", " ", "\n", "\n  ", " /* why */ ", " // so\n", "\n// so\n\n"]);
  const list = (open: string, inner: string[], close: string): string =>
    `${open}${inner.map((one) => `${space()}${one}${space()}`).join(",")}${inner.length > 0 ? pick(["", ",", ", // last\n"]) : ""}${space()}${close}`;
  if (Array.isArray(value))
    return list(
      "[",
      value.map((one) => scribbled(one, pick)),
      "]",
    );
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}${space()}:${space()}${scribbled(one, pick)}`,
  );
  return list("{", entries, "}");
}

test("whatever is written, the new text says the new value, and nothing is moved where nothing changes", () => {
  fc.assert(
    fc.property(documents, documents, fc.infiniteStream(fc.nat(1_000)), (before, after, chance) => {
      const pick = (of: string[]): string => of[(chance.next().value as number) % of.length];
      const text = `// head\n${scribbled(before, pick)}\n`;
      expect(faultIn(text, { comments: true })).toBeNull();
      expect(valueOf(text)).toEqual(before);
      expect(withValue(text, before)).toBe(text);
      const next = withValue(text, after);
      expect(readJsonText(next, { comments: true })).toEqual({ value: after });
      expect(readJsonText(printed(after))).toEqual({ value: after });
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["", "2:1"],
  ["/desk/name", "4:13"],
  ["/queues/1/overrideAfter", "9:41"],
  ["/queues/0", "7:5"],
  ["/queues/0/slaPolicy", "7:5"],
  ["/nothing/here", "2:1"],
])("the place of %s is %s", (pointer, place) => {
  const { line, column } = placeAt(TEXT, pointer);
  expect(`${line}:${column}`).toBe(place);
});

test("a difference is told by names, a line each", () => {
  const before = exampleDesk() as never as Json;
  const after = exampleDesk();
  after.slaPolicies![1].targets["normal"]!.firstResponse = "4h";
  after.agents!.pop();
  after.queues.push({ id: "invoices", group: "main" });
  after.desk.name = "Another shop";
  expect(differencesInWords(before, after as never as Json)).toEqual([
    '  desk.name: "ShopStream Support" → "Another shop"',
    "  slaPolicies[standard].targets.normal.firstResponse: 2h → 4h",
    '+ queues[invoices]: {"id":"invoices","group":"main"}',
    expect.stringMatching(/^- agents\[9003\]: \{"telegramId":9003,"name":"Generalist"/),
  ]);
});

describe("two changes of one document become one", () => {
  const base: Json = {
    a: 1,
    list: [
      { id: "x", of: 1 },
      { id: "y", of: 1 },
    ],
    words: ["p"],
  };
  test("merges changes in different places", () => {
    const mine: Json = {
      a: 2,
      list: [
        { id: "x", of: 1 },
        { id: "y", of: 1 },
        { id: "mine", of: 3 },
      ],
      words: ["p"],
    };
    const theirs: Json = {
      a: 1,
      list: [
        { id: "y", of: 9 },
        { id: "theirs", of: 4 },
      ],
      words: ["q"],
      b: 5,
    };
    expect(merged(base, mine, theirs)).toEqual({
      value: {
        a: 2,
        list: [
          { id: "y", of: 9 },
          { id: "mine", of: 3 },
          { id: "theirs", of: 4 },
        ],
        words: ["q"],
        b: 5,
      },
      conflicts: [],
    });
  });

  test("names changes that contradict each other", () => {
    const mine: Json = {
      a: 2,
      list: [
        { id: "x", of: 2 },
        { id: "y", of: 1 },
      ],
      words: ["m"],
    };
    const theirs: Json = { a: 3, list: [{ id: "x", of: 3 }], words: ["t"] };
    expect(merged(base, mine, theirs).conflicts).toEqual(["a", "list[x].of", "words"]);
  });

  test("the only change of a place wins", () => {
    fc.assert(
      fc.property(documents, documents, (one, other) => {
        expect(merged(one, other, one)).toEqual({ value: other, conflicts: [] });
        expect(merged(one, one, other)).toEqual({ value: other, conflicts: [] });
        expect(merged(one, other, other)).toEqual({ value: other, conflicts: [] });
      }),
    );
  });
});
