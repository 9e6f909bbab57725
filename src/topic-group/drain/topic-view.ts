import type { ContactFacts } from "../../domain/contact/contact.ts";
import { lastingFacts } from "../../domain/ticket/card.ts";
import { isActive } from "../../domain/ticket/status.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { BotCall } from "../../telegram/api.ts";
import { cardKeyboard, iconsFor } from "../../telegram/card.ts";
import { topicName } from "../../telegram/topic-name.ts";
import { DESK_LANGUAGE } from "../../texts/languages.ts";
import type { Inside } from "../commit/inside.ts";
import { words } from "../commit/words.ts";
import type { Rules } from "../rules/rules.ts";
import { FACTS } from "../tables/facts.ts";
import type { TopicView } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/tickets.ts";

/** Custom emoji ids by emoji, as getForumTopicIconStickers told. */
export type TopicIcons = Record<string, string>;

/** One call that brings a topic closer to its ticket, and what the topic shows once it has happened. */
export interface ViewStep {
  what: "create" | "post_card" | "edit_card" | "rename" | "close" | "reopen";
  call: BotCall;
  shows: Partial<TopicView>;
}

/** What the rules and the customer add to a ticket's view. */
export interface ViewContext {
  rules: Rules;
  contact: ContactFacts;
  icons: TopicIcons;
  /** In ms since 1970: decides whether a deadline is at risk or late. */
  now: number;
}

/** Null where there are no rules or the customer is not known. */
export function viewContextOf(inside: Inside, { ticket }: TicketRow): ViewContext | null {
  const { contacts, facts } = inside.tables;
  const rules = inside.rules();
  const customer = contacts.get(ticket.customer);
  if (rules === null || customer === undefined) return null;
  const icons = (facts.get(FACTS.icons) ?? {}) as TopicIcons;
  return { rules, contact: customer.contact, icons, now: inside.now() };
}

/** Creates the ticket's topic. */
export function createStep({ ticket }: TicketRow, { rules, contact, icons }: ViewContext): ViewStep {
  const name = nameOf(ticket, contact);
  const icon = iconOf(ticket, icons);
  const params = { chat_id: rules.group.chatId, name, ...iconParam(icon) };
  return {
    what: "create",
    call: { method: "createForumTopic", params },
    shows: { name, icon, closed: false },
  };
}

/**
 * The next call that the topic needs to show its ticket as it is, `null` when it does. What Telegram shows is
 * compared with what it should show, so the latest always wins, nothing is queued, and a lost call heals itself.
 */
export function nextViewStep(row: TicketRow, context: ViewContext): ViewStep | null {
  const { ticket, view } = row;
  const { rules, contact, now } = context;
  const active = isActive(ticket) && ticket.movedTo === null;
  // A closed ticket whose topic was deleted is tidied up, not lost.
  if (ticket.topicId === null) return active ? createStep(row, context) : null;

  const chat = { chat_id: rules.group.chatId };
  const topic = { ...chat, message_thread_id: ticket.topicId };
  const shown = DESK_LANGUAGE.card(lastingFacts(ticket, contact, rules.policy, now));
  const keyboard = { inline_keyboard: cardKeyboard(ticket) };
  const cardNow = JSON.stringify([shown, keyboard.inline_keyboard]);
  if (view.cardId === null) {
    const params = { ...topic, ...words(shown), reply_markup: keyboard, disable_notification: true };
    return { what: "post_card", call: { method: "sendMessage", params }, shows: { card: cardNow } };
  }
  if (view.closed !== false && active) {
    return { what: "reopen", call: { method: "reopenForumTopic", params: topic }, shows: { closed: false } };
  }
  const name = nameOf(ticket, contact);
  const icon = iconOf(ticket, context.icons);
  if (view.name !== name || (icon !== null && view.icon !== icon)) {
    const params = { ...topic, name, ...iconParam(icon) };
    return {
      what: "rename",
      call: { method: "editForumTopic", params },
      shows: { name, icon: icon ?? view.icon },
    };
  }
  if (view.card !== cardNow) {
    const params = { ...chat, message_id: view.cardId, ...words(shown), reply_markup: keyboard };
    return { what: "edit_card", call: { method: "editMessageText", params }, shows: { card: cardNow } };
  }
  if (view.closed !== true && !active) {
    return { what: "close", call: { method: "closeForumTopic", params: topic }, shows: { closed: true } };
  }
  return null;
}

function nameOf(ticket: Ticket, contact: ContactFacts): string {
  return topicName(ticket.ref, contact.name, DESK_LANGUAGE.subjectWords(ticket.subject));
}

function iconParam(icon: string | null): { icon_custom_emoji_id?: string } {
  return icon === null ? {} : { icon_custom_emoji_id: icon };
}

function iconOf(ticket: Ticket, icons: TopicIcons): string | null {
  for (const emoji of iconsFor(ticket)) {
    const id = icons[emoji];
    if (id !== undefined) return id;
  }
  return null;
}

/** The icons that Telegram offers, by emoji; the variation selector that some carry makes no difference. */
export function iconsOf(stickers: unknown): TopicIcons {
  const icons: TopicIcons = {};
  for (const sticker of Array.isArray(stickers) ? stickers : []) {
    const { emoji, custom_emoji_id: id } = sticker as { emoji?: unknown; custom_emoji_id?: unknown };
    if (typeof emoji === "string" && typeof id === "string") icons[emoji.replaceAll("\ufe0f", "")] = id;
  }
  return icons;
}
