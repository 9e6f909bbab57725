import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseSync, transformSync } from "@swc/core";
import type { Language } from "../../src/texts/languages.ts";

const ENGLISH = resolve(import.meta.dirname, "../../src/texts/en");

interface Node {
  type?: string;
  value?: unknown;
  raw?: unknown;
  [part: string]: unknown;
}

/** Calls whose arguments are codes, or what is looked for. */
const TAKES_CODES = new Set(["replace", "replaceAll", "split", "startsWith", "endsWith", "includes"]);

/**
 * A language of tests alone: English with a ж for every letter of its texts. A Latin letter in what it says comes from
 * somewhere else.
 */
export async function markedLanguage(): Promise<Language> {
  const folder = mkdtempSync(join(tmpdir(), "topicdesk-language-"));
  for (const name of readdirSync(ENGLISH)) {
    const program = parseSync(readFileSync(join(ENGLISH, name), "utf8"), { syntax: "typescript" });
    mark(program.body);
    const { code } = transformSync(program, {
      jsc: { parser: { syntax: "typescript" }, target: "esnext" },
    });
    writeFileSync(join(folder, name.replace(".ts", ".mjs")), code);
  }
  return (await import(join(folder, "english.mjs"))) as Language;
}

function mark(node: unknown): void {
  if (Array.isArray(node)) return node.forEach(mark);
  if (typeof node !== "object" || node === null) return;
  const it = node as Node;
  switch (it.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration": {
      const source = it["source"] as Node | null;
      if (source !== null) place(source);
      return;
    }
    case "TsLiteralType":
      return;
    case "StringLiteral":
      it.value = marked(String(it.value));
      delete it.raw;
      return;
    case "TemplateElement":
      it.raw = marked(String(it.raw));
      it["cooked"] = it.raw;
      return;
    // A fact that may be left out, such as a time zone.
    case "AssignmentPattern":
      return;
    case "SwitchCase":
      return mark(it["consequent"]);
    case "BinaryExpression":
      if (/^(?:[!=]==|in)$/.test(String(it["operator"]))) {
        // A code is compared; what is compared may be put together of texts.
        return [it["left"], it["right"]].forEach((side) => {
          if ((side as Node).type !== "StringLiteral") mark(side);
        });
      }
      return Object.values(it).forEach(mark);
    case "KeyValueProperty":
      return mark(it["value"]);
    case "CallExpression": {
      const property = (it["callee"] as Node)["property"] as Node | undefined;
      mark(it["callee"]);
      if (!TAKES_CODES.has(String(property?.value))) mark(it["arguments"]);
      return;
    }
    default:
      Object.values(it).forEach(mark);
  }
}

/** Modules of the language itself lie beside it; the others stay where they are. */
function place(source: Node): void {
  const path = String(source.value);
  source.value = path.startsWith("./") ? path.replace(".ts", ".mjs") : resolve(ENGLISH, path);
  delete source.raw;
}

function marked(text: string): string {
  return text.replaceAll(/\\n|[A-Za-z]/g, (letter) => (letter.startsWith("\\") ? letter : "ж"));
}
