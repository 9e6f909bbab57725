import type { BotApi } from "./api.ts";
import { UPDATE_KINDS } from "./update-kinds.ts";

/** What Telegram says of the webhook. Instants in ms since 1970. */
export interface WebhookInfo {
  /** Empty: no webhook is set. */
  url: string;
  pending: number;
  /** Kinds of updates that the desk needs and that Telegram does not send. */
  deafTo: string[];
  error: string;
  errorAt: number | null;
}

/** Where no kinds are named all are sent but those that must be [docs: setWebhook, allowed_updates]. */
const NAMED_ONLY = new Set(["chat_member", "message_reaction", "message_reaction_count"]);
const KINDS_BY_DEFAULT: unknown[] = UPDATE_KINDS.filter((kind) => !NAMED_ONLY.has(kind));

/** Asks Telegram how the webhook is; null: it does not say. */
export async function webhookInfo(bot: BotApi): Promise<WebhookInfo | null> {
  const outcome = await bot({ method: "getWebhookInfo", params: {} });
  return outcome.kind === "done" ? infoOf(outcome.result) : null;
}

/** Has Telegram send updates there, with this secret. Answers whether it will; if not, why. */
export async function setWebhook(
  bot: BotApi,
  url: string,
  secret: string,
): Promise<"set" | { refused: string } | "unanswered"> {
  const params = { url, secret_token: secret, allowed_updates: UPDATE_KINDS };
  const outcome = await bot({ method: "setWebhook", params });
  if (outcome.kind === "done") return "set";
  return outcome.kind === "refused" ? { refused: outcome.description } : "unanswered";
}

/** Has Telegram send updates nowhere, and keep them. Answers whether it does. */
export async function deleteWebhook(bot: BotApi): Promise<boolean> {
  const params = { drop_pending_updates: false };
  return (await bot({ method: "deleteWebhook", params })).kind === "done";
}

/** `WebhookInfo` of the Bot API. */
function infoOf(result: unknown): WebhookInfo {
  const { url, pending_update_count, last_error_date, last_error_message, allowed_updates } =
    result as Record<string, unknown>;
  const sent = Array.isArray(allowed_updates) ? allowed_updates : KINDS_BY_DEFAULT;
  return {
    url: typeof url === "string" ? url : "",
    pending: typeof pending_update_count === "number" ? pending_update_count : 0,
    error: typeof last_error_message === "string" ? last_error_message : "",
    deafTo: UPDATE_KINDS.filter((kind) => !sent.includes(kind)),
    errorAt: typeof last_error_date === "number" ? last_error_date * 1_000 : null,
  };
}
