import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { Stage } from "./stage.ts";

/** Everything that the desk keeps, as text: each row of each table of the record and of every group's object. */
export async function everythingKept(
  stage: Stage,
  groups: readonly string[] = ["main", "vip"],
): Promise<string[]> {
  const kept = await everythingInRecord();
  for (const group of groups) {
    const rows = await runInDurableObject(stage.groupStub(group), (_object, state) => {
      const { sql } = state.storage;
      return [...sql.exec<{ name: string }>(TABLES)].flatMap(({ name }) =>
        [...sql.exec(`SELECT * FROM "${name}"`)].map((row) => `${group} ${name} ${asText(row)}`),
      );
    });
    kept.push(...rows);
  }
  return kept;
}

/** Each row of each table of the record. */
export async function everythingInRecord(): Promise<string[]> {
  const { results: tables } = await env.DB.prepare(TABLES).all<{ name: string }>();
  const rows = await env.DB.batch<Record<string, unknown>>(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`)),
  );
  return rows.flatMap(({ results }, index) =>
    results.map((row) => `record ${tables[index].name} ${asText(row)}`),
  );
}

/** What a call that changes nothing leaves as it was: all but the notes that it was made, which an export leaves too. */
export function withoutCalls(kept: readonly string[]): string {
  return kept
    .filter((row) => !row.startsWith("record api_calls ") && !EXPORTED.test(row))
    .map((row) => row.replace(/"last_used_at":[^,}]*/, ""))
    .join("\n");
}

const EXPORTED = /^record audit .*"action":"contact\.exported"/;

const TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'd1\\_%' ESCAPE '\\'";

/**
 * A row with its blobs read as text, D1's (lists of bytes) and an object's: the full text index keeps its words in them.
 */
function asText(row: Record<string, unknown>): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (value instanceof ArrayBuffer) return new TextDecoder().decode(value);
    const isBytes = Array.isArray(value) && value.every((one) => typeof one === "number");
    return isBytes ? new TextDecoder().decode(new Uint8Array(value)) : value;
  });
}

/**
 * The rows that hold a phrase, in upper or lower case, but for the tables `but`. The full text index keeps of a word
 * only what differs from the word before it: plant words with a beginning of their own.
 */
export function holding(kept: readonly string[], phrase: string, but: readonly string[] = []): string[] {
  const looked = phrase.toLowerCase();
  return kept.filter(
    (row) => row.toLowerCase().includes(looked) && !but.some((table) => row.startsWith(`${table} `)),
  );
}

/** What is logged from here on; call the answer to have the lines and let go. */
export function listenToLog(): () => string[] {
  const lines: string[] = [];
  const spies = (["log", "info", "warn", "error", "debug"] as const).map((level) =>
    vi
      .spyOn(console, level)
      .mockImplementation((...args: unknown[]) => void lines.push(args.map(String).join(" "))),
  );
  return () => {
    for (const spy of spies) spy.mockRestore();
    return lines;
  };
}
