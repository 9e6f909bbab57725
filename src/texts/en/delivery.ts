import type { UnreachableReason } from "../../domain/contact/contact.ts";
import type { ParkedCode, RefusalClass } from "../../domain/desk/failure.ts";
import { PARKED_TEXT_KEPT_MS } from "../../domain/limits.ts";
import { plain, rich, type RichText } from "../rich-text.ts";
import { wallTime } from "../wall-time.ts";
import { durationWords, zoneWords } from "./when.ts";

/** Why something did not arrive. */

export const UNREACHABLE_WORDS: Record<UnreachableReason, string> = {
  blocked: "The customer has blocked the bot. They won't get anything until they unblock it or write again.",
  gone: "The customer's account is gone, so they can't be reached any more.",
  never_started: "The customer hasn't started the bot, so it can't write to them.",
};

export function unreachableWords(reason: UnreachableReason): string {
  return UNREACHABLE_WORDS[reason];
}

/** Why a message did not reach the customer, for its writer. Every code has words: people never read codes. */
const FAILURE_WORDS = {
  client_blocked: UNREACHABLE_WORDS.blocked,
  client_gone: UNREACHABLE_WORDS.gone,
  chat_gone: UNREACHABLE_WORDS.never_started,
  client_unreachable: UNREACHABLE_WORDS.never_started,
  client_privacy:
    "The customer's privacy settings don't allow this kind of message. Send it as text or a file.",
  uncopyable: "Telegram doesn't let bots copy this kind of message. Send it in another form.",
  former_chat:
    "It was written in the group's former chat, where the bot can't read it any more. Write it here again.",
  source_gone: "The message was deleted before it could be sent.",
  reply_gone: "The message that it answers is gone. Send it again without the reply.",
  target_gone: "The customer's copy can't be found or changed any more. Send it as a new message.",
  too_late: "Telegram only deletes messages within 48 hours.",
  kind_forbidden: "The bot may not send this kind of message there. Send it in another form.",
  media_invalid: "Telegram can't read this file any more. Please attach it again.",
  media_limit: "The file is too big for a bot to send. Send a smaller one, or a link.",
  validation: "Telegram can't take it in this form. Try it shorter, or in several messages.",
  topic_gone: "The chat's topic is gone.",
  topic_closed: "The chat's topic is closed for the bot.",
  desk_gone: "The bot is not in that chat any more.",
  migrated: "The chat has moved to another address.",
  config: "The bot lacks a right that it needs there. A lead can give it.",
  conflict: "Something else uses this bot at the moment. Try again in a minute.",
  expired: "It came too late for Telegram.",
  fatal: "Telegram refuses the bot's token. A lead has to look after that.",
  bug: "The desk made a mistake in sending it. Please send it again in another form.",
  permanent: "Telegram refused it for good. Please try it in another form.",
} satisfies Record<RefusalClass | "too_late" | "former_chat", string>;

/** The words for a code that was stored, perhaps by an earlier release. */
function failureWords(code: string): string {
  return (FAILURE_WORDS as Partial<Record<string, string>>)[code] ?? FAILURE_WORDS.permanent;
}

export function undelivered(failure: string): RichText {
  return rich`⚠️ Not delivered. ${failureWords(failure)}`;
}

export function outcomeUnknown(): RichText {
  return plain(
    "❔ Telegram didn't confirm delivery. The customer may or may not have this; sending again could duplicate it.",
  );
}

/** Under what the desk says in a topic. */
export const BUTTONS = { send_again: "Send again", send_to_customer: "Send to the customer" };

/** A delivery that gave up; `toCustomer` tells whose message it was. */
export function replyUndelivered(failure: string): RichText {
  return rich`⚠️ The program’s answer wasn't delivered. ${failureWords(failure)}`;
}

export function parkedNotice(toCustomer: boolean, failure: string): RichText {
  const what = toCustomer
    ? "This message didn't reach the customer"
    : "A message from the customer couldn't be copied here";
  return rich`⚠️ ${what}: ${parkedWords(failure)} Saved; you can retry.`;
}

/** Deliveries that gave up and were not sent again. */
export function parkedTooLong(count: number): RichText {
  const [what, text] =
    count === 1
      ? ["One message", "the text was not stored"]
      : [`${count} messages`, "their texts were not stored"];
  return plain(
    `🗑 ${what} couldn't be delivered. Gave up after ${durationWords(PARKED_TEXT_KEPT_MS)}; ${text}.`,
  );
}

/** Why a delivery was given up for now; where it is a refusal, by the words for refusals. */
const PARKED_WORDS = {
  no_answer: "Telegram didn't answer, several times.",
  unreadable_answer: "Telegram's answers couldn't be read, several times.",
  temporarily_unavailable: "Telegram couldn't reach the file, several times.",
  kind_forbidden: "The bot isn't allowed to send this kind of message in this group.",
  chat_gone: "Telegram can't find the chat it came from.",
  desk_failed: "The desk made a mistake in sending it.",
} satisfies Partial<Record<RefusalClass, string>> & Record<ParkedCode, string>;

function parkedWords(code: string): string {
  if (code.startsWith("http_")) return "Telegram had trouble of its own, several times.";
  return (PARKED_WORDS as Partial<Record<string, string>>)[code] ?? failureWords(code);
}

/** Under a message that arrives late; no entities, because it stands on a button. */
export function writtenAt(at: number, timeZone: string): string {
  return `🕒 Written ${wallTime(at, timeZone)} ${timeZone === "UTC" ? "UTC" : `(${zoneWords(timeZone)})`}`;
}
