import type {
  CallbackQuery,
  Chat,
  ChatMember,
  Message,
  MessageReactionUpdated,
  Update,
  User,
} from "grammy/types";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { ContactFacts, UnreachableReason } from "../domain/contact/contact.ts";
import { contactOfChat } from "../domain/contact/route.ts";
import { PHONE_DIGITS_MAX } from "../domain/limits.ts";
import { presentable } from "../domain/visible.ts";
import { isCustomerCommand, type CustomerCommandName } from "../texts/commands.ts";
import type { MarkKey } from "./mark.ts";
import { writingOf, type Writing } from "./message.ts";
import { beginningsOf } from "./said.ts";
import { checkShape, Unreadable } from "./shape.ts";
import { firstSlashed, slashed, type Slashed } from "./slashed.ts";
import { refIn } from "./topic-name.ts";

/** Who wrote in the staff group. An anonymous administrator has no id of their own. */
export interface Sender {
  id: number;
  name: string;
  username: string | null;
  anonymous: boolean;
}

/** What a Telegram update means to a desk. */
export type Arrival =
  | { kind: "customer_message"; contact: ContactFacts; writing: Writing; about?: string }
  | {
      kind: "customer_command";
      contact: ContactFacts;
      writing: Writing;
      command: CustomerCommandName;
      argument: string;
    }
  | { kind: "customer_edit"; contact: ContactFacts; writing: Writing }
  | ({ kind: "customer_reaction"; customer: ContactId; messageId: number } & Reaction)
  | { kind: "customer_press"; contact: ContactFacts; queryId: string; data: string; messageId: number }
  | { kind: "customer_membership"; contact: ContactFacts; unreachable: UnreachableReason | null }
  | {
      kind: "staff_message";
      sender: Sender;
      topicId: number | null;
      /** Whether a bot made the topic: Telegram says so with every message that is not a reply to another one. */
      inBotsTopic: boolean;
      writing: Writing;
    }
  | {
      kind: "staff_slash";
      sender: Sender;
      topicId: number | null;
      writing: Writing;
      slashed: Slashed;
      mentioned: User[];
    }
  | {
      kind: "staff_edit";
      sender: Sender;
      topicId: number | null;
      writing: Writing;
      /** What it has become; null: it begins with no slash. */
      slashed: Slashed | null;
    }
  | ({ kind: "staff_reaction"; sender: Sender; messageId: number } & Reaction)
  | { kind: "staff_press"; sender: Sender; queryId: string; data: string; messageId: number }
  | { kind: "topic_created"; topicId: number; name: string; byBot: boolean; at: number }
  | {
      kind: "topic_closed" | "topic_reopened" | "topic_edited";
      topicId: number;
      sender: Sender;
      byBot: boolean;
      /** When it happened, in ms since 1970. */
      at: number;
    }
  | { kind: "bot_rights"; canManageTopics: boolean; member: boolean }
  | { kind: "stranger"; chatId: number; title: string }
  /** A user wrote to a channel in whose direct messages the bot is. */
  | { kind: "channel_direct"; chatId: number; title: string }
  | { kind: "nothing"; reason: string }
  /** A known kind in an unknown shape; `where`: what it lacks, or has otherwise. */
  | { kind: "unreadable"; where: string };

/** A reaction as it stands now; both are null where it was taken back. */
export interface Reaction {
  emoji: string | null;
  /** The id of a custom emoji, where there is no other: bots cannot set those. */
  custom?: string | null;
}

/** What the translation needs to know of the desk. */
export interface Desk {
  botId: number;
  /** The staff group's chat. */
  groupChatId: number;
  /** With it messages are marked, to know them again when they are edited. */
  markKey: MarkKey;
}

const ANONYMOUS_ADMIN_ID = 1_087_968_824;
const CHANNEL_BOT_ID = 136_817_688;
const TELEGRAM_ID = 777_000;

/**
 * Translates one update. Unknown keys and kinds pass through as `nothing` with a reason; a known kind in a shape that
 * cannot be read is `unreadable`. Never throws on any input.
 */
export function inbound(update: Update, desk: Desk): Arrival {
  try {
    checkShape(update as unknown as Readonly<Record<string, unknown>>);
    return translated(update, desk);
  } catch (error) {
    if (error instanceof Unreadable) return { kind: "unreadable", where: error.message };
    // The message of an unforeseen error may hold text of a customer.
    return { kind: "unreadable", where: error instanceof Error ? error.name : "unknown" };
  }
}

function translated(update: Update, desk: Desk): Arrival {
  const message = update.message ?? update.edited_message;
  if (message !== undefined) return fromMessage(message, update.message === undefined, desk);
  if (update.callback_query !== undefined) return fromPress(update.callback_query, desk);
  if (update.message_reaction !== undefined) return fromReaction(update.message_reaction, desk);
  if (update.my_chat_member !== undefined) {
    const { chat, from, new_chat_member } = update.my_chat_member;
    if (chat.type === "private") {
      const unreachable = new_chat_member.status === "kicked" ? "blocked" : null;
      return { kind: "customer_membership", contact: contactOf(from), unreachable };
    }
    if (chat.id === desk.groupChatId) return { kind: "bot_rights", ...botRights(new_chat_member) };
    const joined = !["left", "kicked"].includes(new_chat_member.status) && chat.type !== "channel";
    return joined ? strangerIn(chat) : nothing("foreign_chat");
  }
  return nothing(Object.keys(update).find((key) => key !== "update_id") ?? "empty_update");
}

function fromMessage(message: Message, edited: boolean, desk: Desk): Arrival {
  const { chat } = message;
  if (chat.type === "private") return fromCustomer(message, edited, desk);
  if (chat.id === desk.groupChatId) return fromStaff(message, edited, desk);
  if (edited || chat.type === "channel" || message.left_chat_member?.id === desk.botId)
    return nothing("foreign_chat");
  return strangerIn(chat);
}

/** A channel's direct messages are read by customers: hints for the operator do not belong there. */
function strangerIn({ id, title, is_direct_messages }: Chat.GroupChat | Chat.SupergroupChat): Arrival {
  const kind = is_direct_messages === true ? "channel_direct" : "stranger";
  return { kind, chatId: id, title: presentable(title) };
}

function fromCustomer(message: Message, edited: boolean, desk: Desk): Arrival {
  if (message.from === undefined || message.from.is_bot) return nothing("not_a_person");
  // Someone else may write in a private chat on paper only: forwarded fixtures, business accounts.
  const contact = { ...contactOf({ ...message.from, id: message.chat.id }), ...ownPhone(message) };
  const writing = writingOf(message, desk.markKey);
  if (writing === null) return nothing("service_message");
  if (edited) return { kind: "customer_edit", contact, writing };
  const isText = writing.kind === "text" || writing.kind === "rich_message";
  const command = isText ? slashed(writing.said ?? "") : null;
  if (command?.kind === "command" && isCustomerCommand(command.name)) {
    return { kind: "customer_command", contact, writing, command: command.name, argument: command.argument };
  }
  const about = refOfNotice(message.reply_to_message, desk);
  return { kind: "customer_message", contact, writing, ...(about === null ? {} : { about }) };
}

/** The first reference in a message of the bot's. */
function refOfNotice(replied: Message["reply_to_message"], desk: Desk): string | null {
  if (replied?.from?.id !== desk.botId || replied.text === undefined) return null;
  return refIn(replied.text);
}

function fromStaff(message: Message, edited: boolean, desk: Desk): Arrival {
  const sender = senderOf(message);
  const topicId = message.is_topic_message === true ? (message.message_thread_id ?? null) : null;
  const byBot = message.from?.id === desk.botId;
  const at = message.date * 1_000;

  if (topicId !== null) {
    if (message.forum_topic_created !== undefined) {
      return { kind: "topic_created", topicId, name: message.forum_topic_created.name, byBot, at };
    }
    if (message.forum_topic_closed !== undefined) return { kind: "topic_closed", topicId, sender, byBot, at };
    if (message.forum_topic_reopened !== undefined)
      return { kind: "topic_reopened", topicId, sender, byBot, at };
    if (message.forum_topic_edited !== undefined) return { kind: "topic_edited", topicId, sender, byBot, at };
  }
  if (byBot) return nothing("own_echo");
  // Since Bot API 10.0 bots see each other in groups: an answer to one could go on for ever.
  if (message.from?.is_bot === true && !sender.anonymous) return nothing("other_bot");
  if (message.is_automatic_forward === true) return nothing("automatic_forward");
  const writing = writingOf(message, desk.markKey);
  if (writing === null) return nothing("service_message");
  const slash = firstSlashed(beginningsOf(message));
  if (edited) return { kind: "staff_edit", sender, topicId, writing, slashed: slash };

  if (slash === null) {
    const root = message.reply_to_message;
    const inBotsTopic = root?.forum_topic_created !== undefined && root.from?.is_bot === true;
    return { kind: "staff_message", sender, topicId, inBotsTopic, writing };
  }
  return { kind: "staff_slash", sender, topicId, writing, slashed: slash, mentioned: mentionedIn(writing) };
}

/** The people whom a message mentions without a username. */
export function mentionedIn({ entities }: Writing): User[] {
  return entities.flatMap((entity) =>
    entity.type === "text_mention" && entity.user !== undefined ? [entity.user] : [],
  );
}

function fromPress(query: CallbackQuery, desk: Desk): Arrival {
  const { message, data, from, id } = query;
  if (message === undefined || data === undefined) return nothing("inline_callback");
  if (message.chat.type === "private") {
    return {
      kind: "customer_press",
      contact: contactOf(from),
      queryId: id,
      data,
      messageId: message.message_id,
    };
  }
  if (message.chat.id !== desk.groupChatId) return nothing("foreign_chat");
  const sender = { id: from.id, name: nameOf(from), username: from.username ?? null, anonymous: false };
  return { kind: "staff_press", sender, queryId: id, data, messageId: message.message_id };
}

function fromReaction(reaction: MessageReactionUpdated, desk: Desk): Arrival {
  const { chat, user, message_id: messageId } = reaction;
  const emoji = reaction.new_reaction.find((one) => one.type === "emoji")?.emoji ?? null;
  const other = emoji === null ? reaction.new_reaction[0] : undefined;
  const custom = other === undefined ? null : "custom_emoji_id" in other ? other.custom_emoji_id : "";
  if (user === undefined) return nothing("anonymous_reaction");
  if (chat.type === "private")
    return { kind: "customer_reaction", customer: contactOfChat(chat.id), messageId, emoji, custom };
  if (chat.id !== desk.groupChatId) return nothing("foreign_chat");
  const sender = { id: user.id, name: nameOf(user), username: user.username ?? null, anonymous: false };
  return { kind: "staff_reaction", sender, messageId, emoji, custom };
}

function senderOf(message: Message): Sender {
  const { from, sender_chat } = message;
  const id = from?.id ?? sender_chat?.id ?? 0;
  const anonymous =
    sender_chat !== undefined || id === ANONYMOUS_ADMIN_ID || id === CHANNEL_BOT_ID || id === TELEGRAM_ID;
  return {
    id,
    name: from === undefined ? "" : nameOf(from),
    username: from?.username ?? null,
    anonymous,
  };
}

function botRights(member: ChatMember): { canManageTopics: boolean; member: boolean } {
  const present = !["left", "kicked"].includes(member.status);
  const owner = member.status === "creator";
  return {
    canManageTopics: owner || (member.status === "administrator" && member.can_manage_topics === true),
    member: present,
  };
}

function contactOf(user: User): ContactFacts {
  return {
    id: contactOfChat(user.id),
    name: nameOf(user),
    username: user.username ?? null,
    language: user.language_code ?? null,
    isPremium: user.is_premium === true,
  };
}

/** Telegram names the owner of a number that is shared: only their own says anything about who shares it. */
function ownPhone({ contact, chat }: Message): Pick<ContactFacts, "phone"> {
  const digits = contact?.user_id === chat.id ? contact.phone_number.replaceAll(/\D/g, "") : "";
  return digits === "" || digits.length > PHONE_DIGITS_MAX ? {} : { phone: `+${digits}` };
}

function nameOf(user: { first_name?: string; last_name?: string }): string {
  return [user.first_name, user.last_name]
    .map((part) => presentable(part ?? ""))
    .filter((part) => part !== "")
    .join(" ");
}

function nothing(reason: string): Arrival {
  return { kind: "nothing", reason };
}
