import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseSync } from "@swc/core";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");

/**
 * Rooms from which people in Telegram are told something. What the API and the configuration's checks say is their
 * contract, in one language for programs and administrators: it stays where it is.
 */
const ROOMS = ["telegram", "topic-group", "groups", "cron", "domain/ticket", "domain/desk"];

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
  "topic-group/tables": "SQL",
  "topic-group/drain/addressing.ts": "why a delivery was dropped, for the API",
  "topic-group/drain/drain.ts": "why a delivery was dropped, for the API",
  "topic-group/systems/enrichment.ts": "why enrichment failed, for the API",
  "groups/skills.ts": "problems of the API",
  "groups/reconciling/config-look.ts": "the note of a version of the configuration",
  "groups/reconciling/secrets-look.ts": "what is derived from a secret",
  "domain/ticket/conversation.ts": "what customers say when they say thanks",
  "domain/ticket/events": "descriptions for the API's contract",
  "domain/ticket/webhook-event.ts": "kinds of facts, for the compiler",
  "domain/ticket/tag.ts": "problems of the API",
  "domain/desk/scope.ts": "descriptions for the API's contract",
  "domain/desk/signing-secret.ts": "what is derived from a secret",
};

interface Node {
  type?: string;
  value?: unknown;
  raw?: unknown;
  callee?: { value?: unknown };
}

/** Two words side by side, or a word that begins like a sentence. */
function isWords(text: string): boolean {
  return /\p{L}\S* \S*\p{L}/u.test(text) || /^\p{Lu}\p{Ll}+$/u.test(text);
}

function wordsIn(file: string): string[] {
  const found: string[] = [];
  const look = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, value, raw, callee } = node as Node;
    if (type === "ImportDeclaration" || type === "TsLiteralType") return;
    if (type === "NewExpression" && String(callee?.value).endsWith("Error")) return;
    const text = type === "StringLiteral" ? value : type === "TemplateElement" ? raw : null;
    if (typeof text === "string" && isWords(text)) found.push(text);
    for (const part of Object.values(node)) look(part);
  };
  look(parseSync(readFileSync(join(SRC, file), "utf8"), { syntax: "typescript" }).body);
  return found;
}

const spoken = ROOMS.flatMap((room) =>
  readdirSync(join(SRC, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${room}/${name}`),
)
  .map((file) => ({ file, words: wordsIn(file) }))
  .filter(({ words }) => words.length > 0);

test("what people read stands in texts/", () => {
  const excused = (file: string): boolean =>
    Object.keys(NOT_FOR_PEOPLE).some((one) => file === one || file.startsWith(`${one}/`));
  expect(spoken.filter(({ file }) => !excused(file))).toEqual([]);
});

test("nothing is excused that says nothing", () => {
  const idle = Object.keys(NOT_FOR_PEOPLE).filter(
    (one) => !spoken.some(({ file }) => file === one || file.startsWith(`${one}/`)),
  );
  expect(idle).toEqual([]);
});
