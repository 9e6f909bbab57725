import type { Message, Update } from "grammy/types";
import { newUser, privateChat } from "../accounts.ts";
import { knowFiles } from "../media.ts";
import { composeMessage } from "../messages.ts";
import type { Draft } from "../messages.ts";
import type { Content, ContentKind, ReplyTarget, SandboxChat } from "../state.ts";
import { TOPIC_COLORS } from "../topics.ts";
import type { World } from "../world.ts";

/** What accompanies a message without being its content. */
const ENVELOPE: ReadonlySet<string> = new Set([
  "message_id",
  "message_thread_id",
  "is_topic_message",
  "from",
  "sender_chat",
  "author_signature",
  "chat",
  "date",
  "edit_date",
  "reply_to_message",
  "external_reply",
  "reply_to_story",
  "quote",
  "forward_origin",
  "forward_from",
  "forward_from_chat",
  "forward_from_message_id",
  "forward_sender_name",
  "forward_signature",
  "forward_date",
  "is_automatic_forward",
  "media_group_id",
]);

/** Where one field accompanies another for old clients, the one that says more comes first. */
const KINDS: readonly ContentKind[] = [
  "text",
  "animation",
  "photo",
  "video",
  "audio",
  "document",
  "voice",
  "video_note",
  "sticker",
  "venue",
  "location",
  "contact",
  "poll",
  "dice",
  "story",
  "paid_media",
  "invoice",
  "giveaway",
  "rich_message",
  "checklist",
];

/**
 * Makes what an injected update tells of true in the world: its people exist, and its message can be found, copied
 * and replied to. Only private chats and groups of this world; a message that is there already stays as it is.
 */
export function remember(world: World, update: Partial<Update>): void {
  const message = update.message ?? update.edited_message;
  if (message?.from === undefined) return;
  const { chat: where, from } = message;
  if (world.user(from.id) === undefined) world.state.users[from.id] = newUser(from);
  if (where.type === "private") {
    const owner = (world.state.users[where.id] ??= newUser({ ...from, id: where.id }));
    owner.hasStarted = true;
    privateChat(world, where.id);
  }
  const chat = world.chat(where.id);
  if (chat === undefined || message.message_id === 0 || chat.messages[message.message_id] !== undefined)
    return;
  const thread = message.is_topic_message === true ? message.message_thread_id : undefined;
  if (chat.type === "private" && thread !== undefined) knowTopic(chat, thread, from.id);
  const draft = {
    chat,
    senderId: from.id,
    senderChatId: message.sender_chat?.id ?? null,
    topicId: message.is_topic_message === true ? (message.message_thread_id ?? null) : null,
    ...whatItSays(world, message),
  };
  chat.messages[message.message_id] = composeMessage(world, draft, message.message_id);
  chat.lastMessageId = Math.max(chat.lastMessageId, message.message_id);
}

/** A topic of a private chat: only bots that have switched them on see any. */
function knowTopic(chat: SandboxChat, id: number, creatorId: number): void {
  chat.isForum = true;
  chat.topics[id] ??= {
    id,
    name: `Topic ${id}`,
    iconColor: TOPIC_COLORS[0],
    iconCustomEmojiId: null,
    creatorId,
    isClosed: false,
    isDeleted: false,
    deletedAnswer: null,
  };
}

export type WhatItSays = Pick<Draft, "kind" | "content" | "origin" | "albumId" | "replyTo">;

/** What a message of Telegram's own form says, as the sandbox keeps it. Its files can be sent on from now on. */
export function whatItSays(world: World, message: Partial<Message>): WhatItSays {
  const content = contentOf(message);
  knowFiles(world, content);
  return {
    kind: kindOf(message),
    content,
    origin: message.forward_origin ?? null,
    albumId: message.media_group_id ?? null,
    replyTo: replyOf(message),
  };
}

function replyOf({ reply_to_story, external_reply, quote }: Partial<Message>): ReplyTarget | null {
  if (reply_to_story !== undefined) return { type: "story", story: reply_to_story };
  return external_reply === undefined
    ? null
    : { type: "external", info: external_reply, quote: quote ?? null };
}

function kindOf(message: Partial<Message>): ContentKind {
  return KINDS.find((kind) => kind in message) ?? "unknown";
}

function contentOf(message: Partial<Message>): Content {
  return Object.fromEntries(Object.entries(message).filter(([key]) => !ENVELOPE.has(key)));
}
