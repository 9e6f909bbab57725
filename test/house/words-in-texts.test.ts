import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseSync } from "@swc/core";
import { describe, expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");

/**
 * Rooms from which people in Telegram are told something. What the API and the configuration's checks say is their
 * contract, in one language for programs and administrators: it stays where it is.
 */
const ROOMS = ["telegram", "channels", "topic-group", "integrations", "groups", "cron", "domain"];

/**
 * Literals that read like words but are not sent to people in Telegram, or are not the desk's own. By file, with the
 * reason.
 */
const NOT_FOR_PEOPLE: Record<string, string> = {
  "telegram/outcome.ts": "what Telegram says",
  "telegram/api.ts": "what Telegram says",
  "telegram/origin.ts": "the code of a kind of message",
  "telegram/shape.ts": "the name of an error",
  "topic-group/new-rules": "lines of the log",
  "topic-group/commit/advance-tickets.ts": "lines of the log",
  "topic-group/arrivals/receive.ts": "lines of the log",
  "topic-group/drain/drain.ts": "lines of the log",
  "topic-group/drain/performing.ts": "lines of the log",
  "topic-group/duties.ts": "lines of the log",
  "topic-group/tables": "SQL",
  "topic-group/deliveries/replay.ts": "where a delivery goes, for the API",
  "topic-group/drain/addressing.ts": "why a delivery was dropped, for the API",
  "topic-group/drain/calling.ts": "why a delivery was dropped, for the API",
  "integrations/hubspot.ts": "headers of a request",
  "groups/skills.ts": "problems of the API",
  "groups/reconciling/secrets-look.ts": "what is derived from a secret",
  "domain/config": "problems of a configuration, and descriptions for its schema",
  "domain/config-check": "problems of a configuration",
  "domain/calendar": "names of days as a configuration has them, for the API; errors",
  "domain/duration.ts": "problems of a configuration",
  "domain/ticket/conversation.ts": "what customers say when they say thanks",
  "domain/ticket/policy.ts": "the name of a time zone",
  "domain/ticket/events": "descriptions for the API's contract",
  "domain/ticket/tag.ts": "problems of the API",
  "domain/routing/profile.ts": "problems of what an outside system answered, for its administrators",
  "domain/team/skill-table.ts": "problems of what an outside system answered, for its administrators",
  "domain/desk/scope.ts": "descriptions for the API's contract",
  "domain/desk/signing-secret.ts": "what is derived from a secret",
};

interface Node {
  type?: string;
  value?: unknown;
  raw?: unknown;
  [part: string]: unknown;
}

/** Two words side by side, or a word that begins like a sentence. */
function isWords(text: string): boolean {
  return /\p{L}\S* \S*\p{L}/u.test(text) || /^\p{Lu}\p{Ll}+$/u.test(text);
}

/** A word of any kind, in a place where what stands there can be read. A key, an address, a pattern is none. */
function hasWord(text: string): boolean {
  return /\p{L}{2,}/u.test(text) && !/^[^\s\p{Lu}]*[:/\\_.?=-][^\s\p{Lu}]*$/u.test(text);
}

/** What makes a text of what it is given. */
const MAKES_TEXT = new Set(["plain", "rich", "bold", "code", "link", "italics", "deskLine", "formatted"]);
/** Keys of what is shown. */
const SHOWS = new Set(["text", "caption", "title", "description", "words", "message", "label"]);

const BLOCKS = new Set(["BlockStatement", "FunctionBody"]);

function partsOf(node: unknown): unknown[] {
  return typeof node === "object" && node !== null ? Object.values(node) : [];
}

function isStringType(annotation: unknown): boolean {
  const { type, kind, types, elemType } = ((annotation as Node | null)?.["typeAnnotation"] ??
    annotation ??
    {}) as { type?: string; kind?: string; types?: unknown[]; elemType?: unknown };
  if (type === "TsKeywordType") return kind === "string";
  if (type === "TsUnionType") return types!.some(isStringType);
  return type === "TsArrayType" && isStringType(elemType);
}

/**
 * Words of a module that could be read.
 *
 * - Anything of several words, wherever it stands
 * - Any word in what becomes a text: beside `${}`, joined by `+`, given by a function whose type is `string`, kept as a
 *   `string`, put under a key that is shown, or given to what makes a text; there also by `??` and `?:`
 */
function wordsIn(source: string): string[] {
  const found: string[] = [];
  /** Whether what the function that is looked at returns becomes a text. */
  let returns = false;
  /** `flows`: what stands here becomes a text. */
  const look = (node: unknown, flows: boolean): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const one of node) look(one, flows);
      return;
    }
    const it = node as Node;
    const each = (parts: readonly unknown[], into: boolean): void => parts.forEach((one) => look(one, into));
    switch (it.type) {
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "TsLiteralType":
        return;
      case "NewExpression":
        if (/Error$|^RegExp$/.test(String((it["callee"] as Node).value))) return;
        return each(partsOf(it), false);
      case "StringLiteral":
        if (isWords(String(it.value)) || (flows && hasWord(String(it.value)))) found.push(String(it.value));
        return;
      case "TaggedTemplateExpression": {
        const isText = MAKES_TEXT.has(String((it["tag"] as Node).value));
        const { quasis, expressions } = it["template"] as { quasis: Node[]; expressions: unknown[] };
        for (const { raw } of quasis)
          if (isWords(String(raw)) || (isText && hasWord(String(raw)))) found.push(String(raw));
        return each(expressions, isText);
      }
      case "TemplateLiteral": {
        const { quasis, expressions } = it as unknown as { quasis: Node[]; expressions: unknown[] };
        const isJoined = flows || expressions.length > 0;
        for (const { raw } of quasis)
          if (isWords(String(raw)) || (isJoined && hasWord(String(raw)))) found.push(String(raw));
        return each(expressions, isJoined && !quasis.some(({ raw }) => isKey(String(raw))));
      }
      case "BinaryExpression": {
        const operator = String(it["operator"]);
        const isEither = operator === "??" || operator === "||";
        look(it["left"], operator === "+" || (isEither && flows));
        look(it["right"], operator === "+" || (flows && (isEither || operator === "&&")));
        return;
      }
      case "ConditionalExpression":
        look(it["test"], false);
        return each([it["consequent"], it["alternate"]], flows);
      case "ParenthesisExpression":
      case "TsAsExpression":
      case "TsSatisfiesExpression":
      case "ArrayExpression":
        return each(partsOf(it), flows);
      case "VariableDeclarator":
      case "AssignmentPattern":
        look(it["left"], false);
        return each(
          [it["init"], it["right"]],
          isStringType(((it["id"] ?? it["left"]) as Node)["typeAnnotation"]),
        );
      case "KeyValueProperty":
        look(it["key"], false);
        look(it["value"], flows || SHOWS.has(String((it["key"] as Node).value)));
        return;
      case "CallExpression":
        look(it["callee"], false);
        return each(
          (it["arguments"] as Node[]).map(({ expression }) => expression),
          MAKES_TEXT.has(String((it["callee"] as Node).value)),
        );
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "FunctionDeclaration":
      case "ClassMethod": {
        const { returnType, params, body } = (it["function"] ?? it) as Record<string, unknown>;
        const outside = returns;
        look(params, false);
        returns = isStringType(returnType);
        look(body, returns && !BLOCKS.has((body as Node | null)?.type ?? ""));
        returns = outside;
        return;
      }
      case "ReturnStatement":
        return look(it["argument"], returns);
      default:
        return each(partsOf(it), it.type === undefined && flows);
    }
  };
  look(parseSync(source, { syntax: "typescript" }).body, false);
  return found;
}

/** Part of a key that is put together, such as `peer:…`. */
function isKey(part: string): boolean {
  return /^[^\s\p{Lu}]*[:/\\_.?=-]$/u.test(part);
}

const spoken = ROOMS.flatMap((room) =>
  readdirSync(join(SRC, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${room}/${name}`),
)
  .map((file) => ({ file, words: wordsIn(readFileSync(join(SRC, file), "utf8")) }))
  .filter(({ words }) => words.length > 0);

test("what people read stands in texts/", () => {
  const excused = (file: string): boolean =>
    Object.keys(NOT_FOR_PEOPLE).some((one) => file === one || file.startsWith(`${one}/`));
  expect(spoken.filter(({ file }) => !excused(file))).toEqual([]);
});

test("every exception that is listed is still needed", () => {
  const idle = Object.keys(NOT_FOR_PEOPLE).filter(
    (one) => !spoken.some(({ file }) => file === one || file.startsWith(`${one}/`)),
  );
  expect(idle).toEqual([]);
});

describe("a single word is seen where it can be read", () => {
  test.each([
    "const a = `${count} tickets`;",
    "const a = `${name ?? 'nobody'}, ${other}`;",
    "const a = count + ' left';",
    "const a = (on: boolean): string => (on ? 'yes' : 'no');",
    "function a(name: string | null): string { return name ?? 'somebody'; }",
    "const a: string = 'erased';",
    "const a = { text: 'open' };",
    "const a = plain(assignee ?? 'unclaimed');",
    "const a = rich`${name}: urgent`;",
    "class A { a(): string | null { if (this.b) return 'away'; return null; } }",
  ])("%s", (source) => {
    expect(wordsIn(source)).not.toEqual([]);
  });

  test.each([
    "const a = `peer:${group}`;",
    "const a = kind === 'away';",
    "const a = { kind: 'away', method: 'sendMessage' };",
    "const a = (on: boolean): 'on' | 'off' => (on ? 'on' : 'off');",
    "const a = rows.get('away')?.text;",
    "switch (a) { case 'away': break; }",
    "const a = notice('slipHint');",
  ])("a single word is not seen in a code: %s", (source) => {
    expect(wordsIn(source)).toEqual([]);
  });
});
