import { execFileSync, type ExecFileException } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

/** The lines of a module that the lint refuses because of its clock or its chance. */
function refused(lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "topicdesk-lint-"));
  const file = join(folder, "module.ts");
  writeFileSync(file, `${lines.join("\n")}\n`);
  try {
    const rule = ["-A", "all", "-D", "topicdesk/only-real-clock"];
    const config = ["-c", join(ROOT, ".oxlintrc.json"), "--format", "json"];
    const { diagnostics } = JSON.parse(run([...config, ...rule, file])) as {
      diagnostics: { code: string; labels: { span: { line: number } }[] }[];
    };
    const mine = diagnostics.filter(({ code }) => code.includes("only-real-clock"));
    const at = mine.map(({ labels }) => labels[0]?.span.line ?? 0).sort((a, b) => a - b);
    return at.map((line) => lines[line - 1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(args: string[]): string {
  try {
    return execFileSync(join(ROOT, "node_modules/.bin/oxlint"), args, { cwd: ROOT, encoding: "utf8" });
  } catch (error) {
    // It ends with 1 where it has something to say.
    return String((error as ExecFileException).stdout);
  }
}

const REFUSED = [
  "export const a = Date.now();",
  "export const b = (now = Date.now) => now();",
  'export const c = Date["now"]();',
  "export const d = new Date();",
  "export const e = new Date(undefined);",
  "export const f = Date();",
  "export const { now: g } = Date;",
  "export const h = globalThis.Date.now();",
  "export const i = new globalThis.Date();",
  "export const j = Math.random();",
  "export const k = [1, 2].map(Math.random);",
  "export const l = performance.now();",
  "export const m = Temporal.Now.instant();",
  "export const n = globalThis.Temporal.Now.instant();",
];
const TAKEN = [
  "export const a = new Date(0);",
  "export const b = (at: number) => new Date(at).toISOString();",
  'export const c = Date.parse("2026-11-20T09:00:00Z");',
  "export const d = Date.UTC(2026, 10, 20);",
  "export const e = Math.max(1, 2);",
  "export const f = (clock: { now(): number }) => clock.now();",
  "export const g = (dice: { random(): number }) => dice.random();",
];

test("the lint refuses today's date, real time and real chance, however they are written", () => {
  expect(refused(REFUSED)).toEqual(REFUSED);
});

test("the lint takes instants that are given, and clocks and dice that are arguments", () => {
  expect(refused(TAKEN)).toEqual([]);
});
