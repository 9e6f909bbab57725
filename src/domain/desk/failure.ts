/** Why Telegram refuses, as far as it makes a difference to what the desk does next. */
export const REFUSAL_CLASSES = [
  "topic_gone",
  "topic_closed",
  "target_gone",
  "source_gone",
  "reply_gone",
  "uncopyable",
  "kind_forbidden",
  "client_blocked",
  "client_gone",
  "client_unreachable",
  "client_privacy",
  "chat_gone",
  "desk_gone",
  "migrated",
  "config",
  "conflict",
  "expired",
  "fatal",
  "validation",
  "media_invalid",
  "media_limit",
  "bug",
  "permanent",
] as const;
export type RefusalClass = (typeof REFUSAL_CLASSES)[number];

/** Why something is given up, besides refusals: what calling Telegram says, and our own failures. */
export type ParkedCode = "no_answer" | "unreadable_answer" | "temporarily_unavailable" | "desk_failed";
