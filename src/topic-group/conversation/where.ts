import type { Originals } from "../../channels/channel.ts";
import { CHANNELS } from "../../channels/channels.ts";
import type { About, Place } from "../../channels/message.ts";
import { messageOfWriting } from "../../channels/telegram/writing.ts";
import type { ChatId } from "../../domain/contact/contact-id.ts";
import {
  chatRoute,
  contactAt,
  privateChatOf,
  type Channel as ChannelName,
  type Route,
} from "../../domain/contact/route.ts";
import { WRITTEN_EARLIER_MS } from "../../domain/limits.ts";
import type { Writing } from "../../telegram/message.ts";
import { DESK_LANGUAGE, languageOf, type Language } from "../../texts/languages.ts";
import type { DeliveryContext } from "../drain/work-handler.ts";
import type { Rules } from "../rules/rules.ts";
import {
  isOfCustomer,
  isRouteLane,
  routeOfLane,
  STAFF_CHAT,
  type Conversation,
  type Lane,
  type RouteLane,
} from "../tables/lane.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import { readerOf } from "../tables/reader.ts";
import type { WaitingContent } from "../tables/shapes.ts";
import type { Tickets } from "../tables/tickets.ts";

/* What calls about a conversation have in common. */

/** Messages where Telegram has them; null: they came by another channel, and nothing can name them to Telegram. */
export function originalsOf(
  rows: readonly Pick<MessageRow, "chat" | "messageId">[],
  rules: Rules,
): Originals | null {
  const chat = chatOf(rows[0]!.chat, rules);
  const messageIds = rows.map(({ messageId }) => messageId).sort((a, b) => a - b);
  return chat === undefined ? null : { chat, messageIds };
}

function chatOf(chat: Conversation, rules: Rules): ChatId | undefined {
  if (isOfCustomer(chat)) return privateChatOf(chat);
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

/** Whether messages that leave by a lane are kept until they have: its channel cannot be told to copy them. */
export function keepsWords(lane: Lane): boolean {
  return channelOf(lane).copy === undefined;
}

/** What must be kept of an agent's message until it has left by a lane. */
export function keptFor(lane: Lane, writing: Writing): Pick<WaitingContent, "message"> {
  const message = keepsWords(lane) ? messageOfWriting(writing) : null;
  return message === null ? {} : { message };
}

/** Whether a message can leave by a lane at all. */
export function canLeaveBy(lane: Lane, writing: Writing): boolean {
  return writing.copyable && (!keepsWords(lane) || messageOfWriting(writing) !== null);
}

/**
 * Where a lane's messages about a ticket stand: in the ticket's topic; in a customer's private chat in that of the message
 * which is answered, or the one in which they wrote last. What reaches a customer can name the ticket.
 */
export function placeIn(
  lane: Lane,
  ticket: number,
  context: Pick<DeliveryContext, "contacts" | "tickets" | "messages">,
  answered?: MessageRow,
): Pick<Place, "topic" | "about"> {
  const { tickets, messages } = context;
  if (!isRouteLane(lane)) return inTopic(topicOf(ticket, tickets));
  const about = (): About | null => aboutTicket(ticket, lane, context);
  return { ...inTopic(threadOf(lane, ticket, messages, answered)), about };
}

function inTopic(topic: number | null): Pick<Place, "topic"> {
  return topic === null ? {} : { topic };
}

function aboutTicket(
  number: number,
  lane: RouteLane,
  context: Pick<DeliveryContext, "contacts" | "tickets" | "messages">,
): About | null {
  const ticket = context.tickets.get(number)?.ticket;
  if (ticket === undefined) return null;
  const { ref, customer } = ticket;
  const subject = readIn(lane, number, context).subjectWords(ticket.subject);
  return { ref, subject, latest: context.messages.latestName(customer, number) };
}

function topicOf(ticket: number, tickets: Tickets): number | null {
  return ticket === 0 ? null : (tickets.get(ticket)?.ticket.topicId ?? null);
}

function threadOf(lane: RouteLane, ticket: number, messages: Messages, answered?: MessageRow): number | null {
  const customer = contactAt(routeOfLane(lane));
  if (customer === null) return null;
  return answered !== undefined && answered.chat === customer
    ? answered.thread
    : messages.threadOf(customer, ticket);
}

/** What is read in a lane about a ticket: the customer's language where they are, the desk's in the staff group. */
export function readIn(
  lane: Lane,
  ticket: number,
  { contacts, tickets }: Pick<DeliveryContext, "contacts" | "tickets">,
): Language {
  if (!isRouteLane(lane)) return DESK_LANGUAGE;
  const reader = readerOf(lane, ticket, tickets);
  return languageOf((reader === null ? undefined : contacts.get(reader))?.contact.language ?? null);
}

/**
 * A message that arrives long after it was written says so in a button under it: a copy takes no further words, and a
 * message of its own would cost another call. Pressing it copies the instant.
 */
export function writtenEarlier(
  { sentAt, lane, ticket }: Pick<MessageRow, "sentAt" | "lane" | "ticket">,
  context: DeliveryContext,
): Pick<Place, "buttons"> {
  const { rules, now } = context;
  if (now - sentAt <= WRITTEN_EARLIER_MS) return {};
  const text = readIn(lane, ticket, context).writtenAt(sentAt, rules.policy.zoneFor(null));
  return { buttons: [[{ text, copies: new Date(sentAt).toISOString() }]] };
}
