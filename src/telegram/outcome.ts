import type { RefusalClass } from "../domain/desk/failure.ts";
import type { Outcome } from "../domain/desk/outcome.ts";
import { RETRY_AFTER_MAX_MS } from "../domain/limits.ts";

type Class = RefusalClass | "no_op" | "rate" | "later" | "server";

/**
 * Descriptions in the order in which they are tried, case-insensitively. Sources: the texts of the official Bot API
 * server (tdlib/telegram-bot-api 10.0, Client.cpp) and TDLib (MessagesManager.cpp, ForumTopicManager.cpp), MTProto's
 * error tables where the server passes a name through, and reports from live bots for `TOPIC_DELETED`,
 * `TOPIC_CLOSED` and `TOPIC_NOT_MODIFIED`.
 */
const CATALOGUE: readonly (readonly [pattern: string, kind: Class])[] = [
  ["private chat not found", "chat_gone"],
  ["too many requests: retry after", "rate"],
  ["SLOWMODE_WAIT", "rate"],
  ["sent message was immediately deleted", "permanent"],

  ["message thread not found", "topic_gone"],
  ["top forum topic message not found", "topic_gone"],
  ["TOPIC_DELETED", "topic_gone"],
  ["TOPIC_ID_INVALID", "topic_gone"],
  ["TOPIC_CLOSED", "topic_closed"],
  ["TOPIC_NOT_MODIFIED", "no_op"],
  ["TOPIC_CLOSE_SEPARATELY", "bug"],
  ["GENERAL_MODIFY_ICON_FORBIDDEN", "bug"],
  ["the chat is not a forum", "config"],
  ["CHANNEL_FORUM_MISSING", "config"],
  ["not enough rights to (create a|edit the) topic", "config"],
  ["CHAT_ADMIN_REQUIRED", "config"],
  ["name must be non-empty", "validation"],
  ["invalid icon color specified", "validation"],
  ["DOCUMENT_INVALID", "validation"],
  ["invalid forum topic identifier specified", "bug"],

  ["chat not found", "chat_gone"],
  ["chat_id is empty", "bug"],
  ["group chat was upgraded to a supergroup chat", "migrated"],
  ["the group chat was deleted", "desk_gone"],
  ["bot was kicked from the (group|supergroup|channel) chat", "desk_gone"],
  ["bot is not a member of the (group|supergroup|channel) chat", "desk_gone"],
  ["bot was blocked by the user", "client_blocked"],
  ["user is deactivated", "client_gone"],
  ["bot can't initiate conversation with a user", "client_unreachable"],
  ["bot can't send messages to the bot", "client_unreachable"],
  ["PEER_ID_INVALID", "chat_gone"],
  ["have no write access to the chat", "config"],
  ["can't access the chat", "desk_gone"],
  // Another kind of message may still pass, so this says nothing about the chat as a whole.
  ["not enough rights to send ", "kind_forbidden"],
  ["CHAT_RESTRICTED", "config"],
  ["CHAT_WRITE_FORBIDDEN", "config"],
  ["VOICE_MESSAGES_FORBIDDEN|user restricted receiving of (voice|video) note messages", "client_privacy"],
  ["PREMIUM_ACCOUNT_REQUIRED", "client_privacy"],
  ["ALLOW_PAYMENT_REQUIRED_\\d+", "client_privacy"],

  ["message to (copy|forward) not found", "source_gone"],
  ["there are no messages to forward", "source_gone"],
  ["strictly increasing order", "bug"],
  ["too many messages to forward", "validation"],
  ["message can't be copied|can't copy message", "uncopyable"],
  ["protected content and can't be forwarded", "uncopyable"],
  ["message to be replied not found", "reply_gone"],
  ["QUOTE_TEXT_INVALID", "reply_gone"],
  ["REPLY_MESSAGE_ID_INVALID", "reply_gone"],
  ["message to edit not found", "target_gone"],
  ["message is not modified", "no_op"],
  ["message can't be edited", "target_gone"],
  ["no (text|caption) in the message to edit", "bug"],
  ["message to delete not found", "no_op"],
  ["message can't be deleted", "permanent"],
  ["message to (react|pin) not found", "target_gone"],
  ["REACTION_INVALID|REACTIONS_TOO_MANY", "validation"],
  ["not enough rights to manage pinned messages", "config"],

  ["message text is empty", "validation"],
  ["text must be non-empty", "validation"],
  ["message (caption )?is too long", "validation"],
  ["MEDIA_CAPTION_TOO_LONG", "validation"],
  ["can't parse entities", "bug"],
  ["ENTITY_BOUNDS_INVALID|\\bentity (begins|beginning) |an entity with incorrect (offset|length)", "bug"],
  ["ENTITIES_TOO_LONG", "validation"],
  ["wrong file identifier/HTTP URL specified", "media_invalid"],
  ["wrong file_id or the file is temporarily unavailable", "later"],
  ["file is too big", "media_limit"],
  ["can't use the media of the specified type in the album", "validation"],
  ["too many messages to send as an album", "validation"],
  ["Request Entity Too Large", "media_limit"],
  ["BUTTON_DATA_INVALID", "bug"],
  ["reply markup is too long", "validation"],
  ["BUTTON_URL_INVALID", "validation"],
  ["query is too old", "expired"],
  ["CHAT_NOT_MODIFIED", "no_op"],

  ["^Unauthorized$", "fatal"],
  ["invalid token specified", "fatal"],
  ["^Not Found$", "fatal"],
  ["method not found", "bug"],
  ["FROZEN_METHOD_INVALID", "fatal"],
  ["can.t use getUpdates method while webhook is active", "conflict"],
  ["terminated by other getUpdates request", "conflict"],
  ["terminated by (setWebhook request|other setWebhook)", "later"],
  ["bad webhook", "config"],
  ["secret token (contains unallowed characters|is too long)", "config"],
  ["Internal Server Error", "server"],
  ["Bad Gateway", "server"],
  ["Gateway Time-?out", "server"],
  ["member list is inaccessible", "config"],
  ["user not found", "chat_gone"],
  ["business connection not found", "config"],
];

let compiled: readonly (readonly [RegExp, Class])[] | undefined;

/**
 * What Telegram's "no" means. `retryAfterS` and `migrateToChatId` are the parameters of the same answer. `makesMessage`:
 * the call was to make a message, so that nothing can be as it should be already.
 */
export function refusalOutcome(
  status: number,
  description: string,
  parameters: { retryAfterS?: number; migrateToChatId?: number; makesMessage?: boolean } = {},
): Outcome {
  compiled ??= CATALOGUE.map(([pattern, kind]) => [new RegExp(pattern, "i"), kind]);
  const kind = compiled.find(([pattern]) => pattern.test(description))?.[1] ?? unknownClass(status);
  switch (kind) {
    case "no_op":
      return parameters.makesMessage === true
        ? { kind: "refused", code: "permanent", description }
        : { kind: "done", result: null };
    case "rate":
      return {
        kind: "defer",
        retryAfterMs: pauseMs(parameters.retryAfterS ?? secondsIn(description)),
      };
    case "later":
      return { kind: "retry", code: "temporarily_unavailable" };
    case "server":
      return { kind: "uncertain", code: `http_${status}` };
    default: {
      const { migrateToChatId } = parameters;
      return {
        kind: "refused",
        code: kind,
        description,
        ...(migrateToChatId === undefined ? {} : { migrateToChatId }),
      };
    }
  }
}

/** A code that the catalogue does not have: 4xx is final, 403 is about the person, the rest is no answer. */
function unknownClass(status: number): Class {
  if (status === 429) return "rate";
  if (status === 403) return "client_unreachable";
  return status >= 500 ? "server" : "permanent";
}

const PAUSE_S = 30;

/**
 * The pause that `retry_after` asks for, from a second to a day: a longer one is a clock's mistake. A value that is not
 * a number counts as half a minute.
 */
function pauseMs(seconds: unknown): number {
  const said = Number(seconds ?? PAUSE_S);
  if (Number.isNaN(said)) return 1_000 * PAUSE_S;
  return Math.min(1_000 * Math.max(1, said), RETRY_AFTER_MAX_MS);
}

function secondsIn(description: string): number | undefined {
  const match = /(?:retry after |SLOWMODE_WAIT_)(\d+)/i.exec(description);
  return match === null ? undefined : Number(match[1]);
}
