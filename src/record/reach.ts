import { orLate } from "../time-limit.ts";
import { D1_PATIENCE_MS } from "./limits.ts";

/**
 * D1 did not answer, or not in time. `code` is SQLite's, `timeout`, `not_migrated` where the tables are missing, or
 * `d1_failed`; the original message is left out because it may carry bound values.
 */
export class RecordUnreachable extends Error {
  override readonly name = "RecordUnreachable";
  readonly code: string;

  constructor(code: string) {
    super(`the record is out of reach: ${code}`);
    this.code = code;
  }
}

/** Asks D1, but does not wait forever: Telegram and API callers have time limits of their own. */
export async function reach<T>(ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await orLate(D1_PATIENCE_MS, ask(), () => {
      throw new RecordUnreachable("timeout");
    });
  } catch (error) {
    throw error instanceof RecordUnreachable ? error : new RecordUnreachable(codeOf(error));
  }
}

function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/\bno such (?:table|column)\b/.test(cause.message)) return "not_migrated";
    const code = /\b(?:SQLITE|D1)_[A-Z_]+\b/.exec(cause.message)?.[0];
    if (code !== undefined && code !== "D1_ERROR") return code;
  }
  return "d1_failed";
}
