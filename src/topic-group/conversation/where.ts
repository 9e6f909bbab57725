import { CHANNELS } from "../../channels/channels.ts";
import { chatAt } from "../../channels/telegram/telegram.ts";
import type { ChatId } from "../../domain/contact/contact-id.ts";
import {
  chatRoute,
  contactAt,
  routeOfContact,
  type Channel as ChannelName,
  type Route,
} from "../../domain/contact/route.ts";
import { WRITTEN_EARLIER_MS } from "../../domain/limits.ts";
import { DESK_LANGUAGE, languageOf, type Language } from "../../texts/languages.ts";
import type { DeliveryContext } from "../drain/work-handler.ts";
import type { Rules } from "../rules/rules.ts";
import {
  isOfCustomer,
  isRouteLane,
  routeOfLane,
  STAFF,
  STAFF_CHAT,
  type Conversation,
  type Lane,
} from "../tables/lane.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import type { Tickets } from "../tables/tickets.ts";

/* Parameters that calls about a conversation have in common. */

/** The chat behind a lane. */
export function chatIdOf(lane: Lane, rules: Rules): ChatId {
  return isRouteLane(lane) ? chatAt(routeOfLane(lane)) : rules.group.chatId;
}

/** The chat in which a message was written. */
export function chatOfOriginal(chat: Conversation, rules: Rules): ChatId {
  if (isOfCustomer(chat)) return chatAt(routeOfContact(chat));
  return chat === STAFF_CHAT ? rules.group.chatId : chat;
}

/** Where a lane leads; the staff group is a chat at Telegram, too. */
export function routeTo(lane: Lane, rules: Rules): Route {
  return isRouteLane(lane) ? routeOfLane(lane) : chatRoute(rules.group.chatId);
}

/** By which channel a lane's messages leave. */
export function channelOf(lane: Lane): (typeof CHANNELS)[ChannelName] {
  return CHANNELS[isRouteLane(lane) ? routeOfLane(lane).channel : "telegram"];
}

export function topicOf(lane: Lane, ticket: number, tickets: Tickets): { message_thread_id?: number } {
  if (lane !== STAFF || ticket === 0) return {};
  const topicId = tickets.get(ticket)?.ticket.topicId;
  return topicId == null ? {} : { message_thread_id: topicId };
}

/** The topic of a customer's private chat: that of the message which is answered, or in which they wrote last. */
export function threadOf(
  lane: Lane,
  ticket: number,
  messages: Messages,
  answered?: MessageRow,
): { message_thread_id?: number } {
  if (!isRouteLane(lane)) return {};
  const customer = contactAt(routeOfLane(lane));
  const thread =
    answered !== undefined && answered.chat === customer
      ? answered.thread
      : messages.threadOf(customer, ticket);
  return thread === null ? {} : { message_thread_id: thread };
}

/** What is read in a lane: a customer's language in their chat, the desk's in the staff group. */
export function readIn(lane: Lane, { contacts }: Pick<DeliveryContext, "contacts">): Language {
  if (!isRouteLane(lane)) return DESK_LANGUAGE;
  return languageOf(contacts.get(contactAt(routeOfLane(lane)))?.contact.language ?? null);
}

/**
 * A message that arrives long after it was written says so in a button under it: a copy takes no further words, and a
 * message of its own would cost another call. Pressing it copies the instant.
 */
export function writtenEarlier(
  sentAt: number,
  lane: Lane,
  context: DeliveryContext,
): Record<string, unknown> {
  const { rules, now } = context;
  if (now - sentAt <= WRITTEN_EARLIER_MS) return {};
  const text = readIn(lane, context).writtenAt(sentAt, rules.policy.zoneFor(null));
  const button = { text, copy_text: { text: new Date(sentAt).toISOString() } };
  return { reply_markup: { inline_keyboard: [[button]] } };
}

export function reaction(emoji: string | null): { type: "emoji"; emoji: string }[] {
  return emoji === null ? [] : [{ type: "emoji", emoji }];
}

export function optional(key: string, value: number | undefined): Record<string, number> {
  return value === undefined ? {} : { [key]: value };
}
