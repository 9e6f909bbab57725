import { Api, GrammyError, HttpError } from "grammy";
import { SEND_TIMEOUT_MS } from "../domain/limits.ts";
import { refusalOutcome, type Outcome } from "./outcome.ts";

/** One call of the Bot API, `method` and parameters as Telegram names them. */
export interface BotCall {
  method: string;
  params: Record<string, unknown>;
}

/** Makes Bot API calls, one try each, and says what came of them. Never throws. */
export type BotApi = (call: BotCall) => Promise<Outcome>;

/** Methods of which grammY knows that they take no parameters: their first argument would be an abort signal. */
const WITHOUT_PARAMS = new Set(["getMe", "getForumTopicIconStickers", "getWebhookInfo", "logOut", "close"]);

/** A Bot API behind `root` (`https://api.telegram.org`, or one on loopback). */
export function botApi(token: string, root: string): BotApi {
  const api = new Api(token, { apiRoot: root, timeoutSeconds: SEND_TIMEOUT_MS / 1_000, fetch: fetchOnce });
  const raw = api.raw as unknown as Record<string, (params?: Record<string, unknown>) => Promise<unknown>>;
  return async ({ method, params }) => {
    try {
      return {
        kind: "done",
        result: await (WITHOUT_PARAMS.has(method) ? raw[method]!() : raw[method]!(params)),
      };
    } catch (error) {
      if (error instanceof GrammyError) {
        const { retry_after, migrate_to_chat_id } = error.parameters;
        return refusalOutcome(error.error_code, error.description, {
          makesMessage: /^(?:send|copy|forward)/.test(method),
          ...(retry_after === undefined ? {} : { retryAfterS: retry_after }),
          ...(migrate_to_chat_id === undefined ? {} : { migrateToChatId: migrate_to_chat_id }),
        });
      }
      // No answer at all, or one that is no Bot API answer (a gateway's HTML): it may have happened.
      return { kind: "uncertain", code: error instanceof HttpError ? "no_answer" : "unreadable_answer" };
    }
  };
}

/**
 * A 429 is one whoever says it: a proxy in front of the Bot API answers with a page of HTML, or with nothing, and has
 * passed nothing on.
 */
const fetchOnce: typeof fetch = async (...args) => {
  const response = await fetch(...args);
  if (response.status !== 429) return response;
  const text = await response.text();
  if (isBotAnswer(text)) return new Response(text, response);
  const seconds = retryAfterOf(response.headers.get("retry-after"));
  return Response.json({
    ok: false,
    error_code: 429,
    description: "Too Many Requests",
    ...(seconds === null ? {} : { parameters: { retry_after: seconds } }),
  });
};

function isBotAnswer(text: string): boolean {
  try {
    return (JSON.parse(text) as { error_code?: unknown } | null)?.error_code === 429;
  } catch {
    return false;
  }
}

/** Seconds; a date, which HTTP allows too, is left to the pause that goes without one. */
function retryAfterOf(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header.trim()) ? Number(header) : null;
}

/** The bot's own user id: a token is `<id>:<secret>`. */
export function botIdOf(token: string): number {
  return Number(token.split(":", 1)[0]);
}
