import { describe, expect, test } from "vitest";
import { faultIn, readJsonText, withoutComments } from "../../src/domain/config/json-text.ts";
import fc from "../support/fast-check.ts";

const at = (text: string, comments = false): string => {
  const fault = faultIn(text, { comments });
  return fault === null ? "sound" : `${fault.line}:${fault.column} ${fault.message}`;
};

describe("what is not JSON is told with its line and column", () => {
  test.each<[string, string, string]>([
    ["a trailing comma", '{\n  "a": 1,\n}', '2:9 a comma behind the last item: JSON has none before "}"'],
    ["one in a list", "[1, 2, ]", '1:6 a comma behind the last item: JSON has none before "]"'],
    ["a comment", '{\n  // why\n  "a": 1 }', "2:3 a comment: JSON has none"],
    ["a comment in between", '{ /* why */ "a": 1 }', "1:3 a comment: JSON has none"],
    ["a missing comma", '{\r\n  "a": 1\r\n  "b": 2 }', "2:9 a comma is missing behind this"],
    ["a missing colon", '{ "a" 1 }', '1:7 a ":" is missing behind the key'],
    ["an equals sign", '{ "a" = 1 }', '1:7 a ":" stands behind a key, not "="'],
    ["a bare key", "{ a: 1 }", '1:3 keys stand in double quotes: "a"'],
    ["single quotes", "{ 'a': 1 }", "1:3 keys stand in straight double quotes, not '"],
    ["curly quotes", '{ "a": “b” }', "1:8 texts stand in straight double quotes, not “"],
    ["a bare word", '{ "a": office }', '1:8 a text stands in double quotes: "office"'],
    [
      "Python's words",
      '{ "a": True }',
      "1:8 True is no JSON value: there are true, false and null, and texts in double quotes",
    ],
    ["a bare duration", '{ "a": 2h }', '1:8 "2h" is no JSON number; a text stands in double quotes'],
    ["a leading zero", "[ 007 ]", '1:3 "007" is no JSON number; a text stands in double quotes'],
    [
      "a text that is not closed",
      '{ "a": "b\n}',
      '1:8 this text does not end on its line: a closing double quote is missing, or write "\\n"',
    ],
    ["a text without an end", '["a', "1:2 this text does not end: a closing double quote is missing"],
    ["a tab in a text", '["a\tb"]', '1:4 a control character stands here: write "\\u0009"'],
    ["a Windows path", String.raw`["C:\desk"]`, '1:5 a backslash that means nothing: write "\\\\" for one'],
    [
      "an object that is not closed",
      '{\n  "a": [1, 2]\n',
      '3:1 the text ends here, but the "{" of line 1 is still open',
    ],
    [
      "a list that is closed as an object",
      '[\n{ "a": 1 }\n}',
      '3:1 "]" must close what line 1 opens, not "}"',
    ],
    ["a closing bracket too many", '{ "a": 1 } }', "1:12 there is more behind the end of the JSON"],
    ["a comma too many", "[1,, 2]", "1:4 a comma too many"],
    ["a comma at the beginning", "[, 1]", "1:2 a comma before the first item"],
    ["a value that is missing", '{ "a": }', '1:8 a value is missing behind the ":"'],
    ["a key without a value", '{ "a" }', '1:7 a ":" and a value are missing behind the key'],
    [
      "a key that stands twice",
      '{ "a": 1,\n  "a": 2 }',
      '2:3 the key "a" stands twice in the same object: only one of them could hold',
    ],
    ["YAML", "desk:\n  name: Shop\n", "1:1 this is not JSON: it looks like YAML"],
    ["YAML with its mark", "---\ndesk: {}\n", "1:1 this is not JSON: it looks like YAML"],
    ["a page", "<!doctype html>", "1:1 this is not JSON: it looks like HTML or XML"],
    ["a form", "name=Shop", "1:1 this is not JSON: it looks like a form"],
    ["nothing", "", "1:1 there is nothing here: JSON is missing"],
    ["space alone", " \n ", "2:2 there is nothing here: JSON is missing"],
    ["a long word", `{ "a": ${"x".repeat(90)} }`, `1:8 a text stands in double quotes: "${"x".repeat(24)}…"`],
  ])("%s", (_name, text, fault) => {
    expect(at(text)).toBe(fault);
  });

  test("takes comments and commas behind the last item where these are allowed", () => {
    const text = '// head\n{\n  "a": [1, /* two */ 2,], // "b"\n  "c": "// no comment, /* neither */",\n}\n';
    expect(readJsonText(text, { comments: true })).toEqual({
      value: { a: [1, 2], c: "// no comment, /* neither */" },
    });
    expect(withoutComments(text)).toHaveLength(text.length);
    expect(withoutComments(text).split("\n")).toHaveLength(text.split("\n").length);
    expect(at('{ "a": 1 /* never ends', true)).toBe("1:10 this comment has no end: */ is missing");
    expect(at('{\n // why\n "a": 1\n "b": 2 }', true)).toBe("3:8 a comma is missing behind this");
    expect(at("[,]", true)).toBe("1:2 a comma before the first item");
  });

  test("nesting as deep as a text is long ends no stack", () => {
    expect(at("[".repeat(1_000_000))).toMatch(/^1:1000001 the text ends here/);
    expect(at("[".repeat(200_000) + "]".repeat(200_000))).toBe("sound");
  });
});

test("a text has a fault exactly if it cannot be parsed, or has a key twice", () => {
  const pieces = fc.array(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      "1",
      "-0.5e3",
      "true",
      "null",
      " ",
      "\n",
      '"',
      "\\",
      "x",
      "01",
    ),
    { maxLength: 12 },
  );
  const texts = fc.oneof(
    pieces.map((all) => all.join("")),
    fc.json(),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      const fault = faultIn(text);
      if (fault === null || !fault.message.includes("stands twice")) expect(fault === null).toBe(parses);
      const { line, column } = fault ?? { line: 1, column: 1 };
      expect(line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
      expect(column).toBeGreaterThanOrEqual(1);
    }),
  );
});
