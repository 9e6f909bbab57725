import type { ChatId } from "../domain/contact/contact-id.ts";
import type { Outcome } from "../domain/desk/outcome.ts";
import { SEND_TIMEOUT_MS } from "../domain/limits.ts";
import { abortedAfter } from "../time-limit.ts";
import { refusalOutcome } from "./outcome.ts";

/** One call of the Bot API, `method` and parameters as Telegram names them. A contact's number names no chat. */
export interface BotCall {
  method: string;
  params: Record<string, unknown> & { chat_id?: ChatId; from_chat_id?: ChatId };
}

/** Makes Bot API calls, one try each, and says what came of them. Never throws. */
export type BotApi = (call: BotCall) => Promise<Outcome>;

/** An answer of the Bot API (https://core.telegram.org/bots/api#making-requests). */
type BotAnswer =
  | { ok: true; result: unknown }
  | {
      ok: false;
      error_code: number;
      description: string;
      parameters?: { retry_after?: number; migrate_to_chat_id?: number };
    };

/** A Bot API behind `root` (`https://api.telegram.org`, or one on loopback). */
export function botApi(token: string, root: string): BotApi {
  return async ({ method, params }) => {
    const answer = await answerTo(`${root}/bot${token}/${method}`, params);
    if (answer === "no_answer" || answer === "unreadable_answer") return { kind: "uncertain", code: answer };
    if (answer.ok) return { kind: "done", result: answer.result };
    const { retry_after, migrate_to_chat_id } = answer.parameters ?? {};
    return refusalOutcome(answer.error_code, answer.description, {
      makesMessage: /^(?:send|copy|forward)/.test(method),
      ...(retry_after === undefined ? {} : { retryAfterS: retry_after }),
      ...(migrate_to_chat_id === undefined ? {} : { migrateToChatId: migrate_to_chat_id }),
    });
  };
}

/**
 * What the Bot API answers; `no_answer` where none came in time, or a gateway's page in its place: it may have happened.
 * The error is not kept: its message names the URL, which holds the token.
 */
async function answerTo(
  url: string,
  params: Record<string, unknown>,
): Promise<BotAnswer | "no_answer" | "unreadable_answer"> {
  try {
    return await abortedAfter(SEND_TIMEOUT_MS, async (signal) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(params, withoutNull),
        signal,
      });
      const answer = jsonOf(await response.text());
      if (isBotAnswer(answer)) return answer;
      if (response.status === 429) return tooMany(response.headers.get("retry-after"));
      return answer === undefined ? "no_answer" : "unreadable_answer";
    });
  } catch {
    return "no_answer";
  }
}

/** Telegram reads null as a value of the wrong type; a parameter that is not given is left out. */
function withoutNull(_key: string, value: unknown): unknown {
  return value ?? undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isBotAnswer(answer: unknown): answer is BotAnswer {
  if (typeof answer !== "object" || answer === null || !("ok" in answer)) return false;
  if (answer.ok === true) return "result" in answer;
  return (
    "error_code" in answer &&
    Number.isInteger(answer.error_code) &&
    "description" in answer &&
    typeof answer.description === "string"
  );
}

/**
 * A 429 counts even without a Bot API body: a proxy in front of the Bot API answers with a page of HTML, or with
 * nothing, and has passed nothing on. A date as `Retry-After`, which HTTP allows too, is left to the pause that goes
 * without one.
 */
function tooMany(retryAfter: string | null): BotAnswer {
  const seconds = retryAfter !== null && /^\d{1,9}$/.test(retryAfter.trim()) ? Number(retryAfter) : undefined;
  return {
    ok: false,
    error_code: 429,
    description: "Too Many Requests",
    ...(seconds === undefined ? {} : { parameters: { retry_after: seconds } }),
  };
}

/** The bot's own user id: a token is `<id>:<secret>`. */
export function botIdOf(token: string): number {
  return Number(token.split(":", 1)[0]);
}
