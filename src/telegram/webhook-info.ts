/** What Telegram says of the webhook. Instants in ms since 1970. */
export interface WebhookInfo {
  /** Empty: it sends updates to nobody. */
  url: string;
  pending: number;
  error: string;
  errorAt: number | null;
}

/** Reads `WebhookInfo` of the Bot API. */
export function webhookInfoOf(result: unknown): WebhookInfo {
  const { url, pending_update_count, last_error_date, last_error_message } = result as Record<
    string,
    unknown
  >;
  return {
    url: typeof url === "string" ? url : "",
    pending: typeof pending_update_count === "number" ? pending_update_count : 0,
    error: typeof last_error_message === "string" ? last_error_message : "",
    errorAt: typeof last_error_date === "number" ? last_error_date * 1_000 : null,
  };
}
