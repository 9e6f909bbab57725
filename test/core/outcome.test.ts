import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { refusalOutcome } from "../../src/telegram/outcome.ts";

interface Entry {
  code: number;
  description: string;
  class: string;
  parameters?: { retry_after?: number };
}

const catalogue = JSON.parse(readFileSync("test/support/telegram/errors.json", "utf8")) as {
  errors: Entry[];
};

/** What a class of the catalogue comes to; a class that is not here is refused under its own name. */
const EXPECTED: Record<string, (entry: Entry) => unknown> = {
  no_op: () => ({ kind: "done", result: null }),
  rate: (entry) => ({ kind: "defer", retryAfterMs: 1_000 * (entry.parameters?.retry_after ?? 30) }),
  server: (entry) => ({ kind: "uncertain", code: `http_${entry.code}` }),
};

/** Where the desk looks closer than the catalogue. */
const CLOSER: Record<string, string> = {
  "Bad Request: not enough rights to send text messages to the chat": "kind_forbidden",
  "Bad Request: wrong file_id or the file is temporarily unavailable": "retry",
  "Conflict: terminated by setWebhook request": "retry",
};

describe("what Telegram's answers mean", () => {
  test.each(catalogue.errors.map((entry) => [entry.code, entry.description, entry.class, entry] as const))(
    "%d %s is %s",
    (code, description, kind, entry) => {
      const { retry_after } = entry.parameters ?? {};
      const outcome = refusalOutcome(
        code,
        description,
        retry_after === undefined ? {} : { retryAfterS: retry_after },
      );
      const closer = CLOSER[description];
      if (closer === "retry") expect(outcome.kind).toBe("retry");
      else if (EXPECTED[kind] !== undefined) expect(outcome).toEqual(EXPECTED[kind](entry));
      else expect(outcome).toMatchObject({ kind: "refused", code: closer ?? kind });
    },
  );

  test.each<[unknown, number]>([
    [0, 1_000],
    [-5, 1_000],
    ["7", 7_000],
    ["soon", 30_000],
    [null, 30_000],
    [1e30, 86_400_000],
  ])("a pause of %j is one of %d ms", (retryAfterS, retryAfterMs) => {
    const said = { retryAfterS: retryAfterS as number };
    expect(refusalOutcome(429, "Too Many Requests", said)).toEqual({ kind: "defer", retryAfterMs });
  });

  test.each([
    ["entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9", "bug"],
    ["entity begins in a middle of a UTF-16 symbol at byte offset 4", "bug"],
    ["receive an entity with incorrect length -1", "bug"],
    ["REACTIONS_TOO_MANY", "validation"],
    ["message can't be deleted for everyone", "permanent"],
  ])("%s, which the catalogue lacks, is %s", (text, code) => {
    expect(refusalOutcome(400, `Bad Request: ${text}`)).toMatchObject({ kind: "refused", code });
  });

  test("an unknown 400 is final, an unknown 403 is about the person, an unknown 5xx is no answer", () => {
    expect(refusalOutcome(400, "Bad Request: SOMETHING_NEW")).toMatchObject({
      kind: "refused",
      code: "permanent",
    });
    expect(refusalOutcome(403, "Forbidden: something new")).toMatchObject({
      kind: "refused",
      code: "client_unreachable",
    });
    expect(refusalOutcome(520, "")).toEqual({ kind: "uncertain", code: "http_520" });
    expect(refusalOutcome(429, "slow down", { retryAfterS: 7 })).toEqual({
      kind: "defer",
      retryAfterMs: 7_000,
    });
  });

  test("what is as it should be already is done, but no message is made by that", () => {
    const description = "Bad Request: message is not modified";
    expect(refusalOutcome(400, description)).toEqual({ kind: "done", result: null });
    const refused = { kind: "refused", code: "permanent", description };
    expect(refusalOutcome(400, description, { makesMessage: true })).toEqual(refused);
  });

  test("a migrated group says where it went", () => {
    const outcome = refusalOutcome(400, "Bad Request: group chat was upgraded to a supergroup chat", {
      migrateToChatId: -100,
    });
    expect(outcome).toMatchObject({ code: "migrated", migrateToChatId: -100 });
  });
});
